// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/repository_verbs.h"

namespace salvor::ctl {

CLI::App* addRepositoryVerb(CLI::App* noun, const char* verb, const QString& help, std::string& name) {
    CLI::App* added = noun->add_subcommand(verb, text(help));
    added->add_option("REPOSITORY", name,
                      text(Text::tr("Title or id; may be left out when there is only one")));
    return added;
}

/// In the order in which --help names them.
void addRepositoryCommands(Commands& commands) {
    CLI::App* noun = commands.app().add_subcommand("repository", text(Text::tr("Where backups are kept")));
    noun->require_subcommand(1);
    addRepositoryInit(commands, noun);
    addRepositoryOpen(commands, noun);
    addRepositoryList(commands, noun);
    addRepositoryPassphrase(commands, noun);
    addRepositoryInfo(commands, noun);
    addRepositoryRebuild(commands, noun);
    addRepositoryTakeOver(commands, noun);
    addRepositoryForget(commands, noun);
    addRepositoryEdit(commands, noun);
    addRepositoryRehearse(commands, noun);
}

} // namespace salvor::ctl
