// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/jobphase.h"

#include <algorithm>

namespace salvor {

std::string jobPhaseId(JobPhase phase) {
    switch (phase) {
    case JobPhase::Waiting:
        return "waiting";
    case JobPhase::Connecting:
        return "connecting";
    case JobPhase::Hook:
        return "hook";
    case JobPhase::Snapshot:
        return "snapshot";
    case JobPhase::Server:
        return "server";
    case JobPhase::Creating:
        return "creating";
    case JobPhase::PreData:
        return "pre_data";
    case JobPhase::Catalog:
        return "catalog";
    case JobPhase::Data:
        return "data";
    case JobPhase::Sequences:
        return "sequences";
    case JobPhase::PostData:
        return "post_data";
    case JobPhase::Finish:
        return "finish";
    case JobPhase::Commit:
        return "commit";
    case JobPhase::Proof:
        return "proof";
    case JobPhase::Checks:
        return "checks";
    case JobPhase::Reveal:
        return "reveal";
    case JobPhase::Verify:
        return "verify";
    case JobPhase::Prune:
        return "prune";
    case JobPhase::Scan:
        return "scan";
    }
    return {}; // none of them
}

std::vector<JobPhase> allJobPhases() {
    std::vector<JobPhase> all;
    for (int i = 0; !jobPhaseId(static_cast<JobPhase>(i)).empty(); ++i)
        all.push_back(static_cast<JobPhase>(i));
    return all;
}

std::optional<JobPhase> jobPhaseFrom(std::string_view id) {
    const auto all = allJobPhases();
    const auto found = std::ranges::find_if(all, [&](JobPhase phase) { return jobPhaseId(phase) == id; });
    return found == all.end() ? std::nullopt : std::optional(*found);
}

} // namespace salvor
