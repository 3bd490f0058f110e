// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a proof must let pass, and what it must find: restores of databases that differ in text and not in
// meaning, and the other way round.
#include "models/base/json.h"

#include "roundtrip.h"
#include "support/sampledata.h"
#include "threeroles.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

// Constants in sub-selects: without a name at first, and with their type's once a dump of them was restored.
constexpr const char* kUnnamed = R"sql(
CREATE TABLE t (id int, n int, s text); CREATE TABLE u (id int, n int, s text); INSERT INTO t VALUES (1, 2, 'a');
CREATE VIEW open_orders AS SELECT id FROM t WHERE EXISTS (SELECT null FROM u WHERE u.id = t.id);
CREATE VIEW kinds AS SELECT s.kind, count(*) FROM (SELECT 'order' AS kind, id FROM t UNION ALL SELECT 'return', id FROM u) s GROUP BY 1;
CREATE VIEW chosen AS SELECT id FROM t WHERE s IN (SELECT 'a' UNION SELECT 'b') AND EXISTS (SELECT 'x', -1, -1.5, 5000000000);
CREATE VIEW lists AS SELECT id, array(SELECT 'a') AS list, (SELECT 'x'), (SELECT (SELECT -5)) AS five FROM t;
CREATE VIEW odd AS SELECT id FROM t WHERE EXISTS (SELECT 'x' COLLATE "C", CASE WHEN id > 1 THEN 'a' ELSE (SELECT 'x') END, ((SELECT 'x'))::varchar);
CREATE VIEW named AS SELECT 'x'::text AS text, -1, 'z' AS "int4" FROM t;
CREATE MATERIALIZED VIEW kept AS SELECT id FROM t WHERE s = (SELECT 'a');
CREATE POLICY p ON t USING (EXISTS (SELECT 'x' FROM u WHERE u.id = t.id) AND EXISTS (SELECT null FROM u));
CREATE RULE also AS ON UPDATE TO u WHERE EXISTS (SELECT 'x' FROM t) DO ALSO INSERT INTO t (id, s) SELECT 1, 'x' WHERE EXISTS (SELECT null);
CREATE RULE instead AS ON DELETE TO u DO ALSO UPDATE t SET (s, n) = (SELECT old.s, -5);
CREATE FUNCTION found() RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT EXISTS (SELECT 'x' FROM t) AND 'a' IN (SELECT 'a' UNION SELECT 'b'); END;
CREATE FUNCTION made() RETURNS text LANGUAGE sql BEGIN ATOMIC UPDATE t SET (s, n) = (SELECT 'x', -1) RETURNING 'q', (SELECT 'z'); SELECT 'y'; END;
)sql";

// Each partition's trigger in a state of its own. By their names some come before their parents.
constexpr const char* kPartitionTriggers = R"sql(
CREATE TABLE par (k int, v text, PRIMARY KEY (k)) PARTITION BY RANGE (k);
CREATE TABLE par_1 PARTITION OF par FOR VALUES FROM (0) TO (10) PARTITION BY HASH (k);
CREATE TABLE par_1a PARTITION OF par_1 FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE par_1b PARTITION OF par_1 FOR VALUES WITH (modulus 2, remainder 1);
CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.v := 'trg'; RETURN new; END $$;
INSERT INTO par SELECT n, 'as it was' FROM generate_series(0, 9) n;
CREATE TRIGGER tr BEFORE INSERT ON par FOR EACH ROW EXECUTE FUNCTION trg();
ALTER TABLE par DISABLE TRIGGER tr; ALTER TABLE par_1a ENABLE TRIGGER tr; ALTER TABLE par_1b ENABLE TRIGGER tr;
COMMENT ON TRIGGER tr ON par_1b IS 'of a partition';
CREATE TABLE top (k int, v text) PARTITION BY RANGE (k);
CREATE TABLE mid PARTITION OF top FOR VALUES FROM (0) TO (10) PARTITION BY HASH (k);
CREATE TABLE a PARTITION OF mid FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE b PARTITION OF mid FOR VALUES WITH (modulus 2, remainder 1);
CREATE TRIGGER t2 BEFORE INSERT ON top FOR EACH ROW EXECUTE FUNCTION trg();
CREATE TRIGGER "T 3" AFTER INSERT ON top FOR EACH ROW EXECUTE FUNCTION trg();
ALTER TABLE top DISABLE TRIGGER t2; ALTER TABLE mid ENABLE ALWAYS TRIGGER t2; ALTER TABLE a ENABLE REPLICA TRIGGER t2;
ALTER TABLE a DISABLE TRIGGER "T 3";
)sql";

std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines)
        out += line + "\n";
    return out;
}

} // namespace

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

    void whole_constantsWithoutNames_areProvedEqual_data() { whole_eachExpressionAlone_isProvedEqual_data(); }
    void whole_constantsWithoutNames_areProvedEqual() {
        QFETCH(QString, serverName);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        RoundTrip trip(server);
        trip.source.run(kUnnamed);
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        const char* text =
            "SELECT string_agg(pg_get_viewdef(oid), ' ' ORDER BY relname) FROM pg_class WHERE relkind = 'v' "
            "AND relnamespace = 'public'::regnamespace";
        QVERIFY(restored.value(text) != trip.source.value(text));
        // What differs in such a text is found all the same.
        restored.run(
            "CREATE OR REPLACE VIEW open_orders AS SELECT id FROM t WHERE EXISTS (SELECT -1 FROM u WHERE "
            "u.id = t.id)");
        const auto differences = trip.prove(trip.finalName());
        QVERIFY2(differences, why(differences));
        QCOMPARE(differences->size(), std::size_t{1});
        QVERIFY2(differences->front().starts_with("schema | VIEW public.open_orders"),
                 differences->front().c_str());
    }

    void whole_partitionsWithTriggersInAnotherState_areProvedEqual_data() {
        whole_eachExpressionAlone_isProvedEqual_data();
    }
    void whole_partitionsWithTriggersInAnotherState_areProvedEqual() {
        QFETCH(QString, serverName);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        RoundTrip trip(server);
        trip.source.run(kPartitionTriggers);
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        const char* states =
            "SELECT string_agg(tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text || ' ' || "
            "coalesce(obj_description(oid, 'pg_trigger'), ''), ', ' ORDER BY tgrelid::regclass::text, "
            "tgname) FROM pg_trigger WHERE NOT tgname ~ '^RI_'";
        const std::string expected = trip.source.value(states);
        QCOMPARE(LabConnection(server, trip.finalName()).value(states), expected);
        for (const char* one : {"a T 3 D", "a t2 R", "b t2 A", "mid t2 A", "top t2 D", "par_1a tr O",
                                "par_1 tr D", "par_1b tr O of a partition"})
            QVERIFY2(expected.find(one) != std::string::npos, one);
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
            "ALTER POLICY few ON expr.t USING (x IN ('a', 'b') AND y BETWEEN 1 AND 3 OR id > 0)",
            "POLICY expr.t few");
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
        QCOMPARE(joined(*differences), std::string());
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
        QCOMPARE(joined(*differences), std::string());
        const auto shown = trip.target->reveal({});
        QVERIFY2(shown, why(shown));
        const auto leftOff = (*shown)[QStringLiteral("left_off")].toArray();
        QCOMPARE(leftOff.size(), 1);
        QVERIFY(leftOff[0].toString().contains(QStringLiteral("ablespace")));
    }

    void whole_closedDatabase_staysClosed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const std::string quoted = quoteIdentifier(trip.source.name());
        trip.source.run("REVOKE ALL ON DATABASE " + quoted + " FROM PUBLIC; REVOKE ALL ON DATABASE " +
                        quoted + " FROM " + quoteIdentifier(server.user));
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(LabConnection(server, trip.finalName())
                     .value("SELECT datacl::text FROM pg_database WHERE datname = current_database()"),
                 std::string("{}"));
    }

    void whole_databaseThatQuotesAllNames_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t; ALTER DATABASE " +
            quoteIdentifier(trip.source.name()) + " SET quote_all_identifiers = on");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(LabConnection(server, trip.finalName()).value("SHOW quote_all_identifiers"),
                 std::string("on"));
    }

    void whole_triggerThatLogsLogins_isNotFiredByUs() {
        SALVOR_NEED_SERVER(server, "pg17");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE logins (who text); CREATE FUNCTION note_login() RETURNS event_trigger "
                        "LANGUAGE plpgsql AS $$ BEGIN INSERT INTO logins VALUES (session_user); END $$;"
                        "CREATE EVENT TRIGGER logged ON login EXECUTE FUNCTION note_login()");
        trip.source.run("ALTER EVENT TRIGGER logged ENABLE ALWAYS");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
    }

    void whole_eventTriggerThatRefuses_isMadeBehindWhatItRefuses_data() {
        QTest::addColumn<QString>("serverName");
        QTest::newRow("before 17 it cannot be switched off") << "pg-plain";
        QTest::newRow("17") << "pg17";
    }
    void whole_eventTriggerThatRefuses_isMadeBehindWhatItRefuses() {
        QFETCH(QString, serverName);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        RoundTrip trip(server);
        trip.source.run(
            "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one; CREATE FUNCTION no() RETURNS event_trigger "
            "LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'frozen'; END $$;"
            "CREATE EVENT TRIGGER frozen ON ddl_command_start EXECUTE FUNCTION no()");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value("SELECT relispopulated FROM pg_class WHERE relname = 'm'"), std::string("t"));
        QCOMPARE(restored.value("SELECT evtname FROM pg_event_trigger"), std::string("frozen"));
        QCOMPARE(trip.revealed[QStringLiteral("left_off")].toArray(), QJsonArray());
    }

    void whole_viewThatCannotBeFilled_isLeftOffAndSaid() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE FUNCTION far() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE MATERIALIZED VIEW a "
            "AS SELECT public.far() AS n; CREATE MATERIALIZED VIEW b AS SELECT 2 AS n;"
            "CREATE OR REPLACE FUNCTION far() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE "
            "EXCEPTION 'the other server is away'; END $$");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        const auto leftOff = trip.revealed[QStringLiteral("left_off")].toArray();
        QCOMPARE(leftOff.size(), 1);
        QVERIFY(leftOff[0].toString().contains(QStringLiteral("the other server is away")));
        QCOMPARE(LabConnection(server, trip.finalName()).value("SELECT n FROM b"), std::string("2"));
        // A proof says what it did not compare.
        const auto because = trip.finish[QStringLiteral("not_compared_because")].toArray();
        QCOMPARE(because.size(), 1);
        QVERIFY(because[0].toString().contains(QStringLiteral("materialized")));
    }

    /// Their values are what the expression says by now: not what was there, and nobody says they are.
    void prove_generatedColumns_areSaidNotToBeCompared() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'; CREATE TABLE "
            "t "
            "(a int, b int GENERATED ALWAYS AS (public.twice(a)) STORED); INSERT INTO t VALUES (5), (10); "
            "CREATE OR REPLACE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 3'");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(LabConnection(server, trip.finalName()).value("SELECT sum(b) FROM t"), std::string("45"));
        const auto because = trip.finish[QStringLiteral("not_compared_because")].toArray();
        QCOMPARE(because.size(), 1);
        QVERIFY2(because[0].toString().contains(QStringLiteral("generated columns")) &&
                     because[0].toString().contains(QStringLiteral("(public.t)")),
                 qPrintable(because[0].toString()));
    }

    void prove_otherMajorVersion_saysThatTheSchemaWasNotCompared() {
        SALVOR_NEED_SERVER(server, "pg17");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (id int)");
        QVERIFY(trip.backUp());
        auto& facts = trip.backup.contents.plan.server;
        facts.insert(QStringLiteral("version_number"), 150018);
        facts.insert(QStringLiteral("version"), QStringLiteral("15.18"));
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        const auto differences = trip.prove(trip.target->name());
        QVERIFY2(differences, why(differences));
        QVERIFY(!trip.finish[QStringLiteral("schema_compared")].toBool(true));
        QVERIFY(trip.finish[QStringLiteral("not_compared_because")].toArray()[0].toString().contains(
            QStringLiteral("15.18")));
    }

    /// Comments and settings that hold bytes of another encoding: saved as far as they are letters, and said.
    void commentsThatAreNotUtf8_areSavedAndNamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server, LabDatabase::TimescaleDb::No, "ENCODING 'SQL_ASCII' LOCALE 'C'");
        const std::string name = trip.source.name();
        trip.source.run("SET client_encoding = 'SQL_ASCII'");
        trip.source.run("SELECT lo_create(4242); COMMENT ON LARGE OBJECT 4242 IS E'Stra\\xdfe.pdf'; SELECT "
                        "lo_create(4243); COMMENT ON LARGE OBJECT 4243 IS 'plain'; COMMENT ON DATABASE " +
                        name + " IS E'B\\xfcro'; ALTER DATABASE " + name + " SET app.place = E'B\\xfcro'");
        QCOMPARE(trip.whole(), std::string());
        LabConnection fresh(server, trip.finalName());
        QCOMPARE(fresh.value("SELECT obj_description(4242, 'pg_largeobject')"), std::string("Stra\xEF\xBF\xBD"
                                                                                            "e.pdf"));
        QCOMPARE(fresh.value("SELECT obj_description(4243, 'pg_largeobject')"), std::string("plain"));
        std::vector<std::string> named;
        for (const auto& note : trip.backup.contents.plan.notes) {
            if (note.starts_with("Not kept as it is: "))
                named.push_back(note.substr(19, note.find(" is not UTF-8") - 19));
        }
        std::ranges::sort(named);
        QCOMPARE(named, (std::vector<std::string>{"the comment on the database",
                                                  "the comment on the large object 4242",
                                                  "the setting app.place of the database"}));
    }

    /// What is said of a role is written in the bytes of the database that it was said in, and read in all.
    /// On a server of its own: every backup of a server reads the comments of all its roles.
    void commentOfARole_fromAnotherEncoding_spoilsNoBackup() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        const LabServer& server = own->server();
        LabDatabase latin(server, LabDatabase::TimescaleDb::No, "ENCODING 'LATIN1' LOCALE 'C'");
        const ThreeRoles roles(latin);
        latin.run("COMMENT ON ROLE " + roles.first + " IS E'B\\xfcro'; COMMENT ON ROLE " + roles.second +
                  " IS 'plain'; COMMENT ON DATABASE " + latin.name() + " IS E'B\\xfcro'");
        RoundTrip trip(server);
        const auto done = trip.backUp();
        QVERIFY2(done, why(done));
        const auto& globals = trip.backup.bytes.at("globals");
        QVERIFY(QUtf8StringView(reinterpret_cast<const char*>(globals.data()),
                                static_cast<qsizetype>(globals.size()))
                    .isValidUtf8());
        const auto& notes = trip.backup.contents.plan.notes;
        const auto about = [&](const std::string& role) {
            return std::ranges::count_if(notes, [&](const std::string& note) {
                return note.starts_with("Not kept as it is: the comment on the role " + role + " ");
            });
        };
        QCOMPARE(about(roles.first), 1);
        QCOMPARE(about(roles.second), 0);
    }

    /// The letter is two bytes of UTF-8, the second of which is no letter in WIN1252.
    void commentOfARole_thatTheEncodingCannotRead_isNamed() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        const LabServer& server = own->server();
        LabDatabase utf8(server);
        const ThreeRoles roles(utf8);
        RoundTrip trip(server, LabDatabase::TimescaleDb::No, "ENCODING 'WIN1252' LOCALE 'C'");
        const auto refused = [&](const std::string& named) {
            const auto saved = trip.backUp();
            return !saved && saved.error().code == ErrorCode::Unsupported &&
                   saved.error().message.find("look at " + named) != std::string::npos &&
                   saved.error().hint.find("COMMENT ON ROLE") != std::string::npos;
        };
        utf8.run("COMMENT ON ROLE " + roles.first + " IS '\u00c1bel'; COMMENT ON ROLE " + roles.second +
                 " IS 'plain'");
        QVERIFY(refused("the comment on the role " + roles.first));
        utf8.run("COMMENT ON ROLE " + roles.first + " IS NULL; ALTER DATABASE " + trip.source.name() +
                 " SET app.place = '\u00c1rpad'");
        QVERIFY(refused("the comment and the settings of the database " + trip.source.name()));
        utf8.run("ALTER DATABASE " + trip.source.name() + " RESET ALL");
        const auto saved = trip.backUp();
        QVERIFY2(saved, why(saved));
    }

    void prepareBackup_namesThatAreNotUtf8_areRefused() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server, LabDatabase::TimescaleDb::No, "ENCODING 'SQL_ASCII' LOCALE 'C'");
        trip.source.run("SET client_encoding = 'SQL_ASCII'");
        trip.source.run("CREATE TABLE \"caf\xe9\" (i int)");
        const auto saved = trip.backUp();
        QVERIFY(!saved);
        QCOMPARE(nameOf(saved.error().code), nameOf(ErrorCode::Unsupported));
        QVERIFY2(saved.error().message.find("caf") != std::string::npos, why(saved));
        // And it is no reason not to look at the other databases of the server.
        const auto report = trip.engine.testConnection(trip.lab.connection(), {});
        QVERIFY2(report, why(report));
    }

    void testConnection_databaseWithAShortTimeout_doesNotEndIt() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (i int); ALTER DATABASE " + quoteIdentifier(trip.source.name()) +
                        " SET statement_timeout = '1ms'");
        const auto report = trip.engine.testConnection(trip.lab.connection(), {});
        QVERIFY2(report, why(report));
    }

    void preflight_ownersOfJobs_areLookedFor() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        const std::string role = trip.source.name() + "_owner";
        trip.source.run("CREATE ROLE " + role + "; SELECT _timescaledb_functions.stop_background_workers()");
        trip.source.run(
            "CREATE PROCEDURE tidy(job_id int, config jsonb) LANGUAGE sql AS 'SELECT 1';"
            "INSERT INTO _timescaledb_config.bgw_job (id, application_name, schedule_interval, "
            "max_runtime, max_retries, retry_period, proc_schema, proc_name, owner, scheduled, "
            "fixed_schedule) VALUES (1000, 'Tidy', '1 day', '0', -1, '1 hour', 'public', 'tidy', '" +
            role + "'::regrole, false, false)");
        const auto saved = trip.backUp();
        trip.source.run("DELETE FROM _timescaledb_config.bgw_job WHERE id = 1000; DROP ROLE " + role);
        QVERIFY2(saved, why(saved));
        const auto preflight = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(preflight, why(preflight));
        QVERIFY(std::find(preflight->missingRoles.begin(), preflight->missingRoles.end(), role) !=
                preflight->missingRoles.end());
    }

    void preflight_locale_isLookedFor() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        QVERIFY(trip.backUp());
        auto& saved = trip.backup.contents.plan.server;
        const auto asSaved = saved[QStringLiteral("database")].toObject();
        // What the backup's database has instead, and how many blockers that makes.
        const std::vector<std::pair<const char*, int>> cases{
            {"{}", 0},
            {R"({"datcollate": "POSIX", "datctype": "C"})", 0},
            {R"({"datcollate": "xx_YY.UTF-8"})", 1},
            {R"({"datcollate": "xx_YY.UTF-8", "datctype": "yy_XX.UTF-8"})", 2},
            {R"({"datctype": "xx_YY.ISO-8859-1", "encoding_name": "LATIN1"})", 1},
            {R"({"datlocprovider": "b", "datlocale": "C", "datcollate": "xx_YY"})", 1},
            {R"({"datlocprovider": "i", "daticulocale": "de"})", 0}};
        for (const auto& [facts, blockers] : cases) {
            auto database = asSaved;
            const auto changed = QJsonDocument::fromJson(facts).object();
            for (auto one = changed.begin(); one != changed.end(); ++one)
                database.insert(one.key(), one.value());
            saved.insert(QStringLiteral("database"), database);
            const auto preflight = trip.engine.preflight(trip.spec(), {});
            QVERIFY2(preflight, why(preflight));
            int found = 0;
            int fine = 0;
            for (const auto& one : preflight->findings) {
                found += one.check == "locale" && one.level == PreflightFinding::Level::Blocker ? 1 : 0;
                fine += one.check == "locale" && one.level == PreflightFinding::Level::Ok ? 1 : 0;
            }
            QVERIFY2(found == blockers, facts);
            QVERIFY2(fine == (blockers == 0 ? 1 : 0), facts);
        }
    }

    void whole_settingsWithEmptyLists_areSetAgain() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const std::string database = "ALTER DATABASE " + quoteIdentifier(trip.source.name());
        trip.source.run(database + " SET temp_tablespaces = ''; " + database +
                        " SET search_path = '', \"a, \"\"b\", public");
        const char* settings =
            "SELECT string_agg(c, ';' ORDER BY c) FROM pg_db_role_setting, unnest(setconfig) c WHERE "
            "setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())";
        const std::string expected = trip.source.value(settings);
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(expected, std::string("search_path=\"\", \"a, \"\"b\", public;temp_tablespaces=\"\""));
        QCOMPARE(LabConnection(server, trip.finalName()).value(settings), expected);
        // The SQL that is saved for a day without us does the same.
        const std::string text(asText(trip.backup.bytes.at("globals")));
        for (const char* clause : {"SET temp_tablespaces TO '';", "SET search_path TO '', "})
            QVERIFY2(text.find(clause) != std::string::npos, text.c_str());
    }

    void globals_settingsOfAllRoles_areSaved() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        // A name that means nothing to anybody else on the server.
        const std::string name = "salvor." + trip.source.name();
        const std::string role = trip.source.name() + "_role";
        trip.source.run("CREATE ROLE " + role + "; ALTER ROLE ALL SET \"" + name +
                        "\" = 'it''s so'; ALTER ROLE " + role + " SET work_mem = '7MB'");
        const auto saved = trip.backUp();
        trip.source.run("ALTER ROLE ALL RESET \"" + name + "\"; DROP ROLE " + role);
        QVERIFY2(saved, why(saved));
        QStringList found;
        const auto lines = asText(trip.backup.bytes.at("globals"));
        for (const auto& line : QByteArray(lines.data(), static_cast<qsizetype>(lines.size())).split('\n')) {
            const auto object = QJsonDocument::fromJson(line).object();
            const auto sql = object[QStringLiteral("sql")].toString();
            if (object[QStringLiteral("kind")].toString() == u"role_setting" &&
                (sql.contains(toQt(name)) || sql.contains(toQt(role))))
                found << sql;
        }
        QCOMPARE(found,
                 (QStringList{QStringLiteral("ALTER ROLE ALL SET \"%1\" TO 'it''s so';").arg(toQt(name)),
                              QStringLiteral("ALTER ROLE %1 SET work_mem TO '7MB';").arg(toQt(role))}));
    }

    void globals_memberships_keepTheirOptions() {
        SALVOR_NEED_SERVER(server, "pg17");
        RoundTrip trip(server);
        const std::string group = trip.source.name() + "_group";
        const std::string member = trip.source.name() + "_member";
        trip.source.run("CREATE ROLE " + group + "; CREATE ROLE " + member + "; GRANT " + group + " TO " +
                        member + " WITH INHERIT FALSE, SET FALSE");
        const auto saved = trip.backUp();
        trip.source.run("DROP ROLE " + group + ", " + member);
        QVERIFY2(saved, why(saved));
        const std::string text(asText(trip.backup.bytes.at("globals")));
        QVERIFY2(text.find("GRANT " + group + " TO " + member +
                           " WITH ADMIN FALSE, INHERIT FALSE, SET FALSE;") != std::string::npos,
                 text.c_str());
    }
};

QTEST_GUILESS_MAIN(TestPgFidelity)
#include "test_pgfidelity.moc"
