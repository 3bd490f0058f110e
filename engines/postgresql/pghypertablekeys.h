// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Foreign keys that refer to a hypertable (TimescaleDB from 2.16 on). TimescaleDB gives each chunk a key of
// its own beside them, with the triggers that see a deletion there, when they are made; and it does not while
// it is in its restore mode, in which a hypertable also looks empty to the check of the rows. So they are
// made behind that mode: validating them there would not make the chunks' keys.
#pragma once

#include "engines/postgresql/pgarchive.h"
#include "engines/postgresql/pgconnection.h"

#include <QJsonArray>

#include <set>
#include <string>
#include <vector>

namespace salvor {

/// The table that a foreign key of an archive refers to; two empty names for any other entry.
PgTableName pgReferencedTable(const PgArchiveEntry& entry);

/// Of these entries those that make keys to `hypertables`, with what is said of them (comments) and what it
/// takes to make them: the tables that they name and the archive's settings. Adds the keys and what is said
/// of them to `done`, and passes over what is there already.
std::vector<PgArchiveEntry> pgTakeHypertableKeys(const std::vector<PgArchiveEntry>& entries,
                                                 const std::set<PgTableName>& hypertables,
                                                 std::set<int>& done);

/// In the database that is being restored, once TimescaleDB's catalog is written.
Result<std::set<PgTableName>> pgHypertableNames(PgConnection& connection, const CancelToken& cancel);

/// TimescaleDB makes the chunks' keys by an event trigger, so this session has event triggers on from here
/// on; all but TimescaleDB's own are switched off in the database. Returns what switches them on again.
Result<std::string> pgOnlyTimescaleTriggers(PgConnection& connection, const CancelToken& cancel);

/// What of pg_restore's list must wait until TimescaleDB's restore mode is off, each from behind the entry's
/// number: "; 2606 16400 FK CONSTRAINT ". Such keys, their comments, and the event triggers, which could
/// refuse them; nothing where there is no such key.
Result<QJsonArray> pgHypertableKeyLines(PgConnection& connection, const CancelToken& cancel);

/// "orders_fkey of public.orders": those keys that some chunk has no key of its own for. A deletion from it
/// is not seen by them.
Result<QJsonArray> pgKeysThatMissChunks(PgConnection& connection, const CancelToken& cancel);

} // namespace salvor
