// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A standby as the source of a backup: what nobody can read there, and what becomes of a session that is in
// the way of the changes that it replays.
//
// Source: PostgreSQL documentation, "Hot Standby" and "Handling Query Conflicts"; unlogged tables are not
// replicated, and a standby answers "cannot access temporary or unlogged relations during recovery".
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <QJsonArray>
#include <QJsonObject>

#include <set>
#include <string>
#include <vector>

namespace salvor {

/// Whether the server replays another one's changes now. As the server reports it by itself: no round trip.
bool pgIsStandby(const PgConnection& connection);

/// Of a database of a standby: its unlogged tables and sequences ("r public.cache", "S public.cache_id_seq"),
/// of which a backup has the definition and nothing else. Empty on any other server.
Result<QJsonArray> pgUnloggedOnStandby(PgConnection& connection, const CancelToken& cancel);

/// The same out of the facts of a backup ("unlogged_on_standby"), quoted and without their kind.
std::set<std::string> pgUnloggedTables(const QJsonObject& server);
std::vector<std::string> pgUnloggedSequences(const QJsonObject& server);

/// For the notes of a backup and the report of its restore: a whole sentence about one of them.
std::string pgUnloggedNote(const std::string& one);
/// For a connection test of a standby: what backups of this database leave out; "" for nothing.
std::string pgUnloggedSummary(const std::string& database, const QJsonArray& unlogged);

/// The standby ended the statement or the session, as it was in the way of a change that had to be replayed.
bool pgIsConflict(const Error& error);
/// The session is lost for a reason that need not meet another one.
bool pgWasEnded(const Error& error);
/// Whether the server is a standby that tells of conflicts in another language than English. Asks it.
bool pgTellsInAnotherLanguage(PgConnection& connection, const CancelToken& cancel);
/// The same of what a program (pg_dump) said of it, which has no SQLSTATE: then SourceChanged, with the hint.
/// `mayBe`: its words cannot be understood (pgTellsInAnotherLanguage()), and it is the likeliest.
Error pgAsConflict(Error error, bool mayBe);

} // namespace salvor
