// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What Core takes and gives about restore drills: docs/drills.md.
#pragma once

#include "models/backuprecord.h"
#include "models/drill.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace salvor {

/// DrillJob::target for a private server that is made for the drill.
constexpr const char* kThrowawayTarget = "throwaway";

struct DrillJob {
    std::string backup;     ///< unique prefix
    std::string repository; ///< empty: found by the backup's id
    /// kThrowawayTarget, or a profile's title or UUID; empty: what the backup's policy says, else throwaway.
    std::string target;
    std::vector<DrillCheck> checks;        ///< on the restored database, besides the policy's own
    std::chrono::seconds checkTimeout{60}; ///< for each
    std::vector<std::string> noLoginRoles; ///< missing roles to make on a profile's server; they stay there
    std::string folder;                    ///< of a throwaway server; empty: the system's for temporary files
    std::string serverUser;                ///< whom it runs as, where this process is root
    std::string trigger = "person";
    std::string runId; ///< empty: made here
};

struct ProofDifference {
    std::string item;
    std::string expected;
    std::string found;
};

/// A drill that found something wrong is a failed run with `differences` or checks that did not pass.
struct DrillOutcome {
    RunRecord run; ///< kind "drill"; of the source that was backed up, whatever the target
    std::string backupId;
    std::string target;     ///< "throwaway", or the profile's title
    std::string serverUser; ///< of a throwaway server: whom it ran as
    bool proved = false;
    std::uint64_t items = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    double restoreSeconds =
        0; ///< from the first statement to a database that is whole: the measured recovery time
    double proofSeconds = 0;
    double totalSeconds = 0; ///< with the server, the checks and tidying up
    std::vector<DrillCheckResult> checks;
    std::vector<ProofDifference> differences; ///< empty when proved
    std::vector<std::string> leftBehind;      ///< what could not be removed, in whole sentences
};

} // namespace salvor
