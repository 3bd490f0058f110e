// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The verbs of "repository", each added to its noun.
#pragma once

#include "app/salvorctl/command.h"

namespace salvor::ctl {

void addRepositoryInit(Commands& commands, CLI::App* noun);
void addRepositoryOpen(Commands& commands, CLI::App* noun);
void addRepositoryList(Commands& commands, CLI::App* noun);
void addRepositoryPassphrase(Commands& commands, CLI::App* noun);
void addRepositoryInfo(Commands& commands, CLI::App* noun);
void addRepositoryRebuild(Commands& commands, CLI::App* noun);
void addRepositoryTakeOver(Commands& commands, CLI::App* noun);
void addRepositoryForget(Commands& commands, CLI::App* noun);
void addRepositoryEdit(Commands& commands, CLI::App* noun); ///< another place, another title
void addRepositoryRehearse(Commands& commands, CLI::App* noun);

/// A verb whose one argument is which repository; `name` outlives the parsing.
CLI::App* addRepositoryVerb(CLI::App* noun, const char* verb, const QString& help, std::string& name);

} // namespace salvor::ctl
