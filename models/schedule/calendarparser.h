// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reads calendar expressions: accepts what systemd accepts, and says of the rest which character is wrong.
// Internal to models/schedule. Pure, but for the zone that the text names.
#pragma once

#include "models/schedule/calendarfields.h"
#include "models/schedule/zone.h"

#include <optional>

namespace salvor {

struct ParsedCalendar {
    CalendarFields fields;
    ZonePtr zone;
};

class CalendarParser {
public:
    CalendarParser(std::string_view text, ZonePtr local);
    /// Errors as CalendarExpression::parse().
    Result<ParsedCalendar> parse();

private:
    Result<> characters() const;
    /// Cuts off the zone at the end, if there is one.
    Result<> zone();
    bool shorthand();
    Result<> weekdays();
    Result<> date();
    Result<> epoch();
    Result<> time();
    Result<CalendarRanges> ranges(const char* what, bool micros);
    Result<CalendarRange> range(const char* what, bool micros);
    Result<int> number(const char* what, bool micros);
    Result<int> fraction();

    char peek(std::size_t ahead = 0) const { return m_at + ahead < m_end ? m_text[m_at + ahead] : '\0'; }
    bool atEnd() const { return m_at >= m_end; }
    void skipSpaces();
    tl::unexpected<Error> problem(std::size_t at, const std::string& what, std::string hint = {}) const;
    tl::unexpected<Error> unexpected(const std::string& wanted) const;

    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_end;
    ParsedCalendar m_out;
};

/// The error of an expression, with its context. Also for what is found after reading.
Error calendarProblem(std::string_view text, std::size_t offset, const std::string& what, std::string hint);

/// Sorts ranges and joins equal ones, shortens ranges to their last repetition, makes two-digit years whole.
void normalize(CalendarFields& fields);
/// The first range that systemd refuses, in words; its offset. Nothing if all are in order.
struct RangeProblem {
    std::size_t offset = 0;
    std::string what;
};
std::optional<RangeProblem> findProblem(const CalendarFields& fields);

} // namespace salvor
