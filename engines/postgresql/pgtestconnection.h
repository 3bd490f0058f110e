// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a test connection looks at: versions, databases, rights, tools, clock.
#pragma once

#include "engines/postgresql/pgconnection.h"
#include "engines/process/process.h"

namespace salvor {

/// See Engine::testConnection. Looks into the first 64 databases that the user may enter.
Result<ConnectionReport> pgTestConnection(ProcessRunner& processes, const Connection& connection,
                                          const CancelToken& cancel);
/// See SourceLister.
Result<ConnectionReport> pgListSources(const Connection& connection, const CancelToken& cancel);
/// What the user lacks to read everything in the connected database.
Result<std::vector<MissingRight>> pgMissingRights(PgConnection& connection, const CancelToken& cancel);

} // namespace salvor
