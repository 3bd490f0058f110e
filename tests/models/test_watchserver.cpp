// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A server that came back empty, or another one at its address: no run fails, and nothing is well. And a
// clock that was wrong for one run.
#include "models/watch/nagios.h"
#include "models/watch/prometheus.h"
#include "watchworld.h"

#include <QTest>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

class TestWatchServer : public QObject {
    Q_OBJECT
    /// A run by the rules, on the server with that identifier.
    static RunRecord& night(World& world, Instant at, const std::vector<std::string>& databases,
                            const std::string& system = "7301") {
        RunRecord& run = world.run(at, RunOutcome::Ok, databases);
        run.trigger = "timer";
        run.details.insert(QStringLiteral("system_id"), toQt(system));
        for (const auto& database : databases) {
            BackupRecord& made = world.backup(at, 1'000'000'000, 100s, database);
            made.id += database; // all of one second
            made.systemId = system;
            made.databaseId = database + " of " + system;
            made.runId = run.id;
        }
        return run;
    }
    static const std::vector<std::string>& all() {
        static const std::vector<std::string> names{"crm", "postgres", "shop"};
        return names;
    }
    static void exclude(World& world, const std::string& database) {
        world.policy().rules.push_back({false, database});
    }

private slots:
    void serverThatCameBackEmpty_isCriticalUntilItIsAnswered() {
        World world;
        night(world, kNow - 2 * kDay, all());
        const std::string last = night(world, kNow - 25h, all()).id;
        const std::string since = night(world, kNow - 1h, {"postgres"}, "9999").id;
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("server_replaced")});
        const Finding* finding = findingOf(report, "server_replaced");
        QVERIFY(finding->severity == Severity::Critical);
        QCOMPARE(finding->subject, since);
        QCOMPARE(numberOf(finding, "lost"), qint64(2));
        QCOMPARE(numberOf(finding, "seen_before"), qint64(3));
        for (const std::string& part : {last, since, std::string("\"crm\", \"shop\""), std::string("7301"),
                                        std::string("9999"), std::string("2 of the 3 databases")})
            QVERIFY2(finding->message.find(part) != std::string::npos, finding->message.c_str());
        QVERIFY(!report.wellFor(world.policy().uuid)); // no heartbeat
        QVERIFY(nagiosAnswer(report).state == NagiosState::Critical);
        // Nor is it silent where somebody alerts on metrics.
        const std::string metrics = prometheusText(report, "anna");
        const std::string ofShop =
            "{user=\"anna\",policy=\"nightly\",profile=\"shop server\",database=\"shop\"}";
        QVERIFY2(metrics.find("salvor_backup_success" + ofShop + " 0\n") != std::string::npos,
                 metrics.c_str());
        QVERIFY(metrics.find("salvor_backup_last_success_timestamp_seconds" + ofShop) != std::string::npos);
        QVERIFY(
            metrics.find("salvor_policy_well{user=\"anna\",policy=\"nightly\",profile=\"shop server\"} 0") !=
            std::string::npos);
        const auto later = world.look(kNow + 2h);
        QVERIFY(only(later).sources.at(2).overdueSeconds.has_value());
        // It does not end by itself: by good runs of what is left of it, a month later, or by half an answer.
        for (int i = 1; i <= 30; ++i)
            night(world, kNow - 1h + i * kDay, {"postgres"}, "9999");
        QCOMPARE(codes(world.look(kNow + 30 * kDay)), QStringList{QStringLiteral("server_replaced")});
        exclude(world, "crm");
        const auto half = world.look(kNow + 30 * kDay);
        const Finding* open = findingOf(half, "server_replaced");
        QVERIFY(open != nullptr && open->severity == Severity::Critical);
        QCOMPARE(numberOf(open, "open"), qint64(1));
        exclude(world, "shop");
        const auto answered = world.look(kNow + 30 * kDay);
        QVERIFY(findingOf(answered, "server_replaced") == nullptr);
        QVERIFY(only(answered).well());
    }

    void serverThatIsBack_isNotHeldAgainstIt() {
        World world;
        night(world, kNow - 2 * kDay, all());
        night(world, kNow - 25h, {"postgres"}, "9999");
        QVERIFY(!only(world.look(kNow - 20h)).well());
        night(world, kNow - 1h, all());
        const auto report = world.look();
        QVERIFY2(only(report).well(), nagiosAnswer(report).text.c_str());
    }

    /// Also of records that do not say it: their backups do.
    void anotherServerWithTheSameNames_isSaidForAWeekOrUntilSomebodyBacksItUp() {
        World world;
        night(world, kNow - 2 * kDay, all()).details.remove(QStringLiteral("system_id"));
        night(world, kNow - 1h, all(), "9999").details.remove(QStringLiteral("system_id"));
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("server_replaced")});
        QVERIFY(findingOf(report, "server_replaced")->severity == Severity::Warning);
        QVERIFY(!report.wellFor(world.policy().uuid));
        World byHand = world;
        night(byHand, kNow - 30min, all(), "9999").trigger = "person";
        QCOMPARE(codes(byHand.look()), QStringList());
        for (int i = 1; i <= 8; ++i)
            night(world, kNow - 1h + i * kDay, all(), "9999");
        QVERIFY(findingOf(world.look(kNow + 5 * kDay), "server_replaced") != nullptr);
        QCOMPARE(codes(world.look(kNow + 8 * kDay)), QStringList());
    }

    void moveThatLeavesOneBehind_isAWarning() {
        World world;
        night(world, kNow - 25h, all());
        night(world, kNow - 1h, {"crm", "postgres"}, "9999");
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("server_replaced")});
        QVERIFY(findingOf(report, "server_replaced")->severity == Severity::Warning);
        QCOMPARE(numberOf(findingOf(report, "server_replaced"), "lost"), qint64(1));
    }

    /// What went long before the server was replaced has nothing to do with that.
    void databaseDroppedOnPurpose_staysANoticeAlsoAfterAMove() {
        World world;
        night(world, kNow - 5 * kDay, all());
        night(world, kNow - 4 * kDay, {"postgres", "shop"});
        QCOMPARE(codes(world.look(kNow - 4 * kDay + 1h)), QStringList{QStringLiteral("gone")});
        QVERIFY(only(world.look(kNow - 4 * kDay + 1h)).well());
        night(world, kNow - 1h, {"postgres", "shop"}, "9999").trigger = "person";
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("gone")});
        QVERIFY(findingOf(report, "gone")->severity == Severity::Notice);
        QVERIFY(only(report).well());
    }

    void databasesDroppedOneByOne_areNotCountedTogether() {
        World world;
        night(world, kNow - 4 * kDay, {"a", "b", "c", "d", "e"});
        night(world, kNow - 3 * kDay, {"a", "b", "c", "d"});
        night(world, kNow - 2 * kDay, {"a", "b", "c"});
        QCOMPARE(codes(world.look(kNow - 2 * kDay + 1h)),
                 (QStringList{QStringLiteral("gone"), QStringLiteral("gone")}));
    }

    void halfOfTheDatabasesGoneWithOneRun_isCritical() {
        World world;
        night(world, kNow - 25h, {"a", "b", "c", "d"});
        night(world, kNow - 1h, {"a", "b"});
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("databases_gone")});
        QVERIFY(findingOf(report, "databases_gone")->severity == Severity::Critical);
        QVERIFY(!only(report).well());
        night(world, kNow - 30min, {"a", "b", "c", "d"}); // restored
        QVERIFY(only(world.look()).well());
    }

    /// The run of that night cannot be deleted, and lies in the store as well.
    void runDatedAhead_isCriticalUntilOneCameAfterIt() {
        World world;
        world.night(kNow - 26h);
        RunRecord& ahead = world.run(kNow + 365 * kDay, RunOutcome::Ok);
        ahead.ended = *ahead.ended + std::chrono::microseconds(123456); // as clocks have it
        const Instant newest = *ahead.ended;
        world.night(kNow - 2h); // before or after it? that is not known
        QVERIFY(findingOf(world.look(), "future_dated")->severity == Severity::Critical);
        QVERIFY(!world.look().wellFor(world.policy().uuid));
        QJsonObject& details = world.input.runs.back().details;
        details.insert(QStringLiteral("dated_ahead"), toJsonTime(newest - 1h)); // of another one before it
        QVERIFY(findingOf(world.look(), "future_dated")->severity == Severity::Critical);
        details.insert(QStringLiteral("dated_ahead"), toJsonTime(newest));
        const auto report = world.look();
        QVERIFY(findingOf(report, "future_dated")->severity == Severity::Notice);
        QVERIFY(report.wellFor(world.policy().uuid));
        QVERIFY(only(report).state == WatchState::Ok);
        world.input.runs.back().outcome = RunOutcome::Failed; // that made nothing
        QVERIFY(findingOf(world.look(), "future_dated")->severity == Severity::Critical);
    }

    /// They are on the server, and the rules are others now.
    void databasesThatTheRulesNoLongerChoose_areNoLoss() {
        World world;
        night(world, kNow - 25h, {"a", "b", "c", "d", "e", "f"});
        RunRecord& newest = night(world, kNow - 1h, {"a"});
        newest.details.insert(QStringLiteral("unselected_databases"), toJsonArray({"b", "c", "d", "e"}));
        for (const char* name : {"b", "c", "d", "e"})
            exclude(world, name);
        const auto report = world.look();
        QVERIFY2(findingOf(report, "databases_gone") == nullptr, nagiosAnswer(report).text.c_str());
        QVERIFY(findingOf(report, "gone") != nullptr); // "f"
    }
};

QTEST_GUILESS_MAIN(TestWatchServer)
#include "test_watchserver.moc"
