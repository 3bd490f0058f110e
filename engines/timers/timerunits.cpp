// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/timerunits.h"

#include "engines/timers/unitpaths.h"
#include "engines/timers/unittemplates.h"
#include "models/schedule/calendarexpression.h"

#include <algorithm>
#include <map>

namespace salvor {

namespace {

using Values = std::map<std::string, std::string, std::less<>>;

/// A line that holds nothing but an empty value goes; several values are several lines.
std::string filled(std::string_view text, const Values& values) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
        std::string line(text.substr(0, end));
        text.remove_prefix(end);
        bool replaced = false;
        for (std::size_t from = 0; (from = line.find("{{", from)) != std::string::npos;) {
            const auto to = line.find("}}", from);
            const std::string& value = values.at(line.substr(from + 2, to - from - 2));
            line.replace(from, to + 2 - from, value);
            from += value.size();
            replaced = true;
        }
        if (!replaced || line != "\n")
            out += line;
    }
    return out;
}

std::string doubled(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '%')
            out += c;
        out += c;
    }
    return out;
}

void addLine(std::string& lines, const std::string& line) { lines += (lines.empty() ? "" : "\n") + line; }

std::string listLine(const char* key, const std::vector<std::string>& paths) {
    std::string line = std::string(key) + "=";
    for (const auto& path : paths)
        line += (line.back() == '=' ? "" : " ") + unitWord(path);
    return line;
}

std::string pathLines(const UnitPaths& paths) {
    std::string lines;
    if (!paths.bound.empty())
        addLine(lines, listLine("BindReadOnlyPaths", paths.bound));
    addLine(lines, listLine("ReadWritePaths", paths.writable));
    return lines;
}

std::string limitLines(const Policy& policy) {
    std::string lines;
    if (policy.cpuPercent.value_or(0) > 0)
        addLine(lines, "CPUQuota=" + std::to_string(*policy.cpuPercent) + "%");
    if (policy.memoryBytes.value_or(0) > 0)
        addLine(lines, "MemoryMax=" + std::to_string(*policy.memoryBytes));
    return lines;
}

std::string credentialLines(const std::vector<std::string>& names, const std::string& folder) {
    std::string lines;
    for (const auto& name : names)
        addLine(lines, "LoadCredentialEncrypted=" + name + ":" + folder + "/" + name);
    return lines;
}

/// What the unit may touch and do, without the end of its last line.
std::string sandbox(UnitScope scope, const UnitPaths& paths) {
    std::string text =
        filled(scope == UnitScope::User ? unittemplates::kUserSandbox : unittemplates::kSandbox,
               {{"PATHS", pathLines(paths)}});
    text.pop_back();
    return text;
}

bool isPlain(std::string_view name, std::string_view more) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               more.find(c) != std::string_view::npos;
    });
}

Result<> checkUser(const std::string& user) {
    if (!isPlain(user, "._-") || user.front() == '-' || user.front() == '.')
        return failure(ErrorCode::InvalidInput, "a unit cannot name the user \"" + user + "\"",
                       "use a user with a plain name");
    return {};
}

/// They become names of files and lines of units.
Result<> checkCredentials(const std::vector<std::string>& names) {
    for (const auto& name : names) {
        if (!isPlain(name, "_-") || name.size() > 200)
            return failure(ErrorCode::InvalidInput, "a credential cannot be called \"" + name + "\"",
                           "the ids of profiles, repositories and channels have to be plain");
    }
    return {};
}

Result<> check(const PolicyUnits& units) {
    const Policy& policy = units.job.policy;
    if (policy.schedules.empty())
        return failure(ErrorCode::InvalidInput,
                       "the policy \"" + policy.title + "\" has no schedule, so it has no timer",
                       "give it one: salvorctl policy set --when", {{"policy", policy.uuid}});
    // A policy's UUID becomes a part of file names.
    if (policy.uuid.size() != 36 || !isPlain(policy.uuid, "-"))
        return failure(ErrorCode::InvalidInput, "the policy's UUID is none: \"" + policy.uuid + "\"");
    SALVOR_TRY(checkUser(units.user));
    for (const auto& [kind, expression] : policy.schedules) {
        if (!isPlain(kind, "_-"))
            return failure(ErrorCode::InvalidInput, "a unit cannot be named after the kind \"" + kind + "\"");
    }
    return checkCredentials(credentialNames(units.job));
}

} // namespace

std::string_view toString(UnitScope scope) { return scope == UnitScope::User ? "user" : "system"; }

std::string unitStem(std::string_view policyUuid, std::string_view kind) {
    return "salvor-" + std::string(policyUuid.substr(0, 8)) + "-" + std::string(kind);
}

std::vector<std::string> credentialNames(const JobFile& job) {
    std::vector<std::string> names;
    if (job.secretKind != "credentials")
        return names;
    for (const auto& name : secretNames(job))
        names.push_back("salvor-" + job.policy.uuid + "-" + name);
    return names;
}

std::vector<std::string> credentialNames(const WatchFile& watch) {
    std::vector<std::string> names;
    if (watch.secretKind != "credentials")
        return names;
    for (const auto& name : secretNames(watch))
        names.push_back("salvor-" + std::string(kWatchCredentialsOwner) + "-" + name);
    return names;
}

Result<std::vector<UnitFile>> renderUnits(const WatchUnits& units) {
    SALVOR_TRY(checkUser(units.user));
    SALVOR_TRY(checkCredentials(credentialNames(units.watch)));
    SALVOR_ASSIGN(const UnitPaths paths, unitPathsOf(units.watch, units.program, units.user));
    const Values values{
        {"NAME", units.stem},
        {"HASH", units.watch.sha256},
        {"USER", units.user},
        {"PROGRAM", commandWord(units.program)},
        {"FILE", commandWord(units.path)},
        {"CREDENTIALS", credentialLines(credentialNames(units.watch), units.credentialFolder)},
        {"SANDBOX", sandbox(units.scope, paths)},
    };
    const char* const service =
        units.scope == UnitScope::User ? unittemplates::kWatchUserService : unittemplates::kWatchService;
    return std::vector<UnitFile>{{units.stem + ".service", filled(service, values)},
                                 {units.stem + ".timer", filled(unittemplates::kWatchTimer, values)}};
}

Result<std::vector<UnitFile>> renderUnits(const PolicyUnits& units) {
    SALVOR_TRY(check(units));
    const Policy& policy = units.job.policy;
    SALVOR_ASSIGN(const UnitPaths paths, unitPathsOf(units.job, units.program, units.user));
    Values values{
        {"TITLE", doubled(policy.title)},
        {"POLICY", policy.uuid},
        {"HASH", units.job.sha256},
        {"USER", units.user},
        {"PAUSED", doubled(units.job.stateFolder + "/paused/" + policy.uuid)},
        {"PROGRAM", commandWord(units.program)},
        {"JOB", commandWord(units.jobPath)},
        {"ON_FAILURE", units.onFailure.empty() ? "" : "OnFailure=" + units.onFailure},
        {"CREDENTIALS", credentialLines(credentialNames(units.job), units.credentialFolder)},
        {"LIMITS", limitLines(policy)},
        {"SANDBOX", sandbox(units.scope, paths)},
        {"RANDOM_DELAY", std::to_string(policy.randomDelaySeconds.value_or(0))},
    };
    std::vector<UnitFile> files;
    for (const auto& [kind, expression] : policy.schedules) {
        SALVOR_ASSIGN(const auto calendar, CalendarExpression::parse(expression));
        const std::string stem = unitStem(policy.uuid, kind);
        values["NAME"] = stem;
        values["KIND"] = kind;
        values["CALENDAR"] = calendar.normalForm();
        const char* const service =
            units.scope == UnitScope::User ? unittemplates::kUserService : unittemplates::kService;
        files.push_back({stem + ".service", filled(service, values)});
        files.push_back({stem + ".timer", filled(unittemplates::kTimer, values)});
    }
    return files;
}

} // namespace salvor
