// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/endedschedules.h"

#include "models/schedule/calendarexpression.h"

namespace salvor {

std::vector<std::string> endedSchedules(const Policy& policy, Instant now) {
    std::vector<std::string> kinds;
    for (const auto& [kind, text] : policy.schedules) {
        if (const auto expression = CalendarExpression::parse(text); expression && !expression->next(now))
            kinds.push_back(kind);
    }
    return kinds;
}

bool allSchedulesEnded(const Policy& policy, Instant now) {
    return !policy.schedules.empty() && endedSchedules(policy, now).size() == policy.schedules.size();
}

} // namespace salvor
