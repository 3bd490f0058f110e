// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How old what a standby holds is. One that receives nothing any more, or that does not replay, answers as
// any other, and a backup of it is whole and old.
//
// Source: PostgreSQL documentation, "Recovery Information Functions" and pg_stat_wal_receiver. On a primary
// where nothing happens the last replayed transaction is old although the standby has all: what tells is
// whether somebody sends it changes, and whether it has replayed what it received.
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <QJsonObject>

#include <string>

namespace salvor {

/// Empty of any other server than a standby. To be asked before the snapshot is taken, so that the time is
/// never later than what the snapshot sees. Keys: "as_of" (RFC 3339, by the primary's clock: of the last
/// transaction that was replayed, or the checkpoint that replay began from), "lag_seconds" (since then, by
/// the standby's clock), "receives" ("stream", "archive": restore_command only, or "nothing"), "paused",
/// "delayed" (recovery_min_apply_delay), "behind" (what it received waits to be replayed). Any login may
/// ask.
Result<QJsonObject> pgReadStandbyAge(PgConnection& connection, const CancelToken& cancel);

/// For the facts of a backup: "standby" as above, and what models/dataasof.h names. As it was where `standby`
/// is empty.
void pgAddStandbyAge(QJsonObject& server, const QJsonObject& standby);

/// For the notes of a backup, of its facts: a whole sentence or more; "" for any other server.
std::string pgStandbyNote(const QJsonObject& server);
/// For a connection test, of pgReadStandbyAge(): what is wrong with it as a source; "" for nothing.
std::string pgStandbyWarning(const QJsonObject& standby);

} // namespace salvor
