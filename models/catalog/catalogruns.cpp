// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Runs, and sources as their runs and backups tell them.
#include "models/base/json.h"
#include "models/catalog/catalogdatabase.h"
#include "models/catalog/catalogrows.h"
#include "models/catalog/catalogschema.h"
#include "models/catalog/catalogsql.h"

#include <QJsonDocument>

#include <algorithm>
#include <iterator>
#include <tuple>

namespace salvor {

namespace {

constexpr qint64 kFewRuns = 5000;
constexpr qint64 kMostRuns = 20'000;
constexpr qint64 kMostStoreRuns = 1000;
constexpr qint64 kMostAnswers = 100;

std::vector<QString> namesIn(const QJsonObject& details, const char* key) {
    std::vector<QString> names;
    for (const auto& element : details.value(QLatin1String(key)).toArray())
        names.push_back(element.toString());
    return names;
}

std::vector<QString> databasesOf(const RunRecord& run) {
    std::vector<QString> names = namesIn(run.details, "databases");
    if (names.empty() && !run.database.empty()) {
        for (const auto& name : toQt(run.database).split(QStringLiteral(", ")))
            names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

/// What the run meant for one of its sources.
RunOutcome outcomeFor(const RunRecord& run, const QString& database) {
    if (run.outcome != RunOutcome::Partial || !run.details.contains(QLatin1String("failed_databases")))
        return run.outcome;
    const auto failed = namesIn(run.details, "failed_databases");
    return std::find(failed.begin(), failed.end(), database) == failed.end() ? RunOutcome::Ok
                                                                             : RunOutcome::Failed;
}

QVariant textOrNull(const std::optional<ProcessMark>& mark, std::string ProcessMark::* field) {
    return mark ? QVariant(toQt(*mark.*field)) : QVariant();
}

std::string afterInterruption(const RunRecord& run) {
    if (run.kind == "backup")
        return "start it again; nothing half done counts as a backup";
    if (run.kind == "drill")
        return "start it again: the next drill on that server removes what this one left there";
    if (run.kind != "restore")
        return "start it again";
    const std::string hidden = fromQt(run.details.value(QLatin1String("hidden_database")).toString());
    if (hidden.empty())
        return "start it again; it had made no database";
    return "drop what it had made so far, which is hidden as " + hidden +
           ", among the restored databases of the server; then start it again";
}

Error interruptedError(const RunRecord& run, std::int64_t pid) {
    return Error{ErrorCode::Interrupted,
                 "the " + run.kind + " ended in the middle: process " + std::to_string(pid) +
                     (run.host.empty() ? "" : " on " + run.host) + " is gone and left no result",
                 afterInterruption(run),
                 true,
                 {{"pid", std::to_string(pid)}, {"host", run.host}}};
}

std::string stateOf(const SourceStatus& source) {
    for (auto run = source.recentRuns.rbegin(); run != source.recentRuns.rend(); ++run) {
        if (run->outcome != RunOutcome::Cancelled && run->outcome != RunOutcome::Skipped)
            return std::string(toString(run->outcome));
    }
    return source.lastGood ? "ok" : "never";
}

} // namespace

Result<> CatalogDatabase::writeRun(const RunRecord& run, const std::optional<ProcessMark>& mark) {
    const qint64 started = toMicroseconds(run.started);
    SALVOR_TRY(m_database->execute(QStringLiteral("DELETE FROM runs WHERE id = ?"), {toQt(run.id)}));
    SALVOR_TRY(m_database->execute(
        QStringLiteral(
            "INSERT INTO runs (id, kind, repository_id, profile_uuid, profile_title, database, outcome, "
            "started_us, ended_us, size_bytes, document, machine, boot_id, pid_namespace, pid, start_ticks) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        {toQt(run.id), toQt(run.kind), toQt(run.repositoryId), toQt(run.profileUuid), toQt(run.profileTitle),
         toQt(run.database), toQt(toString(run.outcome)), started, toMicroseconds(run.ended),
         static_cast<qint64>(run.sizeBytes),
         QString::fromUtf8(QJsonDocument(toJson(run)).toJson(QJsonDocument::Compact)),
         textOrNull(mark, &ProcessMark::machine), textOrNull(mark, &ProcessMark::bootId),
         textOrNull(mark, &ProcessMark::pidNamespace), mark ? QVariant(qint64(mark->pid)) : QVariant(),
         mark ? QVariant(static_cast<qint64>(mark->startTicks)) : QVariant()}));
    for (const auto& database : databasesOf(run)) {
        SALVOR_TRY(m_database->execute(
            QStringLiteral(
                "INSERT INTO run_databases (run_id, database, kind, profile_uuid, outcome, started_us) "
                "VALUES (?, ?, ?, ?, ?, ?)"),
            {toQt(run.id), database, toQt(run.kind), toQt(run.profileUuid),
             toQt(toString(outcomeFor(run, database))), started}));
    }
    return {};
}

Result<> CatalogDatabase::startRun(const RunRecord& run, const ProcessMark& mark) {
    RunRecord running = run;
    running.outcome = RunOutcome::Running;
    return m_database->transaction([&] { return writeRun(running, mark); });
}

Result<> CatalogDatabase::saveRun(const RunRecord& run) {
    return m_database->transaction([&]() -> Result<> {
        if (run.outcome != RunOutcome::Running)
            return writeRun(run, std::nullopt);
        SALVOR_ASSIGN(const auto marks, runningMarks(run.id));
        return writeRun(run, marks.empty() ? std::nullopt : std::optional(marks.front().second));
    });
}

/// The runs that are running and say by which process; all, or the one of `id`.
Result<std::vector<std::pair<RunRecord, ProcessMark>>> CatalogDatabase::runningMarks(const std::string& id) {
    using Row = std::pair<RunRecord, ProcessMark>;
    const QString sql =
        QStringLiteral("SELECT %1, machine, boot_id, pid_namespace, pid, start_ticks FROM runs "
                       "WHERE outcome = 'running' AND pid IS NOT NULL AND (? = '' OR id = ?)")
            .arg(runColumns());
    return rowsOf<Row>(*m_database, sql, {toQt(id), toQt(id)}, [](const QSqlQuery& row) -> Result<Row> {
        SALVOR_ASSIGN(RunRecord run, runFromRow(row));
        ProcessMark mark;
        mark.machine = fromQt(row.value(3).toString());
        mark.bootId = fromQt(row.value(4).toString());
        mark.pidNamespace = fromQt(row.value(5).toString());
        mark.pid = row.value(6).toLongLong();
        mark.startTicks = row.value(7).toULongLong();
        return Row{std::move(run), std::move(mark)};
    });
}

Result<std::vector<RunRecord>> CatalogDatabase::failInterruptedRuns() {
    // Looking is cheap and usually finds nothing: take the write lock only when there is something to change.
    SALVOR_ASSIGN(const auto seen, runningMarks({}));
    if (std::none_of(seen.begin(), seen.end(), [](const auto& row) { return isSurelyDead(row.second); }))
        return std::vector<RunRecord>{};
    std::vector<RunRecord> changed;
    const Result<> done = m_database->transaction([&]() -> Result<> {
        SALVOR_ASSIGN(const auto running, runningMarks({}));
        for (const auto& [run, mark] : running) {
            if (!isSurelyDead(mark))
                continue;
            RunRecord failed = run;
            failed.outcome = RunOutcome::Failed;
            failed.error = interruptedError(run, mark.pid);
            SALVOR_TRY(writeRun(failed, std::nullopt));
            changed.push_back(std::move(failed));
        }
        return {};
    });
    SALVOR_TRY(done);
    return changed;
}

Result<RunRecord> CatalogDatabase::run(const std::string& idPrefix) {
    const SqlCondition condition = idBeginsWith(idPrefix);
    SALVOR_ASSIGN(auto found,
                  rowsOf<RunRecord>(*m_database,
                                    QStringLiteral("SELECT %1 FROM runs WHERE %2 ORDER BY id LIMIT 10")
                                        .arg(runColumns(), condition.where),
                                    condition.values, runFromRow));
    return onlyOne("run", idPrefix, std::move(found));
}

Result<Page<RunRecord>> CatalogDatabase::runs(const RunFilter& filter) {
    return pageOf<RunRecord>(*m_database, QStringLiteral("runs"), runColumns(), conditionOf(filter),
                             filter.limit, filter.offset, runFromRow);
}

Result<std::vector<RunRecord>> CatalogDatabase::runsForWatch(std::size_t ofEach, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto count, rowsOf<qint64>(*m_database, QStringLiteral("SELECT count(*) FROM runs"),
                                                   {}, [](const QSqlQuery& row) {
                                                       return Result<qint64>(row.value(0).toLongLong());
                                                   }));
    if (count.front() <= kFewRuns)
        return rowsOf<RunRecord>(*m_database, QStringLiteral("SELECT %1 FROM runs").arg(runColumns()), {},
                                 runFromRow, cancel);
    // Where there are more than is read of them, the newest of each come before the second ones.
    const QString sql =
        QStringLiteral(
            "SELECT %1 FROM runs WHERE id IN (SELECT id FROM (SELECT id, started_us, row_number() OVER ("
            "PARTITION BY kind, repository_id, profile_uuid, database, outcome, "
            "json_extract(document, '$.policy_uuid'), json_extract(document, '$.details.selection'), "
            "json_extract(document, '$.details.policies') ORDER BY started_us DESC, id DESC) AS place "
            "FROM runs) WHERE place <= ? ORDER BY place, started_us DESC LIMIT ?) "
            // And how full each store was, four times a day: of the newest alone nobody sees how it fills.
            "OR id IN (SELECT id FROM (SELECT id, started_us, row_number() OVER ("
            "PARTITION BY repository_id, started_us / 21600000000 ORDER BY started_us DESC, id DESC) AS "
            "place "
            "FROM runs WHERE instr(document, '\"store_free_bytes\"') > 0) "
            "WHERE place = 1 ORDER BY started_us DESC LIMIT ?) "
            // And by whom it is known which server is the one that is meant: see watch/serverchange.h.
            "OR id IN (SELECT id FROM runs WHERE instr(document, '\"server_answered_by\"') > 0 "
            "ORDER BY started_us DESC LIMIT ?)")
            .arg(runColumns());
    return rowsOf<RunRecord>(*m_database, sql,
                             {static_cast<qint64>(ofEach), kMostRuns, kMostStoreRuns, kMostAnswers},
                             runFromRow, cancel);
}

Result<std::vector<RunRecord>> CatalogDatabase::runsOnDamage(const std::string& repositoryId,
                                                             const CancelToken& cancel) {
    // A backup run is recorded for the first of the repositories that it wrote to.
    const QString found =
        QStringLiteral("SELECT %1 FROM runs WHERE outcome NOT IN ('ok', 'running') AND "
                       "(kind = 'backup' OR (kind = 'verify' AND (? = '' OR repository_id = ?))) AND "
                       "instr(document, '\"damaged_backups\"') > 0 ORDER BY started_us DESC LIMIT ?")
            .arg(runColumns());
    const QString repository = toQt(repositoryId);
    SALVOR_ASSIGN(auto runs, rowsOf<RunRecord>(*m_database, found, {repository, repository, kMostRuns},
                                               runFromRow, cancel));
    if (runs.empty())
        return runs;
    // What is left out by the limit would only say that something is intact again.
    const QString since =
        QStringLiteral("SELECT %1 FROM runs WHERE kind = 'verify' AND (? = '' OR repository_id = ?) AND "
                       "started_us >= ? AND instr(document, '\"damaged_backups\"') = 0 "
                       "ORDER BY started_us DESC LIMIT ?")
            .arg(runColumns());
    SALVOR_ASSIGN(auto later,
                  rowsOf<RunRecord>(*m_database, since,
                                    {repository, repository, toMicroseconds(runs.back().started), kFewRuns},
                                    runFromRow, cancel));
    runs.insert(runs.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
    return runs;
}

Result<std::vector<SourceStatus>> CatalogDatabase::sources(std::size_t recentRuns) {
    std::vector<SourceStatus> sources;
    const Result<> done = m_database->snapshot([&]() -> Result<> {
        SALVOR_ASSIGN(
            sources,
            rowsOf<SourceStatus>(
                *m_database,
                QStringLiteral("SELECT profile_uuid, database FROM backups UNION "
                               "SELECT profile_uuid, database FROM run_databases WHERE kind = 'backup'"),
                {}, [](const QSqlQuery& row) {
                    SourceStatus source;
                    source.profileUuid = fromQt(row.value(0).toString());
                    source.database = fromQt(row.value(1).toString());
                    return Result<SourceStatus>(std::move(source));
                }));
        for (auto& source : sources)
            SALVOR_TRY(addHistory(source, recentRuns));
        return {};
    });
    SALVOR_TRY(done);
    std::sort(sources.begin(), sources.end(), [](const SourceStatus& a, const SourceStatus& b) {
        return std::tie(a.profileTitle, a.database, a.profileUuid) <
               std::tie(b.profileTitle, b.database, b.profileUuid);
    });
    return sources;
}

Result<> CatalogDatabase::addHistory(SourceStatus& source, std::size_t recentRuns) {
    const QVariantList key{toQt(source.profileUuid), toQt(source.database)};
    SALVOR_ASSIGN(auto good,
                  rowsOf<BackupRecord>(*m_database,
                                       QStringLiteral("SELECT %1 FROM backups WHERE profile_uuid = ? AND "
                                                      "database = ? ORDER BY started_us DESC LIMIT 1")
                                           .arg(backupColumns()),
                                       key, backupFromRow));
    if (!good.empty())
        source.lastGood = std::move(good.front());
    return followNames(source, {}, recentRuns);
}

Result<> CatalogDatabase::followNames(SourceStatus& source, const std::vector<NameSpan>& names,
                                      std::size_t recentRuns) {
    const SqlCondition is = sourceIs(source.profileUuid, source.database, names);
    // The index finds the newest runs first; only those are read.
    const QString sql =
        QStringLiteral("SELECT runs.document, runs.started_us, runs.ended_us, d.outcome FROM "
                       "(SELECT run_id, outcome, started_us FROM run_databases WHERE kind = 'backup' AND "
                       "%1 ORDER BY started_us DESC, run_id DESC LIMIT ?) AS d "
                       "JOIN runs ON runs.id = d.run_id ORDER BY d.started_us, d.run_id")
            .arg(is.where);
    SALVOR_ASSIGN(source.recentRuns,
                  rowsOf<RunRecord>(*m_database, sql,
                                    is.values + QVariantList{static_cast<qint64>(recentRuns)},
                                    [](const QSqlQuery& row) -> Result<RunRecord> {
                                        SALVOR_ASSIGN(RunRecord run, runFromRow(row));
                                        run.outcome = runOutcomeFromString(fromQt(row.value(3).toString()));
                                        return run;
                                    }));
    const bool runIsNewer =
        !source.recentRuns.empty() &&
        (!source.lastGood || source.recentRuns.back().started >= source.lastGood->started);
    source.profileTitle = runIsNewer        ? source.recentRuns.back().profileTitle
                          : source.lastGood ? source.lastGood->profileTitle
                                            : std::string();
    source.state = stateOf(source);
    return {};
}

} // namespace salvor
