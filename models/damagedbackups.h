// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which backups the records of verifications say are damaged.
#pragma once

#include "models/backuprecord.h"

#include <set>
#include <string>
#include <vector>

namespace salvor {

/// Ids of the backups that a verification found damaged, and no later one of at least its depth intact: a
/// look at sizes does not take back what a look at bytes has found. `runs` are of any kind and in any order.
std::set<std::string> damagedBackups(const std::vector<RunRecord>& runs);

} // namespace salvor
