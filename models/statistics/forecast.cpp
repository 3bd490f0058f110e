// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/statistics/forecast.h"

#include "models/watch/robust.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kMostWeeks = 12;
constexpr std::size_t kLeastWeeks = 4;
constexpr double kMostDays = 3653;

/// Bytes a day of each whole week, the newest first.
std::vector<double> weeklyRates(const std::vector<DailyGrowth>& days, Instant now) {
    const Instant first = days.front().day;
    const auto whole = static_cast<std::size_t>((now - first) / std::chrono::weeks(1));
    std::vector<double> rates(std::min(whole, kMostWeeks), 0.0);
    for (const DailyGrowth& day : days) {
        if (day.day > now)
            continue;
        const auto week = static_cast<std::size_t>((now - day.day) / std::chrono::weeks(1));
        if (week < rates.size())
            rates[week] += static_cast<double>(day.addedBytes) / 7;
    }
    return rates;
}

double quantile(std::vector<double> sorted, double share) {
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + .5)];
}

std::optional<Instant> fullAt(double bytesPerDay, std::uint64_t freeBytes, Instant now) {
    if (bytesPerDay <= 0)
        return std::nullopt;
    const double days = static_cast<double>(freeBytes) / bytesPerDay;
    if (days > kMostDays)
        return std::nullopt;
    return now + std::chrono::seconds(static_cast<std::int64_t>(days * 86400));
}

} // namespace

std::optional<CapacityForecast> forecastCapacity(const std::vector<DailyGrowth>& days,
                                                 std::uint64_t freeBytes, Instant now) {
    if (days.empty() || freeBytes == 0)
        return std::nullopt;
    const auto rates = weeklyRates(days, now);
    if (rates.size() < kLeastWeeks)
        return std::nullopt;
    CapacityForecast forecast;
    forecast.weeks = rates.size();
    forecast.bytesPerDay = median(rates);
    const auto full = fullAt(forecast.bytesPerDay, freeBytes, now);
    if (!full)
        return std::nullopt;
    forecast.full = *full;
    forecast.earliest = fullAt(quantile(rates, .75), freeBytes, now).value_or(*full);
    forecast.latest = fullAt(quantile(rates, .25), freeBytes, now);
    return forecast;
}

} // namespace salvor
