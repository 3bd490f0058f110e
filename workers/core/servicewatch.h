// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What systemd knows and no run record can: a timer that does not run, a service that failed before it could
// write a record. Internal to workers/.
#pragma once

#include "models/backuprecord.h"
#include "models/watch/watchreport.h"
#include "workers/core/timerslook.h"

#include <string>
#include <vector>

namespace salvor {

/// Whether the last run of the timer's service failed, and no run of the policy covers it: one that began or
/// ended since the service did. Where the policy has other timers too, it has to have begun while this one's
/// service ran. The watch (an installed policy without UUID) leaves no records: every failure counts.
bool failedUnrecorded(const TimerUnitStatus& timer, const InstalledPolicy& installed,
                      const std::vector<RunRecord>& runs);

/// Adds "timers_drift", "timer_off", "service_failed" and "password_old" (by the state folder) for what is
/// installed; "policy_gone" for timers that run a policy of this home (whose state folder is `stateFolder`)
/// that was removed, "policy_unknown" where one is not in the report and was not removed; "timers_unrecorded"
/// for units that their record does not name; "timers_unknown" where systemd or a record does not say. Of
/// policies that are paused only what was changed by hand. Asks nobody: `looks` has what was said.
void addTimerFindings(WatchReport& report, const std::vector<RunRecord>& runs, const std::string& stateFolder,
                      const std::vector<TimersLook>& looks);

} // namespace salvor
