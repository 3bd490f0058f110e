// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a calendar expression says, part by part. Plain values.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace salvor {

constexpr int kMicrosPerSecond = 1000000;

/// "5", "5..9", "5/2" or "5..9/2".
struct CalendarRange {
    int start = 0;
    int stop = -1;  ///< -1: none
    int repeat = 0; ///< 0: only `start`
    int offset = 0; ///< character of the text where it stands

    bool operator==(const CalendarRange& other) const {
        return start == other.start && stop == other.stop && repeat == other.repeat;
    }
    bool operator<(const CalendarRange& other) const {
        if (start != other.start)
            return start < other.start;
        return stop != other.stop ? stop < other.stop : repeat < other.repeat;
    }
};
/// Any of these; empty means every value.
using CalendarRanges = std::vector<CalendarRange>;

struct CalendarFields {
    /// In the order of WallTime's fields: year, month, day, hour, minute, and second in microseconds.
    std::array<CalendarRanges, 6> ranges;
    int weekdays = 0;          ///< bits, Monday is 1; 0 means any
    bool fromMonthEnd = false; ///< days count back from the last
    bool utc = false;
    int daylight = -1;             ///< 1 or 0: written with the local zone's abbreviation for that time
    std::string zoneName;          ///< as written, when it is neither UTC nor an abbreviation
    std::string localAbbreviation; ///< with `daylight`
};

} // namespace salvor
