// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/calendarparser.h"

#include "models/schedule/civil.h"
#include "models/schedule/wallclock.h"

#include <algorithm>
#include <limits>

namespace salvor {

namespace {

constexpr std::size_t kMostRanges = 241; // systemd's limit of a list
constexpr int kNumberLimit = std::numeric_limits<int>::max();
constexpr const char* kExample = "an expression looks like \"Mon..Fri *-*-* 02:30:00 Europe/Berlin\" or "
                                 "\"daily\"; docs/schedules.md has the language";

bool isDigit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool startsWith(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                      [](char a, char b) { return lower(a) == lower(b); });
}
bool equals(std::string_view a, std::string_view b) { return a.size() == b.size() && startsWith(a, b); }

CalendarRanges only(int value) { return {CalendarRange{value, -1, 0, 0}}; }

/// A word in quotes, shortened, with control characters shown as "?".
std::string shown(std::string_view text) {
    std::string out(text.substr(0, 80));
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = '?';
    }
    return '"' + out + (text.size() > 80 ? "…\"" : "\"");
}

} // namespace

Error calendarProblem(std::string_view text, std::size_t offset, const std::string& what, std::string hint) {
    const std::size_t at = std::min(offset, text.size());
    return {ErrorCode::InvalidInput,
            "cannot read the calendar expression " + shown(text) + ": " + what + ", at character " +
                std::to_string(at + 1),
            hint.empty() ? kExample : std::move(hint),
            false,
            {{"expression", std::string(text)}, {"offset", std::to_string(at)}}};
}

CalendarParser::CalendarParser(std::string_view text, ZonePtr local)
    : m_text(text)
    , m_end(text.size()) {
    m_out.zone = std::move(local);
}

tl::unexpected<Error> CalendarParser::problem(std::size_t at, const std::string& what,
                                              std::string hint) const {
    return failure(calendarProblem(m_text, at, what, std::move(hint)));
}

tl::unexpected<Error> CalendarParser::unexpected(const std::string& wanted) const {
    if (atEnd())
        return problem(m_end, "it ends where " + wanted + " should follow");
    const std::string found = peek() == ' ' ? "a space" : '"' + std::string(1, peek()) + '"';
    std::string hint;
    if (peek() == ' ') {
        const std::size_t space = m_text.rfind(' ');
        hint = "if \"" + std::string(m_text.substr(space + 1)) +
               "\" is meant as a time zone: this computer's zone database has none of that name; write it "
               "like Europe/Berlin";
        if (std::count(m_text.begin(), m_text.end(), ' ') == 4 && m_text.find(':') == std::string_view::npos)
            hint = "this looks like a line for cron: write 30 2 * * 1 as \"Mon *-*-* 02:30:00\"";
    }
    return problem(m_at, found + " stands where " + wanted + " should", std::move(hint));
}

Result<ParsedCalendar> CalendarParser::parse() {
    SALVOR_TRY(characters());
    SALVOR_TRY(zone());
    if (m_end == 0)
        return problem(0, "there is nothing to say when");
    if (!shorthand()) {
        SALVOR_TRY(weekdays());
        if (peek() == '@') {
            SALVOR_TRY(epoch());
        } else {
            SALVOR_TRY(date());
            SALVOR_TRY(time());
        }
    }
    normalize(m_out.fields);
    if (const auto wrong = findProblem(m_out.fields))
        return problem(wrong->offset, wrong->what);
    return std::move(m_out);
}

Result<> CalendarParser::characters() const {
    if (m_text.empty())
        return problem(0, "it is empty");
    const auto strange = std::find_if(m_text.begin(), m_text.end(), [](char c) {
        return c == '\0' || static_cast<unsigned char>(c) > 0x7e;
    });
    if (strange != m_text.end())
        return problem(static_cast<std::size_t>(strange - m_text.begin()),
                       "only letters without accents, digits and signs may stand here");
    if (m_text.front() == ' ')
        return problem(0, "it begins with a space");
    return {};
}

Result<> CalendarParser::zone() {
    const std::size_t space = m_text.rfind(' ');
    if (space == std::string_view::npos)
        return {};
    const std::string_view word = m_text.substr(space + 1);
    if (equals(word, "UTC")) {
        m_out.fields.utc = true;
        m_out.zone = Zone::utc();
        m_end = space;
        return {};
    }
    const std::string* names[] = {&m_out.zone->standardName(), &m_out.zone->daylightName()};
    for (int daylight = 0; daylight < 2; ++daylight) {
        if (!equals(word, *names[daylight]) || word.empty())
            continue;
        m_out.fields.daylight = daylight;
        m_out.fields.localAbbreviation = *names[daylight];
        m_end = space;
        return {};
    }
    auto named = Zone::named(word);
    if (named) {
        m_out.zone = *named;
        m_out.fields.zoneName = word;
        m_end = space;
    } else if (named.error().code != ErrorCode::NotFound && named.error().code != ErrorCode::InvalidInput) {
        Error error = std::move(named).error();
        error.context["expression"] = m_text;
        error.context["offset"] = std::to_string(space + 1);
        return failure(std::move(error));
    }
    return {};
}

bool CalendarParser::shorthand() {
    const std::string_view word = m_text.substr(0, m_end);
    const auto is = [&](std::initializer_list<std::string_view> names) {
        return std::any_of(names.begin(), names.end(),
                           [&](std::string_view name) { return equals(word, name); });
    };
    auto& ranges = m_out.fields.ranges;
    const auto setFrom = [&](WallTime::Field first) {
        for (int field = first; field < WallTime::FieldCount; ++field)
            ranges[static_cast<std::size_t>(field)] =
                only(field == WallTime::Month || field == WallTime::Day ? 1 : 0);
    };
    if (is({"minutely"})) {
        setFrom(WallTime::Second);
    } else if (is({"hourly"})) {
        setFrom(WallTime::Minute);
    } else if (is({"daily"})) {
        setFrom(WallTime::Hour);
    } else if (is({"weekly"})) {
        setFrom(WallTime::Hour);
        m_out.fields.weekdays = 1;
    } else if (is({"monthly"})) {
        setFrom(WallTime::Day);
    } else if (is({"annually", "yearly", "anually"})) {
        setFrom(WallTime::Month);
    } else if (is({"quarterly"})) {
        setFrom(WallTime::Day);
        for (const int month : {1, 4, 7, 10})
            ranges[WallTime::Month].push_back({month, -1, 0, 0});
    } else if (is({"biannually", "bi-annually", "semiannually", "semi-annually"})) {
        setFrom(WallTime::Day);
        for (const int month : {1, 7})
            ranges[WallTime::Month].push_back({month, -1, 0, 0});
    } else {
        return false;
    }
    return true;
}

void CalendarParser::skipSpaces() {
    while (peek() == ' ')
        ++m_at;
}

/// "Mon", "Mon..Fri", "Mon,Wed..Thu," and, as of old, "Mon-Fri".
Result<> CalendarParser::weekdays() {
    constexpr std::string_view kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                          "Friday", "Saturday", "Sunday"};
    int rangeStart = -1;
    for (bool first = true;; first = false) {
        const std::string_view rest = m_text.substr(m_at, m_end - m_at);
        const auto* const found = std::find_if(std::begin(kDays), std::end(kDays), [&](std::string_view day) {
            return startsWith(rest, day.substr(0, 3));
        });
        if (found == std::end(kDays))
            return first ? Result<>() : unexpected("a day of the week");
        const int day = static_cast<int>(found - std::begin(kDays));
        const std::size_t start = m_at;
        m_at += startsWith(rest, *found) ? found->size() : 3;
        if (!atEnd() && std::string_view("-., ").find(peek()) == std::string_view::npos)
            return problem(m_at, "a day of the week goes on in a way that none does",
                           "days are written Mon or Monday");
        if (rangeStart > day)
            return problem(start, "the range of days ends before it begins",
                           "the week begins with Monday: write Sun,Mon for Sunday and Monday");
        for (int each = rangeStart >= 0 ? rangeStart : day; each <= day; ++each)
            m_out.fields.weekdays |= 1 << each;
        const bool dots = peek() == '.';
        if (dots || peek() == '-') {
            if (rangeStart >= 0)
                return problem(m_at, "a range of days has more than two ends");
            if (dots && peek(1) != '.')
                return problem(m_at, "a range of days has two dots");
            rangeStart = day;
            m_at += dots ? 2 : 1;
        } else if (peek() == ',') {
            rangeStart = -1;
            ++m_at;
        } else {
            skipSpaces();
            return {};
        }
        if (atEnd() || peek() == ' ') { // "Mon, 12:00" is fine
            if (rangeStart >= 0)
                return unexpected("the last day of the range");
            skipSpaces();
            return {};
        }
    }
}

/// "@1767225600": seconds since 1970, in UTC. The number is strtoul()'s: spaces, a sign.
Result<> CalendarParser::epoch() {
    const std::size_t start = m_at++;
    while (peek() == ' ' || (peek() >= '\t' && peek() <= '\r'))
        ++m_at;
    const bool negative = peek() == '-';
    if (negative || peek() == '+')
        ++m_at;
    if (!isDigit(peek()))
        return unexpected("the seconds since 1970");
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t value = 0;
    for (; isDigit(peek()); ++m_at) {
        const auto digit = static_cast<std::uint64_t>(peek() - '0');
        if (value > (kMost - digit) / 10)
            return problem(start, "the number is too large");
        value = value * 10 + digit;
    }
    if (!atEnd())
        return unexpected("the end");
    const std::uint64_t seconds = negative ? std::uint64_t{0} - value : value;
    if (seconds >= static_cast<std::uint64_t>(daysTo(2200, 1, 1) * kDaySeconds))
        return problem(start, "the time is not in the years 1970 to 2199");
    const ZonePtr utc = Zone::utc();
    const WallTime time = WallClock(*utc, SystemdRules::V257, 0).show(static_cast<std::int64_t>(seconds));
    for (std::size_t field = 0; field < WallTime::FieldCount; ++field)
        m_out.fields.ranges[field] = only(time.fields[field]);
    m_out.fields.ranges[WallTime::Second].front().start *= kMicrosPerSecond;
    m_out.fields.utc = true;
    m_out.zone = utc;
    return {};
}

/// "2026-02-03", "02-03", "*-02~03"; a time in this place is left for time().
Result<> CalendarParser::date() {
    if (atEnd())
        return {};
    const std::size_t start = m_at;
    SALVOR_ASSIGN(CalendarRanges first, ranges("year, month or hour", false));
    if (atEnd() || peek() == ':') {
        m_at = start;
        return {};
    }
    if (peek() != '-' && peek() != '~')
        return unexpected("\"-\", \"~\" or \":\"");
    m_out.fields.fromMonthEnd = peek() == '~';
    ++m_at;
    SALVOR_ASSIGN(CalendarRanges second, ranges("month or day", false));
    auto& out = m_out.fields.ranges;
    if (atEnd() || peek() == ' ') {
        out[WallTime::Month] = std::move(first);
        out[WallTime::Day] = std::move(second);
        skipSpaces();
        return {};
    }
    if (m_out.fields.fromMonthEnd)
        return unexpected("the end of the date");
    if (peek() != '-' && peek() != '~')
        return unexpected("\"-\" or \"~\"");
    m_out.fields.fromMonthEnd = peek() == '~';
    ++m_at;
    SALVOR_ASSIGN(out[WallTime::Day], ranges("day", false));
    if (!atEnd() && peek() != ' ')
        return unexpected("the end of the date");
    skipSpaces();
    out[WallTime::Year] = std::move(first);
    out[WallTime::Month] = std::move(second);
    return {};
}

/// "02:30", "02:30:15.5"; nothing is midnight.
Result<> CalendarParser::time() {
    auto& out = m_out.fields.ranges;
    out[WallTime::Second] = only(0);
    if (atEnd()) {
        out[WallTime::Hour] = only(0);
        out[WallTime::Minute] = only(0);
        return {};
    }
    SALVOR_ASSIGN(out[WallTime::Hour], ranges("hour", false));
    if (peek() != ':' || atEnd())
        return unexpected("\":\"");
    ++m_at;
    SALVOR_ASSIGN(out[WallTime::Minute], ranges("minute", false));
    if (atEnd())
        return {};
    if (peek() != ':')
        return unexpected("\":\" or the end");
    ++m_at;
    SALVOR_ASSIGN(out[WallTime::Second], ranges("second", true));
    return atEnd() ? Result<>() : unexpected("the end");
}

Result<CalendarRanges> CalendarParser::ranges(const char* what, bool micros) {
    CalendarRanges out;
    if (peek() == '*' && !atEnd()) {
        if (micros)
            out.push_back({0, -1, kMicrosPerSecond, static_cast<int>(m_at)});
        ++m_at;
        return out;
    }
    for (;;) {
        if (out.size() >= kMostRanges)
            return problem(m_at, "the list has more than " + std::to_string(kMostRanges) + " parts");
        SALVOR_ASSIGN(out.emplace_back(), range(what, micros));
        if (peek() != ',')
            return out;
        ++m_at;
    }
}

Result<CalendarRange> CalendarParser::range(const char* what, bool micros) {
    CalendarRange out;
    out.offset = static_cast<int>(m_at);
    const std::size_t start = m_at;
    SALVOR_ASSIGN(out.start, number(what, micros));
    if (peek() == '.' && peek(1) == '.') {
        m_at += 2;
        SALVOR_ASSIGN(out.stop, number(what, micros));
        out.repeat = micros ? kMicrosPerSecond : 1;
    }
    if (peek() == '/') {
        const std::size_t repeat = ++m_at;
        SALVOR_ASSIGN(out.repeat, number("repetition", micros));
        if (out.repeat == 0)
            return problem(repeat, "a repetition of 0 never goes on");
    } else if (out.start > kNumberLimit - out.repeat) {
        return problem(start, "the number is too large");
    } else if (micros && out.stop >= 0 && out.start + out.repeat > out.stop) {
        return problem(start, "the range of seconds is shorter than a second",
                       "say how it repeats: 0..0.5/0.1");
    }
    if (!atEnd() && std::string_view(" ,-~:").find(peek()) == std::string_view::npos)
        return unexpected("a sign behind the " + std::string(what));
    return out;
}

Result<int> CalendarParser::number(const char* what, bool micros) {
    if (!isDigit(peek()))
        return unexpected("a number (" + std::string(what) + ")");
    const std::size_t start = m_at;
    const std::int64_t most = micros ? kNumberLimit / kMicrosPerSecond : kNumberLimit;
    std::int64_t value = 0;
    for (; isDigit(peek()); ++m_at) {
        value = value * 10 + (peek() - '0');
        if (value > most)
            return problem(start, "the number is too large");
    }
    if (!micros)
        return static_cast<int>(value);
    value *= kMicrosPerSecond;
    if (peek() == '.' && peek(1) != '.') { // two dots are a range
        ++m_at;
        SALVOR_ASSIGN(const int part, fraction());
        value += part;
    }
    if (value > kNumberLimit)
        return problem(start, "the number is too large");
    return static_cast<int>(value);
}

/// Microseconds: six digits, rounded by the seventh.
Result<int> CalendarParser::fraction() {
    if (!isDigit(peek()))
        return unexpected("a digit");
    int value = 0;
    for (int digits = 0; digits < 6; ++digits) {
        value *= 10;
        if (isDigit(peek()))
            value += m_text[m_at++] - '0';
    }
    if (peek() >= '5' && peek() <= '9')
        ++value;
    while (isDigit(peek()))
        ++m_at;
    return value;
}

} // namespace salvor
