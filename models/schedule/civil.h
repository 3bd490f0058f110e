// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Days of the Gregorian calendar as numbers.
#pragma once

#include <chrono>
#include <cstdint>

namespace salvor {

constexpr std::int64_t kDaySeconds = 86400;

/// Days from 1970-01-01 to a date; the day may lie outside its month.
constexpr std::int64_t daysTo(int year, int month, int day) {
    const std::chrono::year_month_day first(
        std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(1));
    return std::chrono::sys_days(first).time_since_epoch().count() + day - 1;
}

constexpr bool isLeapYear(int year) { return std::chrono::year(year).is_leap(); }

/// Monday is 0, Sunday 6.
constexpr int weekdayOf(std::int64_t days) {
    const std::int64_t shifted = (days + 3) % 7; // 1970-01-01 was a Thursday
    return static_cast<int>(shifted < 0 ? shifted + 7 : shifted);
}

} // namespace salvor
