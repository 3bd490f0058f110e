// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The estimate of what retention leaves over the next twelve months.
#include "models/retention/retentionforecast.h"
#include "support/check.h"

#include <QTest>

#include <algorithm>

using namespace salvor;

namespace {

Instant at(const char* rfc3339) { return fromRfc3339(rfc3339).value(); }

ForecastRequest nightly(int existing) {
    ForecastRequest request;
    request.now = at("2026-11-21T08:00:00Z");
    request.schedules = {CalendarExpression::parse("02:00 UTC", Zone::utc()).value()};
    RetentionRules rules;
    rules.daily = 7;
    rules.weekly = 5;
    rules.monthly = 12;
    request.rules = rules;
    for (int day = 0; day < existing; ++day) {
        ForecastBackup one;
        one.backup.id = "b" + std::to_string(day);
        one.backup.source = "billing";
        one.backup.started = at("2026-11-21T02:00:00Z") - std::chrono::days(day);
        one.storedBytes = 1000;
        one.newStoredBytes = static_cast<std::uint64_t>(day == existing - 1 ? 1000 : 10 + day % 3);
        request.backups.push_back(one);
    }
    return request;
}

} // namespace

class TestRetentionForecast : public QObject {
    Q_OBJECT

private slots:
    void year_ofANight_endsWithDailiesWeekliesMonthlies() {
        const auto forecast = forecastRetention(nightly(3), {});
        CHECK_OK(forecast);
        QCOMPARE(forecast->steps.size(), std::size_t(54));
        QCOMPARE(forecast->steps.front().survivors.size(), std::size_t(3));
        const ForecastStep& last = forecast->steps.back();
        QCOMPARE(last.at, at("2027-11-21T08:00:00Z"));
        // 7 days, 12 months and 5 weeks, of which some are the same backup.
        QVERIFY2(last.survivors.size() >= 18 && last.survivors.size() <= 24,
                 qPrintable(QString::number(last.survivors.size())));
        QVERIFY(std::ranges::is_sorted(last.survivors, std::greater{}, &ForecastSurvivor::started));
        for (const auto& one : last.survivors)
            QVERIFY(!one.keptBy.empty() && !one.exists);
        QVERIFY(!forecast->cut);
    }

    void bytes_areARangeOfWhatRunsAdd() {
        const auto forecast = forecastRetention(nightly(5), {});
        CHECK_OK(forecast);
        const auto& first = forecast->steps.front();
        QCOMPARE(first.leastBytes, std::uint64_t(1000 + 4 * 10));
        QCOMPARE(first.mostBytes, std::uint64_t(1000 + 4 * 12));
        QVERIFY(forecast->steps.back().leastBytes < forecast->steps.back().mostBytes);
    }

    void rules_none_keepEverything() {
        auto request = nightly(1);
        request.rules.reset();
        const auto forecast = forecastRetention(request, {});
        CHECK_OK(forecast);
        QCOMPARE(forecast->steps.back().survivors.size(), std::size_t(366));
        QVERIFY(forecast->steps.back().survivors.back().exists);
    }

    void schedule_none_keepsWhatThereIs() {
        auto request = nightly(4);
        request.schedules.clear();
        const auto forecast = forecastRetention(request, {});
        CHECK_OK(forecast);
        QCOMPARE(forecast->steps.back().survivors.size(), std::size_t(4));
    }

    void source_ended_getsNoFurtherRun() {
        ForecastRequest request = nightly(2);
        for (ForecastBackup one : nightly(2).backups) { // the database that a swap took the name from
            one.backup.id += "-old";
            one.backup.source = "billing before the swap";
            one.ended = true;
            request.backups.push_back(one);
        }
        const auto forecast = forecastRetention(request, {});
        CHECK_OK(forecast);
        std::size_t planned = 0;
        for (const auto& one : forecast->steps[1].survivors) {
            if (one.exists)
                continue;
            ++planned;
            QCOMPARE(one.source, std::string("billing"));
        }
        QVERIFY(planned > 0);
    }

    void backups_none_countsOneDatabase() {
        const auto forecast = forecastRetention(nightly(0), {});
        CHECK_OK(forecast);
        QVERIFY(forecast->steps.front().survivors.empty());
        QVERIFY(!forecast->steps.back().survivors.empty());
        QCOMPARE(forecast->steps.back().mostBytes, std::uint64_t(0)); // nothing is known of sizes
    }

    void schedule_tooOften_isCutAndSaid() {
        auto request = nightly(1);
        request.schedules = {CalendarExpression::parse("minutely", Zone::utc()).value()};
        const auto forecast = forecastRetention(request, {});
        CHECK_OK(forecast);
        QVERIFY(forecast->cut);
    }

    void bad_rulesOrCancelled_endIt() {
        auto request = nightly(1);
        request.rules = RetentionRules{};
        QVERIFY(!forecastRetention(request, {}));
        std::stop_source stop;
        stop.request_stop();
        const auto cancelled = forecastRetention(nightly(1), stop.get_token());
        QVERIFY(!cancelled && cancelled.error().isCancelled());
    }
};

QTEST_GUILESS_MAIN(TestRetentionForecast)
#include "test_retentionforecast.moc"
