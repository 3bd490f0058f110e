// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Gives a restored database the name of the one that clients use, and takes it back: both renames, and all
// that is carried over, in one transaction.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgendpoint.h"
#include "models/databaseswap.h"

namespace salvor {

/// Looks without changing anything. Errors as Engine::planSwap().
Result<DatabaseSwap> pgPlanSwap(const PgEndpointPtr& endpoint, const SwapSpec& spec,
                                const CancelToken& cancel);
/// Does it. ALTER DATABASE … RENAME holds a lock from its beginning that nobody can connect against, so
/// clients whose sessions were ended wait until the names are settled. Conflict when a database is not the
/// one that the plan saw, or was changed since then. Whatever fails, the transaction is rolled back and all
/// is as it was, but for the sessions that were ended. Where the connection is lost in COMMIT, or the call is
/// cancelled in it, the server is asked again what became of it: pgSettleSwap(). Where that cannot be found
/// out, ConnectionLost with the context "outcome": "unknown". Blocks at most half a minute, a minute more for
/// that, and ten seconds where TimescaleDB's workers are started again, cancelled or not.
Result<DatabaseSwap> pgSwap(const PgEndpointPtr& endpoint, const SwapSpec& spec, const CancelToken& cancel);

} // namespace salvor
