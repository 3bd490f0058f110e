// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/dataasof.h"
#include "models/standing.h"

#include <QJsonArray>
#include <QTest>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

const Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + 7h;

SourceStatus source(const std::string& database, std::optional<std::chrono::hours> goodAge,
                    RunOutcome newest = RunOutcome::Ok) {
    SourceStatus status;
    status.profileUuid = "p";
    status.profileTitle = "prod";
    status.database = database;
    status.state = std::string(toString(newest));
    RunRecord run;
    run.outcome = newest;
    run.started = kNow - goodAge.value_or(1h);
    status.recentRuns = {run};
    if (goodAge) {
        status.lastGood.emplace();
        status.lastGood->started = kNow - *goodAge;
    } else if (newest == RunOutcome::Ok) {
        status.recentRuns.clear();
        status.state = "never";
    }
    return status;
}

Policy policy(const std::string& uuid, const std::string& glob, std::optional<std::uint64_t> objective = {},
              const std::string& schedule = {}) {
    Policy made = makeDefaultPolicy("p", uuid, "r");
    made.uuid = uuid;
    made.title = uuid;
    made.rules = {{true, glob}};
    made.recoveryPointObjectiveSeconds = objective;
    if (!schedule.empty())
        made.schedules["full"] = schedule;
    return made;
}

StandingInput input(std::vector<Policy> policies, std::set<std::string> followed = {}) {
    StandingInput made;
    made.policies = std::move(policies);
    made.followed = std::move(followed);
    made.now = kNow;
    return made;
}

} // namespace

class TestStanding : public QObject {
    Q_OBJECT
private slots:
    void objective_ofThePolicy_decides() {
        const auto by = input({policy("daily", "*", 24 * 3600)});
        const auto good = standingOf(source("a", 24h), by);
        QVERIFY(good.protection == Protection::Protected);
        QCOMPARE(good.policies, std::vector<std::string>{"daily"});
        QVERIFY(good.limit == 24h);
        const auto late = standingOf(source("a", 30h), by);
        QVERIFY(late.protection == Protection::Overdue);
        QVERIFY(late.overdueBy == 6h);
    }
    void objective_ofSeveralPolicies_isTheStrictest() {
        const auto by = input(
            {policy("weekly", "*", 7 * 86400), policy("hourly", "a*", 3600), policy("other", "b*", 60)});
        const auto late = standingOf(source("a", 3h), by);
        QVERIFY(late.limit == 1h);
        QVERIFY(late.overdueBy == 2h);
        QCOMPARE(late.policies, (std::vector<std::string>{"weekly", "hourly"}));
    }
    void schedule_withoutObjective_mayMissOneTimeOnly() {
        const auto by = input({policy("nightly", "*", {}, "*-*-* 02:00:00 UTC")}, {"nightly"});
        const auto once = standingOf(source("a", 28h), by); // begun on the 20th at 03:00: one 02:00 since
        QVERIFY(once.bySchedule && !once.limit);
        QVERIFY(once.protection == Protection::Protected);
        const auto twice = standingOf(source("a", 53h), by); // on the 19th at 02:00: two since
        QVERIFY(twice.protection == Protection::Overdue);
        QVERIFY(twice.overdueBy == 29h);
    }
    void neither_objectiveNorSchedule_sevenDays() {
        const auto by = input({policy("by hand", "*")});
        QVERIFY(standingOf(source("a", kProtectionAge), by).protection == Protection::Protected);
        const auto late = standingOf(source("a", kProtectionAge + 2h), by);
        QVERIFY(late.byDefault());
        QVERIFY(late.protection == Protection::Overdue);
        QVERIFY(late.overdueBy == 2h);
    }
    void noPolicy_isUnprotectedHoweverYoungTheBackup() {
        const auto bare = standingOf(source("a", 1h), input({policy("other", "b")}));
        QVERIFY(bare.protection == Protection::Unprotected);
        QVERIFY(bare.next == NextRunKind::NoPolicy);
    }
    void paused_isAStateOfItsOwn() {
        Policy resting = policy("daily", "*", 3600, "*-*-* 02:00:00 UTC");
        resting.paused = true;
        const auto paused = standingOf(source("a", 1h), input({resting}, {"daily"}));
        QVERIFY(paused.protection == Protection::Paused);
        QVERIFY(paused.next == NextRunKind::Paused);
        const auto other = standingOf(source("a", 1h), input({resting, policy("by hand", "*")}));
        QVERIFY(other.protection == Protection::Protected);
    }
    void futureDated_isNeverGood() {
        const auto by = input({policy("daily", "*", 24 * 3600)});
        QVERIFY(standingOf(source("a", -2h), by).protection == Protection::FutureDated);
    }
    void backupOfAServerThatWasBehind_isAsOldAsWhatItHolds() {
        const auto by = input({policy("daily", "*", 24 * 3600, "*-*-* 06:00:00 UTC")}, {"daily"});
        auto behind = source("a", 1h);
        behind.lastGood->id = "20261121T060000Z-ABC123";
        QVERIFY(standingOf(behind, by).protection == Protection::Protected);
        noteDataAsOf(behind.recentRuns.front().details, behind.lastGood->id,
                     {{QLatin1String(kDataAsOfKey), QStringLiteral("2026-11-20T06:00:00Z")}});
        QVERIFY(recoveryPointOf(behind) == kNow - 25h);
        const auto standing = standingOf(behind, by);
        QVERIFY(standing.protection == Protection::Overdue);
        QVERIFY(standing.overdueBy == 1h);
        // Of another backup, or no time at all: when it began.
        behind.lastGood->id = "20261121T060000Z-DEF456";
        QVERIFY(recoveryPointOf(behind) == kNow - 1h);
        behind.recentRuns.front().details = {};
        noteDataAsOf(behind.recentRuns.front().details, behind.lastGood->id,
                     {{QLatin1String(kDataAsOfKey), QStringLiteral("yesterday")}});
        QVERIFY(recoveryPointOf(behind) == kNow - 1h);
    }
    /// A standby that receives nothing any more, and a policy that sets no objective: as the watch's
    /// data_old.
    void backupOfAServerThatWasBehind_withoutAnObjective_isNeverProtected() {
        const auto nightly = policy("nightly", "*", {}, "*-*-* 06:00:00 UTC");
        auto behind = source("a", 1h);
        behind.lastGood->id = "20261121T060000Z-ABC123";
        const auto asOf = [&](const char* time) {
            behind.recentRuns.front().details = {};
            noteDataAsOf(behind.recentRuns.front().details, behind.lastGood->id,
                         {{QLatin1String(kDataAsOfKey), QLatin1String(time)}});
            return behind;
        };
        const auto old = standingOf(asOf("2026-11-17T06:00:00Z"), input({nightly}, {"nightly"}));
        QVERIFY(old.protection == Protection::Behind);
        QVERIFY(old.behindBy == 96h);
        // Also by hand, and where no timer would keep it.
        QVERIFY(standingOf(behind, input({policy("by hand", "*")})).protection == Protection::Behind);
        QVERIFY(standingOf(behind, input({nightly})).protection == Protection::Behind);
        const auto summary = summarize({old});
        QCOMPARE(summary.protectedNow, std::size_t(0));
        QCOMPARE(summary.concerns.size(), std::size_t(1));
        QVERIFY(summary.concerns[0].behindBy == 96h);
        // Lag of less than an hour is usual, and an objective says itself what is allowed.
        QVERIFY(standingOf(asOf("2026-11-21T05:00:00Z"), input({nightly}, {"nightly"})).protection ==
                Protection::Protected);
        QVERIFY(
            standingOf(asOf("2026-11-21T04:00:00Z"), input({policy("daily", "*", 24 * 3600)})).protection ==
            Protection::Protected);
        asOf("2026-11-17T06:00:00Z");
        behind.recentRuns.front().outcome = RunOutcome::Failed; // worse stays worse
        QVERIFY(standingOf(behind, input({nightly}, {"nightly"})).protection == Protection::Failed);
    }
    void lost_isCountedAndBadHoweverYoungTheBackup() {
        auto lost = source("a", 1h);
        lost.state = "lost";
        const auto daily = policy("daily", "*", 24 * 3600);
        const auto standing = standingOf(lost, input({daily}));
        QVERIFY(standing.protection == Protection::Lost);
        QCOMPARE(summarize({standing}).total, std::size_t(1));
        QCOMPARE(summarize({standing}).protectedNow, std::size_t(0));
        QCOMPARE(protectedDatabases("p", {daily}, {lost}), std::vector<std::string>());
        auto resting = daily;
        resting.paused = true;
        QVERIFY(standingOf(lost, input({resting})).protection == Protection::Paused);
    }
    void gone_staysGone() {
        auto gone = source("a", 1h);
        gone.state = "gone";
        QVERIFY(standingOf(gone, input({})).protection == Protection::Gone);
    }

    void serverRemoved_isAStateOfItsOwnAndNotCounted() {
        auto by = input({policy("daily", "*", 24 * 3600)});
        by.removed = {"old"};
        by.lostStores = {"r"};
        auto kept = source("a", 24h * 300);
        kept.profileUuid = "old";
        kept.lastGood->repositoryId = "r";
        kept.recentRuns[0].details.insert(QStringLiteral("unselected_databases"),
                                          QJsonArray{QStringLiteral("seen")});
        auto gone = kept;
        gone.state = "gone";
        const auto all = standingsOf({kept, source("b", 1h)}, by);
        QCOMPARE(all.size(), std::size_t(2)); // what was only seen there is no row
        QVERIFY(all[0].protection == Protection::Removed);
        QVERIFY(all[0].next == NextRunKind::NoServer);
        QVERIFY(standingOf(gone, by).protection == Protection::Gone);
        const auto summary = summarize(all);
        QCOMPARE(summary.total, std::size_t(1));
        QVERIFY(summary.concerns.empty());
        // One that is only not here, or that a policy selects all the same, is judged as any other.
        by.removed.clear();
        QVERIFY(standingOf(kept, by).protection == Protection::StoreLost);
        by.removed = {"p"};
        QVERIFY(standingOf(source("b", 1h), by).protection == Protection::Protected);
    }

    void next_timerThatFollows_isWorthMoreThanAnEarlierOneWithout() {
        const auto often = policy("often", "*", {}, "*-*-* *:00:00 UTC");
        auto nightly = policy("nightly", "*", {}, "*-*-* 02:00:00 UTC");
        nightly.randomDelaySeconds = 900;
        const auto both = standingOf(source("a", 1h), input({often, nightly}, {"nightly"}));
        QVERIFY(both.next == NextRunKind::Timer);
        QVERIFY(both.nextRun == kNow + 19h);
        QCOMPARE(both.randomDelaySeconds, std::uint64_t(900));
        const auto none = standingOf(source("a", 1h), input({nightly, often}));
        QVERIFY(none.next == NextRunKind::NoTimer);
        QVERIFY(none.nextRun == kNow + 1h);
        auto unknown = input({often});
        unknown.followed.reset();
        QVERIFY(standingOf(source("a", 1h), unknown).next == NextRunKind::NotKnown);
        QVERIFY(standingOf(source("a", 1h), input({policy("by hand", "*")})).next == NextRunKind::ByHand);
        const auto broken = input({policy("broken", "*", {}, "at midnight")}, {"broken"});
        QVERIFY(standingOf(source("a", 1h), broken).next == NextRunKind::Unreadable);
    }

    void untimed_isProtectedNowAndNeverGreen() {
        const auto nightly = policy("nightly", "*", {}, "*-*-* 02:00:00 UTC");
        const auto bare = standingOf(source("a", 1h), input({nightly}));
        QVERIFY(bare.protection == Protection::Untimed);
        QVERIFY(standingOf(source("a", 1h), input({nightly}, {"nightly"})).protection ==
                Protection::Protected);
        auto unknown = input({nightly});
        unknown.followed.reset();
        QVERIFY(standingOf(source("a", 1h), unknown).protection == Protection::Protected);
        QVERIFY(standingOf(source("a", 1h, RunOutcome::Failed), input({nightly})).protection ==
                Protection::Failed);
        const auto summary = summarize({bare});
        QCOMPARE(summary.protectedNow, std::size_t(1));
        QCOMPARE(summary.untimed, std::size_t(1));
    }

    void storeLost_isWorseThanAllElse() {
        auto by = input({policy("nightly", "*", {}, "*-*-* 02:00:00 UTC")}, {"nightly"});
        by.lostStores = {"r"};
        auto there = source("a", 1h);
        there.lastGood->repositoryId = "r";
        auto elsewhere = source("b", 1h);
        elsewhere.lastGood->repositoryId = "other";
        auto gone = there;
        gone.state = "gone";
        QVERIFY(standingOf(there, by).protection == Protection::StoreLost);
        QVERIFY(standingOf(elsewhere, by).protection == Protection::Protected);
        QVERIFY(standingOf(gone, by).protection == Protection::Gone);
        QCOMPARE(summarize(standingsOf({there, elsewhere}, by)).protectedNow, std::size_t(1));
    }

    void proof_countsAsLongAsThePolicySays() {
        auto by = input({policy("daily", "*", 24 * 3600)});
        by.proved[sourceKey("p", "a")] = kNow - 30 * 24h;
        QVERIFY(standingOf(source("a", 1h), by).proven);
        by.policies[0].proofWithinSeconds = 7 * 86400;
        const auto old = standingOf(source("a", 1h), by);
        QVERIFY(!old.proven);
        QVERIFY(old.provedAt == kNow - 30 * 24h);
        auto fresh = source("a", 1h);
        fresh.lastGood->restoredAt = kNow - 1h;
        QVERIFY(standingOf(fresh, by).provedAt == kNow - 1h);
    }

    void standings_databaseOfNoPolicy_isListed() {
        auto seen = source("a", 1h);
        seen.recentRuns[0].profileTitle = "prod";
        seen.recentRuns[0].details.insert(
            QStringLiteral("unselected_databases"),
            QJsonArray{QStringLiteral("new"), QStringLiteral("scratch"), QStringLiteral("since")});
        auto by = input({policy("daily", "a", 24 * 3600), policy("later", "since")});
        by.policies[0].rules.push_back({false, "scratch"}); // left out on purpose
        const auto all = standingsOf({seen}, by);
        QCOMPARE(all.size(), std::size_t(2));
        QCOMPARE(all[1].database, std::string("new"));
        QCOMPARE(all[1].profileTitle, std::string("prod"));
        QVERIFY(all[1].protection == Protection::Unprotected);
    }

    void standings_excludePatternOfWhatItNeverSelected_isNoReason() {
        auto seen = source("a", 1h);
        seen.recentRuns[0].details.insert(QStringLiteral("unselected_databases"),
                                          QJsonArray{QStringLiteral("a_old"), QStringLiteral("b_old")});
        auto by = input({policy("daily", "a*")});
        by.policies[0].rules.push_back({false, "*_old"});
        const auto all = standingsOf({seen}, by);
        QCOMPARE(all.size(), std::size_t(2));
        QCOMPARE(all[1].database, std::string("b_old")); // "a_old" is taken out of what it selects
        QVERIFY(all[1].protection == Protection::Unprotected);
    }

    void summarize_mixed_countsAndSortsWorstFirst() {
        auto by = input({policy("daily", "*", 24 * 3600)});
        by.proved[sourceKey("p", "proven")] = kNow - 1h;
        by.measured[sourceKey("p", "proven")] = {12.5, kNow - 1h, true};
        auto gone = source("gone", 1h);
        gone.state = "gone";
        const auto all = standingsOf({source("old", 30h), source("proven", 1h),
                                      source("bad", 1h, RunOutcome::Failed), gone, source("plain", 1h)},
                                     by);
        QCOMPARE(all[1].recovery->seconds, 12.5);
        QVERIFY(!all[4].recovery);
        const auto summary = summarize(all);
        QCOMPARE(summary.total, std::size_t(4));
        QCOMPARE(summary.protectedNow, std::size_t(2));
        QCOMPARE(summary.proven, std::size_t(1));
        QCOMPARE(summary.concerns.size(), std::size_t(2));
        QCOMPARE(summary.concerns[0].database, std::string("bad"));
        QCOMPARE(summary.concerns[1].database, std::string("old"));
        QVERIFY(summary.concerns[1].overdueBy == 6h);
    }
};

QTEST_GUILESS_MAIN(TestStanding)
#include "test_standing.moc"
