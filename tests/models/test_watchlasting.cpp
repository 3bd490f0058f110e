// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What stays said until it is over: sizes that changed, damage, names that moved, and what pausing leaves.
#include "models/base/json.h"
#include "models/damagedbackups.h"
#include "models/jsonfields.h"
#include "models/retention/retention.h"
#include "models/watch/evaluation.h"
#include "models/watch/sizehistory.h"
#include "models/watchworld.h"
#include "support/check.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kBig = 1'000'000'000;
constexpr std::uint64_t kTiny = 5000;

std::vector<const BackupRecord*> pointersTo(const std::vector<BackupRecord>& backups) {
    std::vector<const BackupRecord*> all;
    for (const auto& one : backups)
        all.push_back(&one);
    return all;
}

/// What retention leaves of the history, as the preview asks it: sizes are judged by what is there.
std::vector<BackupRecord> pruned(const std::vector<BackupRecord>& backups, const RetentionRules& rules,
                                 Instant now) {
    const auto verdicts = judgeSizes(pointersTo(backups));
    std::vector<RetentionBackup> asked;
    for (const auto& one : backups) {
        RetentionBackup backup = retentionBackupOf(one);
        backup.anomalous = verdicts.at(one.id).unusual;
        backup.undecidedSize = verdicts.at(one.id).decides;
        asked.push_back(std::move(backup));
    }
    const auto decisions = decideRetention(asked, rules, now).value();
    std::vector<BackupRecord> left;
    for (std::size_t i = 0; i < backups.size(); ++i) {
        if (decisions[i].kept())
            left.push_back(backups[i]);
    }
    return left;
}

std::size_t countOf(const std::vector<BackupRecord>& backups, std::uint64_t size) {
    return static_cast<std::size_t>(std::ranges::count(backups, size, &BackupRecord::sizeBytes));
}

NameChange swapAt(Instant at) { return {kProfile, at, {{"shop_restored", "shop"}, {"shop", "shop_before"}}}; }

} // namespace

class TestWatchLasting : public QObject {
    Q_OBJECT
private slots:
    // --- Sizes
    void tinyBackups_sixInARow_neverEndTheirOwnAlarm() {
        World world;
        world.nights(20);
        for (int night = 1; night <= 6; ++night) {
            world.night(kNow + night * kDay, kTiny);
            const auto report = world.look(kNow + night * kDay + 1h);
            const Finding* finding = findingOf(report, "size_small");
            QVERIFY2(finding != nullptr, qPrintable(QStringLiteral("night %1").arg(night)));
            QCOMPARE(numberOf(finding, "in_a_row"), night);
            QCOMPARE(numberOf(finding, "median_bytes"), qint64(kBig));
        }
    }

    void changedSize_thatLasts_isUsualAndSaidToBe() {
        World world;
        world.nights(20);
        for (int night = 1; night <= 8; ++night)
            world.night(kNow + night * kDay, kTiny);
        const auto seventh = world.input.backups.at(world.input.backups.size() - 2).id;
        const auto report = world.look(kNow + 8 * kDay + 1h);
        QCOMPARE(codes(report), QStringList{QStringLiteral("size_changed")});
        QVERIFY(findingOf(report, "size_changed")->severity == Severity::Notice);
        QCOMPARE(numberOf(findingOf(report, "size_changed"), "median_before_bytes"), qint64(kBig));
        // Not a day earlier: seven there are, but not over seven days.
        World earlier = world;
        earlier.input.backups.pop_back();
        earlier.input.runs.pop_back();
        QVERIFY(earlier.input.backups.back().id == seventh);
        QCOMPARE(codes(earlier.look(kNow + 7 * kDay + 1h)), QStringList{QStringLiteral("size_small")});
        // And from then on the other size is the unusual one.
        world.night(kNow + 9 * kDay, kBig);
        QCOMPARE(codes(world.look(kNow + 9 * kDay + 1h)), QStringList{QStringLiteral("size_large")});
    }

    void changedSize_everyHour_isNotUsualBeforeSevenDays() {
        World world;
        world.nights(20);
        for (int hour = 1; hour < 7 * 24; ++hour)
            world.backup(kNow + std::chrono::hours(hour), kTiny);
        QVERIFY(findingOf(world.look(kNow + 7 * kDay), "size_small") != nullptr);
        world.backup(kNow + 7 * kDay + 1h, kTiny);
        QVERIFY(findingOf(world.look(kNow + 7 * kDay + 2h), "size_small") == nullptr);
    }

    void usualSize_inBetween_beginsTheCountAnew() {
        World world;
        world.nights(20);
        for (int night = 1; night <= 20; ++night)
            world.night(kNow + night * kDay, night % 6 == 0 ? kBig : kTiny);
        QVERIFY(findingOf(world.look(kNow + 20 * kDay + 1h), "size_small") != nullptr);
    }

    void fewBackups_areAMeasureForWhatIsMuchSmaller() {
        World world;
        world.nights(4);
        for (int night = 1; night <= 3; ++night) {
            world.night(kNow + night * kDay, kTiny);
            QCOMPARE(codes(world.look(kNow + night * kDay + 1h)), QStringList{QStringLiteral("size_small")});
        }
    }

    void sizes_ofDamagedBackups_countForNothing() {
        World world;
        world.nights(8);
        world.night(kNow - 2h, kTiny);
        world.verified(kNow - 1h, {}, {world.input.backups.back().id});
        QCOMPARE(codes(world.look()).contains(QStringLiteral("size_small")), false);
    }

    void tinyBackups_whilePruned_displaceNoneAndAreDecidedUponAllTheSame_data() {
        QTest::addColumn<int>("last");
        QTest::addColumn<int>("daily");
        QTest::addColumn<int>("weekly");
        QTest::addColumn<int>("monthly");
        QTest::addColumn<int>("step");
        QTest::newRow("the last seven") << 7 << 0 << 0 << 0 << 24;
        QTest::newRow("the last twelve") << 12 << 0 << 0 << 0 << 24;
        QTest::newRow("days, weeks, months") << 0 << 7 << 4 << 12 << 24;
        QTest::newRow("the last six, every hour") << 6 << 0 << 0 << 0 << 1;
    }
    /// Each backup is followed by a prune, as a timer's is.
    void tinyBackups_whilePruned_displaceNoneAndAreDecidedUponAllTheSame() {
        QFETCH(const int, last);
        QFETCH(const int, daily);
        QFETCH(const int, weekly);
        QFETCH(const int, monthly);
        QFETCH(const int, step);
        RetentionRules rules;
        rules.keepLast = static_cast<std::uint32_t>(last);
        rules.daily = static_cast<std::uint32_t>(daily);
        rules.weekly = static_cast<std::uint32_t>(weekly);
        rules.monthly = static_cast<std::uint32_t>(monthly);
        World world;
        auto& backups = world.input.backups;
        Instant at = kNow;
        for (int i = 0; i < 200; ++i, at += std::chrono::hours(step)) {
            world.backup(at, kBig);
            backups = pruned(backups, rules, at + 1s);
        }
        const std::size_t good = countOf(backups, kBig);
        const Instant changed = at;
        for (; at < changed + 7 * kDay; at += std::chrono::hours(step)) {
            world.backup(at, kTiny);
            backups = pruned(backups, rules, at + 1s);
            QCOMPARE(countOf(backups, kBig), good);
            QVERIFY(countOf(backups, kTiny) <= kLastingBackups);
            QVERIFY(judgeSizes(pointersTo(backups)).at(world.input.backups.back().id).unusual);
        }
        // It lasted: from now on it is usual, however much of it is pruned, and the old ones go by the rules.
        for (const Instant end = at + 60 * kDay; at < end; at += std::chrono::hours(step)) {
            world.backup(at, kTiny);
            const std::string newest = backups.back().id;
            backups = pruned(backups, rules, at + 1s);
            QVERIFY(!judgeSizes(pointersTo(backups)).at(newest).unusual);
        }
        QVERIFY(countOf(backups, kBig) < good);
        // A wild one among them is as unusual as ever.
        world.backup(at, kBig * 9);
        QVERIFY(judgeSizes(pointersTo(backups)).at(backups.back().id).unusual);
    }

    void size_withFourBefore_isJudgedCoarsely() {
        for (const std::uint64_t size : {600'000'000ULL, 3'000'000'000ULL}) {
            World world;
            world.nights(4);
            world.night(kNow - 1h, size);
            QCOMPARE(codes(world.look()), QStringList());
        }
        World world;
        world.nights(4);
        world.night(kNow - 1h, 1);
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("size_small")});
    }

    /// Made after the newest run by the rules, and backed up by name: it is there.
    void database_newAndBackedUpByName_isNotGone() {
        World world;
        world.night(kNow - 2h);
        world.backup(kNow - 1h, 5000000, 10s, "fresh");
        world.input.runs.back().details.insert(QStringLiteral("selection"), QStringLiteral("policy"));
        auto& named = world.run(kNow - 1h, RunOutcome::Ok, {"fresh"});
        named.details.insert(QStringLiteral("selection"), QStringLiteral("named"));
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList());
        QCOMPARE(only(report).sources.size(), std::size_t(2));
        for (const auto& source : only(report).sources)
            QVERIFY2(source.state == WatchState::Ok, source.database.c_str());
    }

    /// Rules that keep three, or a policy that is young: an emptied database takes no good backup's place.
    void sizes_fewGoodOnes_areNotDisplacedByTinyOnes_data() {
        QTest::addColumn<int>("good");
        QTest::addColumn<unsigned>("keep");
        QTest::newRow("keeps three") << 4 << 3U;
        QTest::newRow("young") << 4 << 7U;
        QTest::newRow("one") << 1 << 2U;
    }
    void sizes_fewGoodOnes_areNotDisplacedByTinyOnes() {
        QFETCH(int, good);
        QFETCH(unsigned, keep);
        World world;
        RetentionRules rules;
        rules.keepLast = keep;
        auto& backups = world.input.backups;
        for (int i = 0; i < good; ++i) {
            world.night(kNow - (20 - i) * kDay, kBig);
            backups = pruned(backups, rules, kNow);
        }
        const std::size_t kept = countOf(backups, kBig);
        QVERIFY(kept > 0);
        for (int i = 0; i < 6; ++i) {
            world.night(kNow - (6 - i) * kDay, kTiny);
            backups = pruned(backups, rules, kNow);
            QCOMPARE(countOf(backups, kBig), kept);
            QVERIFY(judgeSizes(pointersTo(backups)).at(backups.back().id).unusual);
        }
        QVERIFY(codes(world.look()).contains(QStringLiteral("size_small")));
    }

    /// A database that was just made, and is loaded then.
    void sizes_fewSmallOnesAndThenALargeOne_beginAnew() {
        World world;
        world.backup(kNow - 3 * kDay, kTiny);
        world.backup(kNow - 2 * kDay, kBig);
        world.backup(kNow - 1 * kDay, kBig);
        for (const auto& [id, verdict] : judgeSizes(pointersTo(world.input.backups)))
            QVERIFY(!verdict.unusual);
        QVERIFY(!codes(world.look()).contains(QStringLiteral("size_large")));
    }

    void sizes_ofAnyOrder_areJudgedAlike() {
        std::mt19937 random(20261126);
        World world;
        for (int i = 0; i < 300; ++i)
            world.backup(kNow - std::chrono::hours(i),
                         random() % 40 == 0 ? kTiny : kBig + random() % (kBig / 4));
        const auto before = judgeSizes(pointersTo(world.input.backups));
        std::ranges::shuffle(world.input.backups, random);
        const auto after = judgeSizes(pointersTo(world.input.backups));
        QCOMPARE(after.size(), before.size());
        std::size_t unusual = 0;
        for (const auto& [id, verdict] : before) {
            QCOMPARE(after.at(id).unusual, verdict.unusual);
            QCOMPARE(after.at(id).decides, verdict.decides);
            unusual += verdict.unusual ? 1 : 0;
        }
        QVERIFY(unusual > 0);
    }

    // --- Damage
    void damage_thatARunFoundInItsOwnBackup_outlivesTheNextGoodRun() {
        World world;
        world.nights(3);
        const std::string broken = world.input.backups.at(1).id;
        RunRecord& run = world.input.runs.at(1);
        run.outcome = RunOutcome::Partial;
        run.backupIds = {broken};
        run.details.insert(QStringLiteral("verified"), QStringLiteral("stored"));
        run.details.insert(QStringLiteral("damaged_backups"), toJsonArray({broken}));
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("damaged")}); // though the newest run is good
        QVERIFY(findingOf(report, "damaged")->severity == Severity::Warning);
        QCOMPARE(findingOf(report, "damaged")->subject, broken);
        const auto damage = damageIn(world.input.runs);
        QVERIFY(damage.at(broken).afterItsRun);
        QCOMPARE(damage.at(broken).runId, world.input.runs.at(1).id);
        // A look at sizes takes nothing back, one at the bytes does.
        world.verified(kNow - 40min, {broken}, {}, QStringLiteral("quick"));
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("damaged")});
        world.verified(kNow - 30min, {broken}, {}, QStringLiteral("stored"));
        QCOMPARE(codes(world.look()), QStringList());
    }

    void partialRun_withAllItsBackups_isNotSaidToHaveOnlyAPart() {
        World world;
        world.nights(1);
        RunRecord& run = world.input.runs.back();
        run.outcome = RunOutcome::Partial;
        run.backupIds = {world.input.backups.back().id};
        run.error = Error{ErrorCode::ToolFailed, "the hook ended with code 1", {}, false, {}};
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("last_run_partial")});
        const std::string text = findingOf(report, "last_run_partial")->message;
        QVERIFY2(text.find("made all backups of its newest run (") != std::string::npos &&
                     text.ends_with("), but: the hook ended with code 1"),
                 text.c_str());
        world.input.runs.back().details.insert(QStringLiteral("failed_databases"), toJsonArray({"shop"}));
        QVERIFY(findingOf(world.look(), "last_run_partial")->message.find("got only a part") !=
                std::string::npos);
    }

    void damage_foundAfterALongRun_isNotTakenBackByWhatLookedMeanwhile() {
        World world;
        world.night(kNow - 5h);
        const std::string id = world.input.backups.back().id;
        RunRecord& run = world.input.runs.back();
        run.ended = kNow - 2h;
        run.details.insert(QStringLiteral("verified"), QStringLiteral("stored"));
        run.details.insert(QStringLiteral("damaged_backups"), toJsonArray({id}));
        world.verified(kNow - 3h, {id}, {});
        QVERIFY(damagedBackups(world.input.runs).contains(id));
        world.verified(kNow - 1h, {id}, {});
        QVERIFY(damagedBackups(world.input.runs).empty());
    }

    void paused_hidesWhatIsLateAndNoDamage() {
        World world;
        world.nights(3);
        const std::string newest = world.input.backups.back().id;
        world.verified(kNow - 2h, {}, {newest});
        for (const char* kind : {"drill", "prune"}) {
            RunRecord& run = world.run(kNow - 1h, RunOutcome::Failed);
            run.kind = kind;
            run.database = "shop";
            run.details = {};
        }
        world.policy().retention = RetentionRules{};
        world.policy().retention->keepLast = 3;
        world.policy().paused = true;
        const auto report = world.look();
        QCOMPARE(codes(report), (QStringList{QStringLiteral("damaged"), QStringLiteral("drill_failed"),
                                             QStringLiteral("paused")}));
        QVERIFY(only(report).state == WatchState::Paused);
    }

    // --- Names
    void swap_leavesNoUntrueLoss() {
        World world;
        world.nights(3);
        world.input.nameChanges = {swapAt(kNow - 1h)};
        for (auto& backup : world.input.backups)
            backup.database = "shop_before"; // as namesToday() says
        const auto report = world.look();
        QVERIFY(findingOf(report, "none_left") == nullptr);
        QVERIFY(findingOf(report, "gone") == nullptr); // it is there, under another name
        const Finding* never = findingOf(report, "never");
        QVERIFY(never != nullptr);
        QCOMPARE(never->database, std::string("shop"));
        QVERIFY2(never->message.find("by a swap") != std::string::npos, never->message.c_str());
        const auto& sources = only(report).sources;
        const auto shop = std::ranges::find(sources, std::string("shop"), &SourceWatch::database);
        QVERIFY(shop != sources.end() && shop->state == WatchState::Never && !shop->lastSuccess);
        const auto before = std::ranges::find(sources, std::string("shop_before"), &SourceWatch::database);
        QVERIFY(before != sources.end() && before->state == WatchState::Ok);
        // The next run backs up what has the name now.
        world.run(kNow - 30min, RunOutcome::Ok, {"shop", "shop_before"});
        world.backup(kNow - 30min);
        world.backup(kNow - 30min, kBig, 100s, "shop_before");
        QCOMPARE(codes(world.look()), QStringList());
    }

    void swap_thatWasUndone_changesNothing() {
        World world;
        world.nights(3);
        world.input.nameChanges = {
            swapAt(kNow - 4h), {kProfile, kNow - 3h, {{"shop", "shop_restored"}, {"shop_before", "shop"}}}};
        // Nor does it ask for the restored database, which no run has seen.
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList());
        QCOMPARE(only(report).sources.size(), std::size_t(1));
        const auto& source = only(report).sources.front();
        QCOMPARE(source.database, std::string("shop"));
        QVERIFY(source.state == WatchState::Ok);
    }

    void swap_onAnotherServer_isNoneOfItsPolicys() {
        World world;
        world.nights(3);
        NameChange elsewhere = swapAt(kNow - 1h);
        elsewhere.profileUuid = "somebody else's";
        world.input.nameChanges = {elsewhere};
        QCOMPARE(codes(world.look()), QStringList());
    }

    // --- Heartbeats
    void heartbeat_isForAPolicyItsStoreAndWhatTheWatchReads() {
        World world;
        world.nights(3);
        const std::string uuid = world.policy().uuid;
        auto report = world.look();
        QVERIFY(report.wellFor(uuid));
        QVERIFY(!report.wellFor("nobody's"));
        StoreWatch store;
        store.repositoryId = "another";
        store.findings = {{Severity::Critical, "store_low", {}, {}, "full", {}, "another"}};
        report.stores = {store};
        QVERIFY(report.wellFor(uuid));
        report.stores.front().repositoryId = kRepository;
        QVERIFY(!report.wellFor(uuid));
        report.stores.clear();
        report.general = {{Severity::Warning, "unprotected", {}, "other", "nothing backs it up", {}}};
        QVERIFY(report.wellFor(uuid)); // of no policy
        for (const char* code : {"catalog_lost", "workspace_lost"}) {
            report.general = {{Severity::Warning, code, {}, {}, "lost", {}}};
            QVERIFY(!report.wellFor(uuid));
        }
        report.general.clear();
        QVERIFY(report.wellFor(uuid));
        report.policies.front().findings = {{Severity::Warning, "size_small", uuid, "shop", "small", {}}};
        QVERIFY(!report.wellFor(uuid));
    }

    void findings_ofOneCode_tellWhichTheyAreOf() {
        World world;
        world.nights(2);
        RunRecord& run = world.input.runs.back();
        run.details.insert(QStringLiteral("unselected_databases"), toJsonArray({"other"}));
        run.details.insert(QStringLiteral("store_free_bytes"), 1000);
        run.details.insert(QStringLiteral("store_total_bytes"), 100'000);
        world.policy().rules = {{true, "shop"}};
        const auto report = world.look();
        QCOMPARE(findingOf(report, "unprotected")->subject, kProfile);
        QCOMPARE(findingOf(report, "store_low")->subject, kRepository);
        QCOMPARE(toJson(*findingOf(report, "store_low")).value(QLatin1String("subject")).toString(),
                 toQt(kRepository));
    }

    void refusedPrune_saysTheVeryCommands() {
        World world;
        world.nights(8);
        world.policy().retention = RetentionRules{};
        world.policy().retention->keepLast = 3;
        RunRecord& prune = world.run(kNow - 1h, RunOutcome::Failed);
        prune.kind = "prune";
        prune.details = {};
        prune.error = Error{ErrorCode::Conflict, "no", {}, false, {{"dropped", "5"}, {"live", "8"}}};
        const std::string said = findingOf(world.look(), "prune_refused")->message;
        const std::string which = " --repository " + kRepository + " --policy " + world.policy().uuid;
        for (const char* command : {"salvorctl retention preview", "salvorctl prune --confirm-large"})
            QVERIFY2(said.find(command + which) != std::string::npos, said.c_str());
    }
};

QTEST_GUILESS_MAIN(TestWatchLasting)
#include "test_watchlasting.moc"
