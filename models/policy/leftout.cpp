// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/leftout.h"

#include "models/connectionreport.h"
#include "models/sourcetexts.h"

namespace salvor {

namespace {

bool isName(const std::string& glob) { return glob.find_first_of("*?") == std::string::npos; }
bool isEverything(const std::string& glob) { return glob.find_first_not_of('*') == std::string::npos; }

} // namespace

bool leavesOut(const Policy& policy, const std::string& database) {
    bool selected = false;
    bool meant = false;
    for (const auto& rule : policy.rules) {
        if (!matchesGlob(rule.databaseGlob, database))
            continue;
        if (rule.include)
            meant = false;
        else if (!isEverything(rule.databaseGlob))
            meant = meant || selected || isName(rule.databaseGlob);
        selected = rule.include;
    }
    return meant && !selected;
}

std::set<std::string> namedDatabases(const Policy& policy) {
    std::set<std::string> names;
    for (const auto& rule : policy.rules) {
        if (rule.include && isName(rule.databaseGlob) && selects(policy, rule.databaseGlob))
            names.insert(rule.databaseGlob);
    }
    return names;
}

bool backsUp(const Policy& policy, const SourceInfo& source) {
    return selects(policy, source.name) && (!copyOf(source) || namedDatabases(policy).contains(source.name));
}

} // namespace salvor
