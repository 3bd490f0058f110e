// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pginherit.h"

#include <algorithm>
#include <set>

namespace salvor {

namespace {

constexpr const char* kHeirColumns = R"sql(
SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'f') AND NOT c.relispartition AND c.relpersistence <> 't' AND n.nspname !~ '^(pg_|_timescaledb_internal$)'
   AND c.oid IN (SELECT inhrelid FROM pg_catalog.pg_inherits UNION SELECT inhparent FROM pg_catalog.pg_inherits)
 ORDER BY n.nspname, c.relname, a.attnum)sql";

constexpr const char* kHeirs =
    "SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits ORDER BY inhrelid, inhseqno";

void place(const std::map<std::uint64_t, PgHeir>& heirs, std::uint64_t oid, std::set<std::string>& placed,
           std::vector<std::string>& out) {
    const auto found = heirs.find(oid);
    if (found == heirs.end())
        return;
    const PgHeir& heir = found->second;
    for (const auto parent : heir.parents) {
        for (const auto& column : pgRestoredColumns(heirs, parent)) {
            if (placed.insert(column).second)
                out.push_back(column);
        }
    }
    for (std::size_t i = 0; i < heir.columns.size(); ++i) {
        if (placed.insert(heir.columns[i]).second)
            out.push_back(heir.columns[i]);
    }
}

} // namespace

std::vector<std::string> pgRestoredColumns(const std::map<std::uint64_t, PgHeir>& heirs, std::uint64_t oid) {
    std::set<std::string> placed;
    std::vector<std::string> out;
    place(heirs, oid, placed, out);
    return out;
}

Result<std::vector<std::string>> pgReorderedHeirs(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto columns, connection.query("reading what inherits", kHeirColumns, cancel));
    if (columns.size() == 0)
        return std::vector<std::string>();
    std::map<std::uint64_t, PgHeir> heirs;
    std::vector<std::uint64_t> order;
    for (int row = 0; row < columns.size(); ++row) {
        const auto oid = columns.count(row, 0);
        auto& heir = heirs[oid];
        if (heir.columns.empty())
            order.push_back(oid);
        heir.quoted = columns.text(row, 1);
        heir.columns.push_back(columns.text(row, 2));
    }
    SALVOR_ASSIGN(const auto parents, connection.query("reading what inherits", kHeirs, cancel));
    for (int row = 0; row < parents.size(); ++row) {
        if (const auto found = heirs.find(parents.count(row, 0)); found != heirs.end())
            found->second.parents.push_back(parents.count(row, 1));
    }
    std::vector<std::string> out;
    for (const auto oid : order) {
        const PgHeir& heir = heirs[oid];
        if (!heir.parents.empty() && pgRestoredColumns(heirs, oid) != heir.columns)
            out.push_back(heir.quoted);
    }
    return out;
}

std::string pgWithoutHeirsOrder(const std::string& sql) {
    const std::string_view head = " (\n    ";
    const std::string_view between = ",\n    ";
    const auto begin = sql.find(head);
    const auto end = sql.rfind("\n)\nINHERITS (");
    if (begin == std::string::npos || end == std::string::npos || end < begin + head.size() ||
        sql.find("CREATE ") > begin)
        return sql;
    std::vector<std::string> columns;
    const std::string_view body = std::string_view(sql).substr(0, end);
    for (std::size_t at = begin + head.size(); at <= end;) {
        const auto next = std::min(body.find(between, at), end);
        columns.emplace_back(body.substr(at, next - at));
        at = next + between.size();
    }
    std::sort(columns.begin(), columns.end());
    std::string out = sql.substr(0, begin + head.size());
    for (const auto& column : columns)
        out += (&column == &columns.front() ? "" : std::string(between)) + column;
    return out + sql.substr(end);
}

} // namespace salvor
