// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the watch says where it cannot judge, where two findings could say one thing, and of odd names.
#include "models/base/json.h"
#include "models/jsonfields.h"
#include "models/watch/evaluation.h"
#include "models/watch/nagios.h"
#include "models/watchworld.h"
#include "support/check.h"

#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

class TestWatchSaid : public QObject {
    Q_OBJECT
private slots:
    void database_thatThePolicyNoLongerSelects_isSaidOnce() {
        World world;
        world.backup(kNow - 3 * kDay, 1000, 10s, "old");
        world.nights(2);
        world.policy().rules = {{true, "*"}, {false, "old"}};
        world.input.runs.back().details.insert(QStringLiteral("unselected_databases"), toJsonArray({"old"}));
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("left_out")}); // and not "gone" as well
        QVERIFY(only(report).sources.front().state == WatchState::Gone);
        QVERIFY(!only(report).sources.front().selected);
    }

    void policy_byHandWithoutAnObjective_isNotFlattered() {
        World world;
        world.policy().schedules.clear();
        world.policy().recoveryPointObjectiveSeconds.reset();
        world.night(kNow - 2 * kDay);
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("no_objective")});
        const Finding* finding = findingOf(report, "no_objective");
        QVERIFY(finding->severity == Severity::Notice);
        QCOMPARE(numberOf(finding, "age_seconds"), 2 * 86400);
        QVERIFY(only(report).well());
        // As in the overview: without an objective a backup counts for seven days.
        const auto later = world.look(kNow + 5 * kDay + 1s);
        QVERIFY(findingOf(later, "no_objective")->severity == Severity::Warning);
        QVERIFY(!only(later).well());
        QVERIFY(nagiosAnswer(later).state == NagiosState::Warning);
        world.policy().recoveryPointObjectiveSeconds = 30 * 86400;
        QCOMPARE(codes(world.look(kNow + 5 * kDay + 1s)), QStringList());
    }

    void names_withLineBreaks_stayOnOneLine() {
        World world;
        world.backup(kNow - 100 * kDay, 1000, 10s, "two\nlines|'");
        world.nights(2);
        const std::string text = nagiosAnswer(world.look()).text;
        QVERIFY2(text.find("\"two\\nlines/'\"") != std::string::npos, text.c_str());
        QCOMPARE(std::count(text.begin(), text.end(), '\n'), 1); // the first line, and that of "gone"
        QVERIFY(findingOf(world.look(), "gone")->message.find("two\nlines|'") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestWatchSaid)
#include "test_watchsaid.moc"
