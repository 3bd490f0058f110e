// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pghypertablekeys.h"

#include "engines/postgresql/pgomitter.h"
#include "models/base/json.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace salvor {

namespace {

// Keys of TimescaleDB's own tables do not refer to hypertables. Those of partitions come with their parent's.
constexpr std::string_view kKeys = R"sql(
  FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class r ON r.oid = k.confrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  JOIN _timescaledb_catalog.hypertable h ON h.schema_name = n.nspname AND h.table_name = r.relname
  JOIN pg_catalog.pg_class o ON o.oid = k.conrelid JOIN pg_catalog.pg_namespace m ON m.oid = o.relnamespace
 WHERE k.contype = 'f' AND k.conparentid = 0)sql";

// As pg_dump names them: the catalog's and the constraint's OID; of a comment, no more than its title.
constexpr std::string_view kLines = R"sql(
SELECT line FROM (SELECT k.oid, pg_catalog.format('; %s %s FK CONSTRAINT ', 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid, k.oid) AS line $keys
  UNION ALL SELECT k.oid, pg_catalog.format('; 0 0 COMMENT %s CONSTRAINT %I ON %I ', m.nspname, k.conname, o.relname) $keys
        AND pg_catalog.obj_description(k.oid, 'pg_constraint') IS NOT NULL
  UNION ALL SELECT t.oid, w.line FROM pg_catalog.pg_event_trigger t CROSS JOIN LATERAL (VALUES
         (pg_catalog.format('; %s %s EVENT TRIGGER ', 'pg_catalog.pg_event_trigger'::pg_catalog.regclass::pg_catalog.oid, t.oid)),
         (pg_catalog.format('; 0 0 COMMENT - EVENT TRIGGER %I ', t.evtname))) w (line)
   WHERE EXISTS (SELECT 1 $keys) AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
           WHERE d.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND d.objid = t.oid AND d.deptype = 'e')
  ) l ORDER BY l.oid, l.line)sql";

constexpr const char* kEventTriggers = R"sql(
SELECT pg_catalog.format('ALTER EVENT TRIGGER %I DISABLE;', t.evtname),
       pg_catalog.format('ALTER EVENT TRIGGER %I ENABLE%s;', t.evtname, CASE t.evtenabled WHEN 'A' THEN ' ALWAYS' ELSE '' END)
  FROM pg_catalog.pg_event_trigger t WHERE t.evtenabled IN ('O', 'A') AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname = 'timescaledb'
     WHERE d.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND d.objid = t.oid AND d.deptype = 'e'
       AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass) ORDER BY 1)sql";

constexpr std::string_view kMissing = R"sql(
SELECT pg_catalog.format('%I of %I.%I', k.conname, m.nspname, o.relname) $keys
   AND EXISTS (SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = r.oid
               EXCEPT SELECT c.confrelid FROM pg_catalog.pg_constraint c WHERE c.conparentid = k.oid) ORDER BY 1)sql";

std::string withKeys(std::string_view sql) {
    constexpr std::string_view kPlace = "$keys";
    std::string out(sql);
    for (auto at = out.find(kPlace); at != std::string::npos; at = out.find(kPlace))
        out.replace(at, kPlace.size(), kKeys);
    return out;
}

/// The name at the beginning of `text`, without its quotes; takes it off.
std::string takeName(std::string_view& text) {
    std::string name;
    std::size_t at = 0;
    if (!text.starts_with('"')) {
        at = std::min(text.find_first_of(".( \n"), text.size());
        name = text.substr(0, at);
    } else {
        for (at = 1; at < text.size(); ++at) {
            if (text[at] == '"' && !text.substr(at + 1).starts_with('"'))
                break;
            at += text[at] == '"' ? 1 : 0;
            name.push_back(text[at]);
        }
        at = std::min(at + 1, text.size());
    }
    text.remove_prefix(at);
    return name;
}

Result<QJsonArray> firstColumn(PgConnection& connection, std::string_view sql, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows,
                  connection.query("reading the foreign keys to hypertables", withKeys(sql), cancel));
    QJsonArray out;
    for (int row = 0; row < rows.size(); ++row)
        out.append(toQt(rows.view(row, 0)));
    return out;
}

} // namespace

PgTableName pgReferencedTable(const PgArchiveEntry& entry) {
    constexpr std::string_view kWord = ") REFERENCES ";
    if (entry.kind != "FK CONSTRAINT")
        return {};
    const std::string_view sql = entry.definition;
    bool inName = false;
    for (std::size_t at = 0; at < sql.size(); ++at) {
        inName = (sql[at] == '"') != inName; // two quotes in a name close and open it
        if (inName || !sql.substr(at).starts_with(kWord))
            continue;
        std::string_view rest = sql.substr(at + kWord.size());
        std::string schema = takeName(rest);
        if (!rest.starts_with('.'))
            return {};
        rest.remove_prefix(1);
        return {std::move(schema), takeName(rest)};
    }
    return {};
}

std::vector<PgArchiveEntry> pgTakeHypertableKeys(const std::vector<PgArchiveEntry>& entries,
                                                 const std::set<PgTableName>& hypertables,
                                                 std::set<int>& done) {
    std::set<int> wanted;
    for (const auto& entry : entries) {
        if (!hypertables.contains(pgReferencedTable(entry)) || !done.insert(entry.id).second)
            continue;
        wanted.insert(entry.id);
        wanted.insert(entry.needs.begin(), entry.needs.end());
        for (const int id : PgOmitter::dependents(entries, entry.id)) {
            wanted.insert(id);
            done.insert(id);
        }
    }
    std::vector<PgArchiveEntry> out;
    for (const auto& entry : entries) {
        const bool isSetting =
            entry.kind == "ENCODING" || entry.kind == "STDSTRINGS" || entry.kind == "SEARCHPATH";
        if (wanted.contains(entry.id) || (isSetting && !wanted.empty()))
            out.push_back(entry);
    }
    return out;
}

Result<std::set<PgTableName>> pgHypertableNames(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows,
                  connection.query("reading TimescaleDB's hypertables",
                                   "SELECT schema_name, table_name FROM _timescaledb_catalog.hypertable",
                                   cancel));
    std::set<PgTableName> out;
    for (int row = 0; row < rows.size(); ++row)
        out.emplace(rows.text(row, 0), rows.text(row, 1));
    return out;
}

Result<std::string> pgOnlyTimescaleTriggers(PgConnection& connection, const CancelToken& cancel) {
    const std::string doing = "preparing to make foreign keys to hypertables";
    SALVOR_ASSIGN(const auto rows, connection.query(doing, kEventTriggers, cancel));
    std::string off;
    std::string on;
    for (int row = 0; row < rows.size(); ++row) {
        off += rows.text(row, 0) + "\n";
        on += rows.text(row, 1) + "\n";
    }
    if (!off.empty())
        SALVOR_TRY(connection.script(doing, off, cancel));
    // Before PostgreSQL 17 there is no such setting.
    SALVOR_TRY(connection.query(doing,
                                "SELECT pg_catalog.set_config(name, 'on', false) FROM pg_catalog.pg_settings "
                                "WHERE name = 'event_triggers' AND setting = 'off'",
                                cancel));
    return on;
}

Result<QJsonArray> pgHypertableKeyLines(PgConnection& connection, const CancelToken& cancel) {
    return firstColumn(connection, kLines, cancel);
}

Result<QJsonArray> pgKeysThatMissChunks(PgConnection& connection, const CancelToken& cancel) {
    return firstColumn(connection, kMissing, cancel);
}

} // namespace salvor
