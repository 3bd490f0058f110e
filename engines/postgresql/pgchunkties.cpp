// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgchunkties.h"

#include "engines/postgresql/pgcanonical.h"
#include "models/base/json.h"

#include <utility>

namespace salvor {

namespace {

// Chunks that something else depends on, by what pg_depend knows: views, functions, statistics, heirs,
// foreign keys and rules of other tables … A chunk's own constraints, indexes, triggers, rules and policies
// come with it. Members of publications are saved apart; TimescaleDB makes the keys below one to a hypertable
// by itself.
constexpr const char* kNeeded = R"sql(
WITH c AS (SELECT k.oid, k.reltype, k.reltoastrelid FROM pg_catalog.pg_class k WHERE k.oid = ANY ($1::pg_catalog.oid[])),
own (classid, objid, chunk) AS (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, c.oid, c.oid FROM c
  UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, c.oid FROM c JOIN pg_catalog.pg_type t ON t.oid = c.reltype
  UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.typarray, c.oid FROM c JOIN pg_catalog.pg_type t ON t.oid = c.reltype
  UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, i.indexrelid, c.oid FROM c JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
  UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.reltoastrelid, c.oid FROM c WHERE c.reltoastrelid <> 0
  UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, i.indexrelid, c.oid FROM c JOIN pg_catalog.pg_index i ON i.indrelid = c.reltoastrelid
  UNION ALL SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid, c.oid FROM c JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid
  UNION ALL SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, a.oid, c.oid FROM c JOIN pg_catalog.pg_attrdef a ON a.adrelid = c.oid
  UNION ALL SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, t.oid, c.oid FROM c JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid
  UNION ALL SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, r.oid, c.oid FROM c JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid
  UNION ALL SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass, p.oid, c.oid FROM c JOIN pg_catalog.pg_policy p ON p.polrelid = c.oid)
SELECT DISTINCT o.chunk
  FROM own o JOIN pg_catalog.pg_depend d ON d.refclassid = o.classid AND d.refobjid = o.objid
 WHERE d.classid <> 'pg_catalog.pg_publication_rel'::pg_catalog.regclass
   AND NOT EXISTS (SELECT 1 FROM own x WHERE x.classid = d.classid AND x.objid = d.objid AND x.chunk = o.chunk)
   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k
                    WHERE d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid AND k.conparentid <> 0))sql";

// As pg_dump writes it (dumpPublicationTable() in pg_dump.c).
constexpr const char* kPublications = R"sql(
SELECT n.nspname, c.relname, pg_catalog.format('ALTER PUBLICATION %I ADD TABLE ONLY %I.%I%s%s;', p.pubname, n.nspname, c.relname,
         ' (' || (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid = m.prrelid AND a.attnum = ANY (m.prattrs)) || ')',
         ' WHERE (' || pg_catalog.pg_get_expr(m.prqual, m.prrelid) || ')')
  FROM pg_catalog.pg_publication_rel m JOIN pg_catalog.pg_publication p ON p.oid = m.prpubid
  JOIN pg_catalog.pg_class c ON c.oid = m.prrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE m.prrelid = ANY ($1::pg_catalog.oid[]) ORDER BY 3)sql";

} // namespace

Result<> pgReadChunkTies(PgConnection& connection, PgHypertables& hypertables, const CancelToken& cancel) {
    if (hypertables.chunks.empty())
        return {};
    std::string chunks;
    for (const auto& [oid, chunk] : hypertables.chunks)
        chunks += (chunks.empty() ? "{" : ",") + std::to_string(oid);
    chunks += "}";
    const std::string doing = "looking for what depends on chunks";
    SALVOR_ASSIGN(const auto needed, connection.query(doing, kNeeded, cancel, {chunks}));
    for (int row = 0; row < needed.size(); ++row)
        hypertables.needed.insert(static_cast<Oid>(needed.count(row, 0)));
    SALVOR_ASSIGN(const auto members, connection.query(doing, kPublications, cancel, {chunks}));
    for (int row = 0; row < members.size(); ++row)
        hypertables.publications.push_back(
            {{members.text(row, 0), members.text(row, 1)}, members.text(row, 2)});
    return {};
}

std::set<PgRelationName> pgChunksInParts(const Plan& plan) {
    std::set<PgRelationName> out;
    for (const auto& phase : plan.phases) {
        for (const auto& item : phase.items) {
            if (item.kind != "schema_chunks")
                continue;
            const std::string schema = fromQt(item.details[QStringLiteral("schema")].toString());
            for (const auto& name : item.details[QStringLiteral("relations")].toArray())
                out.emplace(schema, fromQt(name.toString()));
        }
    }
    return out;
}

QJsonArray pgChunkPublications(const PgHypertables& hypertables, const std::set<PgRelationName>& chunks) {
    QJsonArray out;
    for (const auto& member : hypertables.publications) {
        if (chunks.contains(member.chunk))
            out.append(toQt(member.sql));
    }
    return out;
}

QJsonArray pgComparablePublications(const QJsonArray& statements) {
    QJsonArray out;
    for (const auto& statement : statements)
        out.append(toQt(pgCanonicalSql(fromQt(statement.toString()))));
    return out;
}

} // namespace salvor
