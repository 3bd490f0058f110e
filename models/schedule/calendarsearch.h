// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Finds the next time that fits a calendar expression, step by step as systemd does, so that it comes to the
// same end where clocks change. Internal to models/schedule. Pure.
#pragma once

#include "models/schedule/calendarexpression.h"

namespace salvor {

class CalendarSearch {
public:
    /// All must outlive the search. Looks for times from `from` on, `from` included; not before 1970.
    CalendarSearch(const CalendarFields& fields, const Zone& zone, SystemdRules rules, Instant from);
    CalendarExpression::Elapse run();

private:
    using Field = WallTime::Field;
    enum class Step { Fits, Again, Never };
    enum class Bounds { Inside, Moved, Outside };
    enum class Match { Same, Later, None };

    Step advance();
    Step fit(Field field);
    Match match(Field field);
    std::optional<int> firstFrom(const CalendarRanges& ranges, int value, bool fromMonthEnd);
    int dayFromMonthEnd(int day);
    Bounds bounds();
    bool weekdayFits();
    bool stuck() const;
    void resetBelow(Field field);
    void next(Field field);

    const CalendarFields& m_fields;
    SystemdRules m_rules;
    WallClock m_clock;
    int m_daylight;
    WallTime m_start;
    int m_startMicros = 0;
    WallTime m_at;
    int m_micros = 0;
};

} // namespace salvor
