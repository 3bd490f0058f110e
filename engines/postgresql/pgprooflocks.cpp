// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgprooflocks.h"

#include "engines/postgresql/pgchunkties.h"
#include "engines/postgresql/pgfacts.h"
#include "models/base/json.h"

#include <QJsonArray>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace salvor {

namespace {

// Each of the server's processes counts, those of its own too (PostgreSQL, InitializeMaxBackends), and those
// that newer servers have besides: this is to be too much rather than too little.
constexpr const char* kMostLocks = R"sql(
SELECT current_setting('max_locks_per_transaction')::int8
         * (current_setting('max_connections')::int8 + current_setting('max_prepared_transactions')::int8
            + current_setting('max_worker_processes')::int8 + current_setting('max_wal_senders')::int8
            + coalesce(current_setting('autovacuum_worker_slots', true)::int8, current_setting('autovacuum_max_workers')::int8) + 3))sql";

/// The table is made for two holders of each lock, so that it has room for half as many again where each lock
/// has one (measured: 1.6 times what the settings say), and grows into what other parts of the shared memory
/// have left (measured: some hundred locks).
std::uint64_t surelyTooMany(std::uint64_t bySettings) { return 2 * bySettings + 1000; }

// What the rounding to huge pages adds to the shared memory has room for thousands of locks. Whether a server
// before 17 got such pages shows the memory's size alone, to those who may see it.
constexpr const char* kPages = R"sql(
SELECT current_setting('huge_pages') = 'off' OR coalesce(current_setting('huge_pages_status', true), '') = 'off',
       pg_catalog.has_table_privilege('pg_catalog.pg_shmem_allocations', 'SELECT'))sql";
constexpr const char* kUneven =
    "SELECT sum(allocated_size) % (2 * 1024 * 1024) <> 0 FROM pg_catalog.pg_shmem_allocations";

/// False where that cannot be seen.
Result<bool> hasNoHugePages(PgConnection& server, const CancelToken& cancel) {
    constexpr std::string_view kDoing = "looking at the shared memory";
    SALVOR_ASSIGN(const auto pages, server.query(kDoing, kPages, cancel));
    if (pages.flag(0, 0) || !pages.flag(0, 1))
        return pages.flag(0, 0);
    SALVOR_ASSIGN(const auto uneven, server.value(kDoing, kUneven, cancel));
    return uneven == "t";
}

} // namespace

std::uint64_t pgLocksOfProof(const BackupContents& contents) {
    const auto apart = pgChunksInParts(contents.plan);
    std::set<PgRelationName> together; // a table in ranges is one
    std::uint64_t biggest = 0;
    for (const auto& phase : contents.plan.phases) {
        for (const auto& item : phase.items) {
            if (item.kind == "schema_chunks")
                biggest = std::max(biggest, static_cast<std::uint64_t>(
                                                item.details[QStringLiteral("relations")].toArray().size()));
            if (item.kind != "table" && item.kind != "table_range" && item.kind != "chunk")
                continue;
            const PgRelationName name{fromQt(item.details[QStringLiteral("schema")].toString()),
                                      fromQt(item.details[QStringLiteral("relation")].toString())};
            if (!apart.contains(name))
                together.insert(name);
        }
    }
    std::uint64_t roots = 0; // of partitions: they have no rows of their own
    for (const auto& value : contents.plan.server[QStringLiteral("relations")].toArray())
        roots += value.toString().startsWith(u"p ") ? 1 : 0;
    return std::max(biggest, std::uint64_t{together.size()} + roots);
}

Result<std::optional<PreflightFinding>> pgCheckProofLocks(PgConnection& server, const RestoreSpec& spec,
                                                          const CancelToken& cancel) {
    if (!spec.options[QStringLiteral("prove")].toBool(true))
        return std::nullopt;
    const std::uint64_t needed = pgLocksOfProof(*spec.contents);
    SALVOR_ASSIGN(const auto locks, pgReadLockTable(server, cancel));
    // As a backup of the restored database would need them.
    if (needed <= locks.capacity * 9 / 10)
        return std::nullopt;
    SALVOR_ASSIGN(const auto most, server.query("reading the lock table's size", kMostLocks, cancel));
    bool isSure = needed > surelyTooMany(most.count(0, 0));
    if (isSure) {
        SALVOR_ASSIGN(isSure, hasNoHugePages(server, cancel));
    }
    PreflightFinding finding;
    finding.level = isSure ? PreflightFinding::Level::Blocker : PreflightFinding::Level::Warning;
    finding.check = "locks";
    finding.text = "the proof needs a lock on each of " + std::to_string(needed) +
                   " tables, and the target server has room for about " + std::to_string(locks.capacity) +
                   " locks of all its sessions" +
                   (isSure ? "" : ": it may fail, after everything was restored");
    finding.hint = "raise max_locks_per_transaction on the target server, which needs a restart; or restore "
                   "without the proof";
    finding.code = ErrorCode::Unsupported;
    return finding;
}

} // namespace salvor
