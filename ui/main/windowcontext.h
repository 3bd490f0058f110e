// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What every page and dialog of the window is given.
#pragma once

#include "workers/core.h"
#include "workers/jobworker.h"

namespace salvor {

class JobController;
struct TimersRoad;
class WorkspaceFeed;

/// Borrowed; all outlive the pages and dialogs. Everything but the core belongs to the window's thread.
struct WindowContext {
    Core& core; ///< only inside a look-up or a job
    Lookups& lookups;
    JobController& jobs;
    WorkspaceFeed& feed;
    const Clock& clock;
    const TimersRoad& timers; ///< the road to root, as it is now
};

} // namespace salvor
