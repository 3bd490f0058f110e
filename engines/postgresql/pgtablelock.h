// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A table is locked, and is still what the snapshot saw: what has to be known before its rows are read.
#pragma once

#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgplan.h"

#include <string>

namespace salvor {

/// What stands around the lock in its script, as statements that end with ";".
struct PgLockScript {
    std::string before{}; ///< in which the transaction sees the snapshot
    std::string behind{}; ///< once the table is locked
};

/// Blocks for as long as the session's lock_timeout. SourceChanged: dropped, renamed, altered, truncated or
/// rewritten since the snapshot. Nothing here is planned over the table: that opens each of its indexes, and
/// waits for whoever rebuilds one.
Result<> pgLockAndCheck(PgConnection& connection, const PgRelation& relation, const PgLockScript& script,
                        const CancelToken& cancel);

/// Somebody had a table, or an index of it, locked for longer than lock_timeout.
bool pgMeansLocked(const Error& error);
/// The same with the sessions to look at, as far as the server still knows them. Ends the transaction.
Error pgWithHolders(Error error, const PgRelation& relation, PgConnection& connection,
                    const CancelToken& cancel);
/// The same with the sessions that have tables locked, as far as the server still knows them: of an error
/// while all tables were looked at, which does not say at which one it stopped.
Error pgWithLockedTables(Error error, PgConnection& connection, const CancelToken& cancel);

} // namespace salvor
