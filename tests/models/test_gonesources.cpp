// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the Overview says of databases that vanished, beside what the watch says of the same records.
#include "models/standing.h"
#include "models/watch/gonesources.h"
#include "watchworld.h"

#include <QTest>

#include <map>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

/// A good run by the rules, and a backup of each.
RunRecord& night(World& world, Instant at, const std::vector<std::string>& databases,
                 const std::string& system = "7301") {
    RunRecord& run = world.run(at, RunOutcome::Ok, databases);
    run.details.insert(QStringLiteral("system_id"), toQt(system));
    run.details.insert(QStringLiteral("unselected_databases"), QJsonArray());
    for (const auto& database : databases) {
        BackupRecord& made = world.backup(at, 1'000'000, 100s, database);
        made.id += database;
        made.systemId = system;
        made.databaseId = database + " of " + system;
        made.runId = run.id;
    }
    return run;
}

/// As the catalog makes them of the same records, the newest `most` runs of each.
std::vector<SourceStatus> sourcesOf(const World& world, std::size_t most = 30) {
    std::map<std::string, SourceStatus> sources;
    for (const auto& run : world.input.runs) {
        for (const auto& name : run.details.value(QLatin1String("databases")).toArray()) {
            SourceStatus& source = sources[fromQt(name.toString())];
            source.recentRuns.push_back(run);
            if (run.details.value(QLatin1String("failed_databases")).toArray().contains(name))
                source.recentRuns.back().outcome = RunOutcome::Failed;
        }
    }
    for (const auto& backup : world.input.backups) {
        SourceStatus& source = sources[backup.database];
        if (!source.lastGood || backup.started > source.lastGood->started)
            source.lastGood = backup;
    }
    std::vector<SourceStatus> list;
    for (auto& [name, source] : sources) {
        source.profileUuid = kProfile;
        source.database = name;
        std::ranges::sort(source.recentRuns, {}, &RunRecord::started);
        if (source.recentRuns.size() > most)
            source.recentRuns.erase(source.recentRuns.begin(),
                                    source.recentRuns.end() - static_cast<std::ptrdiff_t>(most));
        source.state = source.recentRuns.empty() ? "ok" : toString(source.recentRuns.back().outcome);
        list.push_back(std::move(source));
    }
    return list;
}

GoneInput inputOf(const World& world, Instant now = kNow) {
    return {world.input.policies, world.input.nameChanges, world.input.dropped, now};
}

/// By name; of one that is not listed nothing.
std::map<std::string, std::string> statesOf(const World& world, Instant now = kNow) {
    auto sources = sourcesOf(world);
    markGone(sources, inputOf(world, now));
    std::map<std::string, std::string> states;
    for (const auto& source : sources)
        states[source.database] = source.state;
    return states;
}

Protection protectionOfOne(const World& world, const std::string& database, Instant now = kNow) {
    auto sources = sourcesOf(world);
    markGone(sources, inputOf(world, now));
    StandingInput input;
    input.policies = world.input.policies;
    input.now = now;
    return standingOf(*std::ranges::find(sources, database, &SourceStatus::database), input).protection;
}

using States = std::map<std::string, std::string>;

} // namespace

class TestGoneSources : public QObject {
    Q_OBJECT
private slots:
    void databaseDroppedAmongOthers_isGoneAndNeverOverdue() {
        World world;
        night(world, kNow - 25h, {"a", "b", "shop"});
        QVERIFY(protectionOfOne(world, "shop") == Protection::Protected);
        night(world, kNow - 1h, {"a", "b"});
        QCOMPARE(statesOf(world), (States{{"a", "ok"}, {"b", "ok"}, {"shop", "gone"}}));
        QVERIFY(protectionOfOne(world, "shop") == Protection::Gone);
        for (int i = 1; i <= 40; ++i) // more runs than a source has at hand
            night(world, kNow + i * kDay, {"a", "b"});
        QVERIFY(protectionOfOne(world, "shop", kNow + 41 * kDay) == Protection::Gone);
        const auto report = world.look(kNow + 41 * kDay);
        QVERIFY(findingOf(report, "gone") != nullptr && findingOf(report, "databases_gone") == nullptr);
    }

    /// It was excluded for a while, so its backups are old; the newest run saw it all the same.
    void databaseThatIsIncludedAgain_isNotGone() {
        World world;
        night(world, kNow - 30 * kDay, {"a", "b", "shop"});
        night(world, kNow - 1h, {"a", "b"})
            .details.insert(QStringLiteral("unselected_databases"), QJsonArray{QStringLiteral("shop")});
        QCOMPARE(statesOf(world).at("shop"), std::string("ok"));
        QVERIFY(protectionOfOne(world, "shop") == Protection::Overdue);
        QVERIFY(findingOf(world.look(), "gone") == nullptr);
    }

    void runUnderWay_hidesNoRunBeforeIt() {
        World world;
        night(world, kNow - 50h, {"a", "b", "shop"});
        night(world, kNow - 25h, {"a", "b"});
        night(world, kNow - 1h, {"a", "b"}).outcome = RunOutcome::Running;
        QCOMPARE(statesOf(world).at("shop"), std::string("gone"));
    }

    void databasesThatTheWatchCountsAsLost_areLost() {
        World world;
        night(world, kNow - 25h, {"crm", "plant", "shop"});
        night(world, kNow - 1h, {"plant"});
        QCOMPARE(statesOf(world), (States{{"crm", "lost"}, {"plant", "ok"}, {"shop", "lost"}}));
        QVERIFY(protectionOfOne(world, "shop") == Protection::Lost);
        QVERIFY(findingOf(world.look(), "databases_gone") != nullptr);
        // One is back: of the other one it is somebody's decision, for both.
        night(world, kNow - 30min, {"crm", "plant"});
        const auto report = world.look();
        QCOMPARE(findingOf(report, "databases_gone") != nullptr,
                 protectionOfOne(world, "shop") == Protection::Lost);
        QCOMPARE(statesOf(world).at("shop"), std::string("gone"));
        // Answered: no policy selects it any more.
        world.policy().rules.push_back({false, "shop"});
        QVERIFY(protectionOfOne(world, "shop") == Protection::Gone);
    }

    /// By `restored drop`: that is no loss, neither here nor for the watch.
    void copiesThatSalvorDropped_areGone() {
        World world;
        night(world, kNow - 25h, {"shop", "shop_copy"});
        night(world, kNow - 1h, {"shop"});
        QCOMPARE(statesOf(world).at("shop_copy"), std::string("lost")); // one of two
        world.input.dropped = {{kProfile, kNow - 2h, "shop_copy"}};
        QCOMPARE(statesOf(world).at("shop_copy"), std::string("gone"));
        QVERIFY(findingOf(world.look(), "databases_gone") == nullptr);
    }

    void databasesOfAServerThatWasReplaced_areLost() {
        World world;
        night(world, kNow - 25h, {"a", "b", "c", "shop"});
        night(world, kNow - 1h, {"a", "b", "c"}, "9999");
        QCOMPARE(statesOf(world).at("shop"), std::string("lost"));
        QVERIFY(findingOf(world.look(), "server_replaced") != nullptr);
    }

    void databaseThatIsBack_orWasBackedUpByNameSince_isThere() {
        World world;
        night(world, kNow - 25h, {"a", "b", "shop"});
        night(world, kNow - 2h, {"a", "b"});
        night(world, kNow - 1h, {"shop"})
            .details.insert(QStringLiteral("selection"), QStringLiteral("named"));
        QCOMPARE(statesOf(world).at("shop"), std::string("ok"));
        // Looked for by name in vain it is no more there than before.
        RunRecord& inVain =
            world.run(kNow - 30min, RunOutcome::Failed, {"shop"}, {"shop"}); // and a later one by the rules
        inVain.details.insert(QStringLiteral("selection"), QStringLiteral("named"));
        night(world, kNow - 20min, {"a", "b"});
        QCOMPARE(statesOf(world).at("shop"), std::string("gone"));
    }

    void databaseThatNoPolicySelects_isGoneOnlyIfItIsNotOnTheServer() {
        World world;
        night(world, kNow - 25h, {"a", "b", "old", "shop"});
        night(world, kNow - 1h, {"a", "b"})
            .details.insert(QStringLiteral("unselected_databases"), toJsonArray({"old"}));
        world.policy().rules.push_back({false, "shop"});
        world.policy().rules.push_back({false, "old"});
        QCOMPARE(statesOf(world), (States{{"a", "ok"}, {"b", "ok"}, {"old", "ok"}, {"shop", "gone"}}));
        QVERIFY(protectionOfOne(world, "old") == Protection::Unprotected);
        world.input.policies.clear();
        QCOMPARE(statesOf(world).at("shop"), std::string("gone"));
    }

    void runOfAnotherPolicy_saysNothingOfThisOnes() {
        World world;
        night(world, kNow - 25h, {"a", "shop"});
        Policy second = world.policy();
        second.uuid = "0f6f9c1e-8a53-4e0e-9a68-3e1b7f6b2a12";
        second.rules = {{true, "a"}};
        world.input.policies.push_back(second);
        night(world, kNow - 1h, {"a"}).details.insert(QStringLiteral("policies"), toJsonArray({second.uuid}));
        QCOMPARE(statesOf(world).at("shop"), std::string("ok"));
    }

    void databaseWithoutABackup_isNotListed() {
        World world;
        night(world, kNow - 25h, {"a", "b"});
        world.run(kNow - 24h, RunOutcome::Partial, {"a", "b", "never"}, {"never"});
        QCOMPARE(statesOf(world).size(), std::size_t(3));
        night(world, kNow - 1h, {"a", "b"});
        QCOMPARE(statesOf(world), (States{{"a", "ok"}, {"b", "ok"}}));
    }

    void databaseThatARuleNames_failsAndIsNotGone() {
        World world;
        world.policy().rules = {{true, "*"}, {true, "shop"}};
        night(world, kNow - 25h, {"a", "b", "shop"});
        night(world, kNow - 1h, {"a", "b"});
        RunRecord& newest = world.input.runs.back();
        newest.outcome = RunOutcome::Partial;
        newest.details.insert(QStringLiteral("databases"), toJsonArray({"a", "b", "shop"}));
        newest.details.insert(QStringLiteral("failed_databases"), toJsonArray({"shop"}));
        newest.details.insert(QStringLiteral("missing_databases"), toJsonArray({"shop"}));
        QVERIFY(protectionOfOne(world, "shop") == Protection::Failed);
    }

    void swappedDatabases_areJudgedByTheirNamesOfToday() {
        World world;
        night(world, kNow - 25h, {"a", "b", "shop"});
        world.input.nameChanges.push_back(
            {kProfile, kNow - 2h, {{"shop", "shop_old"}, {"shop_new", "shop"}}});
        auto sources = sourcesOf(world);
        std::ranges::find(sources, std::string("shop"), &SourceStatus::database)->database = "shop_old";
        markGone(sources, inputOf(world));
        QCOMPARE(sources.size(), std::size_t(3));
        for (const auto& source : sources)
            QCOMPARE(source.state, std::string("ok"));
    }
};

QTEST_GUILESS_MAIN(TestGoneSources)
#include "test_gonesources.moc"
