// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What will be left of the backups at some day to come, if every planned run succeeds: an estimate. Pure.
#pragma once

#include "models/base/canceltoken.h"
#include "models/retention/retention.h"
#include "models/schedule/calendarexpression.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace salvor {

/// A backup there is, with what the estimate of sizes needs.
struct ForecastBackup {
    RetentionBackup backup;
    std::uint64_t storedBytes = 0;    ///< all that it references
    std::uint64_t newStoredBytes = 0; ///< what its run added
    bool ended = false;               ///< no further run is of its source: another database has its name
};

struct ForecastRequest {
    std::vector<ForecastBackup> backups;
    /// Empty: nothing is ever deleted.
    std::optional<RetentionRules> rules;
    std::vector<CalendarExpression> schedules;
    Instant now{};
    int months = 12;
};

struct ForecastSurvivor {
    std::string source;
    Instant started{};
    bool exists = false; ///< there already; else planned
    std::vector<KeepReason> keptBy;
};
/// The state at one time.
struct ForecastStep {
    Instant at{};
    std::vector<ForecastSurvivor> survivors; ///< newest first
    /// What they take in the store, together: between the smallest and the largest that runs added of late.
    std::uint64_t leastBytes = 0;
    std::uint64_t mostBytes = 0;
};
struct Forecast {
    std::vector<ForecastStep> steps; ///< one a week, the first is now
    bool cut = false; ///< the schedule comes too often: it was followed with its first times only
};

/// Of all schedules together at most so many times are followed: every hour of a year, and some.
constexpr std::size_t kMostForecastTimes = 10'000;

/// InvalidInput as checkRetentionRules(); Cancelled, asked after between steps. Hourly runs of many databases
/// take up to some seconds.
Result<Forecast> forecastRetention(const ForecastRequest& request, const CancelToken& cancel);

} // namespace salvor
