// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Starts one child: fork and exec with nothing inherited but its three streams and its secret files.
#pragma once

#include "engines/process/process.h"
#include "models/base/uniquefd.h"

#include <sys/types.h>

namespace salvor {

/// A child that was started. The owner must reap it through pidFd. Our ends of the pipes do not block.
struct SpawnedChild {
    pid_t pid = -1; ///< also its session and process group
    UniqueFd pidFd;
    UniqueFd input;  ///< invalid when the child reads /dev/null
    UniqueFd output; ///< invalid when the child writes to /dev/null
    UniqueFd error;
};

/// The child leads a session of its own (so that no tool can prompt on our terminal), has default signals, no
/// core dumps, and is killed when the calling thread ends. ToolMissing: not found, not executable, or not a
/// program. InvalidInput: an empty command, a NUL or '=' where it cannot stand. IoError: the system refused a
/// process.
Result<SpawnedChild> spawnChild(const ProcessRequest& request);

} // namespace salvor
