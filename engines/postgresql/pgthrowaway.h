// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A private cluster for one restore drill: initdb, a socket in a folder of its own, and nothing left behind.
#pragma once

#include "engines/base/engine.h"

#include <memory>

namespace salvor {

class ProcessRunner;

/// Of the backup's own major version. Programs: the folder of `toolsCommand` where it names one, the
/// distributions' folders, PATH. Settings are the server's defaults, so that times mean something, but for
/// what a drill needs: no network, room for locks, preloaded libraries. Logins by the operating system's user
/// (peer), this process's only. Run as root, the server is user `postgres`, else `nobody`, or the one named.
Result<std::unique_ptr<ThrowawayServer>> pgStartThrowaway(ProcessRunner& processes, const ThrowawaySpec& spec,
                                                          ProgressSink& progress, const CancelToken& cancel);

} // namespace salvor
