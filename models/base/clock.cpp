// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/clock.h"

#include <cstdio>
#include <ctime>

namespace salvor {

namespace {

std::tm brokenDown(Instant instant) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
    const auto time = static_cast<std::time_t>(seconds);
    std::tm out{};
    gmtime_r(&time, &out);
    return out;
}

std::string format(Instant instant, const char* pattern) {
    const std::tm tm = brokenDown(instant);
    char text[32];
    const std::size_t length = std::strftime(text, sizeof text, pattern, &tm);
    return {text, length};
}

constexpr const char* kTimeHint = "write it as 2026-11-20T00:00:00Z";

Result<int> digits(std::string_view text, std::size_t from, std::size_t count) {
    int value = 0;
    for (std::size_t i = from; i < from + count; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9')
            return failure(ErrorCode::InvalidInput, "time is not RFC 3339 in UTC: " + std::string(text),
                           kTimeHint);
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

} // namespace

Instant SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string toRfc3339(Instant instant) { return format(instant, "%Y-%m-%dT%H:%M:%SZ"); }
std::string toRfc3339Micros(Instant instant) {
    const auto fraction = (instant - std::chrono::floor<std::chrono::seconds>(instant)).count();
    if (fraction == 0)
        return toRfc3339(instant);
    char text[16];
    std::snprintf(text, sizeof text, ".%06dZ", static_cast<int>(fraction));
    return format(instant, "%Y-%m-%dT%H:%M:%S") + text;
}
std::string toCompactUtc(Instant instant) { return format(instant, "%Y%m%dT%H%M%SZ"); }

Result<Instant> fromRfc3339(std::string_view text) {
    const auto bad = [&] {
        return failure(ErrorCode::InvalidInput, "time is not RFC 3339 in UTC: " + std::string(text),
                       kTimeHint);
    };
    if (text.size() < 20 || text.size() > 27 || text.back() != 'Z' || text[4] != '-' || text[7] != '-' ||
        text[10] != 'T' || text[13] != ':' || text[16] != ':')
        return bad();
    SALVOR_ASSIGN(const int year, digits(text, 0, 4));
    SALVOR_ASSIGN(const int month, digits(text, 5, 2));
    SALVOR_ASSIGN(const int day, digits(text, 8, 2));
    SALVOR_ASSIGN(const int hour, digits(text, 11, 2));
    SALVOR_ASSIGN(const int minute, digits(text, 14, 2));
    SALVOR_ASSIGN(const int second, digits(text, 17, 2));
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60)
        return bad();
    std::chrono::microseconds fraction{0};
    if (text.size() > 20) {
        const std::size_t count = text.size() - 21;
        if (text[19] != '.' || count < 1 || count > 6)
            return bad();
        SALVOR_ASSIGN(int value, digits(text, 20, count));
        for (std::size_t i = count; i < 6; ++i)
            value *= 10;
        fraction = std::chrono::microseconds(value);
    }
    return Instant(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second) + fraction;
}

} // namespace salvor
