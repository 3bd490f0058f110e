// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A table is locked, and is still what the snapshot saw: what has to be known before its rows are read.
#pragma once

#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgplan.h"

#include <string>

namespace salvor {

/// `before` begins the script, in which the transaction sees the snapshot. Blocks for as long as the
/// session's lock_timeout. SourceChanged: dropped, renamed, altered, truncated or rewritten since the
/// snapshot.
Result<> pgLockAndCheck(PgConnection& connection, const PgRelation& relation, const std::string& before,
                        const CancelToken& cancel);

/// Somebody had a table locked for longer than lock_timeout.
bool pgMeansLocked(const Error& error);
/// The same with the sessions that have tables locked, as far as the server still knows them: of an error
/// while all tables were looked at, which does not say at which one it stopped.
Error pgWithLockedTables(Error error, PgConnection& connection, const CancelToken& cancel);

} // namespace salvor
