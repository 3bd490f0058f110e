// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Databases, logins and programs with something of their own: what is restored all the same, and what is
// named.
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgsmallitems.h"

#include "roundtrip.h"
#include "support/patience.h"
#include "threeroles.h"

#include <QFile>
#include <QJsonArray>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines)
        out += line + "\n";
    return out;
}

constexpr const char* kLargeObjectAcls =
    "SELECT string_agg(oid || ' ' || pg_get_userbyid(lomowner) || ' ' || coalesce((SELECT array_agg(x::text "
    "ORDER BY "
    "x::text COLLATE \"C\") FROM unnest(lomacl) x)::text, lomacl::text, 'NULL'), ', ' ORDER BY oid) FROM "
    "pg_largeobject_metadata";

/// Nothing, less and more than the owner's own rights; one right by two; one that was given on and on.
std::string rightsOnLargeObjects(const ThreeRoles& roles) {
    std::string sql = "SELECT lo_from_bytea(n::oid, 'x') FROM generate_series(70001, 70006) n;";
    for (const char* oid : {"70001", "70002", "70003", "70004"})
        sql += std::string("ALTER LARGE OBJECT ") + oid + " OWNER TO " + roles.owner + ";";
    return sql + "REVOKE ALL ON LARGE OBJECT 70001 FROM " + roles.owner +
           ";REVOKE UPDATE ON LARGE OBJECT 70002 FROM " + roles.owner +
           ";GRANT SELECT ON LARGE OBJECT 70003 TO " + roles.second +
           ";GRANT SELECT ON LARGE OBJECT 70003 TO " + roles.first + " WITH GRANT OPTION;SET ROLE " +
           roles.first + ";GRANT SELECT ON LARGE OBJECT 70003 TO " + roles.second +
           ";RESET ROLE;GRANT ALL ON LARGE OBJECT 70004 TO " + roles.second + " WITH GRANT OPTION;SET ROLE " +
           roles.second + ";GRANT SELECT ON LARGE OBJECT 70004 TO " + roles.first +
           " WITH GRANT OPTION;SET ROLE " + roles.first +
           ";GRANT SELECT ON LARGE OBJECT 70004 TO PUBLIC;RESET ROLE;" +
           "REVOKE ALL ON LARGE OBJECT 70004 FROM " + roles.owner +
           ";GRANT SELECT ON LARGE OBJECT 70005 TO PUBLIC;" + "COMMENT ON LARGE OBJECT 70005 IS 'for all'";
}

/// What a version before kPgLargeObjectForm would have saved in place of this item.
Result<> makeOld(RoundTrip& trip) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(trip.lab.connection()));
    SALVOR_ASSIGN(const auto connection, PgConnection::open(endpoint, trip.source.name(), {}));
    SALVOR_TRY(pgPrepareReading(*connection, 30, {}));
    BytesSink sink;
    SALVOR_ASSIGN(auto report, pgReadLargeObjectOwners(*connection, 1, sink, {}));
    trip.backup.bytes["large_object_owners"] = std::move(sink.bytes);
    std::size_t at = 0;
    for (auto& phase : trip.backup.contents.plan.phases) {
        for (auto& item : phase.items) {
            if (item.kind == "large_object_owners") {
                item.details = {};
                trip.backup.contents.reports[at] = report;
            }
            ++at;
        }
    }
    return {};
}

} // namespace

class TestPgCorners : public QObject {
    Q_OBJECT

private slots:
    void whole_userMappingThatOnlySuperusersSee_isNamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const std::string role = trip.source.name() + "_reader";
        trip.source.run(
            "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w;"
            "CREATE USER MAPPING FOR " +
            quoteIdentifier(server.user) + " SERVER far OPTIONS (password 'hidden'); CREATE ROLE " + role +
            " LOGIN PASSWORD 'weak'; GRANT pg_read_all_data TO " + role + "; CREATE USER MAPPING FOR " +
            role + " SERVER far; GRANT USAGE ON FOREIGN SERVER far TO " + role);
        trip.lab.profile.user = role;
        trip.lab.password = Secret("weak");
        const auto saved = trip.backUp();
        trip.lab.profile.user = server.user;
        trip.lab.password = Secret(server.password);
        const auto restored = saved ? trip.restore() : failure(saved.error());
        const auto differences = restored ? trip.prove(trip.target->name()) : failure(restored.error());
        const auto shown = differences ? trip.target->reveal({}) : failure(differences.error());
        trip.target.reset();
        dropDatabase(server, trip.finalName());
        trip.source.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
        QVERIFY2(shown, why(shown));
        QCOMPARE(joined(*differences), std::string());
        std::vector<std::string> said;
        for (const auto& note : trip.backup.contents.plan.notes) {
            if (note.find("user mapping") != std::string::npos)
                said.push_back(note);
        }
        // Its own mapping the role sees, so of that one there is nothing to say.
        QCOMPARE(said.size(), std::size_t{1});
        QVERIFY2(said[0].find(server.user + " for server far") != std::string::npos, said[0].c_str());
        const auto leftOff = (*shown)[QStringLiteral("left_off")].toArray();
        QCOMPARE(leftOff.size(), 1);
        QVERIFY(leftOff[0].toString().contains(QStringLiteral("for server far")));
        // A superuser sees them all.
        QVERIFY(trip.backUp());
        for (const auto& note : trip.backup.contents.plan.notes)
            QVERIFY2(note.find("user mapping") == std::string::npos, note.c_str());
    }

    void whole_whatPgDumpPassesOver_isNamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; DROP SCHEMA public;"
                        "CREATE SCHEMA app; CREATE TABLE app.t (i serial PRIMARY KEY); INSERT INTO app.t "
                        "DEFAULT VALUES; CREATE TABLE app.mine (j int);"
                        "CREATE FUNCTION app.f(a int) RETURNS int LANGUAGE sql RETURN a;"
                        "CREATE TABLE information_schema.\"Notes\" (k serial, t text);"
                        "CREATE VIEW information_schema.v AS SELECT 1 AS one;"
                        "CREATE FUNCTION information_schema.g() RETURNS int LANGUAGE sql RETURN 1;"
                        "CREATE DOMAIN information_schema.d AS int");
        trip.source.run("ALTER EXTENSION hstore ADD FUNCTION app.f(int)");
        trip.source.run("DROP EXTENSION plpgsql");
        trip.source.run("GRANT EXECUTE ON FUNCTION ext.hstore(text, text) TO PUBLIC"); // rewrites its row
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        const auto& facts = trip.backup.contents.plan.server;
        QStringList leftOut;
        for (const auto& value : facts[QStringLiteral("left_out")].toArray())
            leftOut << value.toString();
        const QStringList expected{
            QStringLiteral("function information_schema.g()"),
            QStringLiteral("table information_schema.\"Notes\""), QStringLiteral("type information_schema.d"),
            QStringLiteral("view information_schema.v"),
            QStringLiteral("function app.f(integer) (a member of the extension hstore)")};
        QCOMPARE(QSet<QString>(leftOut.begin(), leftOut.end()),
                 QSet<QString>(expected.begin(), expected.end()));
        QCOMPARE(facts[QStringLiteral("comes_back")].toArray(),
                 (QJsonArray{QStringLiteral("schema public"), QStringLiteral("extension plpgsql")}));
        int said = 0;
        for (const auto& note : trip.backup.contents.plan.notes)
            said += note.starts_with("Left out: ") || note.find("brings it back") != note.npos ? 1 : 0;
        QCOMPARE(said, 7);
        // Told before there is a backup, in the same words.
        const auto before = trip.engine.sourceNotes(trip.lab.connection(), trip.source.name(), {});
        QVERIFY2(before, why(before));
        QCOMPARE(before->size(), std::size_t{7});
        for (const auto& note : *before)
            QVERIFY2(std::ranges::count(trip.backup.contents.plan.notes, note) == 1, note.c_str());
        QCOMPARE(trip.revealed[QStringLiteral("left_off")].toArray().size(), 7);
        auto spec = trip.spec();
        spec.targetDatabase += "_2";
        const auto preflight = trip.engine.preflight(spec, {});
        QVERIFY2(preflight, why(preflight));
        QVERIFY(preflight->ok());
        QCOMPARE(std::ranges::count(preflight->findings, std::string("left_out"), &PreflightFinding::check),
                 7);
        // A table among them has rows that no backup holds: it is named, and no restored database is called
        // unequal for it.
        trip.source.run(
            "INSERT INTO app.mine VALUES (1); CREATE SEQUENCE app.s; CREATE VIEW app.v AS SELECT 1");
        trip.source.run(
            "ALTER EXTENSION hstore ADD TABLE app.mine; ALTER EXTENSION hstore ADD SEQUENCE app.s;"
            "ALTER EXTENSION hstore ADD VIEW app.v");
        // Not there at all, so that no search_path finds it: told, and nothing ends for it.
        trip.source.run("CREATE MATERIALIZED VIEW app.m AS SELECT 1");
        trip.source.run("ALTER EXTENSION hstore ADD MATERIALIZED VIEW app.m"); // in a later transaction
        trip.target.reset();
        dropDatabase(server, trip.finalName());
        const auto second = trip.whole();
        QVERIFY2(second.empty(), second.c_str());
        for (const char* name : {"table app.mine", "sequence app.s", "view app.v", "materialized view app.m"})
            QVERIFY2(trip.backup.contents.plan.server[QStringLiteral("left_out")].toArray().contains(
                         QString::fromLatin1(name) + QStringLiteral(" (a member of the extension hstore)")),
                     name);
        QCOMPARE(trip.revealed[QStringLiteral("left_off")].toArray().size(), 12);
    }

    void backup_whatNoRestoreMayLoad_isNamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE kinds (k text); INSERT INTO kinds VALUES ('a');"
            "CREATE FUNCTION known(t text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN EXISTS (SELECT 1 "
            "FROM "
            "kinds WHERE k = t); END';"
            "CREATE FUNCTION quoted(t text) RETURNS bool LANGUAGE sql AS 'SELECT EXISTS (SELECT 1 FROM "
            "public.kinds WHERE k = t)';"
            "CREATE FUNCTION fixed(t text) RETURNS bool LANGUAGE sql SET search_path = public AS 'SELECT "
            "EXISTS "
            "(SELECT 1 FROM kinds WHERE k = t)';"
            "CREATE FUNCTION plain(t text) RETURNS bool LANGUAGE sql AS 'SELECT length(t) > 0';"
            "CREATE TABLE t (a text CHECK (known(a)), b text CHECK (quoted(b)), c text CHECK (fixed(c)), d "
            "text "
            "CHECK (plain(d))); INSERT INTO t VALUES ('a', 'a', 'a', 'a')");
        QVERIFY(trip.backUp());
        const auto found = trip.backup.contents.plan.server[QStringLiteral("may_not_load")].toArray();
        QCOMPARE(found.size(), 1);
        QVERIFY2(found[0].toString().startsWith(
                     QStringLiteral("the constraint t_a_check of public.t calls public.known(text)")),
                 qPrintable(found[0].toString()));
        QVERIFY(!trip.restore()); // as it is said
        trip.target.reset();
        int said = 0;
        for (const auto& note : trip.backup.contents.plan.notes)
            said += note.starts_with("A restore may fail") && note.find("--keep-going") != note.npos ? 1 : 0;
        QCOMPARE(said, 1);
    }

    void whole_foreignKeysThatAreSwitchedOff_areNamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int REFERENCES p); CREATE TABLE d (id "
            "int REFERENCES p); ALTER TABLE c DISABLE TRIGGER ALL");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(trip.backup.contents.plan.server[QStringLiteral("switched_off")].toArray(),
                 QJsonArray{QStringLiteral("the foreign key c_id_fkey of public.c")});
        const auto leftOff = trip.revealed[QStringLiteral("left_off")].toArray();
        QVERIFY(std::any_of(leftOff.begin(), leftOff.end(), [](const auto& one) {
            return one.toString().startsWith(
                QStringLiteral("Not kept: the foreign key c_id_fkey of public.c "));
        }));
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"), std::string("0"));
    }

    void leftOut_ofWhatExtensionsMakeThemselves_isNothing() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run("CREATE EXTENSION hstore; CREATE TABLE m (t timestamptz NOT NULL, v float8)");
        trip.source.run("SELECT create_hypertable('m', 't')");
        trip.source.run("INSERT INTO m SELECT '2026-01-01'::timestamptz + g * interval '1 day', g FROM "
                        "generate_series(1, 30) g; CREATE INDEX ON m (v)");
        QVERIFY(trip.backUp());
        const auto& facts = trip.backup.contents.plan.server;
        QCOMPARE(facts[QStringLiteral("left_out")].toArray(), QJsonArray());
        QCOMPARE(facts[QStringLiteral("comes_back")].toArray(), QJsonArray());
        QCOMPARE(facts[QStringLiteral("may_not_load")].toArray(), QJsonArray());
        QCOMPARE(facts[QStringLiteral("switched_off")].toArray(), QJsonArray());
    }

    void whole_columnsInAnotherOrderThanTheParents_isProvedAndSaid() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE parent (a int NOT NULL CHECK (a > 0), b text DEFAULT 'x,y', c date);"
            "CREATE TABLE child (c date, extra int, b text DEFAULT 'z', a int NOT NULL CHECK (a > 0));"
            "ALTER TABLE child RENAME CONSTRAINT child_a_check TO parent_a_check;"
            "ALTER TABLE child INHERIT parent; CREATE TABLE grandchild (x int) INHERITS (child);"
            "CREATE TABLE later (own int) INHERITS (parent); CREATE TABLE same (own int) INHERITS (parent);"
            "ALTER TABLE same DROP COLUMN own; ALTER TABLE parent ADD COLUMN d int;"
            "INSERT INTO child VALUES ('2026-01-02', 5, 'b', 7, 8); INSERT INTO grandchild (a, x) VALUES (1, "
            "2)");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(
            LabConnection(server, trip.finalName()).value("SELECT (c, extra, b, a, d)::text FROM ONLY child"),
            std::string("(2026-01-02,5,b,7,8)"));
        const auto names = trip.backup.contents.plan.server[QStringLiteral("reordered_tables")].toArray();
        QCOMPARE(names, (QJsonArray{QStringLiteral("public.child"), QStringLiteral("public.grandchild"),
                                    QStringLiteral("public.later")}));
        int said = 0;
        for (const auto& note : trip.backup.contents.plan.notes)
            said += note.find("another order") != std::string::npos ? 1 : 0;
        QCOMPARE(said, 3);
        QCOMPARE(trip.finish[QStringLiteral("not_compared_because")].toArray().size(), 3);
        // Another type of one column is still found.
        LabConnection(server, trip.finalName()).run("ALTER TABLE child ALTER extra TYPE int8");
        const auto differences = trip.prove(trip.finalName());
        QVERIFY2(differences, why(differences));
        QVERIFY2(joined(*differences).find("TABLE public.child") != std::string::npos,
                 joined(*differences).c_str());
    }

    void whole_partitionsByTheHashOfAnEnum_areProved() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        // Types of the same name get other OIDs, and so other hashes, in the restored database.
        std::string sql =
            "CREATE TYPE mood AS ENUM ('low', 'mid', 'high'); CREATE TYPE moods AS RANGE "
            "(subtype = mood); CREATE TYPE pair AS (m mood, n int); CREATE DOMAIN deep AS mood[];"
            "CREATE FUNCTION one(n int) RETURNS mood LANGUAGE sql IMMUTABLE RETURN "
            "(ARRAY['low', 'mid', 'high'])[1 + n % 3]::mood;";
        const std::vector<std::pair<std::string, std::string>> keys{{"mood", "one(n)"},
                                                                    {"mood[]", "ARRAY[one(n), 'mid']"},
                                                                    {"moods", "moods(one(n), 'high', '[]')"},
                                                                    {"pair", "ROW(one(n), n)::pair"},
                                                                    {"deep", "ARRAY[one(n)]"},
                                                                    {"int8[]", "ARRAY[n]"}};
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const std::string table = "h" + std::to_string(i);
            sql += "CREATE TABLE " + table + " (k " + keys[i].first + ", n int) PARTITION BY HASH (k);";
            for (const std::string part : {"0", "1", "2"})
                sql += "CREATE TABLE " + table + "_" + part + " PARTITION OF " + table +
                       " FOR VALUES WITH (MODULUS 3, REMAINDER " + part + ");";
            sql +=
                "INSERT INTO " + table + " SELECT " + keys[i].second + ", n FROM generate_series(1, 60) n;";
        }
        trip.source.run(sql);
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const std::string table = "h" + std::to_string(i);
            QCOMPARE(restored.value("SELECT count(*) FROM " + table), std::string("60"));
            const Item* part = trip.backup.find("table:public." + table + "_1");
            QVERIFY(part != nullptr);
            // What has no enum in it goes straight into its partition.
            QCOMPARE(part->details.contains(QStringLiteral("load_via")), keys[i].first != "int8[]");
        }
    }

    /// What the restore computes anew it computes as the source's clients do, and what pg_dump prints does
    /// not depend on them.
    void whole_databaseWithSettingsThatFunctionsLookAt_computesTheSame() {
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server);
            const std::string alter = "ALTER DATABASE " + quoteIdentifier(trip.source.name()) + " SET ";
            LabConnection(server, "postgres")
                .run(alter + "timezone = 'America/New_York'; " + alter + "datestyle = 'SQL, DMY'; " + alter +
                     "default_text_search_config = 'pg_catalog.german'; " + alter +
                     "bytea_output = 'escape'; " + alter + "standard_conforming_strings = off; " + alter +
                     "app.tenant = 'north \\ one'");
            LabConnection maker(server, trip.source.name());
            maker.run("SET standard_conforming_strings = on"); // counts from the next message on
            maker.run(
                "CREATE FUNCTION day_of(timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT "
                "$1::pg_catalog.date';"
                "CREATE TABLE sale (at timestamptz NOT NULL DEFAULT '2026-01-01 00:30', amount int, "
                "CHECK (at >= '2020-01-01 00:00'), "
                "day date GENERATED ALWAYS AS (public.day_of(at)) STORED) PARTITION BY RANGE (at);"
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM ('2025-01-01') TO ('2027-01-01');"
                "INSERT INTO sale VALUES ('2026-01-01 00:30', 10), ('2026-01-01 23:00', 5);"
                "CREATE MATERIALIZED VIEW per_day AS SELECT at::date AS day, at::text AS told, "
                "sum(amount) FROM sale GROUP BY 1, 2;"
                "CREATE TABLE ticket (at timestamptz, on_day date, CHECK (at::date = on_day));"
                "INSERT INTO ticket VALUES ('2026-01-01 00:30', '01/01/2026');"
                "CREATE TABLE note (body text DEFAULT 'a\\b', raw bytea DEFAULT '\\xdeadbeef00');"
                "INSERT INTO note VALUES ('die großen Häuser der Katzen');"
                "CREATE MATERIALIZED VIEW words AS SELECT to_tsvector(body)::text, "
                "current_setting('app.tenant') FROM note;"
                "CREATE INDEX recent ON sale (amount) WHERE at > '2026-01-01 12:00'");
            // What only the login of the backup has is nothing that clients compute with.
            maker.run("ALTER ROLE CURRENT_USER IN DATABASE " + quoteIdentifier(trip.source.name()) +
                      " SET timezone = 'Asia/Tokyo'");
            const auto problem = trip.whole();
            QVERIFY2(problem.empty(), problem.c_str());
            LabConnection restored(server, trip.finalName());
            LabConnection source(server, trip.source.name());
            for (const char* sql :
                 {"SELECT string_agg(p::text, ';' ORDER BY p) FROM per_day p",
                  "SELECT string_agg(s::text, ';' ORDER BY s) FROM sale s",
                  "SELECT string_agg(w::text, ';') FROM words w",
                  "SELECT string_agg(pg_get_constraintdef(oid), ';' ORDER BY conname) FROM "
                  "pg_constraint WHERE conrelid IN ('sale'::regclass, 'ticket'::regclass)"}) {
                const std::string expected = source.value(sql);
                QVERIFY(!expected.empty());
                QCOMPARE(restored.value(sql), expected);
            }
            QCOMPARE(restored.value("SELECT day::text FROM sale WHERE amount = 5"),
                     std::string("01/01/2026"));
        }
    }

    /// Whoever counts the warnings in the server's log had one for each item.
    void whole_endsNoTransactionThatIsNotThere() {
        PrivateServer::Options options;
        options.settings = {"logging_collector=on", "lc_messages=C"};
        SALVOR_NEED_PRIVATE(own, "pg-plain", options);
        RoundTrip trip(own->server());
        trip.source.run("CREATE TABLE a (b int); CREATE TABLE c (d int); INSERT INTO a VALUES (1)");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        const std::string log =
            LabConnection(own->server(), "postgres").value("SELECT pg_read_file(pg_current_logfile())");
        QVERIFY2(log.find("database system is ready") != std::string::npos, log.c_str());
        QVERIFY2(log.find("no transaction in progress") == std::string::npos, log.c_str());
    }

    /// The server that is restored to is in another time zone: no reason to call a good backup unequal.
    void prove_serverInAnotherTimeZone_isEqual() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        RoundTrip trip(own->server());
        trip.source.run(
            "CREATE TABLE t (at timestamptz DEFAULT '2026-05-05') PARTITION BY RANGE (at); CREATE "
            "TABLE t_1 PARTITION OF t FOR VALUES FROM ('2026-01-01') TO ('2027-01-01'); INSERT "
            "INTO t VALUES ('2026-05-05'); CREATE VIEW v AS SELECT * FROM t WHERE at > "
            "'2026-02-02 02:00'");
        QVERIFY(trip.backUp());
        LabConnection(own->server(), "postgres").run("ALTER SYSTEM SET timezone = 'Asia/Kolkata'");
        LabConnection(own->server(), "postgres").run("SELECT pg_reload_conf()");
        QTRY_COMPARE_WITH_TIMEOUT(
            QString::fromStdString(
                LabConnection(own->server(), "postgres").value("SELECT current_setting('timezone')")),
            QStringLiteral("Asia/Kolkata"), kPatience);
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        const auto differences = trip.prove(trip.target->name());
        QVERIFY2(differences, why(differences));
        QVERIFY2(differences->empty(), differences->empty() ? "" : differences->front().c_str());
    }

    void whole_loginWithSettingsOfItsOwn_works_data() {
        QTest::addColumn<QString>("role");
        QTest::addColumn<QString>("given");
        QTest::newRow("a superuser that is given a weak role") << "SUPERUSER" << "NOSUPERUSER";
        QTest::newRow("a weak login that is given a superuser's role")
            << "NOSUPERUSER NOINHERIT" << "SUPERUSER";
    }
    void whole_loginWithSettingsOfItsOwn_works() {
        QFETCH(QString, role);
        QFETCH(QString, given);
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server);
            const std::string login = trip.source.name() + "_login";
            const std::string group = trip.source.name() + "_group";
            trip.source.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE ROLE " +
                            group + " " + given.toStdString() + "; CREATE ROLE " + login +
                            " LOGIN PASSWORD 'own' " + role.toStdString() + "; GRANT " + group + " TO " +
                            login + "; ALTER ROLE " + login + " SET role = '" + group + "'; ALTER ROLE " +
                            login + " SET default_transaction_read_only = on; ALTER ROLE " + login +
                            " SET statement_timeout = '5s'; ALTER ROLE " + login +
                            " SET lock_timeout = '1ms'");
            trip.lab.profile.user = login;
            trip.lab.password = Secret("own");
            const auto problem = trip.whole();
            trip.target.reset();
            dropDatabase(server, trip.finalName());
            if (!trip.hiddenName().empty())
                dropDatabase(server, trip.hiddenName());
            trip.source.run("DROP ROLE " + login + ", " + group);
            QVERIFY2(problem.empty(), problem.c_str());
        }
    }

    void whole_rightsGrantedByOthers_keepTheirGrantors() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const std::string first = trip.source.name() + "_1";
        const std::string second = trip.source.name() + "_2";
        const std::string database = quoteIdentifier(trip.source.name());
        trip.source.run("CREATE ROLE " + first + "; CREATE ROLE " + second);
        trip.source.run("GRANT CONNECT ON DATABASE " + database + " TO " + first +
                        " WITH GRANT OPTION; SET ROLE " + first + "; GRANT CONNECT ON DATABASE " + database +
                        " TO " + second + "; RESET ROLE");
        const auto problem = trip.whole();
        const char* rights = "SELECT datacl::text FROM pg_database WHERE datname = current_database()";
        const std::string expected = trip.source.value(rights);
        const std::string found =
            problem.empty() ? LabConnection(server, trip.finalName()).value(rights) : "";
        trip.target.reset();
        dropDatabase(server, trip.finalName());
        trip.source.run("DROP OWNED BY " + first + ", " + second);
        trip.source.run("DROP ROLE " + first + ", " + second);
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(found, expected);
        QVERIFY2(expected.find(second + "=c/" + first) != std::string::npos, expected.c_str());
    }

    void whole_rightsOnLargeObjects_comeBackAsTheyWere() {
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server);
            const ThreeRoles roles(trip.source);
            trip.source.run(rightsOnLargeObjects(roles));
            const std::string expected = trip.source.value(kLargeObjectAcls);
            auto problem = trip.whole();
            std::string found;
            std::size_t differences = 0;
            if (problem.empty()) {
                LabConnection restored(server, trip.finalName());
                found = restored.value(kLargeObjectAcls);
                // That nobody has a right is another thing than that nobody was given one.
                restored.run("UPDATE pg_largeobject_metadata SET lomacl = NULL WHERE oid = 70001");
                const auto again = trip.prove(trip.finalName());
                problem = again ? problem : again.error().toText();
                differences = again ? again->size() : 0;
            }
            dropRestored(trip, server);
            QVERIFY2(problem.empty(), problem.c_str());
            QCOMPARE(found, expected);
            QVERIFY2(expected.find("70001 " + roles.owner + " {}") != std::string::npos, expected.c_str());
            QVERIFY2(expected.find(roles.second + "=r/" + roles.first) != std::string::npos,
                     expected.c_str());
            QCOMPARE(differences, std::size_t{1});
        }
    }

    // Lines of backups before that form: the owner's rights among the others, no word of who granted.
    void whole_rightsInTheOldForm_areRestoredAndProved() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const ThreeRoles roles(trip.source);
        trip.source.run(
            "SELECT lo_create(70002), lo_create(70004), lo_create(70005); ALTER LARGE OBJECT 70002 OWNER "
            "TO " +
            roles.owner + "; REVOKE UPDATE ON LARGE OBJECT 70002 FROM " + roles.owner +
            "; GRANT SELECT ON LARGE OBJECT 70004 TO PUBLIC; GRANT UPDATE ON LARGE OBJECT 70004 TO " +
            roles.first + " WITH GRANT OPTION; COMMENT ON LARGE OBJECT 70005 IS 'none'");
        const std::string expected = trip.source.value(kLargeObjectAcls);
        const auto saved = trip.backUp();
        const auto made = saved ? makeOld(trip) : saved;
        const auto restored = made ? trip.restore() : made;
        const auto differences = restored ? trip.prove(trip.target->name()) : failure(restored.error());
        const std::string found =
            differences ? LabConnection(server, trip.hiddenName()).value(kLargeObjectAcls) : "";
        dropRestored(trip, server);
        QVERIFY2(differences, why(differences));
        QCOMPARE(differences->size(), std::size_t{0});
        QCOMPARE(found, expected);
    }

    void reveal_nameTakenMeanwhile_saysSoAndKeepsWhatIsProved() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (id int)");
        QVERIFY(trip.backUp());
        QVERIFY(trip.restore());
        const auto differences = trip.prove(trip.target->name());
        QVERIFY2(differences, why(differences));
        LabConnection(server, "postgres").run("CREATE DATABASE " + quoteIdentifier(trip.finalName()));
        const auto shown = trip.target->reveal({});
        QVERIFY(!shown);
        QCOMPARE(nameOf(shown.error().code), nameOf(ErrorCode::AlreadyExists));
        QVERIFY2(shown.error().message.find("proved") != std::string::npos, why(shown));
        QVERIFY2(shown.error().message.find(trip.hiddenName()) != std::string::npos, why(shown));
        QVERIFY2(shown.error().hint.find("RENAME TO") != std::string::npos, why(shown));
        const auto restored = trip.engine.listRestored(trip.lab.connection(), {});
        QVERIFY2(restored, why(restored));
        const auto one = std::find_if(restored->begin(), restored->end(),
                                      [&](const auto& r) { return r.name == trip.hiddenName(); });
        QVERIFY(one != restored->end());
        QCOMPARE(one->state, std::string("proved"));
        QCOMPARE(LabConnection(server, trip.hiddenName()).value("SELECT count(*) FROM t"), std::string("0"));
    }

    /// As pgpool-II keeps the sessions open that it made for us.
    void reveal_sessionsInTheWay_saysWhoseAndKeepsWhatIsProved() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (id int)");
        QVERIFY(trip.backUp());
        QVERIFY(trip.restore());
        const auto differences = trip.prove(trip.target->name());
        QVERIFY2(differences, why(differences));
        LabConnection pooled(server, trip.hiddenName());
        pooled.run("SET application_name = 'salvor'");
        const auto shown = trip.target->reveal({});
        QVERIFY(!shown);
        QCOMPARE(nameOf(shown.error().code), nameOf(ErrorCode::Busy));
        QVERIFY2(shown.error().message.find("whole and proved") != std::string::npos, why(shown));
        QVERIFY2(shown.error().message.find("1 were opened for this restore") != std::string::npos,
                 why(shown));
        QVERIFY2(shown.error().hint.find("RENAME TO") != std::string::npos, why(shown));
        QCOMPARE(shown.error().context.at("restored"), trip.hiddenName());
        const auto restored = trip.engine.listRestored(trip.lab.connection(), {});
        QVERIFY2(restored, why(restored));
        const auto one = std::find_if(restored->begin(), restored->end(),
                                      [&](const auto& r) { return r.name == trip.hiddenName(); });
        QVERIFY(one != restored->end());
        QCOMPARE(one->state, std::string("proved"));
    }

    void whole_throughSudo_needsNoOpenFiles() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        const LabServer& server = own->server();
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        // As sudo does: what is open above the first three is closed.
        QTemporaryDir folder;
        const QString sudo = folder.filePath(QStringLiteral("sudo"));
        QFile script(sudo);
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write(
            "#!/bin/bash\nfor one in /proc/self/fd/*; do n=${one##*/}; ((n > 2)) && eval \"exec $n>&-\"; "
            "done 2>/dev/null\nexec \"$@\"\n");
        script.close();
        QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
        auto& command = trip.lab.profile.toolsCommand;
        command.insert(command.begin(), {"nice", sudo.toStdString()});
        const auto refused = trip.backUp();
        QVERIFY(!refused);
        QCOMPARE(nameOf(refused.error().code), nameOf(ErrorCode::Unsupported));
        QVERIFY2(refused.error().message.find("sudo") != std::string::npos, why(refused));
        // With a login that asks for no password it works.
        QFile rules(QString::fromStdString(server.dataDir + "/pg_hba.conf"));
        QVERIFY(rules.open(QIODevice::ReadWrite));
        const QByteArray before = rules.readAll();
        rules.seek(0);
        rules.write("host all all all trust\n" + before);
        rules.close();
        trip.source.run("SELECT pg_reload_conf()");
        trip.lab.password = Secret();
        const auto connects = [&] { return bool(trip.engine.testConnection(trip.lab.connection(), {})); };
        QTRY_VERIFY_WITH_TIMEOUT(connects(), kPatience);
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
    }
};

QTEST_GUILESS_MAIN(TestPgCorners)
#include "test_pgcorners.moc"
