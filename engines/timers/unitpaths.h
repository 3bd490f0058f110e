// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which folders a job needs, and how its sandbox lets it at them (systemd.exec(5), "SANDBOXING").
#pragma once

#include "models/base/result.h"
#include "models/policy/jobfile.h"
#include "models/watch/watchfile.h"

#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// Absolute paths, sorted, each once; with "-" before one that may be missing.
struct UnitPaths {
    std::vector<std::string> writable; ///< ReadWritePaths=
    std::vector<std::string> bound;    ///< BindReadOnlyPaths=: home folders that something of these lies in
};

/// Writable are the state folder, the store and what the policy's hooks name, and nothing else. Unsupported
/// for what cannot be seen from inside the sandbox (below /tmp, /dev …); InvalidInput for a path that a unit
/// file cannot hold and for an address that no store has. PermissionDenied: `program` lies in a home folder,
/// or anything lies in /root and `user` is not root.
Result<UnitPaths> unitPathsOf(const JobFile& job, const std::string& program, const std::string& user);

/// The same for the watch: writable are the state folder and the one that its metrics go into.
Result<UnitPaths> unitPathsOf(const WatchFile& watch, const std::string& program, const std::string& user);

/// Quoted and escaped as a word of a unit file; specifiers (%) are doubled.
std::string unitWord(std::string_view path);
/// The same where systemd also replaces $VARIABLES (ExecStart=).
std::string commandWord(std::string_view word);

} // namespace salvor
