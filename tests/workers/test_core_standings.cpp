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
};

QTEST_GUILESS_MAIN(TestCoreStandings)
#include "test_core_standings.moc"
