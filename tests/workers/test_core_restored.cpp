// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Databases that a restore made, on real servers: swap, undo, drop, and what a preflight finds.
#include "support/sampledata.h"
#include "workers/core/droppedcopies.h"
#include "workers/restoredtrip.h"
#include "workers/standings.h"
#include "workers/swaprecord.h"
#include "workers/timersroad.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QScopeGuard>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

using namespace salvor;
using namespace salvor::test;

namespace {

/// Owner, limit, rights and settings of a database, as one text.
std::string carried(LabConnection& admin, const std::string& name) {
    return admin.value(
        "SELECT concat_ws(' | ', pg_get_userbyid(d.datdba), d.datconnlimit, "
        "(SELECT string_agg(format('%s %s %s', a.grantee::regrole, a.privilege_type, a.is_grantable), ', ' "
        "ORDER BY "
        "a.grantee::regrole::text, a.privilege_type) FROM aclexplode(d.datacl) a), "
        "(SELECT string_agg(format('%s %s', s.setrole::regrole, s.setconfig), ', ' ORDER BY s.setrole) FROM "
        "pg_db_role_setting s WHERE s.setdatabase = d.oid)) FROM pg_database d WHERE d.datname = '" +
        name + "'");
}

const PreflightFinding* finding(const Preflight& found, const std::string& check) {
    const auto at = std::find_if(found.findings.begin(), found.findings.end(),
                                 [&](const auto& one) { return one.check == check; });
    return at == found.findings.end() ? nullptr : &*at;
}

/// The workspace takes no audit record of that kind from now on. An empty text, or what went wrong.
QString refuseAudit(const std::string& workspace, const char* action) {
    const QString name = QStringLiteral("refuseAudit");
    QString problem;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(QString::fromStdString(workspace));
        const bool opened = database.open();
        QSqlQuery query(database);
        if (!opened ||
            !query.exec(QStringLiteral("CREATE TRIGGER refuse BEFORE INSERT ON audit WHEN NEW.action = '%1' "
                                       "BEGIN SELECT RAISE(ABORT, 'refused'); END")
                            .arg(QLatin1String(action))))
            problem = database.lastError().text() + query.lastError().text() + QStringLiteral("!");
    }
    QSqlDatabase::removeDatabase(name);
    return problem;
}

constexpr const char* kNoPrivateMounts =
    "no mount of its own can be made here: the root folder is no mount point (a chroot)";

/// For the calling thread, the folder is on a file system of its own of so many bytes, with nothing but the
/// server's postmaster.pid in it. An empty text, or what went wrong.
std::string standOnSmallDisk(const std::string& folder, std::uint64_t bytes) {
    QFile pid(QString::fromStdString(folder + "/postmaster.pid"));
    if (!pid.open(QIODevice::ReadOnly))
        return "postmaster.pid cannot be read";
    const QByteArray content = pid.readAll();
    const auto failed = [](const char* what) { return std::string(what) + ": " + std::strerror(errno); };
    if (::unshare(CLONE_NEWNS) != 0)
        return failed("unshare");
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return errno == EINVAL ? kNoPrivateMounts : failed("mount private");
    const std::string size = "size=" + std::to_string(bytes);
    if (::mount("tmpfs", folder.c_str(), "tmpfs", 0, size.c_str()) != 0)
        return failed("mount tmpfs");
    QFile copy(pid.fileName());
    return copy.open(QIODevice::WriteOnly) && copy.write(content) == content.size() ? std::string()
                                                                                    : "postmaster.pid";
}

} // namespace

class TestCoreRestored : public QObject {
    Q_OBJECT

private slots:
    void swapAndUndo_carryRightsAndSettings_keepBoth();
    void swap_timescale_worksWithItsWorkers();
    void swap_notConfirmed_changesNothing();
    void swap_dryRun_showsAllAndChangesNothing();
    void swap_thatCouldNotBeRecorded_isNotBegun_data();
    void swap_thatCouldNotBeRecorded_isNotBegun();
    void swap_whoseRecordIsLost_saysSoAndIsJudgedByItsNames();
    void swap_clientsConnected_listedThenTerminated();
    void swap_clientsThatComeBack_doNotStopIt();
    void swap_failsInTheMiddle_allIsAsItWas();
    void swap_unprovenOrForeign_isRefused();
    void swap_preparedTransaction_isRefused();
    void swap_namesWhatStaysBehind();
    void swap_twice_undoneStepByStep();
    void undo_formerNameTaken_findsAnother();
    void undo_replacedOneDropped_isNotFound();
    void drop_liveOrReplaced_needsMore();
    void preflight_whole_findsKeysChainTimeSpace();
    void preflight_smallDisk_saysHowMuchIsMissing_data();
    void preflight_smallDisk_saysHowMuchIsMissing();
    void preflight_objectMissing_chainStops();
    void preflight_backupThatAVerificationFoundDamaged_stops();
    void preflight_identityGone_keysStop();
    void preflight_serverUnreachable_connectionStops();
};

void TestCoreRestored::swapAndUndo_carryRightsAndSettings_keepBoth() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, sample::shop(20));
    CHECK_OK(trip.prepare());
    // After the backup, so that nothing of it comes out of the restore.
    const std::string role = trip.role("");
    trip.admin.run("REVOKE ALL ON DATABASE " + trip.live + " FROM PUBLIC");
    trip.admin.run("GRANT CONNECT ON DATABASE " + trip.live + " TO " + role + " WITH GRANT OPTION");
    trip.admin.run("ALTER DATABASE " + trip.live + " SET work_mem = '5MB'");
    trip.admin.run("ALTER DATABASE " + trip.live + " SET search_path = \"$user\", shop");
    trip.admin.run("ALTER ROLE " + role + " IN DATABASE " + trip.live + " SET statement_timeout = '7s'");
    trip.admin.run("ALTER DATABASE " + trip.live + " CONNECTION LIMIT 42");
    trip.admin.run("ALTER DATABASE " + trip.live + " OWNER TO " + role);
    trip.admin.run("COMMENT ON DATABASE " + trip.live + " IS 'the shop\nof two lines'");
    // What the restored one has and the live one has not must go.
    trip.admin.run("ALTER DATABASE " + trip.fresh + " SET maintenance_work_mem = '64MB'");
    const std::string before = carried(trip.admin, trip.live);
    const std::string liveOid = oidOf(trip.admin, trip.live);
    const std::string freshOid = oidOf(trip.admin, trip.fresh);

    const auto swapped = trip.fixture.core.swapRestored(trip.swap(), {});
    CHECK_OK(swapped);
    QCOMPARE(oidOf(trip.admin, trip.live), freshOid);
    QCOMPARE(oidOf(trip.admin, swapped->replacedAs), liveOid);
    QCOMPARE(carried(trip.admin, trip.live), before);
    QCOMPARE(carried(trip.admin, swapped->replacedAs), before);
    QVERIFY(trip.admin
                .value("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '" +
                       trip.live + "'")
                .starts_with("the shop\nof two lines\n"));
    QCOMPARE(stateOf(trip.fixture, trip.live), std::string("swapped_in"));
    QCOMPARE(stateOf(trip.fixture, swapped->replacedAs), std::string("swapped_out"));
    QVERIFY(isAudited(trip.fixture, "restored.swap"));
    {
        LabConnection user(server, trip.live);
        user.run("CREATE TABLE later (a int); INSERT INTO later SELECT generate_series(1, 30)");
    }

    auto undo = trip.undo();
    undo.terminateClients = true; // the server may need a moment to notice that the session above went
    const auto undone = trip.fixture.core.swapRestored(undo, {});
    CHECK_OK(undone);
    QCOMPARE(oidOf(trip.admin, trip.live), liveOid);
    QCOMPARE(oidOf(trip.admin, trip.fresh), freshOid);
    QCOMPARE(carried(trip.admin, trip.live), before);
    QVERIFY(undone->since);
    QVERIFY(undone->rowsChanged && *undone->rowsChanged >= 30);
    QCOMPARE(
        trip.admin.value("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '" +
                         trip.live + "'"),
        std::string("the shop\nof two lines"));
    QCOMPARE(stateOf(trip.fixture, trip.fresh), std::string("unproven")); // it was written to
    QCOMPARE(stateOf(trip.fixture, trip.live), std::string("none"));
    QVERIFY(isAudited(trip.fixture, "restored.undo"));
    trip.admin.run("ALTER DATABASE " + trip.live + " OWNER TO " + server.user);
    trip.admin.run("ALTER DATABASE " + trip.fresh + " OWNER TO " + server.user);
}

void TestCoreRestored::swap_timescale_worksWithItsWorkers() {
    SALVOR_NEED_SERVER(server, "timescale");
    Restored trip(server, sample::hypertable("conditions", 4), LabDatabase::TimescaleDb::Yes);
    CHECK_OK(trip.prepare());
    auto request = trip.swap();
    request.terminateClients = true;
    const auto swapped = trip.fixture.core.swapRestored(request, {});
    CHECK_OK(swapped);
    {
        LabConnection live(server, trip.live);
        live.run("INSERT INTO conditions (at, device, value) VALUES ('2031-05-05', 1, 1.5)");
        QCOMPARE(live.value("SHOW timescaledb.restoring"), std::string("off"));
    }
    auto undo = trip.undo();
    undo.terminateClients = true;
    const auto undone = trip.fixture.core.swapRestored(undo, {});
    CHECK_OK(undone);
    LabConnection live(server, trip.live);
    QCOMPARE(live.value("SELECT count(*) FROM conditions WHERE at > '2031-01-01'"), std::string("0"));
}

void TestCoreRestored::swap_notConfirmed_changesNothing() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const std::string oid = oidOf(trip.admin, trip.live);
    CHECK_FAILS(trip.fixture.core.swapRestored(trip.swap(false), {}), ErrorCode::InvalidInput);
    auto wrong = trip.swap();
    wrong.confirm = trip.fresh;
    CHECK_FAILS(trip.fixture.core.swapRestored(wrong, {}), ErrorCode::InvalidInput);
    QCOMPARE(oidOf(trip.admin, trip.live), oid);
    QVERIFY(!isAudited(trip.fixture, "restored.swap"));
}

void TestCoreRestored::swap_dryRun_showsAllAndChangesNothing() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    auto request = trip.swap(false);
    request.dryRun = true;
    const std::string oid = oidOf(trip.admin, trip.live);
    const auto plan = trip.fixture.core.swapRestored(request, {});
    CHECK_OK(plan);
    QCOMPARE(plan->liveName, trip.live);
    QCOMPARE(plan->restoredAs, trip.live);
    QVERIFY(plan->replacedAs.starts_with(trip.live + "_replaced_"));
    request.namesFrom = Instant{};
    const auto dated = trip.fixture.core.swapRestored(request, {});
    CHECK_OK(dated);
    QCOMPARE(dated->replacedAs, trip.live + "_replaced_19700101t000000z");
    const auto renames =
        std::count_if(plan->statements.begin(), plan->statements.end(), [](const auto& statement) {
            return statement.find(" RENAME TO ") != std::string::npos;
        });
    QCOMPARE(renames, std::ptrdiff_t{2});
    QCOMPARE(oidOf(trip.admin, trip.live), oid);
    QCOMPARE(stateOf(trip.fixture, trip.fresh), std::string("proved"));
    QVERIFY(!isAudited(trip.fixture, "restored.swap"));
}

void TestCoreRestored::swap_thatCouldNotBeRecorded_isNotBegun_data() {
    QTest::addColumn<bool>("state");
    QTest::newRow("the workspace") << false;
    QTest::newRow("the state folder") << true;
}
void TestCoreRestored::swap_thatCouldNotBeRecorded_isNotBegun() {
    QFETCH(bool, state);
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const auto& places = trip.fixture.config().places;
    if (state) { // a file stands where its folder would be
        QFile file(QString::fromStdString(places.state + "/begun-swaps"));
        QVERIFY(file.open(QIODevice::WriteOnly));
    } else {
        QCOMPARE(refuseAudit(places.workspaceFile, "restored.begin"), QString());
    }
    const std::string oid = oidOf(trip.admin, trip.live);
    const auto swapped = trip.fixture.core.swapRestored(trip.swap(), {});
    QVERIFY(!swapped);
    QVERIFY2(swapped.error().message.find("so nothing was changed") != std::string::npos,
             swapped.error().message.c_str());
    QCOMPARE(oidOf(trip.admin, trip.live), oid);
    QCOMPARE(stateOf(trip.fixture, trip.fresh), std::string("proved"));
}

void TestCoreRestored::swap_whoseRecordIsLost_saysSoAndIsJudgedByItsNames() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const auto& places = trip.fixture.config().places;
    QCOMPARE(refuseAudit(places.workspaceFile, "restored.swap"), QString());
    const auto swapped = trip.fixture.core.swapRestored(trip.swap(), {});
    CHECK_OK(swapped);
    const auto missing = notRecordedOf(*swapped);
    QCOMPARE(missing.size(), std::size_t(1));
    QVERIFY2(missing.front().find("The audit has its beginning only") != std::string::npos,
             missing.front().c_str());
    QVERIFY(!isAudited(trip.fixture, "restored.swap"));
    QVERIFY(isAudited(trip.fixture, "restored.begin"));
    // What is to be recorded still is kept, for whoever can write it.
    const QDir begun(QString::fromStdString(places.state + "/begun-swaps"));
    QCOMPARE(begun.entryList(QDir::Files).size(), 1);
    // What has the name by now was never backed up.
    const auto sources = trip.fixture.core.overview();
    CHECK_OK(sources);
    const auto live = std::ranges::find(*sources, trip.live, &SourceStatus::database);
    QVERIFY(live == sources->end() || !live->lastGood);
    const auto undone = trip.fixture.core.swapRestored(trip.undo(), {});
    CHECK_OK(undone);
    QVERIFY(notRecordedOf(*undone).empty());
    const auto after = trip.fixture.core.overview();
    CHECK_OK(after);
    const auto back = std::ranges::find(*after, trip.live, &SourceStatus::database);
    QVERIFY(back != after->end() && back->lastGood);
}

void TestCoreRestored::swap_clientsConnected_listedThenTerminated() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    LabConnection client(server, trip.live);
    client.run("SET application_name = 'till'");
    auto request = trip.swap();
    const auto refused = trip.fixture.core.swapRestored(request, {});
    CHECK_FAILS(refused, ErrorCode::Busy);
    QVERIFY(refused.error().message.find("till") != std::string::npos);
    QCOMPARE(client.value("SELECT current_database()"), trip.live); // untouched
    request.dryRun = true;
    const auto plan = trip.fixture.core.swapRestored(request, {});
    CHECK_OK(plan);
    QCOMPARE(plan->clients.size(), std::size_t{1});
    QCOMPARE(plan->clients.front().application, std::string("till"));
    QCOMPARE(plan->clients.front().user, server.user);
    request.dryRun = false;
    request.terminateClients = true;
    CHECK_OK(trip.fixture.core.swapRestored(request, {}));
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, client.run("SELECT 1"));
}

void TestCoreRestored::swap_clientsThatComeBack_doNotStopIt() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    std::atomic<bool> stop{false};
    std::atomic<int> connected{0};
    std::jthread pool([&] { // as a pool of connections does
        while (!stop) {
            try {
                LabConnection client(server, trip.live);
                ++connected;
                client.run("SELECT pg_sleep(5)"); // unless it is ended
            } catch (const std::exception&) {
                std::this_thread::yield();
            }
        }
    });
    const auto stopIt = qScopeGuard([&] {
        stop = true;
        try {
            while (connected < 1)
                std::this_thread::yield();
            trip.admin.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                           trip.live + "'");
        } catch (const std::exception& problem) {
            qWarning("%s", problem.what());
        }
    });
    QTRY_VERIFY_WITH_TIMEOUT(connected > 0, 30000);
    auto request = trip.swap();
    request.terminateClients = true;
    const std::string freshOid = oidOf(trip.admin, trip.fresh);
    CHECK_OK(trip.fixture.core.swapRestored(request, {}));
    QCOMPARE(oidOf(trip.admin, trip.live), freshOid);
}

void TestCoreRestored::swap_failsInTheMiddle_allIsAsItWas() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    // An owner of both may rename them, and may not set what only superusers may: the swap fails after both
    // renames.
    const std::string role = trip.role("LOGIN CREATEDB PASSWORD 'not a secret'");
    for (const auto& name : {trip.live, trip.fresh})
        trip.admin.run("ALTER DATABASE " + name + " OWNER TO " + role);
    const auto giveBack = qScopeGuard([&] {
        for (const auto& name : {trip.live, trip.fresh})
            trip.admin.run("ALTER DATABASE " + name + " OWNER TO " + server.user);
    });
    trip.admin.run("ALTER DATABASE " + trip.live + " SET log_statement = 'ddl'");
    Profile weak = CoreFixture::profileOf(server, "weak");
    weak.user = role;
    CHECK_OK(trip.fixture.core.saveProfile(weak, Secret("not a secret"), "vault"));
    const std::string before = carried(trip.admin, trip.live) + carried(trip.admin, trip.fresh);
    const std::string oid = oidOf(trip.admin, trip.live);
    auto request = trip.swap();
    request.profile = "weak";
    CHECK_FAILS(trip.fixture.core.swapRestored(request, {}), ErrorCode::MissingRight);
    QCOMPARE(carried(trip.admin, trip.live) + carried(trip.admin, trip.fresh), before);
    QCOMPARE(oidOf(trip.admin, trip.live), oid);
    QCOMPARE(stateOf(trip.fixture, trip.fresh), std::string("proved"));
    LabConnection still(server, trip.live); // clients may enter
    QCOMPARE(still.value("SELECT count(*) FROM a"), std::string("0"));
}

void TestCoreRestored::swap_unprovenOrForeign_isRefused() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare(false));
    QCOMPARE(stateOf(trip.fixture, trip.fresh), std::string("unproven"));
    CHECK_FAILS(trip.fixture.core.swapRestored(trip.swap(), {}), ErrorCode::Conflict);
    auto foreign = trip.swap();
    foreign.database = trip.live;
    foreign.liveName = trip.fresh;
    foreign.confirm = trip.fresh;
    CHECK_FAILS(trip.fixture.core.swapRestored(foreign, {}), ErrorCode::InvalidInput);
    auto missing = trip.swap();
    missing.liveName = trip.live + "_nobody";
    missing.confirm = missing.liveName;
    missing.evenUnproven = true;
    CHECK_FAILS(trip.fixture.core.swapRestored(missing, {}), ErrorCode::NotFound);
    CHECK_FAILS(trip.fixture.core.swapRestored(trip.undo(), {}), ErrorCode::InvalidInput);
    auto meant = trip.swap();
    meant.evenUnproven = true;
    CHECK_OK(trip.fixture.core.swapRestored(meant, {}));
}

void TestCoreRestored::swap_preparedTransaction_isRefused() {
    SALVOR_NEED_PRIVATE(own, "pg-plain", {true, {"max_prepared_transactions=5"}});
    Restored trip(own->server(), "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    {
        LabConnection client(own->server(), trip.live);
        client.run("BEGIN");
        client.run("INSERT INTO a VALUES (1)");
        client.run("PREPARE TRANSACTION 'left over'");
    }
    auto request = trip.swap();
    request.terminateClients = true;
    const auto refused = trip.fixture.core.swapRestored(request, {});
    CHECK_FAILS(refused, ErrorCode::Busy);
    QVERIFY(refused.error().message.find("left over") != std::string::npos);
    LabConnection again(own->server(), trip.live);
    again.run("ROLLBACK PREPARED 'left over'");
}

void TestCoreRestored::swap_namesWhatStaysBehind() {
    SALVOR_NEED_PRIVATE(own, "pg-plain", {true, {"wal_level=logical"}});
    Restored trip(own->server(),
                  "CREATE TABLE a (b int PRIMARY KEY); CREATE PUBLICATION everything FOR TABLE a");
    CHECK_OK(trip.prepare());
    {
        LabConnection client(own->server(), trip.live);
        client.run("SELECT pg_create_logical_replication_slot('reader', 'pgoutput')");
    }
    trip.admin.run("SELECT 1");
    auto request = trip.swap();
    request.dryRun = true;
    const auto plan = trip.fixture.core.swapRestored(request, {});
    CHECK_OK(plan);
    const auto named = [&](const std::string& what) {
        return std::any_of(plan->staysBehind.begin(), plan->staysBehind.end(),
                           [&](const auto& sentence) { return sentence.find(what) != std::string::npos; });
    };
    QVERIFY(named("replication slot reader"));
    QVERIFY(named("everything"));
    QVERIFY(named(trip.backupId));
    LabConnection client(own->server(), trip.live);
    client.run("SELECT pg_drop_replication_slot('reader')");
}

void TestCoreRestored::swap_twice_undoneStepByStep() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const std::string first = oidOf(trip.admin, trip.live);
    CHECK_OK(trip.fixture.core.swapRestored(trip.swap(), {}));
    const std::string second = oidOf(trip.admin, trip.live);
    CHECK_OK(trip.fixture.restore(trip.backupId, trip.fresh));
    auto again = trip.swap();
    again.liveName = trip.live;
    // Names hold seconds: a second swap within the same one is refused, not mixed up.
    Result<DatabaseSwap> swapped = trip.fixture.core.swapRestored(again, {});
    QTRY_VERIFY_WITH_TIMEOUT(swapped || (swapped = trip.fixture.core.swapRestored(again, {})).has_value(),
                             20000);
    QVERIFY(oidOf(trip.admin, trip.live) != second);
    CHECK_OK(trip.fixture.core.swapRestored(trip.undo(), {}));
    QCOMPARE(oidOf(trip.admin, trip.live), second);
    QCOMPARE(stateOf(trip.fixture, trip.live), std::string("swapped_in"));
    CHECK_OK(trip.fixture.core.swapRestored(trip.undo(), {}));
    QCOMPARE(oidOf(trip.admin, trip.live), first);
    QCOMPARE(stateOf(trip.fixture, trip.live), std::string("none"));
}

void TestCoreRestored::undo_formerNameTaken_findsAnother() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const std::string oid = oidOf(trip.admin, trip.live);
    CHECK_OK(trip.fixture.core.swapRestored(trip.swap(), {}));
    trip.admin.run("CREATE DATABASE " + trip.fresh);
    const auto undone = trip.fixture.core.swapRestored(trip.undo(), {});
    CHECK_OK(undone);
    QCOMPARE(oidOf(trip.admin, trip.live), oid);
    QVERIFY(undone->restoredAs.starts_with(trip.live + "_restored_"));
}

void TestCoreRestored::undo_replacedOneDropped_isNotFound() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const auto swapped = trip.fixture.core.swapRestored(trip.swap(), {});
    CHECK_OK(swapped);
    CHECK_OK(trip.fixture.core.dropRestoredDatabase("lab", swapped->replacedAs, {}, swapped->replacedAs));
    CHECK_FAILS(trip.fixture.core.swapRestored(trip.undo(), {}), ErrorCode::NotFound);
    QVERIFY(isAudited(trip.fixture, "restored.drop"));
}

void TestCoreRestored::drop_liveOrReplaced_needsMore() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const auto swapped = trip.fixture.core.swapRestored(trip.swap(), {});
    CHECK_OK(swapped);
    Core& core = trip.fixture.core;
    CHECK_FAILS(core.dropRestoredDatabase("lab", trip.live, {}), ErrorCode::Conflict);
    CHECK_FAILS(core.dropRestoredDatabase("lab", trip.live, {}, trip.live), ErrorCode::Conflict);
    CHECK_FAILS(core.dropRestoredDatabase("lab", swapped->replacedAs, {}), ErrorCode::Conflict);
    CHECK_FAILS(core.dropRestoredDatabase("lab", swapped->replacedAs, {}, trip.live), ErrorCode::Conflict);
    QVERIFY(oidOf(trip.admin, swapped->replacedAs) != "none");
    QVERIFY(oidOf(trip.admin, trip.live) != "none");
    // The watch, also a timer's, which has no workspace, is told what went on purpose.
    const std::string& state = trip.fixture.config().places.state;
    QVERIFY(droppedCopies(nullptr, state).empty());
    CHECK_OK(core.dropRestoredDatabase("lab", swapped->replacedAs, {}, swapped->replacedAs));
    const auto known = droppedCopies(nullptr, state);
    QCOMPARE(known.size(), std::size_t(1));
    QCOMPARE(known.front().database, swapped->replacedAs);
    QCOMPARE(known.front().profileUuid, core.profile("lab")->uuid);
    const QString shared = QString::fromStdString(state + "/dropped-copies.json");
    QVERIFY(QFile::remove(shared));
    CHECK_OK(core.watchFile({"file", {}})); // as for names
    QVERIFY(droppedCopies(nullptr, state) == known);
    QFile damaged(shared);
    QVERIFY(damaged.open(QIODevice::WriteOnly | QIODevice::Truncate) && damaged.write("{") == 1);
    damaged.close();
    QVERIFY(droppedCopies(nullptr, state).empty());
    CHECK_OK(core.watchReport());
    CHECK_OK(core.watchFile({"file", {}}));
    QVERIFY(droppedCopies(nullptr, state) == known);
}

void TestCoreRestored::preflight_whole_findsKeysChainTimeSpace() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, sample::shop(20));
    CHECK_OK(trip.fixture.init());
    CHECK_OK(trip.fixture.addProfile(server));
    const auto made = trip.fixture.backUp(trip.live);
    CHECK_OK(made);
    const std::string id = made->backups.front().id;
    const auto first = trip.fixture.core.preflightRestore(restoreJob(id, trip.fresh), {});
    CHECK_OK(first);
    QVERIFY(first->ok());
    for (const char* check :
         {"keys", "chain", "time", "space", "tools", "server_version", "rights", "roles", "target_name"})
        QVERIFY2(finding(*first, check) != nullptr, check);
    QVERIFY(finding(*first, "time")->text.find("not yet measured") != std::string::npos);
    QVERIFY(!first->expectedSeconds);
    QVERIFY(first->bytesNeeded > 0);
    if (::geteuid() == 0) { // else the server's data folder cannot be looked into
        QVERIFY(first->bytesFree);
        QVERIFY(*first->bytesFree > 0);
    }
    CHECK_OK(trip.fixture.restore(id, trip.fresh));
    const auto second = trip.fixture.core.preflightRestore(restoreJob(id, trip.live + "_other"), {});
    CHECK_OK(second);
    QVERIFY(second->expectedSeconds && *second->expectedSeconds > 0);
    QVERIFY(finding(*second, "time")->text.find("this database") != std::string::npos);
}

void TestCoreRestored::preflight_smallDisk_saysHowMuchIsMissing_data() {
    QTest::addColumn<int>("percent"); // of what is needed
    QTest::addColumn<int>("level");
    QTest::newRow("too little") << 30 << static_cast<int>(PreflightFinding::Level::Blocker);
    QTest::newRow("just enough") << 115 << static_cast<int>(PreflightFinding::Level::Warning);
    QTest::newRow("plenty") << 1000 << static_cast<int>(PreflightFinding::Level::Ok);
}

/// The disk is real and small, and only this thread sees it: in a mount namespace of its own, over the data
/// folder of a server that goes on undisturbed.
void TestCoreRestored::preflight_smallDisk_saysHowMuchIsMissing() {
    QFETCH(int, percent);
    QFETCH(int, level);
    SALVOR_NEED_SERVER(server, "pg-plain");
    if (::geteuid() != 0)
        QSKIP("a small file system cannot be mounted here (not root)");
    Restored trip(server, sample::shop(20));
    CHECK_OK(trip.fixture.init());
    CHECK_OK(trip.fixture.addProfile(server));
    const auto made = trip.fixture.backUp(trip.live);
    CHECK_OK(made);
    const RestoreJob job = restoreJob(made->backups.front().id, trip.fresh);
    const auto outside = trip.fixture.core.preflightRestore(job, {});
    CHECK_OK(outside);
    const auto bytes = outside->bytesNeeded * static_cast<std::uint64_t>(percent) / 100;
    QVERIFY(bytes > 0);
    const std::string folder = trip.admin.value("SHOW data_directory");
    std::string problem;
    std::optional<Result<Preflight>> found;
    std::jthread([&] {
        problem = standOnSmallDisk(folder, bytes);
        if (problem.empty())
            found = trip.fixture.core.preflightRestore(job, {});
    }).join();
    if (problem == kNoPrivateMounts && !serversAreRequired())
        QSKIP(kNoPrivateMounts);
    QVERIFY2(problem.empty(), problem.c_str());
    CHECK_OK(*found);
    const PreflightFinding* space = finding(**found, "space");
    QVERIFY(space != nullptr);
    QVERIFY2(space->level == static_cast<PreflightFinding::Level>(level), space->text.c_str());
    QVERIFY((*found)->bytesFree && *(*found)->bytesFree <= bytes + 65536);
    QCOMPARE((*found)->ok(), space->level != PreflightFinding::Level::Blocker);
    // The disk went with the thread.
    const auto after = trip.fixture.core.preflightRestore(job, {});
    CHECK_OK(after);
    QVERIFY(finding(*after, "space")->text != space->text);
}

void TestCoreRestored::preflight_objectMissing_chainStops() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, sample::shop(20));
    CHECK_OK(trip.fixture.init());
    CHECK_OK(trip.fixture.addProfile(server));
    const auto made = trip.fixture.backUp(trip.live);
    CHECK_OK(made);
    const auto objects =
        trip.fixture.files(QString::fromStdString(trip.fixture.storePath()) + QStringLiteral("/objects"));
    QVERIFY(!objects.empty());
    QVERIFY(QFile::remove(objects.front()));
    const auto found =
        trip.fixture.core.preflightRestore(restoreJob(made->backups.front().id, trip.fresh), {});
    CHECK_OK(found);
    QVERIFY(!found->ok());
    QVERIFY(finding(*found, "chain") != nullptr);
    QVERIFY(finding(*found, "chain")->level == PreflightFinding::Level::Blocker);
    QVERIFY(finding(*found, "target_name") != nullptr); // the rest was looked at all the same
}

/// In its old size, which is all that a preflight looks at by itself.
void TestCoreRestored::preflight_backupThatAVerificationFoundDamaged_stops() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, sample::shop(20));
    CHECK_OK(trip.fixture.init());
    CHECK_OK(trip.fixture.addProfile(server));
    const auto made = trip.fixture.backUp(trip.live);
    CHECK_OK(made);
    const auto objects =
        trip.fixture.files(QString::fromStdString(trip.fixture.storePath()) + QStringLiteral("/objects"));
    QFile object(objects.front());
    QVERIFY(object.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    QVERIFY(object.open(QIODevice::ReadWrite) && object.seek(object.size() / 2) && object.write("X") == 1);
    object.close();
    const auto verified = trip.fixture.verify(VerifyDepth::Full);
    CHECK_OK(verified);
    const auto look = [&] {
        return trip.fixture.core.preflightRestore(restoreJob(made->backups.front().id, trip.fresh), {});
    };
    const auto chainOf = [](const Preflight& preflight) {
        std::vector<PreflightFinding> chain;
        std::ranges::copy_if(preflight.findings, std::back_inserter(chain),
                             [](const PreflightFinding& one) { return one.check == "chain"; });
        return chain;
    };
    const auto found = look();
    CHECK_OK(found);
    QVERIFY(!found->ok());
    QCOMPARE(chainOf(*found).size(), std::size_t(1)); // and nothing that calls the chain ok
    const PreflightFinding stop = chainOf(*found).front();
    QVERIFY(stop.level == PreflightFinding::Level::Blocker && stop.code == ErrorCode::Corrupt);
    QVERIFY2(stop.text.find(verified->run.id) != std::string::npos &&
                 stop.text.find(toRfc3339(verified->run.started)) != std::string::npos,
             stop.text.c_str());
    QVERIFY2(stop.hint.find("no good backup") != std::string::npos, stop.hint.c_str());
    // Nor is it what the Overview counts on.
    const auto standings = sourceStandings(trip.fixture.core, findTimersRoad("/usr/bin/salvorctl"), {});
    CHECK_OK(standings);
    const auto live = std::ranges::find(*standings, trip.live, &SourceStanding::database);
    QVERIFY(live != standings->end());
    QVERIFY(!live->lastGood);
    QVERIFY(live->protection != Protection::Protected);
}

void TestCoreRestored::preflight_identityGone_keysStop() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.fixture.init());
    CHECK_OK(trip.fixture.addProfile(server));
    const auto made = trip.fixture.backUp(trip.live);
    CHECK_OK(made);
    const auto pin = trip.fixture.core.repositories()->front();
    QVERIFY(QFile::remove(
        QString::fromStdString(trip.fixture.config().places.secrets + "/" + pin.identitySecretName())));
    const auto found =
        trip.fixture.core.preflightRestore(restoreJob(made->backups.front().id, trip.fresh), {});
    CHECK_OK(found);
    QVERIFY(!found->ok());
    QVERIFY(finding(*found, "keys") != nullptr);
    QVERIFY(finding(*found, "keys")->level == PreflightFinding::Level::Blocker);
    QVERIFY(finding(*found, "keys")->code == ErrorCode::SecretUnavailable);
    QVERIFY(finding(*found, "keys")->hint.find("salvorctl repository open \"") != std::string::npos);
}

void TestCoreRestored::preflight_serverUnreachable_connectionStops() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.fixture.init());
    CHECK_OK(trip.fixture.addProfile(server));
    const auto made = trip.fixture.backUp(trip.live);
    CHECK_OK(made);
    Profile nowhere = CoreFixture::profileOf(server, "nowhere");
    nowhere.host = trip.fixture.path("no-socket-here");
    CHECK_OK(trip.fixture.core.saveProfile(nowhere, Secret("x"), "vault"));
    auto job = restoreJob(made->backups.front().id, trip.fresh);
    job.targetProfile = "nowhere";
    const auto found = trip.fixture.core.preflightRestore(job, {});
    CHECK_OK(found);
    QVERIFY(!found->ok());
    QVERIFY(finding(*found, "connection") != nullptr);
    QVERIFY(finding(*found, "chain") != nullptr);
}

QTEST_GUILESS_MAIN(TestCoreRestored)
#include "test_core_restored.moc"
