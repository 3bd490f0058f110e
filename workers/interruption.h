// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Who is with a backup that a command makes: whether somebody reads what it says, and who ended it. systemd
// ends a unit by another signal than a person does.
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

/// Of one run.
struct Attendance {
    /// Asked in the run's thread, once it was cancelled. By hand, its record says so, whatever
    /// BackupJob::trigger says, with the user; and of the keyboard, that this user cancelled it
    /// ("cancelled_by" in the details). Empty: None.
    std::function<Interruption()> interruption = {};
    /// Somebody reads what is said while it runs. By hand, such a run is the answer to what it says of
    /// another server (models/watch/serverchange.h); one by cron or a script is none.
    bool isSeen = true;
};

/// As Core::runJob(), which takes it for seen.
Result<JobReport> runAttended(const Core& core, const BackupJob& job, Attendance attendance,
                              ProgressSink& progress, const CancelToken& cancel);

} // namespace salvor
