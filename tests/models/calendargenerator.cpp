// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendargenerator.h"

namespace salvor::test {

std::string CalendarGenerator::weekdays() {
    static const std::vector<std::string> kDays{"Mon", "Tue", "Wed", "Thu",    "Fri",      "Sat",
                                                "Sun", "mon", "SUN", "Monday", "thursday", "Saturday"};
    std::string out = oneOf(kDays);
    for (auto more = number(0, 3); more > 0; --more)
        out += (chance(70) ? "," : chance(80) ? ".." : "-") + oneOf(kDays);
    return out + (chance(5) ? "," : "") + (chance(5) ? "  " : " ");
}

std::string CalendarGenerator::range(int from, int to) {
    const auto start = number(from, to);
    std::string out = std::to_string(start);
    if (chance(20))
        out.insert(0, "0");
    if (chance(30))
        out += ".." + std::to_string(chance(90) ? number(start, to) : number(from, to));
    if (chance(25))
        out += '/' + std::to_string(chance(70) ? number(1, 7) : number(1, to));
    return out;
}

std::string CalendarGenerator::list(int from, int to, int most, int starPercent) {
    if (chance(starPercent))
        return "*";
    std::string out = range(from, to);
    for (auto more = number(0, most) * number(0, 1); more > 0; --more)
        out += ',' + range(from, to);
    return out;
}

std::string CalendarGenerator::date() {
    const char* end = chance(25) ? "~" : "-";
    std::string days;
    if (*end == '~')
        days = chance(70)
                   ? std::to_string(number(1, 28)) + (chance(30) ? "/" + std::to_string(number(1, 8)) : "")
                   : list(1, 28, 2, 20);
    else
        days = list(1, 31, 3, 45);
    const std::string monthDay = list(1, 12, 3, 60) + end + days;
    if (chance(25))
        return monthDay;
    std::string year = "*";
    if (chance(30)) {
        year = chance(40) ? std::to_string(number(0, 99)) : std::to_string(number(1970, 2199));
        if (chance(30))
            year += "/" + std::to_string(number(1, 30));
        else if (chance(40))
            year += "," + std::to_string(number(1970, 2199));
        else if (chance(40))
            year += ".." + std::to_string(number(1990, 2199));
    }
    return year + '-' + monthDay;
}

std::string CalendarGenerator::seconds() {
    if (chance(70))
        return list(0, 59, 2, 15);
    static const std::vector<std::string> kFractions{"0.5",          "15.123456", "59.999999", "0.0000004",
                                                     "7.25/0.25",    "0/0.1",     "0..1/0.3",  "3.1415926",
                                                     "0..0.5/0.125", "0/1.5",     "0.999999",  "10/20.5",
                                                     "1.5..4.5/1",   "2..5.75",   "0/1"};
    return oneOf(kFractions) + (chance(20) ? "," + oneOf(kFractions) : "");
}

std::string CalendarGenerator::time() {
    // Hours near the usual changes of clocks more often than others.
    std::string hour = chance(40) ? std::to_string(number(0, 3)) : list(0, 23, 3, 25);
    std::string out = hour + ':' + list(0, 59, 2, 20);
    if (chance(40))
        out += ':' + seconds();
    return out;
}

std::string CalendarGenerator::expression() {
    static const std::vector<std::string> kWords{"minutely", "hourly",     "daily",         "weekly",
                                                 "monthly",  "yearly",     "quarterly",     "annually",
                                                 "Anually",  "biannually", "semi-annually", "DAILY"};
    if (chance(4))
        return oneOf(kWords);
    if (chance(2))
        return "@" + std::to_string(number(0, 7258118399));
    std::string out;
    if (chance(35))
        out += weekdays();
    const bool withDate = chance(65);
    if (withDate)
        out += date();
    if (!withDate || chance(75))
        out += (withDate ? " " : "") + time();
    return out;
}

std::string CalendarGenerator::damaged(std::string text) {
    static const std::string kSigns = "0123456789 ,.:-~/*@+MonTuedailyUTC";
    for (auto changes = number(1, 2); changes > 0 && !text.empty(); --changes) {
        const auto at = static_cast<std::size_t>(number(0, static_cast<std::int64_t>(text.size()) - 1));
        const char sign =
            kSigns[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(kSigns.size()) - 1))];
        switch (number(0, 2)) {
        case 0:
            text[at] = sign;
            break;
        case 1:
            text.insert(at, 1, sign);
            break;
        default:
            text.erase(at, 1);
        }
    }
    return text.empty() || text.front() == '\n' ? "x" : text;
}

} // namespace salvor::test
