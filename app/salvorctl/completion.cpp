// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Candidates for shell completion, from the command tree itself: it cannot go out of date.
#include "app/salvorctl/command.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

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

/// What exists on this computer of the kind that an argument names: "PROFILE", "BACKUP" …
void addValues(Context& context, const std::string& name, std::vector<std::string>& out) {
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

std::vector<std::string> values(Context& context, const CLI::App& verb) {
    std::vector<std::string> out;
    for (const CLI::Option* option :
         verb.get_options([](const CLI::Option* one) { return one->get_positional(); }))
        addValues(context, option->get_name(true), out);
    return out;
}

/// The option whose value is being completed; null when the word before is none, or one that takes no value.
const CLI::Option* optionBefore(const CLI::App& verb, const std::vector<std::string>& words) {
    if (words.empty() || !words.back().starts_with("--"))
        return nullptr;
    const CLI::Option* option = verb.get_option_no_throw(words.back());
    return option != nullptr && option->get_items_expected_max() > 0 ? option : nullptr;
}

/// What an option takes: one of a few words, "TEXT:{quick,stored,full}", or something that exists here.
/// Empty: the shell offers files.
std::vector<std::string> valuesOf(Context& context, const CLI::Option& option) {
    std::vector<std::string> out;
    const std::string type = option.get_type_name();
    const auto begin = type.find('{');
    const auto end = type.find('}');
    if (begin != std::string::npos && end != std::string::npos) {
        std::istringstream words(type.substr(begin + 1, end - begin - 1));
        for (std::string word; std::getline(words, word, ',');)
            out.push_back(word);
        return out;
    }
    std::string name = option.get_lnames().empty() ? std::string() : option.get_lnames().front();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    if (context.prepareCore())
        addValues(context, name, out);
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
            if (const CLI::Option* option = optionBefore(*at, words)) {
                candidates = valuesOf(context, *option);
            } else if (current.starts_with("-")) {
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
