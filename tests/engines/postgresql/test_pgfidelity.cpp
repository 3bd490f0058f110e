// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a proof must let pass, and what it must find: restores of databases that differ in text and not in
// meaning, and the other way round.
#include "roundtrip.h"
#include "support/sampledata.h"

#include <QJsonArray>
#include <QTest>

using namespace salvor;
using namespace salvor::test;

class TestPgFidelity : public QObject {
    Q_OBJECT

private slots:
    void whole_eachExpressionAlone_isProvedEqual_data() {
        QTest::addColumn<QString>("serverName");
        for (const char* server : {"pg-plain", "pg17"})
            QTest::newRow(server) << QString::fromLatin1(server);
    }
    void whole_eachExpressionAlone_isProvedEqual() {
        QFETCH(QString, serverName);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        RoundTrip trip(server);
        trip.source.run(sample::expressions());
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        // The sample would be worth nothing if the server printed it the same way twice.
        LabConnection restored(server, trip.finalName());
        const char* text = "SELECT string_agg(pg_get_constraintdef(oid), ' ' ORDER BY conname) FROM "
                           "pg_constraint WHERE conrelid = 'expr.t'::regclass";
        QVERIFY(restored.value(text) != trip.source.value(text));
    }

    void prove_changedSchema_isFoundAndNamed_data() {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("entry");
        const auto row = [](const char* name, const char* sql, const char* entry) {
            QTest::newRow(name) << QString::fromLatin1(sql) << QString::fromLatin1(entry);
        };
        row("another constant in a CHECK",
            "ALTER TABLE expr.t DROP CONSTRAINT t_x_check, ADD CONSTRAINT t_x_check CHECK (x IN ('a', 'c', "
            "'b'))",
            "TABLE expr.t");
        row("another default", "ALTER TABLE expr.log ALTER y SET DEFAULT 4", "TABLE expr.log");
        row("no index", "DROP INDEX expr.part", "INDEX expr.part | there | missing");
        row("another predicate",
            "DROP INDEX expr.part; CREATE INDEX part ON expr.t (lower(x), (x IN ('a', 'b'))) WHERE x IN "
            "('a', 'b') "
            "AND y BETWEEN 1 AND 4 AND id > 0",
            "INDEX expr.part");
        row("another WHERE in a view", "CREATE OR REPLACE VIEW expr.w AS SELECT x FROM expr.log WHERE y = 2",
            "VIEW expr.w");
        row("another policy",
            "ALTER POLICY some ON expr.t USING (x IN ('a', 'b') AND y BETWEEN 1 AND 3 OR id > 0)",
            "POLICY expr.t some");
        row("another body",
            "CREATE OR REPLACE FUNCTION expr.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN "
            "OLD; END $$",
            "FUNCTION expr.nothing()");
        row("another right", "GRANT SELECT ON expr.log TO PUBLIC", "ACL expr.TABLE log");
    }
    void prove_changedSchema_isFoundAndNamed() {
        QFETCH(QString, sql);
        QFETCH(QString, entry);
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(sample::expressions() + "CREATE VIEW expr.w AS SELECT x FROM expr.log WHERE y = 1;");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection(server, trip.finalName()).run(sql.toStdString());
        const auto differences = trip.prove(trip.finalName());
        QVERIFY2(differences, why(differences));
        QCOMPARE(differences->size(), std::size_t{1});
        const auto expected = "schema | " + entry.toStdString() + (entry.contains(u'|') ? "" : " | ");
        QVERIFY2(differences->front().starts_with(expected), differences->front().c_str());
    }

    void prove_withoutTheStoredItem_saysOnlyThatItDiffers() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (x varchar CHECK (x IN ('a', 'b')))");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        auto spec = trip.spec();
        spec.openItem = {};
        auto snapshot = trip.engine.prepareProof(spec, trip.finalName(), trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        const auto again = readAll(**snapshot);
        QVERIFY2(again, why(again));
        QVERIFY(again->report("schema")->contentHash != trip.backup.report("schema")->contentHash);
    }

    void whole_policyForRolesMadeInAnotherOrder_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const std::string first = trip.source.name() + "_1";
        const std::string second = trip.source.name() + "_2";
        trip.source.run("CREATE ROLE " + first + "; CREATE ROLE " + second +
                        "; CREATE TABLE t (id int); CREATE POLICY p ON t TO " + first + ", " + second);
        QVERIFY(trip.backUp());
        trip.source.run("DROP POLICY p ON t; DROP ROLE " + first + "; DROP ROLE " + second +
                        "; CREATE ROLE " + second + "; CREATE ROLE " + first);
        const auto restored = trip.restore();
        const auto differences = restored ? trip.prove(trip.target->name()) : failure(restored.error());
        trip.target.reset();
        dropDatabase(server, trip.hiddenName());
        trip.source.run("DROP ROLE " + first + ", " + second);
        QVERIFY2(differences, why(differences));
        QVERIFY2(differences->empty(), differences->front().c_str());
    }

    void whole_tablespaces_areKeptWhereTheyAre() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabConnection admin(server, "postgres");
        admin.run("SET allow_in_place_tablespaces = on");
        RoundTrip name(server);
        const std::string fast = name.source.name() + "_fast";
        admin.run("CREATE TABLESPACE " + fast + " LOCATION ''");
        std::string problem;
        std::string places;
        {
            RoundTrip trip(server, LabDatabase::TimescaleDb::No, "TABLESPACE " + fast);
            trip.source.run("CREATE TABLE own (i int PRIMARY KEY); CREATE TABLE elsewhere (i int) TABLESPACE "
                            "pg_default");
            problem = trip.whole();
            if (problem.empty())
                places = LabConnection(server, trip.finalName())
                             .value("SELECT (SELECT spcname FROM pg_tablespace t JOIN pg_database d ON "
                                    "d.dattablespace = t.oid WHERE datname = current_database()) || ' ' || "
                                    "(SELECT tablespace FROM pg_tables WHERE tablename = 'elsewhere')");
        }
        admin.run("DROP TABLESPACE " + fast);
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(places, fast + " pg_default");
    }

    void whole_missingTablespace_isProvedAndSaid() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabConnection admin(server, "postgres");
        admin.run("SET allow_in_place_tablespaces = on");
        RoundTrip trip(server);
        const std::string fast = trip.source.name() + "_fast";
        admin.run("CREATE TABLESPACE " + fast + " LOCATION ''");
        trip.source.run("CREATE TABLE t (i int PRIMARY KEY) TABLESPACE " + fast +
                        "; CREATE INDEX x ON t (i) TABLESPACE " + fast + "; INSERT INTO t VALUES (1)");
        const auto saved = trip.backUp();
        trip.source.run("DROP TABLE t");
        admin.run("DROP TABLESPACE " + fast);
        QVERIFY2(saved, why(saved));
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        const auto differences = trip.prove(trip.target->name());
        QVERIFY2(differences, why(differences));
        QVERIFY2(differences->empty(), differences->front().c_str());
        const auto shown = trip.target->reveal({});
        QVERIFY2(shown, why(shown));
        const auto leftOff = (*shown)[QStringLiteral("left_off")].toArray();
        QCOMPARE(leftOff.size(), 1);
        QVERIFY(leftOff[0].toString().contains(QStringLiteral("ablespace")));
    }
};

QTEST_GUILESS_MAIN(TestPgFidelity)
#include "test_pgfidelity.moc"
