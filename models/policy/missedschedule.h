// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// When a policy without an objective is late, by its schedules alone: one rule for the watch and the window.
#pragma once

#include "models/base/clock.h"
#include "models/policy/policy.h"

#include <chrono>
#include <optional>

namespace salvor {

/// Records that are dated later than this after now count for nothing: a clock was wrong.
constexpr std::chrono::minutes kClockTolerance{5};

/// How long after a time of its schedules a run of the policy may begin and end before it is missed: the
/// random delay and an hour.
std::chrono::seconds scheduleGrace(const Policy& policy);

/// Two times of a schedule in a row have passed since the good backup that began then (scheduleGrace()
/// added): how long ago the first of them was, of the worst schedule. Nothing: none is missed.
/// Where all schedules have ended, one time is enough, and a backup after the last one is good for
/// kProtectionAge.
std::optional<std::chrono::seconds> missedSchedule(const Policy& policy, Instant lastGood, Instant now);

} // namespace salvor
