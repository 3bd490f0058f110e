// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/serverchange.h"

#include "models/watch/policyhistory.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::chrono::hours kKnownAfter{7 * 24};

/// Only by somebody who was told: a run by hand that found nothing new, or that nobody saw, says nothing.
bool isAnswer(const ServerRun& one) {
    return (one.run->outcome == RunOutcome::Ok || one.run->outcome == RunOutcome::Partial) &&
           one.run->details.contains(QLatin1String(kServerAnsweredByKey));
}

} // namespace

std::optional<ServerChange> openServerChange(const std::vector<ServerRun>& runs, Instant now) {
    if (runs.empty())
        return std::nullopt;
    ServerRun meant = runs.back();
    for (auto first = runs.rbegin(); first != runs.rend();) {
        const auto next = std::find_if(first, runs.rend(),
                                       [&](const ServerRun& one) { return one.system != first->system; });
        const ServerRun& last = *std::prev(next);
        const bool isMeant = first->system == meant.system || std::any_of(first, next, isAnswer) ||
                             last.run->started - first->run->started > kKnownAfter;
        if (isMeant)
            meant = last;
        else if (next == runs.rend() && now - first->run->started <= kKnownAfter)
            return ServerChange{first->system, meant.system, first->run->id, meant.run->id,
                                meant.run->started};
        first = next;
    }
    return std::nullopt;
}

std::optional<ServerChange> serverChangeAt(const RunRecord& present, const Policy& policy,
                                           std::vector<RunRecord> runs,
                                           const std::vector<BackupRecord>& backups, Instant now) {
    std::erase_if(runs, [&](const RunRecord& run) { return run.id == present.id; });
    RunRecord& asIfDone = runs.emplace_back(present);
    asIfDone.outcome = RunOutcome::Ok;
    asIfDone.policyUuid = policy.uuid; // one of several that it is of
    return PolicyHistory(policy, runs, backups, {}, {}, now).newServer();
}

} // namespace salvor
