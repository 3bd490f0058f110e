// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Functions that were taken off their extension (ALTER EXTENSION … DROP FUNCTION). pg_dump saves them as the
// user's own, and the extension makes them again: pg_restore fails at them.
#pragma once

#include "engines/postgresql/pgarchive.h"
#include "engines/postgresql/pgconnection.h"

#include <QJsonObject>

#include <map>
#include <string>
#include <vector>

namespace salvor {

/// Adds "taken_off" to the facts of a server: what was made together with an extension's members and is none.
Result<> pgReadTakenOff(PgConnection& connection, QJsonObject& facts, const CancelToken& cancel);

/// Behind CREATE EXTENSION: takes them off again, where they are members.
Result<> pgTakeOff(PgConnection& hidden, const QJsonObject& facts, const CancelToken& cancel);
/// Adds definitions that replace what is there, for pg_restore.
void pgReplaceTakenOff(const std::vector<PgArchiveEntry>& entries, const QJsonObject& facts,
                       std::map<int, std::string>& definitions);

} // namespace salvor
