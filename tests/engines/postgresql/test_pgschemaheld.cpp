// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A schema that changes between the snapshot and the end of pg_dump, which reads much of it as of now.
#include "roundtrip.h"

#include <QTest>

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

Result<ItemReport> readSchema(Snapshot& snapshot) {
    SALVOR_ASSIGN(const auto session, snapshot.openSession({}));
    BytesSink sink;
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
    return readSchema(*snapshot);
}

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
