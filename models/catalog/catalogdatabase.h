// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The catalog: runs and backups as the lists show them. A cache: what repositories hold rebuilds it.
#pragma once

#include "models/backuprecord.h"
#include "models/base/canceltoken.h"
#include "models/base/result.h"
#include "models/catalog/catalogfilter.h"
#include "models/catalog/catalogtrends.h"
#include "models/catalog/processmark.h"
#include "models/namechanges.h"
#include "models/page.h"
#include "models/sourcestatus.h"
#include "models/verifyreport.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace salvor {

class SqliteDatabase;

using BackupItems = std::shared_ptr<const std::vector<BackupItemRow>>;

/// What a scan of one repository found.
struct RepositoryContents {
    std::vector<BackupRecord> backups;
    std::vector<RunRecord> runs;
    std::vector<Proof> proofs; ///< a proof of a backup that is not in `backups` is left out
};

/// One connection, for one thread: opened, used and destroyed there. Every change is one transaction; after
/// an error the file is as it was. Methods block, at most for the busy time-out plus the disk's time.
///
/// Errors of every method: those of SqliteDatabase; look-ups moreover NotFound, or InvalidInput when a prefix
/// fits several (context "candidates").
class CatalogDatabase {
public:
    static Result<std::unique_ptr<CatalogDatabase>>
    open(const std::string& path, std::chrono::milliseconds busyTimeout = std::chrono::milliseconds(5000));
    ~CatalogDatabase();

    // --- Runs. A run's sources are `details.databases` (a list of names) where that is there, else what
    // `database` joins by ", "; `details.failed_databases` says which of a partial run's sources failed.
    /// Records a run as running, by the process of `mark`.
    Result<> startRun(const RunRecord& run, const ProcessMark& mark = markOfThisProcess());
    /// Writes a run as it is now; no process is remembered for it any longer, unless it is still Running.
    Result<> saveRun(const RunRecord& run);
    /// Runs whose process is surely dead become Failed with Interrupted; `ended` stays empty, as nobody saw
    /// it. Gives the runs that were changed.
    Result<std::vector<RunRecord>> failInterruptedRuns();
    Result<RunRecord> run(const std::string& idPrefix);
    Result<Page<RunRecord>> runs(const RunFilter& filter = {});
    static constexpr std::size_t kRunsOfEach = 40; ///< a history of some weeks, each night
    /// What the watch judges by: all runs, while there are few; else the newest `ofEach` of each kind,
    /// policy, repository, set of databases, way of choosing them and outcome, so that none that runs often
    /// hides another. Bounded; in no order.
    Result<std::vector<RunRecord>> runsForWatch(std::size_t ofEach = kRunsOfEach,
                                                const CancelToken& cancel = {});
    /// Runs by which damagedBackups() tells damage: those that found some, and verifications since the first
    /// of them. Of one repository, or of all.
    Result<std::vector<RunRecord>> runsOnDamage(const std::string& repositoryId = {},
                                                const CancelToken& cancel = {});

    // --- Backups. Badges (`readBackAt`, `restoredAt`) are the newest of what the record says and of
    // registered proofs.
    Result<> saveBackup(const BackupRecord& backup);
    /// Its items and proofs go with it. NotFound when it is not there.
    Result<> removeBackup(const std::string& repositoryId, const std::string& backupId);
    Result<BackupRecord> backup(const std::string& idPrefix, const std::string& repositoryId = {});
    Result<Page<BackupRecord>> backups(const BackupFilter& filter = {});
    /// What the watch judges by, the newest first: all backups, without engine, method, server version, notes
    /// and the numbers of items and rows, which it does not ask for. Takes a fifth of the time of backups().
    Result<std::vector<BackupRecord>> backupsForWatch(const CancelToken& cancel = {});
    /// What somebody or a proof made of a backup.
    struct Marks {
        bool held = false;
        std::optional<Instant> readBackAt;
        std::optional<Instant> restoredAt;
    };
    /// By id, of a repository's backups; reads no document.
    Result<std::unordered_map<std::string, Marks>> marks(const std::string& repositoryId);
    /// NotFound when its backup is not there. The same proof again replaces itself.
    Result<> saveProof(const std::string& repositoryId, const Proof& proof);
    /// Oldest first.
    Result<std::vector<Proof>> proofs(const std::string& repositoryId, const std::string& backupId);

    // --- Items, kept once a manifest was read.
    Result<> saveItems(const std::string& repositoryId, const std::string& backupId,
                       const std::vector<BackupItemRow>& items);
    /// Nothing when they have not been kept (an empty list is a backup without items). In the order they were
    /// saved in.
    Result<std::optional<BackupItems>> items(const std::string& repositoryId, const std::string& backupId);

    // --- Whole repositories
    /// Replaces all backups, proofs and kept items of the repository by `contents`, in one transaction. Runs
    /// are added or overwritten; those that are only here (not uploaded yet, restores) stay.
    Result<> replaceRepository(const std::string& repositoryId, const RepositoryContents& contents);
    /// Backups, proofs, items and runs of a repository that was forgotten.
    Result<> removeRepository(const std::string& repositoryId);

    /// Every source that has a backup or a backup run, by profile title and database, with its last good
    /// backup and its newest `recentRuns` runs. `state` comes from the newest run that was neither cancelled
    /// nor skipped.
    Result<std::vector<SourceStatus>> sources(std::size_t recentRuns = 30);
    /// Gives the source the runs of the database that had these names, and the state that comes of them and
    /// of its last good backup.
    Result<> followNames(SourceStatus& source, const std::vector<NameSpan>& names,
                         std::size_t recentRuns = 30);

    // --- What charts show: catalogtrends.cpp.
    // `names`: those of the database that is called so by now; without any, it is taken by its name alone.
    /// Oldest first; at most three points a bucket, and every anomaly.
    Result<std::vector<TrendPoint>> trend(const TrendQuery& query, const std::vector<NameSpan>& names = {});
    /// Days without a run are left out; oldest first.
    Result<std::vector<DayOutcomes>> outcomesByDay(const OutcomeQuery& query,
                                                   const std::vector<NameSpan>& names = {});
    /// What each day's backups that are still there added to a repository; days without one are left out.
    Result<std::vector<DailyGrowth>> growth(const std::string& repositoryId);
    Result<CatalogTotals> totals(const std::string& repositoryId);

private:
    explicit CatalogDatabase(std::unique_ptr<SqliteDatabase> database);
    Result<> writeRun(const RunRecord& run, const std::optional<ProcessMark>& mark);
    Result<> writeBackup(const BackupRecord& backup);
    Result<> writeProof(const std::string& repositoryId, const Proof& proof);
    Result<> refreshBadges(const std::string& repositoryId, const std::string& backupId);
    Result<std::vector<std::pair<RunRecord, ProcessMark>>> runningMarks(const std::string& id);
    Result<> requireBackup(const std::string& repositoryId, const std::string& backupId);
    Result<bool> hasBackup(const std::string& repositoryId, const std::string& backupId);
    Result<> addHistory(SourceStatus& source, std::size_t recentRuns);

    std::unique_ptr<SqliteDatabase> m_database;
};

} // namespace salvor
