// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The records that belong to one policy, without those from the future. Internal to models/watch.
#pragma once

#include "models/backuprecord.h"
#include "models/droppedcopy.h"
#include "models/namechanges.h"
#include "models/policy/policy.h"
#include "models/watch/robust.h"
#include "models/watch/serverchange.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace salvor {

/// Databases that a run saw and the next one did not, in number or on another server.
struct ServerLoss {
    const RunRecord* last = nullptr;    ///< the newest run by the rules that saw them
    const RunRecord* since = nullptr;   ///< the next one
    std::vector<std::string> databases; ///< with good backups, selected, and not back
    std::size_t count = 0;              ///< that went, whatever was done about them since
    std::size_t of = 0;                 ///< that the run before saw
    std::string systemBefore;           ///< the server's own identifier; empty: not known
    std::string systemSince;
    bool isOtherServer() const {
        return !systemBefore.empty() && !systemSince.empty() && systemBefore != systemSince;
    }
    bool isLarge() const { return 2 * count >= of; }
};

/// Borrows the records.
class PolicyHistory {
public:
    PolicyHistory(const Policy& policy, const std::vector<RunRecord>& runs,
                  const std::vector<BackupRecord>& backups, const std::vector<NameChange>& changes,
                  const std::vector<DroppedCopy>& dropped, Instant now);

    /// Of the whole policy, whatever came of it; null: none.
    const RunRecord* newestRun() const { return m_newest; }
    /// The newest that ended as ok, partial or failed.
    const RunRecord* decisiveRun() const { return m_decisive; }
    /// The newest that a timer began by the rules and that was told to end, where none has decided anything
    /// since, and not all that the rules choose was backed up by name; null: none.
    const RunRecord* cutShort() const { return m_cutShort; }
    /// That the newest run by the rules chose, and those with backups.
    const std::vector<std::string>& databases() const { return m_databases; }
    /// It has backups, and the newest run by the rules saw nothing to back up of that name.
    bool isGone(const std::string& database) const;
    /// What a database is called by now that had this name in its newest backup: by a later backup of the
    /// same one, told by its identifier. Nothing: no such backup.
    struct Renamed {
        std::string name;
        const BackupRecord* since = nullptr; ///< its first backup by that name
    };
    std::optional<Renamed> renamed(const std::string& database) const;
    /// Databases that had this name before the one that has it now, and have backups by it still.
    std::size_t formerOf(const std::string& database) const;
    /// What went with half of all, or with the server itself: more than somebody's DROP DATABASE. The newest
    /// first.
    std::vector<ServerLoss> losses() const;
    /// See openServerChange().
    std::optional<ServerChange> newServer() const;
    /// Newest first; without those that the last verification found damaged.
    std::vector<const BackupRecord*> goodBackups(const std::string& database) const;
    /// The same, and those of that database from when it had another name.
    std::vector<const BackupRecord*> goodByAnyName(const std::string& database) const;
    /// Of these the ones of the database that has the name now: without those of a former one, which was
    /// dropped, or is on another server.
    std::vector<const BackupRecord*> goodOfToday(const std::string& database) const;
    /// Newest first.
    std::vector<const BackupRecord*> damagedBackups(const std::string& database) const;
    bool isDamaged(const std::string& backupId) const { return m_damaged.contains(backupId); }
    /// When the name came to the database that has it now: what ran before was another one's. Nothing: no
    /// change of names is known.
    std::optional<Instant> namedAt(const std::string& database) const;
    bool hasFutureBackup(const std::string& database) const { return m_futureDatabases.count(database) > 0; }
    std::optional<bool> lastSuccess(const std::string& database) const;
    /// Some run left a backup of it, whatever became of that backup.
    bool wasBackedUp(const std::string& database) const;
    std::optional<Instant> provedAt(const std::string& database) const;
    std::optional<double> recoverySeconds(const std::string& database) const;

    struct Future {
        std::size_t count = 0;
        Instant newest{};
        /// A run by the rules made backups by the clock of now, and was recorded when these were there.
        bool isPassed = false;
    };
    std::optional<Future> future() const { return m_future; }

    static std::vector<std::string> namesIn(const QJsonObject& details, const char* key);
    /// The databases that a run was about.
    static std::vector<std::string> databasesOf(const RunRecord& run);
    /// A run of one policy, or of several that it names.
    static bool isOf(const Policy& policy, const RunRecord& run);

private:
    void noteNames(const std::vector<NameChange>& changes);
    std::set<std::string> namesNow(const RunRecord& run) const;
    std::set<std::string> namesSince(const RunRecord& run) const;
    std::string systemOf(const RunRecord& run) const;
    std::set<std::string> seenBy(const RunRecord& run) const;
    bool isPutAside(const std::string& name) const;
    bool wasDroppedHere(const std::string& name, const RunRecord& last, const RunRecord& since) const;
    ServerLoss lossAfter(std::size_t index, const std::set<std::string>& seenLater) const;
    std::set<std::string> backedUpBy(const RunRecord& run) const;
    void sortRuns(const std::vector<RunRecord>& runs);
    void sortBackups(const std::vector<BackupRecord>& backups);
    void noteFuture(Instant at);
    bool wasRecordedAfter(Instant dated) const;
    std::vector<const BackupRecord*> backupsOf(const std::string& database, bool damaged) const;

    using Identity = std::pair<std::string, std::string>; ///< of the server, of the database on it
    static Identity identityOf(const BackupRecord& backup) { return {backup.systemId, backup.databaseId}; }
    const std::vector<const BackupRecord*>& ofSame(const BackupRecord& backup) const;

    const Policy& m_policy;
    const Instant m_latest;
    std::vector<const RunRecord*> m_runs;     ///< of this policy, newest first, those that say how it went
    std::vector<const RunRecord*> m_byRules;  ///< of these, the ones that say what the rules chose
    std::vector<const RunRecord*> m_restores; ///< restores and drills of anything, newest first
    std::vector<const NameChange*> m_changes; ///< on the policy's server, the oldest first
    std::map<std::string, Instant> m_namedAt;
    std::set<std::string> m_putAside; ///< names that a swap or its undoing gave, other than the clients' own
    std::vector<DroppedCopy> m_dropped; ///< on the policy's server
    const RunRecord* m_newest = nullptr;
    const RunRecord* m_decisive = nullptr;
    const RunRecord* m_cutShort = nullptr;
    std::optional<std::set<std::string>> m_chosen;                     ///< by the newest run by the rules
    const RunRecord* m_chosenBy = nullptr;                             ///< that run; with m_chosen
    std::map<std::string, std::vector<const BackupRecord*>> m_backups; ///< by name, newest first
    std::map<Identity, std::vector<const BackupRecord*>> m_byIdentity; ///< of those that have one, the same
    std::map<std::string, std::string> m_systems;                      ///< of servers, by runs' ids
    std::set<std::string> m_damaged;                                   ///< ids of backups
    std::set<std::string> m_futureDatabases;
    std::vector<std::string> m_databases;
    std::optional<Future> m_future;
};

} // namespace salvor
