// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How a lab server is logged in to, as a profile.
#pragma once

#include "models/profile.h"
#include "support/lab.h"

#include <string>

namespace salvor::test {

/// Its password is server.password; it says not yet where that is kept, and has no UUID.
inline Profile profileOfLab(const LabServer& server, const std::string& title = "lab") {
    Profile profile;
    profile.title = title;
    profile.engine = "postgresql";
    profile.host = server.host;
    profile.port = server.port;
    profile.user = server.user;
    profile.database = "postgres";
    profile.tlsMode = server.caFile.empty() ? "disable" : "verify-full";
    profile.tlsCaFile = server.caFile;
    profile.toolsCommand = server.toolsCommand;
    profile.toolsCommand.push_back(server.binDir + "/");
    return profile;
}

} // namespace salvor::test
