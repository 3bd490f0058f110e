// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How long the next 1,000 times of calendar expressions take: ordinary ones, ones that are hard on the
// search, and generated ones, in several zones. The goal is 10 ms for any expression.
//
//     build/release/tests/bench/bench_calendar [GENERATED]
#include "models/calendargenerator.h"
#include "models/schedule/calendarexpression.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>

using namespace salvor;

namespace {

constexpr int kTimes = 1000;
constexpr double kGoalMs = 10;

struct Figure {
    double ms = 0;
    int times = 0;
};

/// The fastest of a few runs: what the code takes, not what else the computer did meanwhile.
Figure measure(const CalendarExpression& expression, Instant base, int runs) {
    Figure best{std::numeric_limits<double>::max(), 0};
    for (int run = 0; run < runs; ++run) {
        const auto start = std::chrono::steady_clock::now();
        Instant at = base;
        int times = 0;
        for (; times < kTimes; ++times) {
            const auto next = expression.next(at);
            if (!next)
                break;
            at = *next;
        }
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
        if (took.count() < best.ms)
            best = {took.count(), times};
    }
    return best;
}

// No Monday, in any year, is among these days: the search looks at each of them.
std::string missesAllMondays() {
    std::string years;
    for (int year = 2027; year <= 2199; ++year) {
        const auto weekday = [&](unsigned month, unsigned day) {
            return std::chrono::weekday(
                       std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                                             static_cast<int>(day)))
                .iso_encoding();
        };
        bool monday = false;
        for (const unsigned month : {2U, 3U, 11U}) {
            for (unsigned day = 5; day < 8; ++day)
                monday = monday || weekday(month, day) == 1;
        }
        if (!monday)
            years += (years.empty() ? "" : ",") + std::to_string(year);
    }
    return "Mon " + years + "-02,03,11-05..07";
}

} // namespace

int main(int argc, char** argv) {
    const int generated = argc > 1 ? std::atoi(argv[1]) : 5000;
    const Instant base = fromRfc3339("2026-11-24T00:00:00Z").value();
    const std::vector<std::string> expressions{"daily",
                                               "Mon..Fri *-*-* 02:30:00",
                                               "*:0/15",
                                               "*:*:*",
                                               "*:*:0/0.000001",
                                               "*-02-29",
                                               "Mon *-02-29 02:30:15.123456",
                                               "*-*-31",
                                               "Mon *-05~07/1",
                                               "Sun *-*~01",
                                               "Fri *-*-13",
                                               "*-02-30",
                                               "Mon 1971/28-*-1..31",
                                               "2199-12-31 23:59:59.999999",
                                               "*-*-* 02:30",
                                               "Fri *-*~04,07,10,13,16 0/7:0/13:0..59/7.5",
                                               "1/2,2/3,4/5:1/7,3/11:0/13",
                                               missesAllMondays()};
    const std::vector<std::string> zones{
        "UTC",          "Europe/Berlin",    "Europe/Dublin",       "America/New_York", "Asia/Tokyo",
        "Pacific/Apia", "Antarctica/Troll", "Australia/Lord_Howe", "Asia/Kathmandu",   "Africa/Casablanca"};
    std::map<std::string, ZonePtr> known;
    for (const auto& name : zones)
        known[name] = Zone::named(name).value();
    double worst = 0;
    std::string worstText;
    const auto run = [&](const std::string& text, const ZonePtr& zone, int runs) {
        const auto expression = CalendarExpression::parse(text, zone);
        if (!expression)
            return Figure{};
        const Figure figure = measure(*expression, base, runs);
        if (figure.ms > worst) {
            worst = figure.ms;
            worstText = text + " in " + zone->name();
        }
        return figure;
    };
    for (const auto& text : expressions) {
        Figure slowest;
        for (const auto& name : zones) {
            const Figure figure = run(text, known[name], 5);
            if (figure.ms >= slowest.ms)
                slowest = figure;
        }
        std::printf("%8.3f ms  %4d times  %.60s\n", slowest.ms, slowest.times, text.c_str());
    }
    // Abbreviations look for the nearest time with the same daylight flag.
    for (const char* abbreviation : {"JST", "JDT"}) {
        const Figure figure = run(std::string("*:*:* ") + abbreviation, known["Asia/Tokyo"], 5);
        std::printf("%8.3f ms  %4d times  *:*:* %s\n", figure.ms, figure.times, abbreviation);
    }
    test::CalendarGenerator random(1);
    for (int i = 0; i < generated; ++i)
        run(random.expression(), known[random.oneOf(zones)], 3);
    std::printf("and %d generated ones; the slowest of all: %.3f ms, %.100s\n", generated, worst,
                worstText.c_str());
    std::printf("goal %.0f ms: %s\n", kGoalMs, worst <= kGoalMs ? "met" : "NOT met");
    return worst <= kGoalMs ? 0 : 1;
}
