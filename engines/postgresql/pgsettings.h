// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The settings that make what a session reads or writes independent of the server's, the database's and the
// role's own.
#pragma once

#include "engines/postgresql/pgconnection.h"

namespace salvor {

/// For a session that reads: all rows or an error, text forms that are the same everywhere, no time-outs, no
/// lock waited for longer than `lockTimeoutSeconds`. The connection must not be in a transaction.
Result<> pgPrepareReading(PgConnection& connection, int lockTimeoutSeconds, const CancelToken& cancel);
/// For a session that writes a restore: the same text forms, no notices, no wait for the disk at each commit.
Result<> pgPrepareWriting(PgConnection& connection, const CancelToken& cancel);
/// For a restored database, which may hold event triggers that write when somebody logs in, or that refuse
/// what we do: without them, where the server and the role allow that (17, superuser). And without the
/// settings that `server` took off for itself.
Result<PgEndpointPtr> pgQuietEndpoint(PgConnection& server, const PgEndpointPtr& endpoint,
                                      const CancelToken& cancel);
/// "name TO value" as ALTER DATABASE … SET takes it, from a saved setting. Lists keep the quotes they were
/// saved with.
std::string pgSettingClause(const PgConnection& connection, const std::string& name,
                            const std::string& value);

} // namespace salvor
