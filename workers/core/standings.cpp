// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/standings.h"

#include "models/namechanges.h"
#include "models/recoverytime.h"
#include "models/watch/evaluation.h"
#include "workers/core.h"
#include "workers/core/timertimes.h"
#include "workers/timersroad.h"

#include <algorithm>
#include <utility>

namespace salvor {

namespace {

constexpr std::size_t kNewestDrills = 5000;
constexpr std::size_t kNewestRestores = 200; ///< each has to be traced to the database of its backup
constexpr std::size_t kNewestProofs = 20'000;

void take(StandingInput& input, const std::string& key, const RunRecord& run) {
    const auto seconds = recoverySecondsOf(run);
    if (!seconds)
        return;
    MeasuredRecovery& known = input.measured[key];
    if (run.started > known.at || known.seconds <= 0)
        known = {*seconds, run.started, run.kind == "drill"};
}

/// By sourceKey(): a backup of the very database that has the name now; nothing where it has none.
using NewestOf = std::map<std::string, std::optional<BackupRecord>>;

NewestOf newestOfEach(const std::vector<SourceStatus>& sources) {
    NewestOf out;
    for (const auto& source : sources)
        out[sourceKey(source.profileUuid, source.database)] = source.lastGood;
    return out;
}

/// A name may have gone from one database to another: of the one that has it now, as far as is known.
bool isOfTheOneOfToday(const NewestOf& newestOf, const std::string& key, const BackupRecord& backup) {
    const auto known = newestOf.find(key);
    return known == newestOf.end() || (known->second && isOfSameDatabase(backup, *known->second));
}

/// Drills are recorded for the database that was backed up, restores for the one that was made. What brought
/// a former database of the name back says nothing of this one.
Result<> addMeasured(Core& core, const NewestOf& newestOf, StandingInput& input) {
    RunFilter filter;
    filter.outcome = RunOutcome::Ok;
    filter.kind = "drill";
    filter.limit = kNewestDrills;
    SALVOR_ASSIGN(const auto drills, core.runPage(filter));
    for (const auto& run : *drills.rows) {
        const std::string key = sourceKey(run.profileUuid, run.database);
        if (const auto known = input.measured.find(key);
            known != input.measured.end() && known->second.at >= run.started)
            continue; // of each the newest alone has to be traced
        const auto backup =
            run.backupIds.empty() ? Result<BackupRecord>(BackupRecord()) : core.backup(run.backupIds.front());
        if (!backup || isOfTheOneOfToday(newestOf, key, *backup))
            take(input, key, run);
    }
    filter.kind = "restore";
    filter.limit = kNewestRestores;
    SALVOR_ASSIGN(const auto restores, core.runPage(filter));
    for (const auto& run : *restores.rows) {
        if (run.backupIds.empty())
            continue;
        const auto backup = core.backup(run.backupIds.front());
        if (!backup)
            continue;
        const std::string key = sourceKey(backup->profileUuid, backup->database);
        if (isOfTheOneOfToday(newestOf, key, *backup))
            take(input, key, run);
    }
    return {};
}

/// UUIDs of profiles that have backups, are not there any longer, and of which the audit says that somebody
/// removed them: what was only never here, or went with a lost workspace, is not among them.
Result<std::set<std::string>> removedProfiles(Core& core, const std::vector<SourceStatus>& sources) {
    std::set<std::string> missing;
    for (const auto& source : sources)
        missing.insert(source.profileUuid);
    SALVOR_ASSIGN(const auto profiles, core.profiles());
    for (const auto& profile : profiles)
        missing.erase(profile.uuid);
    std::set<std::string> removed;
    for (const auto& uuid : missing) {
        AuditFilter filter;
        filter.subject = uuid;
        filter.action = "profile.remove";
        filter.limit = 1;
        SALVOR_ASSIGN(const auto records, core.auditTrail(filter));
        if (!uuid.empty() && !records.empty())
            removed.insert(uuid);
    }
    return removed;
}

/// The newest backup of each that no verification found damaged; nothing where all are.
Result<> leaveDamagedOut(Core& core, std::vector<SourceStatus>& sources) {
    SALVOR_ASSIGN(const auto damaged, knownDamage(core));
    for (auto& source : sources) {
        if (!source.lastGood || !damaged.contains(source.lastGood->id))
            continue;
        BackupFilter filter;
        filter.profile = source.profileUuid;
        filter.database = source.database;
        filter.limit = kNewestProofs;
        SALVOR_ASSIGN(const auto backups, core.backupPage(filter)); // the newest first
        const auto intact = std::ranges::find_if(*backups.rows, [&](const BackupRecord& backup) {
            return !damaged.contains(backup.id) && isOfSameDatabase(backup, *source.lastGood);
        });
        if (intact == backups.rows->end())
            source.damaged = std::exchange(source.lastGood, std::nullopt);
        else
            source.lastGood = *intact;
    }
    return {};
}

/// How old the data was is said by the run alone that made the backup: after many that failed it is none of
/// the recent ones. One look by its id for each that needs it; a run that is not known any more says nothing.
Result<> addGoodRuns(Core& core, std::vector<SourceStatus>& sources) {
    for (auto& source : sources) {
        if (!source.lastGood || source.lastGood->runId.empty())
            continue;
        const std::string& id = source.lastGood->runId;
        if (std::ranges::find(source.recentRuns, id, &RunRecord::id) != source.recentRuns.end())
            continue;
        auto run = core.run(id);
        if (run)
            source.goodRun = std::move(*run);
        else if (run.error().code != ErrorCode::NotFound && run.error().code != ErrorCode::InvalidInput)
            return failure(std::move(run).error());
    }
    return {};
}

/// None where the database that has the name now was never backed up.
Result<> addProved(Core& core, const NewestOf& newestOf, StandingInput& input) {
    BackupFilter filter;
    filter.onlyRestored = true;
    filter.limit = kNewestProofs;
    SALVOR_ASSIGN(const auto proved, core.backupPage(filter));
    for (const auto& backup : *proved.rows) {
        const std::string key = sourceKey(backup.profileUuid, backup.database);
        if (!isOfTheOneOfToday(newestOf, key, backup))
            continue;
        Instant& newest = input.proved[key];
        newest = std::max(newest, backup.restoredAt.value_or(newest));
    }
    return {};
}

} // namespace

Result<std::vector<SourceStanding>> sourceStandings(Core& core, const TimersRoad& road,
                                                    const CancelToken& cancel,
                                                    std::set<std::string> lostStores) {
    StandingInput input;
    input.lostStores = std::move(lostStores);
    SALVOR_ASSIGN(input.policies, core.policies());
    SALVOR_ASSIGN(auto sources, core.overview());
    SALVOR_ASSIGN(input.removed, removedProfiles(core, sources));
    std::erase_if(sources, [&](const SourceStatus& source) { // nothing of it is left
        return !source.lastGood && input.removed.contains(source.profileUuid);
    });
    const NewestOf newest = newestOfEach(sources); // damaged or not, it says which database it is
    SALVOR_TRY(leaveDamagedOut(core, sources));
    SALVOR_TRY(addGoodRuns(core, sources));
    if (const Clock* clock = core.config().clock)
        input.now = clock->now();
    if (const auto timers = timersAsTheyRun(core, road, cancel)) {
        const auto followed = followedPolicies(*timers);
        input.followed.emplace(followed.begin(), followed.end());
    }
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_TRY(addMeasured(core, newest, input));
    SALVOR_TRY(addProved(core, newest, input));
    return standingsOf(std::move(sources), input);
}

Result<std::set<std::string>> waitingServers(Core& core, const std::vector<SourceStanding>& sources,
                                             const CancelToken& cancel) {
    WatchInput input;
    SALVOR_ASSIGN(input.policies, core.policies());
    std::erase_if(input.policies, [&](const Policy& policy) {
        return policy.paused ||
               std::ranges::find(sources, policy.profileUuid, &SourceStanding::profileUuid) != sources.end();
    });
    std::set<std::string> servers;
    const Clock* clock = core.config().clock;
    if (input.policies.empty() || clock == nullptr)
        return servers;
    for (const auto& policy : input.policies)
        servers.insert(policy.profileUuid);
    for (const auto& server : servers) { // of a server without a source these are few
        RunFilter filter;
        filter.profile = server;
        filter.kind = "backup";
        SALVOR_ASSIGN(const auto page, core.runPage(filter));
        input.runs.insert(input.runs.end(), page.rows->begin(), page.rows->end());
    }
    const auto looks = lookAtTimers(core.config().userName, findTimersRoad({}).setup, cancel);
    SALVOR_TRY(checkCancelled(cancel));
    const Instant now = clock->now();
    const auto report = evaluateWatch(input, now, firstRuns(input.policies, looks, now), cancel);
    for (const auto& policy : report.policies) {
        if (policy.state != WatchState::Waiting)
            servers.erase(policy.profileUuid);
    }
    return servers;
}

Result<std::set<std::string>> knownDamage(Core& core) {
    SALVOR_ASSIGN(const auto damage, core.damage());
    std::set<std::string> ids;
    for (const auto& [id, found] : damage)
        ids.insert(id);
    return ids;
}

} // namespace salvor
