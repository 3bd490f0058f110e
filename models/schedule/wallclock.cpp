// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/wallclock.h"

#include "models/schedule/civil.h"

#include <algorithm>

namespace salvor {

namespace {

// How often the C library improves its guess before it gives up.
constexpr int kMostProbes = 6;
// How it looks for a time with the wanted daylight flag: in steps, in both directions, so far.
constexpr std::int64_t kStride = 601200;
constexpr std::int64_t kReach252 = 536454000 / 2 + kStride;
constexpr std::int64_t kReach257 = 457243209 / 2 + kStride;

} // namespace

WallClock::WallClock(const Zone& zone, SystemdRules rules, std::int64_t at)
    : m_zone(zone)
    , m_rules(rules) {
    m_offset = spanAt(at).offset;
}

const ZoneSpan& WallClock::spanAt(std::int64_t seconds) {
    m_hint = m_zone.indexAt(seconds, m_hint);
    return m_zone.spans()[m_hint];
}

WallTime WallClock::show(std::int64_t seconds) {
    const ZoneSpan& span = spanAt(seconds);
    const std::int64_t shown = seconds + span.offset;
    const std::int64_t days = shown >= 0 ? shown / kDaySeconds : -((kDaySeconds - 1 - shown) / kDaySeconds);
    const auto left = static_cast<int>(shown - days * kDaySeconds);
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    WallTime out;
    out.fields = {static_cast<int>(date.year()),
                  static_cast<int>(static_cast<unsigned>(date.month())),
                  static_cast<int>(static_cast<unsigned>(date.day())),
                  left / 3600,
                  left / 60 % 60,
                  left % 60};
    out.daylight = span.daylight ? 1 : 0;
    return out;
}

std::optional<std::int64_t> WallClock::settle(WallTime& time) {
    const int months = time[WallTime::Month] - 1;
    const int years = months >= 0 ? months / 12 : -((11 - months) / 12);
    // Seconds beyond the minute are added at the end: they never help to choose an offset.
    const int second = std::clamp(time[WallTime::Second], 0, 59);
    const std::int64_t fieldSeconds =
        daysTo(time[WallTime::Year] + years, months - years * 12 + 1, time[WallTime::Day]) * kDaySeconds +
        time[WallTime::Hour] * std::int64_t{3600} + time[WallTime::Minute] * std::int64_t{60} + second;
    auto found = probe(fieldSeconds, time.daylight);
    if (!found)
        return {};
    m_offset = fieldSeconds - *found;
    *found += time[WallTime::Second] - second;
    time = show(*found);
    if (*found < 0)
        return {};
    return found;
}

/// Guesses an offset, looks which one is in force there, and takes that as the next guess.
std::optional<std::int64_t> WallClock::probe(std::int64_t fieldSeconds, int daylight) {
    std::int64_t offset = m_offset;
    std::int64_t last = offset;
    std::int64_t lastButOne = offset;
    bool lastDaylight = false;
    for (int probes = 0; probes < kMostProbes; ++probes) {
        const std::int64_t seconds = fieldSeconds - offset;
        const ZoneSpan span = spanAt(seconds);
        if (span.offset == offset) {
            const bool fits = daylight < 0 || (daylight != 0) == span.daylight;
            return fits ? seconds : withDaylight(seconds, fieldSeconds, daylight != 0);
        }
        // To and fro between two offsets: clocks never show this time. The side with daylight time is
        // taken, or the side that has not what was asked for.
        const bool swings = offset == lastButOne && offset != last;
        if (swings && (daylight < 0 ? span.daylight || !lastDaylight : (daylight != 0) != span.daylight))
            return seconds;
        lastButOne = last;
        last = offset;
        lastDaylight = span.daylight;
        offset = span.offset;
    }
    return {};
}

/// The time exists, but not with the wanted daylight flag: counts with the offset of a neighbour that has it.
std::optional<std::int64_t> WallClock::withDaylight(std::int64_t found, std::int64_t fieldSeconds,
                                                    bool daylight) {
    const std::int64_t reach = m_rules == SystemdRules::V252 ? kReach252 : kReach257;
    if (hasNear(found, reach, daylight)) {
        for (std::int64_t delta = kStride; delta < reach; delta += kStride) {
            for (const std::int64_t neighbour : {found - delta, found + delta}) {
                const ZoneSpan& span = spanAt(neighbour);
                if (span.daylight == daylight)
                    return fieldSeconds - span.offset;
            }
        }
    }
    if (m_rules == SystemdRules::V252)
        return {};
    return found + (daylight ? -3600 : 3600);
}

/// Whether any span within reach has the flag: spares most searches.
bool WallClock::hasNear(std::int64_t seconds, std::int64_t reach, bool daylight) {
    const auto& spans = m_zone.spans();
    for (std::size_t at = m_zone.indexAt(seconds - reach, m_hint);
         at < spans.size() && spans[at].start <= seconds + reach; ++at) {
        if (spans[at].daylight == daylight)
            return true;
    }
    return false;
}

} // namespace salvor
