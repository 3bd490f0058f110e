// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The rule that a zone file ends with, for all times after its table: "CET-1CEST,M3.5.0,M10.5.0/3".
// Format: POSIX.1-2017 8.3 (TZ), with the signed hours up to 167 of RFC 9636 3.3. Read as the GNU C library
// reads it, because systemd does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace salvor {

/// One of the two yearly changes. `seconds` is wall-clock time after midnight of that day; may be negative
/// or beyond a day.
struct PosixChange {
    enum class Day {
        Julian,   ///< `day` 1…365, 29 February is never counted
        Numbered, ///< `day` 0…365, 29 February counts
        Weekday,  ///< `week` 1…5 (5: the last) of `month` 1…12, `day` 0 (Sunday) … 6
    };
    Day kind = Day::Numbered;
    int month = 0;
    int week = 0;
    int day = 0;
    std::int64_t seconds = 2 * 3600;

    /// The change's instant in `year`, when clocks show UTC plus `offset` before it. Seconds since 1970.
    std::int64_t inYear(int year, std::int32_t offset) const;
};

/// Offsets are seconds east of UTC. Without daylight time `daylightName` is empty.
struct PosixRule {
    std::string standardName;
    std::int32_t standardOffset = 0;
    std::string daylightName;
    std::int32_t daylightOffset = 0;
    PosixChange begin; ///< of daylight time
    PosixChange end;

    bool hasDaylight() const { return !daylightName.empty(); }
};

/// Nothing for what is no such rule. Daylight time without dates has those of the United States, as in the C
/// library. Pure.
std::optional<PosixRule> parsePosixRule(std::string_view text);

} // namespace salvor
