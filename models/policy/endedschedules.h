// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Schedules that lie behind: a year was written into them, and it is over.
#pragma once

#include "models/base/clock.h"
#include "models/policy/policy.h"

#include <string>
#include <vector>

namespace salvor {

/// The kinds whose schedule has no time after now. One that cannot be read is not among them: whether it
/// comes again is not known.
std::vector<std::string> endedSchedules(const Policy& policy, Instant now);
/// The policy has schedules, and none of them has a time after now: nothing runs by itself any more.
bool allSchedulesEnded(const Policy& policy, Instant now);

} // namespace salvor
