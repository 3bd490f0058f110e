// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/missedschedule.h"

#include "models/policy/endedschedules.h"
#include "models/protection.h"
#include "models/schedule/calendarexpression.h"

#include <algorithm>

namespace salvor {

namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

constexpr seconds kScheduleSlack{3600}; ///< a run may take so long, or wait for a lock, before it is missed

} // namespace

seconds scheduleGrace(const Policy& policy) {
    return kScheduleSlack + seconds(static_cast<std::int64_t>(policy.randomDelaySeconds.value_or(0)));
}

std::optional<seconds> missedSchedule(const Policy& policy, Instant lastGood, Instant now) {
    const auto grace = scheduleGrace(policy);
    // No second time will pass any more: one is enough, and a backup after the last one is no better than
    // one by hand.
    const bool ended = allSchedulesEnded(policy, now);
    std::optional<seconds> worst;
    if (ended && now - lastGood > kProtectionAge)
        worst = duration_cast<seconds>(now - lastGood - kProtectionAge);
    for (const auto& [kind, text] : policy.schedules) {
        const auto expression = CalendarExpression::parse(text);
        const auto first = expression ? expression->next(lastGood) : std::nullopt;
        const auto second = first ? expression->next(*first) : std::nullopt;
        const auto& decisive = ended ? first : second;
        if (decisive && *decisive + grace < now)
            worst = std::max(worst.value_or(seconds(0)), duration_cast<seconds>(now - *first));
    }
    return worst;
}

} // namespace salvor
