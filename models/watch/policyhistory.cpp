// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/policyhistory.h"

#include "models/base/json.h"
#include "models/damagedbackups.h"
#include "models/neverseen.h"
#include "models/recoverytime.h"
#include "models/watch/evaluation.h"

#include <QJsonArray>

#include <algorithm>

namespace salvor {

namespace {

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

bool isDecisive(const RunRecord& run) {
    return run.outcome == RunOutcome::Ok || run.outcome == RunOutcome::Partial ||
           run.outcome == RunOutcome::Failed;
}

/// Somebody named the databases: it says nothing of the policy's others.
bool isByName(const RunRecord& run) {
    return run.details.value(QLatin1String("selection")).toString() == QLatin1String("named");
}

template <typename Record>
void newestFirst(std::vector<const Record*>& records) {
    std::sort(records.begin(), records.end(), [](const Record* a, const Record* b) {
        return a->started != b->started ? a->started > b->started : a->id > b->id;
    });
}

} // namespace

std::vector<std::string> PolicyHistory::namesIn(const QJsonObject& details, const char* key) {
    std::vector<std::string> names;
    for (const auto& element : details.value(QLatin1String(key)).toArray())
        names.push_back(fromQt(element.toString()));
    return names;
}

std::vector<std::string> PolicyHistory::databasesOf(const RunRecord& run) {
    std::vector<std::string> names = namesIn(run.details, "databases");
    if (names.empty() && !run.database.empty()) {
        for (const auto& name : toQt(run.database).split(QStringLiteral(", ")))
            names.push_back(fromQt(name));
    }
    return names;
}

PolicyHistory::PolicyHistory(const Policy& policy, const std::vector<RunRecord>& runs,
                             const std::vector<BackupRecord>& backups, const std::vector<NameChange>& changes,
                             const std::vector<DroppedCopy>& dropped, Instant now)
    : m_policy(policy)
    , m_latest(now + kClockTolerance)
    , m_damaged(salvor::damagedBackups(runs)) {
    noteNames(changes);
    std::ranges::copy_if(dropped, std::back_inserter(m_dropped),
                         [&](const DroppedCopy& one) { return one.profileUuid == policy.profileUuid; });
    sortRuns(runs);
    sortBackups(backups);
    if (m_future)
        m_future->isPassed = wasRecordedAfter(m_future->newest);
    std::set<std::string> names;
    if (m_chosen)
        names = *m_chosen;
    else if (m_decisive != nullptr)
        names = namesSince(*m_decisive);
    for (const auto& [name, records] : m_backups)
        names.insert(name);
    names.insert(m_futureDatabases.begin(), m_futureDatabases.end());
    m_databases.assign(names.begin(), names.end());
}

bool PolicyHistory::isOf(const Policy& policy, const RunRecord& run) {
    const auto policies = namesIn(run.details, "policies");
    return policies.empty() ? run.policyUuid == policy.uuid : contains(policies, policy.uuid);
}

void PolicyHistory::noteNames(const std::vector<NameChange>& changes) {
    for (const auto& change : changes) {
        if (change.profileUuid == m_policy.profileUuid && change.at <= m_latest)
            m_changes.push_back(&change);
    }
    std::ranges::stable_sort(m_changes, {}, &NameChange::at);
    for (const NameChange* change : m_changes) {
        for (const auto& [before, after] : change->names) {
            m_namedAt.erase(before);
            m_putAside.erase(before);
        }
        for (const auto& [before, after] : change->names) {
            m_namedAt[after] = change->at;
            // The name that clients use is given away and taken at once; what had it, or is to lose it again,
            // gets one of its own.
            if (change->names.contains(after))
                m_putAside.erase(after);
            else
                m_putAside.insert(after);
        }
    }
}

std::optional<Instant> PolicyHistory::namedAt(const std::string& database) const {
    const auto found = m_namedAt.find(database);
    return found == m_namedAt.end() ? std::nullopt : std::optional(found->second);
}

/// The databases of a run by the names that they have now, and whatever has got a name of theirs since.
std::set<std::string> PolicyHistory::namesNow(const RunRecord& run) const {
    const auto list = databasesOf(run);
    const std::set<std::string> then(list.begin(), list.end());
    std::set<std::string> now = then;
    std::set<std::string> others; ///< names that came to databases of which the run says nothing
    for (const NameChange* change : m_changes) {
        if (change->at < run.started)
            continue;
        const std::set<std::string> before = now;
        for (const auto& [from, to] : change->names) {
            now.erase(from);
            others.erase(from);
        }
        for (const auto& [from, to] : change->names)
            (before.contains(from) ? now : others).insert(to);
    }
    for (const auto& name : others) {
        if (then.contains(name))
            now.insert(name);
    }
    return now;
}

/// Those of them that the policy selects.
std::set<std::string> PolicyHistory::namesSince(const RunRecord& run) const {
    std::set<std::string> names = namesNow(run);
    std::erase_if(names, [&](const std::string& name) { return !selects(m_policy, name); });
    return names;
}

void PolicyHistory::noteFuture(Instant at) {
    if (!m_future)
        m_future = Future{0, at, false};
    ++m_future->count;
    m_future->newest = std::max(m_future->newest, at);
}

/// Dates alone cannot say what was recorded first: a run notes the newest one ahead of it that it found,
/// in whole seconds.
bool PolicyHistory::wasRecordedAfter(Instant dated) const {
    return std::ranges::any_of(m_runs, [&](const RunRecord* run) {
        const auto noted = fromRfc3339(fromQt(run->details.value(QLatin1String("dated_ahead")).toString()));
        return noted && *noted >= std::chrono::floor<std::chrono::seconds>(dated) && !isByName(*run) &&
               (run->outcome == RunOutcome::Ok || run->outcome == RunOutcome::Partial);
    });
}

void PolicyHistory::sortRuns(const std::vector<RunRecord>& runs) {
    std::vector<const RunRecord*> own;
    for (const auto& run : runs) {
        if ((run.kind == "restore" || run.kind == "drill") && run.outcome == RunOutcome::Ok &&
            run.started <= m_latest)
            m_restores.push_back(&run);
        if (run.kind != "backup" || !isOf(m_policy, run)) // of the others upkeep.h tells
            continue;
        if (run.started > m_latest || (run.ended && *run.ended > m_latest))
            noteFuture(std::max(run.started, run.ended.value_or(run.started)));
        else
            own.push_back(&run);
    }
    newestFirst(own);
    newestFirst(m_restores);
    std::set<std::string> thereSince; // backed up by name, after the newest run by the rules
    std::set<std::string> madeUpFor;  // and of these what a run that was cut short left open
    for (const RunRecord* run : own) {
        if (m_newest == nullptr && !isByName(*run))
            m_newest = run;
        if (m_cutShort == nullptr && m_decisive == nullptr && run->outcome == RunOutcome::Cancelled &&
            run->trigger == "timer")
            m_cutShort = run;
        if (!isDecisive(*run))
            continue;
        m_runs.push_back(run);
        if (isByName(*run)) {
            if (m_cutShort == nullptr)
                madeUpFor.merge(backedUpBy(*run));
            if (!m_chosen)
                thereSince.merge(backedUpBy(*run));
            continue;
        }
        if (m_decisive == nullptr)
            m_decisive = run;
        if (databasesOf(*run).empty() || !run->details.contains(QLatin1String("selection")))
            continue;
        m_byRules.push_back(run);
        if (!m_chosen)
            m_chosen = namesSince(*run);
        if (m_chosenBy == nullptr)
            m_chosenBy = run;
    }
    if (m_chosen)
        m_chosen->merge(thereSince);
    if (m_cutShort == nullptr)
        return;
    std::set<std::string> missed = namesSince(*m_cutShort); // that run's own, where no other chose any
    if (m_chosen)
        missed.insert(m_chosen->begin(), m_chosen->end());
    if (!missed.empty() && std::ranges::includes(madeUpFor, missed))
        m_cutShort = nullptr;
}

/// By the names that they have now.
std::set<std::string> PolicyHistory::backedUpBy(const RunRecord& run) const {
    if (run.outcome != RunOutcome::Ok && run.outcome != RunOutcome::Partial)
        return {};
    std::set<std::string> names = namesSince(run);
    for (const auto& failed : namesIn(run.details, "failed_databases"))
        names.erase(failed);
    return names;
}

void PolicyHistory::sortBackups(const std::vector<BackupRecord>& backups) {
    for (const auto& backup : backups) {
        if (backup.policyUuid != m_policy.uuid)
            continue;
        if (backup.started > m_latest || backup.ended > m_latest) {
            noteFuture(std::max(backup.started, backup.ended));
            m_futureDatabases.insert(backup.database);
        } else {
            m_backups[backup.database].push_back(&backup);
            if (!backup.systemId.empty())
                m_systems.emplace(backup.runId, backup.systemId);
            if (!backup.databaseId.empty())
                m_byIdentity[identityOf(backup)].push_back(&backup);
        }
    }
    for (auto& [database, records] : m_backups)
        newestFirst(records);
    for (auto& [identity, records] : m_byIdentity)
        newestFirst(records);
}

/// Whatever it was called then; itself among them. None where that is not known.
const std::vector<const BackupRecord*>& PolicyHistory::ofSame(const BackupRecord& backup) const {
    static const std::vector<const BackupRecord*> kNone;
    const auto found = m_byIdentity.find(identityOf(backup));
    return found == m_byIdentity.end() ? kNone : found->second;
}

bool PolicyHistory::isGone(const std::string& database) const {
    if (!m_chosen || m_chosen->count(database) != 0)
        return false;
    // What is selected now that run may have seen and not chosen: by the rules of then, or as a restored
    // copy.
    return !selects(m_policy, database) || !saw(*m_chosenBy, database);
}

std::optional<PolicyHistory::Renamed> PolicyHistory::renamed(const std::string& database) const {
    const auto own = m_backups.find(database);
    if (own == m_backups.end())
        return std::nullopt;
    const BackupRecord& newest = *own->second.front();
    std::map<std::string, const BackupRecord*> since; // the oldest by each other name
    for (const BackupRecord* record : ofSame(newest)) {
        if (record->database != database && record->started > newest.started)
            since[record->database] = record;
    }
    std::optional<Renamed> found;
    Instant last = newest.started;
    for (const auto& [name, record] : since) {
        const Instant newestByName = m_backups.at(name).front()->started;
        if (newestByName < last)
            continue;
        last = newestByName;
        found = Renamed{name, record};
    }
    return found;
}

std::size_t PolicyHistory::formerOf(const std::string& database) const {
    const auto own = m_backups.find(database);
    if (own == m_backups.end())
        return 0;
    std::map<Identity, const BackupRecord*> former;
    for (const BackupRecord* record : own->second) {
        if (!record->databaseId.empty() && identityOf(*record) != identityOf(*own->second.front()))
            former.emplace(identityOf(*record), record);
    }
    // One that was renamed or swapped out lives on by another name.
    std::erase_if(former, [&](const auto& one) {
        return std::ranges::any_of(ofSame(*one.second), [&](const BackupRecord* record) {
            return record->database != database && m_backups.at(record->database).front() == record;
        });
    });
    return former.size();
}

std::vector<const BackupRecord*> PolicyHistory::goodByAnyName(const std::string& database) const {
    auto good = goodBackups(database);
    const auto own = m_backups.find(database);
    if (own == m_backups.end())
        return good;
    for (const BackupRecord* record : ofSame(*own->second.front())) {
        if (record->database != database && !m_damaged.contains(record->id))
            good.push_back(record);
    }
    newestFirst(good);
    return good;
}

std::vector<const BackupRecord*> PolicyHistory::goodOfToday(const std::string& database) const {
    auto good = goodByAnyName(database);
    const auto own = m_backups.find(database);
    if (own != m_backups.end())
        std::erase_if(good, [&](const BackupRecord* backup) {
            return !isOfSameDatabase(*backup, *own->second.front());
        });
    return good;
}

std::vector<const BackupRecord*> PolicyHistory::goodBackups(const std::string& database) const {
    return backupsOf(database, false);
}

std::vector<const BackupRecord*> PolicyHistory::damagedBackups(const std::string& database) const {
    return backupsOf(database, true);
}

std::vector<const BackupRecord*> PolicyHistory::backupsOf(const std::string& database, bool damaged) const {
    std::vector<const BackupRecord*> found;
    const auto all = m_backups.find(database);
    if (all == m_backups.end())
        return found;
    std::copy_if(all->second.begin(), all->second.end(), std::back_inserter(found),
                 [&](const BackupRecord* backup) { return m_damaged.contains(backup->id) == damaged; });
    return found;
}

std::optional<bool> PolicyHistory::lastSuccess(const std::string& database) const {
    const auto since = namedAt(database);
    for (const RunRecord* run : m_runs) {
        if (since && run->started < *since)
            break; // the newest come first
        const auto names = databasesOf(*run);
        // Without names it ended before it knew what to back up: that is a failure of all.
        if (!names.empty() && !contains(names, database))
            continue;
        if (run->outcome == RunOutcome::Ok)
            return true;
        const auto failed = namesIn(run->details, "failed_databases");
        if (run->outcome == RunOutcome::Partial)
            return !contains(failed, database);
        // Failed though its backups are there: a hook, or what was read back.
        return false;
    }
    return std::nullopt;
}

bool PolicyHistory::wasBackedUp(const std::string& database) const {
    const auto since = namedAt(database);
    return std::ranges::any_of(m_runs, [&](const RunRecord* run) {
        return (!since || run->started >= *since) &&
               (run->outcome == RunOutcome::Ok || run->outcome == RunOutcome::Partial) &&
               contains(databasesOf(*run), database) &&
               !contains(namesIn(run->details, "failed_databases"), database);
    });
}

std::optional<Instant> PolicyHistory::provedAt(const std::string& database) const {
    std::optional<Instant> newest;
    for (const BackupRecord* backup : goodOfToday(database)) {
        if (backup->restoredAt && *backup->restoredAt <= m_latest &&
            (!newest || *backup->restoredAt > *newest))
            newest = backup->restoredAt;
    }
    return newest;
}

std::optional<double> PolicyHistory::recoverySeconds(const std::string& database) const {
    const auto backups = goodOfToday(database);
    for (const RunRecord* run : m_restores) {
        const auto seconds = recoverySecondsOf(*run);
        const bool ours = std::any_of(backups.begin(), backups.end(), [&](const BackupRecord* backup) {
            return contains(run->backupIds, backup->id);
        });
        if (seconds && ours)
            return seconds;
    }
    return std::nullopt;
}

} // namespace salvor
