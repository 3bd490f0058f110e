// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Swaps as the engine plans and does them: names that are taken, databases that are not ready, cancel. The
// whole of it is tried in tests/workers/test_core_restored.cpp.
#include "roundtrip.h"
#include "support/commitproxy.h"

#include <QScopeGuard>

#include <algorithm>
#include <thread>

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

std::string oidOf(LabConnection& admin, const std::string& name) {
    return admin.value("SELECT coalesce(max(oid::int8), 0)::text FROM pg_database WHERE datname = '" + name +
                       "'");
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

    void swap_whileAnotherTakesTheSameName_isAConflict() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip one(server);
        RoundTrip other(server);
        for (RoundTrip* trip : {&one, &other}) {
            trip->source.run("CREATE TABLE a (b int)");
            const std::string failed = trip->whole();
            QVERIFY2(failed.empty(), failed.c_str());
            trip->source.disconnect();
        }
        const std::string live = one.source.name();
        LabConnection admin(server, "postgres");
        const auto oidOf = [&](const std::string& name) {
            return admin.value("SELECT coalesce(max(oid::int8), 0)::text FROM pg_database WHERE datname = '" +
                               name + "'");
        };
        const std::string before = oidOf(live);
        auto firstSpec = specOf(one, one.finalName());
        auto secondSpec = specOf(other, other.finalName());
        secondSpec.liveName = live;
        secondSpec.stamp = "20261121t074001z";
        const auto tidy = qScopeGuard([&] {
            for (const auto& spec : {firstSpec, secondSpec})
                dropDatabase(server, live + "_replaced_" + spec.stamp);
        });
        const std::string winner[] = {oidOf(one.finalName()), oidOf(other.finalName())};
        // Both have made their plans, and wait for the same lock.
        admin.run("BEGIN");
        admin.run("LOCK TABLE pg_catalog.pg_database IN SHARE MODE");
        LabConnection watcher(server, "postgres");
        Result<DatabaseSwap> swapped[] = {failure(ErrorCode::Internal, "it was not begun"),
                                          failure(ErrorCode::Internal, "it was not begun")};
        {
            std::jthread first([&] { swapped[0] = one.engine.swap(firstSpec, {}); });
            std::jthread second([&] { swapped[1] = other.engine.swap(secondSpec, {}); });
            const auto waiting = [&] {
                return watcher.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                                     "AND query LIKE 'ALTER DATABASE%" +
                                     live + "%'");
            };
            const auto release = qScopeGuard([&] { admin.run("COMMIT"); });
            QTRY_COMPARE_WITH_TIMEOUT(waiting(), std::string("2"), 60000);
        }
        const int won = swapped[0] ? 0 : 1;
        QVERIFY2(swapped[won], why(swapped[won]).constData());
        QVERIFY(!swapped[1 - won]);
        QCOMPARE(nameOf(swapped[1 - won].error().code), QByteArray("conflict"));
        QVERIFY2(swapped[1 - won].error().message.find("changed meanwhile") != std::string::npos,
                 why(swapped[1 - won]).constData());
        QCOMPARE(oidOf(live), winner[won]);
        // Which one goes back is the one that was there before.
        auto undo = specOf(one, live);
        undo.undo = true;
        const auto back = one.engine.swap(undo, {});
        QVERIFY2(back, why(back).constData());
        QCOMPARE(oidOf(live), before);
    }

    /// The original was dropped: its name is free, and one rename gives it.
    void swap_withoutAnOriginal_saysHowItsNameIsGiven() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE a (b int)");
        const std::string failed = trip.whole();
        QVERIFY2(failed.empty(), failed.c_str());
        auto spec = specOf(trip, trip.finalName());
        spec.liveName += "_dropped";
        const auto planned = trip.engine.swap(spec, {});
        QVERIFY(!planned);
        QCOMPARE(nameOf(planned.error().code), QByteArray("not_found"));
        QVERIFY2(planned.error().message.find("there is no database " + spec.liveName) != std::string::npos,
                 why(planned).constData());
        // The way that it names leads there, and the copy is known by its new name.
        const std::string sql = planned.error().hint.substr(planned.error().hint.find("ALTER DATABASE"));
        trip.target.reset();
        LabConnection admin(server, "postgres");
        admin.run(sql);
        const auto tidy = qScopeGuard([&] { dropDatabase(server, spec.liveName); });
        const auto made = trip.engine.listRestored(trip.lab.connection(), {});
        QVERIFY2(made, why(made).constData());
        QVERIFY(std::ranges::any_of(
            *made, [&](const auto& one) { return one.name == spec.liveName && one.state == "proved"; }));
    }

    void swap_ofAMarkerThatChangedMeanwhile_isAConflict() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE a (b int)");
        const std::string failed = trip.whole();
        QVERIFY2(failed.empty(), failed.c_str());
        trip.source.disconnect();
        LabConnection admin(server, "postgres");
        admin.run("BEGIN");
        admin.run("LOCK TABLE pg_catalog.pg_database IN SHARE MODE");
        LabConnection watcher(server, "postgres");
        Result<DatabaseSwap> swapped = failure(ErrorCode::Internal, "it was not begun");
        {
            std::jthread swapper([&] { swapped = trip.engine.swap(specOf(trip, trip.finalName()), {}); });
            const auto release = qScopeGuard([&] { admin.run("COMMIT"); });
            QTRY_COMPARE_WITH_TIMEOUT(
                watcher.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                              "query LIKE 'ALTER DATABASE%" +
                              trip.source.name() + "%'"),
                std::string("1"), 60000);
            admin.run("COMMENT ON DATABASE " + quoteIdentifier(trip.finalName()) + " IS 'mine by now'");
        }
        QVERIFY(!swapped);
        QCOMPARE(nameOf(swapped.error().code), QByteArray("conflict"));
        const std::string names = "'" + trip.source.name() + "', '" + trip.finalName() + "'";
        QCOMPARE(watcher.value("SELECT count(*) FROM pg_database WHERE datname IN (" + names + ")"),
                 std::string("2"));
    }

    void connection_lostInCommit_isToldAsItEnded_data() {
        QTest::addColumn<CommitProxy::Cut>("cut");
        QTest::addColumn<bool>("undo");
        QTest::addColumn<bool>("isDone");
        for (const bool undo : {false, true}) {
            const char* const what = undo ? "undo" : "swap";
            QTest::addRow("%s, never got there", what) << CommitProxy::Cut::Before << undo << false;
            QTest::addRow("%s, answer lost", what) << CommitProxy::Cut::After << undo << true;
            QTest::addRow("%s, session left behind", what) << CommitProxy::Cut::Hold << undo << false;
        }
    }
    void connection_lostInCommit_isToldAsItEnded() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        QFETCH(CommitProxy::Cut, cut);
        QFETCH(bool, undo);
        QFETCH(bool, isDone);
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE a (b int)");
        const std::string failed = trip.whole();
        QVERIFY2(failed.empty(), failed.c_str());
        trip.source.disconnect();
        const std::string live = trip.source.name();
        auto spec = specOf(trip, trip.finalName());
        const auto tidy = qScopeGuard([&] { dropDatabase(server, live + "_replaced_" + spec.stamp); });
        if (undo) {
            const auto swapped = trip.engine.swap(spec, {});
            QVERIFY2(swapped, why(swapped).constData());
            spec.database = live;
            spec.undo = true;
        }
        LabConnection admin(server, "postgres");
        const std::string before = oidOf(admin, live);
        const CommitProxy proxy(server, cut);
        const LabProfile through(proxy.server());
        spec.connection = through.connection();
        const auto done = trip.engine.swap(spec, {});
        QVERIFY2(proxy.hasCut(), why(done).constData());
        QVERIFY2(done.has_value() == isDone, why(done).constData());
        QCOMPARE(oidOf(admin, live) != before, isDone);
        if (isDone)
            return;
        QCOMPARE(nameOf(done.error().code), QByteArray("connection_lost"));
        QVERIFY2(done.error().message.find("nothing was changed") != std::string::npos,
                 why(done).constData());
        QVERIFY(!done.error().context.contains("outcome"));
        spec.connection = trip.lab.connection(); // and nothing is in the way of the next try
        const auto again = trip.engine.swap(spec, {});
        QVERIFY2(again, why(again).constData());
        QVERIFY(oidOf(admin, live) != before);
    }

    void server_goneSinceCommit_isSaidToBeUnknown() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE a (b int)");
        const std::string failed = trip.whole();
        QVERIFY2(failed.empty(), failed.c_str());
        trip.source.disconnect();
        const std::string live = trip.source.name();
        auto spec = specOf(trip, trip.finalName());
        const auto tidy = qScopeGuard([&] { dropDatabase(server, live + "_replaced_" + spec.stamp); });
        LabConnection admin(server, "postgres");
        const std::string before = oidOf(admin, live);
        const CommitProxy proxy(server, CommitProxy::Cut::Gone);
        const LabProfile through(proxy.server());
        spec.connection = through.connection();
        std::stop_source stop;
        Result<DatabaseSwap> done = failure(ErrorCode::Internal, "it was not begun");
        {
            std::jthread swapping([&] { done = trip.engine.swap(spec, stop.get_token()); });
            const auto end = qScopeGuard([&] { stop.request_stop(); }); // it looks for a minute else
            QTRY_VERIFY_WITH_TIMEOUT(proxy.hasCut(), 60000);
        }
        QVERIFY(!done);
        QCOMPARE(nameOf(done.error().code), QByteArray("connection_lost")); // a cancel is no answer here
        QCOMPARE(done.error().context.at("outcome"), std::string("unknown"));
        QTRY_VERIFY_WITH_TIMEOUT(oidOf(admin, live) != before, 60000); // and it was done
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
