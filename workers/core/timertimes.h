// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// When the installed timers really elapse, beside what the policies' schedules say: a policy that was edited
// and not applied still runs by its old timer. Internal to workers/.
#pragma once

#include "models/watch/watchreport.h"
#include "workers/core/timerslook.h"

#include <functional>
#include <string>
#include <vector>

namespace salvor {

/// SHA-256 of the job that a plan would install today in place of this one.
using JobToday = std::function<Result<std::string>(const InstalledPolicy&)>;

/// Next times of the report's policies become those of their installed timers, as systemd says them, also
/// where the policy has no schedule any more; where no timer is installed, or none runs, they stay as they
/// are. With `today` a notice "timers_outdated" for each policy that timers run otherwise than it is now.
/// Policies that are paused are left out. Asks nobody: `looks` has what was said, and what does not answer is
/// addTimerFindings()'s to tell.
void addTimerTimes(WatchReport& report, const std::vector<TimersLook>& looks, const JobToday& today);

} // namespace salvor
