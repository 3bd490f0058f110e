// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which backups are damaged, as the records of what looked at them say: verifications, and runs that read
// back what they had just made.
#pragma once

#include "models/backuprecord.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace salvor {

/// Of the error of a verification that was cut short: which backups it had found damaged before, as their ids
/// with a space between them.
inline constexpr const char* kDamagedBackupsKey = "damaged_backups";

/// In RunRecord::details of a verification of some backups only: which ones, by their ids; as somebody typed
/// them where the store was away before they were found.
inline constexpr const char* kAskedBackupsKey = "asked_backups";

std::vector<std::string> damagedIn(const Error& error);
/// A verification that ended so: what it does not name was not looked at.
bool wasCutShort(const RunRecord& run);

/// A verification that found this backup intact, looking at least so deep: "quick", "stored" or "full".
bool foundIntact(const RunRecord& run, const std::string& backupId, const std::string& depth);

/// The newest look that found a backup damaged.
struct Damage {
    std::string runId;
    Instant at{};
    bool afterItsRun = false; ///< by the run that made it, or made another one beside it; else a verification
};

/// Of the backups that were found damaged, and that no later verification of at least that depth found
/// intact: a look at sizes does not take back what a look at bytes has found. By the backup's id. `runs` are
/// of any kind and in any order. From RunRecord::details: "damaged_backups", of a verification "depth", of a
/// backup run "verified" (what its policy's checks.verify_after was).
std::map<std::string, Damage> damageIn(const std::vector<RunRecord>& runs);
/// Their ids.
std::set<std::string> damagedBackups(const std::vector<RunRecord>& runs);

} // namespace salvor
