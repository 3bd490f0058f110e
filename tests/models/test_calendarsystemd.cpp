// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Calendar expressions against systemd itself: thousands of them, made by chance from a fixed seed, in many
// zones, from many base times, many of these near changes of clocks.
#include "calendargenerator.h"
#include "models/schedule/calendarexpression.h"
#include "support/check.h"
#include "support/lab.h"
#include "support/need.h"
#include "systemdanalyze.h"

#include <QFileInfo>
#include <QTest>

#include <optional>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr int kIterations = 12;
constexpr int kBatches = 240;
constexpr int kBatchSize = 20;

const std::vector<std::string> kZones{"UTC",
                                      "Europe/Berlin",
                                      "Europe/London",
                                      "Europe/Dublin",
                                      "Europe/Lisbon",
                                      "Europe/Moscow",
                                      "America/New_York",
                                      "America/Los_Angeles",
                                      "America/St_Johns",
                                      "America/Sao_Paulo",
                                      "America/Nuuk",
                                      "America/Santiago",
                                      "America/Asuncion",
                                      "America/Havana",
                                      "America/Caracas",
                                      "Asia/Kolkata",
                                      "Australia/Lord_Howe",
                                      "Australia/Sydney",
                                      "Pacific/Apia",
                                      "Pacific/Kiritimati",
                                      "Asia/Tehran",
                                      "Pacific/Chatham",
                                      "Asia/Gaza",
                                      "Africa/Cairo",
                                      "Africa/Casablanca",
                                      "Asia/Tokyo",
                                      "Antarctica/Troll",
                                      "Asia/Pyongyang",
                                      "Etc/GMT+5",
                                      "Asia/Kathmandu",
                                      "Africa/Windhoek",
                                      "Europe/Prague",
                                      "Asia/Beirut",
                                      "America/Scoresbysund"};

/// Clocks went back there (or do so within `ahead`) without a change of the daylight flag: then the C library
/// reads what they show twice by what it was asked before, and systemd-analyze was asked other things.
bool isUndecided(const Zone& zone, std::int64_t time, std::int64_t ahead) {
    const auto& spans = zone.spans();
    for (std::size_t i = 1; i < spans.size(); ++i) {
        const std::int64_t back = spans[i - 1].offset - spans[i].offset;
        if (back > 0 && spans[i - 1].daylight == spans[i].daylight && time >= spans[i].start - back - ahead &&
            time < spans[i].start + back)
            return true;
    }
    return false;
}

std::int64_t anyTime(CalendarGenerator& random, const Zone& zone) {
    const auto& spans = zone.spans();
    constexpr std::int64_t kFirst = 86400;
    if (spans.size() > 2 && random.chance(60)) {
        const auto at = random.number(1, static_cast<std::int64_t>(spans.size()) - 1);
        const std::int64_t change = spans[static_cast<std::size_t>(at)].start;
        const std::int64_t base =
            change + (random.chance(50) ? random.number(-7200, 7200) : random.number(-3 * 86400, 86400));
        if (base >= kFirst)
            return base;
    }
    if (random.chance(70))
        return random.number(1577836800, 1893456000); // 2020 to 2030
    return random.number(kFirst, 7258118400);         // to 2200
}

/// `ahead`: seconds that are to be decided as well.
std::int64_t baseTime(CalendarGenerator& random, const Zone& zone, std::int64_t ahead = 0) {
    for (;;) {
        const std::int64_t base = anyTime(random, zone);
        if (!isUndecided(zone, base, ahead))
            return base;
    }
}

/// SALVOR_TEST_SEED tries others.
std::uint64_t seed() {
    bool given = false;
    const qulonglong value = qEnvironmentVariable("SALVOR_TEST_SEED").toULongLong(&given);
    return given ? value : 20261124;
}

struct Tally {
    int compared = 0;
    int refused = 0;
    int never = 0;
    int gaveUp = 0;
    std::size_t times = 0;
};

std::string shown(const std::vector<std::int64_t>& times, const Zone& zone) {
    std::string out;
    for (const std::int64_t time : times)
        out += "\n    " + zone.show(Instant(std::chrono::seconds(time))) + " @" + std::to_string(time);
    return out;
}

/// Whole seconds of the next times, as systemd prints them. `gaveUp` as it does.
std::vector<std::int64_t> timesOf(const CalendarExpression& expression, std::int64_t base, int count,
                                  SystemdRules rules, bool& gaveUp) {
    std::vector<std::int64_t> out;
    Instant at(std::chrono::seconds{base});
    gaveUp = false;
    for (int i = 0; i < count; ++i) {
        const auto elapse = expression.elapse(at, rules);
        gaveUp = elapse.gaveUp;
        if (!elapse.at)
            break;
        at = *elapse.at;
        out.push_back(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
    }
    return out;
}

/// systemd had the same times, and then one that is not later than the last.
bool wentBack(const std::vector<std::int64_t>& theirs, const std::vector<std::int64_t>& ours,
              std::int64_t base) {
    return theirs.size() > ours.size() && std::equal(ours.begin(), ours.end(), theirs.begin()) &&
           theirs[ours.size()] <= (ours.empty() ? base : ours.back());
}

/// What differs between systemd's answer and ours; nothing if all is the same.
std::string difference(const std::string& text, const SystemdAnswer& theirs, const ZonePtr& zone,
                       std::int64_t base, SystemdRules rules, Tally& tally) {
    const auto ours = CalendarExpression::parse(text, zone);
    ++tally.compared;
    if (ours.has_value() != theirs.read)
        return ours ? "systemd refuses it" : "systemd reads it, we say: " + ours.error().message;
    if (!ours) {
        ++tally.refused;
        return {};
    }
    bool gaveUp = false;
    const auto times = timesOf(*ours, base, kIterations, rules, gaveUp);
    tally.times += times.size();
    tally.never += times.empty() ? 1 : 0;
    tally.gaveUp += gaveUp ? 1 : 0;
    if (theirs.gaveUp)
        return gaveUp ? "" : "systemd gave up, we did not";
    if (gaveUp && !wentBack(theirs.times, times, base))
        return "we gave up, systemd did not";
    if (ours->normalForm() != theirs.normalForm)
        return "normal form is " + theirs.normalForm + ", ours " + ours->normalForm();
    if (!gaveUp && times != theirs.times)
        return "next times are" + shown(theirs.times, *zone) + "\n  ours" + shown(times, *zone);
    return {};
}

} // namespace

class TestCalendarSystemd : public QObject {
    Q_OBJECT
private:
    static void compareGenerated(const SystemdAnalyze& systemd, std::uint64_t start);
    static void compareAbbreviations(const SystemdAnalyze& systemd);
    static SystemdRules rulesOf(int version) {
        return version < 257 ? SystemdRules::V252 : SystemdRules::V257;
    }
    static std::optional<SystemdAnalyze> installed() {
        if (QStandardPaths::findExecutable(QStringLiteral("systemd-analyze")).isEmpty())
            return {};
        return SystemdAnalyze({QStringLiteral("systemd-analyze")});
    }
    /// The one of the lab's Debian 13 root, by that root's loader.
    static std::optional<SystemdAnalyze> ofDebian13(const LabServer& server);

private slots:
    void generated_installed_sameAnswers();
    void abbreviations_installed_sameAnswers();
    void generated_debian13_sameAnswers();
    void abbreviations_debian13_sameAnswers();
};

void TestCalendarSystemd::compareGenerated(const SystemdAnalyze& systemd, std::uint64_t start) {
    const int version = systemd.version();
    QVERIFY2(version > 200, "systemd-analyze does not run");
    qInfo("systemd %d, seed %llu", version, static_cast<unsigned long long>(start));
    CalendarGenerator random(start);
    Tally tally;
    int different = 0;
    for (int batch = 0; batch < kBatches; ++batch) {
        const std::string zoneName = kZones[static_cast<std::size_t>(batch) % kZones.size()];
        const auto zone = Zone::named(zoneName);
        CHECK_OK(zone);
        // A zone in the text starts a process for each time, which knows nothing of the last: fewer of them.
        const bool zoneInText = batch % 36 == 35;
        const std::int64_t base = baseTime(random, **zone, zoneInText ? 3 * 86400 : 0);
        std::vector<std::string> expressions;
        for (int i = 0; i < kBatchSize; ++i) {
            std::string text = random.expression();
            if (zoneInText)
                text += ' ' + zoneName;
            expressions.push_back(random.chance(12) ? random.damaged(text) : text);
        }
        const std::string outside = zoneInText ? "UTC" : zoneName;
        const auto local = Zone::named(outside);
        const auto answers = systemd.ask(outside, base, kIterations, expressions);
        QCOMPARE(answers.size(), expressions.size());
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const std::string wrong =
                difference(expressions[i], answers[i], *local, base, rulesOf(version), tally);
            if (!wrong.empty() && ++different <= 20)
                qWarning("TZ=%s systemd-analyze calendar --base-time=@%lld --iterations=%d '%s'\n  %s",
                         outside.c_str(), static_cast<long long>(base), kIterations, expressions[i].c_str(),
                         wrong.c_str());
        }
    }
    qInfo("%d expressions, %d of them refused, %d never elapse, %d given up; %zu times", tally.compared,
          tally.refused, tally.never, tally.gaveUp, tally.times);
    QCOMPARE(different, 0);
    QVERIFY(tally.refused > tally.compared / 50 && tally.refused < tally.compared / 2);
    QVERIFY(tally.times > static_cast<std::size_t>(tally.compared) * 4);
}

/// Expressions that end with an abbreviation of the local zone. One a process: the names that the C library
/// knows change with each time it converts.
void TestCalendarSystemd::compareAbbreviations(const SystemdAnalyze& systemd) {
    const int version = systemd.version();
    QVERIFY2(version > 200, "systemd-analyze does not run");
    CalendarGenerator random(seed() + 1);
    Tally tally;
    int different = 0;
    for (const auto& zoneName : kZones) {
        const auto zone = Zone::named(zoneName);
        CHECK_OK(zone);
        for (int i = 0; i < 8; ++i) {
            const std::string text = random.expression() + ' ' +
                                     (random.chance(50) ? (*zone)->standardName() : (*zone)->daylightName());
            const std::int64_t base = baseTime(random, **zone);
            const auto answers = systemd.ask(zoneName, base, kIterations, {text});
            QCOMPARE(answers.size(), std::size_t{1});
            const std::string wrong = difference(text, answers.front(), *zone, base, rulesOf(version), tally);
            if (!wrong.empty() && ++different <= 20)
                qWarning("TZ=%s systemd-analyze calendar --base-time=@%lld --iterations=%d '%s'\n  %s",
                         zoneName.c_str(), static_cast<long long>(base), kIterations, text.c_str(),
                         wrong.c_str());
        }
    }
    qInfo("%d expressions, %zu times, %d given up", tally.compared, tally.times, tally.gaveUp);
    QCOMPARE(different, 0);
}

std::optional<SystemdAnalyze> TestCalendarSystemd::ofDebian13(const LabServer& server) {
    if (server.toolsCommand.empty())
        return {};
    const QString loader = QString::fromStdString(server.toolsCommand.front());
    const QString root = loader.section(QStringLiteral("/lib64/"), 0, 0);
    const QString program = root + QStringLiteral("/usr/bin/systemd-analyze");
    if (!QFileInfo::exists(program))
        return {};
    const QString libraries = root + QStringLiteral("/usr/lib/x86_64-linux-gnu");
    return SystemdAnalyze({loader, QStringLiteral("--library-path"),
                           libraries + QLatin1Char(':') + libraries + QStringLiteral("/systemd"), program});
}

void TestCalendarSystemd::generated_installed_sameAnswers() {
    SALVOR_NEED_PROGRAM("systemd-analyze");
    compareGenerated(*installed(), seed());
}

void TestCalendarSystemd::abbreviations_installed_sameAnswers() {
    SALVOR_NEED_PROGRAM("systemd-analyze");
    compareAbbreviations(*installed());
}

void TestCalendarSystemd::generated_debian13_sameAnswers() {
    SALVOR_NEED_SERVER(server, "pg17");
    const auto systemd = ofDebian13(server);
    if (!systemd)
        QSKIP("no Debian 13 root with systemd besides this computer's own");
    compareGenerated(*systemd, seed() + 2);
}

void TestCalendarSystemd::abbreviations_debian13_sameAnswers() {
    SALVOR_NEED_SERVER(server, "pg17");
    const auto systemd = ofDebian13(server);
    if (!systemd)
        QSKIP("no Debian 13 root with systemd besides this computer's own");
    compareAbbreviations(*systemd);
}

QTEST_GUILESS_MAIN(TestCalendarSystemd)
#include "test_calendarsystemd.moc"
