// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// When the installed timers really elapse, beside what the policies' schedules say: a policy that was edited
// and not applied still runs by its old timer. Internal to workers/.
#pragma once

#include "models/policy/policy.h"
#include "models/watch/watchreport.h"
#include "workers/core/timerslook.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace salvor {

/// SHA-256 of the job that a plan would install today in place of this one.
using JobToday = std::function<Result<std::string>(const InstalledPolicy&)>;

/// As evaluateWatch() takes them: by UUID, of the policies with schedules for which a timer runs that was
/// installed here. systemd's last time of a timer is, until it elapsed, the one at which it was installed
/// (the age of its stamp, once the computer was started again): one that a schedule's time comes just before
/// counts as elapsed, and so does a service that ran.
std::map<std::string, Instant> firstRuns(const std::vector<Policy>& policies,
                                         const std::vector<TimersLook>& looks, Instant now);

/// Next times of the report's policies become those of their installed timers, as systemd says them, also
/// where the policy has no schedule any more; where no timer is installed, or none runs, they stay as they
/// are. With `today` a notice "timers_outdated" for each policy that timers run otherwise than it is now.
/// Policies that are paused are left out. Asks nobody: `looks` has what was said, and what does not answer is
/// addTimerFindings()'s to tell.
void addTimerTimes(WatchReport& report, const std::vector<TimersLook>& looks, const JobToday& today);

} // namespace salvor
