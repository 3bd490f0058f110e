// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgtimescale.h"

#include "models/base/clock.h"
#include "models/base/json.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

namespace salvor {

namespace {

constexpr const char* kExtensions = R"sql(
SELECT e.extname, e.extversion, n.nspname,
       EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
                  AND d.objid = n.oid AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid
                  AND d.deptype = 'e'),
       (SELECT coalesce(pg_catalog.string_agg(r.extname, E'\n'), '') FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension r
               ON r.oid = d.refobjid
         WHERE d.classid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.objid = e.oid
           AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass),
       n.oid, pg_catalog.pg_get_userbyid(n.nspowner),
       CASE WHEN e.extname = 'plpgsql' AND e.extowner = 10 THEN '' ELSE pg_catalog.pg_get_userbyid(e.extowner) END
  FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace ORDER BY e.extname)sql";

// Composite types are members as types.
constexpr const char* kMemberRelations = R"sql(
SELECT e.extname, pg_catalog.format('%I.%I', n.nspname, c.relname)
  FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_type t ON d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = d.objid
  JOIN pg_catalog.pg_class c ON c.oid = CASE WHEN d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass THEN d.objid ELSE t.typrelid END
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e' AND e.extname <> 'timescaledb'
   AND d.classid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass)
   AND c.relkind NOT IN ('i', 'I', 't') ORDER BY 1, 2)sql";

constexpr const char* kConfigTables = R"sql(
SELECT u.oid, e.extname, coalesce(u.condition, ''),
       (SELECT coalesce(pg_catalog.string_agg(f.confrelid::text, ' '), '') FROM pg_catalog.pg_constraint f
         WHERE f.conrelid = u.oid AND f.contype = 'f' AND f.confrelid <> u.oid)
  FROM pg_catalog.pg_extension e, ROWS FROM (unnest(e.extconfig), unnest(e.extcondition)) AS u (oid, condition)
  JOIN pg_catalog.pg_class c ON c.oid = u.oid
 WHERE c.relkind = 'r' ORDER BY e.extname, c.relname)sql";

constexpr const char* kChunks = R"sql(
SELECT k.oid, pg_catalog.format('%I.%I', h.schema_name, h.table_name), h.schema_name || '.' || h.table_name,
       c.schema_name || '.' || c.table_name,
       c.compressed_chunk_id IS NOT NULL OR c.status & 1 <> 0, h.compression_state = 2, c.osm_chunk,
       d.column_name, d.kind, d.range_start, d.range_end
  FROM _timescaledb_catalog.chunk c JOIN _timescaledb_catalog.hypertable h ON h.id = c.hypertable_id
  LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = c.schema_name
  LEFT JOIN pg_catalog.pg_class k ON k.relnamespace = n.oid AND k.relname = c.table_name
  LEFT JOIN LATERAL (
    SELECT d.column_name, CASE WHEN d.column_type::oid IN (20, 21, 23) THEN 'integer' ELSE 'time' END AS kind,
           s.range_start, s.range_end
      FROM _timescaledb_catalog.chunk_constraint cc
      JOIN _timescaledb_catalog.dimension_slice s ON s.id = cc.dimension_slice_id
      JOIN _timescaledb_catalog.dimension d ON d.id = s.dimension_id
     WHERE cc.chunk_id = c.id AND d.interval_length IS NOT NULL ORDER BY d.id LIMIT 1) d ON true
 WHERE NOT c.dropped ORDER BY 2, d.range_start, 4)sql";

constexpr const char* kRoots = R"sql(
SELECT k.oid FROM _timescaledb_catalog.hypertable h JOIN pg_catalog.pg_namespace n ON n.nspname = h.schema_name
  JOIN pg_catalog.pg_class k ON k.relnamespace = n.oid AND k.relname = h.table_name)sql";

/// Puts each after those it needs; what is left in a circle keeps its order.
template <typename Key>
std::vector<std::size_t> dependencyOrder(const std::vector<Key>& keys,
                                         const std::vector<std::set<Key>>& needs) {
    std::set<Key> pending(keys.begin(), keys.end());
    std::vector<std::size_t> order;
    std::vector<bool> placed(keys.size(), false);
    while (order.size() < keys.size()) {
        bool moved = false;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const bool ready =
                !placed[i] && std::none_of(needs[i].begin(), needs[i].end(), [&](const Key& need) {
                    return need != keys[i] && pending.contains(need);
                });
            if (!ready)
                continue;
            placed[i] = true;
            pending.erase(keys[i]);
            order.push_back(i);
            moved = true;
        }
        for (std::size_t i = 0; !moved && i < keys.size(); ++i) {
            if (!placed[i]) {
                placed[i] = true;
                pending.erase(keys[i]);
                order.push_back(i);
                break;
            }
        }
    }
    return order;
}

std::vector<std::string> splitOn(std::string_view text, char separator) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = text.find(separator);
        out.emplace_back(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    return out;
}

/// TimescaleDB keeps times as microseconds since 1970, the outermost values for "unbounded".
void addBound(QJsonObject& range, const QString& key, const std::string& digits, bool isTime) {
    std::int64_t value = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc())
        return;
    if (value == std::numeric_limits<std::int64_t>::min() ||
        value == std::numeric_limits<std::int64_t>::max())
        return;
    constexpr std::int64_t kYear1 = -62135596800000000;
    constexpr std::int64_t kYear10000 = 253402300800000000;
    if (!isTime)
        range.insert(key, toQt(digits));
    else if (value >= kYear1 && value < kYear10000)
        range.insert(key, toQt(toRfc3339(Instant(std::chrono::microseconds(value)))));
}

/// "a, b, c and 7 more"
std::string shortList(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 5;
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
        out += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > kShown)
        out += " and " + std::to_string(names.size() - kShown) + " more";
    return out;
}

Result<> refuseUnsupported(const std::vector<std::string>& compressed,
                           const std::vector<std::string>& tiered) {
    if (!compressed.empty())
        return failure(ErrorCode::Unsupported,
                       "compressed chunks cannot be backed up yet: " + shortList(compressed),
                       "decompress them (SELECT decompress_chunk(…)), or leave this database out",
                       {{"chunks", std::to_string(compressed.size())}, {"first_chunk", compressed.front()}});
    if (!tiered.empty())
        return failure(ErrorCode::Unsupported,
                       "tiered chunks, whose rows are in object storage, cannot be backed up yet: " +
                           shortList(tiered),
                       "untier them, or leave this database out",
                       {{"chunks", std::to_string(tiered.size())}, {"first_chunk", tiered.front()}});
    return {};
}

PgChunk chunkOf(const PgRows& rows, int row) {
    PgChunk chunk;
    chunk.oid = static_cast<Oid>(rows.count(row, 0));
    chunk.hypertable = rows.text(row, 1);
    chunk.hypertableName = rows.text(row, 2);
    std::array<char, 24> key{};
    std::snprintf(key.data(), key.size(), "%08d", row); // the query sorts by hypertable and time
    chunk.sortKey = key.data();
    if (!rows.isNull(row, 7)) {
        const bool isTime = rows.view(row, 8) == "time";
        chunk.timeRange.insert(QStringLiteral("column"), toQt(rows.view(row, 7)));
        addBound(chunk.timeRange, QStringLiteral("from"), rows.text(row, 9), isTime);
        addBound(chunk.timeRange, QStringLiteral("to"), rows.text(row, 10), isTime);
    }
    return chunk;
}

template <typename T>
Result<T> unknownCatalog(Error error) {
    const auto state = error.context.find("sqlstate");
    if (state != error.context.end() && (state->second == "42P01" || state->second == "42703")) {
        error.code = ErrorCode::VersionMismatch;
        error.hint = "this version of TimescaleDB is not known here: update Salvor";
    }
    return failure(std::move(error));
}

} // namespace

bool PgExtensions::has(const std::string& name) const {
    return std::any_of(all.begin(), all.end(),
                       [&](const PgExtension& extension) { return extension.name == name; });
}

Result<PgExtensions> pgReadExtensions(PgConnection& connection, const CancelToken& cancel) {
    PgExtensions out;
    SALVOR_ASSIGN(const auto rows, connection.query("reading the extensions", kExtensions, cancel));
    std::vector<std::string> names;
    std::vector<std::set<std::string>> needs;
    for (int row = 0; row < rows.size(); ++row) {
        names.push_back(rows.text(row, 0));
        const auto needed = splitOn(rows.view(row, 4), '\n');
        needs.emplace_back(needed.begin(), needed.end());
    }
    for (const std::size_t i : dependencyOrder(names, needs)) {
        const int row = static_cast<int>(i);
        out.all.push_back({rows.text(row, 0),
                           rows.text(row, 1),
                           rows.text(row, 2),
                           rows.text(row, 5),
                           rows.text(row, 6),
                           rows.text(row, 7),
                           rows.flag(row, 3),
                           {}});
    }
    SALVOR_ASSIGN(const auto members,
                  connection.query("reading the extensions' relations", kMemberRelations, cancel));
    for (int row = 0; row < members.size(); ++row) {
        const auto extension = std::ranges::find(out.all, members.text(row, 0), &PgExtension::name);
        if (extension != out.all.end())
            extension->relations.push_back(members.text(row, 1));
    }
    SALVOR_ASSIGN(const auto tables,
                  connection.query("reading the extensions' configuration tables", kConfigTables, cancel));
    std::vector<std::string> oids;
    std::vector<std::set<std::string>> references;
    for (int row = 0; row < tables.size(); ++row) {
        oids.push_back(tables.text(row, 0));
        const auto referenced = splitOn(tables.view(row, 3), ' ');
        references.emplace_back(referenced.begin(), referenced.end());
    }
    for (const std::size_t i : dependencyOrder(oids, references)) {
        const int row = static_cast<int>(i);
        out.tables.push_back(
            {static_cast<Oid>(tables.count(row, 0)), tables.text(row, 1), tables.text(row, 2)});
    }
    return out;
}

Result<PgHypertables> pgReadHypertables(PgConnection& connection, const CancelToken& cancel) {
    auto rows = connection.query("reading TimescaleDB's chunks", kChunks, cancel);
    if (!rows)
        return unknownCatalog<PgHypertables>(rows.error());
    PgHypertables out;
    std::vector<std::string> compressed;
    std::vector<std::string> tiered;
    for (int row = 0; row < rows->size(); ++row) {
        if (rows->flag(row, 6))
            tiered.push_back(rows->text(row, 3));
        else if (rows->flag(row, 4) || rows->flag(row, 5))
            compressed.push_back(rows->text(row, 3));
        else if (!rows->isNull(row, 0))
            out.chunks[static_cast<Oid>(rows->count(row, 0))] = chunkOf(*rows, row);
        else
            return failure(ErrorCode::Corrupt,
                           "TimescaleDB's catalog names the chunk " + rows->text(row, 3) +
                               ", and there is no such table",
                           "the database's TimescaleDB catalog is damaged: repair it first");
    }
    SALVOR_TRY(refuseUnsupported(compressed, tiered));
    auto roots = connection.query("reading TimescaleDB's hypertables", kRoots, cancel);
    if (!roots)
        return unknownCatalog<PgHypertables>(roots.error());
    for (int row = 0; row < roots->size(); ++row)
        out.roots.push_back(static_cast<Oid>(roots->count(row, 0)));
    auto jobs =
        connection.query("reading TimescaleDB's jobs",
                         "SELECT id FROM _timescaledb_config.bgw_job WHERE scheduled ORDER BY id", cancel);
    if (!jobs)
        return unknownCatalog<PgHypertables>(jobs.error());
    for (int row = 0; row < jobs->size(); ++row)
        out.scheduledJobs.push_back(jobs->integer(row, 0));
    return out;
}

} // namespace salvor
