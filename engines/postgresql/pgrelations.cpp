// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgrelations.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace salvor {

namespace {

// Used by both queries: what a backup reads.
constexpr const char* kDataRelations = R"sql(
  SELECT c.oid, n.nspname, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted, coalesce(a.amname, '') AS amname,
         c.relpersistence, c.reltoastrelid,
         EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                    AND d.objid = c.oid AND d.deptype = 'e') AS member,
         EXISTS (SELECT 1 FROM pg_catalog.pg_extension e WHERE c.oid = ANY (e.extconfig)) AS configuration
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
   WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')sql";

// pg_relation_size answers NULL for a relation that was dropped since the snapshot; reading it will say so.
const std::string kRelations = std::string("WITH r AS MATERIALIZED (") + kDataRelations + R"sql()
SELECT oid, nspname, relname, quoted, amname, relpersistence, member,
       coalesce(pg_catalog.pg_relation_size(oid), 0),
       coalesce(pg_catalog.pg_relation_size(oid), 0)
         + CASE WHEN reltoastrelid = 0 THEN 0 ELSE coalesce(pg_catalog.pg_relation_size(reltoastrelid), 0) END
  FROM r WHERE NOT member OR configuration ORDER BY nspname, relname)sql";

const std::string kColumns = std::string("WITH r AS MATERIALIZED (") + kDataRelations + R"sql()
SELECT t.attrelid, t.attnum, pg_catalog.quote_ident(t.attname), t.atttypid, t.attgenerated <> ''
  FROM r JOIN pg_catalog.pg_attribute t ON t.attrelid = r.oid
 WHERE t.attnum > 0 AND NOT t.attisdropped AND (NOT r.member OR r.configuration) ORDER BY t.attrelid, t.attnum)sql";

// reg* hold OIDs, which another database does not share; the others cannot be read in again. Text in binary
// form is in the session's encoding, and COPY's own option is for the text form only: see pgCopyEncoding().
constexpr const char* kTypes = R"sql(
SELECT t.oid, t.typtype, t.typbasetype, CASE WHEN t.typcategory = 'A' AND t.typlen = -1 THEN t.typelem ELSE 0 END,
       t.oid < 16384 AND n.nspname = 'pg_catalog', t.typsend <> 0 AND t.typreceive <> 0,
       t.typname ~ '^reg' OR t.typname ~ '^pg_(node_tree|ndistinct|dependencies|mcv_list|brin)' OR t.typname ~ '^_?aclitem$'
         OR pg_catalog.getdatabaseencoding() NOT IN ('UTF8', 'SQL_ASCII', 'MULE_INTERNAL') AND t.typtype = 'b'
            AND NOT (t.typcategory = 'A' AND t.typlen = -1) AND t.typname NOT IN ('bool', 'bytea', 'int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'numeric', 'money', 'date', 'time', 'timetz',
                                  'timestamp', 'timestamptz', 'interval', 'uuid', 'inet', 'cidr', 'macaddr', 'macaddr8', 'bit', 'varbit', 'point', 'line', 'lseg', 'box', 'path',
                                  'polygon', 'circle', 'xid', 'xid8', 'cid', 'tid', 'pg_lsn')
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE t.typtype IN ('b', 'd', 'r', 'm')
   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typtype = 'c'))sql";

// The hash of an enum's value is that of its OID. It goes into the hashes of arrays, ranges and composites of
// it too. An expression's type is not written down, its class of operators is.
constexpr const char* kEnumHashed = R"sql(
WITH RECURSIVE part AS MATERIALIZED (
  SELECT oid AS whole, typelem AS part FROM pg_catalog.pg_type WHERE typelem <> 0 AND typcategory = 'A'
  UNION ALL SELECT oid, typbasetype FROM pg_catalog.pg_type WHERE typtype = 'd'
  UNION ALL SELECT rngtypid, rngsubtype FROM pg_catalog.pg_range
  UNION ALL SELECT rngmultitypid, rngsubtype FROM pg_catalog.pg_range
  UNION ALL SELECT c.reltype, a.atttypid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
             WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped),
of_enum (type) AS (
  SELECT oid FROM pg_catalog.pg_type WHERE typtype = 'e'
  UNION SELECT p.whole FROM of_enum e JOIN part p ON p.part = e.type)
SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, root.relname)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_class root ON root.oid = pg_catalog.pg_partition_root(c.oid)
  JOIN pg_catalog.pg_namespace n ON n.oid = root.relnamespace
 WHERE c.relkind = 'r' AND c.relispartition
   AND EXISTS (SELECT 1 FROM pg_catalog.pg_partition_ancestors(c.oid) a
                 JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = a.relid
                WHERE p.partstrat = 'h'
                  AND (EXISTS (SELECT 1 FROM pg_catalog.pg_attribute k WHERE k.attrelid = p.partrelid AND k.attnum = ANY (p.partattrs)
                                  AND k.atttypid IN (SELECT type FROM of_enum))
                       OR p.partexprs IS NOT NULL
                          AND EXISTS (SELECT 1 FROM pg_catalog.pg_opclass o WHERE o.oid = ANY (p.partclass)
                                         AND o.opcname IN ('enum_ops', 'array_ops', 'range_ops', 'multirange_ops', 'record_ops')))))sql";

constexpr std::uint64_t kBlockBytes = 8192;

void decideFormat(PgRelation& relation, const PgBinaryTypes& types) {
    relation.format = PgFormat::Binary;
    for (const auto& column : relation.columns) {
        if (!types.has(column.type))
            relation.format = PgFormat::Text;
    }
}

} // namespace

std::string pgCopyEncoding(const std::string& serverEncoding) {
    const bool asItIs =
        serverEncoding == "UTF8" || serverEncoding == "SQL_ASCII" || serverEncoding == "MULE_INTERNAL";
    return asItIs ? std::string() : serverEncoding;
}

Result<PgBinaryTypes> PgBinaryTypes::read(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("reading the types", kTypes, cancel));
    PgBinaryTypes types;
    for (int row = 0; row < rows.size(); ++row) {
        types.m_types[static_cast<Oid>(rows.count(row, 0))] = Type{rows.view(row, 1).front(),
                                                                   static_cast<Oid>(rows.count(row, 2)),
                                                                   static_cast<Oid>(rows.count(row, 3)),
                                                                   rows.flag(row, 4),
                                                                   rows.flag(row, 5),
                                                                   rows.flag(row, 6)};
    }
    return types;
}

bool PgBinaryTypes::has(Oid type) const {
    const auto found = m_types.find(type);
    if (found == m_types.end())
        return false;
    const Type& known = found->second;
    if (known.kind == 'd')
        return has(known.base);
    if (!known.builtIn || !known.hasBinary || known.refused)
        return false;
    return known.element == 0 || has(known.element);
}

Result<std::vector<PgRelation>> pgReadRelations(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto types, PgBinaryTypes::read(connection, cancel));
    SALVOR_ASSIGN(const auto rows, connection.query("listing the tables", kRelations, cancel));
    const std::string encoding = pgCopyEncoding(connection.parameter("server_encoding"));
    std::vector<PgRelation> out;
    std::unordered_map<Oid, std::size_t> byOid;
    for (int row = 0; row < rows.size(); ++row) {
        PgRelation relation;
        relation.oid = static_cast<Oid>(rows.count(row, 0));
        relation.schema = rows.text(row, 1);
        relation.name = rows.text(row, 2);
        relation.quoted = rows.text(row, 3);
        relation.accessMethod = rows.text(row, 4);
        relation.unlogged = rows.view(row, 5) == "u";
        relation.ofExtension = rows.flag(row, 6);
        relation.blocks = rows.count(row, 7) / kBlockBytes;
        relation.sizeBytes = rows.count(row, 8);
        relation.allColumns = true;
        relation.encoding = encoding;
        byOid[relation.oid] = out.size();
        out.push_back(std::move(relation));
    }
    SALVOR_ASSIGN(const auto columns, connection.query("listing the columns", kColumns, cancel));
    for (int row = 0; row < columns.size(); ++row) {
        const auto found = byOid.find(static_cast<Oid>(columns.count(row, 0)));
        if (found == byOid.end())
            continue;
        auto& relation = out[found->second];
        if (columns.flag(row, 4))
            relation.allColumns = false;
        else
            relation.columns.push_back({columns.text(row, 2), static_cast<int>(columns.integer(row, 1)),
                                        static_cast<Oid>(columns.count(row, 3))});
    }
    SALVOR_ASSIGN(const auto hashed,
                  connection.query("looking for hash partitions over enums", kEnumHashed, cancel));
    for (int row = 0; row < hashed.size(); ++row) {
        if (const auto found = byOid.find(static_cast<Oid>(hashed.count(row, 0))); found != byOid.end())
            out[found->second].loadVia = hashed.text(row, 1);
    }
    for (auto& relation : out)
        decideFormat(relation, types);
    return out;
}

Result<std::vector<std::string>> pgRelationSet(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("listing the relations", R"sql(
SELECT pg_catalog.format('%s %I.%I', c.relkind, n.nspname, c.relname)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relpersistence <> 't' AND c.relkind NOT IN ('i', 'I') AND n.nspname !~ '^pg_'
   AND n.nspname <> 'information_schema')sql",
                                                    cancel));
    std::vector<std::string> out;
    for (int row = 0; row < rows.size(); ++row)
        out.push_back(rows.text(row, 0));
    std::sort(out.begin(), out.end()); // the same on every server, whatever its collation
    return out;
}

} // namespace salvor
