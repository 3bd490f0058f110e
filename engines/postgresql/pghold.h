// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Small tables that a backup reads first, and that it locks before it takes its snapshot: whoever wants to
// TRUNCATE or drop one waits until it is read, which takes seconds, and the snapshot is never older than the
// table's file.
//
// Source: PostgreSQL, LOCK: "To achieve this when running a transaction at the REPEATABLE READ … level, you
// have to execute the LOCK TABLE statement before executing any SELECT or data modification statement."
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace salvor {

struct PgHoldOptions {
    std::uint64_t tableBytes = 1024 * 1024; ///< a bigger table is none of the small ones
    std::uint64_t bytes = 0;                ///< of all of them; 0: none is held
    std::uint64_t namedBytes = 0;           ///< of each of those in `named`
    std::uint64_t lockBudget = 0;           ///< most tables; 0: half of the server's lock table
    std::vector<std::string>
        named; ///< quoted tables ("public.stage") that stopped an attempt before this one
};

/// A transaction, in a session of its own that is prepared for reading, and what is locked ACCESS SHARE in
/// it. Both go together.
struct PgHolding {
    std::unique_ptr<PgConnection> connection; ///< null: nothing is held
    std::set<Oid> tables;
};

/// Before the snapshot is taken. Blocks for about half a second where others have a table locked
/// exclusively; then nothing is held, or not that one. Whatever else goes wrong leaves nothing held too, as a
/// backup can do without; Cancelled is the only error.
Result<PgHolding> pgHoldTables(const PgEndpointPtr& endpoint, const std::string& database,
                               const PgHoldOptions& options, const CancelToken& cancel);

/// From here on its connection sees the snapshot. Nothing is held any more where that fails.
Result<> pgJoinSnapshot(PgHolding& holding, const std::string& snapshotId, const CancelToken& cancel);

} // namespace salvor
