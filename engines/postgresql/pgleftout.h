// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What pg_dump passes over without a word, by name; what a new database has although the saved one had it
// removed; and what no restore may be able to load.
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <QJsonObject>

#include <string>
#include <vector>

namespace salvor {

/// Adds to the facts of a server: "left_out" (objects, "table information_schema.t"), "comes_back" ("schema
/// public"), "may_not_load" and "switched_off" (parts of sentences), "not_kept" (sentences; absent for none),
/// "unlogged_on_standby" (see pgstandby.h; absent for none).
Result<> pgReadLeftOut(PgConnection& connection, QJsonObject& facts, const CancelToken& cancel);

/// An error of a query for comments and settings of roles and databases: where it is that the server has no
/// letters for their bytes, with what may be meant ("the comment on the role anna"), as Unsupported.
Error pgUnconvertible(Error error, const std::vector<std::string>& suspects);

/// Whole sentences for people, of the facts of a backup; older ones have none.
std::vector<std::string> pgLeftOutNotes(const QJsonObject& facts);

} // namespace salvor
