// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/zonebuilder.h"

#include "models/schedule/civil.h"

#include <algorithm>
#include <limits>

namespace salvor {

namespace {

constexpr std::size_t kHeaderSize = 44;
// systemd's expressions end with 2199; rules are written out a little longer.
constexpr int kFirstRuleYear = 1969;
constexpr int kLastRuleYear = 2201;

std::uint64_t bigEndian(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

} // namespace

/// Counts of the parts of a data block, in the order of the file's header.
struct ZoneBuilder::Header {
    std::size_t utcFlags = 0;
    std::size_t standardFlags = 0;
    std::size_t leapSeconds = 0;
    std::size_t changes = 0;
    std::size_t kinds = 0;
    std::size_t labelBytes = 0;
    char version = 0;
    std::size_t timeSize = 4;
    std::size_t dataAt = 0;

    std::size_t dataSize() const {
        return changes * (timeSize + 1) + kinds * 6 + labelBytes + leapSeconds * (timeSize + 4) +
               standardFlags + utcFlags;
    }
};

ZoneBuilder::ZoneBuilder(std::string_view name)
    : m_zone(new Zone) {
    m_zone->m_name = name;
}

Error ZoneBuilder::corrupt(const std::string& what) const {
    return {ErrorCode::Corrupt,
            "time zone " + m_zone->m_name + " of the zone database cannot be read: " + what,
            "install the package tzdata again",
            false,
            {{"zone", m_zone->m_name}}};
}

Result<ZoneBuilder::Header> ZoneBuilder::header(std::string_view bytes, std::size_t at) const {
    if (bytes.size() < at + kHeaderSize || bytes.substr(at, 4) != "TZif")
        return failure(corrupt("no TZif header"));
    Header out;
    out.version = bytes[at + 4];
    const auto count = [&](std::size_t index) {
        return static_cast<std::size_t>(bigEndian(bytes, at + 20 + index * 4, 4));
    };
    out.utcFlags = count(0);
    out.standardFlags = count(1);
    out.leapSeconds = count(2);
    out.changes = count(3);
    out.kinds = count(4);
    out.labelBytes = count(5);
    out.dataAt = at + kHeaderSize;
    return out;
}

Result<ZonePtr> ZoneBuilder::fromFile(std::string_view bytes) {
    SALVOR_ASSIGN(Header head, header(bytes, 0));
    if (head.version >= '2') {
        const std::size_t second = head.dataAt + head.dataSize();
        SALVOR_ASSIGN(head, header(bytes, second));
        head.timeSize = 8;
    }
    if (head.dataAt + head.dataSize() > bytes.size() || head.kinds == 0 || head.kinds > 256 ||
        head.labelBytes == 0)
        return failure(corrupt("its parts do not fit its size"));
    if (head.leapSeconds > 0)
        return failure(ErrorCode::Unsupported,
                       "time zone " + m_zone->m_name + " counts leap seconds, which is not supported",
                       "use the zone without \"right/\"", {{"zone", m_zone->m_name}});
    SALVOR_TRY(block(bytes, head));
    nameByLastUse();
    if (head.timeSize == 8 && !m_changes.empty()) {
        std::string_view rest = bytes.substr(head.dataAt + head.dataSize());
        if (rest.size() > 2 && rest.front() == '\n' && rest.back() == '\n') {
            const auto rule = parsePosixRule(rest.substr(1, rest.size() - 2));
            if (!rule)
                return failure(corrupt("the rule at its end is none"));
            append(*rule, m_changes.back().first); // the last change is where the rule begins
        }
    }
    return ZonePtr(m_zone);
}

Result<> ZoneBuilder::block(std::string_view bytes, const Header& head) {
    const std::size_t kindsAt = head.dataAt + head.changes * (head.timeSize + 1);
    SALVOR_TRY(kinds(bytes, head, kindsAt, kindsAt + head.kinds * 6));
    return table(bytes, head, head.dataAt);
}

Result<> ZoneBuilder::kinds(std::string_view bytes, const Header& head, std::size_t at,
                            std::size_t labelsAt) {
    const std::string_view labels = bytes.substr(labelsAt, head.labelBytes);
    for (std::size_t i = 0; i < head.kinds; ++i, at += 6) {
        const auto offset = static_cast<std::int32_t>(static_cast<std::uint32_t>(bigEndian(bytes, at, 4)));
        const auto index = static_cast<unsigned char>(bytes[at + 5]);
        if (index >= labels.size() || offset < -kDaySeconds * 2 || offset > kDaySeconds * 2)
            return failure(corrupt("an offset or abbreviation is out of range"));
        const std::string_view text = labels.substr(index);
        m_kinds.push_back({offset, bytes[at + 4] != 0, label(text.substr(0, text.find('\0')))});
    }
    return {};
}

Result<> ZoneBuilder::table(std::string_view bytes, const Header& head, std::size_t at) {
    // Before the first change: the first kind that is no daylight time.
    const auto plain =
        std::find_if(m_kinds.begin(), m_kinds.end(), [](const Kind& kind) { return !kind.daylight; });
    const Kind& first = plain == m_kinds.end() ? m_kinds.front() : *plain;
    append(std::numeric_limits<std::int64_t>::min(), first.offset, first.daylight, first.label);
    std::int64_t previous = std::numeric_limits<std::int64_t>::min();
    for (std::size_t i = 0; i < head.changes; ++i) {
        const std::uint64_t raw = bigEndian(bytes, at + i * head.timeSize, head.timeSize);
        const auto when = head.timeSize == 8 ? static_cast<std::int64_t>(raw)
                                             : static_cast<std::int32_t>(static_cast<std::uint32_t>(raw));
        const auto index = static_cast<unsigned char>(bytes[at + head.changes * head.timeSize + i]);
        if (index >= m_kinds.size() || (i > 0 && when <= previous))
            return failure(corrupt("its changes are out of order"));
        previous = when;
        m_changes.emplace_back(when, index);
        append(when, m_kinds[index].offset, m_kinds[index].daylight, m_kinds[index].label);
    }
    return {};
}

void ZoneBuilder::nameByLastUse() {
    std::string* names[] = {&m_zone->m_standardName, &m_zone->m_daylightName};
    for (auto change = m_changes.rbegin(); change != m_changes.rend(); ++change) {
        const Kind& kind = m_kinds[change->second];
        std::string& name = *names[kind.daylight ? 1 : 0];
        if (name.empty())
            name = m_zone->m_labels[kind.label];
    }
    if (m_zone->m_standardName.empty())
        m_zone->m_standardName = m_zone->m_labels[m_kinds.front().label];
    if (m_zone->m_daylightName.empty())
        m_zone->m_daylightName = m_zone->m_standardName;
}

void ZoneBuilder::append(const PosixRule& rule, std::int64_t from) {
    const std::uint16_t standard = label(rule.standardName);
    if (!rule.hasDaylight()) {
        append(from, rule.standardOffset, false, standard);
        return;
    }
    const std::uint16_t daylight = label(rule.daylightName);
    const std::int64_t tableEnd = daysTo(kLastRuleYear + 1, 1, 1) * kDaySeconds;
    if (from >= tableEnd)
        return;
    from = std::max(from, daysTo(kFirstRuleYear, 1, 1) * kDaySeconds);
    const auto fromDay =
        std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(from)));
    const int firstYear = static_cast<int>(std::chrono::year_month_day(fromDay).year());
    std::vector<std::int64_t> points;
    for (int year = firstYear; year <= kLastRuleYear; ++year) {
        const std::int64_t begin = rule.begin.inYear(year, rule.standardOffset);
        const std::int64_t end = rule.end.inYear(year, rule.daylightOffset);
        const std::int64_t yearStart = daysTo(year, 1, 1) * kDaySeconds;
        const std::int64_t yearEnd = daysTo(year + 1, 1, 1) * kDaySeconds;
        points = {year == firstYear ? from : yearStart, begin, end};
        std::sort(points.begin() + 1, points.end());
        for (const std::int64_t point : points) {
            if (point < points.front() || point >= yearEnd)
                continue;
            // South of the equator daylight time is what is not between its end and its begin.
            const bool on = begin > end ? point < end || point >= begin : point >= begin && point < end;
            append(point, on ? rule.daylightOffset : rule.standardOffset, on, on ? daylight : standard);
        }
    }
}

void ZoneBuilder::append(std::int64_t start, std::int32_t offset, bool daylight, std::uint16_t label) {
    auto& spans = m_zone->m_spans;
    if (!spans.empty()) {
        const ZoneSpan& last = spans.back();
        if (last.offset == offset && last.daylight == daylight && last.label == label)
            return;
        if (last.start == start)
            spans.pop_back();
    }
    spans.push_back({start, offset, daylight, label});
}

std::uint16_t ZoneBuilder::label(std::string_view text) {
    auto& labels = m_zone->m_labels;
    const auto index =
        static_cast<std::uint16_t>(std::find(labels.begin(), labels.end(), text) - labels.begin());
    if (index == labels.size())
        labels.emplace_back(text);
    return index;
}

ZonePtr ZoneBuilder::fromRule(const PosixRule& rule) {
    append(std::numeric_limits<std::int64_t>::min(), rule.standardOffset, false, label(rule.standardName));
    append(rule, daysTo(kFirstRuleYear, 1, 1) * kDaySeconds);
    m_zone->m_standardName = rule.standardName;
    m_zone->m_daylightName = rule.hasDaylight() ? rule.daylightName : rule.standardName;
    return m_zone;
}

ZonePtr ZoneBuilder::utc() { return fromRule({"UTC", 0, {}, 0, {}, {}}); }

} // namespace salvor
