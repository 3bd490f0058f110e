// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to a backup when the source changes, locks, stops or is cancelled while it is read.
#include "engines/postgresql/pgendpoint.h"
#include "engines/postgresql/pgfacts.h"
#include "engines/postgresql/pghold.h"
#include "engines/postgresql/pgrelations.h"
#include "engines/postgresql/pgtablelock.h"

#include "roundtrip.h"
#include "support/patience.h"
#include "support/sampledata.h"

#include <QElapsedTimer>
#include <QTest>

#include <csignal>
#include <functional>

using namespace salvor;
using namespace salvor::test;

namespace {

/// Does something when the first bytes arrive.
class TriggerSink final : public ByteSink {
public:
    explicit TriggerSink(std::function<void()> action)
        : m_action(std::move(action)) {}
    Result<> write(ByteView) override {
        if (m_action)
            std::exchange(m_action, nullptr)();
        return {};
    }

private:
    std::function<void()> m_action;
};

const Item* itemOf(const Snapshot& snapshot, const std::string& id) {
    for (const auto& phase : snapshot.plan().phases) {
        for (const auto& item : phase.items) {
            if (item.id == id)
                return &item;
        }
    }
    return nullptr;
}

Result<ItemReport> readOne(Snapshot& snapshot, const std::string& id, ByteSink& sink,
                           const CancelToken& cancel = {}) {
    const auto* item = itemOf(snapshot, id);
    if (item == nullptr)
        return failure(ErrorCode::NotFound, "the plan has no item " + id);
    SALVOR_ASSIGN(const auto session, snapshot.openSession({}));
    return snapshot.read(*item, *session, sink, cancel);
}

} // namespace

class TestPgBackupFaults : public QObject {
    Q_OBJECT

private slots:
    /// COPY writes labels as they are at the moment, so that rows and schema would not fit each other.
    void finish_afterALabelWasRenamed_saysSo_data() {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<bool>("changed");
        QTest::newRow("renamed") << "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'" << true;
        QTest::newRow("and renamed back")
            << "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'; ALTER TYPE mood "
               "RENAME VALUE 'unhappy' TO 'sad'"
            << true;
        QTest::newRow("added") << "ALTER TYPE mood ADD VALUE 'furious'" << false;
        QTest::newRow("another type") << "CREATE TYPE colour AS ENUM ('red')" << false;
    }
    void finish_afterALabelWasRenamed_saysSo() {
        QFETCH(QString, sql);
        QFETCH(bool, changed);
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE TABLE people (m mood); INSERT INTO "
            "people VALUES ('sad')");
        const auto snapshot = trip.engine.prepareBackup(
            {trip.lab.connection(), trip.source.name(), holdingNothing()}, trip.progress, {});
        QVERIFY(snapshot);
        for (const QString& one : sql.split(QStringLiteral("; ")))
            trip.source.run(one.toStdString());
        const auto finished = (*snapshot)->finish({});
        QCOMPARE(finished.has_value(), !changed);
        if (changed) {
            QCOMPARE(nameOf(finished.error().code), nameOf(ErrorCode::SourceChanged));
            QCOMPARE(finished.error().context.at("type"), std::string("public.mood"));
        }
    }

    void read_afterTheTableChanged_saysSo_data() {
        QTest::addColumn<QString>("sql");
        QTest::newRow("truncated") << "TRUNCATE victim";
        QTest::newRow("truncated and filled again")
            << "TRUNCATE victim; INSERT INTO victim VALUES (1, 'x', 'y')";
        QTest::newRow("dropped") << "DROP TABLE victim";
        QTest::newRow("renamed") << "ALTER TABLE victim RENAME TO other";
        QTest::newRow("replaced by a table of the same form")
            << "ALTER TABLE victim RENAME TO other; CREATE TABLE victim (LIKE other)";
        QTest::newRow("replaced by a view")
            << "ALTER TABLE victim RENAME TO other; CREATE VIEW victim AS SELECT * FROM other";
        QTest::newRow("column dropped") << "ALTER TABLE victim DROP COLUMN b";
        QTest::newRow("column renamed") << "ALTER TABLE victim RENAME COLUMN b TO z";
        QTest::newRow("columns swapped") << "ALTER TABLE victim RENAME b TO z; ALTER TABLE victim RENAME c "
                                            "TO b; ALTER TABLE victim RENAME z TO c";
        QTest::newRow("rewritten") << "ALTER TABLE victim ALTER COLUMN a TYPE bigint";
        QTest::newRow("schema dropped") << "ALTER TABLE victim SET SCHEMA elsewhere";
    }
    void read_afterTheTableChanged_saysSo() {
        QFETCH(QString, sql);
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE SCHEMA elsewhere; CREATE TABLE victim (a int, b text, c text); INSERT INTO "
                        "victim VALUES (1, 'one', 'eins')");
        const auto snapshot = trip.engine.prepareBackup(
            {trip.lab.connection(), trip.source.name(), holdingNothing()}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        trip.source.run(sql.toStdString());
        NullSink sink;
        const auto report = readOne(**snapshot, "table:public.victim", sink);
        QVERIFY2(!report, "the table was read as if nothing had happened");
        QCOMPARE(nameOf(report.error().code), nameOf(ErrorCode::SourceChanged));
        QVERIFY(report.error().message.find("victim") != std::string::npos);
        QVERIFY(report.error().hint.find("again") != std::string::npos);
        QVERIFY(report.error().retryable);
    }

    void read_afterChangesThatDoNotMatter_seesTheSnapshot() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE victim (a int); INSERT INTO victim SELECT generate_series(1, 10)");
        const auto snapshot = trip.engine.prepareBackup(
            {trip.lab.connection(), trip.source.name(), holdingNothing()}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        trip.source.run("ALTER TABLE victim ADD COLUMN b text DEFAULT 'new'; INSERT INTO victim VALUES (11); "
                        "DELETE FROM victim WHERE a < 5; "
                        "CREATE INDEX ON victim (a)");
        BytesSink sink;
        const auto report = readOne(**snapshot, "table:public.victim", sink);
        QVERIFY2(report, why(report));
        QCOMPARE(report->rows, std::uint64_t{10});
    }

    void smallTables_waitForNobody_data() { servers(); }
    /// A job that truncates a small table waits until it is read, and the backup does not begin again. Nor
    /// does it wait behind the job.
    void smallTables_waitForNobody() {
        QFETCH(QString, serverName);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE stage AS SELECT generate_series(1, 100) AS a; CREATE TABLE wide AS "
                        "SELECT repeat('x', 1000) AS t FROM generate_series(1, 5000)");
        auto snapshot =
            trip.engine.prepareBackup({trip.lab.connection(), trip.source.name(), {}}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        const auto& phases = (*snapshot)->plan().phases;
        QCOMPARE(phases.front().items.size(), std::size_t{1});
        QCOMPARE(phases.front().items.front().id, std::string("table:public.stage"));
        QVERIFY(!phases.front().parallel);
        QCOMPARE(phases[1].items.front().id, std::string("schema"));
        LabConnection observer(server, trip.source.name());
        std::string failed;
        std::jthread job([&] {
            try {
                LabConnection(server, trip.source.name()).run("SET lock_timeout = '60s'; TRUNCATE stage");
            } catch (const std::exception& problem) {
                failed = problem.what();
            }
        });
        QTRY_COMPARE_WITH_TIMEOUT(
            observer.value("SELECT count(*) FROM pg_locks WHERE relation = 'stage'::regclass AND NOT granted "
                           "AND mode = 'AccessExclusiveLock'"),
            std::string("1"), kPatience);
        const auto backup = readAll(**snapshot);
        snapshot->reset(); // else the job would wait for ever where this fails
        job.join();
        QVERIFY2(backup, why(backup));
        QCOMPARE(failed, std::string());
        QCOMPARE(backup->report("table:public.stage")->rows, std::uint64_t{100});
        QCOMPARE(backup->report("table:public.wide")->rows, std::uint64_t{5000});
        QCOMPARE(observer.value("SELECT count(*) FROM stage"), std::string("0"));
    }

    /// Looking at the size of a table waits behind whoever waits for it; the session that has it locked does
    /// not.
    void heldTables_areLookedAtWhileSomebodyWaitsForThem() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE stage AS SELECT generate_series(1, 100) AS a; CREATE TABLE gone (a int)");
        const auto endpoint = makePgEndpoint(trip.lab.connection());
        QVERIFY2(endpoint, why(endpoint));
        PgHoldOptions options;
        options.bytes = 1024 * 1024;
        auto held = pgHoldTables(*endpoint, trip.source.name(), options, {});
        QVERIFY2(held, why(held));
        QCOMPARE(held->tables.size(), std::size_t{2});
        LabConnection observer(server, trip.source.name());
        std::jthread job([&] {
            try {
                LabConnection(server, trip.source.name()).run("SET lock_timeout = '60s'; DROP TABLE stage");
            } catch (const std::exception& problem) {
                qWarning("%s", problem.what());
            }
        });
        QTRY_COMPARE_WITH_TIMEOUT(observer.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND "
                                                 "relation = 'stage'::regclass"),
                                  std::string("1"), kPatience);
        observer.run("BEGIN ISOLATION LEVEL REPEATABLE READ");
        const auto joined = pgJoinSnapshot(*held, observer.value("SELECT pg_export_snapshot()"), {});
        const bool stays = held->connection != nullptr;
        const auto relations = stays ? pgReadRelations(*held->connection, {})
                                     : Result<std::vector<PgRelation>>(std::vector<PgRelation>());
        held = PgHolding();
        observer.run("ROLLBACK");
        job.join();
        QVERIFY2(joined, why(joined));
        QVERIFY(stays);
        QVERIFY2(relations, why(relations));
        QCOMPARE(relations->size(), std::size_t{2});
    }

    /// All of a server's locks lie in one table: those that are held do not bring their indexes along.
    void heldTables_holdNoIndexes() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        for (const char* name : {"one", "two", "three"}) {
            const std::string table = name;
            trip.source.run("CREATE TABLE " + table + " (a int PRIMARY KEY, b int, c int); CREATE INDEX ON " +
                            table + " (b); CREATE INDEX ON " + table + " (c); INSERT INTO " + table +
                            " VALUES (1, 2, 3)");
        }
        const auto snapshot =
            trip.engine.prepareBackup({trip.lab.connection(), trip.source.name(), {}}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        LabConnection observer(server, trip.source.name());
        const std::string held =
            "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN "
            "pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND "
            "l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND "
            "c.relkind = ";
        QCOMPARE(observer.value(held + "'r'"), std::string("3"));
        BytesSink sink;
        for (const char* id : {"table:public.one", "table:public.two"}) {
            const auto report = readOne(**snapshot, id, sink);
            QVERIFY2(report, why(report));
            QCOMPARE(report->rows, std::uint64_t{1});
        }
        QCOMPARE(observer.value(held + "'i'"), std::string("0"));
        QCOMPARE(observer.value(held + "'r'"), std::string("3"));
    }

    /// Not small, but it stopped the attempt before.
    void tableNamedByAnAttempt_isReadFirst() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE wide AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 5000); CREATE TABLE "
            "wider AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 5000)");
        QJsonObject options = holdingNothing();
        options.insert(QStringLiteral("read_first"), QJsonArray{QStringLiteral("public.wider")});
        const auto snapshot = trip.engine.prepareBackup({trip.lab.connection(), trip.source.name(), options},
                                                        trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        const auto& first = (*snapshot)->plan().phases.front().items;
        QCOMPARE(first.size(), std::size_t{1});
        QCOMPARE(first.front().id, std::string("table:public.wider"));
        const auto backup = readAll(**snapshot);
        QVERIFY2(backup, why(backup));
        QCOMPARE(backup->report("table:public.wider")->rows, std::uint64_t{5000});
        QCOMPARE(backup->report("table:public.wide")->rows, std::uint64_t{5000});
    }

    /// With a slow store they are let go before the last one's turn, so that the order matters.
    void heldTables_areReadNamedOnesFirstThenTheSmallest() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE a_wide AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 500); CREATE TABLE "
            "m_wide AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 200); CREATE TABLE z_stage AS "
            "SELECT generate_series(1, 100) AS a");
        const auto order = [&](const QJsonObject& options) {
            std::string ids;
            const auto snapshot = trip.engine.prepareBackup(
                {trip.lab.connection(), trip.source.name(), options}, trip.progress, {});
            if (!snapshot)
                return snapshot.error().toText();
            for (const auto& item : (*snapshot)->plan().phases.front().items)
                ids += item.id + " ";
            return ids;
        };
        QCOMPARE(order({}), std::string("table:public.z_stage table:public.m_wide table:public.a_wide "));
        QCOMPARE(order({{QStringLiteral("read_first"), QJsonArray{QStringLiteral("public.a_wide")}}}),
                 std::string("table:public.a_wide table:public.z_stage table:public.m_wide "));
    }

    /// Labels of a database without an encoding are bytes.
    void finish_labelsThatAreNotUtf8_arePutDown() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server, LabDatabase::TimescaleDb::No, "ENCODING 'SQL_ASCII' LOCALE 'C'");
        trip.source.run("SET client_encoding = 'SQL_ASCII'");
        trip.source.run("CREATE TYPE lbl AS ENUM (E'caf\\xe9', 'ok'); CREATE TABLE t (l lbl); INSERT INTO t "
                        "VALUES (E'caf\\xe9')");
        const auto done = trip.backUp();
        QVERIFY2(done, why(done));
        QVERIFY(trip.backup.contents.finish[QStringLiteral("snapshot_held")].toBool());
    }

    void read_chunkTruncated_isFoundToo() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(sample::hypertable("m", 3, 5));
        const auto snapshot = trip.engine.prepareBackup(
            {trip.lab.connection(), trip.source.name(), holdingNothing()}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        const auto chunk = trip.source.value("SELECT format('%I.%I', schema_name, table_name) FROM "
                                             "_timescaledb_catalog.chunk ORDER BY id LIMIT 1");
        trip.source.run("TRUNCATE " + chunk);
        NullSink sink;
        const auto truncated = readOne(**snapshot, "chunk:" + chunk, sink);
        QVERIFY(!truncated);
        QCOMPARE(nameOf(truncated.error().code), nameOf(ErrorCode::SourceChanged));
        trip.source.run("SELECT drop_chunks('m', older_than => timestamptz '2030-01-01')");
        const auto schema = readOne(**snapshot, "schema", sink);
        QVERIFY(!schema);
        QCOMPARE(nameOf(schema.error().code), nameOf(ErrorCode::SourceChanged));
    }

    void read_schemaAfterATableWasDropped_saysWhichTable() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE stays (a int); CREATE TABLE victim (a int)");
        const auto snapshot = trip.engine.prepareBackup(
            {trip.lab.connection(), trip.source.name(), holdingNothing()}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        trip.source.run("DROP TABLE victim");
        NullSink sink;
        const auto report = readOne(**snapshot, "schema", sink);
        QVERIFY(!report);
        QCOMPARE(nameOf(report.error().code), nameOf(ErrorCode::SourceChanged));
        QVERIFY2(report.error().message.find("victim") != std::string::npos, why(report));
    }

    void read_tableThatSomebodyLocks_timesOutAfterTheLimit() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE victim (a int)");
        QJsonObject options = holdingNothing();
        options.insert(QStringLiteral("lock_timeout_seconds"), 1);
        const BackupSpec spec{trip.lab.connection(), trip.source.name(), options};
        const auto snapshot = trip.engine.prepareBackup(spec, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        LabConnection locker(server, trip.source.name());
        locker.run("BEGIN");
        locker.run("LOCK TABLE victim IN ACCESS EXCLUSIVE MODE");
        NullSink sink;
        QElapsedTimer timer;
        timer.start();
        const auto report = readOne(**snapshot, "table:public.victim", sink);
        QVERIFY(!report);
        QCOMPARE(nameOf(report.error().code), nameOf(ErrorCode::Timeout));
        QVERIFY(report.error().retryable);
        QVERIFY(timer.elapsed() < 4000);
        const std::string holder = "process " + locker.value("SELECT pg_backend_pid()") + " (";
        QVERIFY2(report.error().message.find("victim") != std::string::npos, why(report));
        QVERIFY2(report.error().message.find(holder) != std::string::npos, why(report));
        // pg_dump is told the same way, by whoever reads the schema.
        const auto schema = readOne(**snapshot, "schema", sink);
        QVERIFY(!schema);
        QCOMPARE(nameOf(schema.error().code), nameOf(ErrorCode::Timeout));
        QVERIFY2(schema.error().message.find(holder) != std::string::npos, why(schema));
        locker.run("ROLLBACK");
        // The session and the snapshot are as good as before.
        const auto again = readOne(**snapshot, "table:public.victim", sink);
        QVERIFY2(again, why(again));
    }

    /// Asking for a table's size waits for whoever has it locked, before any table has its turn.
    void prepare_tableThatSomebodyLocks_isNamedWithWhoDoes() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE free (a int); CREATE TABLE \"Victim\" (a int, t text)");
        LabConnection locker(server, trip.source.name());
        locker.run("BEGIN");
        locker.run("LOCK TABLE \"Victim\" IN ACCESS EXCLUSIVE MODE");
        const std::string locked =
            "public.\"Victim\" is locked by process " + locker.value("SELECT pg_backend_pid()") + " (";
        for (QJsonObject options : {QJsonObject(), holdingNothing()}) {
            options.insert(QStringLiteral("lock_timeout_seconds"), 1);
            const BackupSpec spec{trip.lab.connection(), trip.source.name(), options};
            const auto snapshot = trip.engine.prepareBackup(spec, trip.progress, {});
            QVERIFY(!snapshot);
            QCOMPARE(nameOf(snapshot.error().code), nameOf(ErrorCode::Timeout));
            QVERIFY(snapshot.error().retryable);
            QVERIFY2(snapshot.error().message.find(locked) != std::string::npos, why(snapshot));
            QVERIFY2(snapshot.error().message.find("free") == std::string::npos, why(snapshot));
            QVERIFY2(snapshot.error().hint.find("pg_terminate_backend") != std::string::npos, why(snapshot));
        }
        locker.run("ROLLBACK");
        const auto endpoint = makePgEndpoint(trip.lab.connection());
        QVERIFY2(endpoint, why(endpoint));
        const auto connection = PgConnection::open(*endpoint, trip.source.name(), {});
        QVERIFY2(connection, why(connection));
        const auto nobody = pgLockedTables(**connection, {});
        QVERIFY2(nobody, why(nobody));
        QCOMPARE(*nobody, std::string());
    }

    void read_whileAnIndexIsRebuilt_waitsForNobody_data() {
        QTest::addColumn<bool>("held");
        QTest::newRow("held") << true;
        QTest::newRow("not held") << false;
    }
    void read_whileAnIndexIsRebuilt_waitsForNobody() {
        QFETCH(bool, held);
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE big (id int PRIMARY KEY); INSERT INTO big SELECT generate_series(1, 9)");
        QJsonObject options = held ? QJsonObject() : holdingNothing();
        options.insert(QStringLiteral("lock_timeout_seconds"), 1);
        const auto snapshot = trip.engine.prepareBackup({trip.lab.connection(), trip.source.name(), options},
                                                        trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        LabConnection maintenance(server, trip.source.name());
        maintenance.run("BEGIN");
        maintenance.run("REINDEX TABLE big");
        NullSink sink;
        const auto report = readOne(**snapshot, "table:public.big", sink);
        QVERIFY2(report, why(report));
        QCOMPARE(report->rows, 9U);
        QCOMPARE(maintenance.value("SELECT count(*) FROM big"), std::string("9")); // it was in nobody's way
    }

    void read_whatNeedsTheIndexThatIsRebuilt_waitsForItBeyondTheLimit_data() {
        QTest::addColumn<bool>("held");
        QTest::addColumn<int>("rangeBytes");
        QTest::addColumn<QString>("item");
        QTest::newRow("long values, held") << true << 1'000'000 << "table:public.big";
        QTest::newRow("long values") << false << 1'000'000 << "table:public.big";
        QTest::newRow("a range") << false << 8192 << "table_range:public.big:0";
    }
    void read_whatNeedsTheIndexThatIsRebuilt_waitsForItBeyondTheLimit() {
        QFETCH(bool, held);
        QFETCH(int, rangeBytes);
        QFETCH(QString, item);
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE big (id int PRIMARY KEY, t text); ALTER TABLE big ALTER t SET STORAGE "
                        "EXTERNAL; INSERT INTO big SELECT i, repeat('x', CASE i WHEN 1 THEN 100000 ELSE 1000 "
                        "END) FROM generate_series(1, 30) i");
        QJsonObject options = held ? QJsonObject() : holdingNothing();
        options.insert(QStringLiteral("lock_timeout_seconds"), 1);
        options.insert(QStringLiteral("range_bytes"), rangeBytes);
        const auto snapshot = trip.engine.prepareBackup({trip.lab.connection(), trip.source.name(), options},
                                                        trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        LabConnection maintenance(server, trip.source.name());
        LabConnection observer(server, "postgres");
        const std::string database =
            " AND database = (SELECT oid FROM pg_database WHERE datname = '" + trip.source.name() + "')";
        maintenance.run("BEGIN");
        maintenance.run("REINDEX TABLE big");
        Result<ItemReport> report = failure(ErrorCode::Internal, "not read yet");
        {
            std::jthread reader([&] {
                NullSink sink;
                report = readOne(**snapshot, item.toStdString(), sink);
            });
            const bool waited = QTest::qWaitFor(
                [&] {
                    return observer.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND "
                                          "clock_timestamp() - waitstart > interval '1200ms'" +
                                          database) == "1";
                },
                kPatience);
            maintenance.run("COMMIT");
            QVERIFY(waited);
        }
        QVERIFY2(report, why(report));
        QVERIFY(report->rows > 0);
    }

    void lockHolders_ofATableWhoseIndexIsRebuilt_areNamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE big (id int PRIMARY KEY, t text)");
        const auto endpoint = makePgEndpoint(trip.lab.connection());
        QVERIFY2(endpoint, why(endpoint));
        const auto connection = PgConnection::open(*endpoint, trip.source.name(), {});
        QVERIFY2(connection, why(connection));
        PgRelation relation;
        relation.oid = static_cast<Oid>(std::stoul(trip.source.value("SELECT 'big'::regclass::oid")));
        relation.quoted = "public.big";
        const Error said{ErrorCode::Timeout, "reading table public.big: too long", {}, true, {}};
        const auto nobody = pgWithHolders(said, relation, **connection, {});
        QCOMPARE(nobody.message, said.message);
        for (const char* sql : {"REINDEX TABLE big", "REINDEX INDEX big_pkey"}) {
            LabConnection maintenance(server, trip.source.name());
            maintenance.run("BEGIN");
            maintenance.run(sql);
            const auto error = pgWithHolders(said, relation, **connection, {});
            const std::string holder =
                "it is locked by process " + maintenance.value("SELECT pg_backend_pid()") + " (";
            QVERIFY2(error.message.find(holder) != std::string::npos, error.message.c_str());
            QCOMPARE(error.context.at("relation"), std::string("public.big"));
            QVERIFY(error.hint.find("pg_terminate_backend") != std::string::npos);
        }
    }

    /// As somebody does who ends what is idle in a transaction; that session is a help, and not needed.
    void read_theSessionThatHoldsSmallTablesWasEnded_readsThemAsAnyOther() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE a (i int); CREATE TABLE b (i int);"
            "INSERT INTO a SELECT generate_series(1, 7); INSERT INTO b SELECT generate_series(1, 9)");
        const auto snapshot =
            trip.engine.prepareBackup({trip.lab.connection(), trip.source.name(), {}}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        const std::string holders =
            " FROM pg_locks WHERE relation = 'a'::regclass AND granted AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())";
        QCOMPARE(trip.source.value("SELECT count(pg_terminate_backend(pid))" + holders), std::string("1"));
        QTRY_COMPARE_WITH_TIMEOUT(trip.source.value("SELECT count(*)" + holders), std::string("0"),
                                  kPatience);
        const auto saved = readAll(**snapshot);
        QVERIFY2(saved, why(saved));
        QCOMPARE(saved->report("table:public.a")->rows, 7U);
        QCOMPARE(saved->report("table:public.b")->rows, 9U);
    }

    /// Not only that the number of the snapshot is no number of one.
    void read_theSessionThatHasTheSnapshotWasEnded_saysWhatEndedIt() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE a (i int)");
        const auto snapshot = trip.engine.prepareBackup(
            {trip.lab.connection(), trip.source.name(), holdingNothing()}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        const std::string coordinators =
            " FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'";
        QCOMPARE(trip.source.value("SELECT count(pg_terminate_backend(pid))" + coordinators),
                 std::string("1"));
        QTRY_COMPARE_WITH_TIMEOUT(trip.source.value("SELECT count(*)" + coordinators), std::string("0"),
                                  kPatience);
        NullSink sink;
        const auto report = readOne(**snapshot, "table:public.a", sink);
        QVERIFY(!report);
        QCOMPARE(nameOf(report.error().code), nameOf(ErrorCode::ConnectionLost));
        QVERIFY2(report.error().message.find("keeping the snapshot") != std::string::npos, why(report));
        QVERIFY(report.error().retryable);
    }

    void read_serverStopsInTheMiddle_connectionLost() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        RoundTrip trip(own->server());
        trip.source.run("CREATE TABLE big AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 200000)");
        const auto snapshot = trip.engine.prepareBackup(
            {trip.lab.connection(), trip.source.name(), holdingNothing()}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        TriggerSink sink([&] { own->signal(SIGQUIT); });
        const auto report = readOne(**snapshot, "table:public.big", sink);
        QVERIFY(!report);
        QCOMPARE(nameOf(report.error().code), nameOf(ErrorCode::ConnectionLost));
        QVERIFY(report.error().retryable);
        // And the whole is void.
        const auto finished = (*snapshot)->finish({});
        QVERIFY(!finished);
        QCOMPARE(nameOf(finished.error().code), nameOf(ErrorCode::ConnectionLost));
    }

    void prepare_wrongThings_eachHasItsCode() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        BackupSpec other{trip.lab.connection(), trip.source.name(), holdingNothing()};
        other.kind = "incremental"; // never a full one under another name
        const auto refused = trip.engine.prepareBackup(other, trip.progress, {});
        QVERIFY(!refused);
        QCOMPARE(nameOf(refused.error().code), nameOf(ErrorCode::Unsupported));
        const auto codeOf = [&](const LabProfile& lab, const std::string& database) {
            const auto snapshot =
                trip.engine.prepareBackup({lab.connection(), database, {}}, trip.progress, {});
            return snapshot ? QByteArray("ok") : nameOf(snapshot.error().code);
        };
        QCOMPARE(codeOf(trip.lab, "no such database"), nameOf(ErrorCode::NotFound));
        LabProfile password(server);
        password.password = Secret("wrong");
        QCOMPARE(codeOf(password, trip.source.name()), nameOf(ErrorCode::AuthenticationFailed));
        LabProfile port(server);
        port.profile.port = 1;
        QCOMPARE(codeOf(port, trip.source.name()), nameOf(ErrorCode::ConnectionFailed));
        LabProfile tools(server);
        tools.profile.toolsCommand = {"/nonexistent/"};
        QCOMPARE(codeOf(tools, trip.source.name()), nameOf(ErrorCode::ToolMissing));
    }

    void cancel_atEachPhase_endsWithinTwoSecondsAndLetsGo_data() {
        QTest::addColumn<QString>("item");
        QTest::newRow("rows") << "table:public.big";
        QTest::newRow("large objects") << "large_objects";
        QTest::newRow("sequences") << "sequences";
        QTest::newRow("schema") << "schema";
    }
    void cancel_atEachPhase_endsWithinTwoSecondsAndLetsGo() {
        QFETCH(QString, item);
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE big AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 150000); CREATE "
            "SEQUENCE s;"
            "SELECT lo_from_bytea(0, decode(repeat('ab', 5000000), 'hex')) FROM generate_series(1, 10)");
        QElapsedTimer timer;
        {
            const auto snapshot = trip.engine.prepareBackup(
                {trip.lab.connection(), trip.source.name(), holdingNothing()}, trip.progress, {});
            QVERIFY2(snapshot, why(snapshot));
            std::stop_source stop;
            TriggerSink sink([&] {
                timer.start();
                stop.request_stop();
            });
            const auto report = readOne(**snapshot, item.toStdString(), sink, stop.get_token());
            // A small item may be whole by the time its first bytes come.
            QVERIFY(!report || item == u"sequences");
            if (!report)
                QVERIFY2(report.error().isCancelled(), why(report));
            QVERIFY2(timer.elapsed() < 2000, std::to_string(timer.elapsed()).c_str());
        }
        LabConnection observer(server, "postgres");
        QTRY_COMPARE_WITH_TIMEOUT(observer.value("SELECT count(*) FROM pg_stat_activity WHERE datname = '" +
                                                 trip.source.name() +
                                                 "' AND application_name IN ('salvor', 'pg_dump')"),
                                  std::string("0"), kPatience);
    }

    void cancel_whilePreparing_endsAtOnce() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(sample::manyTables(500));
        for (const int milliseconds : {0, 5, 30, 80}) {
            CancelLater later{std::chrono::milliseconds(milliseconds)};
            QElapsedTimer timer;
            timer.start();
            const auto snapshot = trip.engine.prepareBackup(
                {trip.lab.connection(), trip.source.name(), holdingNothing()}, trip.progress, later.token());
            QVERIFY(snapshot || snapshot.error().isCancelled());
            QVERIFY(timer.elapsed() < 2000 + milliseconds || snapshot);
        }
    }

private:
    static void servers() {
        QTest::addColumn<QString>("serverName");
        QTest::newRow("15") << QStringLiteral("pg-plain");
        QTest::newRow("17") << QStringLiteral("pg17");
    }
};

QTEST_GUILESS_MAIN(TestPgBackupFaults)
#include "test_pgbackupfaults.moc"
