// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/schedulemove.h"

#include <bit>
#include <cstdio>

namespace salvor {

namespace {

constexpr int kDayMinutes = 24 * 60;

bool isSingle(const CalendarRanges& ranges) {
    return ranges.size() == 1 && ranges[0].repeat == 0 && ranges[0].stop < 0;
}

bool anyDate(const CalendarFields& fields) {
    return fields.ranges[WallTime::Year].empty() && fields.ranges[WallTime::Month].empty() &&
           fields.ranges[WallTime::Day].empty();
}

bool isDaily(const CalendarFields& fields) { return anyDate(fields) && fields.weekdays == 0; }

bool hasOneWeekday(const CalendarFields& fields) {
    return anyDate(fields) && std::popcount(static_cast<unsigned>(fields.weekdays)) == 1;
}

int floorDiv(int value, int by) { return value / by - (value % by < 0 ? 1 : 0); }

std::string timeText(int minuteOfDay) {
    char text[32];
    std::snprintf(text, sizeof text, "%02d:%02d:00", minuteOfDay / 60, minuteOfDay % 60);
    return text;
}

/// The normal form with another time of day and, for a rule of one weekday, another day.
std::string rewritten(const CalendarExpression& expression, int minuteOfDay, int weekday) {
    constexpr const char* kNames[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    std::string text = expression.normalForm();
    const auto& fields = expression.fields();
    const std::string old =
        timeText(fields.ranges[WallTime::Hour][0].start * 60 + fields.ranges[WallTime::Minute][0].start);
    text.replace(text.find(' ' + old) + 1, old.size(), timeText(minuteOfDay));
    if (weekday >= 0)
        text.replace(0, 3, kNames[weekday]);
    return text;
}

} // namespace

bool movesAcrossDays(const CalendarExpression& expression) {
    return refusalToMove(expression) == ScheduleMove::Refusal::None && hasOneWeekday(expression.fields());
}

ScheduleMove::Refusal refusalToMove(const CalendarExpression& expression) {
    const CalendarFields& fields = expression.fields();
    const auto& ranges = fields.ranges;
    if (!isSingle(ranges[WallTime::Hour]) || !isSingle(ranges[WallTime::Minute]) ||
        !isSingle(ranges[WallTime::Second]) || ranges[WallTime::Second][0].start != 0)
        return ScheduleMove::Refusal::SeveralTimes;
    if (fields.daylight >= 0)
        return ScheduleMove::Refusal::Abbreviation;
    return ScheduleMove::Refusal::None;
}

ScheduleMove moveSchedule(const CalendarExpression& expression, int days, int minutes) {
    using Refusal = ScheduleMove::Refusal;
    if (const Refusal refusal = refusalToMove(expression); refusal != Refusal::None)
        return {refusal, {}};
    const CalendarFields& fields = expression.fields();
    const bool daily = isDaily(fields);
    if (days != 0 && daily)
        return {Refusal::EveryDay, {}};
    if (days != 0 && !hasOneWeekday(fields))
        return {Refusal::SeveralDays, {}};
    const int moved =
        fields.ranges[WallTime::Hour][0].start * 60 + fields.ranges[WallTime::Minute][0].start + minutes;
    const int crossed = floorDiv(moved, kDayMinutes);
    const int minuteOfDay = moved - crossed * kDayMinutes;
    if (hasOneWeekday(fields)) {
        const int old = std::countr_zero(static_cast<unsigned>(fields.weekdays));
        const int weekday = ((old + days + crossed) % 7 + 7) % 7;
        return {Refusal::None, rewritten(expression, minuteOfDay, weekday)};
    }
    // Every day is every day, on whichever side of midnight another zone shows it.
    if (crossed != 0 && !daily)
        return {Refusal::LeavesDay, {}};
    return {Refusal::None, rewritten(expression, minuteOfDay, -1)};
}

} // namespace salvor
