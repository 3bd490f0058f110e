// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the window's benchmark shows: a long history, and servers' databases that are backed up meanwhile.
#pragma once

#include "support/lab.h"
#include "workers/core.h"

#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace salvor::test {

inline constexpr int kBackupJobs = 3;
/// Title of the profile, and of the repository of its own, of one of them.
inline std::string backupJobTitle(int number) { return "job" + std::to_string(number); }

/// One server of that many databases, with a policy that has one schedule, and that many runs, one every
/// five minutes until now, of which nearly each left a backup. Blocks for a minute or so.
Result<> fillHistory(const CoreConfig& config, const std::string& repositoryId, int runs, int databases);

/// A PostgreSQL server that is started for it, with a database for each job. Goes with this object.
class BackedUpServer {
public:
    /// Profiles and repositories come into the core's workspace, and into `folder`. ToolMissing where there
    /// is no server to start.
    Result<> prepare(Core& core, const QString& folder);
    /// By number.
    std::vector<std::string> databases() const;

private:
    std::unique_ptr<PrivateServer> m_server;
    std::vector<std::unique_ptr<LabDatabase>> m_databases; ///< dropped before their server ends
};

} // namespace salvor::test
