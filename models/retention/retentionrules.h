// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How many backups a policy keeps of each of its sources: docs/retention.md. Part of the policy document.
#pragma once

#include "models/base/result.h"

#include <QJsonObject>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace salvor {

/// A backup stays if any rule keeps it. Counts are per (policy, source); 0: the rule is off.
struct RetentionRules {
    std::uint32_t keepLast = 0;         ///< the newest
    std::chrono::seconds keepWithin{0}; ///< not older than this, counted back from the newest complete one
    std::uint32_t hourly = 0;           ///< the newest of each of the last so many hours that have one …
    std::uint32_t daily = 0;
    std::uint32_t weekly = 0; ///< ISO weeks, from Monday
    std::uint32_t monthly = 0;
    std::uint32_t yearly = 0;
    std::string timeZone = "UTC"; ///< IANA name; where hours, days, weeks, months and years begin

    bool operator==(const RetentionRules&) const = default;
};

/// What is set takes the place of the rule of that name.
struct RetentionOverrides {
    std::optional<std::uint32_t> keepLast;
    std::optional<std::chrono::seconds> keepWithin;
    std::optional<std::uint32_t> hourly;
    std::optional<std::uint32_t> daily;
    std::optional<std::uint32_t> weekly;
    std::optional<std::uint32_t> monthly;
    std::optional<std::uint32_t> yearly;
    std::optional<std::string> timeZone;

    bool any() const;
};
RetentionRules overridden(RetentionRules rules, const RetentionOverrides& overrides);

/// Bounds of every count and of keepWithin: larger ones are typing errors.
constexpr std::uint32_t kLargestRetentionCount = 100'000;
constexpr std::chrono::seconds kLongestKeepWithin = std::chrono::hours(24 * 36525); // a hundred years

/// InvalidInput, with `field` in the context: rules that keep nothing, a count or span out of bounds, a zone
/// that is not known.
Result<> checkRetentionRules(const RetentionRules& rules);

/// {"keep_last", "keep_within_seconds", "hourly", "daily", "weekly", "monthly", "yearly", "time_zone"}; rules
/// that are off are left out.
QJsonObject toJson(const RetentionRules& rules);
/// Checked by checkRetentionRules(). A field that is not known is NewerFormat: not knowing a rule would
/// delete what it keeps.
Result<RetentionRules> retentionRulesFromJson(const QJsonObject& object);

/// "30d", "36h", "1y6w": hours, days, weeks and years of 365 days, added up. InvalidInput, pointing at the
/// character.
Result<std::chrono::seconds> parseRetentionSpan(std::string_view text);
/// A text that parseRetentionSpan reads as this span: "30d"; what is below an hour stands as seconds, which
/// it reads too.
std::string toRetentionSpan(std::chrono::seconds span);

} // namespace salvor
