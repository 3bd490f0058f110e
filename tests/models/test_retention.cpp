// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The rules, by example and as properties over random histories. What a period is comes from QDateTime here,
// not from the code that is tested.
#include "models/base/json.h"
#include "models/retention/retention.h"
#include "models/retention/zoneperiods.h"
#include "support/check.h"

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>
#include <random>
#include <set>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

using Rng = std::mt19937_64;

const Instant kNow = fromRfc3339("2026-11-24T18:00:00Z").value();

RetentionBackup made(const std::string& id, Instant started, const std::string& source = "s") {
    RetentionBackup backup;
    backup.id = id;
    backup.source = source;
    backup.started = started;
    return backup;
}

RetentionBackup made(const std::string& id, std::string_view started) {
    return made(id, fromRfc3339(started).value());
}

std::size_t pick(Rng& rng, std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(rng);
}

/// Histories as they are: regular, with gaps and flurries, some bad, some in the future, around DST changes.
std::vector<RetentionBackup> randomHistory(Rng& rng, int sources) {
    std::vector<RetentionBackup> all;
    for (int source = 0; source < sources; ++source) {
        Instant at = kNow - std::chrono::hours(pick(rng, 24 * 900));
        const std::size_t count = pick(rng, 60);
        const std::array steps{1800s, 3600s, 6 * 3600s, 24 * 3600s, 7 * 24 * 3600s};
        const auto step = steps[pick(rng, steps.size())];
        for (std::size_t i = 0; i < count; ++i) {
            auto one = made("b" + std::to_string(all.size()), at, "source " + std::to_string(source));
            one.held = pick(rng, 20) == 0;
            one.proven = pick(rng, 10) == 0;
            one.anomalous = pick(rng, 6) == 0;
            one.undecidedSize = pick(rng, one.anomalous ? 3 : 30) == 0;
            one.verifyFailed = pick(rng, 15) == 0;
            all.push_back(std::move(one));
            if (pick(rng, 12) != 0) // else two at the same moment
                at += step / static_cast<int>(1 + pick(rng, 3)) + std::chrono::seconds(pick(rng, 900));
            if (pick(rng, 15) == 0)
                at += std::chrono::hours(pick(rng, 24 * 40));
        }
        if (pick(rng, 3) == 0)
            all.push_back(made("f" + std::to_string(all.size()),
                               kNow + std::chrono::hours(1 + pick(rng, 24 * 400)),
                               "source " + std::to_string(source)));
    }
    std::ranges::shuffle(all, rng);
    return all;
}

RetentionRules randomRules(Rng& rng) {
    static const std::array zones{
        "UTC",          "Europe/Berlin",    "America/New_York", "Australia/Lord_Howe",
        "Asia/Kolkata", "America/St_Johns", "Pacific/Apia",     "America/Sao_Paulo"};
    RetentionRules rules;
    const auto some = [&](std::uint32_t most) {
        return pick(rng, 2) == 0 ? 0 : static_cast<std::uint32_t>(pick(rng, most + 1));
    };
    rules.keepLast = some(10);
    rules.hourly = some(30);
    rules.daily = some(10);
    rules.weekly = some(8);
    rules.monthly = some(14);
    rules.yearly = some(4);
    rules.keepWithin = std::chrono::hours(some(24 * 60));
    rules.timeZone = zones[pick(rng, zones.size())];
    if (!checkRetentionRules(rules))
        rules.daily = 7;
    return rules;
}

std::set<std::string> keptIds(const std::vector<RetentionDecision>& decisions) {
    std::set<std::string> kept;
    for (const auto& one : decisions) {
        if (one.kept())
            kept.insert(one.backupId);
    }
    return kept;
}

std::set<std::string> keptIds(const std::vector<RetentionBackup>& backups, const RetentionRules& rules,
                              Instant now = kNow) {
    return keptIds(decideRetention(backups, rules, now).value());
}

/// The period of a rule, said by Qt.
std::string periodOf(RetentionRule rule, const RetentionBackup& backup, const QTimeZone& zone) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(backup.started).time_since_epoch().count();
    const QDateTime local = QDateTime::fromSecsSinceEpoch(seconds, zone);
    int weekYear = 0;
    switch (rule) {
    case RetentionRule::KeepLast:
        return backup.id;
    case RetentionRule::Hourly:
        return (local.toString(QStringLiteral("yyyy-MM-dd HH ")) + QString::number(local.offsetFromUtc()))
            .toStdString();
    case RetentionRule::Daily:
        return local.toString(QStringLiteral("yyyy-MM-dd")).toStdString();
    case RetentionRule::Weekly: {
        const int week = local.date().weekNumber(&weekYear);
        return std::to_string(weekYear) + " " + std::to_string(week);
    }
    case RetentionRule::Monthly:
        return local.toString(QStringLiteral("yyyy-MM")).toStdString();
    default:
        return local.toString(QStringLiteral("yyyy")).toStdString();
    }
}

bool isNewer(const RetentionBackup& a, const RetentionBackup& b) {
    return std::tie(a.started, a.id) > std::tie(b.started, b.id);
}

/// The rules said over again, one backup at a time and slowly.
std::set<RetentionRule> expectedReasons(const RetentionBackup& one, const std::vector<RetentionBackup>& all,
                                        const RetentionRules& rules) {
    using enum RetentionRule;
    const QTimeZone zone(toQt(rules.timeZone).toUtf8());
    std::vector<RetentionBackup> complete;
    std::vector<RetentionBackup> incomplete;
    for (const auto& other : all) {
        if (other.source == one.source && other.started <= kNow)
            (other.complete() ? complete : incomplete).push_back(other);
    }
    std::set<RetentionRule> reasons;
    if (one.held)
        reasons.insert(Held);
    if (one.started > kNow) {
        reasons.insert(Future);
        return reasons;
    }
    for (const auto& [rule, limit] : {std::pair{KeepLast, rules.keepLast}, std::pair{Hourly, rules.hourly},
                                      std::pair{Daily, rules.daily}, std::pair{Weekly, rules.weekly},
                                      std::pair{Monthly, rules.monthly}, std::pair{Yearly, rules.yearly}}) {
        const std::string mine = periodOf(rule, one, zone);
        std::set<std::string> newerPeriods; // in which a backup of my kind is newer than I
        std::set<std::string> completePeriods;
        bool newestOfPeriod = true;
        for (const auto& other : complete)
            completePeriods.insert(periodOf(rule, other, zone));
        for (const auto& other : one.complete() ? complete : incomplete) {
            const std::string period = periodOf(rule, other, zone);
            if (!isNewer(other, one) || (!one.complete() && completePeriods.contains(period)))
                continue;
            newerPeriods.insert(period);
            newestOfPeriod = newestOfPeriod && period != mine;
        }
        const bool blocked = !one.complete() && completePeriods.contains(mine);
        const std::size_t before = newerPeriods.size() + (one.complete() ? 0 : completePeriods.size());
        if (newestOfPeriod && !blocked && before < limit)
            reasons.insert(rule);
    }
    const auto& anchors = complete.empty() ? incomplete : complete;
    const auto anchor = std::ranges::max_element(anchors, {}, &RetentionBackup::started);
    if (rules.keepWithin > 0s && one.started >= anchor->started - rules.keepWithin)
        reasons.insert(KeepWithin);
    const auto newestOf = [&](auto&& condition) {
        const RetentionBackup* newest = nullptr;
        for (const auto* some : {&complete, &incomplete}) {
            for (const auto& other : *some) {
                if (condition(other) && (newest == nullptr || isNewer(other, *newest)))
                    newest = &other;
            }
        }
        return newest != nullptr && newest->id == one.id;
    };
    if (newestOf([](const auto& other) { return other.complete(); }))
        reasons.insert(NewestComplete);
    if (newestOf([](const auto& other) { return other.proven && !other.verifyFailed; }))
        reasons.insert(NewestProven);
    if (!one.complete() && newestOf([](const auto&) { return true; }))
        reasons.insert(NewestIncomplete);
    if (one.undecidedSize && !one.verifyFailed)
        reasons.insert(UndecidedSize);
    return reasons;
}

} // namespace

class TestRetention : public QObject {
    Q_OBJECT
private slots:
    void daily_keepsTheNewestOfEachDay() {
        RetentionRules rules;
        rules.daily = 2;
        const std::vector<RetentionBackup> backups{
            made("a", "2026-11-20T23:00:00Z"), made("b", "2026-11-22T08:00:00Z"),
            made("c", "2026-11-22T20:00:00Z"), made("d", "2026-11-24T01:00:00Z")};
        const auto decisions = decideRetention(backups, rules, kNow);
        CHECK_OK(decisions);
        QCOMPARE(keptIds(*decisions) == (std::set<std::string>{"c", "d"}), true);
        const KeepReason second{RetentionRule::Daily, 2, "2026-11-22"};
        QCOMPARE((*decisions)[2].keptBy == std::vector{second}, true);
        QCOMPARE((*decisions)[3].keptBy.size(), std::size_t(2)); // daily, and the newest complete one
        QVERIFY((*decisions)[3].keptBy[1].rule == RetentionRule::NewestComplete);
    }

    void rules_unite() {
        // Dailies for a week, weeklies for a month, monthlies for a year, of a backup every night.
        RetentionRules rules;
        rules.daily = 7;
        rules.weekly = 4;
        rules.monthly = 12;
        std::vector<RetentionBackup> backups;
        for (int day = 0; day < 800; ++day)
            backups.push_back(made("d" + std::to_string(day), kNow - std::chrono::hours(24 * day + 1)));
        const auto kept = keptIds(backups, rules);
        // 2026-11-24 is a Tuesday: of four weeks two begin before the seven days, of twelve months eleven.
        QCOMPARE(kept.size(), std::size_t(7 + 2 + 11));
    }

    void countsArePerSource() {
        RetentionRules rules;
        rules.keepLast = 7;
        std::vector<RetentionBackup> backups;
        for (int i = 0; i < 60; ++i)
            backups.push_back(made("b" + std::to_string(i), kNow - std::chrono::hours(i),
                                   "source " + std::to_string(i % 3)));
        QCOMPARE(keptIds(backups, rules).size(), std::size_t(21));
    }

    void dst_theHourThatComesTwiceIsTwo() {
        const QTimeZone berlin("Europe/Berlin");
        QCOMPARE(zonePeriods(fromRfc3339("2026-10-25T00:30:00Z").value(), berlin).hour,
                 std::string("2026-10-25T02+02:00"));
        QCOMPARE(zonePeriods(fromRfc3339("2026-10-25T01:30:00Z").value(), berlin).hour,
                 std::string("2026-10-25T02+01:00"));
        RetentionRules rules;
        rules.hourly = 2;
        rules.timeZone = "Europe/Berlin";
        QCOMPARE(keptIds({made("a", "2026-10-25T00:10:00Z"), made("b", "2026-10-25T00:50:00Z"),
                          made("c", "2026-10-25T01:50:00Z")},
                         rules) == (std::set<std::string>{"b", "c"}),
                 true);
    }

    void zone_decidesTheDay() {
        const std::vector<RetentionBackup> backups{made("a", "2026-11-22T22:30:00Z"),
                                                   made("b", "2026-11-22T23:30:00Z")};
        RetentionRules rules;
        rules.daily = 2;
        QCOMPARE(keptIds(backups, rules).size(), std::size_t(1));
        rules.timeZone = "Europe/Berlin"; // there it is Monday already
        QCOMPARE(keptIds(backups, rules).size(), std::size_t(2));
        const auto periods = zonePeriods(backups[1].started, QTimeZone("Europe/Berlin"));
        QCOMPARE(periods.week, std::string("2026-W48"));
    }

    void week_belongsToTheYearOfItsThursday() {
        const QTimeZone utc("UTC");
        QCOMPARE(zonePeriods(fromRfc3339("2027-01-03T12:00:00Z").value(), utc).week, std::string("2026-W53"));
        QCOMPARE(zonePeriods(fromRfc3339("2027-01-04T00:00:00Z").value(), utc).week, std::string("2027-W01"));
        QCOMPARE(zonePeriods(fromRfc3339("2024-12-30T00:00:00Z").value(), utc).week, std::string("2025-W01"));
    }

    void incomplete_neverDisplacesAComplete() {
        RetentionRules rules;
        rules.keepLast = 2;
        auto damaged = made("damaged", "2026-11-24T10:00:00Z");
        damaged.verifyFailed = true;
        auto older = made("small", "2026-11-24T09:00:00Z");
        older.anomalous = true;
        const std::vector<RetentionBackup> backups{made("a", "2026-11-20T10:00:00Z"),
                                                   made("b", "2026-11-21T10:00:00Z"), damaged, older};
        const auto kept = keptIds(backups, rules);
        // The newest of all stays until a complete one comes, the other one has no place.
        QCOMPARE(kept == (std::set<std::string>{"a", "b", "damaged"}), true);
        rules.keepLast = 4;
        QCOMPARE(keptIds(backups, rules).size(), std::size_t(4));
    }

    void size_thatIsNotDecidedUpon_staysWithoutTakingAPlace() {
        RetentionRules rules;
        rules.keepLast = 2;
        auto small = made("small", "2026-11-24T09:00:00Z");
        small.anomalous = true;
        small.undecidedSize = true;
        auto smaller = small;
        smaller.id = "smaller";
        smaller.started += 1h;
        auto damaged = small;
        damaged.id = "damaged";
        damaged.verifyFailed = true;
        const auto decisions = decideRetention(
            {made("a", "2026-11-20T10:00:00Z"), made("b", "2026-11-21T10:00:00Z"), small, smaller, damaged},
            rules, kNow);
        CHECK_OK(decisions);
        QCOMPARE(keptIds(*decisions) == (std::set<std::string>{"a", "b", "small", "smaller"}), true);
        QVERIFY((*decisions)[2].keptBy == (std::vector{KeepReason{RetentionRule::UndecidedSize, 0, {}}}));
        QCOMPARE(toString(RetentionRule::UndecidedSize), std::string_view("undecided_size"));
    }

    void proven_staysHoweverOld() {
        RetentionRules rules;
        rules.keepLast = 1;
        auto old = made("old", "2024-01-01T00:00:00Z");
        old.proven = true;
        auto damaged = made("damaged", "2025-01-01T00:00:00Z");
        damaged.proven = true;
        damaged.verifyFailed = true;
        QCOMPARE(keptIds({old, damaged, made("new", "2026-11-24T00:00:00Z")}, rules) ==
                     (std::set<std::string>{"old", "new"}),
                 true);
    }

    void clockBehind_dropsNothing() {
        Rng rng(5);
        const auto backups = randomHistory(rng, 3);
        RetentionRules rules;
        rules.keepLast = 1;
        QCOMPARE(keptIds(backups, rules, kNow - std::chrono::hours(24 * 4000)).size(), backups.size());
    }

    void clockAhead_dropsNoMore() {
        Rng rng(6);
        for (int round = 0; round < 25; ++round) {
            auto backups = randomHistory(rng, 2);
            std::erase_if(backups, [](const auto& one) { return one.started > kNow; });
            const auto rules = randomRules(rng);
            QCOMPARE(keptIds(backups, rules, kNow + std::chrono::hours(24 * 365)) == keptIds(backups, rules),
                     true);
        }
    }

    void rulesForOneBackup_areKnown() {
        RetentionRules rules;
        QVERIFY(!keepsOneOnly(rules));
        rules.keepLast = 1;
        QVERIFY(keepsOneOnly(rules));
        rules.yearly = 1;
        QVERIFY(!keepsOneOnly(rules));
        rules.keepLast = 0;
        QVERIFY(keepsOneOnly(rules));
        rules.keepWithin = 24h;
        QVERIFY(!keepsOneOnly(rules));
    }

    void rulesThatKeepNothing_areRefused() {
        CHECK_FAILS(decideRetention({made("a", "2026-11-20T10:00:00Z")}, {}, kNow), ErrorCode::InvalidInput);
    }

    void record_isReadForTheRules() {
        BackupRecord record;
        record.id = "20261120T100000Z-AAAAAA";
        record.policyUuid = "p";
        record.profileUuid = "q";
        record.systemId = "1";
        record.databaseId = "2";
        record.database = "name";
        record.started = kNow;
        record.held = true;
        record.restoredAt = kNow;
        auto backup = retentionBackupOf(record);
        QCOMPARE(backup.source, std::string("p/q/1/2"));
        QVERIFY(backup.held && backup.proven && backup.complete());
        record.database = "renamed";
        QCOMPARE(retentionBackupOf(record).source, backup.source);
    }

    void property_reasonsAreTheRules() {
        Rng rng(1);
        std::size_t kept = 0;
        std::size_t dropped = 0;
        for (int round = 0; round < 60; ++round) {
            const auto backups = randomHistory(rng, 1 + static_cast<int>(pick(rng, 3)));
            const auto rules = randomRules(rng);
            const auto decisions = decideRetention(backups, rules, kNow);
            CHECK_OK(decisions);
            QCOMPARE(decisions->size(), backups.size());
            for (std::size_t i = 0; i < backups.size(); ++i) {
                std::set<RetentionRule> reasons;
                for (const auto& reason : (*decisions)[i].keptBy)
                    reasons.insert(reason.rule);
                const auto expected = expectedReasons(backups[i], backups, rules);
                QVERIFY2(reasons == expected, qPrintable(QStringLiteral("round %1, %2 at %3 in %4")
                                                             .arg(round)
                                                             .arg(toQt(backups[i].id))
                                                             .arg(toQt(toRfc3339(backups[i].started)))
                                                             .arg(toQt(rules.timeZone))));
                QCOMPARE(reasons.size(), (*decisions)[i].keptBy.size());
                (expected.empty() ? dropped : kept) += 1;
            }
        }
        QVERIFY(kept > 300 && dropped > 300);
    }

    void property_raisingALimitDropsNoMore() {
        Rng rng(2);
        for (int round = 0; round < 60; ++round) {
            const auto backups = randomHistory(rng, 2);
            const auto rules = randomRules(rng);
            const auto kept = keptIds(backups, rules);
            for (auto limit : {&RetentionRules::keepLast, &RetentionRules::hourly, &RetentionRules::daily,
                               &RetentionRules::weekly, &RetentionRules::monthly, &RetentionRules::yearly}) {
                auto more = rules;
                more.*limit += static_cast<std::uint32_t>(1 + pick(rng, 5));
                QVERIFY(std::ranges::includes(keptIds(backups, more), kept));
            }
            auto longer = rules;
            longer.keepWithin += std::chrono::hours(1 + pick(rng, 2000));
            QVERIFY(std::ranges::includes(keptIds(backups, longer), kept));
        }
    }

    void property_orderDecidesNothing() {
        Rng rng(3);
        for (int round = 0; round < 40; ++round) {
            auto backups = randomHistory(rng, 3);
            const auto rules = randomRules(rng);
            auto before = decideRetention(backups, rules, kNow).value();
            std::ranges::shuffle(backups, rng);
            auto after = decideRetention(backups, rules, kNow).value();
            std::ranges::sort(before, {}, &RetentionDecision::backupId);
            std::ranges::sort(after, {}, &RetentionDecision::backupId);
            QVERIFY(before == after);
        }
    }

    void property_badOnesChangeNothingForCompleteOnes() {
        Rng rng(4);
        for (int round = 0; round < 40; ++round) {
            const auto backups = randomHistory(rng, 2);
            const auto rules = randomRules(rng);
            auto alone = backups;
            std::erase_if(alone, [](const auto& one) { return !one.complete() || one.started > kNow; });
            // A proof of a backup that lacks something is another newest proof: nothing that this is about.
            const auto kept = keptIds(backups, rules);
            const auto decisions = decideRetention(alone, rules, kNow).value();
            for (const auto& one : decisions) {
                const bool onlyProof =
                    one.keptBy.size() == 1 && one.keptBy.front().rule == RetentionRule::NewestProven;
                QVERIFY(!one.kept() || onlyProof || kept.contains(one.backupId));
            }
        }
    }

    void property_everySourceKeepsSomething() {
        Rng rng(7);
        for (int round = 0; round < 60; ++round) {
            const auto backups = randomHistory(rng, 4);
            std::set<std::string> sources;
            std::set<std::string> left;
            const auto kept = keptIds(backups, randomRules(rng));
            for (const auto& one : backups) {
                sources.insert(one.source);
                if (kept.contains(one.id))
                    left.insert(one.source);
            }
            QVERIFY(left == sources);
        }
    }
};

QTEST_GUILESS_MAIN(TestRetention)
#include "test_retention.moc"
