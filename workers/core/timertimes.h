// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// When the installed timers really elapse, beside what the policies' schedules say: a policy that was edited
// and not applied still runs by its old timer. Internal to workers/.
#pragma once

#include "engines/timers/timerrecord.h"
#include "models/base/canceltoken.h"
#include "models/watch/watchreport.h"
#include "workers/timers.h"

#include <functional>
#include <string>

namespace salvor {

/// SHA-256 of the job that a plan would install today in place of this one.
using JobToday = std::function<Result<std::string>(const InstalledPolicy&)>;

/// Next times of the report's policies become those of their installed timers, as systemd says them, also
/// where the policy has no schedule any more; where no timer is installed, or none runs, they stay as they
/// are. With `today` a notice "timers_outdated" for each policy that timers run otherwise than it is now.
/// Policies that are paused are left out. Scopes that the report calls unknown ("timers_unknown") are not
/// asked again; nor is what does not answer an error. Needs no root.
void addTimerTimes(WatchReport& report, const std::string& user, const TimersSetup& setup,
                   const JobToday& today, const CancelToken& cancel);

} // namespace salvor
