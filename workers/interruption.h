// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A job file's run that was begun by hand, and what ended it: systemd ends a unit by another signal.
#pragma once

#include "workers/core.h"

#include <functional>

namespace salvor {

/// What only a person at a terminal does to a program.
enum class Interruption {
    None,     ///< none of it: told to end from outside, as by systemd's SIGTERM, or not at all
    Keyboard, ///< Ctrl+C: SIGINT
    Hangup,   ///< the terminal, or the connection to it, went: SIGHUP
};

/// As Core::runJob(). `interruption` is asked in the same thread, once the run was cancelled. By hand, its
/// record says so, whatever BackupJob::trigger says, with the user; and of the keyboard, that this user
/// cancelled it ("cancelled_by" in the details).
Result<JobReport> runInterruptible(const Core& core, const BackupJob& job,
                                   std::function<Interruption()> interruption, ProgressSink& progress,
                                   const CancelToken& cancel);

} // namespace salvor
