// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/retention/zoneperiods.h"

#include <QDateTime>

#include <cstdio>
#include <cstdlib>

namespace salvor {

namespace {

/// Printed numbers are bounded by the calendar; the buffer is larger than any of them.
template <typename... Numbers>
std::string print(const char* format, Numbers... numbers) {
    char text[96];
    const int length = std::snprintf(text, sizeof text, format, numbers...);
    return {text, static_cast<std::size_t>(length)};
}

std::string weekName(std::chrono::sys_days day) {
    using namespace std::chrono;
    // A week belongs to the year that its Thursday is in.
    const auto sinceMonday = days((weekday(day).iso_encoding()) - 1);
    const sys_days thursday = day - sinceMonday + days(3);
    const year_month_day date(thursday);
    const auto inYear = (thursday - sys_days(date.year() / 1 / 1)).count();
    return print("%04d-W%02d", static_cast<int>(date.year()), static_cast<int>(inYear / 7 + 1));
}

} // namespace

ZonePeriods zonePeriods(Instant instant, const QTimeZone& zone) {
    using namespace std::chrono;
    const auto utc = floor<seconds>(instant);
    const int offset =
        zone.offsetFromUtc(QDateTime::fromSecsSinceEpoch(utc.time_since_epoch().count(), QTimeZone::utc()));
    const auto local = utc + seconds(offset);
    const auto day = floor<days>(local);
    const year_month_day date(day);
    const int year = static_cast<int>(date.year());
    const unsigned month = static_cast<unsigned>(date.month());
    const auto hour = static_cast<int>(floor<hours>(local - day).count());
    const int shown = std::abs(offset);
    ZonePeriods periods;
    periods.year = print("%04d", year);
    periods.month = print("%04d-%02u", year, month);
    periods.day = print("%04d-%02u-%02u", year, month, static_cast<unsigned>(date.day()));
    periods.week = weekName(day);
    periods.hour =
        periods.day + print("T%02d%c%02d:%02d", hour, offset < 0 ? '-' : '+', shown / 3600, shown / 60 % 60);
    return periods;
}

} // namespace salvor
