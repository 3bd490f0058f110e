// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/calendarexpression.h"
#include "models/schedule/calendarparser.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr int kEveryDay = 0x7f;
// Counted from the end, systemd takes days up to 28, which each month has; but only of the first part of a
// list. With each further part, in ascending order, its limit is lower by the same three days.
constexpr int kMonthEndCut = 3;

struct Limits {
    const char* name;
    int lowest;
    int highest;
};
constexpr Limits kLimits[] = {{"year", CalendarExpression::kFirstYear, CalendarExpression::kLastYear},
                              {"month", 1, 12},
                              {"day", 1, 31},
                              {"hour", 0, 23},
                              {"minute", 0, 59},
                              {"second", 0, 60 * kMicrosPerSecond - 1}};

/// 12 is 2012, 89 is 1989.
int wholeYear(int year) {
    if (year < 0 || year >= 100)
        return year;
    return year + (year < 70 ? 2000 : 1900);
}

void normalize(CalendarRanges& ranges) {
    for (CalendarRange& range : ranges) {
        if (range.stop > range.start && range.repeat > 0)
            range.stop -= (range.stop - range.start) % range.repeat;
        if (range.start == range.stop) {
            range.repeat = 0;
            range.stop = -1;
        }
    }
    std::stable_sort(ranges.begin(), ranges.end());
    ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
}

std::string shown(int value, bool micros) {
    if (!micros)
        return std::to_string(value);
    std::string text = std::to_string(value / kMicrosPerSecond);
    if (const int fraction = value % kMicrosPerSecond) {
        const std::string digits = std::to_string(fraction);
        text += '.' + std::string(6 - digits.size(), '0') + digits;
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text;
}

/// `cut`: how many days systemd refuses at the end; 0: days count from the first.
std::string problemOf(const CalendarRange& range, const Limits& limits, int cut) {
    const bool micros = limits.highest > kMicrosPerSecond;
    const std::string name = limits.name;
    const bool monthEnd = cut > 0;
    const int highest = limits.highest - cut;
    const auto outside = [&](int value) {
        return name + ' ' + shown(value, micros) + " is not between " + shown(limits.lowest, micros) +
               " and " + shown(highest, micros) +
               (!monthEnd             ? ""
                : cut == kMonthEndCut ? " when counted from the end of the month"
                                      : " in this place of a list counted from the end of the month");
    };
    if (range.start < limits.lowest || range.start > highest)
        return outside(range.start);
    const std::string repeated = "the " + name + "'s repetition /" + shown(range.repeat, micros);
    if (range.repeat > highest - limits.lowest)
        return repeated + " is longer than it can ever be";
    if (range.stop >= 0) {
        if (range.stop < limits.lowest || range.stop > highest)
            return outside(range.stop);
        if (range.start + range.repeat > range.stop)
            return "the range of the " + name + " from " + shown(range.start, micros) + " to " +
                   shown(range.stop, micros) + " ends before it begins";
        return {};
    }
    if (monthEnd ? range.start - range.repeat < limits.lowest : range.start + range.repeat > highest)
        return repeated + " never comes after " + shown(range.start, micros);
    return {};
}

} // namespace

void normalize(CalendarFields& fields) {
    if (fields.weekdays == kEveryDay)
        fields.weekdays = 0;
    if (fields.ranges[WallTime::Day].empty())
        fields.fromMonthEnd = false;
    for (CalendarRange& range : fields.ranges[WallTime::Year]) {
        range.start = wholeYear(range.start);
        range.stop = wholeYear(range.stop);
    }
    for (CalendarRanges& ranges : fields.ranges)
        normalize(ranges);
}

std::optional<RangeProblem> findProblem(const CalendarFields& fields) {
    for (std::size_t field = 0; field < fields.ranges.size(); ++field) {
        int cut = 0;
        for (const CalendarRange& range : fields.ranges[field]) {
            if (fields.fromMonthEnd && field == WallTime::Day)
                cut += kMonthEndCut;
            std::string what = problemOf(range, kLimits[field], cut);
            if (!what.empty())
                return RangeProblem{static_cast<std::size_t>(range.offset), std::move(what)};
        }
    }
    return {};
}

} // namespace salvor
