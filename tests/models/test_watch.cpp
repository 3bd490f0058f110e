// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the watch makes of policies and records. The time is given; no clock is read.
#include "models/watch/evaluation.h"

#include "models/base/json.h"
#include "models/jsonfields.h"
#include "models/watch/nagios.h"
#include "models/watch/prometheus.h"
#include "models/watch/robust.h"
#include "models/watchworld.h"
#include "support/check.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <random>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

class TestWatch : public QObject {
    Q_OBJECT
private slots:
    void policy_backedUpLastNight_isWell() {
        World world;
        world.nights(8);
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList());
        QVERIFY(only(report).well());
        QVERIFY(only(report).state == WatchState::Ok);
        QCOMPARE(only(report).sources.size(), std::size_t(1));
        QCOMPARE(only(report).sources.front().lastSuccess, std::optional(true));
        QCOMPARE(only(report).profileTitle, std::string("shop server"));
    }

    /// What is recorded is told, and why it failed.
    void policy_onlyRunByName_saysWhatBecameOfThat() {
        World world;
        RunRecord& named = world.run(kNow - 1h, RunOutcome::Failed, {"plant"}, {"plant"});
        named.database = "plant";
        named.details.insert(QStringLiteral("selection"), QStringLiteral("named"));
        named.error = Error{ErrorCode::NoSpace, "no space left on device", {}, false, {}};
        const auto report = world.look();
        const auto* never = findingOf(report, "never");
        QVERIFY(never != nullptr);
        QVERIFY2(never->message.find("\"plant\" alone") != std::string::npos &&
                     never->message.find("no space left") != std::string::npos,
                 never->message.c_str());
    }

    void policy_withoutARecord_wasNeverBackedUp() {
        const auto report = World().look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("never")});
        QVERIFY(only(report).state == WatchState::Never);
        QVERIFY(!only(report).well());
    }

    void database_thatNoRunGot_wasNeverBackedUp() {
        World world;
        world.nights(1);
        world.run(kNow - 1h, RunOutcome::Partial, {"shop", "new"}, {"new"});
        const auto report = world.look();
        QCOMPARE(codes(report), (QStringList{QStringLiteral("last_run_partial"), QStringLiteral("never")}));
        QCOMPARE(findingOf(report, "never")->database, std::string("new"));
        QVERIFY(findingOf(report, "last_run_partial")->severity == Severity::Warning);
        const auto& sources = only(report).sources;
        QVERIFY(sources.at(0).state == WatchState::Failed); // "new": never, and its newest run failed
        QVERIFY(sources.at(1).state == WatchState::Ok);
        QCOMPARE(sources.at(1).lastSuccess, std::optional(true));
    }

    void database_whoseBackupsAreAllInTheTrash_hasNoneLeft() {
        World world;
        world.nights(3);
        world.input.backups.clear(); // what is in the trash is in no list
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("none_left")});
        QVERIFY(findingOf(report, "none_left")->severity == Severity::Critical);
        QVERIFY(findingOf(report, "none_left")->message.find("trash") != std::string::npos);
        QVERIFY(only(report).state == WatchState::Never);
        // One that no run ever got was never backed up.
        world.run(kNow - 1h, RunOutcome::Partial, {"shop", "new"}, {"new"});
        QCOMPARE(findingOf(world.look(), "never")->database, std::string("new"));
    }

    void backup_foundDamaged_isNoGoodOne() {
        World world;
        world.nights(3);
        const std::string newest = world.input.backups.back().id;
        const std::string before = world.input.backups.at(1).id;
        world.verified(kNow - 2h, {newest, before}, {newest});
        const auto report = world.look();
        QCOMPARE(codes(report), (QStringList{QStringLiteral("damaged"), QStringLiteral("overdue")}));
        QVERIFY(findingOf(report, "damaged")->severity == Severity::Critical);
        QVERIFY(findingOf(report, "damaged")->message.find(newest) != std::string::npos);
        QCOMPARE(only(report).sources.front().lastGoodId, before);
        QVERIFY(!only(report).well());
        // The next backup is whole: the damage is behind it.
        world.night(kNow - 1h);
        const auto later = world.look();
        QCOMPARE(codes(later), QStringList{QStringLiteral("damaged")});
        QVERIFY(findingOf(later, "damaged")->severity == Severity::Warning);
        // A verification after a repair has the last word, if it looks as deep.
        world.verified(kNow - 30min, {newest}, {}, QStringLiteral("quick"));
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("damaged")});
        world.verified(kNow - 20min, {newest}, {});
        QCOMPARE(codes(world.look()), QStringList());
    }

    void backups_allFoundDamaged_areAFailure() {
        World world;
        world.nights(1);
        const std::string id = world.input.backups.back().id;
        world.verified(kNow - 2h, {id}, {id});
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("damaged")});
        QVERIFY(findingOf(report, "damaged")->message.find("none is intact") != std::string::npos);
        QVERIFY(only(report).sources.front().state == WatchState::Failed);
        QVERIFY(!only(report).sources.front().lastGood);
    }

    void objective_atItsEdge_isOverdueASecondLater() {
        World world;
        world.night(kNow - 25h);
        QCOMPARE(codes(world.look()), QStringList());
        const auto report = world.look(kNow + 1s);
        QCOMPARE(codes(report), QStringList{QStringLiteral("overdue")});
        const Finding* finding = findingOf(report, "overdue");
        QCOMPARE(numberOf(finding, "age_seconds"), 25 * 3600 + 1);
        QCOMPARE(numberOf(finding, "overdue_seconds"), 1);
        QVERIFY(finding->severity == Severity::Critical);
        QVERIFY2(finding->message.find("1 d 1 h is allowed") != std::string::npos, finding->message.c_str());
        QVERIFY(only(report).state == WatchState::Overdue);
        QCOMPARE(only(report).sources.front().overdueSeconds, std::optional<std::int64_t>(1));
    }

    void schedule_withoutObjective_isMissedAfterTwoOfItsTimes() {
        World world;
        world.policy().recoveryPointObjectiveSeconds.reset();
        world.policy().schedules = {{"full", "*-*-* 02:00:00 UTC"}};
        world.night(*fromRfc3339("2026-11-23T02:00:30Z"));
        QCOMPARE(codes(world.look(*fromRfc3339("2026-11-25T01:59:00Z"))), QStringList());
        // 24th and 25th at two have passed, and an hour for the second to end.
        QCOMPARE(codes(world.look(*fromRfc3339("2026-11-25T02:59:00Z"))), QStringList());
        QCOMPARE(codes(world.look(*fromRfc3339("2026-11-25T03:01:00Z"))),
                 QStringList{QStringLiteral("overdue")});
        world.policy().randomDelaySeconds = 7200;
        QCOMPARE(codes(world.look(*fromRfc3339("2026-11-25T03:01:00Z"))), QStringList());
    }

    void schedule_thatEnded_isNamedAndOverdue() {
        World world;
        world.policy().recoveryPointObjectiveSeconds.reset();
        world.policy().schedules = {{"full", "2026-11-22..24 02:00:00 UTC"}};
        world.night(*fromRfc3339("2026-11-23T02:00:30Z"));
        QCOMPARE(codes(world.look(*fromRfc3339("2026-11-23T12:00:00Z"))), QStringList());
        // Its last time has passed without a backup, and an hour for it to end: no second one will come.
        const Instant late = *fromRfc3339("2026-11-24T03:01:00Z");
        QCOMPARE(codes(world.look(late)),
                 (QStringList{QStringLiteral("overdue"), QStringLiteral("schedule_ended")}));
        QVERIFY(only(world.look(late)).state == WatchState::Overdue);
        QVERIFY(!only(world.look(late)).nextRun);
        QVERIFY(findingOf(world.look(late), "overdue")->message.find("no further run") != std::string::npos);
        // The last one was made: that the schedule ended is said at once, and it protects for a week.
        world.night(*fromRfc3339("2026-11-24T02:00:30Z"));
        const Finding* ended = findingOf(world.look(late), "schedule_ended");
        QVERIFY(ended != nullptr && ended->severity == Severity::Warning);
        QVERIFY(ended->message.find("no further run of kind \"full\"") != std::string::npos);
        QCOMPARE(codes(world.look(late)), QStringList{QStringLiteral("schedule_ended")});
        QCOMPARE(codes(world.look(*fromRfc3339("2026-12-01T02:01:00Z"))),
                 (QStringList{QStringLiteral("overdue"), QStringLiteral("schedule_ended")}));
        // Another schedule goes on: its times decide.
        world.policy().kinds = {"full", "incremental"};
        world.policy().schedules["incremental"] = "monthly";
        QCOMPARE(codes(world.look(*fromRfc3339("2026-12-05T00:00:00Z"))),
                 QStringList{QStringLiteral("schedule_ended")});
        world.policy().paused = true;
        QCOMPARE(codes(world.look(late)), QStringList{QStringLiteral("paused")});
    }

    void policy_byHandWithoutObjective_isNeverOverdue() {
        World world;
        world.policy().recoveryPointObjectiveSeconds.reset();
        world.night(kNow - 400 * kDay);
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("no_objective")});
        QVERIFY(only(world.look()).state == WatchState::Ok);
    }

    void nextRun_isTheFirstOfItsSchedules() {
        World world;
        world.nights(1);
        world.policy().kinds = {"full", "incremental"};
        world.policy().schedules = {{"full", "Sat 02:00 UTC"}, {"incremental", "*-*-* 18:00 UTC"}};
        QCOMPARE(toRfc3339(*only(world.look()).nextRun), std::string("2026-11-25T18:00:00Z"));
        world.policy().paused = true;
        QVERIFY(!only(world.look()).nextRun);
    }

    void run_thatFailed_isCriticalWithItsError() {
        World world;
        world.nights(1);
        auto& run = world.run(kNow - 1h, RunOutcome::Failed, {});
        run.error = Error{ErrorCode::ConnectionFailed, "connecting to db1: refused", {}, true, {}};
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("last_run_failed")});
        QVERIFY(findingOf(report, "last_run_failed")->message.find("connecting to db1: refused") !=
                std::string::npos);
        // It ended before it knew its databases: a failure of every one of them.
        QCOMPARE(only(report).sources.front().lastSuccess, std::optional(false));
        QVERIFY(only(report).state == WatchState::Failed);
        world.run(kNow - 30min, RunOutcome::Ok);
        QCOMPARE(codes(world.look()), QStringList());
    }

    void run_cancelledSkippedOrRunning_decidesNothing() {
        World world;
        world.nights(1);
        world.run(kNow - 3h, RunOutcome::Cancelled);
        world.run(kNow - 2h, RunOutcome::Skipped);
        world.run(kNow - 1h, RunOutcome::Running).ended.reset();
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList());
        QCOMPARE(only(report).lastRunOutcome, std::string("running"));
    }

    void run_byNameOfOneDatabase_saysNothingOfTheOthers() {
        World world;
        world.night(kNow - 2h);
        world.backup(kNow - 2h, 5000000, 10s, "blog");
        world.input.runs.back().details.insert(QStringLiteral("databases"), toJsonArray({"shop", "blog"}));
        auto& named = world.run(kNow - 1h, RunOutcome::Failed, {"blog"});
        named.details.insert(QStringLiteral("selection"), QStringLiteral("named"));
        const auto& report = world.look();
        const auto& sources = only(report).sources;
        QCOMPARE(sources.at(0).database, std::string("blog"));
        QCOMPARE(sources.at(0).lastSuccess, std::optional(false));
        QVERIFY(sources.at(0).state == WatchState::Failed);
        QVERIFY(sources.at(1).state == WatchState::Ok);
    }

    void database_goneFromItsServer_isNotOverdue() {
        World world;
        world.backup(kNow - 100 * kDay, 1000, 10s, "old");
        world.nights(2);
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("gone")});
        QVERIFY(findingOf(report, "gone")->severity == Severity::Notice);
        QVERIFY(only(report).well());
        QVERIFY(only(report).sources.front().state == WatchState::Gone);
        QVERIFY(only(report).sources.front().selected);
    }

    void policy_paused_isAStateOfItsOwnAndNotWell() {
        World world;
        world.night(kNow - 40 * kDay);
        world.input.paused = {world.policy().uuid};
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("paused")});
        QVERIFY(findingOf(report, "paused")->severity == Severity::Notice);
        QCOMPARE(numberOf(findingOf(report, "paused"), "age_seconds"), 40 * 86400);
        QVERIFY(only(report).state == WatchState::Paused);
        QVERIFY(!only(report).well()); // no heartbeat may say so
    }

    void proof_olderThanWanted_isSaidWithItsAge() {
        World world;
        world.policy().proofWithinSeconds = 30 * 86400;
        world.nights(3);
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("proof_old")});
        world.input.backups.front().restoredAt = kNow - 31 * kDay;
        QCOMPARE(numberOf(findingOf(world.look(), "proof_old"), "proof_age_seconds"), 31 * 86400);
        world.input.backups.front().restoredAt = kNow - 29 * kDay;
        QCOMPARE(codes(world.look()), QStringList());
        world.input.backups.front().restoredAt = kNow + 2h; // by a clock that was wrong
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("proof_old")});
    }

    void channel_thatIsNotThere_isSaid() {
        World world;
        world.nights(1);
        world.policy().mail = {"ops"};
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("channel_missing")});
        Channel channel;
        channel.title = "ops";
        channel.kind = "webhook"; // the name alone is not enough
        world.input.channels = {channel};
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("channel_missing")});
        world.input.channels.front().kind = "mail";
        QCOMPARE(codes(world.look()), QStringList());
    }

    // --- Clocks that step. Nothing may look better than it is.
    void clock_steppedBack_data() {
        QTest::addColumn<qint64>("hours");
        QTest::newRow("an hour") << qint64(1);
        QTest::newRow("a year") << qint64(365 * 24);
    }
    void clock_steppedBack() {
        QFETCH(qint64, hours);
        World world;
        world.night(kNow); // just now, by the clock of then
        const auto report = world.look(kNow - std::chrono::hours(hours));
        QVERIFY(codes(report).contains(QStringLiteral("future_dated")));
        QVERIFY(!only(report).well());
        QVERIFY(only(report).state == WatchState::FutureDated);
        QVERIFY(!only(report).sources.front().lastGood); // from the future it protects nothing
        QVERIFY(numberOf(findingOf(report, "future_dated"), "ahead_seconds") >= hours * 3600);
        QVERIFY(nagiosAnswer(report).state == NagiosState::Critical);
    }

    void clock_steppedForward_data() { clock_steppedBack_data(); }
    void clock_steppedForward() {
        QFETCH(qint64, hours);
        World world;
        world.night(kNow - 24h - 30min);
        const auto report = world.look(kNow + std::chrono::hours(hours));
        QCOMPARE(codes(report), QStringList{QStringLiteral("overdue")});
        QVERIFY(numberOf(findingOf(report, "overdue"), "age_seconds") == 24 * 3600 + 1800 + hours * 3600);
    }

    void backup_fromTheFuture_doesNotWinOverAGoodOne() {
        World world;
        world.night(kNow - 30h);
        world.backup(kNow + 365 * kDay);
        const auto report = world.look();
        QCOMPARE(codes(report), (QStringList{QStringLiteral("future_dated"), QStringLiteral("overdue")}));
        QCOMPARE(*only(report).sources.front().lastGood, kNow - 30h);
        QVERIFY(prometheusText(report, "anna").find("salvor_backup_overdue_seconds{") != std::string::npos);
    }

    void backup_duringWhichTheClockSteppedBack_hasNoDuration() {
        World world;
        world.nights(12);
        world.input.backups.back().ended = world.input.backups.back().started - 1h;
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList());
        QVERIFY(!only(report).sources.front().durationSeconds);
    }

    // --- Sizes and durations
    void size_aTenth_isUnusuallySmallWithNumbers() {
        World world;
        world.nights(8);
        world.night(kNow - 1h, 100'000'000);
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("size_small")});
        const Finding* finding = findingOf(report, "size_small");
        QCOMPARE(numberOf(finding, "size_bytes"), 100'000'000);
        QCOMPARE(numberOf(finding, "median_bytes"), 1'000'000'000);
        QCOMPARE(numberOf(finding, "deviation_bytes"), 0);
        QCOMPARE(numberOf(finding, "samples"), 8);
        QVERIFY2(finding->message.find("100.0 MB") != std::string::npos, finding->message.c_str());
    }

    void size_thrice_isUnusuallyLarge() {
        World world;
        world.nights(8);
        world.night(kNow - 1h, 3'000'000'000);
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("size_large")});
    }

    void size_ofAnotherKind_isNotComparedWith() {
        World world;
        world.nights(8);
        world.night(kNow - 1h, 1000);
        world.input.backups.back().kind = "incremental";
        QCOMPARE(codes(world.look()), QStringList());
    }

    void size_withOneWildValueBefore_isJudgedAllTheSame() {
        World world;
        world.nights(4);
        world.night(kNow - 20h, 900'000'000'000); // a mean and a standard deviation would be blind now
        world.nights(4);
        world.night(kNow - 1h, 100'000'000);
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("size_small")});
    }

    void duration_tenfold_isUnusuallyLongWithNumbers() {
        World world;
        world.nights(8);
        world.night(kNow - 1h, 1'000'000'000, 1000s);
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("duration_long")});
        QCOMPARE(numberOf(findingOf(report, "duration_long"), "duration_seconds"), 1000);
        QCOMPARE(numberOf(findingOf(report, "duration_long"), "median_seconds"), 100);
    }

    void duration_longerAndLonger_isSaidThoughNoSingleOneIsWild() {
        World world;
        for (int i = 0; i < 20; ++i)
            world.night(kNow - (20 - i) * kDay + 1h, 1'000'000'000, std::chrono::seconds(200 + 40 * i));
        const auto found = codes(world.look());
        QVERIFY2(found.contains(QStringLiteral("duration_growing")),
                 qPrintable(found.join(QLatin1Char(' '))));
        QVERIFY(!found.contains(QStringLiteral("duration_long")));
    }

    void anomalies_overRandomHistories_keepTheirRules() {
        std::mt19937 random(20261125);
        for (int round = 0; round < 400; ++round) {
            std::vector<double> history(5 + random() % 30);
            const double base = 1e6 + static_cast<double>(random() % 1000000000);
            const double spread = base * static_cast<double>(random() % 30) / 100;
            std::uniform_real_distribution<double> around(base - spread, base + spread);
            for (auto& value : history)
                value = around(random);
            const UsualRule rule{5, 3.5, 0.2, 0};
            const auto usual = usualOf(history, rule);
            QVERIFY(usual);
            // Its own median is usual; never less than a fifth is allowed; order does not matter.
            QVERIFY(usual->allowed >= 0.2 * usual->median);
            auto shuffled = history;
            std::shuffle(shuffled.begin(), shuffled.end(), random);
            QCOMPARE(usualOf(shuffled, rule)->median, usual->median);
            QCOMPARE(usualOf(shuffled, rule)->allowed, usual->allowed);
            // Ten times all values is ten times all answers.
            auto scaled = history;
            for (auto& value : scaled)
                value *= 10;
            QVERIFY(std::abs(usualOf(scaled, rule)->allowed - 10 * usual->allowed) <=
                    1e-6 * usual->allowed * 10);
            // A wild minority moves the median no further than the others' range.
            auto wild = history;
            const std::size_t spoilt = (wild.size() - 1) / 2;
            for (std::size_t i = 0; i < spoilt; ++i)
                wild[i] = 1e15;
            const double moved = usualOf(wild, rule)->median;
            QVERIFY(moved <= *std::max_element(history.begin(), history.end()));
            QVERIFY(moved >= *std::min_element(history.begin(), history.end()));
        }
    }

    void findings_overRandomSizes_areMonotone() {
        std::mt19937 random(7);
        for (int round = 0; round < 60; ++round) {
            World world;
            for (int i = 12; i >= 1; --i)
                world.night(kNow - i * kDay + 1h, 900'000'000 + random() % 200'000'000);
            bool wasUsual = true;
            for (std::uint64_t size = 1'000'000'000; size > 1'000'000; size = size * 2 / 3) {
                World tried = world;
                tried.night(kNow - 30min, size);
                const bool usual = !codes(tried.look()).contains(QStringLiteral("size_small"));
                QVERIFY2(wasUsual || !usual, "smaller was usual where larger was not");
                wasUsual = usual;
            }
            QVERIFY(!wasUsual);
        }
    }

    void median_ofFewOrNone_isTheMiddle() {
        QCOMPARE(median({}), 0.0);
        QCOMPARE(median({4}), 4.0);
        QCOMPARE(median({9, 1}), 5.0);
        QCOMPARE(median({9, 1, 2}), 2.0);
        QCOMPARE(medianDeviation({1, 2, 9}, 2), 1.0);
        QVERIFY(!usualOf({1, 2, 3, 4}, {}));
        QVERIFY(!medianSlope({}));
        QVERIFY(!medianSlope({{1, 2}, {1, 3}}));
        QCOMPARE(*medianSlope({{0, 0}, {1, 2}, {2, 4}, {3, 1000}, {4, 8}}), 2.0);
    }

    // --- Stores and servers
    void store_thatShrinksEvenly_hasADayWhenItIsFull() {
        World world;
        world.nights(10);
        std::uint64_t free = 200'000'000'000;
        for (auto& run : world.input.runs) {
            run.details.insert(QStringLiteral("store_free_bytes"), toJsonCount(free));
            run.details.insert(QStringLiteral("store_total_bytes"), toJsonCount(1'000'000'000'000));
            free -= 10'000'000'000;
        }
        const auto report = world.look(); // 110 GB are left, 10 GB go each day
        QCOMPARE(report.stores.size(), std::size_t(1));
        QCOMPARE(codes(report), QStringList{QStringLiteral("store_full_soon")});
        const Finding* finding = findingOf(report, "store_full_soon");
        QVERIFY(finding->severity == Severity::Warning);
        QVERIFY(std::abs(numberOf(finding, "bytes_per_day") - 10'000'000'000) < 1000);
        QVERIFY(std::abs(numberOf(finding, "full_in_seconds") - (11 * 86400 - 23 * 3600 + 100)) < 60);
        QVERIFY2(finding->message.find("\"vault\"") != std::string::npos, finding->message.c_str());
    }

    void store_thatGrowsOrStays_hasNone() {
        World world;
        world.nights(10);
        for (auto& run : world.input.runs)
            run.details.insert(QStringLiteral("store_free_bytes"), toJsonCount(50'000'000'000));
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList());
        QVERIFY(!report.stores.front().fullAt);
    }

    void store_nearlyFull_isCriticalWithoutAnyHistory() {
        World world;
        world.nights(1);
        world.input.runs.back().details.insert(QStringLiteral("store_free_bytes"),
                                               toJsonCount(4'000'000'000));
        world.input.runs.back().details.insert(QStringLiteral("store_total_bytes"),
                                               toJsonCount(100'000'000'000));
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("store_low")});
        QVERIFY(findingOf(world.look(), "store_low")->severity == Severity::Critical);
        world.input.runs.back().details.insert(QStringLiteral("store_free_bytes"),
                                               toJsonCount(8'000'000'000));
        QVERIFY(findingOf(world.look(), "store_low")->severity == Severity::Warning);
    }

    void database_selectedByNoPolicy_isUnprotected() {
        World world;
        world.policy().rules = {{true, "shop"}, {true, "tmp_*"}, {false, "tmp_?"}};
        world.nights(2);
        world.input.runs.back().details.insert(QStringLiteral("unselected_databases"),
                                               toJsonArray({"crm", "tmp_1"}));
        auto report = world.look();
        QCOMPARE(codes(report), (QStringList{QStringLiteral("left_out"), QStringLiteral("unprotected")}));
        QCOMPARE(findingOf(report, "unprotected")->database, std::string("crm"));
        QVERIFY(findingOf(report, "left_out")->severity == Severity::Notice);
        // Another policy of the same profile has it.
        Policy other = makeDefaultPolicy(kProfile, "crm only", kRepository);
        other.rules = {{true, "crm"}};
        other.paused = true;
        world.input.policies.push_back(other);
        QVERIFY(!codes(world.look()).contains(QStringLiteral("unprotected")));
    }

    void excludePattern_leavesOutOnlyWhatItTakesFromItsOwnPolicy() {
        World world;
        world.policy().rules = {{true, "shop*"}, {false, "*_old"}, {false, "scratch"}};
        world.nights(1);
        world.input.runs.back().details.insert(
            QStringLiteral("unselected_databases"),
            toJsonArray({"shop_old", "crm_old", "scratch", "plant", "never_thought_of"}));
        // Of another server: says nothing of this one.
        Policy elsewhere =
            makeDefaultPolicy("00000000-0000-4000-8000-000000000001", "elsewhere", kRepository);
        elsewhere.rules = {{true, "*"}, {false, "plant"}};
        // All but one: nobody thought of the rest one by one.
        Policy narrow = makeDefaultPolicy(kProfile, "narrow", kRepository);
        narrow.rules = {{true, "*"}, {false, "*"}, {true, "ledger"}};
        world.input.policies.push_back(elsewhere);
        world.input.policies.push_back(narrow);
        QStringList leftOut;
        QStringList unprotected;
        const auto report = world.look();
        for (const auto& finding : report.general)
            (finding.code == "left_out" ? leftOut : unprotected) << toQt(finding.database);
        QCOMPARE(leftOut, (QStringList{QStringLiteral("scratch"), QStringLiteral("shop_old")}));
        QCOMPARE(unprotected, (QStringList{QStringLiteral("crm_old"), QStringLiteral("never_thought_of"),
                                           QStringLiteral("plant")}));
    }

    void database_whoseOnlyPolicyIsGone_isUnprotected() {
        World world;
        world.nights(2);
        world.input.runs.back().details.insert(QStringLiteral("unselected_databases"), toJsonArray({"crm"}));
        Policy other = makeDefaultPolicy(kProfile, "crm only", kRepository);
        other.rules = {{true, "crm"}};
        world.input.policies = {other};
        const auto report = world.look();
        const Finding* bare = findingOf(report, "unprotected");
        QVERIFY(bare != nullptr);
        QCOMPARE(bare->database, std::string("shop"));
        QVERIFY(bare->message.find("shop server") != std::string::npos);
        // And when the last policy of all is gone.
        world.input.policies.clear();
        QCOMPARE(codes(world.look()), (QStringList{QStringLiteral("no_policy"), QStringLiteral("unprotected"),
                                                   QStringLiteral("unprotected")}));
        // Of records that do not say what else was on the server, the backups are enough.
        world.input.runs.clear();
        QCOMPARE(codes(world.look()),
                 (QStringList{QStringLiteral("no_policy"), QStringLiteral("unprotected")}));
        // A server that was taken off the list is nobody's worry here.
        world.input.titles.erase(kProfile);
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("no_policy")});
    }

    void noPolicyAtAll_isAWarningWhereThereIsSomethingToProtect() {
        World world;
        world.input.policies.clear();
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("no_policy")});
        const Finding* finding = findingOf(report, "no_policy");
        QVERIFY(finding->severity == Severity::Warning);
        // The same words as the answer for monitoring.
        QCOMPARE(finding->message, std::string("there is no policy: nothing is protected"));
        QVERIFY(nagiosAnswer(report).text.ends_with(finding->message));
        QVERIFY(nagiosAnswer(report).state == NagiosState::Unknown);
        world.input.titles.clear(); // a workspace in which nothing was begun
        QCOMPARE(codes(world.look()), QStringList());
    }

    // --- Prunes, verifications, drills
    void prune_thatWaitsForConfirmation_isToldUntilOneSucceeds() {
        World world;
        world.policy().retention = RetentionRules{};
        world.policy().retention->keepLast = 3;
        world.nights(8);
        const auto prune = [&](Instant at, RunOutcome outcome) -> RunRecord& {
            RunRecord& run = world.run(at, outcome);
            run.kind = "prune";
            run.details = {};
            return run;
        };
        prune(kNow - 2h, RunOutcome::Failed).error = Error{ErrorCode::Conflict,
                                                           "5 of 8 backups would be deleted at once",
                                                           {},
                                                           false,
                                                           {{"dropped", "5"}, {"live", "8"}}};
        prune(kNow - 90min, RunOutcome::Skipped); // the repository was in use: decides nothing
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("prune_refused")});
        const Finding* refused = findingOf(report, "prune_refused");
        QVERIFY(refused->severity == Severity::Warning);
        QCOMPARE(refused->policy, world.policy().uuid);
        QCOMPARE(numberOf(refused, "dropped"), 5);
        QCOMPARE(numberOf(refused, "live"), 8);
        QVERIFY(refused->message.find("--confirm-large") != std::string::npos);
        QVERIFY(!only(report).well());
        QVERIFY(nagiosAnswer(report).state == NagiosState::Warning);
        // By hand, for all policies of the store: it names them.
        RunRecord& byHand = prune(kNow - 1h, RunOutcome::Ok);
        byHand.policyUuid.clear();
        byHand.details = {{QStringLiteral("policies"), toJsonArray({"another"})}};
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("prune_refused")});
        world.input.runs.back().details = {
            {QStringLiteral("policies"), toJsonArray({"another", world.policy().uuid})}};
        QCOMPARE(codes(world.look()), QStringList());
    }

    void prune_verifyAndDrill_thatFail_areTold() {
        World world;
        world.policy().retention = RetentionRules{};
        world.policy().retention->keepLast = 3;
        world.nights(2);
        const auto add = [&](Instant at, const char* kind, RunOutcome outcome) -> RunRecord& {
            RunRecord& run = world.run(at, outcome);
            run.kind = kind;
            run.database = "shop";
            run.details = {};
            run.error = Error{ErrorCode::IoError, std::string(kind) + " hit a bad disk", {}, false, {}};
            return run;
        };
        add(kNow - 5h, "prune", RunOutcome::Partial);
        add(kNow - 4h, "verify", RunOutcome::Failed).policyUuid.clear();
        add(kNow - 3h, "drill", RunOutcome::Failed);
        const auto report = world.look();
        QCOMPARE(codes(report), (QStringList{QStringLiteral("drill_failed"), QStringLiteral("prune_partial"),
                                             QStringLiteral("verify_failed")}));
        QCOMPARE(findingOf(report, "drill_failed")->database, std::string("shop"));
        QVERIFY(findingOf(report, "verify_failed")->message.find("verify hit a bad disk") !=
                std::string::npos);
        QVERIFY(findingOf(report, "verify_failed")->severity == Severity::Critical);
        // The newest of each has the last word; a verification of another policy's backups has none.
        for (const char* kind : {"prune", "drill"})
            add(kNow - 2h, kind, RunOutcome::Ok);
        add(kNow - 2h, "verify", RunOutcome::Ok).backupIds = {"somebody else's"};
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("verify_failed")});
        add(kNow - 1h, "verify", RunOutcome::Ok);
        QCOMPARE(codes(world.look()), QStringList());
        // Paused says it all.
        add(kNow - 30min, "prune", RunOutcome::Failed);
        world.policy().paused = true;
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("paused")});
    }

    void recoveryTime_isThatOfTheNewestRestoreOfItsBackups() {
        World world;
        world.nights(2);
        RunRecord drill;
        drill.kind = "drill";
        drill.outcome = RunOutcome::Ok;
        drill.started = kNow - 3h;
        drill.backupIds = {world.input.backups.front().id};
        drill.details = {{QStringLiteral("restore_seconds"), 73}, {QStringLiteral("proof_seconds"), 7}};
        RunRecord older = drill;
        older.kind = "restore";
        older.started = kNow - 9h;
        older.details = {{QStringLiteral("restore_milliseconds"), 90500},
                         {QStringLiteral("proof_milliseconds"), 9250},
                         {QStringLiteral("restore_seconds"), 91},
                         {QStringLiteral("proof_seconds"), 10}};
        RunRecord failed = drill;
        failed.started = kNow - 1h;
        failed.outcome = RunOutcome::Failed;
        failed.details = {{QStringLiteral("restore_seconds"), 1}};
        world.input.runs.insert(world.input.runs.end(), {older, failed});
        QCOMPARE(only(world.look()).sources.front().recoverySeconds, std::optional(99.75));
        world.input.runs.push_back(drill);
        QCOMPARE(only(world.look()).sources.front().recoverySeconds, std::optional(80.0));
        RunRecord unproved = drill; // it did not measure what the proof takes
        unproved.started = kNow - 2h;
        unproved.details = {{QStringLiteral("restore_milliseconds"), 5000}};
        world.input.runs.push_back(unproved);
        QCOMPARE(only(world.look()).sources.front().recoverySeconds, std::optional(80.0));
    }

    // --- What others read
    void prometheus_escapesLabelsAndDeclaresEachNameOnce() {
        World world;
        world.policy().title = "a\"b\\c\nd";
        world.night(kNow - 2h);
        world.input.backups.front().database = "shop";
        const QString text = toQt(prometheusText(world.look(), "anna"));
        QVERIFY2(text.contains(
                     QStringLiteral("policy=\"a\\\"b\\\\c\\nd\",profile=\"shop server\",database=\"shop\"")),
                 qPrintable(text));
        QVERIFY(text.contains(QStringLiteral("salvor_backup_last_success_timestamp_seconds{")));
        QVERIFY(text.endsWith(QLatin1Char('\n')));
        static const QRegularExpression kLine(
            QStringLiteral("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{[a-z]+=\"(\\\\.|[^\"\\\\])*\""
                           "(,[a-z]+=\"(\\\\.|[^\"\\\\])*\")*\\})? [-+0-9.e]+)$"));
        QStringList typed;
        const auto lines = text.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        for (const auto& line : lines) {
            QVERIFY2(kLine.match(line).hasMatch(), qPrintable(line));
            if (line.startsWith(QLatin1String("# TYPE ")))
                typed << line.section(QLatin1Char(' '), 2, 2);
        }
        QCOMPARE(QSet<QString>(typed.begin(), typed.end()).size(), typed.size());
        QVERIFY(typed.size() > 10);
    }

    void prometheus_ofASourceWithoutBackup_saysZeroAndNotNothing() {
        World world;
        world.run(kNow - 1h, RunOutcome::Failed, {"shop"}, {"shop"});
        const QString text = toQt(prometheusText(world.look(), "anna"));
        QVERIFY(text.contains(
            QStringLiteral("salvor_backup_last_success_timestamp_seconds{user=\"anna\",policy=\"nightly\","
                           "profile=\"shop server\",database=\"shop\"} 0\n")));
        QVERIFY(text.contains(
            QStringLiteral("salvor_backup_success{user=\"anna\",policy=\"nightly\",profile=\"shop server\","
                           "database=\"shop\"} 0\n")));
    }

    void nagios_answersByTheWorst() {
        World world;
        world.nights(8);
        auto answer = nagiosAnswer(world.look());
        QCOMPARE(answer.state, NagiosState::Ok);
        QVERIFY2(answer.text.starts_with("SALVOR OK - 1 policy,"), answer.text.c_str());
        QVERIFY2(answer.text.find("| 'nightly shop age'=82800s;;;0 'nightly shop size'=1000000000B;;;0") !=
                     std::string::npos,
                 answer.text.c_str());
        world.night(kNow - 1h, 100'000'000);
        QCOMPARE(nagiosAnswer(world.look()).state, NagiosState::Warning);
        QCOMPARE(nagiosAnswer(world.look(kNow + 30h)).state, NagiosState::Critical);
        world.policy().paused = true;
        QCOMPARE(nagiosAnswer(world.look()).state, NagiosState::Warning);
        QCOMPARE(nagiosAnswer({}).state, NagiosState::Unknown);
    }

    void nagios_ofNamesWithItsOwnSigns_staysReadable() {
        World world;
        world.policy().title = "it's=a|b";
        world.night(kNow - 30h);
        const auto text = nagiosAnswer(world.look()).text;
        const auto line = text.substr(0, text.find('\n'));
        QCOMPARE(std::count(line.begin(), line.end(), '|'), std::ptrdiff_t(1));
        QVERIFY2(line.find("'it''s_a/b shop age'=") != std::string::npos, line.c_str());
    }

    void report_asJson_hasWhatStatusPromises() {
        World world;
        world.nights(2);
        const QJsonObject json = toJson(world.look());
        const QJsonObject policy = json.value(QStringLiteral("policies")).toArray().first().toObject();
        QCOMPARE(policy.value(QStringLiteral("state")).toString(), QStringLiteral("ok"));
        const QJsonObject source = policy.value(QStringLiteral("sources")).toArray().first().toObject();
        QCOMPARE(source.value(QStringLiteral("database")).toString(), QStringLiteral("shop"));
        QCOMPARE(source.value(QStringLiteral("last_good")).toString(),
                 QStringLiteral("2026-11-24T13:00:00Z"));
        QVERIFY(source.value(QStringLiteral("recovery_seconds")).isNull());
        QVERIFY(source.value(QStringLiteral("overdue_seconds")).isNull());
    }

    void texts_ofSpansAndBytes_useTwoUnits() {
        QCOMPARE(spanText(0), std::string("0 s"));
        QCOMPARE(spanText(59), std::string("59 s"));
        QCOMPARE(spanText(61), std::string("1 min 1 s"));
        QCOMPARE(spanText(7200), std::string("2 h"));
        QCOMPARE(spanText(90000), std::string("1 d 1 h"));
        QCOMPARE(spanText(-3700), std::string("-1 h 1 min"));
        QCOMPARE(bytesText(999), std::string("999 B"));
        QCOMPARE(bytesText(1'500'000), std::string("1.5 MB"));
    }
};

QTEST_GUILESS_MAIN(TestWatch)
#include "test_watch.moc"
