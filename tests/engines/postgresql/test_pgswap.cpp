// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Swaps as the engine plans and does them: names that are taken, databases that are not ready, cancel. The
// whole of it is tried in tests/workers/test_core_restored.cpp.
#include "roundtrip.h"

#include <QScopeGuard>

using namespace salvor;
using namespace salvor::test;

namespace {

SwapSpec specOf(RoundTrip& trip, const std::string& database) {
    SwapSpec spec;
    spec.connection = trip.lab.connection();
    spec.database = database;
    spec.liveName = trip.source.name();
    spec.stamp = "20261121t074000z";
    spec.at = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + std::chrono::hours(7);
    return spec;
}

} // namespace

class TestPgSwap : public QObject {
    Q_OBJECT

private slots:
    void plan_nameOfTheReplacedOneTaken_isAlreadyExists() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE a (b int)");
        const std::string failed = trip.whole();
        QVERIFY2(failed.empty(), failed.c_str());
        const std::string taken = trip.source.name() + "_replaced_20261121t074000z";
        LabConnection admin(server, "postgres");
        admin.run("CREATE DATABASE " + quoteIdentifier(taken));
        const auto tidy = qScopeGuard([&] { dropDatabase(server, taken); });
        const auto plan = trip.engine.planSwap(specOf(trip, trip.finalName()), {});
        QVERIFY(!plan);
        QCOMPARE(nameOf(plan.error().code), QByteArray("already_exists"));
        QCOMPARE(QByteArray::fromStdString(plan.error().context.at("database")),
                 QByteArray::fromStdString(taken));
    }

    void plan_unfinishedRestore_isRefused() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE a (b int)");
        QVERIFY2(trip.backUp(), "backup");
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored).constData());
        auto spec = specOf(trip, trip.hiddenName());
        spec.evenUnproven = false;
        const auto plan = trip.engine.planSwap(spec, {});
        QVERIFY(!plan);
        QCOMPARE(nameOf(plan.error().code), QByteArray("conflict"));
    }

    void swap_cancelled_changesNothing() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE a (b int)");
        const std::string failed = trip.whole();
        QVERIFY2(failed.empty(), failed.c_str());
        trip.source.disconnect();
        std::stop_source stop;
        stop.request_stop();
        const auto swapped = trip.engine.swap(specOf(trip, trip.finalName()), stop.get_token());
        QVERIFY(!swapped);
        QCOMPARE(nameOf(swapped.error().code), QByteArray("cancelled"));
        LabConnection live(server, trip.source.name());
        QCOMPARE(live.value("SELECT count(*) FROM a"), std::string("0"));
        const auto made = trip.engine.listRestored(trip.lab.connection(), {});
        QVERIFY2(made, why(made).constData());
        for (const auto& one : *made) {
            if (one.name == trip.finalName())
                QCOMPARE(one.state, std::string("proved"));
        }
    }

    void description_saysWhatItCan() {
        SystemProcessRunner processes;
        const PostgresqlEngine engine(processes);
        QVERIFY(engine.description().swapsRestored);
        QVERIFY(engine.description().throwawayServers);
        QVERIFY(engine.description().checkQueries);
    }
};

QTEST_GUILESS_MAIN(TestPgSwap)
#include "test_pgswap.moc"
