// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What notifications say, and what counts as the same again. Internal to workers/.
#pragma once

#include "models/backuprecord.h"
#include "models/policy/policy.h"
#include "models/watch/watchreport.h"

#include <set>
#include <string>
#include <vector>

namespace salvor {

std::string thisHost();

/// Equal for runs that went the same way.
std::string stateOf(RunOutcome outcome);
std::string stateOf(const RunRecord& run);
std::string runSubject(const Policy& policy, const RunRecord& run);
std::string runText(const Policy& policy, const RunRecord& run);
QJsonObject runPayload(const Policy& policy, const RunRecord& run);

/// The findings above a notice that concern one channel's policies.
struct FindingsFor {
    std::vector<Finding> findings;
    std::string state;               ///< empty: there are none
    std::vector<std::string> silent; ///< what is not well and not told here: by its run, or paused
    std::set<std::string> open;      ///< as lines of a state, or of a paused policy: its UUID

    bool well() const { return findings.empty() && silent.empty(); }
    /// Whether anything that `state` names is over: not told any more, and not only silent.
    bool isOver(const std::string& before) const;
};
/// `saidByRuns`: ids of runs whose outcome the channel was told by the run itself.
FindingsFor findingsFor(const WatchReport& report, const std::vector<Policy>& policies,
                        const std::set<std::string>& saidByRuns);
/// Without findings: that what was found is over.
std::string findingsSubject(const FindingsFor& found);
std::string findingsText(const FindingsFor& found, Instant at);
QJsonObject findingsPayload(const FindingsFor& found);

} // namespace salvor
