// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Zones, against the C library's own localtime() and mktime(), and damaged zone files.
#include "calendargenerator.h"
#include "models/schedule/calendarexpression.h"
#include "models/schedule/posixrule.h"
#include "models/schedule/wallclock.h"
#include "models/schedule/zone.h"
#include "support/check.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTest>

#include <ctime>

using namespace salvor;
using namespace salvor::test;

namespace {

/// The process's zone, for the C library; back to what it was at the end.
class ProcessZone {
public:
    explicit ProcessZone(const QByteArray& name)
        : m_before(qgetenv("TZ"))
        , m_wasSet(qEnvironmentVariableIsSet("TZ")) {
        qputenv("TZ", name);
        tzset();
    }
    ~ProcessZone() {
        m_wasSet ? qputenv("TZ", m_before) : qunsetenv("TZ");
        tzset();
    }
    Q_DISABLE_COPY_MOVE(ProcessZone)

private:
    QByteArray m_before;
    bool m_wasSet;
};

QByteArray content(const QString& name) {
    QFile file(QStringLiteral("/usr/share/zoneinfo/") + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::string_view view(const QByteArray& bytes) {
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

/// All names of the zone database but those with leap seconds.
QStringList zoneNames() {
    QStringList out;
    const QString folder = QStringLiteral("/usr/share/zoneinfo/");
    QDirIterator files(folder, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString name = files.next().mid(folder.size());
        if (!name.startsWith(QStringLiteral("right/")) && !name.startsWith(QStringLiteral("posix/")) &&
            content(name).startsWith("TZif"))
            out.append(name);
    }
    out.sort();
    return out;
}

} // namespace

class TestZone : public QObject {
    Q_OBJECT
private slots:
    void everyZone_showsWhatTheLibraryShows() {
        CalendarGenerator random(7);
        int compared = 0;
        const QStringList names = zoneNames();
        QVERIFY(names.size() > 300);
        for (const QString& name : names) {
            const auto zone = Zone::named(name.toStdString());
            CHECK_OK(zone);
            const ProcessZone process(name.toUtf8());
            QVERIFY2((*zone)->standardName() == tzname[0] && (*zone)->daylightName() == tzname[1],
                     qPrintable(name));
            const auto& spans = (*zone)->spans();
            for (int i = 0; i < 120; ++i) {
                std::int64_t time = random.number(-86400, 7258118399);
                if (i % 3 == 0 && spans.size() > 1)
                    time =
                        std::max<std::int64_t>(0, spans[static_cast<std::size_t>(random.number(
                                                            1, static_cast<std::int64_t>(spans.size()) - 1))]
                                                          .start +
                                                      random.number(-1, 1));
                if (time > 7258118399)
                    continue;
                const auto stamp = static_cast<std::time_t>(time);
                std::tm tm{};
                localtime_r(&stamp, &tm);
                const ZoneSpan& span = spans[(*zone)->indexAt(time)];
                const bool same = span.offset == tm.tm_gmtoff && span.daylight == (tm.tm_isdst > 0) &&
                                  (*zone)->abbreviation(span) == tm.tm_zone;
                QVERIFY2(same, qPrintable(QStringLiteral("%1 at %2").arg(name).arg(time)));
                ++compared;
            }
        }
        qInfo("%lld zones, %d times", static_cast<long long>(names.size()), compared);
    }

    /// The library's first guess is the offset of its last answer, so both are asked the same things in turn.
    void settle_sameAsMktime() {
        CalendarGenerator random(8);
        int moved = 0;
        for (const char* name : {"Europe/Berlin", "Europe/Dublin", "America/Havana", "Australia/Lord_Howe",
                                 "Antarctica/Troll", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu"}) {
            const auto zone = Zone::named(name);
            CHECK_OK(zone);
            const ProcessZone process(name);
            WallClock clock(**zone, SystemdRules::V257, 1000000000);
            std::time_t start = 1000000000;
            std::tm first{};
            localtime_r(&start, &first);
            QCOMPARE(mktime(&first), start);
            const auto& spans = (*zone)->spans();
            for (int i = 0; i < 4000; ++i) {
                const auto index =
                    static_cast<std::size_t>(random.number(1, static_cast<std::int64_t>(spans.size()) - 1));
                const std::int64_t near = spans[index].start + random.number(-5000, 5000);
                if (near < 86400 * 400)
                    continue;
                WallTime time =
                    clock.show(near); // a wall-clock time near a change, out of range now and then
                time[WallTime::Hour] += static_cast<int>(random.number(-1, 26));
                time[WallTime::Second] += static_cast<int>(random.number(-2, 70));
                time.daylight = -1;
                std::tm tm{};
                tm.tm_year = time[WallTime::Year] - 1900;
                tm.tm_mon = time[WallTime::Month] - 1;
                tm.tm_mday = time[WallTime::Day];
                tm.tm_hour = time[WallTime::Hour];
                tm.tm_min = time[WallTime::Minute];
                tm.tm_sec = time[WallTime::Second];
                tm.tm_isdst = -1;
                const WallTime asked = time;
                const auto ours = clock.settle(time);
                const std::time_t theirs = mktime(&tm);
                QVERIFY2(ours && *ours == theirs, qPrintable(QStringLiteral("%1 near %2: %3, mktime %4")
                                                                 .arg(QLatin1String(name))
                                                                 .arg(near)
                                                                 .arg(ours.value_or(-1))
                                                                 .arg(theirs)));
                QVERIFY(time[WallTime::Hour] == tm.tm_hour && time[WallTime::Day] == tm.tm_mday);
                moved += asked.fields != time.fields ? 1 : 0;
            }
        }
        QVERIFY2(moved > 1000, qPrintable(QString::number(moved)));
    }

    void settle_monthsOutOfRange_countIntoTheYear() {
        const ZonePtr utc = Zone::utc();
        WallClock clock(*utc, SystemdRules::V257, 0);
        WallTime time;
        time.fields = {2026, 14, 0, 25, 0, 0};
        QVERIFY(clock.settle(time));
        QVERIFY((time.fields == std::array<int, 6>{2027, 2, 1, 1, 0, 0}));
        time.fields = {2026, 0, 31, 0, -1, 0};
        QVERIFY(clock.settle(time));
        QVERIFY((time.fields == std::array<int, 6>{2025, 12, 30, 23, 59, 0}));
        time.fields = {1969, 12, 31, 23, 59, 59};
        QVERIFY(!clock.settle(time));
    }

    void show_fractionsOnlyWhenThereAreAny() {
        const auto zone = Zone::named("Europe/Berlin");
        CHECK_OK(zone);
        const Instant whole = fromRfc3339("2026-07-01T10:00:00Z").value();
        QCOMPARE((*zone)->show(whole), std::string("2026-07-01 12:00:00 CEST"));
        QCOMPARE((*zone)->show(whole + std::chrono::milliseconds(50)),
                 std::string("2026-07-01 12:00:00.05 CEST"));
        QCOMPARE(Zone::utc()->show(Instant{} - std::chrono::microseconds(1)),
                 std::string("1969-12-31 23:59:59.999999 UTC"));
    }

    void named_whatIsNone_isSaid() {
        CHECK_FAILS(Zone::named(""), ErrorCode::InvalidInput);
        CHECK_FAILS(Zone::named("/etc/localtime"), ErrorCode::InvalidInput);
        CHECK_FAILS(Zone::named("../../etc/passwd"), ErrorCode::InvalidInput);
        CHECK_FAILS(Zone::named("Europe"), ErrorCode::NotFound);
        CHECK_FAILS(Zone::named("Europe/Atlantis"), ErrorCode::NotFound);
        CHECK_FAILS(Zone::named("zone1970-tab"), ErrorCode::NotFound);
    }

    void local_followsTheEnvironment() {
        const auto named = [](const char* value) {
            const ProcessZone process(value);
            const auto zone = Zone::local();
            return zone ? (*zone)->name() : "error";
        };
        QCOMPARE(named("Asia/Tokyo"), std::string("Asia/Tokyo"));
        QCOMPARE(named(":Asia/Tokyo"), std::string("Asia/Tokyo"));
        QCOMPARE(named("/usr/share/zoneinfo/Asia/Tokyo"), std::string("Asia/Tokyo"));
        QCOMPARE(named(""), std::string("UTC"));
        QCOMPARE(named("No/Such"), std::string("UTC"));
        QCOMPARE(named("CET-1CEST,M3.5.0,M10.5.0/3"), std::string("CET-1CEST,M3.5.0,M10.5.0/3"));
    }

    void ofComputer_isNotTheProcesssZone() {
        const ProcessZone process("Asia/Tokyo");
        Zone::setComputersFile("/usr/share/zoneinfo/Europe/Berlin");
        const auto computers = Zone::ofComputer();
        const auto expression = CalendarExpression::parse("03:00");
        Zone::setComputersFile("/usr/share/zoneinfo/No/Such");
        const auto none = Zone::ofComputer();
        Zone::setComputersFile("/etc/localtime");
        CHECK_OK(computers);
        QCOMPARE((*computers)->name(), std::string("Europe/Berlin"));
        CHECK_OK(none);
        QCOMPARE((*none)->name(), std::string("UTC"));
        // A schedule without a zone is systemd's: 03:00 in Berlin, whoever asks from where.
        CHECK_OK(expression);
        const auto next = expression->next(*fromRfc3339("2026-11-26T12:00:00Z"));
        QVERIFY(next);
        QCOMPARE(toRfc3339(*next), std::string("2026-11-27T02:00:00Z"));
    }

    void rules_readAndRefused() {
        const auto berlin = parsePosixRule("CET-1CEST,M3.5.0,M10.5.0/3");
        QVERIFY(berlin && berlin->standardOffset == 3600 && berlin->daylightOffset == 7200);
        QCOMPARE(berlin->begin.inYear(2026, 3600), std::int64_t{1774746000});
        QCOMPARE(berlin->end.inYear(2026, 7200), std::int64_t{1792890000});
        const auto nuuk = parsePosixRule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
        QVERIFY(nuuk && nuuk->standardName == "-02" && nuuk->standardOffset == -7200);
        QVERIFY(nuuk->begin.seconds == -3600 && nuuk->daylightOffset == -3600);
        const auto julian = parsePosixRule("AAA0BBB,J60,60/167:30:15");
        QVERIFY(julian && julian->begin.inYear(2024, 0) == julian->begin.inYear(2023, 0) + 366 * 86400LL);
        QCOMPARE(julian->end.seconds, std::int64_t{167 * 3600 + 30 * 60 + 15});
        QVERIFY(parsePosixRule("EST5EDT") && parsePosixRule("UTC0") &&
                !parsePosixRule("UTC0")->hasDaylight());
        for (const char* bad : {"", "CE-1", "CET", "CET-25", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M1.1.1",
                                "CET-1CEST,M3.6.0,M1.1.1", "CET-1CEST,M3.5.7,M1.1.1", "CET-1CEST,J0,J1",
                                "CET-1CEST,M3.5.0/168,J1", "<CET-1", "CET-1CEST,J1,J2x", "CET-1CEST,366,J1"})
            QVERIFY2(!parsePosixRule(bad), bad);
    }

    void fromRule_southOfTheEquator_daylightOverNewYear() {
        const auto zone = Zone::fromRule("AEST-10AEDT,M10.1.0,M4.1.0/3");
        CHECK_OK(zone);
        QCOMPARE((*zone)->show(fromRfc3339("2027-01-01T00:00:00Z").value()),
                 std::string("2027-01-01 11:00:00 AEDT"));
        QCOMPARE((*zone)->show(fromRfc3339("2027-07-01T00:00:00Z").value()),
                 std::string("2027-07-01 10:00:00 AEST"));
        CHECK_FAILS(Zone::fromRule("nonsense"), ErrorCode::InvalidInput);
    }

    void fromBytes_everyShorterFile_isCorrect_orCorrupt() {
        const QByteArray good = content(QStringLiteral("Europe/Berlin"));
        QVERIFY(good.size() > 500);
        const std::size_t whole = Zone::fromBytes(view(good), "x").value()->spans().size();
        for (qsizetype size = 0; size < good.size(); ++size) {
            const auto zone = Zone::fromBytes(view(good.left(size)), "x");
            if (zone)
                QVERIFY((*zone)->spans().size() < whole); // only the rule at the end is missing
            else
                QVERIFY(zone.error().code == ErrorCode::Corrupt);
        }
    }

    void fromBytes_changedBytes_neverCrash() {
        const QByteArray good = content(QStringLiteral("America/St_Johns"));
        CalendarGenerator random(9);
        int refused = 0;
        for (int i = 0; i < 3000; ++i) {
            QByteArray bytes = good;
            for (auto changes = random.number(1, 6); changes > 0; --changes)
                bytes.data()[random.number(0, bytes.size() - 1)] =
                    static_cast<char>(random.number(-128, 127));
            const auto zone = Zone::fromBytes(view(bytes), "x");
            if (!zone) {
                QVERIFY(zone.error().code == ErrorCode::Corrupt ||
                        zone.error().code == ErrorCode::Unsupported);
                ++refused;
                continue;
            }
            const auto& spans = (*zone)->spans();
            QVERIFY(!spans.empty());
            for (std::size_t at = 1; at < spans.size(); ++at)
                QVERIFY(spans[at - 1].start < spans[at].start);
            QVERIFY(!(*zone)->show(Instant(std::chrono::seconds(random.number(0, 7258118399)))).empty());
        }
        QVERIFY(refused > 100);
    }
};

QTEST_GUILESS_MAIN(TestZone)
#include "test_zone.moc"
