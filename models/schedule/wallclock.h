// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Wall-clock time of a zone to instants and back, as the GNU C library's localtime() and mktime() do it,
// because systemd counts with them: what happens in the hour that daylight saving leaves out, or has twice,
// follows from that. Pure; one object per search, not thread safe.
#pragma once

#include "models/schedule/zone.h"

#include <array>
#include <cstdint>
#include <optional>

namespace salvor {

/// Which systemd, together with the C library it comes with, is followed where they differ
/// (docs/schedules.md).
enum class SystemdRules {
    V252, ///< 252.39 with glibc 2.36, Debian 12
    V257, ///< 257.13 with glibc 2.41, Debian 13
};

/// Fields may be out of range until they are settled.
struct WallTime {
    enum Field { Year, Month, Day, Hour, Minute, Second, FieldCount };
    std::array<int, FieldCount> fields{1970, 1, 1, 0, 0, 0}; ///< month and day count from 1
    int daylight = -1;                                       ///< 1 yes, 0 no, -1 unknown: mktime's tm_isdst

    int& operator[](Field field) { return fields[field]; }
    int operator[](Field field) const { return fields[field]; }
};

class WallClock {
public:
    /// `zone` must outlive the clock. `at`: ambiguous times are first read with the offset in force there.
    WallClock(const Zone& zone, SystemdRules rules, std::int64_t at);

    /// What clocks show at an instant (seconds since 1970).
    WallTime show(std::int64_t seconds);
    /// The instant of a wall-clock time, which is brought into range; one that a change of offset leaves out
    /// is moved out of the gap. Of two instants that show the same, `daylight` decides, then the offset that
    /// the last answer had. Nothing before 1970.
    std::optional<std::int64_t> settle(WallTime& time);

private:
    const ZoneSpan& spanAt(std::int64_t seconds);
    std::optional<std::int64_t> probe(std::int64_t fieldSeconds, int daylight);
    std::optional<std::int64_t> withDaylight(std::int64_t found, std::int64_t fieldSeconds, bool daylight);
    bool hasNear(std::int64_t seconds, std::int64_t reach, bool daylight);

    const Zone& m_zone;
    SystemdRules m_rules;
    std::size_t m_hint = 0;
    std::int64_t m_offset = 0; ///< of the last answer
};

} // namespace salvor
