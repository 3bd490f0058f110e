// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A profile: one way to reach one server. Never means a database, never holds a secret.
#pragma once

#include "models/base/result.h"

#include <QJsonObject>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace salvor {

struct EngineDescription;

struct Profile {
    std::string uuid;
    std::string title;  ///< unique in a workspace, what the command line calls it
    std::string engine; ///< EngineDescription::id
    std::string host;   ///< name, address, or an absolute path: the folder of a unix socket
    std::uint16_t port = 0;
    std::string user;
    std::string database;                ///< the one to connect to first; sources are chosen by the policy
    std::string tlsMode = "verify-full"; ///< "disable", "require", "verify-ca", "verify-full"
    std::string tlsCaFile;               ///< a private CA trusted for this profile only; empty: the system's
    std::string secretKind;              ///< "keychain", "file", "credentials"; empty: no password
    std::vector<std::string> toolsCommand;      ///< words put before the engine's own programs
    std::map<std::string, std::string> options; ///< the engine's own fields
    std::int64_t revision = 0;                  ///< raised on every edit; a stale edit is a Conflict

    /// Name of the password in the secret store.
    std::string passwordSecretName() const { return "profile-" + uuid + "-password"; }
};

/// What a URI held. The password is apart so that it can go to the secret store.
struct ParsedUri {
    Profile profile;
    std::string password; ///< caller moves it into a Secret and wipes it
    bool hasPassword = false;
};
/// scheme://user:password@host:port/database?parameter=…&… of one of these engines, as their descriptions
/// say: the scheme names the engine, a field's parameter stands in the query. What is not said has the
/// field's default. InvalidInput names the part that is wrong. Unknown parameters are refused by name,
/// nothing is dropped in silence.
Result<ParsedUri> parseProfileUri(std::string_view uri, const std::vector<EngineDescription>& engines);

/// Without secrets (there are none in it); for the workspace, exports and manifests.
QJsonObject toJson(const Profile& profile);
Result<Profile> profileFromJson(const QJsonObject& object);
/// InvalidInput naming the first field that cannot be used.
Result<> validate(const Profile& profile);
/// And what its engine needs: the required fields, and choices among those that there are.
Result<> validateFor(const Profile& profile, const EngineDescription& engine);

/// A random (version 4) UUID in lower case.
std::string makeUuid();

} // namespace salvor
