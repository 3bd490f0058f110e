// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Where a server is and how to log in: a profile and its password, kept as long as something is connected.
#pragma once

#include "engines/base/engine.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace salvor {

/// Immutable; shared between the sessions of a backup or restore. The password is wiped with the last of
/// them.
struct PgEndpoint {
    std::string host; ///< name, address or folder of a socket
    std::uint16_t port = 5432;
    std::string user;
    std::string database; ///< the profile's, for what concerns the whole server
    std::string tlsMode;
    std::string tlsCaFile;
    Secret password;
    bool hasPassword = false;
    std::vector<std::string> toolsCommand;
    std::string options; ///< settings that are in force from the first moment: "-c name=value"; may be empty

    bool isSocket() const { return !host.empty() && host.front() == '/'; }
    /// "db.example.org:5432", for messages.
    std::string title() const { return host + ":" + std::to_string(port); }
};

using PgEndpointPtr = std::shared_ptr<const PgEndpoint>;

/// InvalidInput names what the profile lacks. Without a CA of its own the system's bundle is trusted.
Result<PgEndpointPtr> makePgEndpoint(const Connection& connection);

/// The same with settings that a database's or a role's own may not overrule.
PgEndpointPtr pgWithOptions(const PgEndpoint& endpoint, const std::string& options);

/// Connection words for pg_dump and pg_restore, each value quoted, without a password.
std::string pgToolConninfo(const PgEndpoint& endpoint, const std::string& database);
/// The one line of a password file (libpq, "The Password File"). Line ends inside a password cannot be
/// written there: InvalidInput.
Result<Secret> pgPassfile(const PgEndpoint& endpoint);

} // namespace salvor
