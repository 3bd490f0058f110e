// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What came of a policy's prunes, verifications and drills. Internal to models/watch.
#pragma once

#include "models/backuprecord.h"
#include "models/policy/policy.h"
#include "models/watch/policyhistory.h"
#include "models/watch/watchreport.h"

#include <vector>

namespace salvor {

/// By the newest prune and verification that decided something, and the newest drill of each database:
/// "prune_refused", "prune_failed", "prune_partial", "verify_failed", "verify_partial", "drill_failed",
/// "drill_partial". A drill is of the database that its backup is of, by whatever name; of one that is gone
/// it is a notice, and nothing once it has no backups either. Records dated in the future count for nothing.
/// Damage is told by the backups that have it. `history`: the policy's, of the same records.
std::vector<Finding> upkeepFindings(const Policy& policy, const PolicyHistory& history,
                                    const std::vector<RunRecord>& runs,
                                    const std::vector<BackupRecord>& backups, Instant now);

} // namespace salvor
