// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/clock.h"
#include "support/check.h"

#include <QDateTime>
#include <QTest>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

Instant at(std::chrono::sys_days day, std::chrono::microseconds time = 0us) { return Instant(day) + time; }

} // namespace

class TestClock : public QObject {
    Q_OBJECT
private slots:
    void toRfc3339_knownInstants_fit() {
        QCOMPARE(toRfc3339(Instant{}), std::string("1970-01-01T00:00:00Z"));
        QCOMPARE(toRfc3339(at(std::chrono::year(2026) / 11 / 21, 7h + 40min)),
                 std::string("2026-11-21T07:40:00Z"));
        QCOMPARE(toRfc3339(at(std::chrono::year(2024) / 2 / 29, 23h + 59min + 59s + 999999us)),
                 std::string("2024-02-29T23:59:59Z"));
        QCOMPARE(toRfc3339(at(std::chrono::year(1969) / 12 / 31, 23h + 59min + 59s + 1us)),
                 std::string("1969-12-31T23:59:59Z"));
        QCOMPARE(toCompactUtc(at(std::chrono::year(2026) / 11 / 21, 7h + 40min)),
                 std::string("20261121T074000Z"));
    }

    void toRfc3339Micros_fractionsOnlyWhenThereAreAny() {
        const Instant whole = at(std::chrono::year(2026) / 11 / 21, 7h + 40min);
        QCOMPARE(toRfc3339Micros(whole), std::string("2026-11-21T07:40:00Z"));
        QCOMPARE(toRfc3339Micros(whole + 1us), std::string("2026-11-21T07:40:00.000001Z"));
        QCOMPARE(toRfc3339Micros(whole + 500ms), std::string("2026-11-21T07:40:00.500000Z"));
        QCOMPARE(toRfc3339Micros(Instant{} - 1us), std::string("1969-12-31T23:59:59.999999Z"));
        QVERIFY(fromRfc3339(toRfc3339Micros(whole + 123456us)).value() == whole + 123456us);
    }

    void toRfc3339_hasNoZone() {
        const QByteArray before = qgetenv("TZ");
        qputenv("TZ", "America/New_York");
        tzset();
        const std::string text = toRfc3339(at(std::chrono::year(2026) / 7 / 1, 12h));
        before.isNull() ? qunsetenv("TZ") : qputenv("TZ", before);
        tzset();
        QCOMPARE(text, std::string("2026-07-01T12:00:00Z"));
    }

    void fromRfc3339_whatIsWritten_comesBack() {
        // Every tenth day of more than four centuries, at a time that moves along.
        auto day = std::chrono::sys_days(std::chrono::year(1890) / 1 / 1);
        for (int i = 0; i < 16000; ++i, day += std::chrono::days(10)) {
            const Instant instant = at(day, std::chrono::seconds((i * 7919) % 86400));
            const auto back = fromRfc3339(toRfc3339(instant));
            CHECK_OK(back);
            QVERIFY(*back == instant);
        }
    }

    void fromRfc3339_fractions_areMicroseconds() {
        const Instant whole = at(std::chrono::year(2026) / 1 / 2, 3h + 4min + 5s);
        QVERIFY(fromRfc3339("2026-01-02T03:04:05.5Z").value() == whole + 500ms);
        QVERIFY(fromRfc3339("2026-01-02T03:04:05.050Z").value() == whole + 50ms);
        QVERIFY(fromRfc3339("2026-01-02T03:04:05.000001Z").value() == whole + 1us);
        QVERIFY(fromRfc3339("2026-01-02T03:04:05.999999Z").value() == whole + 999999us);
    }

    void fromRfc3339_leapSecond_isTheNextMinute() {
        QCOMPARE(toRfc3339(fromRfc3339("2016-12-31T23:59:60Z").value()), std::string("2017-01-01T00:00:00Z"));
    }

    void fromRfc3339_anythingElse_isInvalid() {
        for (const char* bad : {"",
                                "2026",
                                "2026-01-02",
                                "2026-01-02T03:04:05",
                                "2026-01-02 03:04:05Z",
                                "2026-01-02t03:04:05Z",
                                "2026-01-02T03:04:05z",
                                "2026-01-02T03:04:05+00:00",
                                "2026-1-02T03:04:05ZZ",
                                "2026-13-02T03:04:05Z",
                                "2026-00-02T03:04:05Z",
                                "2026-02-30T03:04:05Z",
                                "2025-02-29T03:04:05Z",
                                "2026-01-02T24:00:00Z",
                                "2026-01-02T03:60:05Z",
                                "2026-01-02T03:04:61Z",
                                "2026-01-02T03:04:05.Z",
                                "2026-01-02T03:04:05.1234567Z",
                                "2026-01-02T03:04:05.12x456Z",
                                "2026-01-02T03:04:05,5Z",
                                "2026-01-02T03:04:05ZZ",
                                "-026-01-02T03:04:05Z",
                                "+026-01-02T03:04:05Z",
                                "2026-01-02T03:04: 5Z"})
            CHECK_FAILS(fromRfc3339(bad), ErrorCode::InvalidInput);
    }

    void systemClock_isTheComputersClock() {
        const qint64 before = QDateTime::currentMSecsSinceEpoch();
        const auto now = SystemClock().now().time_since_epoch();
        const qint64 after = QDateTime::currentMSecsSinceEpoch();
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
        // Newer Qt rounds to the nearest millisecond.
        QVERIFY2(before - 1 <= ms && ms <= after,
                 qPrintable(QStringLiteral("%1 %2 %3").arg(before).arg(ms).arg(after)));
    }
};

QTEST_GUILESS_MAIN(TestClock)
#include "test_clock.moc"
