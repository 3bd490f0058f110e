// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/schedulechoice.h"

#include <cstdio>
#include <optional>

namespace salvor {

namespace {

std::string two(int value) {
    char text[16];
    std::snprintf(text, sizeof text, "%02d", value);
    return text;
}

/// The one value that a field has; nothing for none, several or a repetition.
std::optional<int> single(const CalendarRanges& ranges) {
    if (ranges.size() != 1 || ranges[0].repeat != 0 || ranges[0].stop >= 0)
        return std::nullopt;
    return ranges[0].start;
}

/// 1 for every hour; nothing for what does not begin at midnight or does not divide the day.
std::optional<int> everyHours(const CalendarRanges& ranges) {
    if (ranges.empty())
        return 1;
    if (ranges.size() != 1 || ranges[0].start != 0 || ranges[0].stop >= 0 || ranges[0].repeat < 1 ||
        24 % ranges[0].repeat != 0)
        return std::nullopt;
    return ranges[0].repeat;
}

std::string weekdaysText(int bits) {
    constexpr const char* kNames[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    std::string text;
    for (int day = 0; day < 7; ++day) {
        if ((bits >> day & 1) != 0)
            text += (text.empty() ? "" : ",") + std::string(kNames[day]);
    }
    return text;
}

std::string timeText(const ScheduleChoice& choice) { return two(choice.hour) + ':' + two(choice.minute); }

std::string written(const ScheduleChoice& choice) {
    switch (choice.kind) {
    case ScheduleChoice::Kind::Hourly:
        return "*-*-* " + (choice.everyHours == 1 ? "*" : "00/" + std::to_string(choice.everyHours)) + ':' +
               two(choice.minute);
    case ScheduleChoice::Kind::Daily:
        return "*-*-* " + timeText(choice);
    case ScheduleChoice::Kind::Weekly:
        return weekdaysText(choice.weekdays) + " *-*-* " + timeText(choice);
    case ScheduleChoice::Kind::Monthly:
        return (choice.dayOfMonth == 0 ? std::string("*-*~01 ") : "*-*-" + two(choice.dayOfMonth) + ' ') +
               timeText(choice);
    case ScheduleChoice::Kind::Custom:
        break;
    }
    return choice.text;
}

ScheduleChoice custom(const CalendarExpression& expression) {
    ScheduleChoice choice;
    choice.kind = ScheduleChoice::Kind::Custom;
    choice.text = expression.normalForm();
    return choice;
}

} // namespace

std::string toExpression(const ScheduleChoice& choice) {
    if (choice.kind == ScheduleChoice::Kind::Custom)
        return choice.text;
    const std::string text = written(choice) + (choice.zone.empty() ? "" : ' ' + choice.zone);
    const auto parsed = CalendarExpression::parse(text);
    return parsed ? parsed->normalForm() : text;
}

ScheduleChoice scheduleChoiceOf(const CalendarExpression& expression) {
    const CalendarFields& fields = expression.fields();
    const auto& ranges = fields.ranges;
    const auto minute = single(ranges[WallTime::Minute]);
    const bool plain = single(ranges[WallTime::Second]) == 0 && minute && fields.daylight < 0 &&
                       ranges[WallTime::Year].empty() && ranges[WallTime::Month].empty();
    if (!plain)
        return custom(expression);
    ScheduleChoice choice;
    choice.minute = *minute;
    choice.zone = fields.utc ? "UTC" : fields.zoneName;
    const bool everyDay = ranges[WallTime::Day].empty();
    const auto hour = single(ranges[WallTime::Hour]);
    const auto hours = everyHours(ranges[WallTime::Hour]);
    const auto day = single(ranges[WallTime::Day]);
    if (!hour) {
        if (!hours || !everyDay || fields.weekdays != 0)
            return custom(expression);
        choice.kind = ScheduleChoice::Kind::Hourly;
        choice.everyHours = *hours;
        return choice;
    }
    choice.hour = *hour;
    if (everyDay) {
        choice.kind = fields.weekdays == 0 ? ScheduleChoice::Kind::Daily : ScheduleChoice::Kind::Weekly;
        choice.weekdays = fields.weekdays == 0 ? choice.weekdays : fields.weekdays;
        return choice;
    }
    const bool last = fields.fromMonthEnd && day == 1;
    if (fields.weekdays != 0 || !day || (fields.fromMonthEnd ? !last : *day > 28))
        return custom(expression);
    choice.kind = ScheduleChoice::Kind::Monthly;
    choice.dayOfMonth = last ? 0 : *day;
    return choice;
}

} // namespace salvor
