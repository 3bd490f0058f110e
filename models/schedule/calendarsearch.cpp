// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/calendarsearch.h"

#include "models/schedule/civil.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr int kMostSteps = 1000; // systemd's own safety valve

std::int64_t secondsOf(Instant instant) {
    return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

int lowest(WallTime::Field field) { return field == WallTime::Month || field == WallTime::Day ? 1 : 0; }

} // namespace

CalendarSearch::CalendarSearch(const CalendarFields& fields, const Zone& zone, SystemdRules rules,
                               Instant from)
    : m_fields(fields)
    , m_rules(rules)
    , m_clock(zone, rules, secondsOf(from))
    , m_daylight(fields.utc ? -1 : fields.daylight)
    , m_start(m_clock.show(secondsOf(from)))
    , m_startMicros(static_cast<int>((from - std::chrono::floor<std::chrono::seconds>(from)).count()))
    , m_at(m_start)
    , m_micros(m_startMicros) {}

CalendarExpression::Elapse CalendarSearch::run() {
    bool keepDaylight = false;
    for (int step = 0; step < kMostSteps; ++step) {
        static_cast<void>(m_clock.settle(m_at)); // only brings the fields into range
        if (!keepDaylight)
            m_at.daylight = m_daylight;
        const Step result = advance();
        if (result == Step::Never)
            return {};
        if (result == Step::Again)
            continue;
        if (stuck()) {
            keepDaylight = true;
            ++m_at[WallTime::Hour];
            continue;
        }
        const auto seconds = m_clock.settle(m_at);
        if (!seconds)
            return {};
        return {Instant(std::chrono::seconds(*seconds) + std::chrono::microseconds(m_micros)), false};
    }
    return {{}, true};
}

/// From the year down: each field moves on to its first fitting value. What does not fit moves the field
/// above.
CalendarSearch::Step CalendarSearch::advance() {
    for (int field = WallTime::Year; field < WallTime::FieldCount; ++field) {
        const Step step = fit(static_cast<Field>(field));
        if (step != Step::Fits)
            return step;
        if (field == WallTime::Day && !weekdayFits()) {
            next(WallTime::Day);
            return Step::Again;
        }
    }
    return Step::Fits;
}

CalendarSearch::Step CalendarSearch::fit(Field field) {
    const Match matched = match(field);
    if (matched == Match::Later && field != WallTime::Second)
        resetBelow(field);
    const Bounds where = matched == Match::None ? Bounds::Outside : bounds();
    if (where == Bounds::Inside)
        return Step::Fits;
    if (field == WallTime::Year)
        return Step::Never;
    if (where == Bounds::Outside)
        next(static_cast<Field>(field - 1));
    return Step::Again;
}

CalendarSearch::Match CalendarSearch::match(Field field) {
    const CalendarRanges& ranges = m_fields.ranges[field];
    const bool seconds = field == WallTime::Second;
    const int value = seconds ? m_at[field] * kMicrosPerSecond + m_micros : m_at[field];
    const auto found =
        ranges.empty() ? value : firstFrom(ranges, value, m_fields.fromMonthEnd && field == WallTime::Day);
    if (!found)
        return Match::None;
    m_at[field] = seconds ? *found / kMicrosPerSecond : *found;
    if (seconds)
        m_micros = *found % kMicrosPerSecond;
    return *found == value ? Match::Same : Match::Later;
}

std::optional<int> CalendarSearch::firstFrom(const CalendarRanges& ranges, int value, bool fromMonthEnd) {
    std::optional<int> best;
    for (const CalendarRange& range : ranges) {
        int start = range.start;
        int stop = range.stop;
        if (fromMonthEnd) {
            start = dayFromMonthEnd(start);
            stop = dayFromMonthEnd(stop);
            if (stop > 0)
                std::swap(start, stop);
        }
        int candidate = start;
        if (start < value) {
            if (range.repeat == 0)
                continue;
            candidate += (value - start + range.repeat - 1) / range.repeat * range.repeat;
            if (stop >= 0 && candidate > stop)
                continue;
        }
        if (!best || candidate < *best)
            best = candidate;
    }
    return best;
}

/// -1 if the month has no such day.
int CalendarSearch::dayFromMonthEnd(int day) {
    WallTime time = m_at;
    ++time[WallTime::Month];
    time[WallTime::Day] = 1 - day;
    if (!m_clock.settle(time) || time[WallTime::Month] != m_at[WallTime::Month])
        return -1;
    return time[WallTime::Day];
}

/// Whether clocks show this time. If not, goes on to what they show instead, or says that this is not later.
CalendarSearch::Bounds CalendarSearch::bounds() {
    if (m_at[WallTime::Year] > CalendarExpression::kLastYear)
        return Bounds::Outside;
    WallTime shown = m_at;
    if (!m_clock.settle(shown))
        return Bounds::Outside;
    const auto differs =
        std::mismatch(shown.fields.begin(), shown.fields.end(), m_at.fields.begin(), m_at.fields.end());
    if (differs.first == shown.fields.end())
        return Bounds::Inside;
    if (*differs.first < *differs.second)
        return Bounds::Outside;
    const auto field = static_cast<Field>(differs.first - shown.fields.begin());
    if (field < WallTime::Second) {
        const auto below = static_cast<Field>(field + 1);
        shown[below] = lowest(below);
    }
    if (field == WallTime::Year && m_rules == SystemdRules::V257)
        shown[WallTime::Day] = 1;
    m_at = shown;
    return Bounds::Moved;
}

bool CalendarSearch::weekdayFits() {
    if (m_fields.weekdays == 0)
        return true;
    WallTime time = m_at;
    if (!m_clock.settle(time))
        return false;
    const int weekday = weekdayOf(daysTo(time[WallTime::Year], time[WallTime::Month], time[WallTime::Day]));
    return (m_fields.weekdays >> weekday & 1) != 0;
}

/// What was found is before the start: a gap was left in the wrong direction.
bool CalendarSearch::stuck() const {
    if (m_start.fields != m_at.fields)
        return m_start.fields > m_at.fields;
    return m_startMicros > m_micros;
}

void CalendarSearch::resetBelow(Field field) {
    for (int below = field + 1; below < WallTime::FieldCount; ++below)
        m_at[static_cast<Field>(below)] = lowest(static_cast<Field>(below));
    m_micros = 0;
}

void CalendarSearch::next(Field field) {
    ++m_at[field];
    resetBelow(field);
}

} // namespace salvor
