// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgtakenoff.h"

#include "models/base/json.h"

#include <QJsonArray>

#include <array>
#include <string_view>

namespace salvor {

namespace {

// An extension's script makes its members in one transaction, and their OIDs follow each other. The signature
// is the name that pg_dump gives the entry (format_function_signature() in pg_dump.c), with an empty
// search_path.
constexpr const char* kTakenOff = R"sql(
WITH made AS MATERIALIZED (
  SELECT x.extname, x.oid AS first, e.xmin AS by, max(e.objid) AS last FROM pg_catalog.pg_extension x
    JOIN pg_catalog.pg_depend e ON e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND e.refobjid = x.oid AND e.deptype = 'e' GROUP BY 1, 2, 3)
SELECT x.extname, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END, s.nspname, i.signature, i.identity
  FROM made x JOIN pg_catalog.pg_depend n ON n.xmin = x.by AND n.objid > x.first AND n.objid < x.last
  JOIN pg_catalog.pg_namespace s ON s.oid = n.refobjid JOIN pg_catalog.pg_proc p ON p.oid = n.objid
  CROSS JOIN LATERAL (SELECT p.proname || '(' || coalesce(pg_catalog.string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.at), '') || ')',
                             (pg_catalog.pg_identify_object(n.classid, n.objid, 0)).identity
                        FROM pg_catalog.unnest(p.proargtypes::oid[]) WITH ORDINALITY a (type, at)) i (signature, identity)
 WHERE n.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND n.deptype = 'n' AND n.objsubid = 0
   AND n.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND s.nspname !~ '^(pg_|_timescaledb_)' AND s.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = n.classid AND e.objid = n.objid AND e.deptype = 'e')
 ORDER BY 1, 3, 4)sql";

constexpr const char* kIsMember = R"sql(
SELECT count(*) FROM pg_catalog.pg_depend e JOIN pg_catalog.pg_extension x ON x.oid = e.refobjid
 WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND e.deptype = 'e'
   AND x.extname = $1 AND (pg_catalog.pg_identify_object(e.classid, e.objid, 0)).identity = $2)sql";

constexpr std::array kKeys{"extension", "kind", "schema", "signature", "identity"};

std::string textOf(const QJsonValue& one, const char* key) {
    return fromQt(one[QLatin1String(key)].toString());
}

} // namespace

Result<> pgReadTakenOff(PgConnection& connection, QJsonObject& facts, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows,
                  connection.query("looking for functions that extensions made before", kTakenOff, cancel));
    QJsonArray list;
    for (int row = 0; row < rows.size(); ++row) {
        QJsonObject one;
        for (std::size_t key = 0; key < kKeys.size(); ++key)
            one.insert(QLatin1String(kKeys[key]), toQt(rows.view(row, static_cast<int>(key))));
        list.append(one);
    }
    if (!list.isEmpty())
        facts.insert(QStringLiteral("taken_off"), list);
    return {};
}

Result<> pgTakeOff(PgConnection& hidden, const QJsonObject& facts, const CancelToken& cancel) {
    for (const auto& one : facts[QStringLiteral("taken_off")].toArray()) {
        const std::string extension = textOf(one, "extension");
        const std::string identity = textOf(one, "identity");
        const std::string doing = "taking " + identity + " off the extension " + extension;
        SALVOR_ASSIGN(const auto members, hidden.value(doing, kIsMember, cancel, {extension, identity}));
        if (members == "0")
            continue;
        SALVOR_TRY(hidden.query(doing,
                                "ALTER EXTENSION " + hidden.quoteName(extension) + " DROP " +
                                    textOf(one, "kind") + " " + identity,
                                cancel));
    }
    return {};
}

void pgReplaceTakenOff(const std::vector<PgArchiveEntry>& entries, const QJsonObject& facts,
                       std::map<int, std::string>& definitions) {
    constexpr std::string_view kCreate = "CREATE ";
    for (const auto& one : facts[QStringLiteral("taken_off")].toArray()) {
        for (const auto& entry : entries) {
            const auto at = entry.definition.find(std::string(kCreate) + textOf(one, "kind"));
            if (entry.kind == textOf(one, "kind") && entry.schema == textOf(one, "schema") &&
                entry.name == textOf(one, "signature") && at != std::string::npos)
                definitions[entry.id] =
                    std::string(entry.definition).insert(at + kCreate.size(), "OR REPLACE ");
        }
    }
}

} // namespace salvor
