// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/statistics/forecast.h"
#include "models/statistics/unusual.h"
#include "models/watch/robust.h"

#include <QTest>

#include <cmath>

using namespace salvor;

namespace {

constexpr auto kDay = std::chrono::hours(24);
const Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));

std::vector<DailyGrowth> steady(int days, std::uint64_t bytesEach) {
    std::vector<DailyGrowth> growth;
    for (int day = days; day >= 1; --day)
        growth.push_back({kNow - day * kDay, bytesEach, 1});
    return growth;
}

} // namespace

class TestStatistics : public QObject {
    Q_OBJECT
private slots:
    void median_ofOddEvenAndNothing() {
        QCOMPARE(median({}), 0.0);
        QCOMPARE(median({3}), 3.0);
        QCOMPARE(median({9, 1, 5}), 5.0);
        QCOMPARE(median({1, 9, 5, 3}), 4.0);
        QCOMPARE(medianDeviation({1, 2, 3, 4, 100}, 3), 1.0);
    }

    void unusual_fewValues_saysNothing() {
        const auto found = findUnusual({1, 1, 1, 1, 1, 1, 1, 900});
        for (const auto& one : found)
            QVERIFY(!one.has_value());
    }

    void unusual_outlier_isFoundAndDoesNotHideTheNext() {
        std::vector<double> values;
        for (int i = 0; i < 40; ++i)
            values.push_back(100 + i % 5);
        values[20] = 400;
        values[25] = 10;
        const auto found = findUnusual(values);
        for (std::size_t i = 8; i < values.size(); ++i) {
            QVERIFY(found[i].has_value());
            QCOMPARE(found[i]->anomaly, i == 20 || i == 25);
            QVERIFY(found[i]->usual >= 100 && found[i]->usual <= 104);
        }
    }

    void unusual_growthAndAHairOnAConstant_areUsual() {
        std::vector<double> growing;
        for (int i = 0; i < 60; ++i)
            growing.push_back(1000 * std::pow(1.006, i));
        for (const auto& one : findUnusual(growing))
            QVERIFY(!one || !one->anomaly);
        std::vector<double> constant(20, 50.0);
        constant.back() = 51;
        QVERIFY(!findUnusual(constant).back()->anomaly);
        constant.back() = 80;
        QVERIFY(findUnusual(constant).back()->anomaly);
    }

    void forecast_steadyGrowth_isFullWhenTheRoomIsUsedUp() {
        const auto forecast = forecastCapacity(steady(56, 1'000'000), 100'000'000, kNow);
        QVERIFY(forecast.has_value());
        QCOMPARE(forecast->weeks, std::size_t(8));
        QVERIFY(std::abs(forecast->bytesPerDay - 1'000'000) < 150'000);
        const double days = std::chrono::duration<double>(forecast->full - kNow).count() / 86400;
        QVERIFY2(days > 85 && days < 120, qPrintable(QString::number(days)));
        QVERIFY(forecast->earliest <= forecast->full);
        QVERIFY(forecast->latest && *forecast->latest >= forecast->full);
    }

    void forecast_tooLittle_saysNothing() {
        QVERIFY(!forecastCapacity({}, 1000, kNow));
        QVERIFY(!forecastCapacity(steady(27, 1000), 100'000, kNow));    // three whole weeks
        QVERIFY(!forecastCapacity(steady(56, 1000), 0, kNow));          // no room known
        QVERIFY(!forecastCapacity(steady(56, 0), 100'000, kNow));       // it does not grow
        QVERIFY(!forecastCapacity(steady(56, 1), 1'000'000'000, kNow)); // longer than ten years
        // Once, long ago: most weeks added nothing.
        QVERIFY(!forecastCapacity({{kNow - 60 * kDay, 1'000'000, 1}}, 1000, kNow));
    }

    void forecast_oneLargeWeek_movesTheEarliestOnly() {
        auto growth = steady(56, 1'000'000);
        growth[3].addedBytes = 900'000'000;
        const auto forecast = forecastCapacity(growth, 100'000'000, kNow);
        QVERIFY(forecast.has_value());
        QVERIFY(forecast->bytesPerDay < 1'200'000);
    }
};

QTEST_GUILESS_MAIN(TestStatistics)
#include "test_statistics.moc"
