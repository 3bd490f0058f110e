// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Where pg_dump writes one and the same schema in several forms, or writes what cannot be made again.
#pragma once

#include "engines/postgresql/pgarchive.h"

#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// Whether an entry of an archive switches a trigger of a foreign key on a partition. pg_dump names that by
/// the trigger's number in the saved database ("RI_ConstraintTrigger_a_31021"), which no other database has:
/// pg_restore fails at it.
bool pgSwitchesKeysTrigger(const PgArchiveEntry& entry, const std::vector<PgArchiveEntry>& entries);

/// Of entries with their headers (pgSchemaEntries): without those of which the above is true.
std::vector<std::string> pgWithoutKeysTriggers(const std::vector<std::string>& entries);
/// The same with each default that names a relation in an entry of its own. Where a default and what it names
/// need each other, pg_dump decides by the order of OIDs whether it stands in its CREATE TABLE.
std::vector<std::string> pgWithDefaultsApart(const std::vector<std::string>& entries);

} // namespace salvor
