// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What somebody meant by a policy's rules: is a database without a backup left out on purpose, and which ones
// were asked for by name?
#pragma once

#include "models/policy/policy.h"

#include <set>
#include <string>

namespace salvor {

struct SourceInfo;

/// The policy's last rule for the database excludes it, and that was meant: the rule gives its name, or takes
/// it out of what a rule before had selected. A rule that excludes everything means no database of its own.
/// Whether the policy is one of the database's server, the caller looks.
bool leavesOut(const Policy& policy, const std::string& database);
/// The databases that the policy selects by name, without wildcards: each is promised a backup, there or not.
std::set<std::string> namedDatabases(const Policy& policy);
/// Whether a run by the policy's rules backs it up. A restored copy of a database that is there still
/// (models/sourcetexts.h) has to be named in a rule, without wildcards.
bool backsUp(const Policy& policy, const SourceInfo& source);

} // namespace salvor
