// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Databases that a restore made beside the original: what a policy's rules make of them, and what charts and
// strips show once one of them has the original's name. On real servers.
#include "models/base/json.h"
#include "models/sourcetexts.h"
#include "support/sampledata.h"
#include "workers/corefixture.h"
#include "workers/standings.h"
#include "workers/timersroad.h"

#include <QJsonArray>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

/// A database, its backup, and a copy restored beside it; a policy takes everything whose name begins so.
struct Beside {
    explicit Beside(const LabServer& of)
        : server(of)
        , source(std::make_unique<LabDatabase>(server))
        , live(source->name())
        , fresh(live + "_fresh") {
        source->run(sample::shop());
    }
    ~Beside() {
        try {
            LabConnection admin(server, "postgres");
            for (const auto& row :
                 admin.run("SELECT datname FROM pg_database WHERE datname LIKE '" + live + "\\_%'"))
                dropDatabase(server, *row.front());
        } catch (const std::exception& problem) {
            qWarning("%s", problem.what());
        }
    }
    Result<> prepare() {
        SALVOR_TRY(fixture.init().map([](const auto&) {}));
        SALVOR_TRY(fixture.addProfile(server).map([](const auto&) {}));
        SALVOR_TRY(setRules({{true, live + "*"}}));
        SALVOR_ASSIGN(const auto made, fixture.backUp(live));
        backupId = made.backups.front().id;
        SALVOR_TRY(fixture.restore(backupId, fresh).map([](const auto&) {}));
        source->disconnect();
        return {};
    }
    Result<> setRules(std::vector<SelectionRule> rules) {
        SALVOR_ASSIGN(const auto policies, fixture.core.policies());
        Policy policy = policies.front();
        policy.rules = std::move(rules);
        return fixture.core.savePolicy(policy).map([](const auto&) {});
    }
    /// By the rules, as a timer's run does.
    Result<BackupOutcome> run() {
        BackupJob job;
        job.profile = "lab";
        NullProgress nobody;
        auto report = fixture.core.runJob(job, nobody, {});
        if (!report)
            return tl::unexpected<Error>(report.error());
        return std::get<BackupOutcome>(std::move(*report));
    }
    SwapRequest swap() const {
        SwapRequest request;
        request.profile = "lab";
        request.database = fresh;
        request.confirm = live;
        return request;
    }

    LabServer server;
    std::unique_ptr<LabDatabase> source;
    std::string live;
    std::string fresh;
    std::string backupId;
    CoreFixture fixture;
};

std::vector<std::string> namesOf(const BackupOutcome& outcome) {
    std::vector<std::string> names;
    for (const auto& backup : outcome.backups)
        names.push_back(backup.database);
    std::ranges::sort(names);
    return names;
}

std::vector<std::string> namesIn(const RunRecord& run, const char* key) {
    std::vector<std::string> names;
    for (const auto& name : run.details.value(QLatin1String(key)).toArray())
        names.push_back(fromQt(name.toString()));
    return names;
}

using Names = std::vector<std::string>;

} // namespace

class TestCoreCopies : public QObject {
    Q_OBJECT

private slots:
    void beside_isLeftOutAndToldUntilARuleNamesIt() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Beside made(server);
        CHECK_OK(made.prepare());
        const auto first = made.run();
        CHECK_OK(first);
        QCOMPARE(namesOf(*first), Names{made.live});
        QVERIFY(first->run.outcome == RunOutcome::Ok);
        QCOMPARE(namesIn(first->run, "restored_copies"), Names{made.fresh});
        for (const auto& name : namesIn(first->run, "unselected_databases"))
            QVERIFY2(name != made.fresh, "nobody has to be warned of it");
        const auto profile = made.fixture.core.profile("lab");
        CHECK_OK(profile);
        const auto report = made.fixture.core.testConnection(*profile, nullptr, {});
        CHECK_OK(report);
        const auto copy = std::ranges::find(report->sources, made.fresh, &SourceInfo::name);
        QVERIFY(copy != report->sources.end());
        QCOMPARE(copyOf(*copy).value_or("none"), made.live);
        QVERIFY(std::ranges::any_of(report->notes, [&](const std::string& note) {
            return note.find(made.fresh + " is a restored copy of " + made.live) != std::string::npos;
        }));
        CHECK_OK(made.setRules({{true, made.live + "*"}, {true, made.fresh}}));
        const auto named = made.run();
        CHECK_OK(named);
        QCOMPARE(namesOf(*named), (Names{made.live, made.fresh}));
        QVERIFY(namesIn(named->run, "restored_copies").empty());
        // What was backed up once is a database of its own.
        CHECK_OK(made.setRules({{true, made.live + "*"}}));
        const auto after = made.run();
        CHECK_OK(after);
        QCOMPARE(namesOf(*after), (Names{made.live, made.fresh}));
    }

    /// The copy's own mark says whose it is.
    void backupDeleted_theCopyStaysLeftOut() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Beside made(server);
        CHECK_OK(made.prepare());
        CHECK_OK(made.run()); // so that it is not the last one
        BackupActRequest request;
        request.act = BackupAct::Delete;
        request.backups = {made.backupId};
        request.confirmLarge = true;
        CHECK_OK(made.fixture.core.changeBackups(request, {}));
        CHECK_FAILS(made.fixture.core.backup(made.backupId), ErrorCode::NotFound);
        const auto outcome = made.run();
        CHECK_OK(outcome);
        QCOMPARE(namesOf(*outcome), Names{made.live});
        QCOMPARE(namesIn(outcome->run, "restored_copies"), Names{made.fresh});
    }

    void swappedIn_isNotProvenByTheOldOnesProof() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Beside made(server);
        CHECK_OK(made.prepare());
        const auto liveNow = [&]() -> Result<SourceStanding> {
            SALVOR_ASSIGN(const auto all,
                          sourceStandings(made.fixture.core, findTimersRoad("/usr/bin/salvorctl"), {}));
            const auto found = std::ranges::find(all, made.live, &SourceStanding::database);
            if (found == all.end())
                return failure(ErrorCode::NotFound, "it is not among the sources");
            return *found;
        };
        auto live = liveNow();
        CHECK_OK(live);
        QVERIFY(live->provedAt && live->proven);
        CHECK_OK(made.fixture.core.swapRestored(made.swap(), {}));
        live = liveNow();
        CHECK_OK(live);
        QVERIFY(!live->lastGood);
        QVERIFY(!live->provedAt && !live->proven);
    }

    void original_gone_theCopyIsBackedUp() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Beside made(server);
        CHECK_OK(made.prepare());
        made.source.reset(); // dropped: the copy is all that there is
        const auto outcome = made.run();
        CHECK_OK(outcome);
        QCOMPARE(namesOf(*outcome), Names{made.fresh});
        QVERIFY(namesIn(outcome->run, "restored_copies").empty());
    }

    void swappedIn_isBackedUpAndChartsShowItAlone() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Beside made(server);
        CHECK_OK(made.prepare());
        CHECK_OK(made.fixture.core.swapRestored(made.swap(), {}));
        TrendQuery query;
        const auto profile = made.fixture.core.profile("lab");
        CHECK_OK(profile);
        query.profileUuid = profile->uuid;
        query.database = made.live;
        query.to = made.fixture.config().clock->now() + std::chrono::hours(1);
        query.from = query.to - std::chrono::hours(48);
        OutcomeQuery days{query.profileUuid, query.database, query.from, query.to};
        // What has the name now was never backed up.
        auto points = made.fixture.core.trend(query);
        CHECK_OK(points);
        QVERIFY(points->empty());
        CHECK_OK(made.fixture.core.outcomesByDay(days));
        QVERIFY(made.fixture.core.outcomesByDay(days)->empty());
        const auto outcome = made.run();
        CHECK_OK(outcome);
        QVERIFY(std::ranges::count(namesOf(*outcome), made.live) == 1);
        QVERIFY(namesIn(outcome->run, "restored_copies").empty());
        points = made.fixture.core.trend(query);
        CHECK_OK(points);
        QCOMPARE(points->size(), std::size_t(1));
        QVERIFY(points->front().backupId != made.backupId);
        const auto sources = made.fixture.core.overview();
        CHECK_OK(sources);
        const auto strip = std::ranges::find(*sources, made.live, &SourceStatus::database);
        QVERIFY(strip != sources->end());
        QCOMPARE(strip->recentRuns.size(), std::size_t(1));
        // And back: the strip is the original's again, whose name was another one meanwhile.
        SwapRequest undo = made.swap();
        undo.database = made.live;
        undo.undo = true;
        CHECK_OK(made.fixture.core.swapRestored(undo, {}));
        points = made.fixture.core.trend(query);
        CHECK_OK(points);
        const auto ofRestored = std::ranges::find(outcome->backups, made.live, &BackupRecord::database)->id;
        QCOMPARE(points->size(), std::size_t(2));
        QCOMPARE(points->front().backupId, made.backupId);
        QVERIFY(points->back().backupId != ofRestored);
    }
};

QTEST_GUILESS_MAIN(TestCoreCopies)
#include "test_core_copies.moc"
