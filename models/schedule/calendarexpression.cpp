// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/calendarexpression.h"

#include "models/schedule/calendarparser.h"
#include "models/schedule/calendarsearch.h"

#include <algorithm>
#include <cstdio>

namespace salvor {

namespace {

std::string padded(int value, int width) {
    char text[16];
    std::snprintf(text, sizeof text, "%0*d", width, value);
    return text;
}

/// A value of a field; seconds with six digits of microseconds when there are any.
std::string valueText(int value, int width, bool micros) {
    if (!micros)
        return padded(value, width);
    std::string text = padded(value / kMicrosPerSecond, width);
    if (value % kMicrosPerSecond != 0)
        text += '.' + padded(value % kMicrosPerSecond, 6);
    return text;
}

std::string rangeText(const CalendarRange& range, int width, bool micros) {
    std::string text = valueText(range.start, width, micros);
    const bool ends = range.stop > 0;
    if (ends)
        text += ".." + valueText(range.stop, width, micros);
    if (range.repeat > 0 && !(ends && range.repeat == (micros ? kMicrosPerSecond : 1)))
        text += '/' + valueText(range.repeat, 1, micros);
    return text;
}

std::string rangesText(const CalendarRanges& ranges, int width, bool micros = false) {
    const bool everySecond =
        micros && std::any_of(ranges.begin(), ranges.end(), [](const CalendarRange& range) {
            return range.start == 0 && range.stop < 0 && range.repeat == kMicrosPerSecond;
        });
    if (ranges.empty() || everySecond)
        return "*";
    std::string text;
    for (const CalendarRange& range : ranges)
        text += (text.empty() ? "" : ",") + rangeText(range, width, micros);
    return text;
}

/// "Mon,Tue", but "Mon..Wed".
std::string weekdaysText(int bits) {
    constexpr const char* kNames[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    std::string text;
    for (int day = 0; day < 7; ++day) {
        if (!(bits >> day & 1))
            continue;
        int last = day;
        while (last < 6 && (bits >> (last + 1) & 1))
            ++last;
        text += (text.empty() ? "" : ",") + std::string(kNames[day]);
        if (last > day)
            text += (last > day + 1 ? ".." : ",") + std::string(kNames[last]);
        day = last;
    }
    return text;
}

} // namespace

Result<CalendarExpression> CalendarExpression::parse(std::string_view text, const ZonePtr& local) {
    SALVOR_ASSIGN(ParsedCalendar parsed, CalendarParser(text, local).parse());
    CalendarExpression out;
    out.m_fields = std::move(parsed.fields);
    out.m_zone = std::move(parsed.zone);
    return out;
}

Result<CalendarExpression> CalendarExpression::parse(std::string_view text) {
    SALVOR_ASSIGN(const ZonePtr local, Zone::ofComputer());
    return parse(text, local);
}

std::string CalendarExpression::normalForm() const {
    const auto& ranges = m_fields.ranges;
    std::string text = weekdaysText(m_fields.weekdays);
    if (!text.empty())
        text += ' ';
    text += rangesText(ranges[WallTime::Year], 4) + '-' + rangesText(ranges[WallTime::Month], 2) +
            (m_fields.fromMonthEnd ? '~' : '-') + rangesText(ranges[WallTime::Day], 2) + ' ' +
            rangesText(ranges[WallTime::Hour], 2) + ':' + rangesText(ranges[WallTime::Minute], 2) + ':' +
            rangesText(ranges[WallTime::Second], 2, true);
    if (m_fields.utc)
        return text + " UTC";
    if (!m_fields.zoneName.empty())
        return text + ' ' + m_fields.zoneName;
    if (m_fields.daylight >= 0)
        return text + ' ' + m_fields.localAbbreviation;
    return text;
}

CalendarExpression::Elapse CalendarExpression::elapse(Instant after, SystemdRules rules) const {
    // systemd knows no time before 1970, and none after 9999-12-30.
    constexpr Instant kLatest{std::chrono::seconds(253402214399)};
    if (after > kLatest)
        return {};
    const Instant from = std::max(after + std::chrono::microseconds(1), Instant{});
    const Elapse found = CalendarSearch(m_fields, *m_zone, rules, from).run();
    if (found.at && *found.at < from)
        return {{}, true};
    return found;
}

std::vector<Instant> CalendarExpression::between(Instant after, Instant until, std::size_t most,
                                                 SystemdRules rules) const {
    std::vector<Instant> out;
    while (out.size() < most) {
        const auto at = next(after, rules);
        if (!at || *at > until)
            break;
        out.push_back(*at);
        after = *at;
    }
    return out;
}

} // namespace salvor
