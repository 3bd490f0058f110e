// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pghold.h"

#include "engines/postgresql/pgfacts.h"
#include "engines/postgresql/pgsettings.h"

#include <algorithm>
#include <span>
#include <utility>

namespace salvor {

namespace {

// Below deadlock_timeout (1 s by default), so that nobody who waits for us while we wait for them is ended.
constexpr const char* kShortWait = "SET lock_timeout = '500ms'";

// Chunks come and go, and are read as they are. The size waits for whoever has the table locked.
constexpr const char* kCandidates = R"sql(
SELECT c.oid, c.quoted, pg_catalog.pg_relation_size(c.oid)
         + CASE WHEN c.reltoastrelid = 0 THEN 0 ELSE pg_catalog.pg_relation_size(c.reltoastrelid) END
  FROM (SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted, c.reltoastrelid
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^(pg_|_timescaledb_)' AND n.nspname <> 'information_schema'
           AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                              AND d.objid = c.oid AND d.deptype = 'e')
           AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')) c
 ORDER BY 3, 2)sql";

struct Table {
    Oid oid = 0;
    std::string quoted;
};
using Tables = std::vector<Table>;

Result<Tables> choose(PgConnection& connection, const PgHoldOptions& options, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto locks, pgReadLockTable(connection, cancel));
    const std::uint64_t most = options.lockBudget != 0 ? options.lockBudget : locks.capacity / 2;
    SALVOR_ASSIGN(const auto rows, connection.query("looking for small tables", kCandidates, cancel));
    Tables named;
    Tables small;
    std::uint64_t bytes = 0;
    for (int row = 0; row < rows.size(); ++row) {
        Table table{static_cast<Oid>(rows.count(row, 0)), rows.text(row, 1)};
        const std::uint64_t size = rows.count(row, 2); // 0 for one that was dropped just now
        if (std::ranges::find(options.named, table.quoted) != options.named.end()) {
            if (size <= options.namedBytes)
                named.push_back(std::move(table));
        } else if (size <= options.tableBytes && bytes + size <= options.bytes) {
            bytes += size;
            small.push_back(std::move(table));
        }
    }
    std::ranges::move(small, std::back_inserter(named));
    if (named.size() > most)
        named.resize(most);
    return named;
}

/// Those that somebody else has locked, or that were dropped just now, are looked for by halves.
Result<> lockSome(PgConnection& connection, std::span<const Table> tables, bool waits, std::set<Oid>& held,
                  const CancelToken& cancel) {
    constexpr std::string_view kDoing = "locking small tables";
    if (tables.empty())
        return {};
    std::string list;
    for (const auto& table : tables)
        list += (list.empty() ? "ONLY " : ", ONLY ") + table.quoted;
    const auto locked = connection.script(kDoing,
                                          "SAVEPOINT held;\nLOCK TABLE " + list + " IN ACCESS SHARE MODE" +
                                              (waits ? "" : " NOWAIT") + ";\nRELEASE SAVEPOINT held",
                                          cancel);
    if (locked) {
        for (const auto& table : tables)
            held.insert(table.oid);
        return {};
    }
    if (!connection.usable() || locked.error().isCancelled())
        return failure(locked.error());
    SALVOR_TRY(connection.script(kDoing, "ROLLBACK TO SAVEPOINT held;\nRELEASE SAVEPOINT held", cancel));
    if (tables.size() == 1)
        return {};
    const std::size_t half = tables.size() / 2;
    SALVOR_TRY(lockSome(connection, tables.first(half), false, held, cancel));
    return lockSome(connection, tables.subspan(half), false, held, cancel);
}

Result<PgHolding> hold(const PgEndpointPtr& endpoint, const std::string& database,
                       const PgHoldOptions& options, const CancelToken& cancel) {
    constexpr int kReplacedAtOnce = 1; // seconds
    PgHolding out;
    SALVOR_ASSIGN(out.connection, PgConnection::open(endpoint, database, cancel));
    auto& connection = *out.connection;
    SALVOR_TRY(pgPrepareReading(connection, kReplacedAtOnce, cancel));
    SALVOR_TRY(connection.query("preparing to lock small tables", kShortWait, cancel));
    SALVOR_ASSIGN(const auto tables, choose(connection, options, cancel));
    if (tables.empty())
        return PgHolding();
    // No statement of this transaction may look at anything before the snapshot is there.
    SALVOR_TRY(
        connection.query("locking small tables", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancel));
    SALVOR_TRY(lockSome(connection, tables, true, out.tables, cancel));
    return out;
}

} // namespace

Result<PgHolding> pgHoldTables(const PgEndpointPtr& endpoint, const std::string& database,
                               const PgHoldOptions& options, const CancelToken& cancel) {
    if (options.bytes == 0 && options.named.empty())
        return PgHolding();
    auto held = hold(endpoint, database, options, cancel);
    if (!held && held.error().isCancelled())
        return failure(held.error());
    if (!held || held->tables.empty())
        return PgHolding();
    return held;
}

Result<> pgJoinSnapshot(PgHolding& holding, const std::string& snapshotId, const CancelToken& cancel) {
    if (!holding.connection)
        return {};
    const auto joined = holding.connection->query(
        "joining the snapshot", "SET TRANSACTION SNAPSHOT " + holding.connection->quoteText(snapshotId),
        cancel);
    if (!joined)
        holding = PgHolding();
    if (!joined && joined.error().isCancelled())
        return failure(joined.error());
    return {};
}

} // namespace salvor
