// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the commands that a policy wants before and after a run: docs/hooks.md.
#pragma once

#include "engines/process/process.h"
#include "models/policy/policy.h"

#include <QJsonObject>

#include <map>
#include <optional>
#include <string>

namespace salvor {

/// How much of each of its two outputs is kept: the end. The rest is read and dropped.
constexpr std::size_t kHookOutputBytes = 16384;
/// Logs of hooks that are kept in a folder; older ones are removed.
constexpr std::size_t kHookLogsKept = 100;

struct HookCall {
    const Hook* hook = nullptr;
    std::map<std::string, std::string> environment;
    std::string logFolder; ///< absolute; made (0700) when it is not there
    std::string logName;   ///< "20261121T074000Z-ABC123-before-1.log"
};

struct HookResult {
    /// ToolFailed, ToolMissing, Timeout, Cancelled …; its context names command and log. The output is in no
    /// error and no record: only in the log, which does not leave this computer.
    std::optional<Error> error;
    QJsonObject record; ///< for the run's details: program, exit_code, milliseconds, output_bytes, log
};

/// Blocks until the command and its process group are gone: its time-out and at most 2.5 s. A log that cannot
/// be written does not fail the hook; the record says so.
HookResult runHook(ProcessRunner& processes, const HookCall& call, const CancelToken& cancel);

} // namespace salvor
