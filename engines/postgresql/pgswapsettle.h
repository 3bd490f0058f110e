// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What became of a swap whose COMMIT was sent and not answered: the connection was lost in it.
#pragma once

#include "engines/postgresql/pgswapplan.h"

#include <string>

namespace salvor {

/// How the server tells a transaction, also after its session is gone; asked for within it.
struct PgSwapTransaction {
    std::string id;            ///< pg_current_xact_id(); empty: COMMIT was not reached
    std::string serverProcess; ///< pg_backend_pid()
};

enum class PgSwapOutcome { Done, NotDone, Unknown };

struct PgSwapFound {
    PgSwapOutcome outcome = PgSwapOutcome::Unknown;
    std::string why; ///< of Unknown: what was seen instead, or why nothing was
};

/// Asks within the transaction, after its statements.
Result<PgSwapTransaction> pgSwapTransaction(PgConnection& outside, const CancelToken& cancel);

/// Connects again, and asks what became of the transaction (pg_xact_status(), documentation of PostgreSQL,
/// "Transaction ID and Snapshot Information Functions") and which names the two databases have, by OID. A
/// session that is still there, which nobody speaks to any longer, is ended: its COMMIT may be on its way
/// still. Blocks at most a minute, after a cancel at most a second. Done and NotDone are certain.
PgSwapFound pgSettleSwap(const PgEndpointPtr& endpoint, const PgSwapPlan& plan,
                         const PgSwapTransaction& transaction, const CancelToken& cancel);

} // namespace salvor
