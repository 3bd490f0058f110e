// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The settings that make what a session reads or writes independent of the server's, the database's and the
// role's own.
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <QJsonArray>
#include <QJsonObject>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace salvor {

/// Names in lower case, and values as SHOW gives them.
using PgSettings = std::vector<std::pair<std::string, std::string>>;

/// By which settings pg_dump writes constants.
enum class PgTextForms {
    Fixed,   ///< the same on every server
    AsFound, ///< those of server and database, as backups have them that have no Plan::server "session"
};

/// For pg_dump, which takes them as it finds them: the options that are needed for it; "" where they are in
/// force anyway.
Result<std::string> pgDumpOptions(PgConnection& connection, PgTextForms forms, const CancelToken& cancel);

/// For Plan::server, "session": what a session of the database's clients has by default of the settings by
/// which functions compute (time zone, forms of dates, text search …). What a restore computes anew, and what
/// it checks, it computes and checks by these: materialized views, generated columns, CHECKs.
Result<QJsonObject> pgReadSession(PgConnection& connection, const CancelToken& cancel);
/// For Plan::server, "session_forms": those by which rows are read in as well, so that they are fixed while a
/// restore writes, and in force for the queries of materialized views only.
Result<QJsonObject> pgReadForms(PgConnection& connection, const CancelToken& cancel);
/// "session" and the own parameters ("app.tenant") of the database, from a backup's Plan::server.
PgSettings pgSessionOf(const QJsonObject& server);
/// What a session has where nobody set another one.
inline constexpr const char* kPgDefaultSearchPath = "\"$user\", public";
/// The search_path that a backup's database, from Plan::server, sets for the sessions of that role; for an
/// empty one: of everybody. Nothing: it sets none.
std::optional<std::string> pgSearchPathOf(const QJsonObject& server, const std::string& role);
/// Those of them that can be set in this database, now; of each other one a sentence is added.
Result<PgSettings> pgUsableSettings(PgConnection& connection, const PgSettings& settings,
                                    QJsonArray& sentences, const CancelToken& cancel);
/// In force for the rest of the session, on top of what is.
Result<> pgSetAlso(PgConnection& connection, const PgSettings& settings, const CancelToken& cancel);
/// The same with the "session_forms" of a backup, as far as they can be set here.
Result<> pgSetForms(PgConnection& connection, const QJsonObject& server, QJsonArray& sentences,
                    const CancelToken& cancel);
/// The same as options of a connection, for pg_restore.
std::string pgAsOptions(const PgSettings& settings);

/// For a session that reads: all rows or an error, text forms that are the same everywhere, no time-outs, no
/// lock waited for longer than `lockTimeoutSeconds`. The connection must not be in a transaction.
Result<> pgPrepareReading(PgConnection& connection, int lockTimeoutSeconds, const CancelToken& cancel);
/// For a session that writes a restore: the source's `session` (pgSessionOf), text forms that are read alike
/// under any of them, no notices, no wait for the disk at each commit.
Result<> pgPrepareWriting(PgConnection& connection, const PgSettings& session, const CancelToken& cancel);
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
