// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgswapfind.h"

#include "engines/postgresql/pgswapplan.h"

namespace salvor {

namespace {

constexpr const char* kIds = R"sql(
SELECT (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
       coalesce((SELECT oid::text FROM pg_catalog.pg_database WHERE datname = $1), ''),
       coalesce((SELECT oid::text FROM pg_catalog.pg_database WHERE datname = $2), ''))sql";

// The lock of a rename; a session that connects takes a weaker one.
constexpr const char* kHeld = R"sql(
SELECT pg_catalog.pg_is_in_recovery(), (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
       count(*), coalesce(min(pid), 0)
  FROM pg_catalog.pg_locks
 WHERE locktype = 'object' AND classid = 'pg_catalog.pg_database'::pg_catalog.regclass
   AND objid IN ($1::pg_catalog.oid, $2::pg_catalog.oid) AND mode = 'AccessExclusiveLock' AND granted)sql";

constexpr const char* kNames = R"sql(
SELECT coalesce((SELECT datname::text FROM pg_catalog.pg_database WHERE oid = $1::pg_catalog.oid), ''),
       coalesce((SELECT datname::text FROM pg_catalog.pg_database WHERE oid = $2::pg_catalog.oid), ''))sql";

std::string called(const std::string& name) { return name.empty() ? "is gone" : "is called " + name; }

/// One of the two is enough where somebody dropped the other one since.
SwapFound judge(const DatabaseSwap& plan, const std::string& restored, const std::string& replaced) {
    const auto fits = [&](const std::string& one, const std::string& other) {
        return (restored == one || restored.empty()) && (replaced == other || replaced.empty()) &&
               !(restored.empty() && replaced.empty());
    };
    const bool after = fits(plan.restoredAs, plan.replacedAs);
    if (after != fits(plan.restored, plan.replaced))
        return {after ? SwapOutcome::Done : SwapOutcome::NotDone, {}};
    return {SwapOutcome::Unknown,
            "the restored database " + called(restored) + ", the other one " + called(replaced) + " by now"};
}

/// The swap stopped them, and nobody was left to start them again.
void startWorkers(const PgEndpointPtr& endpoint, const std::string& name, const CancelToken& cancel) {
    if (name.empty())
        return;
    const auto inside = PgConnection::open(endpoint, name, cancel);
    if (!inside)
        return;
    const auto installed = (*inside)->value(
        "looking for TimescaleDB",
        "SELECT count(*) FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'", cancel);
    if (installed && *installed != "0")
        (void)(*inside)->query("telling TimescaleDB's workers",
                               "SELECT _timescaledb_functions.start_background_workers()", cancel);
}

} // namespace

Result<SwapIds> pgSwapIds(const PgEndpointPtr& endpoint, const DatabaseSwap& plan,
                          const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto outside, pgOutside(endpoint, plan.restored, plan.replaced, cancel));
    SALVOR_ASSIGN(const auto rows, outside->query("asking for the OIDs of the two databases", kIds, cancel,
                                                  {plan.restored, plan.replaced}));
    SwapIds ids{rows.text(0, 0), rows.text(0, 1), rows.text(0, 2)};
    for (const auto& [id, name] :
         {std::pair(&ids.restored, &plan.restored), {&ids.replaced, &plan.replaced}}) {
        if (id->empty())
            return failure(ErrorCode::NotFound, "database " + *name + " is not there any longer",
                           "look again what would be done, with --dry-run", {{"database", *name}});
    }
    return ids;
}

Result<SwapFound> pgFindSwap(const PgEndpointPtr& endpoint, const DatabaseSwap& plan, const SwapIds& ids,
                             const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto outside, pgOutside(endpoint, plan.restored, plan.replaced, cancel));
    SALVOR_ASSIGN(const auto held, outside->query("looking whether the swap is over", kHeld, cancel,
                                                  {ids.restored, ids.replaced}));
    if (held.text(0, 1) != ids.systemId)
        return SwapFound{SwapOutcome::Unknown,
                         "the profile leads to another server by now (system identifier " + held.text(0, 1) +
                             ", not " + ids.systemId + ")"};
    if (held.flag(0, 0))
        return SwapFound{SwapOutcome::Unknown, "the server is a standby, which may be behind"};
    if (held.integer(0, 2) != 0)
        return SwapFound{SwapOutcome::Unknown,
                         "the server holds the two databases in a transaction still, of process " +
                             held.text(0, 3) + " there (pg_terminate_backend ends it)"};
    // After the lock was seen to be gone, in a statement of its own: what it was held for is visible now.
    SALVOR_ASSIGN(const auto names, outside->query("looking for the names of the two databases", kNames,
                                                   cancel, {ids.restored, ids.replaced}));
    SwapFound found = judge(plan, names.text(0, 0), names.text(0, 1));
    if (found.outcome != SwapOutcome::Unknown) {
        startWorkers(endpoint, names.text(0, 0), cancel);
        startWorkers(endpoint, names.text(0, 1), cancel);
    }
    return found;
}

} // namespace salvor
