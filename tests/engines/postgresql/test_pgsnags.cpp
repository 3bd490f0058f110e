// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What pg_dump writes and pg_restore cannot load, or passes over: it is restored all the same, or named.
#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgdefaulttext.h"
#include "engines/postgresql/pgendpoint.h"
#include "engines/postgresql/pgleftout.h"
#include "engines/postgresql/pgschemadiff.h"
#include "engines/postgresql/pgschemaforms.h"
#include "engines/postgresql/pgsettings.h"

#include "roundtrip.h"
#include "threeroles.h"

#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

bool anyStartsWith(const std::vector<std::string>& notes, const std::string& start) {
    return std::ranges::any_of(notes, [&](const std::string& note) { return note.starts_with(start); });
}

constexpr const char* kNoDdl =
    "CREATE FUNCTION no_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
    "EXCEPTION 'DDL is forbidden in production'; END $$;"
    "CREATE EVENT TRIGGER no_ddl ON ddl_command_start EXECUTE FUNCTION no_ddl();"
    "COMMENT ON EVENT TRIGGER no_ddl IS 'ask first'";

constexpr const char* kPartitions =
    "CREATE TABLE pk (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE pk1 PARTITION OF pk FOR "
    "VALUES FROM (0) "
    "TO (100); CREATE TABLE fk (id int REFERENCES pk) PARTITION BY RANGE (id); CREATE TABLE fk1 PARTITION OF "
    "fk FOR "
    "VALUES FROM (0) TO (100); INSERT INTO pk VALUES (1), (2); INSERT INTO fk VALUES (1);"
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE TRIGGER t1 BEFORE INSERT ON pk FOR EACH ROW EXECUTE FUNCTION f()";

} // namespace

class TestPgSnags : public QObject {
    Q_OBJECT

private slots:
    void whole_foreignKeysOfPartitionsThatAreSwitchedOff_isProvedAndSaid_data() {
        QTest::addColumn<QString>("server");
        QTest::addColumn<bool>("both");
        QTest::newRow("both sides") << "pg-plain" << true;
        QTest::newRow("the referencing one") << "pg-plain" << false;
        QTest::newRow("17") << "pg17" << true;
    }
    void whole_foreignKeysOfPartitionsThatAreSwitchedOff_isProvedAndSaid() {
        QFETCH(QString, server);
        QFETCH(bool, both);
        SALVOR_NEED_SERVER(lab, server.toStdString());
        RoundTrip trip(lab);
        trip.source.run(kPartitions);
        trip.source.run("ALTER TABLE fk1 DISABLE TRIGGER ALL");
        if (both)
            trip.source.run("ALTER TABLE pk1 DISABLE TRIGGER ALL"); // t1 too
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QVERIFY(anyStartsWith(trip.backup.contents.plan.notes,
                              "Not kept: the foreign key fk_id_fkey of public.fk1 "));
        LabConnection restored(lab, trip.finalName());
        QCOMPARE(restored.value("SELECT count(*) FROM pg_trigger WHERE tgisinternal AND tgenabled <> 'O'"),
                 std::string("0"));
        QCOMPARE(restored.value(
                     "SELECT tgenabled FROM pg_trigger WHERE tgname = 't1' AND tgrelid = 'pk1'::regclass"),
                 std::string(both ? "D" : "O"));
        // A state of a trigger of one's own is still compared.
        restored.run("ALTER TABLE pk1 ENABLE ALWAYS TRIGGER t1");
        const auto differences = trip.prove(trip.finalName());
        QVERIFY2(differences, why(differences));
        QCOMPARE(differences->size(), std::size_t{1});
        QVERIFY2(differences->front().find("pk1 t1") != std::string::npos, differences->front().c_str());
    }

    void switchesKeysTrigger_otherTriggers_areTheirOwn() {
        const auto entry = [](const char* kind, const char* name, const char* sql) {
            return PgArchiveEntry{1, true, kind, "s", name, sql, "", {}};
        };
        const auto ofKey = entry("TRIGGER", "t RI_ConstraintTrigger_a_31021",
                                 "\nALTER TABLE s.t DISABLE TRIGGER \"RI_ConstraintTrigger_a_31021\";\n");
        QVERIFY(pgSwitchesKeysTrigger(ofKey, {ofKey}));
        for (const char* name : {"t RI_ConstraintTrigger_b_1", "t RI_ConstraintTrigger_a_",
                                 "t RI_ConstraintTrigger_a_1x", "t mine", "RI_ConstraintTrigger_a_1"})
            QVERIFY2(
                !pgSwitchesKeysTrigger(entry("TRIGGER", name, "\nALTER TABLE s.t DISABLE TRIGGER x;\n"), {}),
                name);
        QVERIFY(!pgSwitchesKeysTrigger(entry("COMMENT", "t RI_ConstraintTrigger_a_31021", "COMMENT …"), {}));
        // A user's own of that name, which another entry makes.
        const auto made = entry("TRIGGER", "parent RI_ConstraintTrigger_a_31021", "CREATE TRIGGER …");
        QVERIFY(!pgSwitchesKeysTrigger(ofKey, {ofKey, made}));
        QVERIFY(!pgSwitchesKeysTrigger(made, {made}));
    }

    void whole_eventTriggerThatForbidsDdl_isMadeBehindAllElse() {
        for (const char* name : {"pg-plain", "pg17"}) {
            for (const bool keepGoing : {false, true}) {
                SALVOR_NEED_SERVER(server, name);
                RoundTrip trip(server);
                trip.source.run(kPartitions);
                trip.source.run(
                    "ALTER TABLE pk1 DISABLE TRIGGER t1; CREATE TABLE d (a int); CREATE INDEX dix ON d (a);"
                    "CREATE TABLE dd (r regclass DEFAULT 'dix'::regclass); CREATE MATERIALIZED VIEW m AS "
                    "SELECT 1 AS one;"
                    "GRANT SELECT ON d TO PUBLIC; CREATE TABLE base (id int PRIMARY KEY); CREATE TABLE x (id "
                    "int REFERENCES base)");
                if (keepGoing) // a key that the rows break, and a CHECK that is taken off and put back
                    trip.source.run(
                        "CREATE TABLE kinds (k int); INSERT INTO kinds VALUES (1); CREATE FUNCTION known(n "
                        "int) RETURNS "
                        "bool LANGUAGE plpgsql AS 'BEGIN RETURN EXISTS (SELECT 1 FROM kinds WHERE k = n); "
                        "END';"
                        "CREATE TABLE checked (n int CONSTRAINT known CHECK (known(n))); INSERT INTO checked "
                        "VALUES (1);"
                        "SET session_replication_role = replica; INSERT INTO x VALUES (77); RESET "
                        "session_replication_role");
                trip.source.run(kNoDdl);
                if (keepGoing)
                    trip.restoreOptions = {{QStringLiteral("keep_going"), true}};
                const auto problem = trip.whole();
                QVERIFY2(problem.empty(), problem.c_str());
                LabConnection restored(server, trip.finalName());
                QCOMPARE(
                    restored.value(
                        "SELECT evtenabled::text || ' ' || obj_description(oid, 'pg_event_trigger') FROM "
                        "pg_event_trigger"),
                    std::string("O ask first"));
                QCOMPARE(restored.value("SELECT one FROM m"), std::string("1"));
                QVERIFY_THROWS_EXCEPTION(std::exception, restored.run("CREATE TABLE no (a int)"));
                // Only the key that rows break is left out.
                QCOMPARE(trip.revealed[QStringLiteral("left_out")].toArray().size(), keepGoing ? 1 : 0);
            }
        }
    }

    void whole_viewOfAnOwnerUnderRowSecurity_isFilledAsTheOwnerSeesIt() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const ThreeRoles roles(trip.source);
        trip.source.run(
            "CREATE TABLE t (tenant text, n int); INSERT INTO t VALUES ('a', 1), ('b', 2); ALTER TABLE t "
            "ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON t TO " +
            roles.owner + " USING (tenant = 'a'); GRANT SELECT ON t TO " + roles.owner +
            "; CREATE MATERIALIZED VIEW m AS SELECT * FROM t; GRANT CREATE ON SCHEMA public TO " +
            roles.owner + "; ALTER MATERIALIZED VIEW m OWNER TO " + roles.owner);
        trip.source.run("REFRESH MATERIALIZED VIEW m");
        const std::string expected = trip.source.value("SELECT string_agg(n::text, ' ') FROM m");
        const auto problem = trip.whole();
        const std::string found =
            problem.empty()
                ? LabConnection(server, trip.finalName()).value("SELECT string_agg(n::text, ' ') FROM m")
                : std::string();
        const auto leftOff = trip.revealed[QStringLiteral("left_off")].toArray();
        dropRestored(trip, server); // before the roles go
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(expected, std::string("1"));
        QCOMPARE(found, expected);
        QCOMPARE(leftOff, QJsonArray());
    }

    void whole_defaultsOfManyFormsThatNameAnIndex_areMadeBehindIt() {
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server);
            trip.source.run(
                "CREATE TABLE p (i int); CREATE INDEX p_ix ON p (i); ALTER TABLE p ADD r regclass DEFAULT "
                "'p_ix';"
                "CREATE TABLE q (x regclass DEFAULT 'p_ix'); CREATE TABLE \"order\" (\"select\" regclass "
                "DEFAULT 'p_ix');"
                "CREATE TABLE a (l regclass[] DEFAULT ARRAY['p_ix'::regclass, 'q'::regclass] NOT NULL, c "
                "regclass[] "
                "DEFAULT '{p_ix}', o oid DEFAULT 'p_ix'::regclass, t text COLLATE \"C\" DEFAULT 'x' || "
                "'p_ix'::regclass "
                "NOT NULL, plain int DEFAULT 3);"
                "CREATE DOMAIN d AS regclass NOT NULL DEFAULT 'p_ix' CONSTRAINT positive CHECK (VALUE > "
                "0::oid);"
                "CREATE TABLE u (v d, n int); INSERT INTO u VALUES ('q', 1)");
            const auto problem = trip.whole();
            QVERIFY2(problem.empty(), problem.c_str());
            LabConnection restored(server, trip.finalName());
            restored.run("BEGIN");
            for (const char* table : {"p", "q", "\"order\"", "a"})
                restored.run(std::string("INSERT INTO ") + table + " DEFAULT VALUES");
            restored.run("INSERT INTO u (n) VALUES (2)");
            QCOMPARE(restored.value(
                         "SELECT concat_ws(' ', r, x, \"select\", l, c, o::regclass, t, plain, v) FROM p, q, "
                         "\"order\", a, u WHERE n = 2"),
                     std::string("p_ix p_ix p_ix {p_ix,q} {p_ix} p_ix xp_ix 3 p_ix"));
            restored.run("ROLLBACK");
            // A default that is missing is still found.
            restored.run("ALTER TABLE q ALTER x DROP DEFAULT");
            const auto differences = trip.prove(trip.finalName());
            QVERIFY2(differences, why(differences));
            QCOMPARE(differences->size(), std::size_t{1});
            QVERIFY2(differences->front().find("public.q") != std::string::npos,
                     differences->front().c_str());
        }
    }

    void compareSchemas_defaultInItsTableOrApart_isTheSame() {
        const std::string head = "-- Name: p; Type: TABLE; Schema: public; Owner: o; Tablespace: fast\n";
        const std::string apart =
            "-- Name: p r; Type: DEFAULT; Schema: public; Owner: o\nALTER TABLE ONLY public.p ALTER "
            "COLUMN r SET DEFAULT 'public.ix'::regclass;\n";
        const std::vector<std::string> one{head + "CREATE TABLE public.p (\n    i integer,\n    r regclass "
                                                  "DEFAULT 'public.ix'::regclass NOT NULL\n);\n"};
        const std::vector<std::string> two{
            head + "CREATE TABLE public.p (\n    i integer,\n    r regclass NOT NULL\n);\n", apart};
        const PgSchemaRules rules;
        QVERIFY(pgCompareSchemas(one, two, rules).empty());
        QVERIFY(pgCompareSchemas(two, one, rules).empty());
        QVERIFY(pgCompareSchemaNames(two, one).empty());
        QCOMPARE(pgCompareSchemas(one, {two[0]}, rules).size(), std::size_t{1});
        QCOMPARE(pgCompareSchemas(two, {two[0]}, rules).size(), std::size_t{1});
        auto other = two;
        other[1].replace(other[1].find("public.ix"), 9, "public.iy");
        QCOMPARE(pgCompareSchemas(one, other, rules).size(), std::size_t{1});
    }

    void defaultClause_ofEachForm_isTheExpressionAlone_data() {
        QTest::addColumn<QString>("definition");
        QTest::addColumn<QString>("clause");
        QTest::newRow("alone") << "r regclass DEFAULT 'public.i'::regclass"
                               << " DEFAULT 'public.i'::regclass";
        QTest::newRow("none") << "r regclass NOT NULL" << "";
        QTest::newRow("followed") << "c text DEFAULT 'a NOT NULL'::text NOT NULL COLLATE pg_catalog.\"C\""
                                  << " DEFAULT 'a NOT NULL'::text";
        QTest::newRow("named constraint") << "c text DEFAULT 'x'::text CONSTRAINT \"a b\" NOT NULL"
                                          << " DEFAULT 'x'::text";
        QTest::newRow("name") << "\"a DEFAULT b\" integer DEFAULT 3" << " DEFAULT 3";
        QTest::newRow("brackets") << "b boolean DEFAULT (f() IS NOT NULL)" << " DEFAULT (f() IS NOT NULL)";
        QTest::newRow("domain")
            << "CREATE DOMAIN public.d AS regclass NOT NULL DEFAULT 'p;q'::regclass\n\tCONSTRAINT c "
               "CHECK ((VALUE > 0));\n"
            << " DEFAULT 'p;q'::regclass";
        QTest::newRow("domain without")
            << "CREATE DOMAIN public.d AS integer\n\tCONSTRAINT c CHECK ((VALUE > 0));\n"
            << "";
    }
    void defaultClause_ofEachForm_isTheExpressionAlone() {
        QFETCH(QString, definition);
        QFETCH(QString, clause);
        QCOMPARE(QString::fromStdString(pgDefaultClause(definition.toStdString())), clause);
    }

    void regclassNames_inQuotesAndArrays_areAllFound() {
        const auto names = [](const char* text) { return pgRegclassNames(text); };
        using Names = std::vector<std::string>;
        QCOMPARE(names("'public.i'::regclass"), Names{"public.i"});
        QCOMPARE(names("ARRAY['a.i'::regclass, 'b.\"It''s\"'::regclass]"), (Names{"a.i", "b.\"It's\""}));
        QCOMPARE(names("'{a.i,\"b.\\\"J\\\"\"}'::regclass[]"), (Names{"a.i", "b.\"J\""}));
        QCOMPARE(names("'a.i'::text || \"b'::regclass\""), Names{});
        QCOMPARE(names("'open"), Names{});
    }

    void backup_whatPgDumpPassesOver_isNamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE EXTENSION hstore");
        trip.source.run("CREATE EXTENSION citext");
        trip.source.run("CREATE EXTENSION dblink");
        // As pg_upgrade does it: rights that the extension's script gave are given again, in a later
        // transaction.
        trip.source.run("REVOKE ALL ON FUNCTION dblink_connect_u(text) FROM PUBLIC");
        trip.source.run("CREATE TABLE twice (a int, CONSTRAINT once UNIQUE (a) DEFERRABLE); ALTER TABLE "
                        "twice DISABLE TRIGGER "
                        "ALL; CREATE TABLE doubled (a int); INSERT INTO doubled VALUES (1), (1)");
        QVERIFY(trip.backUp());
        QVERIFY(!trip.backup.contents.plan.server.contains(QStringLiteral("not_kept")));
        QVERIFY(!trip.backup.contents.plan.server.contains(QStringLiteral("taken_off")));
        QVERIFY_THROWS_EXCEPTION(std::exception,
                                 trip.source.run("CREATE UNIQUE INDEX CONCURRENTLY broken ON doubled (a)"));
        trip.source.run("ALTER FUNCTION hstore_to_json(hstore) SECURITY DEFINER");
        trip.source.run("COMMENT ON FUNCTION akeys(hstore) IS 'mine'");
        trip.source.run("GRANT EXECUTE ON FUNCTION avals(hstore) TO PUBLIC"); // rights are saved
        trip.source.run(
            "ALTER EXTENSION citext DROP FUNCTION citext_eq(citext, citext)"); // an operator stands on it
        trip.source.run("ALTER FUNCTION citext_eq(citext, citext) COST 7");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        const auto& notes = trip.backup.contents.plan.notes;
        for (const char* start :
             {"Left out: the index public.broken of public.doubled, which is not valid",
              "Not kept: the function public.hstore_to_json(public.hstore) is not as the extension hstore "
              "makes it",
              "Not kept: the function public.akeys(public.hstore) is not as the extension hstore makes it",
              "Not kept: the constraint once of public.twice has triggers"})
            QVERIFY2(anyStartsWith(notes, start), start);
        QCOMPARE(trip.backup.contents.plan.server[QStringLiteral("not_kept")].toArray().size(), 3);
        // What was taken off its extension is as it was.
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value(
                     "SELECT procost || ' ' || (SELECT count(*) FROM pg_depend d WHERE d.objid = p.oid AND "
                     "d.classid = 'pg_proc'::regclass AND deptype = 'e') FROM pg_proc p WHERE proname = "
                     "'citext_eq'"),
                 std::string("7 0"));
    }

    void leftOut_rightsOnParameters_areNamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const auto endpoint = makePgEndpoint(trip.lab.connection());
        QVERIFY2(endpoint, why(endpoint));
        const auto connection = PgConnection::open(*endpoint, trip.source.name(), {});
        QVERIFY2(connection, why(connection));
        const auto prepared = pgPrepareReading(**connection, 30, {});
        QVERIFY2(prepared, why(prepared));
        // They belong to the server: nobody else sees these.
        const std::string role = trip.source.name() + "_p";
        const auto made =
            (*connection)
                ->script("granting",
                         "BEGIN; CREATE ROLE " + role + "; GRANT SET ON PARAMETER work_mem TO " + role, {});
        QVERIFY2(made, why(made));
        QJsonObject facts;
        const auto read = pgReadLeftOut(**connection, facts, {});
        const auto undone = (*connection)->query("undoing", "ROLLBACK", {});
        QVERIFY2(read, why(read));
        QVERIFY2(undone, why(undone));
        const auto notes = pgLeftOutNotes(facts);
        QVERIFY(std::ranges::any_of(notes, [&](const std::string& note) {
            return note.starts_with("Not kept: SET ON PARAMETER work_mem for " + role + " ") &&
                   note.find("GRANT SET ON PARAMETER work_mem TO " + role) != std::string::npos;
        }));
    }
};

QTEST_GUILESS_MAIN(TestPgSnags)
#include "test_pgsnags.moc"
