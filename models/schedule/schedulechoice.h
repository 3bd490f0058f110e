// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The schedules that most people want, as choices instead of a language; any other expression is Custom.
#pragma once

#include "models/schedule/calendarexpression.h"

#include <string>

namespace salvor {

struct ScheduleChoice {
    enum class Kind {
        Hourly,  ///< every `everyHours` hours from midnight, at `minute`
        Daily,   ///< every day at `hour`:`minute`
        Weekly,  ///< on `weekdays`
        Monthly, ///< on `dayOfMonth`
        Custom,  ///< `text` as it is
    };
    Kind kind = Kind::Daily;
    int everyHours = 1; ///< one that divides 24
    int hour = 2;
    int minute = 0;
    int weekdays = 1;   ///< bits, Monday is 1
    int dayOfMonth = 1; ///< 1 to 28; 0: the last day
    std::string zone;   ///< as it is written at the end; empty: the zone of the computer that runs it
    std::string text;   ///< of Custom

    bool operator==(const ScheduleChoice&) const = default;
};

/// In the normal form.
std::string toExpression(const ScheduleChoice& choice);
/// Custom for what is none of the choices. toExpression() of it is the expression's normal form.
ScheduleChoice scheduleChoiceOf(const CalendarExpression& expression);

} // namespace salvor
