// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgsmallitems.h"

#include "models/base/json.h"

#include <QJsonArray>

#include <algorithm>

namespace salvor {

namespace {

// Each sequence is read by its name; a sequence has one row, in place, that every snapshot sees as it is now.
constexpr const char* kSequences = R"sql(
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                       AND d.objid = c.oid AND d.deptype = 'e')
        OR EXISTS (SELECT 1 FROM pg_catalog.pg_extension e WHERE c.oid = ANY (e.extconfig)))sql";

// Members of an extension that number the rows of its configuration tables, which are saved: by being the
// column's own, or by its default.
constexpr const char* kOfConfiguration = R"sql(
        OR EXISTS (SELECT 1 FROM pg_catalog.pg_depend d LEFT JOIN pg_catalog.pg_attrdef f
                       ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND f.oid = d.objid AND d.refobjid = c.oid
                    JOIN pg_catalog.pg_extension e ON coalesce(f.adrelid, d.refobjid) = ANY (e.extconfig)
                   WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                     AND (f.oid IS NOT NULL OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
                                               AND d.deptype IN ('a', 'i'))))sql";

// Settings whose value is a list keep their own quotes, but for an empty name, which is none in quotes of
// names; the others are one literal.
constexpr const char* kGlobals = R"sql(
WITH setting AS (
  SELECT s.setdatabase, s.setrole, pg_catalog.split_part(c, '=', 1) AS name, pg_catalog.substr(c, pg_catalog.strpos(c, '=') + 1) AS value
    FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c),
written AS (
  SELECT setdatabase, setrole, name, value, pg_catalog.format('SET %I TO %s', name,
         CASE WHEN pg_catalog.lower(name) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries')
                   AND value <> '' THEN pg_catalog.regexp_replace(value, '(^|, )""(?=, |$)', '\1''''', 'g') ELSE pg_catalog.quote_literal(value) END) AS clause
    FROM setting WHERE name <> 'timescaledb.restoring')
SELECT line::text FROM (
  SELECT 1 AS rank, r.rolname::text AS name, pg_catalog.json_build_object('kind', 'role', 'name', r.rolname,
         'superuser', r.rolsuper, 'login', r.rolcanlogin,
         'sql', pg_catalog.format('CREATE ROLE %I WITH %s %s %s %s %s %s %s CONNECTION LIMIT %s%s;%s', r.rolname,
           CASE WHEN r.rolsuper THEN 'SUPERUSER' ELSE 'NOSUPERUSER' END, CASE WHEN r.rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END,
           CASE WHEN r.rolcreaterole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END,
           CASE WHEN r.rolcreatedb THEN 'CREATEDB' ELSE 'NOCREATEDB' END, CASE WHEN r.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
           CASE WHEN r.rolreplication THEN 'REPLICATION' ELSE 'NOREPLICATION' END,
           CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END, r.rolconnlimit,
           CASE WHEN r.rolvaliduntil IS NULL THEN '' ELSE pg_catalog.format(' VALID UNTIL %L', r.rolvaliduntil) END,
           CASE WHEN c.said IS NULL THEN '' ELSE pg_catalog.format(' COMMENT ON ROLE %I IS %L;', r.rolname, c.said) END)) AS line
    FROM pg_catalog.pg_roles r, LATERAL (SELECT pg_catalog.shobj_description(r.oid, 'pg_authid')) c (said)
   WHERE r.rolname !~ '^pg_'
  UNION ALL
  SELECT 2, m.rolname || ' ' || g.rolname, pg_catalog.json_build_object('kind', 'membership', 'role', g.rolname, 'member', m.rolname,
         'sql', pg_catalog.format('GRANT %I TO %I%s;', g.rolname, m.rolname, CASE
           WHEN pg_catalog.to_jsonb(a) ? 'inherit_option' THEN pg_catalog.format(' WITH ADMIN %s, INHERIT %s, SET %s', upper(a.admin_option::text),
                upper(pg_catalog.to_jsonb(a) ->> 'inherit_option'), upper(pg_catalog.to_jsonb(a) ->> 'set_option'))
           WHEN a.admin_option THEN ' WITH ADMIN OPTION' ELSE '' END))
    FROM pg_catalog.pg_auth_members a JOIN pg_catalog.pg_roles g ON g.oid = a.roleid JOIN pg_catalog.pg_roles m ON m.oid = a.member
   WHERE m.rolname !~ '^pg_'
  UNION ALL
  SELECT 3, coalesce(r.rolname, '') || ' ' || w.name, pg_catalog.json_build_object('kind', 'role_setting',
         'role', coalesce(r.rolname, ''), 'name', w.name, 'value', w.value, 'sql', CASE WHEN w.setrole = 0
           THEN pg_catalog.format('ALTER ROLE ALL %s;', w.clause) ELSE pg_catalog.format('ALTER ROLE %I %s;', r.rolname, w.clause) END)
    FROM written w LEFT JOIN pg_catalog.pg_roles r ON r.oid = w.setrole
   WHERE w.setdatabase = 0 AND (w.setrole = 0 OR r.oid IS NOT NULL)
  UNION ALL
  SELECT 4, d.datname, pg_catalog.json_build_object('kind', 'database', 'name', d.datname,
         'owner', pg_catalog.pg_get_userbyid(d.datdba), 'sql', pg_catalog.format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L '
         'LC_COLLATE %L LC_CTYPE %L;', d.datname, pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype))
    FROM pg_catalog.pg_database d WHERE d.datname = current_database()
  UNION ALL
  SELECT 5, coalesce(r.rolname, '') || ' ' || w.name, pg_catalog.json_build_object('kind', 'database_setting', 'role', r.rolname,
         'name', w.name, 'value', w.value, 'sql', CASE WHEN w.setrole = 0
           THEN pg_catalog.format('ALTER DATABASE %I %s;', d.datname, w.clause)
           ELSE pg_catalog.format('ALTER ROLE %I IN DATABASE %I %s;', r.rolname, d.datname, w.clause) END)
    FROM written w JOIN pg_catalog.pg_database d ON d.oid = w.setdatabase LEFT JOIN pg_catalog.pg_roles r ON r.oid = w.setrole
   WHERE d.datname = current_database()
) q ORDER BY rank, name COLLATE "C")sql";

// As backups before kPgLargeObjectForm have it: NULL and no rights at all are alike, and nobody says who
// granted.
constexpr const char* kLargeObjectOwners = R"sql(
SELECT pg_catalog.json_build_object('oid', l.oid::text, 'owner', pg_catalog.pg_get_userbyid(l.lomowner),
         'grants', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('to', CASE WHEN a.grantee = 0 THEN '' ELSE
                             pg_catalog.pg_get_userbyid(a.grantee) END, 'right', a.privilege_type, 'grantable', a.is_grantable)
                             ORDER BY a.grantee, a.privilege_type) FROM pg_catalog.aclexplode(l.lomacl) a),
         'comment', pg_catalog.obj_description(l.oid, 'pg_largeobject'),
         'sql', pg_catalog.format('SELECT pg_catalog.lo_create(%L); ALTER LARGE OBJECT %s OWNER TO %I;', l.oid, l.oid,
                                  pg_catalog.pg_get_userbyid(l.lomowner))
         || coalesce(pg_catalog.format(' COMMENT ON LARGE OBJECT %s IS %L;', l.oid, pg_catalog.obj_description(l.oid, 'pg_largeobject')), '')
         || coalesce((SELECT pg_catalog.string_agg(pg_catalog.format(' GRANT %s ON LARGE OBJECT %s TO %s%s;', a.privilege_type, l.oid,
                        CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END,
                        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), '' ORDER BY a.grantee, a.privilege_type)
                        FROM pg_catalog.aclexplode(l.lomacl) a WHERE a.grantee <> l.lomowner), ''))::text
  FROM pg_catalog.pg_largeobject_metadata l ORDER BY l.oid)sql";

// An ACL that is NULL stays so. Else its entries, in an order that only their names make and in which they
// can be granted again: those of the owner first, then those of who was given the right to grant, and so on.
constexpr const char* kLargeObjectRights = R"sql(
SELECT pg_catalog.json_build_object('oid', l.oid::text, 'owner', pg_catalog.pg_get_userbyid(l.lomowner), 'acl', r.acl,
         'comment', pg_catalog.obj_description(l.oid, 'pg_largeobject'),
         'sql', pg_catalog.format('SELECT pg_catalog.lo_create(%L); ALTER LARGE OBJECT %s OWNER TO %I;', l.oid, l.oid,
                                  pg_catalog.pg_get_userbyid(l.lomowner))
         || coalesce(pg_catalog.format(' COMMENT ON LARGE OBJECT %s IS %L;', l.oid, pg_catalog.obj_description(l.oid, 'pg_largeobject')), '')
         || CASE WHEN l.lomacl IS NULL THEN '' ELSE pg_catalog.format(' REVOKE ALL ON LARGE OBJECT %s FROM PUBLIC, %I;', l.oid,
              pg_catalog.pg_get_userbyid(l.lomowner)) || coalesce(r.sql, '') END)::text
  FROM pg_catalog.pg_largeobject_metadata l LEFT JOIN LATERAL (
    WITH RECURSIVE entry AS (SELECT * FROM pg_catalog.aclexplode(l.lomacl)),
    chain AS (SELECT e.*, 0 AS depth FROM entry e WHERE e.grantor = l.lomowner
      UNION SELECT e.*, c.depth + 1 FROM chain c JOIN entry e ON e.grantor = c.grantee AND e.privilege_type = c.privilege_type
             WHERE c.is_grantable AND e.grantor <> l.lomowner AND c.depth < 50),
    named AS (SELECT pg_catalog.pg_get_userbyid(e.grantor) AS giver, e.grantor = l.lomowner AS owners,
                     CASE WHEN e.grantee = 0 THEN '' ELSE pg_catalog.pg_get_userbyid(e.grantee) END AS taker, e.privilege_type AS priv,
                     e.is_grantable AS grantable, coalesce((SELECT pg_catalog.min(c.depth) FROM chain c WHERE c.grantor = e.grantor
                       AND c.grantee = e.grantee AND c.privilege_type = e.privilege_type), 50) AS depth FROM entry e)
    SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('by', giver, 'to', taker, 'right', priv, 'grantable', grantable)
                                        ORDER BY depth, giver, taker, priv), '[]') AS acl,
           pg_catalog.string_agg(pg_catalog.format(CASE WHEN owners THEN '%s' ELSE ' SET ROLE %2$I;%1$s RESET ROLE;' END,
             pg_catalog.format(' GRANT %s ON LARGE OBJECT %s TO %s%s;', priv, l.oid,
               CASE WHEN taker = '' THEN 'PUBLIC' ELSE pg_catalog.quote_ident(taker) END,
               CASE WHEN grantable THEN ' WITH GRANT OPTION' ELSE '' END), giver), '' ORDER BY depth, giver, taker, priv) AS sql
      FROM named) r ON l.lomacl IS NOT NULL ORDER BY l.oid)sql";

// Sizes by lo_lseek64 on a descriptor that is closed again, each step needing the one before; then the parts,
// one after the other, so that neither side ever holds a whole object. Each step also depends on the object:
// PostgreSQL 14 and 15 remember a step's result by what it depends on (Memoize), and descriptors are used
// again. As a size once came from another object, each is checked by reading at both of its sides, and the
// check divides by zero where it is wrong: nothing of that backup is kept.
constexpr const char* kLargeObjects = R"sql(
COPY (SELECT m.oid, p.part::int4, pg_catalog.lo_get(m.oid, p.part * 262144, 262144)
        FROM pg_catalog.pg_largeobject_metadata m
        CROSS JOIN LATERAL (SELECT m.oid AS id, pg_catalog.lo_open(m.oid, 262144) AS fd OFFSET 0) o
        CROSS JOIN LATERAL (SELECT m.oid AS id, pg_catalog.lo_lseek64(o.fd, 0, 2) AS bytes OFFSET 0) s
        CROSS JOIN LATERAL (SELECT m.oid AS id, pg_catalog.lo_close(CASE WHEN s.bytes >= 0 THEN o.fd END) AS closed OFFSET 0) c
        CROSS JOIN LATERAL (SELECT 0 / CASE
            WHEN pg_catalog.length(pg_catalog.lo_get(m.oid, s.bytes, 1)) = 0
             AND (s.bytes = 0 OR pg_catalog.length(pg_catalog.lo_get(m.oid, s.bytes - 1, 1)) = 1) THEN 1 ELSE 0 END AS wrong OFFSET 0) w
        CROSS JOIN LATERAL pg_catalog.generate_series(0::int8, greatest(s.bytes - 1, 0) / 262144 + c.closed + w.wrong) p (part))
  TO STDOUT (FORMAT binary))sql";

/// Feeds lines to a text reader, which counts and hashes them.
Result<ItemReport> writeLines(const std::vector<std::string>& lines, ByteSink& sink) {
    PgCopyReader reader(PgFormat::Text, 1, sink);
    for (const auto& line : lines)
        SALVOR_TRY(reader.take(asBytes(line + "\n")));
    return reader.finish();
}

Result<ItemReport> queryLines(PgConnection& connection, std::string_view doing, const char* sql,
                              ByteSink& sink, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query(doing, sql, cancel));
    std::vector<std::string> lines;
    for (int row = 0; row < rows.size(); ++row) {
        // JSON escapes a line feed inside a string; the server's layout may hold some outside.
        std::string line = rows.text(row, 0);
        std::replace(line.begin(), line.end(), '\n', ' ');
        lines.push_back(pgReadable(line)); // else nobody could read the line
    }
    return writeLines(lines, sink);
}

std::string sequenceLine(const PgConnection& connection, const std::string& quoted) {
    const std::string name = connection.quoteText(quoted);
    return "SELECT pg_catalog.json_build_object('sequence', " + name +
           ", 'last_value', last_value::text, 'is_called', is_called, 'sql', pg_catalog.format('SELECT "
           "pg_catalog.setval(%L, %s, %L);', " +
           name + ", last_value, is_called))::text FROM " + quoted;
}

} // namespace

std::string pgReadable(const std::string& text) { return fromQt(toQt(text)); }

Result<ItemReport> pgReadSequences(PgConnection& connection, const QJsonObject& details, ByteSink& sink,
                                   const CancelToken& cancel) {
    constexpr std::size_t kAtOnce = 100;
    const int form = details[QStringLiteral("form")].toInt(1);
    const QJsonArray without = details[QStringLiteral("without")].toArray();
    SALVOR_ASSIGN(const auto all,
                  connection.query("listing the sequences",
                                   kSequences + std::string(form >= kPgSequenceForm ? kOfConfiguration : "") +
                                       ") ORDER BY n.nspname, c.relname",
                                   cancel));
    std::vector<std::string> names;
    for (int row = 0; row < all.size(); ++row) {
        if (!without.contains(QJsonValue(toQt(all.view(row, 0)))))
            names.push_back(all.text(row, 0));
    }
    std::vector<std::string> lines;
    for (std::size_t first = 0; first < names.size(); first += kAtOnce) {
        std::string sql;
        for (std::size_t at = first; at < names.size() && at < first + kAtOnce; ++at)
            sql += (at == first ? "" : " UNION ALL ") + sequenceLine(connection, names[at]);
        auto rows = connection.query("reading the sequences", sql, cancel);
        if (!rows && rows.error().context["sqlstate"] == "42P01")
            return failure(ErrorCode::SourceChanged,
                           "a sequence was dropped during the backup: " + rows.error().message,
                           "begin the backup again");
        if (!rows)
            return failure(rows.error());
        for (int row = 0; row < rows->size(); ++row)
            lines.push_back(rows->text(row, 0));
    }
    return writeLines(lines, sink);
}

Result<ItemReport> pgReadGlobals(PgConnection& connection, ByteSink& sink, const CancelToken& cancel) {
    return queryLines(connection, "reading roles and settings", kGlobals, sink, cancel);
}

Result<ItemReport> pgReadLargeObjectOwners(PgConnection& connection, int form, ByteSink& sink,
                                           const CancelToken& cancel) {
    return queryLines(connection, "reading the large objects' owners",
                      form >= kPgLargeObjectForm ? kLargeObjectRights : kLargeObjectOwners, sink, cancel);
}

Result<ItemReport> pgReadLargeObjects(PgConnection& connection, ByteSink& sink, const CancelToken& cancel) {
    return pgReadCopy(connection, "reading the large objects", kLargeObjects, PgFormat::Binary, 3, sink,
                      cancel);
}

} // namespace salvor
