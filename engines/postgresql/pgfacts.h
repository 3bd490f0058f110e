// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a backup must know of a database besides its relations: how it was made, whom its objects belong to,
// what depends on what.
#pragma once

#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgtimescale.h"

#include <QJsonObject>

namespace salvor {

/// For Plan::server. Keys: "version", "version_number", "system_identifier", "database" (name, oid, owner,
/// encoding, locale …, "acl", "settings", "comment"), "extensions", "roles" (names that must exist on the
/// target), "tablespaces", "materialized_views" (in the order to refresh), "relations" (all but indexes),
/// "session" (see pgReadSession), "unvalidated_constraints", "left_out", "comes_back", "may_not_load",
/// "switched_off", "not_kept", "unlogged_on_standby" (see pgleftout.h), "timescaledb" ("version",
/// "scheduled_jobs", "late_entries" and "keys_missing_chunks": see pghypertablekeys.h). A plan with archives
/// of chunks adds "chunk_publications" (see pgchunkties.h).
Result<QJsonObject> pgReadServerFacts(PgConnection& connection, const PgExtensions& extensions,
                                      const PgHypertables& hypertables, const CancelToken& cancel);

/// The part "database" of the above, of any database of the server: sizes are numbers that fit. NotFound.
Result<QJsonObject> pgReadDatabaseFacts(PgConnection& connection, const std::string& name,
                                        const CancelToken& cancel);

/// Locks that the server can hold at once, and how many are held now (documentation of
/// max_locks_per_transaction).
struct PgLockTable {
    std::uint64_t capacity = 0;
    std::uint64_t used = 0;
};
Result<PgLockTable> pgReadLockTable(PgConnection& connection, const CancelToken& cancel);

/// Who holds or waits for the lock that keeps every reader out, on a table, its long values or an index of
/// either, as "process 12 (app, psql)", with ", " between; "" when nobody does any more. Outside a
/// transaction that failed.
Result<std::string> pgLockHolders(PgConnection& connection, unsigned relation, const CancelToken& cancel);
/// Who keeps readers out of which table of the database, as "public.orders is locked by process 12 (app,
/// psql)", with "; " between, a few of them; "" when nobody does. Outside a transaction that failed.
Result<std::string> pgLockedTables(PgConnection& connection, const CancelToken& cancel);

} // namespace salvor
