// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Looks whether a restore can work, without changing anything.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgconnection.h"
#include "engines/process/process.h"

namespace salvor {

/// See Engine::preflight. `server` is a connection to any database of the target server.
Result<Preflight> pgPreflight(ProcessRunner& processes, PgConnection& server, const PgEndpointPtr& endpoint,
                              const RestoreSpec& spec, const CancelToken& cancel);
/// The first blocker as the error that the restore ends with.
Result<> pgPreflightVerdict(const Preflight& preflight);
/// Tablespaces that the saved database was in or used, and the target server lacks.
Result<std::vector<std::string>> pgMissingTablespaces(PgConnection& server, const QJsonObject& saved,
                                                      const CancelToken& cancel);
/// The newest pg_dump that made one of the archives; pg_restore may not be older.
int pgArchiveMajor(const BackupContents& contents);

} // namespace salvor
