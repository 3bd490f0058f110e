// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgtestconnection.h"

#include "engines/postgresql/pgerror.h"
#include "engines/postgresql/pgmarker.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgstandby.h"
#include "engines/postgresql/pgstandbyage.h"
#include "engines/postgresql/pgtools.h"
#include "models/base/json.h"
#include "models/sourcetexts.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace salvor {

namespace {

using namespace std::chrono;

constexpr std::size_t kMostDatabases = 64;
constexpr int kMostRights = 25;
const QString kRestoredFrom = QStringLiteral("restored_from");
const QString kRestoredOf = QStringLiteral("restored_of");

// Relations that a backup reads: not the system's, not temporary, not an extension's own.
constexpr const char* kMissingRights = R"sql(
WITH mine AS (
  SELECT c.oid, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relowner, n.nspname,
         pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted, n.nspname || '.' || c.relname AS plain
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'S') AND c.relpersistence <> 't'
     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND (NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                         AND d.objid = c.oid AND d.deptype = 'e')
          OR EXISTS (SELECT 1 FROM pg_catalog.pg_extension e WHERE c.oid = ANY (e.extconfig))))
SELECT what, sql FROM (
  SELECT 1 AS rank, 'use schema ' || nspname AS what,
         pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %I', nspname, current_user) AS sql
    FROM (SELECT DISTINCT nspname FROM mine) s WHERE NOT pg_catalog.has_schema_privilege(nspname, 'USAGE')
  UNION ALL
  SELECT 2, CASE relkind WHEN 'S' THEN 'read sequence ' ELSE 'read table ' END || plain,
         pg_catalog.format('GRANT SELECT ON %s %s TO %I', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, quoted, current_user)
    FROM mine WHERE CASE relkind WHEN 'S' THEN NOT pg_catalog.has_sequence_privilege(oid, 'SELECT')
                                 ELSE NOT pg_catalog.has_table_privilege(oid, 'SELECT') END
  UNION ALL
  SELECT 3, 'see every row of ' || plain || ' in spite of row security', pg_catalog.format('ALTER ROLE %I BYPASSRLS', current_user)
    FROM mine
   WHERE relrowsecurity AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user)
     AND (relforcerowsecurity OR NOT pg_catalog.pg_has_role(relowner, 'USAGE'))
  UNION ALL
  SELECT 4, CASE count(*) WHEN 1 THEN 'read large object ' || min(m.oid)
                         ELSE pg_catalog.format('read %s large objects of %s', count(*), pg_catalog.pg_get_userbyid(m.lomowner)) END,
         CASE count(*) WHEN 1 THEN pg_catalog.format('GRANT SELECT ON LARGE OBJECT %s TO %I', min(m.oid), current_user)
              ELSE 'DO ' || pg_catalog.quote_literal(pg_catalog.format('DECLARE o oid; BEGIN FOR o IN SELECT oid FROM pg_catalog.pg_largeobject_metadata '
                     'WHERE lomowner = %L::pg_catalog.regrole LOOP EXECUTE pg_catalog.format(%L, o); END LOOP; END',
                     pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(m.lomowner)),
                     pg_catalog.format('GRANT SELECT ON LARGE OBJECT %%s TO %I', current_user))) END
    FROM pg_catalog.pg_largeobject_metadata m
   WHERE NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
     AND NOT pg_catalog.pg_has_role(m.lomowner, 'USAGE')
     AND NOT EXISTS (SELECT 1 FROM pg_catalog.aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT'
                        AND (a.grantee = 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE')))
   GROUP BY m.lomowner
) q ORDER BY rank, what)sql";

/// `size`: the expression of a database's size, asked only of one that can be entered.
std::string databasesSql(const std::string& size) {
    return "SELECT d.datname, d.oid, CASE WHEN d.datallowconn AND c.granted AND d.datconnlimit <> -2 THEN " +
           size +
           " ELSE 0 END, d.datallowconn, c.granted, pg_catalog.shobj_description(d.oid, 'pg_database'), "
           "d.datconnlimit = -2 "
           "FROM pg_catalog.pg_database d, LATERAL (SELECT pg_catalog.has_database_privilege(d.oid, "
           "'CONNECT')) c(granted) "
           "WHERE NOT d.datistemplate ORDER BY 1";
}

/// What a restore makes is no source before it is whole, nor is what a drill drops again.
bool isInTheMaking(const std::string& name, const std::optional<PgMarker>& marker, bool entered) {
    if (marker)
        return marker->state == "incomplete" || marker->drill || !entered ||
               name == pgHiddenName(marker->finalName, marker->runId); // killed before it got its name
    return !entered && name.find("_salvor_") != std::string::npos;     // created, and not marked yet
}

/// A restore made it and gave it its name, and it did not take another one's place.
bool isBeside(const PgMarker& marker) {
    return marker.state == "unproven" || marker.state == "proved" || marker.state == "proved_in_part";
}

/// Why nothing can be read from the database, and the SQL that changes it; see models/sourcetexts.h.
QJsonObject refusalDetails(PgConnection& server, const std::string& name, bool isInvalid,
                           bool allowsConnections) {
    const std::string quoted = server.quoteName(name);
    if (isInvalid)
        return {
            {QStringLiteral("refused"),
             QStringLiteral("it is invalid, as a DROP DATABASE of it was interrupted: nobody can enter it, "
                            "and all that can be done is to drop it")},
            {QStringLiteral("refused_sql"), toQt("DROP DATABASE " + quoted)}};
    const std::string user = server.endpoint().user;
    return allowsConnections
               ? QJsonObject{{QStringLiteral("refused"),
                              toQt("the login " + user + " may not connect to it")},
                             {QStringLiteral("refused_sql"),
                              toQt("GRANT CONNECT ON DATABASE " + quoted + " TO " + server.quoteName(user))},
                             {QStringLiteral("refused_right"), true}}
               : QJsonObject{{QStringLiteral("refused"), QStringLiteral("it accepts no connections")},
                             {QStringLiteral("refused_sql"),
                              toQt("ALTER DATABASE " + quoted + " ALLOW_CONNECTIONS true")}};
}

Result<milliseconds> clockSkew(PgConnection& connection, const CancelToken& cancel) {
    const auto before = system_clock::now();
    SALVOR_ASSIGN(const auto rows,
                  connection.query("asking the server for its time",
                                   "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint", cancel));
    const auto after = system_clock::now();
    const auto middle = before + (after - before) / 2;
    return milliseconds(rows.integer(0, 0)) - duration_cast<milliseconds>(middle.time_since_epoch());
}

/// Versions and databases; `size` as for databasesSql().
Result<ConnectionReport> overview(PgConnection& server, const std::string& size, const CancelToken& cancel) {
    ConnectionReport report;
    report.encrypted = server.encrypted();
    report.product = "PostgreSQL";
    report.serverVersion = server.parameter("server_version");
    SALVOR_ASSIGN(report.systemId,
                  server.value("reading the system identifier",
                               "SELECT system_identifier FROM pg_catalog.pg_control_system()", cancel));
    SALVOR_ASSIGN(const auto databases, server.query("listing the databases", databasesSql(size), cancel));
    for (int row = 0; row < databases.size(); ++row) {
        const std::string name = databases.text(row, 0);
        const bool allowsConnections = databases.view(row, 3) == "t";
        const bool isInvalid = databases.view(row, 6) == "t"; // DATCONNLIMIT_INVALID_DB
        const bool entered = allowsConnections && databases.view(row, 4) == "t" && !isInvalid;
        const auto marker = pgParseMarker(databases.text(row, 5));
        if (isInTheMaking(name, marker, entered))
            continue;
        QJsonObject details =
            entered ? QJsonObject() : refusalDetails(server, name, isInvalid, allowsConnections);
        if (marker && isBeside(*marker)) {
            details.insert(kRestoredFrom, toQt(marker->backupId));
            details.insert(kRestoredOf, QJsonObject{{QStringLiteral("oid"), toQt(marker->ofOid)},
                                                    {QStringLiteral("system"), toQt(marker->ofSystem)}});
        }
        report.sources.push_back(SourceInfo{name, databases.text(row, 1), report.systemId,
                                            databases.count(row, 2), std::move(details)});
    }
    return report;
}

Result<QJsonObject> databaseDetails(PgConnection& connection, const CancelToken& cancel) {
    QJsonObject details;
    SALVOR_ASSIGN(const auto extensions,
                  connection.query("reading the extensions",
                                   "SELECT extname, extversion FROM pg_catalog.pg_extension "
                                   "WHERE extname <> 'plpgsql' ORDER BY 1",
                                   cancel));
    QJsonObject versions;
    for (int row = 0; row < extensions.size(); ++row)
        versions.insert(toQt(extensions.view(row, 0)), toQt(extensions.view(row, 1)));
    details.insert(QStringLiteral("extensions"), versions);
    if (!versions.contains(QStringLiteral("timescaledb")))
        return details;
    // A catalog that this version of TimescaleDB does not have is no reason to fail a test connection.
    auto counts = connection.query(
        "counting hypertables",
        "SELECT count(*) FROM _timescaledb_catalog.hypertable WHERE compression_state <> 2", cancel);
    if (counts)
        details.insert(QStringLiteral("hypertables"), static_cast<qint64>(counts->integer(0, 0)));
    return details;
}

Result<> lookAt(PgConnection& connection, SourceInfo& source, ConnectionReport& report,
                const CancelToken& cancel) {
    constexpr int kLockTimeoutSeconds = 10;
    SALVOR_TRY(pgPrepareReading(connection, kLockTimeoutSeconds, cancel));
    const QJsonObject before = source.details;
    SALVOR_ASSIGN(source.details, databaseDetails(connection, cancel));
    for (const QString& key : {kRestoredFrom, kRestoredOf}) {
        if (before.contains(key))
            source.details.insert(key, before.value(key));
    }
    SALVOR_ASSIGN(auto missing, pgMissingRights(connection, cancel));
    for (auto& right : missing) {
        right.what = "in database " + source.name + ": " + right.what;
        report.missingRights.push_back(std::move(right));
    }
    SALVOR_ASSIGN(const auto unlogged, pgUnloggedOnStandby(connection, cancel));
    if (auto note = pgUnloggedSummary(source.name, unlogged); !note.empty())
        report.notes.push_back(std::move(note));
    return {};
}

Result<> lookInto(const PgConnection& server, const PgEndpointPtr& endpoint, SourceInfo& source,
                  ConnectionReport& report, const CancelToken& cancel) {
    if (const auto refused = refusalOf(source)) {
        if (refused->isRight)
            report.missingRights.push_back({"in database " + source.name + ": connect to it", refused->sql});
        else
            report.notes.push_back("The database " + source.name + " cannot be backed up: " + refused->why +
                                   ". " + refused->sql + " changes it.");
        return {};
    }
    auto connection = PgConnection::open(endpoint, source.name, cancel);
    if (!connection) {
        if (connection.error().isCancelled())
            return failure(connection.error());
        report.notes.push_back("The database " + source.name +
                               " could not be entered: " + connection.error().message + ".");
        return {};
    }
    if ((*connection)->serverStart() != server.serverStart())
        return failure(pgServersError(endpoint->title()));
    // What is wrong with one database is no reason to say nothing about the others.
    if (auto looked = lookAt(**connection, source, report, cancel); !looked) {
        if (looked.error().isCancelled())
            return looked;
        report.notes.push_back("The database " + source.name +
                               " could not be looked at: " + looked.error().message + ".");
    }
    return {};
}

Result<> checkTools(ProcessRunner& processes, const PgEndpointPtr& endpoint, int major,
                    ConnectionReport& report, const CancelToken& cancel) {
    const PgTools tools(processes, endpoint);
    for (const char* name : {"pg_restore", "pg_dump"}) {
        auto tool = tools.find(name, major, cancel);
        if (tool) {
            report.toolVersion = tool->version;
        } else if (tool.error().isCancelled()) {
            return failure(tool.error());
        } else {
            const auto found = tool.error().context.find("found_version");
            report.toolVersion = found != tool.error().context.end() ? found->second : std::string();
            report.toolProblem = tool.error().toText();
        }
    }
    return {};
}

} // namespace

Result<std::vector<MissingRight>> pgMissingRights(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("looking for missing rights", kMissingRights, cancel));
    std::vector<MissingRight> out;
    for (int row = 0; row < rows.size() && row < kMostRights; ++row)
        out.push_back({rows.text(row, 0), rows.text(row, 1)});
    if (rows.size() > kMostRights)
        out.push_back(
            {std::to_string(rows.size() - kMostRights) + " more; this role reads all tables and sequences",
             "GRANT pg_read_all_data TO " + connection.quoteName(connection.endpoint().user)});
    return out;
}

Result<ConnectionReport> pgListSources(const Connection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(connection));
    SALVOR_ASSIGN(const auto server, PgConnection::open(endpoint, endpoint->database, cancel));
    return overview(*server, "0", cancel);
}

Result<ConnectionReport> pgTestConnection(ProcessRunner& processes, const Connection& connection,
                                          const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(connection));
    SALVOR_ASSIGN(const auto server, PgConnection::open(endpoint, endpoint->database, cancel));
    SALVOR_ASSIGN(auto report, overview(*server, "pg_catalog.pg_database_size(d.oid)", cancel));
    SALVOR_ASSIGN(report.clockSkew, clockSkew(*server, cancel));
    for (std::size_t i = 0; i < std::min(report.sources.size(), kMostDatabases); ++i) {
        SourceInfo& source = report.sources[i];
        SALVOR_TRY(lookInto(*server, endpoint, source, report, cancel));
    }
    SALVOR_ASSIGN(const auto mayCreate,
                  server->value("reading the role",
                                "SELECT rolcreatedb OR rolsuper FROM pg_catalog.pg_roles "
                                "WHERE rolname = current_user",
                                cancel));
    SALVOR_ASSIGN(const auto standby, pgReadStandbyAge(*server, cancel));
    if (auto warning = pgStandbyWarning(standby); !warning.empty())
        report.notes.push_back(std::move(warning));
    if (pgIsStandby(*server))
        report.notes.push_back(
            "The server is a standby: it can be backed up, and nothing can be restored to it.");
    else if (mayCreate != "t")
        report.notes.push_back("The login " + endpoint->user +
                               " may not create databases: backups do without, a restore to this server does "
                               "not. ALTER ROLE " +
                               server->quoteName(endpoint->user) + " CREATEDB; allows it.");
    if (!report.encrypted && !endpoint->isSocket())
        report.notes.push_back("The connection is not encrypted: the profile switches TLS off.");
    SALVOR_TRY(checkTools(processes, endpoint, server->serverVersion() / 10000, report, cancel));
    return report;
}

} // namespace salvor
