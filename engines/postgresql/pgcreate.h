// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the hidden database of a restore, up to the point where its schema can be written.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgmarker.h"
#include "engines/postgresql/pgtimescale.h"

#include <functional>
#include <string>
#include <vector>

namespace salvor {

/// What saved extensions need, out of Plan::server.
struct PgSavedExtension {
    std::string name;
    std::string version;
    std::string schema;
    std::string schemaOid;
    std::string schemaOwner;
    bool ownsSchema = false;
    std::string owner; ///< "" in older backups, and where it is the server's own
};
std::vector<PgSavedExtension> pgSavedExtensions(const QJsonObject& server);
/// The saved TimescaleDB's schema; "" without TimescaleDB.
std::string pgTimescaleSchema(const QJsonObject& server);

/// CREATE DATABASE from template0 with the saved encoding, provider and locale; nobody but its owner and
/// superusers may connect; marked incomplete. `maintenance` is a connection to another database;
/// `keepTablespace`: in the saved tablespace, else in the server's default one.
Result<> pgCreateHidden(PgConnection& maintenance, const std::string& name, const QJsonObject& server,
                        bool keepTablespace, const PgMarker& marker, const CancelToken& cancel);
/// Each missing role that the user asked for, NOLOGIN. A role that is there is never altered.
Result<> pgCreateRoles(PgConnection& maintenance, const std::vector<std::string>& roles,
                       const CancelToken& cancel);
/// In the new database: extensions in exactly the saved versions, each made by the role that it belonged to
/// where that may be, then TimescaleDB's restore mode.
/// Result: OIDs (of the source) of the schemas that were made for extensions, which the archive must not make
/// again.
/// `isLeftOut`: asked before each. `refused`: asked about one that the server did not make; success lets the
/// others go on.
Result<std::vector<std::string>> pgCreateExtensions(
    PgConnection& hidden, const QJsonObject& server, const std::function<bool(const std::string&)>& isLeftOut,
    const std::function<Result<>(const std::string&, const Error&)>& refused, const CancelToken& cancel);

/// A sentence for each saved extension that belongs to another role among those `found` in the restored
/// database. Older backups do not know whose they were.
std::vector<std::string> pgExtensionOwnerNotes(const QJsonObject& server, const PgExtensions& found);

/// Whether the login works in another role than its own, which it was given by ALTER ROLE … SET role and
/// which may do more (pgconnect.cpp takes off one that may do less).
Result<bool> pgWearsRole(PgConnection& connection, const CancelToken& cancel);

} // namespace salvor
