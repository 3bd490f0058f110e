// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Who is who in a database's catalog, to find that it changed while pg_dump read it.
#pragma once

#include "engines/postgresql/pgconnection.h"

namespace salvor {

/// pg_dump reads names, types and definitions by server functions (pg_get_indexdef, format_type …), which
/// answer as of now and not as of the snapshot: what is renamed or dropped under it stands in the archive
/// half as it was, half as it is. A row for each object that they may name, as the connection's transaction
/// sees them. Not among them: temporary objects, members of extensions, and TimescaleDB's own schemas, in
/// which chunks come and go; what REINDEX, ANALYZE, TRUNCATE, GRANT or REFRESH change.
Result<PgRows> pgReadIdentities(PgConnection& connection, const CancelToken& cancel);

/// SourceChanged, retryable and with the object's name, when one of `then` is another one `now`, or gone.
/// What is new since does not matter.
Result<> pgCheckIdentities(const PgRows& then, const PgRows& now);

} // namespace salvor
