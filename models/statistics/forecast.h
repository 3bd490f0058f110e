// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// When a store will be full, if it goes on as in the last weeks.
#pragma once

#include "models/base/clock.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace salvor {

struct DailyGrowth {
    Instant day{}; ///< its beginning, UTC
    std::uint64_t addedBytes = 0;
    std::uint64_t backups = 0;
};

struct CapacityForecast {
    double bytesPerDay = 0;        ///< median of the last weeks
    Instant full{};                ///< at that rate
    Instant earliest{};            ///< at the rate of the quarter of weeks that grew most
    std::optional<Instant> latest; ///< at that of the quarter that grew least; nothing: it hardly grew
    std::size_t weeks = 0;         ///< that it rests on
};

/// Nothing when there is too little to say anything: less than four whole weeks, nothing added in most of
/// them, no free space known, or it would take longer than ten years. `days`: oldest first.
std::optional<CapacityForecast> forecastCapacity(const std::vector<DailyGrowth>& days,
                                                 std::uint64_t freeBytes, Instant now);

} // namespace salvor
