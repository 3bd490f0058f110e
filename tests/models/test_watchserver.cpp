// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A server that came back empty, or another one at its address: no run fails, and nothing is well. And a
// clock that was wrong for one run.
#include "models/namechanges.h"
#include "models/watch/nagios.h"
#include "models/watch/prometheus.h"
#include "models/watch/serverchange.h"
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
    static RunRecord& byHand(World& world, Instant at, const std::string& system) {
        RunRecord& run = night(world, at, all(), system);
        run.trigger = "person";
        return run;
    }
    /// That said of what it found, to whoever began it.
    static void answer(RunRecord& run) {
        run.trigger = "person";
        run.details.insert(QLatin1String(kServerAnsweredByKey), QStringLiteral("anna"));
    }
    /// Backups under today's names, as the watch gets them.
    static void nameToday(World& world) {
        const auto names = namesToday(world.input.backups, world.input.nameChanges, RenamesByHand::Keep);
        for (std::size_t i = 0; i < names.size(); ++i)
            world.input.backups[i].database = names[i];
    }
    /// One with that OID.
    static void made(World& world, Instant at, const std::string& database, const std::string& oid) {
        BackupRecord& backup = world.backup(at, 1'000'000'000, 100s, database);
        backup.id += database;
        backup.systemId = "7301";
        backup.databaseId = oid;
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
        World later = world;
        byHand(later, kNow - 40min, "9999"); // by cron, which nobody reads
        QCOMPARE(codes(later.look()), QStringList{QStringLiteral("server_replaced")});
        RunRecord& answered = byHand(later, kNow - 30min, "9999");
        answer(answered);
        QCOMPARE(codes(later.look()), QStringList());
        answered.outcome = RunOutcome::Failed;
        QVERIFY(findingOf(later.look(), "server_replaced") != nullptr);
        for (int i = 1; i <= 8; ++i)
            night(world, kNow - 1h + i * kDay, all(), "9999");
        QVERIFY(findingOf(world.look(kNow + 5 * kDay), "server_replaced") != nullptr);
        QCOMPARE(codes(world.look(kNow + 8 * kDay)), QStringList());
    }

    /// Its address falls back to the old machine, where all names are there and the data are of then.
    void serverBeforeAnAnsweredMove_isAnotherOneFromThenOn() {
        World world;
        byHand(world, kNow - 5 * kDay, "7301"); // the first backup
        answer(byHand(world, kNow - 4 * kDay, "9999"));
        QCOMPARE(codes(world.look(kNow - 4 * kDay + 1h)), QStringList());
        night(world, kNow - 3 * kDay, all());
        const std::string since = world.input.runs.back().id;
        const auto said = [&](Instant now) { return codes(world.look(now)); };
        const QStringList replaced{QStringLiteral("server_replaced")};
        QCOMPARE(said(kNow - 3 * kDay + 1h), replaced);
        night(world, kNow - 2 * kDay, all());
        const auto report = world.look(kNow - 2 * kDay + 1h);
        const Finding* finding = findingOf(report, "server_replaced");
        QVERIFY(finding != nullptr);
        QCOMPARE(finding->subject, since);
        QVERIFY2(finding->message.find("is 7301, and it was 9999") != std::string::npos,
                 finding->message.c_str());
        QVERIFY(!report.wellFor(world.policy().uuid));
        night(world, kNow - 25h, all(), "9999"); // put right
        QCOMPARE(said(kNow - 24h), QStringList());
        night(world, kNow - 1h, all());
        QCOMPARE(said(kNow), replaced);
        // What somebody said of it in an earlier row counts for that row alone.
        answer(world.input.runs.front());
        QCOMPARE(said(kNow), replaced);
        answer(world.input.runs.back());
        QCOMPARE(said(kNow), QStringList());
    }

    void serverBeforeOneThatNobodyAnsweredFor_isTheOneThatIsMeant() {
        World world;
        night(world, kNow - 4 * kDay, all());
        byHand(world, kNow - 3 * kDay, "9999");
        QCOMPARE(codes(world.look(kNow - 3 * kDay + 1h)), QStringList{QStringLiteral("server_replaced")});
        night(world, kNow - 2 * kDay, all());
        QCOMPARE(codes(world.look(kNow - 2 * kDay + 1h)), QStringList());
        // One that was said for a week is known by then.
        World moved;
        night(moved, kNow - 10 * kDay, all());
        for (int i = 9; i >= 1; --i)
            night(moved, kNow - i * kDay, all(), "9999");
        QCOMPARE(codes(moved.look()), QStringList());
        night(moved, kNow - 1h, all());
        QCOMPARE(codes(moved.look()), QStringList{QStringLiteral("server_replaced")});
    }

    /// What a run says is what the watch says afterwards.
    void runThatIsUnderWay_knowsWhetherItsServerIsMeant() {
        World world;
        night(world, kNow - 2 * kDay, all());
        const std::string last = night(world, kNow - 25h, all()).id;
        RunRecord present = world.input.runs.back();
        present.id = "present";
        present.policyUuid = "of another policy, for which it runs too";
        present.started = kNow - 1min;
        present.outcome = RunOutcome::Running;
        const auto at = [&] {
            return serverChangeAt(present, world.policy(), world.input.runs, world.input.backups, kNow);
        };
        QVERIFY(!at());
        present.details.insert(QStringLiteral("system_id"), QStringLiteral("9999"));
        QVERIFY(at());
        QCOMPARE(at()->system, std::string("9999"));
        QCOMPARE(at()->systemBefore, std::string("7301"));
        QCOMPARE(at()->lastRun, last);
        QCOMPARE(at()->sinceRun, present.id);
        const std::string first = night(world, kNow - 2h, all(), "9999").id;
        QCOMPARE(at()->sinceRun, first); // it is said until it is answered
        answer(world.input.runs.back());
        QVERIFY(!at());
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
        answer(night(world, kNow - 1h, {"postgres", "shop"}, "9999"));
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

    /// docs/restore.md's own way, to its end: a swap, a backup, and what was replaced is dropped.
    void databaseThatASwapPutAside_isNoLossWhenItGoes() {
        World world;
        const std::string aside = "shop_replaced_20261124t083922z";
        const Instant swapped = kNow - 27h;
        made(world, kNow - 2 * kDay, "shop", "16400");
        world.run(kNow - 2 * kDay, RunOutcome::Ok, {"shop"});
        world.input.nameChanges = {{kProfile, swapped, {{"shop_back", "shop"}, {"shop", aside}}}};
        made(world, kNow - 25h, "shop", "16999");
        made(world, kNow - 25h, aside, "16400");
        world.run(kNow - 25h, RunOutcome::Ok, {"shop", aside});
        made(world, kNow - 1h, "shop", "16999");
        world.run(kNow - 1h, RunOutcome::Ok, {"shop"});
        nameToday(world);
        const auto report = world.look();
        QVERIFY2(codes(report) == QStringList{QStringLiteral("gone")}, nagiosAnswer(report).text.c_str());
        QVERIFY(only(report).well());
        // It does not make what is lost beside it look like little.
        World empty = world;
        made(empty, kNow - 25h, "postgres", "5");
        empty.input.runs[1].details.insert(QStringLiteral("databases"),
                                           toJsonArray({"shop", aside, "postgres"}));
        made(empty, kNow - 1h, "postgres", "5");
        empty.input.runs[2].details.insert(QStringLiteral("databases"), toJsonArray({"postgres"}));
        std::erase_if(empty.input.backups, [](const BackupRecord& one) {
            return one.started == kNow - 1h && one.database == "shop";
        });
        const auto lost = empty.look();
        const Finding* finding = findingOf(lost, "databases_gone");
        QVERIFY(finding != nullptr);
        QCOMPARE(numberOf(finding, "lost"), qint64(1));
        QCOMPARE(numberOf(finding, "seen_before"), qint64(2));
    }

    void copyThatAnUndoPutAside_isNoLossWhenItGoes() {
        World world;
        const std::string aside = "shop_replaced_20261124t083922z";
        made(world, kNow - 3 * kDay, "shop", "16400");
        world.run(kNow - 3 * kDay, RunOutcome::Ok, {"shop"});
        world.input.nameChanges = {{kProfile, kNow - 60h, {{"c1", "shop"}, {"shop", aside}}},
                                   {kProfile, kNow - 40h, {{"shop", "c1"}, {aside, "shop"}}}};
        made(world, kNow - 50h, "shop", "16999");
        made(world, kNow - 50h, aside, "16400");
        world.run(kNow - 50h, RunOutcome::Ok, {"shop", aside});
        made(world, kNow - 25h, "shop", "16400");
        made(world, kNow - 25h, "c1", "16999");
        world.run(kNow - 25h, RunOutcome::Ok, {"shop", "c1"});
        made(world, kNow - 1h, "shop", "16400");
        world.run(kNow - 1h, RunOutcome::Ok, {"shop"});
        World another = world; // that has the name by now
        nameToday(world);
        QVERIFY2(codes(world.look()) == QStringList{QStringLiteral("gone")},
                 nagiosAnswer(world.look()).text.c_str());
        made(another, kNow - 3h, "c1", "17500");
        another.run(kNow - 3h, RunOutcome::Ok, {"shop", "c1"});
        nameToday(another);
        QVERIFY(findingOf(another.look(), "databases_gone") != nullptr);
    }

    /// Never swapped, and backed up as a database of its own: a copy on another server.
    void databaseThatWasDroppedFromHere_isNoLoss() {
        World world;
        night(world, kNow - 25h, {"crm", "shop_check"});
        night(world, kNow - 1h, {"crm"});
        QVERIFY(findingOf(world.look(), "databases_gone") != nullptr);
        world.input.dropped = {{"another server", kNow - 3h, "shop_check"}};
        QVERIFY(findingOf(world.look(), "databases_gone") != nullptr);
        world.input.dropped = {{kProfile, kNow - 30h, "shop_check"}}; // and made again
        QVERIFY(findingOf(world.look(), "databases_gone") != nullptr);
        world.input.dropped = {{kProfile, kNow - 3h, "shop_check"}};
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("gone")});
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
