// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgview.h"

#include "engines/postgresql/pgchunkties.h"
#include "engines/postgresql/pgfacts.h"
#include "engines/postgresql/pgpulse.h"
#include "engines/postgresql/pgstandby.h"
#include "engines/postgresql/pgstandbyage.h"
#include "engines/postgresql/pgtablelock.h"
#include "models/base/json.h"
#include "models/jobphase.h"

#include <utility>

namespace salvor {

namespace {

/// Names in a database without an encoding (SQL_ASCII) are bytes. Manifests and messages are UTF-8, so others
/// could not be found again.
Result<> requireReadableNames(const PgPlanInput& catalog) {
    const auto refused = [](const std::string& name) {
        return failure(ErrorCode::Unsupported,
                       "a name in the database is not UTF-8, so it cannot be backed up: " + name,
                       "rename it, or convert the database to an encoding", {{"name", name}});
    };
    const QString unreadable(QChar::ReplacementCharacter);
    for (const char* key : {"relations", "roles", "tablespaces", "unvalidated_constraints"}) {
        for (const auto& value : catalog.server[QLatin1String(key)].toArray()) {
            if (value.toString().contains(unreadable))
                return refused(fromQt(value.toString()));
        }
    }
    for (const auto& relation : catalog.relations) {
        for (const auto& column : relation.columns) {
            if (const QString name = toQt(relation.quoted + "." + column.quoted); name.contains(unreadable))
                return refused(fromQt(name));
        }
    }
    return {};
}

// Names that come back from UTF-8 as other ones. Those that do not get there ended the reading of the
// catalog.
constexpr const char* kOtherInUtf8 = R"sql(
SELECT x.name FROM (
  SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname) FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
   WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND a.attnum > 0 AND NOT a.attisdropped) x
 WHERE pg_catalog.convert_from(pg_catalog.convert_to(x.name, 'UTF8'), 'UTF8') <> x.name ORDER BY 1 LIMIT 1)sql";

/// By the name that UTF-8 gives back neither a backup nor a restore would find what it is of.
Result<> requireNamesInUtf8(PgConnection& connection, const CancelToken& cancel) {
    if (pgCopyEncoding(connection.parameter("server_encoding")).empty())
        return {};
    SALVOR_ASSIGN(const auto name, connection.value("looking at the names", kOtherInUtf8, cancel));
    if (name.empty())
        return {};
    return failure(
        ErrorCode::Unsupported,
        "a name in the database comes back from UTF-8 as another one, so it cannot be backed up: " + name,
        "rename it: the encoding of the database has one of its letters twice", {{"name", name}});
}

// As of tables: what is in its file, without the index. Nobody needs a right to ask for that.
constexpr const char* kLargeObjectBytes = R"sql(
SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_largeobject_metadata)
            THEN greatest(pg_catalog.pg_relation_size('pg_catalog.pg_largeobject'), 1) ELSE 0 END)sql";

Result<PgPlanInput> readCatalog(PgConnection& connection, const CancelToken& cancel) {
    PgPlanInput catalog;
    SALVOR_ASSIGN(catalog.extensions, pgReadExtensions(connection, cancel));
    if (catalog.extensions.has("timescaledb")) {
        SALVOR_ASSIGN(catalog.hypertables, pgReadHypertables(connection, cancel));
        SALVOR_TRY(pgReadChunkTies(connection, catalog.hypertables, cancel));
    }
    SALVOR_ASSIGN(catalog.relations, pgReadRelations(connection, cancel));
    SALVOR_ASSIGN(catalog.server,
                  pgReadServerFacts(connection, catalog.extensions, catalog.hypertables, cancel));
    SALVOR_ASSIGN(const auto large, connection.query("looking for large objects", kLargeObjectBytes, cancel));
    catalog.largeObjectBytes = large.count(0, 0);
    SALVOR_ASSIGN(catalog.locks, pgReadLockTable(connection, cancel));
    return catalog;
}

/// By the session that has tables locked, if any: looking at a table's size waits behind who wants to
/// truncate it, and that one waits for the lock.
Result<> readCatalog(PgView& view, PgHolding held, const CancelToken& cancel) {
    if (held.connection) {
        PgPulse pulse(*view.coordinator, "keeping the snapshot", kPgPulse);
        auto catalog = readCatalog(*held.connection, cancel);
        pulse.end(cancel); // not cut short by the end of this block: the snapshot is to stay
        if (catalog) {
            view.catalog = std::move(*catalog);
            view.catalog.held = std::move(held.tables);
            view.holder = std::move(held.connection);
            return {};
        }
        if (!pgMeansLocked(catalog.error()) && !pgWasEnded(catalog.error()))
            return failure(std::move(catalog).error());
        held = PgHolding(); // somebody has another table locked for longer, and may want one of these
    }
    auto catalog = readCatalog(*view.coordinator, cancel);
    if (!catalog)
        return failure(pgMeansLocked(catalog.error())
                           ? pgWithLockedTables(std::move(catalog).error(), *view.coordinator, cancel)
                           : std::move(catalog).error());
    view.catalog = std::move(*catalog);
    return {};
}

} // namespace

Result<PgView> pgOpenView(const PgEndpointPtr& endpoint, const std::string& database,
                          const PgViewOptions& options, ProgressSink& progress, const CancelToken& cancel) {
    progress.progressed({jobPhaseId(JobPhase::Connecting), database, 0, 0, 0, 0, 0});
    PgView view;
    view.endpoint = endpoint;
    view.database = database;
    SALVOR_ASSIGN(view.coordinator, PgConnection::open(endpoint, database, cancel));
    auto& connection = *view.coordinator;
    SALVOR_TRY(pgPrepareReading(connection, options.lockTimeoutSeconds, cancel));
    SALVOR_ASSIGN(const std::string dump, pgDumpOptions(connection, options.forms, cancel));
    // pg_dump's sessions too.
    if (!connection.overrides().empty())
        view.endpoint = pgWithOptions(*view.endpoint, connection.overrides());
    if (!dump.empty())
        view.endpoint = pgWithOptions(*view.endpoint, dump);
    progress.progressed({jobPhaseId(JobPhase::Snapshot), database, 0, 0, 0, 0, 0});
    SALVOR_ASSIGN(auto held, pgHoldTables(view.endpoint, database, options.hold, cancel));
    SALVOR_ASSIGN(const auto standby, pgReadStandbyAge(connection, cancel));
    SALVOR_TRY(
        connection.query("taking the snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancel));
    SALVOR_ASSIGN(view.snapshotId,
                  connection.value("taking the snapshot", "SELECT pg_catalog.pg_export_snapshot()", cancel));
    SALVOR_TRY(pgJoinSnapshot(held, view.snapshotId, cancel));
    SALVOR_TRY(readCatalog(view, std::move(held), cancel));
    pgAddStandbyAge(view.catalog.server, standby);
    return view;
}

Result<> pgRequireReadableNames(const PgView& view, const CancelToken& cancel) {
    SALVOR_TRY(requireReadableNames(view.catalog));
    return requireNamesInUtf8(*view.coordinator, cancel);
}

} // namespace salvor
