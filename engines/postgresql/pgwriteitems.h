// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Writing items into the hidden database: rows, sequences, large objects.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgconnection.h"

#include <functional>
#include <string>

namespace salvor {

/// Rows of a table, range or chunk. `fresh`: the table is empty and this is all it gets, so TRUNCATE and COPY
/// (FREEZE) may go into one transaction, which leaves nothing for vacuum. Corrupt: the server took another
/// number of rows than were saved.
Result<ItemReport> pgWriteRows(PgConnection& connection, const Item& item, std::uint64_t savedRows,
                               bool fresh, ByteSource& source, const CancelToken& cancel);
/// Rows of an extension's configuration table; the extension's triggers may take them differently.
/// TimescaleDB's jobs are switched off in the same transaction.
Result<ItemReport> pgWriteCatalogRows(PgConnection& connection, const Item& item, ByteSource& source,
                                      const CancelToken& cancel);
/// `isLeftOut`: asked of each, by its quoted name. That another one is not there is the server's error.
Result<ItemReport> pgWriteSequences(PgConnection& connection, ByteSource& source,
                                    const std::function<Result<bool>(const std::string&)>& isLeftOut,
                                    const CancelToken& cancel);
Result<ItemReport> pgWriteLargeObjectOwners(PgConnection& connection, ByteSource& source,
                                            const CancelToken& cancel);
/// After their owners were written, which makes them.
Result<ItemReport> pgWriteLargeObjects(PgConnection& connection, ByteSource& source,
                                       const CancelToken& cancel);

/// TimescaleDB's table of jobs, of which restored ones stay off.
inline constexpr const char* kPgJobTable = "_timescaledb_config.bgw_job";

} // namespace salvor
