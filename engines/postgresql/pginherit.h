// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Tables that inherit (INHERITS, not partitions), and what a restore does to the order of their columns.
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace salvor {

struct PgHeir {
    std::string quoted;
    std::vector<std::string> columns; ///< in their own order
    std::vector<std::uint64_t> parents;
};

/// The columns of `oid` as CREATE TABLE … INHERITS makes them, which is what pg_dump writes: those of the
/// parents first, then its own that no parent has. `heirs` by OID.
std::vector<std::string> pgRestoredColumns(const std::map<std::uint64_t, PgHeir>& heirs, std::uint64_t oid);

/// Quoted names of the tables that have their columns in another order after a restore, as after ALTER TABLE
/// … INHERIT, or after a column was added to a parent. Chunks aside.
Result<std::vector<std::string>> pgReorderedHeirs(PgConnection& connection, const CancelToken& cancel);

/// A CREATE TABLE … INHERITS as pg_dump prints it, with its columns in the order of the alphabet, for
/// comparing two of them. Any other text as it is.
std::string pgWithoutHeirsOrder(const std::string& sql);

} // namespace salvor
