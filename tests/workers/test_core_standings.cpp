// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How databases stand, for the Overview, beside what `status` says of the same records.
#include "support/check.h"
#include "workers/standings.h"
#include "workers/timersroad.h"
#include "workers/watchedworld.h"

#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

class TestCoreStandings : public QObject {
    Q_OBJECT
private slots:
    /// As `status` says it: neither protected nor, later, overdue for ever.
    void databaseThatVanished_isNoLongerProtected() {
        World world;
        CHECK_OK(world.init());
        const Instant now = world.clock.now();
        CHECK_OK(world.addRun(now - 3h, RunOutcome::Ok, {"crm", "plant", "shop"}));
        CHECK_OK(world.addNight(now - 3h + 1s));
        const auto stateOfShop = [&]() -> Protection {
            const auto all = sourceStandings(*world.core, findTimersRoad("/usr/bin/salvorctl"), {});
            const auto shop = std::ranges::find(*all, std::string("shop"), &SourceStatus::database);
            return shop->protection;
        };
        const auto stateInTheWatch = [&] {
            const auto report = world.core->watchReport();
            const auto& sources = report->policies.front().sources;
            return std::ranges::find(sources, std::string("shop"), &SourceWatch::database)->state;
        };
        QVERIFY(stateOfShop() == Protection::Protected);
        CHECK_OK(world.addRun(now - 1h, RunOutcome::Ok, {"crm", "plant"}));
        // The run just before saw "shop" alone: all of what it saw went.
        QVERIFY(stateOfShop() == Protection::Lost);
        QVERIFY(stateInTheWatch() == WatchState::Failed);
        CHECK_OK(world.addRun(now - 3h + 2s, RunOutcome::Ok, {"crm", "plant", "shop"}));
        QVERIFY(stateOfShop() == Protection::Gone);
        QVERIFY(stateInTheWatch() == WatchState::Gone);
        world.clock.pass(30 * 24h);
        QVERIFY(stateOfShop() == Protection::Gone);
    }

    /// Dropped and made again: neither the proof nor the time of the former one is told of it.
    void databaseThatWasMadeAgain_wasNeverBroughtBack() {
        World world;
        CHECK_OK(world.init());
        const Instant now = world.clock.now();
        CHECK_OK(world.addNight(now - 4h));
        const auto catalog = CatalogDatabase::open(world.config.places.catalogFile);
        CHECK_OK(catalog);
        BackupRecord former = (*catalog)->backups()->rows->front();
        former.systemId = "7301";
        former.databaseId = "16400";
        former.restoredAt = now - 3h;
        CHECK_OK((*catalog)->saveBackup(former));
        RunRecord drill;
        drill.id = makeRecordId(now - 3h);
        drill.kind = "drill";
        drill.profileUuid = former.profileUuid;
        drill.database = "shop";
        drill.started = now - 3h;
        drill.ended = now - 3h + 10s;
        drill.outcome = RunOutcome::Ok;
        drill.backupIds = {former.id};
        drill.details = {{QStringLiteral("restore_milliseconds"), 700},
                         {QStringLiteral("proof_milliseconds"), 100}};
        CHECK_OK((*catalog)->saveRun(drill));
        const auto shop = [&] {
            return sourceStandings(*world.core, findTimersRoad("/usr/bin/salvorctl"), {})->front();
        };
        QVERIFY(shop().recovery && shop().recovery->drill && shop().proven);
        BackupRecord again = former;
        again.id = makeRecordId(now - 1h);
        again.databaseId = "16999";
        again.restoredAt.reset();
        again.started = now - 1h;
        again.ended = now - 1h + 10s;
        CHECK_OK((*catalog)->saveBackup(again));
        QVERIFY(!shop().recovery && !shop().provedAt);
        const auto report = world.core->watchReport();
        CHECK_OK(report);
        QVERIFY(!report->policies.front().sources.front().provedAt);
    }

    /// There is nothing good to bring back, and the charts have it all the same.
    void databaseWhoseBackupsAreAllDamaged_hasOneStill() {
        World world;
        CHECK_OK(world.init());
        CHECK_OK(world.addNight(world.clock.now() - 4h));
        const auto catalog = CatalogDatabase::open(world.config.places.catalogFile);
        CHECK_OK(catalog);
        const std::string id = (*catalog)->backups()->rows->front().id;
        RunRecord verify;
        verify.id = makeRecordId(world.clock.now() - 1h);
        verify.kind = "verify";
        verify.repositoryId = world.policy.repositoryId;
        verify.started = world.clock.now() - 1h;
        verify.ended = verify.started + 10s;
        verify.outcome = RunOutcome::Failed;
        verify.backupIds = {id};
        verify.details = {{QStringLiteral("damaged_backups"), toJsonArray({id})},
                          {QStringLiteral("depth"), QStringLiteral("full")}};
        CHECK_OK((*catalog)->saveRun(verify));
        const auto all = sourceStandings(*world.core, findTimersRoad("/usr/bin/salvorctl"), {});
        CHECK_OK(all);
        QVERIFY(!all->front().lastGood);
        QVERIFY(all->front().damaged && all->front().damaged->id == id);
    }
};

QTEST_GUILESS_MAIN(TestCoreStandings)
#include "test_core_standings.moc"
