// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/gonesources.h"

#include "models/neverseen.h"
#include "models/watch/policyhistory.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace salvor {

namespace {

/// Of one server.
struct Server {
    std::vector<SourceStatus*> sources;
    std::map<std::string, RunRecord> runs; ///< by id
    std::vector<BackupRecord> backups;     ///< the newest of each source
};

std::map<std::string, Server> byServer(std::vector<SourceStatus>& sources) {
    std::map<std::string, Server> servers;
    for (auto& source : sources) {
        Server& server = servers[source.profileUuid];
        server.sources.push_back(&source);
        if (source.lastGood) {
            server.backups.push_back(*source.lastGood);
            server.backups.back().database = source.database; // its name of today
        }
        for (const auto& run : source.recentRuns) {
            const auto [known, isNew] = server.runs.emplace(run.id, run);
            if (!isNew && known->second.outcome != run.outcome) // each has its source's own outcome
                known->second.outcome = RunOutcome::Partial;
        }
    }
    return servers;
}

bool wasThere(const SourceStatus& source, Instant after) {
    return std::ranges::any_of(source.recentRuns, [&](const RunRecord& run) {
        return run.started > after && (run.outcome == RunOutcome::Ok || run.outcome == RunOutcome::Partial);
    });
}

void mark(SourceStatus& source, SourceState state) {
    if (sourceStateFromString(source.state) != SourceState::Lost)
        source.state = std::string(toString(state));
}

/// Until when a policy's runs by the rules say what is on the server.
Instant newestByRules(const Policy& policy, const std::vector<RunRecord>& runs) {
    Instant newest{};
    for (const auto& run : runs) {
        const bool isDecisive = run.outcome == RunOutcome::Ok || run.outcome == RunOutcome::Partial ||
                                run.outcome == RunOutcome::Failed;
        const bool isByRules =
            isDecisive && run.details.value(QLatin1String("selection")).toString() == QLatin1String("policy");
        if (isByRules && PolicyHistory::isOf(policy, run) && !PolicyHistory::databasesOf(run).empty())
            newest = std::max(newest, run.started);
    }
    return newest;
}

void markByPolicy(const Server& server, const Policy& policy, const GoneInput& input) {
    std::vector<RunRecord> runs;
    std::ranges::transform(server.runs, std::back_inserter(runs), [](const auto& one) { return one.second; });
    std::vector<BackupRecord> backups = server.backups;
    for (auto& backup : backups) // of another policy that selects it, too: it can be brought back
        backup.policyUuid = policy.uuid;
    const PolicyHistory history(policy, runs, backups, input.nameChanges, input.dropped, input.now);
    std::set<std::string> lost;
    for (const auto& loss : history.losses())
        lost.insert(loss.databases.begin(), loss.databases.end());
    const Instant newest = newestByRules(policy, runs);
    for (SourceStatus* source : server.sources) {
        if (selects(policy, source->database) && history.isGone(source->database) &&
            !wasThere(*source, newest)) // by another policy's run
            mark(*source, lost.contains(source->database) ? SourceState::Lost : SourceState::Gone);
    }
}

/// The newest run that saw all of the server, where no name moved since.
const RunRecord* newestOfAll(const Server& server, const std::vector<NameChange>& changes) {
    const RunRecord* newest = nullptr;
    for (const auto& [id, run] : server.runs) {
        if (sawAll(run) && run.outcome != RunOutcome::Running &&
            (newest == nullptr || run.started > newest->started))
            newest = &run;
    }
    const bool moved = newest != nullptr && std::ranges::any_of(changes, [&](const NameChange& change) {
                           return change.profileUuid == newest->profileUuid && change.at >= newest->started;
                       });
    return moved ? nullptr : newest;
}

void markUnselected(const Server& server, const GoneInput& input) {
    const RunRecord* all = newestOfAll(server, input.nameChanges);
    if (all == nullptr)
        return;
    for (SourceStatus* source : server.sources) {
        const bool isSelected = std::ranges::any_of(input.policies, [&](const Policy& policy) {
            return policy.profileUuid == source->profileUuid && selects(policy, source->database);
        });
        if (!isSelected && !saw(*all, source->database) && !wasThere(*source, all->started))
            mark(*source, SourceState::Gone);
    }
}

} // namespace

void markGone(std::vector<SourceStatus>& sources, const GoneInput& input) {
    for (const auto& [profile, server] : byServer(sources)) {
        for (const auto& policy : input.policies) {
            if (policy.profileUuid == profile)
                markByPolicy(server, policy, input);
        }
        markUnselected(server, input);
    }
    std::erase_if(sources, [](const SourceStatus& source) {
        return !source.lastGood && sourceStateFromString(source.state) == SourceState::Gone;
    });
}

} // namespace salvor
