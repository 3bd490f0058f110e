// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// PgOmitter: constraints and indexes of hypertables, which each chunk has of its own. pg_dump writes those as
// if they were tables' of their own; TimescaleDB records which of them belong together.
#include "engines/postgresql/pghypertablekeys.h"
#include "engines/postgresql/pgomitter.h"

#include <algorithm>
#include <utility>

namespace salvor {

namespace {

using Kind = PgOmission::Kind;
using Outcome = PgOmission::Outcome;

constexpr const char* kChunkConstraints = R"sql(
SELECT c.schema_name, c.table_name, k.constraint_name FROM _timescaledb_catalog.chunk_constraint k
  JOIN _timescaledb_catalog.chunk c ON c.id = k.chunk_id JOIN _timescaledb_catalog.hypertable h ON h.id = c.hypertable_id
 WHERE h.schema_name = $1 AND h.table_name = $2 AND k.hypertable_constraint_name = $3 ORDER BY 1, 2, 3)sql";

constexpr const char* kChunkIndexes = R"sql(
SELECT c.schema_name, '', k.index_name FROM _timescaledb_catalog.chunk_index k
  JOIN _timescaledb_catalog.chunk c ON c.id = k.chunk_id JOIN _timescaledb_catalog.hypertable h ON h.id = k.hypertable_id
 WHERE h.schema_name = $1 AND ($2 = '' OR h.table_name = $2) AND k.hypertable_index_name = $3 ORDER BY 1, 3)sql";

// Later versions keep no list of indexes; these are the names that chunks' indexes get.
constexpr const char* kChunkIndexesByName = R"sql(
SELECT c.schema_name, '', (c.table_name || '_' || $3)::pg_catalog.name FROM _timescaledb_catalog.chunk c
  JOIN _timescaledb_catalog.hypertable h ON h.id = c.hypertable_id
 WHERE h.schema_name = $1 AND ($2 = '' OR h.table_name = $2) ORDER BY 1, 3)sql";

// A record without its index is in the way of making that index anew.
constexpr const char* kForgetConstraints = R"sql(
WITH gone AS (DELETE FROM _timescaledb_catalog.chunk_constraint k USING _timescaledb_catalog.chunk c, _timescaledb_catalog.hypertable h
               WHERE c.id = k.chunk_id AND h.id = c.hypertable_id AND h.schema_name = $1 AND h.table_name = $2
                 AND k.hypertable_constraint_name = $3 RETURNING 1)
SELECT count(*) FROM gone)sql";
constexpr const char* kForgetIndexes = R"sql(
WITH gone AS (DELETE FROM _timescaledb_catalog.chunk_index k USING _timescaledb_catalog.hypertable h
               WHERE h.id = k.hypertable_id AND h.schema_name = $1 AND ($2 = '' OR h.table_name = $2)
                 AND k.hypertable_index_name = $3 RETURNING 1)
SELECT count(*) FROM gone)sql";

// TimescaleDB lets nobody validate a chunk's own, but does it for all chunks with the hypertable's.
constexpr const char* kValidate = R"sql(
SELECT pg_catalog.format('ALTER TABLE %I.%I VALIDATE CONSTRAINT %I;', h.schema_name, h.table_name, k.hypertable_constraint_name)
  FROM _timescaledb_catalog.chunk_constraint k JOIN _timescaledb_catalog.chunk c ON c.id = k.chunk_id
  JOIN _timescaledb_catalog.hypertable h ON h.id = c.hypertable_id
 WHERE c.schema_name = $1 AND c.table_name = $2 AND k.constraint_name = $3 AND k.hypertable_constraint_name IS NOT NULL)sql";

Result<bool> recordsIndexes(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(
        const auto found,
        connection.value("looking for TimescaleDB's records of indexes",
                         "SELECT pg_catalog.to_regclass('_timescaledb_catalog.chunk_index') IS NOT NULL",
                         cancel));
    return found == "t";
}

} // namespace

Result<> PgOmitter::followChunks(PgConnection& connection, const CancelToken& cancel) {
    const std::scoped_lock lock(m_mutex);
    if (std::exchange(m_followed, true))
        return {};
    SALVOR_ASSIGN(const bool recorded, recordsIndexes(connection, cancel));
    for (const auto& asked : m_options.asked) {
        std::vector<PgOmission> parts;
        const char* sql = asked.kind == Kind::Constraint ? kChunkConstraints
                          : recorded                     ? kChunkIndexes
                                                         : kChunkIndexesByName;
        if (asked.kind == Kind::Constraint || asked.kind == Kind::Index) {
            SALVOR_ASSIGN(const auto rows,
                          connection.query("looking for the chunks' own of " + pgOmissionText(asked), sql,
                                           cancel, {asked.schema, asked.relation, asked.name}));
            for (int row = 0; row < rows.size(); ++row) {
                PgOmission part = asked;
                part.schema = rows.text(row, 0);
                part.relation = rows.text(row, 1);
                part.name = rows.text(row, 2);
                parts.push_back(std::move(part));
            }
        }
        m_chunkParts.push_back(std::move(parts));
    }
    return {};
}

void PgOmitter::leaveChunksOut(const std::vector<PgArchiveEntry>& entries, std::size_t asked,
                               std::set<int>& out) {
    if (asked >= m_chunkParts.size() || m_chunkParts[asked].empty())
        return;
    const PgOmission& whole = m_options.asked[asked];
    const auto left = std::ranges::find_if(m_left, [&](const PgOmission& one) {
        return one.kind == whole.kind && one.schema == whole.schema && one.relation == whole.relation &&
               one.name == whole.name;
    });
    if (left == m_left.end())
        return;
    std::map<std::pair<std::string, std::string>, const PgArchiveEntry*> byName;
    std::multimap<int, const PgArchiveEntry*> said; // as dependents(), which looks at all entries each time
    for (const auto& entry : entries) {
        if (entry.kind == "INDEX" || entry.kind == "CONSTRAINT" || entry.kind == "FK CONSTRAINT")
            byName[{entry.schema, entry.name}] = &entry;
        for (const int id :
             entry.kind == "COMMENT" || entry.kind == "INDEX ATTACH" ? entry.needs : std::vector<int>())
            said.emplace(id, &entry);
    }
    const auto take = [&](const PgArchiveEntry& entry) {
        left->entries.insert(pgEntryTitle(entry));
        out.insert(entry.id);
    };
    for (const auto& part : m_chunkParts[asked]) {
        const auto found =
            byName.find({part.schema, part.relation.empty() ? part.name : part.relation + " " + part.name});
        if (found == byName.end() || !pgMakes(*found->second, part))
            continue;
        take(*found->second);
        const auto [begin, end] = said.equal_range(found->second->id);
        for (auto other = begin; other != end; ++other)
            take(*other->second);
    }
}

Result<> PgOmitter::settleChunks(PgConnection& connection, const CancelToken& cancel) {
    const std::scoped_lock lock(m_mutex);
    if (m_left.empty())
        return {};
    SALVOR_ASSIGN(const auto hypertables, pgHypertableNames(connection, cancel));
    SALVOR_ASSIGN(const bool recorded, recordsIndexes(connection, cancel));
    for (auto& one : m_left) {
        if (one.kind != Kind::Constraint && one.kind != Kind::Index)
            continue;
        const std::string doing = "looking for TimescaleDB's records of the " + pgOmissionText(one);
        const std::vector<PgParam> names{one.schema, one.relation, one.name};
        if (one.outcome == Outcome::NotValid) {
            SALVOR_ASSIGN(const auto sql, connection.value(doing, kValidate, cancel, names));
            one.sql = sql.empty() ? one.sql : sql;
            continue;
        }
        constexpr std::string_view kOnly = "ALTER TABLE ONLY ";
        if (const auto only = one.sql.find(kOnly);
            only != std::string::npos && hypertables.contains({one.schema, one.relation}))
            one.sql.replace(only, kOnly.size(), "ALTER TABLE "); // TimescaleDB refuses the other
        if (!one.asked) // a chunk's own that failed is made on the chunk
            continue;
        for (const char* sql : {kForgetConstraints, kForgetIndexes}) {
            if (sql == kForgetIndexes && !recorded)
                continue;
            SALVOR_ASSIGN(const auto count, connection.value(doing, sql, cancel, names));
            one.chunks = one.chunks || count != "0";
        }
    }
    return {};
}

} // namespace salvor
