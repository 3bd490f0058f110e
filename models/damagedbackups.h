// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which backups the records of verifications say are damaged.
#pragma once

#include "models/backuprecord.h"

#include <set>
#include <string>
#include <vector>

namespace salvor {

/// Ids of the backups whose last verification found damage. `runs` are of any kind and in any order.
std::set<std::string> damagedBackups(const std::vector<RunRecord>& runs);

} // namespace salvor
