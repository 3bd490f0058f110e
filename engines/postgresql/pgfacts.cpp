// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgfacts.h"

#include "engines/postgresql/pghypertablekeys.h"
#include "engines/postgresql/pginherit.h"
#include "engines/postgresql/pgleftout.h"
#include "engines/postgresql/pgrelations.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgsmallitems.h"
#include "engines/postgresql/pgtakenoff.h"
#include "models/base/json.h"

#include <algorithm>
#include <map>
#include <set>

namespace salvor {

namespace {

// One row of everything about the database itself. to_jsonb keeps it working where a release renamed a column
// (daticulocale became datlocale in 17).
constexpr const char* kDatabase = R"sql(
SELECT (pg_catalog.to_jsonb(d) - 'datfrozenxid' - 'datminmxid' - 'datacl' || pg_catalog.jsonb_build_object(
         'oid', d.oid::text, 'owner', pg_catalog.pg_get_userbyid(d.datdba), 'encoding_name', pg_catalog.pg_encoding_to_char(d.encoding),
         'comment', pg_catalog.shobj_description(d.oid, 'pg_database'),
         'tablespace', (SELECT spcname FROM pg_catalog.pg_tablespace t WHERE t.oid = d.dattablespace),
         'size_bytes', pg_catalog.pg_database_size(d.oid),
         'acl', CASE WHEN d.datacl IS NULL THEN NULL ELSE coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('to', CASE WHEN a.grantee = 0 THEN '' ELSE
                   pg_catalog.pg_get_userbyid(a.grantee) END, 'right', a.privilege_type, 'grantable', a.is_grantable,
                   'by', pg_catalog.pg_get_userbyid(a.grantor)))
                   FROM pg_catalog.aclexplode(d.datacl) a), '[]') END,
         'settings', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('role', coalesce(r.rolname, ''),
                   'name', pg_catalog.split_part(c, '=', 1), 'value', pg_catalog.substr(c, pg_catalog.strpos(c, '=') + 1)))
                   FROM pg_catalog.pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
                  WHERE s.setdatabase = d.oid)))::text
  FROM pg_catalog.pg_database d WHERE d.datname = $1)sql";

// Roles that objects belong to or that were given rights. The first superuser is not in pg_shdepend, so
// owners are read too.
constexpr const char* kRoles = R"sql(
SELECT rolname FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_' AND oid IN (
  SELECT s.refobjid FROM pg_catalog.pg_shdepend s, pg_catalog.pg_database d
   WHERE d.datname = current_database() AND s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
     AND (s.dbid = d.oid OR s.dbid = 0 AND s.classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND s.objid = d.oid)
  UNION SELECT relowner FROM pg_catalog.pg_class WHERE oid >= 16384
  UNION SELECT nspowner FROM pg_catalog.pg_namespace WHERE oid >= 16384
  UNION SELECT proowner FROM pg_catalog.pg_proc WHERE oid >= 16384
  UNION SELECT typowner FROM pg_catalog.pg_type WHERE oid >= 16384
  UNION SELECT lomowner FROM pg_catalog.pg_largeobject_metadata
  UNION SELECT oprowner FROM pg_catalog.pg_operator WHERE oid >= 16384
  UNION SELECT opcowner FROM pg_catalog.pg_opclass WHERE oid >= 16384
  UNION SELECT opfowner FROM pg_catalog.pg_opfamily WHERE oid >= 16384
  UNION SELECT collowner FROM pg_catalog.pg_collation WHERE oid >= 16384
  UNION SELECT conowner FROM pg_catalog.pg_conversion WHERE oid >= 16384
  UNION SELECT lanowner FROM pg_catalog.pg_language WHERE oid >= 16384
  UNION SELECT evtowner FROM pg_catalog.pg_event_trigger
  UNION SELECT pubowner FROM pg_catalog.pg_publication
  UNION SELECT fdwowner FROM pg_catalog.pg_foreign_data_wrapper
  UNION SELECT srvowner FROM pg_catalog.pg_foreign_server
  UNION SELECT umuser FROM pg_catalog.pg_user_mappings
  UNION SELECT stxowner FROM pg_catalog.pg_statistic_ext
  UNION SELECT cfgowner FROM pg_catalog.pg_ts_config WHERE oid >= 16384
  UNION SELECT dictowner FROM pg_catalog.pg_ts_dict WHERE oid >= 16384) ORDER BY 1)sql";

// Columns of extensions' configuration tables that name roles, as queries (TimescaleDB's jobs have owners).
constexpr const char* kRoleColumns = R"sql(
SELECT pg_catalog.format('SELECT %I::pg_catalog.oid AS role FROM %I.%I %s', a.attname, n.nspname, c.relname, u.condition)
  FROM pg_catalog.pg_extension e CROSS JOIN unnest(e.extconfig, e.extcondition) u (table_oid, condition)
  JOIN pg_catalog.pg_class c ON c.oid = u.table_oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE a.atttypid = 'pg_catalog.regrole'::pg_catalog.regtype AND c.relkind = 'r' ORDER BY 1)sql";

constexpr const char* kTablespaces = R"sql(
SELECT DISTINCT t.spcname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace
 WHERE c.oid >= 16384 AND t.spcname !~ '^pg_' ORDER BY 1)sql";

// Views and materialized views, and which of them each one reads.
constexpr const char* kViews = R"sql(
SELECT c.oid, c.relkind, pg_catalog.format('%I.%I', n.nspname, c.relname), c.relispopulated,
       coalesce(pg_catalog.string_agg(DISTINCT u.oid::text, ' '), '')
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_rewrite w ON w.ev_class = c.oid
  LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = w.oid
       AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> c.oid
  LEFT JOIN pg_catalog.pg_class u ON u.oid = d.refobjid AND u.relkind IN ('v', 'm')
 WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 GROUP BY 1, 2, 3, 4 ORDER BY 3)sql";

constexpr const char* kUnvalidated = R"sql(
SELECT pg_catalog.format('%s on %s', pg_catalog.quote_ident(k.conname), k.conrelid::pg_catalog.regclass)
  FROM pg_catalog.pg_constraint k WHERE NOT k.convalidated AND k.conrelid <> 0 AND k.conparentid = 0 ORDER BY 1)sql";

// User mappings whose options the view hides from this role (system_views.sql, pg_user_mappings): pg_dump
// writes them without any, and without a word.
constexpr const char* kHiddenMappings = R"sql(
SELECT pg_catalog.format('%I for server %I', m.usename, m.srvname)
  FROM pg_catalog.pg_user_mappings m JOIN pg_catalog.pg_foreign_server s ON s.oid = m.srvid
 WHERE m.umoptions IS NULL AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
   AND NOT CASE WHEN m.umuser = 0 THEN pg_catalog.pg_has_role(s.srvowner, 'USAGE')
                ELSE m.usename = current_user AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE')
                                                   OR pg_catalog.has_server_privilege(s.oid, 'USAGE')) END
 ORDER BY 1)sql";

/// By number: what refers to others in ways that are not written down was mostly made after them.
using ViewId = unsigned long long;

struct View {
    bool materialized = false;
    bool populated = false;
    std::string quoted;
    std::set<ViewId> reads;
};

void placeView(ViewId oid, const std::map<ViewId, View>& views, std::set<ViewId>& seen, QJsonArray& out) {
    const auto found = views.find(oid);
    if (found == views.end() || !seen.insert(oid).second)
        return;
    for (const auto& read : found->second.reads)
        placeView(read, views, seen, out);
    if (found->second.materialized)
        out.append(QJsonObject{{QStringLiteral("quoted"), toQt(found->second.quoted)},
                               {QStringLiteral("populated"), found->second.populated}});
}

Result<QJsonArray> materializedViews(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("reading the views", kViews, cancel));
    std::map<ViewId, View> views;
    for (int row = 0; row < rows.size(); ++row) {
        View view{rows.view(row, 1) == "m", rows.flag(row, 3), rows.text(row, 2), {}};
        for (std::string_view rest = rows.view(row, 4); !rest.empty();) {
            const auto end = rest.find(' ');
            view.reads.insert(std::stoull(std::string(rest.substr(0, end))));
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        }
        views.emplace(rows.count(row, 0), std::move(view));
    }
    QJsonArray out;
    std::set<ViewId> seen;
    for (const auto& [oid, view] : views)
        placeView(oid, views, seen, out);
    return out;
}

Result<QJsonArray> firstColumn(PgConnection& connection, std::string_view doing, const char* sql,
                               const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query(doing, sql, cancel));
    QJsonArray out;
    for (int row = 0; row < rows.size(); ++row)
        out.append(toQt(rows.view(row, 0)));
    return out;
}

/// `roles` and those that rows of extensions' configuration tables name.
Result<QJsonArray> withConfigRoles(PgConnection& connection, QJsonArray roles, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto columns, connection.query("looking for roles", kRoleColumns, cancel));
    std::string sql;
    for (int row = 0; row < columns.size(); ++row)
        sql += (row == 0 ? "" : " UNION ALL ") + ("(" + columns.text(row, 0) + ")");
    if (sql.empty())
        return roles;
    SALVOR_ASSIGN(
        const auto rows,
        connection.query("looking for roles",
                         "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_' AND oid IN "
                         "(SELECT role FROM (" +
                             sql + ") c) ORDER BY 1",
                         cancel));
    for (int row = 0; row < rows.size(); ++row) {
        if (const QJsonValue name = toQt(rows.view(row, 0)); !roles.contains(name))
            roles.append(name);
    }
    return roles;
}

QJsonArray extensionArray(const PgExtensions& extensions) {
    QJsonArray out;
    for (const auto& extension : extensions.all) {
        QJsonArray relations;
        for (const auto& relation : extension.relations)
            relations.append(toQt(relation));
        out.append(QJsonObject{{QStringLiteral("name"), toQt(extension.name)},
                               {QStringLiteral("version"), toQt(extension.version)},
                               {QStringLiteral("schema"), toQt(extension.schema)},
                               {QStringLiteral("schema_oid"), toQt(extension.schemaOid)},
                               {QStringLiteral("schema_owner"), toQt(extension.schemaOwner)},
                               {QStringLiteral("owner"), toQt(extension.owner)},
                               {QStringLiteral("owns_schema"), extension.ownsSchema},
                               {QStringLiteral("relations"), relations}});
    }
    return out;
}

/// As the server writes it: what of it is not UTF-8 is as it is.
Result<std::string> databaseText(PgConnection& connection, const std::string& name,
                                 const CancelToken& cancel) {
    const std::string doing = "reading the settings of database " + name;
    auto text = connection.value(doing, kDatabase, cancel, {name});
    if (!text)
        return failure(pgUnconvertible(std::move(text).error(),
                                       {"the comment and the settings of the database " + name}));
    if (text->empty())
        return failure(ErrorCode::NotFound, doing + ": there is no such database", "check its name",
                       {{"database", name}});
    return text;
}

Result<QJsonObject> databaseFacts(const std::string& text) {
    SALVOR_ASSIGN(auto facts, parseJsonObject(text, "the server's answer"));
    facts.insert(QStringLiteral("name"), facts.take(QStringLiteral("datname")));
    return facts;
}

} // namespace

Result<QJsonObject> pgReadDatabaseFacts(PgConnection& connection, const std::string& name,
                                        const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto text, databaseText(connection, name, cancel));
    if (pgReadable(text) != text)
        return failure(
            ErrorCode::Unsupported,
            "the comment or a setting of the database " + name +
                " is not UTF-8, so it could not be carried over",
            "write it again from a database in UTF-8: COMMENT ON DATABASE …, ALTER DATABASE … SET …",
            {{"database", name}});
    return databaseFacts(text);
}

Result<QJsonObject> pgReadServerFacts(PgConnection& connection, const PgExtensions& extensions,
                                      const PgHypertables& hypertables, const CancelToken& cancel) {
    QJsonObject facts;
    facts.insert(QStringLiteral("version"), toQt(connection.parameter("server_version")));
    facts.insert(QStringLiteral("version_number"), connection.serverVersion());
    SALVOR_ASSIGN(const auto systemId,
                  connection.value("reading the system identifier",
                                   "SELECT system_identifier::text FROM pg_catalog.pg_control_system()",
                                   cancel));
    facts.insert(QStringLiteral("system_identifier"), toQt(systemId));
    SALVOR_ASSIGN(const auto text, databaseText(connection, connection.database(), cancel));
    SALVOR_ASSIGN(const auto database, databaseFacts(pgReadable(text))); // pgReadLeftOut() says what it lacks
    facts.insert(QStringLiteral("database"), database);
    SALVOR_ASSIGN(const auto session, pgReadSession(connection, cancel));
    facts.insert(QStringLiteral("session"), session);
    SALVOR_ASSIGN(const auto forms, pgReadForms(connection, cancel));
    facts.insert(QStringLiteral("session_forms"), forms);
    facts.insert(QStringLiteral("extensions"), extensionArray(extensions));
    for (const auto& [key, sql] : {std::pair{"roles", kRoles}, std::pair{"tablespaces", kTablespaces},
                                   std::pair{"unvalidated_constraints", kUnvalidated},
                                   std::pair{"hidden_user_mappings", kHiddenMappings}}) {
        SALVOR_ASSIGN(const auto names, firstColumn(connection, "reading the catalog", sql, cancel));
        facts.insert(QLatin1String(key), names);
    }
    SALVOR_ASSIGN(const auto roles,
                  withConfigRoles(connection, facts[QStringLiteral("roles")].toArray(), cancel));
    facts.insert(QStringLiteral("roles"), roles);
    SALVOR_ASSIGN(const auto reordered, pgReorderedHeirs(connection, cancel));
    QJsonArray heirs;
    for (const auto& name : reordered)
        heirs.append(toQt(name));
    facts.insert(QStringLiteral("reordered_tables"), heirs);
    SALVOR_ASSIGN(const auto views, materializedViews(connection, cancel));
    facts.insert(QStringLiteral("materialized_views"), views);
    SALVOR_ASSIGN(const auto relations, pgRelationSet(connection, cancel));
    QJsonArray names;
    for (const auto& relation : relations)
        names.append(toQt(relation));
    facts.insert(QStringLiteral("relations"), names);
    SALVOR_TRY(pgReadLeftOut(connection, facts, cancel));
    SALVOR_TRY(pgReadTakenOff(connection, facts, cancel));
    for (const auto& extension : extensions.all) {
        if (extension.name != "timescaledb")
            continue;
        QJsonArray jobs;
        for (const auto job : hypertables.scheduledJobs)
            jobs.append(static_cast<qint64>(job));
        SALVOR_ASSIGN(const auto late, pgHypertableKeyLines(connection, cancel));
        SALVOR_ASSIGN(const auto missing, pgKeysThatMissChunks(connection, cancel));
        facts.insert(QStringLiteral("timescaledb"),
                     QJsonObject{{QStringLiteral("version"), toQt(extension.version)},
                                 {QStringLiteral("scheduled_jobs"), jobs},
                                 {QStringLiteral("late_entries"), late},
                                 {QStringLiteral("keys_missing_chunks"), missing}});
    }
    return facts;
}

Result<PgLockTable> pgReadLockTable(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("reading the lock table's size", R"sql(
SELECT current_setting('max_locks_per_transaction')::int8
         * (current_setting('max_connections')::int8 + current_setting('max_prepared_transactions')::int8),
       (SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'relation'))sql",
                                                    cancel));
    return PgLockTable{rows.count(0, 0), rows.count(0, 1)};
}

namespace {

// Of a lock l and what pg_stat_activity says of its session, a.
const std::string kLockHolder =
    "CASE WHEN l.pid IS NULL THEN 'a prepared transaction, see pg_prepared_xacts' ELSE "
    "pg_catalog.format('process %s (%s)', l.pid, pg_catalog.concat_ws(', ', a.usename, "
    "NULLIF(a.application_name, ''))) END";
const std::string kExclusiveLocks = R"sql(
  FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
   AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))sql";

} // namespace

Result<std::string> pgLockHolders(PgConnection& connection, unsigned relation, const CancelToken& cancel) {
    // REINDEX locks so no table, but each index of it, and those of its long values.
    return connection.value("asking who locks a table",
                            "WITH t AS (SELECT oid, reltoastrelid FROM pg_catalog.pg_class WHERE oid = " +
                                std::to_string(relation) + ") SELECT pg_catalog.string_agg(DISTINCT " +
                                kLockHolder + ", ', ')" + kExclusiveLocks +
                                " AND l.relation IN (SELECT oid FROM t UNION ALL SELECT reltoastrelid FROM t "
                                "UNION ALL SELECT i.indexrelid FROM t JOIN pg_catalog.pg_index i ON "
                                "i.indrelid IN (t.oid, t.reltoastrelid))",
                            cancel);
}

Result<std::string> pgLockedTables(PgConnection& connection, const CancelToken& cancel) {
    return connection.value(
        "asking who locks tables",
        "SELECT pg_catalog.string_agg(t.quoted || ' is locked by ' || t.holders, '; ') FROM ("
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted, "
        "pg_catalog.string_agg(DISTINCT h.holder, ', ') AS holders FROM (SELECT l.relation, " +
            kLockHolder + " AS holder" + kExclusiveLocks +
            R"sql( AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()) h
  JOIN pg_catalog.pg_class c ON c.oid = h.relation
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 GROUP BY 1 ORDER BY 1 LIMIT 5) t)sql",
        cancel);
}

} // namespace salvor
