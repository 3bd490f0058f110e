// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A schema that changes between the snapshot and the end of pg_dump, which reads much of it as of now.
#include "roundtrip.h"
#include "support/patience.h"

#include <QTest>

#include <functional>
#include <thread>
#include <utility>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr const char* kShop = R"sql(
CREATE TABLE b (id int, v text, CONSTRAINT bu UNIQUE (id)); INSERT INTO b VALUES (1, 'x'); CREATE INDEX bi ON b (v);
CREATE TYPE en AS ENUM ('p', 'q'); CREATE TYPE ct AS (a int); CREATE TABLE tc (c ct); INSERT INTO tc VALUES (ROW(1)); CREATE DOMAIN dm AS int CHECK (VALUE > 0);
CREATE FUNCTION fn(p int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE FUNCTION fo(a int, b int DEFAULT 5) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW w AS SELECT id, fn(id) f FROM b; CREATE TABLE ck (a int); ALTER TABLE ck ADD CONSTRAINT c1 CHECK (fn(a) > 0) NOT VALID; CREATE SCHEMA sx;
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE INSERT ON b FOR EACH ROW EXECUTE FUNCTION tf();
CREATE COLLATION cl (locale = 'C'); CREATE STATISTICS st ON id, v FROM b; CREATE RULE ru AS ON DELETE TO tc DO INSTEAD NOTHING;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM b; CREATE TEXT SEARCH CONFIGURATION tsc (COPY = simple); CREATE TABLE pa (k int) PARTITION BY LIST (k);
CREATE TABLE pa1 PARTITION OF pa FOR VALUES IN (1); CREATE SEQUENCE sq)sql";

/// Does something when the first bytes come.
class FirstBytes final : public ByteSink {
public:
    explicit FirstBytes(std::function<void()> action)
        : m_action(std::move(action)) {}
    Result<> write(ByteView) override {
        if (m_action)
            std::exchange(m_action, nullptr)();
        return {};
    }

private:
    std::function<void()> m_action;
};

Result<ItemReport> readSchema(Snapshot& snapshot, ByteSink& sink) {
    SALVOR_ASSIGN(const auto session, snapshot.openSession({}));
    for (const auto& phase : snapshot.plan().phases) {
        for (const auto& item : phase.items) {
            if (item.id == "schema")
                return snapshot.read(item, *session, sink, {});
        }
    }
    return failure(ErrorCode::NotFound, "the plan has no schema");
}

/// What reading the schema gives when `between` runs after the snapshot.
template <typename Between>
Result<ItemReport> readAfter(RoundTrip& trip, Between between) {
    SALVOR_ASSIGN(const auto snapshot,
                  trip.engine.prepareBackup({trip.lab.connection(), trip.source.name(), holdingNothing()},
                                            trip.progress, {}));
    between();
    BytesSink sink;
    return readSchema(*snapshot, sink);
}

/// What reading the schema gives when `action` runs as the first bytes of the archive come.
Result<ItemReport> readBeside(RoundTrip& trip, std::function<void()> action) {
    SALVOR_ASSIGN(const auto snapshot,
                  trip.engine.prepareBackup({trip.lab.connection(), trip.source.name(), holdingNothing()},
                                            trip.progress, {}));
    FirstBytes sink(std::move(action));
    return readSchema(*snapshot, sink);
}

/// An archive that does not fit into the pipe from pg_dump.
constexpr const char* kManyTables =
    "DO $$ BEGIN FOR i IN 1..60 LOOP EXECUTE 'CREATE TABLE many' || i || ' (id int PRIMARY KEY, v text)'; "
    "END LOOP; END $$";

} // namespace

class TestPgSchemaHeld : public QObject {
    Q_OBJECT

private slots:
    void read_schemaThatChanged_namesWhatDid_data() {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("object");
        const auto row = [](const char* sql, const char* object) {
            QTest::newRow(sql) << QString::fromLatin1(sql) << QString::fromLatin1(object);
        };
        row("DROP INDEX bi", "index public.bi");
        row("DROP INDEX bi; CREATE INDEX bi ON b (id)", "index public.bi");
        row("ALTER INDEX bi RENAME TO bi9", "index public.bi");
        row("ALTER TYPE en RENAME TO en9", "type public.en");
        row("ALTER TYPE ct ADD ATTRIBUTE zz int", "type public.ct");
        row("ALTER DOMAIN dm RENAME TO dm9", "type public.dm");
        row("DROP FUNCTION fo", "function public.fo");
        row("DROP FUNCTION fo; CREATE FUNCTION fo(x int, y int DEFAULT 6) RETURNS int LANGUAGE sql AS "
            "'SELECT 2'",
            "function public.fo");
        row("ALTER FUNCTION fn(int) RENAME TO fn9", "function public.fn");
        row("ALTER FUNCTION fn(int) SET SCHEMA sx", "function public.fn");
        row("ALTER VIEW w RENAME COLUMN f TO ff", "view public.w");
        row("CREATE OR REPLACE VIEW w AS SELECT id, fn(id) + 1 AS f FROM b", "view public.w");
        row("DROP TRIGGER tr ON b", "trigger tr of public.b");
        row("ALTER TRIGGER tr ON b RENAME TO tr9", "trigger tr of public.b");
        row("ALTER TABLE ck RENAME CONSTRAINT c1 TO c9", "constraint c1 of public.ck");
        row("ALTER TABLE ck VALIDATE CONSTRAINT c1", "constraint c1 of public.ck");
        row("DROP STATISTICS st", "statistics object public.st");
        row("DROP RULE ru ON tc", "rule ru of public.tc");
        row("ALTER COLLATION cl RENAME TO cl9", "collation public.cl");
        row("ALTER TEXT SEARCH CONFIGURATION tsc RENAME TO tsc9", "text search configuration public.tsc");
        row("DROP SEQUENCE sq", "sequence public.sq");
        row("ALTER SCHEMA sx RENAME TO sx9", "schema sx");
    }
    void read_schemaThatChanged_namesWhatDid() {
        QFETCH(QString, sql);
        QFETCH(QString, object);
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(kShop);
        const auto report = readAfter(trip, [&] { trip.source.run(sql.toStdString()); });
        QVERIFY2(!report, "the schema was read as if nothing had happened");
        QCOMPARE(nameOf(report.error().code), nameOf(ErrorCode::SourceChanged));
        QVERIFY(report.error().retryable);
        QCOMPARE(QString::fromStdString(report.error().context.at("object")), object);
        QVERIFY2(report.error().message.find(object.toStdString()) != std::string::npos, why(report));
    }

    void read_schemaBesideWhatDoesNotMatter_isRead() {
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server);
            trip.source.run(kShop);
            LabConnection other(server, trip.source.name());
            other.run(
                "CREATE TEMP TABLE mine (a int); CREATE TEMP VIEW seen AS SELECT 1 AS one; CREATE FUNCTION "
                "pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
            const auto report = readAfter(trip, [&] {
                other.run("DROP VIEW seen; ALTER TABLE mine RENAME TO yours; DROP FUNCTION pg_temp.f()");
                for (const char* sql :
                     {"ANALYZE", "VACUUM FULL b", "REINDEX TABLE b", "REFRESH MATERIALIZED VIEW mv",
                      "TRUNCATE tc",
                      "GRANT SELECT ON b TO PUBLIC; GRANT EXECUTE ON FUNCTION fn(int) TO PUBLIC",
                      "ALTER TABLE b DISABLE TRIGGER tr", "COMMENT ON TABLE b IS 'x'",
                      "CREATE OR REPLACE FUNCTION fo(a int, b int DEFAULT 5) RETURNS int LANGUAGE sql AS "
                      "'SELECT 3'",
                      "CREATE INDEX late ON b (id); CREATE VIEW later AS SELECT 1 AS one",
                      "CREATE TABLE pa2 PARTITION OF pa FOR VALUES IN (2)", "ALTER TYPE en ADD VALUE 'r'"})
                    trip.source.run(sql);
            });
            QVERIFY2(report, why(report));
        }
    }

    /// He gets in when pg_dump lets its locks go, and then it is nothing of what it read.
    void read_schemaWithSomebodyWaitingToDrop_isReadAsItWas() {
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server);
            trip.source.run(kManyTables);
            trip.source.run("CREATE TABLE stage (id int); CREATE TABLE old (id int)");
            LabConnection observer(server, trip.source.name());
            std::string failed;
            std::jthread job;
            const auto report = readBeside(trip, [&] {
                job = std::jthread([&] {
                    try {
                        LabConnection other(server, trip.source.name());
                        other.run("SET lock_timeout = '60s'");
                        other.run("DROP TABLE stage; CREATE TABLE stage (id int); ALTER TABLE old RENAME TO "
                                  "new");
                    } catch (const std::exception& problem) {
                        failed = problem.what();
                    }
                });
                QTRY_COMPARE_WITH_TIMEOUT(
                    observer.value("SELECT count(*) FROM pg_locks WHERE relation = 'stage'::regclass AND NOT "
                                   "granted AND mode = 'AccessExclusiveLock'"),
                    std::string("1"), kPatience);
            });
            if (job.joinable())
                job.join();
            QVERIFY2(report, why(report));
            QCOMPARE(failed, std::string());
            QCOMPARE(observer.value("SELECT to_regclass('old')"), std::string());
        }
    }

    /// When the first bytes come pg_dump has read all that goes into the archive, what it does not lock too.
    void read_schemaChangedBehindTheFirstBytes_isAsItWas() {
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server);
            trip.source.run(kManyTables);
            trip.source.run(kShop);
            const auto before = readBeside(trip, [] {});
            QVERIFY2(before, why(before));
            bool ran = false;
            const auto report = readBeside(trip, [&] {
                for (const char* sql :
                     {"ALTER FUNCTION fn(int) RENAME TO fn9", "DROP FUNCTION fo",
                      "ALTER TYPE en RENAME TO en9", "ALTER TYPE en9 RENAME VALUE 'p' TO 'p9'",
                      "ALTER DOMAIN dm RENAME TO dm9", "ALTER COLLATION cl RENAME TO cl9",
                      "ALTER TEXT SEARCH CONFIGURATION tsc RENAME TO tsc9", "DROP SEQUENCE sq",
                      "ALTER SCHEMA sx RENAME TO sx9"})
                    trip.source.run(sql);
                ran = true;
            });
            QVERIFY2(report, why(report));
            QVERIFY(ran);
            QCOMPARE(report->contentHash, before->contentHash);
        }
    }

    void read_schemaBesideNewChunks_isReadAndTheirTableIsLookedAt() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run("CREATE TABLE m (t timestamptz NOT NULL, v float8)");
        trip.source.run("SELECT create_hypertable('m', 't')");
        const std::string rows =
            "INSERT INTO m SELECT '2026-01-01'::timestamptz + g * interval '1 day', g FROM "
            "generate_series(1, 30) g";
        trip.source.run(rows + "; CREATE INDEX hv ON m (v)");
        const auto beside = readAfter(trip, [&] {
            trip.source.run("INSERT INTO m SELECT t + interval '1 year', v FROM m");
            trip.source.run("ANALYZE");
        });
        QVERIFY2(beside, why(beside));
        const auto report = readAfter(trip, [&] { trip.source.run("DROP INDEX hv"); });
        QVERIFY2(!report, "the schema was read as if nothing had happened");
        QCOMPARE(nameOf(report.error().code), nameOf(ErrorCode::SourceChanged));
        QCOMPARE(report.error().context.at("object"), std::string("index public.hv"));
    }
};

QTEST_GUILESS_MAIN(TestPgSchemaHeld)
#include "test_pgschemaheld.moc"
