// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgschemaforms.h"

#include "engines/postgresql/pgomission.h"

#include <algorithm>
#include <iterator>

namespace salvor {

namespace {

constexpr std::string_view kTypePart = "; Type: ";
constexpr std::string_view kSchemaPart = "; Schema: ";
constexpr std::string_view kTablespacePart = "; Tablespace: ";

/// The trigger in "table RI_ConstraintTrigger_a_31021"; "" when it is another one.
std::string_view keysTriggerIn(std::string_view name) {
    constexpr std::string_view kStart = " RI_ConstraintTrigger_"; // commands/trigger.c, "_a_" or "_c_"
    const auto at = name.rfind(kStart);
    if (at == std::string_view::npos)
        return {};
    const auto rest = name.substr(at + kStart.size());
    const bool numbered = rest.size() > 2 && (rest.starts_with("a_") || rest.starts_with("c_")) &&
                          std::ranges::all_of(rest.substr(2), [](char c) { return c >= '0' && c <= '9'; });
    return numbered ? name.substr(at + 1) : std::string_view();
}

std::string_view headerOf(const std::string& entry) {
    return std::string_view(entry).substr(0, entry.find('\n'));
}

bool isKind(std::string_view header, std::string_view kind) {
    const auto type = header.rfind(kTypePart);
    return type != std::string_view::npos && header.substr(type + kTypePart.size()).starts_with(kind) &&
           header.substr(type + kTypePart.size() + kind.size()).starts_with(kSchemaPart);
}

} // namespace

bool pgSwitchesKeysTrigger(const PgArchiveEntry& entry, const std::vector<PgArchiveEntry>& entries) {
    const auto trigger = keysTriggerIn(entry.name);
    if (entry.kind != "TRIGGER" || trigger.empty() || entry.definition.find("CREATE ") != std::string::npos)
        return false;
    // Somebody may have called one of theirs so.
    return std::ranges::none_of(entries, [&](const PgArchiveEntry& other) {
        return other.kind == "TRIGGER" && keysTriggerIn(other.name) == trigger &&
               other.definition.find("CREATE ") != std::string::npos;
    });
}

std::vector<std::string> pgWithoutKeysTriggers(const std::vector<std::string>& entries) {
    std::vector<std::string> out;
    std::ranges::copy_if(entries, std::back_inserter(out), [](const std::string& entry) {
        const auto header = headerOf(entry);
        return !isKind(header, "TRIGGER") ||
               keysTriggerIn(header.substr(0, header.rfind(kTypePart))).empty() ||
               entry.find("\nCREATE ") != std::string::npos;
    });
    return out;
}

std::vector<std::string> pgWithDefaultsApart(const std::vector<std::string>& entries) {
    std::vector<std::string> out;
    for (const auto& entry : entries) {
        const auto header = headerOf(entry);
        const auto set = entry.find(" SET DEFAULT ");
        if (isKind(header, "DEFAULT") && set != std::string::npos) {
            out.push_back(std::string(header) + "\n" + entry.substr(set + 1));
            continue;
        }
        if (!isKind(header, "TABLE") && !isKind(header, "FOREIGN TABLE")) {
            out.push_back(entry);
            continue;
        }
        const auto apart = pgDefaultsApart(entry, [](const std::string&) { return true; });
        out.push_back(apart.sql);
        const auto type = header.rfind(kTypePart);
        const std::string home(header.substr(header.rfind(kSchemaPart)));
        for (const auto& [column, clause] : apart.defaults)
            out.push_back(std::string(header.substr(0, type)) + " " + column + "; Type: DEFAULT" +
                          home.substr(0, home.rfind(kTablespacePart)) + "\nSET" + clause + ";\n");
    }
    return out;
}

} // namespace salvor
