// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which server a policy's runs are on, told by its own identifier: the one that is meant, or another one that
// came in its place without a word (a volume that was lost, a name that leads elsewhere).
#pragma once

#include "models/backuprecord.h"
#include "models/policy/policy.h"

#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// Of RunRecord::details, of a run that found another server than the one that is meant: its identifier,
inline constexpr const char* kSystemIdBeforeKey = "system_id_before";
/// the sentence that says so,
inline constexpr const char* kServerWarningKey = "server_warning";
/// and who began the run by hand and was told so while it ran. That is the answer: it is the right one.
inline constexpr const char* kServerAnsweredByKey = "server_answered_by";

/// The newest run is on another server than the one that is meant.
struct ServerChange {
    std::string system;
    std::string systemBefore;
    std::string sinceRun; ///< the first of the unbroken row of runs on it
    std::string lastRun;  ///< the newest on the one that is meant
    Instant lastAt{};     ///< when that began
};

/// A run of which the server is known.
struct ServerRun {
    const RunRecord* run = nullptr;
    std::string system;
};

/// `runs`: of one policy, the newest first. The server that is meant is the first one, until somebody
/// answered for another one within an unbroken row of runs on it, or such a row lasted a week. Nothing: the
/// newest run is on the one that is meant, or began its row more than a week ago.
std::optional<ServerChange> openServerChange(const std::vector<ServerRun>& runs, Instant now);

/// The same for a run that is under way and has noted its server ("system_id"), with what is recorded: of any
/// policy, in any order. Runs of before servers were noted say it by their backups.
std::optional<ServerChange> serverChangeAt(const RunRecord& present, const Policy& policy,
                                           std::vector<RunRecord> runs,
                                           const std::vector<BackupRecord>& backups, Instant now);

} // namespace salvor
