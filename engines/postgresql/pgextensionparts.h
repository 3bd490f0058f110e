// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Extensions that a server makes in one database only (pg_cron: the one that cron.database_name names), or
// not at all (those that want to be preloaded): what goes with one that is left out of a restore.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgarchive.h"
#include "engines/postgresql/pgconnection.h"

#include <QJsonObject>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace salvor {

/// What of an archive goes with an extension. Rights on its members name nothing that an archive holds: they
/// are found out as they are granted.
struct PgExtensionParts {
    std::set<std::string> extensions; ///< it, and those that need it; empty where the archive has it not
    std::set<int> ids;                ///< entries: theirs, and of all that needs them
    std::set<std::string> titles;     ///< of these entries
    std::vector<PgTableName> views;   ///< relations among them
    std::string sql;                  ///< makes all of it, in the archive's order
    std::string needed; ///< title of an entry that cannot be left out with it; "": there is none
};
PgExtensionParts pgExtensionParts(const std::vector<PgArchiveEntry>& entries, const std::string& extension);

/// All entries of a backup's archives, one list for each archive. Needs RestoreSpec::openItem.
Result<std::vector<std::vector<PgArchiveEntry>>>
pgReadArchives(const Plan& plan, const decltype(RestoreSpec::openItem)& openItem, const CancelToken& cancel);

/// Why the extension, which is to be left out, cannot be: something that holds rows needs it, or it is
/// TimescaleDB.
std::optional<Error> pgCannotLeaveOut(const std::vector<std::vector<PgArchiveEntry>>& archives,
                                      const std::string& extension);

/// Why the server would not make the extension in a new database, in its own words; nothing where nothing
/// speaks against it. It is tried in the database of the connection, in a transaction that is rolled back,
/// unless it is there already. The connection must not be in a transaction.
Result<std::optional<std::string>> pgExtensionRefusal(PgConnection& server, const std::string& extension,
                                                      const std::string& version, const CancelToken& cancel);

/// Extensions by the quoted names of the relations that are theirs, out of Plan::server; nothing where the
/// backup is an older one, which does not say it.
std::optional<std::map<std::string, std::string>> pgRelationsOfExtensions(const QJsonObject& server);

/// Of the database of the connection: sentences' beginnings, of extensions that a parameter of theirs ties to
/// it.
Result<std::vector<std::string>> pgTiedExtensions(PgConnection& connection, const CancelToken& cancel);

} // namespace salvor
