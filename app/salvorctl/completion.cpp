// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Candidates for shell completion, from the command tree itself: it cannot go out of date.
#include "app/salvorctl/command.h"

#include <algorithm>
#include <cstdio>

namespace salvor::ctl {

namespace {

/// The deepest verb that the words name.
const CLI::App* verbOf(const CLI::App& root, const std::vector<std::string>& words) {
    const CLI::App* at = &root;
    for (const auto& word : words) {
        const auto children = at->get_subcommands([](const CLI::App*) { return true; });
        const auto found = std::find_if(children.begin(), children.end(),
                                        [&](const CLI::App* child) { return child->get_name() == word; });
        if (found != children.end())
            at = *found;
    }
    return at;
}

std::vector<std::string> optionNames(const CLI::App& verb) {
    std::vector<std::string> names;
    for (const CLI::Option* option : verb.get_options()) {
        for (const auto& name : option->get_lnames())
            names.push_back("--" + name);
    }
    return names;
}

/// What exists on this computer and fits the verb's positional argument.
std::vector<std::string> values(Context& context, const CLI::App& verb) {
    std::vector<std::string> out;
    for (const CLI::Option* option :
         verb.get_options([](const CLI::Option* one) { return one->get_positional(); })) {
        const std::string name = option->get_name(true);
        if (name == "PROFILE" || name == "SOURCE") {
            if (const auto profiles = context.core().profiles()) {
                for (const auto& profile : *profiles)
                    out.push_back(profile.title);
            }
        }
        if (name == "POLICY" || name == "SOURCE") {
            if (const auto policies = context.core().policies()) {
                for (const auto& policy : *policies)
                    out.push_back(policy.title);
            }
        } else if (name == "BACKUP") {
            if (const auto backups = context.core().backups({})) {
                for (const auto& backup : *backups)
                    out.push_back(backup.id);
            }
        } else if (name == "CHANNEL") {
            if (const auto channels = context.core().channels()) {
                for (const auto& channel : *channels)
                    out.push_back(channel.title);
            }
        } else if (name == "REPOSITORY") {
            if (const auto repositories = context.core().repositories()) {
                for (const auto& repository : *repositories)
                    out.push_back(repository.title);
            }
        }
    }
    return out;
}

} // namespace

void addCompletion(Commands& commands) {
    CLI::App* verb = commands.app().add_subcommand("complete-words", "");
    verb->group(""); // hidden
    verb->allow_extras();
    verb->set_help_flag();
    verb->prefix_command();
    verb->fallthrough(false); // what follows is the words being completed, not ours
    commands.onChosen(
        verb, "complete.words",
        [&commands, verb](Context& context) -> Result<Exit> {
            std::vector<std::string> words = verb->remaining();
            if (!words.empty() && words.front() == "--")
                words.erase(words.begin());
            const std::string current = words.empty() ? "" : words.back();
            if (!words.empty())
                words.pop_back();
            const CLI::App* at = verbOf(commands.app(), words);
            std::vector<std::string> candidates;
            if (current.starts_with("-")) {
                candidates = optionNames(*at);
                for (const auto& global : optionNames(commands.app()))
                    candidates.push_back(global);
            } else {
                for (const CLI::App* child :
                     at->get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
                    candidates.push_back(child->get_name());
                if (candidates.empty() && context.prepareCore())
                    candidates = values(context, *at);
            }
            for (const auto& candidate : candidates) {
                if (candidate.starts_with(current))
                    std::printf("%s\n", candidate.c_str());
            }
            return Exit::Ok;
        },
        false);
}

} // namespace salvor::ctl
