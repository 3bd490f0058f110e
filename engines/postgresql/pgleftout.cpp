// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgleftout.h"

#include "engines/postgresql/pgextensionparts.h"
#include "engines/postgresql/pgrelations.h"
#include "engines/postgresql/pgsmallitems.h"
#include "engines/postgresql/pgstandby.h"
#include "models/base/json.h"

#include <QJsonArray>

namespace salvor {

namespace {

// pg_dump takes all that is in a system schema for the server's own; 16384 is FirstNormalObjectId
// (access/transam.h). Of tables, their row types, arrays, indexes and sequences are not named again.
constexpr const char* kInSystemSchemas = R"sql(
SELECT i.type || ' ' || i.identity FROM (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS class, c.oid FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.oid >= 16384 AND n.nspname IN ('information_schema', 'pg_catalog') AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
     AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend a WHERE a.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                        AND a.objid = c.oid AND a.refobjsubid > 0 AND a.deptype IN ('a', 'i'))
  UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.oid >= 16384 AND n.nspname IN ('information_schema', 'pg_catalog')
  UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
   WHERE t.oid >= 16384 AND n.nspname IN ('information_schema', 'pg_catalog') AND t.typtype IN ('b', 'd', 'e', 'r') AND t.typelem = 0) o
  CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.class, o.oid, 0) i
 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')
 ORDER BY 1)sql";

// Members that somebody added: they came into their schema by an earlier transaction than into the extension.
// What an extension's script makes, or pg_upgrade, comes into both by one. TimescaleDB's updates rebuild its
// own tables, which are in schemas of its own.
constexpr const char* kAddedMembers = R"sql(
SELECT i.type || ' ' || i.identity || ' (a member of the extension ' || x.extname || ')'
  FROM pg_catalog.pg_depend e JOIN pg_catalog.pg_extension x ON x.oid = e.refobjid
  JOIN pg_catalog.pg_depend n ON n.classid = e.classid AND n.objid = e.objid AND n.objsubid = 0 AND n.deptype = 'n'
       AND n.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
  JOIN pg_catalog.pg_namespace s ON s.oid = n.refobjid
  CROSS JOIN LATERAL pg_catalog.pg_identify_object(e.classid, e.objid, 0) i
 WHERE e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
   AND s.nspname !~ '^_timescaledb_' AND pg_catalog.age(e.xmin) < pg_catalog.age(n.xmin)
   AND NOT (e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = ANY (coalesce(x.extconfig, '{}')))
 ORDER BY 1)sql";

constexpr const char* kComesBack = R"sql(
SELECT 'schema public' WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'public')
UNION ALL SELECT 'extension plpgsql' WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'plpgsql'))sql";

// Rows are restored with an empty search_path. Only what reads a relation by a bare name is named: of other
// calls it cannot be told from here.
constexpr const char* kBareNames = R"sql(
SELECT DISTINCT u.what || ' calls ' || p.oid::pg_catalog.regprocedure || ', which sets no search_path and reads a relation by its bare name'
  FROM (SELECT 'the constraint ' || pg_catalog.quote_ident(k.conname) || ' of ' || k.conrelid::pg_catalog.regclass AS what, d.refobjid
          FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid
           AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass WHERE k.contype = 'c' AND k.conrelid <> 0
        UNION ALL
        SELECT 'the index ' || i.indexrelid::pg_catalog.regclass, d.refobjid
          FROM pg_catalog.pg_index i JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
           AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
        UNION ALL
        SELECT 'the generated column ' || pg_catalog.quote_ident(a.attname) || ' of ' || f.adrelid::pg_catalog.regclass, d.refobjid
          FROM pg_catalog.pg_attrdef f JOIN pg_catalog.pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated <> ''
          JOIN pg_catalog.pg_depend d ON (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
               OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = f.adrelid AND d.objsubid = f.adnum)
           AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass) u
  JOIN pg_catalog.pg_proc p ON p.oid = u.refobjid JOIN pg_catalog.pg_language l ON l.oid = p.prolang
 WHERE l.lanname IN ('sql', 'plpgsql') AND p.prosqlbody IS NULL
   AND NOT EXISTS (SELECT 1 FROM pg_catalog.unnest(p.proconfig) c WHERE c LIKE 'search_path=%')
   AND p.prosrc ~* '\m(from|join)\s+(only\s+)?("[^"]+"|[a-z_][a-z0-9_$]*\M)(?!\s*[.(])' ORDER BY 1)sql";

// ALTER TABLE … DISABLE TRIGGER ALL takes those of foreign keys as well, of which pg_dump says nothing.
constexpr const char* kSwitchedOff = R"sql(
SELECT DISTINCT CASE k.contype WHEN 'f' THEN 'the foreign key ' ELSE 'the constraint ' END || pg_catalog.quote_ident(k.conname) || ' of ' || k.conrelid::pg_catalog.regclass
  FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
 WHERE k.contype IN ('f', 'p', 'u', 'x') AND t.tgenabled <> 'O' ORDER BY 1)sql";

// What a CREATE INDEX CONCURRENTLY that failed has left. An index of a partitioned table is not valid until
// all its partitions have one; that is saved.
constexpr const char* kInvalidIndexes = R"sql(
SELECT 'Left out: the index ' || i.indexrelid::pg_catalog.regclass || ' of ' || i.indrelid::pg_catalog.regclass || ', which is not valid: '
    || 'CREATE INDEX CONCURRENTLY was interrupted or failed. pg_dump does not save such an index.'
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT (i.indisvalid AND i.indisready) AND c.relkind = 'i' AND c.relpersistence <> 't' AND n.nspname !~ '^(pg_|_timescaledb_)' ORDER BY 1)sql";

// Members that were changed after the extension, and its last member, were made. A function with rights is
// not named: its row says no more than that something was changed, perhaps the rights, which pg_upgrade gives
// to each again.
constexpr const char* kChangedMembers = R"sql(
WITH member AS (
  SELECT e.classid, e.objid, x.extname,
         least(pg_catalog.age(x.xmin), (SELECT min(pg_catalog.age(o.xmin)) FROM pg_catalog.pg_depend o
                                         WHERE o.refclassid = e.refclassid AND o.refobjid = e.refobjid AND o.deptype = 'e')) AS made
    FROM pg_catalog.pg_depend e JOIN pg_catalog.pg_extension x ON x.oid = e.refobjid
   WHERE e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass)
SELECT 'Not kept: the ' || i.type || ' ' || i.identity || ' is not as the extension ' || c.extname || ' makes it (its definition, owner, settings or comment '
    || 'were changed). pg_dump saves no more of an extension''s member than its rights: a restored database has it as the extension makes it.'
  FROM (SELECT m.classid, m.objid, m.extname FROM member m JOIN pg_catalog.pg_proc p
            ON m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = m.objid
          LEFT JOIN pg_catalog.pg_init_privs v ON v.classoid = m.classid AND v.objoid = m.objid AND v.objsubid = 0
         WHERE pg_catalog.age(p.xmin) < m.made AND p.proacl IS NULL AND v.initprivs IS NULL
        UNION SELECT m.classid, m.objid, m.extname FROM member m JOIN pg_catalog.pg_rewrite r
            ON m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND r.ev_class = m.objid WHERE pg_catalog.age(r.xmin) < m.made
        UNION SELECT m.classid, m.objid, m.extname FROM member m JOIN pg_catalog.pg_description d ON d.classoid = m.classid AND d.objoid = m.objid
         WHERE pg_catalog.age(d.xmin) < m.made) c
  JOIN pg_catalog.pg_depend n ON n.classid = c.classid AND n.objid = c.objid AND n.objsubid = 0 AND n.deptype = 'n'
       AND n.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
  JOIN pg_catalog.pg_namespace s ON s.oid = n.refobjid AND s.nspname !~ '^_timescaledb_'
  CROSS JOIN LATERAL pg_catalog.pg_identify_object(c.classid, c.objid, 0) i ORDER BY 1)sql";

// Of the server; the superuser that it was made with (OID 10, BOOTSTRAP_SUPERUSERID) has them anyway.
constexpr const char* kParameterRights = R"sql(
SELECT 'Not kept: ' || g.right || ' ON PARAMETER ' || g.parameter || ' for ' || g.role || ' is a right of the server: it is in no backup of a database, '
    || 'nor among its roles. GRANT ' || g.right || ' ON PARAMETER ' || g.parameter || ' TO ' || g.role || ' gives it on another server.'
  FROM (SELECT a.privilege_type, p.parname, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END
          FROM pg_catalog.pg_parameter_acl p, pg_catalog.aclexplode(p.paracl) a WHERE a.grantee <> 10) g ("right", parameter, role) ORDER BY 1)sql";

// What is in the bytes of another encoding than UTF-8. Comments on large objects are the database's own, and
// can be so only where it has no encoding.
constexpr const char* kInWhateverBytes = R"sql(
SELECT 'the comment on the database', pg_catalog.shobj_description(oid, 'pg_database') FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
UNION ALL SELECT 'the comment on the role ' || pg_catalog.quote_ident(rolname), pg_catalog.shobj_description(oid, 'pg_authid') FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'
UNION ALL SELECT 'the setting ' || pg_catalog.split_part(c, '=', 1) || CASE WHEN s.setrole = 0 THEN '' ELSE ' of the role ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(s.setrole)) END
         || CASE WHEN s.setdatabase = 0 THEN '' ELSE ' of the database' END, c
  FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c
 WHERE s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
UNION ALL SELECT 'the comment on the large object ' || objoid, description FROM pg_catalog.pg_description
 WHERE classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass AND pg_catalog.getdatabaseencoding() = 'SQL_ASCII')sql";

/// Of the above those that are not in ASCII, by their names; none of a database that hands out bytes as they
/// are.
Result<std::vector<std::string>> beyondAscii(PgConnection& connection, const CancelToken& cancel) {
    std::vector<std::string> out;
    if (pgCopyEncoding(connection.parameter("server_encoding")).empty())
        return out;
    SALVOR_ASSIGN(const auto rows, connection.query("looking for letters in comments and settings",
                                                    "SELECT what FROM (" + std::string(kInWhateverBytes) +
                                                        ") t (what, said) WHERE said ~ '[^\\x01-\\x7F]'",
                                                    cancel));
    for (int row = 0; row < rows.size(); ++row)
        out.push_back(rows.text(row, 0));
    return out;
}

Result<> addUnreadable(PgConnection& connection, QJsonArray& out, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto suspects, beyondAscii(connection, cancel));
    const auto rows = connection.query("looking for text that is not UTF-8", kInWhateverBytes, cancel);
    if (!rows)
        return failure(pgUnconvertible(rows.error(), suspects));
    for (int row = 0; row < rows->size(); ++row) {
        const std::string text = rows->text(row, 1);
        if (pgReadable(text) != text)
            out.append(toQt("Not kept as it is: " + rows->text(row, 0) +
                            " is not UTF-8, as it was written from a database in another encoding or in "
                            "none. What of it is "
                            "no letter is saved as U+FFFD."));
    }
    return {};
}

Result<> addNames(PgConnection& connection, const char* sql, QJsonArray& out, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("looking for what a backup leaves out", sql, cancel));
    for (int row = 0; row < rows.size(); ++row)
        out.append(toQt(rows.view(row, 0)));
    return {};
}

} // namespace

Result<> pgReadLeftOut(PgConnection& connection, QJsonObject& facts, const CancelToken& cancel) {
    QJsonArray leftOut;
    QJsonArray comesBack;
    SALVOR_TRY(addNames(connection, kInSystemSchemas, leftOut, cancel));
    SALVOR_TRY(addNames(connection, kAddedMembers, leftOut, cancel));
    SALVOR_TRY(addNames(connection, kComesBack, comesBack, cancel));
    QJsonArray mayNotLoad;
    SALVOR_TRY(addNames(connection, kBareNames, mayNotLoad, cancel));
    SALVOR_ASSIGN(const auto tied, pgTiedExtensions(connection, cancel));
    for (const auto& one : tied)
        mayNotLoad.append(toQt(one));
    QJsonArray switchedOff;
    SALVOR_TRY(addNames(connection, kSwitchedOff, switchedOff, cancel));
    QJsonArray notKept;
    for (const char* sql : {kInvalidIndexes, kChangedMembers, kParameterRights})
        SALVOR_TRY(addNames(connection, sql, notKept, cancel));
    SALVOR_TRY(addUnreadable(connection, notKept, cancel));
    SALVOR_ASSIGN(const auto unlogged, pgUnloggedOnStandby(connection, cancel));
    if (!unlogged.isEmpty())
        facts.insert(QStringLiteral("unlogged_on_standby"), unlogged);
    for (const auto& value : unlogged)
        notKept.append(toQt(pgUnloggedNote(fromQt(value.toString()))));
    if (!notKept.isEmpty())
        facts.insert(QStringLiteral("not_kept"), notKept);
    facts.insert(QStringLiteral("switched_off"), switchedOff);
    facts.insert(QStringLiteral("may_not_load"), mayNotLoad);
    facts.insert(QStringLiteral("left_out"), leftOut);
    facts.insert(QStringLiteral("comes_back"), comesBack);
    return {};
}

Error pgUnconvertible(Error error, const std::vector<std::string>& suspects) {
    const auto state = error.context.find("sqlstate");
    if (state == error.context.end() || (state->second != "22P05" && state->second != "22021"))
        return error;
    constexpr std::size_t kMost = 5;
    std::string named;
    for (std::size_t at = 0; at < suspects.size() && at < kMost; ++at)
        named += (at == 0 ? "" : ", ") + suspects[at];
    if (suspects.size() > kMost)
        named += " and " + std::to_string(suspects.size() - kMost) + " more";
    error.code = ErrorCode::Unsupported;
    error.message = "a comment or setting has bytes that are no letters in the encoding of this database (" +
                    error.message + ")" + (named.empty() ? "" : "; look at " + named);
    error.hint = "write it again in ASCII: COMMENT ON ROLE …, COMMENT ON DATABASE …, ALTER … SET …";
    return error;
}

std::vector<std::string> pgLeftOutNotes(const QJsonObject& facts) {
    std::vector<std::string> notes;
    for (const auto& value : facts[QStringLiteral("left_out")].toArray())
        notes.push_back("Left out: " + fromQt(value.toString()) +
                        ". pg_dump does not save what is in a system schema, or what was added to an "
                        "extension by hand.");
    for (const auto& value : facts[QStringLiteral("comes_back")].toArray())
        notes.push_back("The database has no " + fromQt(value.toString()) +
                        ", which every new database has: a restore brings it back.");
    for (const auto& value : facts[QStringLiteral("switched_off")].toArray())
        notes.push_back(
            "Not kept: " + fromQt(value.toString()) +
            " has triggers that ALTER TABLE switched off, or on in another way. pg_dump does not save that: "
            "in a restored database they are on.");
    for (const auto& value : facts[QStringLiteral("not_kept")].toArray())
        notes.push_back(fromQt(value.toString()));
    for (const auto& value : facts[QStringLiteral("may_not_load")].toArray())
        notes.push_back("A restore may fail, with pg_restore too: " + fromQt(value.toString()) +
                        ". Then its options --keep-going and --leave-out get the rows back.");
    return notes;
}

} // namespace salvor
