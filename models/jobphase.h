// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The phases that a job goes through, as Progress::phase has them: all that engines and workers tell of. Each
// program has words for each (ui/jobs/phasetexts, app/salvorctl/progressline).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// One after the other without a gap. A new one needs its id and words in both programs before it compiles.
enum class JobPhase {
    Waiting,    ///< for the repository, which another job writes
    Connecting, ///< looking for what is needed, and logging in
    Hook,       ///< a command of the policy runs
    Snapshot,   ///< the state that is read is held
    Server,     ///< a private server for the restore is made
    Creating,   ///< the database to restore into is made, hidden
    PreData,    ///< schema without what is made behind the rows
    Catalog,    ///< what extensions keep in tables of their own
    Data,       ///< rows are read, or written
    Sequences,
    PostData, ///< indexes, constraints and what else the rows come before
    Finish,
    Commit, ///< the backup becomes one
    Proof,  ///< what was restored is read back and compared
    Checks, ///< the check queries of a drill
    Reveal, ///< the restored database gets its name
    Verify,
    Prune,
    Scan, ///< what the store holds is read into the catalog database
};

/// "pre_data": stable. The output of --json has it, and manifests the ids of those phases that a plan has.
std::string jobPhaseId(JobPhase phase);
/// Nothing for an id that is none of these: of a later version, or nothing has begun yet (the empty one).
std::optional<JobPhase> jobPhaseFrom(std::string_view id);
std::vector<JobPhase> allJobPhases();

} // namespace salvor
