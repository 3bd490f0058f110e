// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/posixrule.h"

#include "models/schedule/civil.h"

namespace salvor {

namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class RuleReader {
public:
    explicit RuleReader(std::string_view text)
        : m_rest(text) {}

    std::optional<PosixRule> rule() {
        PosixRule out;
        if (!name(out.standardName) || !offset(out.standardOffset))
            return {};
        out.daylightOffset = out.standardOffset;
        if (m_rest.empty())
            return out;
        if (!name(out.daylightName))
            return {};
        out.daylightOffset = out.standardOffset + 3600;
        if (!m_rest.empty() && m_rest.front() != ',' && !offset(out.daylightOffset))
            return {};
        if (m_rest.empty() || m_rest == ",") {
            out.begin = {PosixChange::Day::Weekday, 3, 2, 0, 2 * 3600};
            out.end = {PosixChange::Day::Weekday, 11, 1, 0, 2 * 3600};
            return out;
        }
        if (!take(',') || !change(out.begin) || !take(',') || !change(out.end) || !m_rest.empty())
            return {};
        return out;
    }

private:
    bool take(char wanted) {
        if (m_rest.empty() || m_rest.front() != wanted)
            return false;
        m_rest.remove_prefix(1);
        return true;
    }

    /// Three letters or more, or "<+03>".
    bool name(std::string& out) {
        const bool quoted = take('<');
        std::size_t length = 0;
        while (length < m_rest.size() &&
               (isLetter(m_rest[length]) ||
                (quoted && (isDigit(m_rest[length]) || m_rest[length] == '+' || m_rest[length] == '-'))))
            ++length;
        if (length < 3)
            return false;
        out = m_rest.substr(0, length);
        m_rest.remove_prefix(length);
        return !quoted || take('>');
    }

    bool number(int most, int& out) {
        if (m_rest.empty() || !isDigit(m_rest.front()))
            return false;
        int value = 0;
        while (!m_rest.empty() && isDigit(m_rest.front())) {
            value = value * 10 + (m_rest.front() - '0');
            if (value > most)
                return false;
            m_rest.remove_prefix(1);
        }
        out = value;
        return true;
    }

    /// [+-]hours[:minutes[:seconds]]
    bool clock(int mostHours, std::int64_t& out) {
        const bool negative = take('-');
        if (!negative)
            take('+');
        int hours = 0;
        int minutes = 0;
        int seconds = 0;
        if (!number(mostHours, hours) || (take(':') && !number(59, minutes)) ||
            (take(':') && !number(59, seconds)))
            return false;
        out = (negative ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
        return true;
    }

    /// The sign of POSIX is the opposite of everybody's: west is positive.
    bool offset(std::int32_t& out) {
        std::int64_t west = 0;
        if (!clock(24, west))
            return false;
        out = static_cast<std::int32_t>(-west);
        return true;
    }

    bool change(PosixChange& out) {
        if (take('M')) {
            out.kind = PosixChange::Day::Weekday;
            if (!number(12, out.month) || out.month < 1 || !take('.') || !number(5, out.week) ||
                out.week < 1 || !take('.') || !number(6, out.day))
                return false;
        } else if (take('J')) {
            out.kind = PosixChange::Day::Julian;
            if (!number(365, out.day) || out.day < 1)
                return false;
        } else if (!number(365, out.day)) {
            return false;
        }
        return !take('/') || clock(167, out.seconds);
    }

    std::string_view m_rest;
};

} // namespace

std::int64_t PosixChange::inYear(int year, std::int32_t offset) const {
    std::int64_t days = daysTo(year, 1, 1);
    switch (kind) {
    case Day::Julian:
        days += day - 1 + (day >= 60 && isLeapYear(year) ? 1 : 0);
        break;
    case Day::Numbered:
        days += day;
        break;
    case Day::Weekday: {
        days = daysTo(year, month, 1);
        const std::int64_t next = month == 12 ? daysTo(year + 1, 1, 1) : daysTo(year, month + 1, 1);
        const int sundayBased = (weekdayOf(days) + 1) % 7;
        days += (day - sundayBased + 7) % 7 + 7 * (week - 1);
        if (days >= next)
            days -= 7;
        break;
    }
    }
    return days * kDaySeconds + seconds - offset;
}

std::optional<PosixRule> parsePosixRule(std::string_view text) { return RuleReader(text).rule(); }

} // namespace salvor
