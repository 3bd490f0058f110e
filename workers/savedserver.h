// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a backup holds of its server besides the database: for the day on which the server is gone.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/result.h"

#include <QJsonObject>

#include <string>
#include <vector>

namespace salvor {

class Core;

struct SavedServer {
    struct Statement {
        std::string kind; ///< "role", "membership", "role_setting"
        std::string name; ///< of the role, or of the member; empty: what is set for all roles
        std::string sql;  ///< to run as a superuser; roles come before what needs them
    };
    std::string backupId;
    std::string database;
    std::vector<Statement> statements; ///< none where the engine saves none. Passwords are never saved
    QJsonObject profile;               ///< that the backup was made with, without secrets
};

/// Reads and decrypts, so it needs the identity. `backup`: a unique beginning of its id; `repository`: empty:
/// found by it. Blocks; any thread. NotFound, WrongIdentity, Corrupt …
Result<SavedServer> savedServer(const Core& core, const std::string& backup, const std::string& repository,
                                const CancelToken& cancel);

} // namespace salvor
