// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Restores of real databases, each proved equal, and the ways in which a restore must not go.
#include "roundtrip.h"
#include "support/sampledata.h"

#include <QJsonArray>
#include <QTest>

using namespace salvor;
using namespace salvor::test;

class TestPgRestore : public QObject {
    Q_OBJECT

private slots:
    void whole_plainDatabase_isProvedEqual_data() {
        QTest::addColumn<QString>("serverName");
        QTest::addColumn<bool>("textOnly");
        QTest::newRow("15 or the distribution's") << "pg-plain" << false;
        QTest::newRow("17") << "pg17" << false;
        QTest::newRow("17, everything as text") << "pg17" << true;
    }
    void whole_plainDatabase_isProvedEqual() {
        QFETCH(QString, serverName);
        QFETCH(bool, textOnly);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        RoundTrip trip(server);
        trip.source.run(sample::plainDatabase());
        if (textOnly)
            trip.options.insert(QStringLiteral("format"), QStringLiteral("text"));
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QVERIFY(trip.finish[QStringLiteral("schema_compared")].toBool());
        // The proof is the engine's; this looks with other eyes.
        LabConnection restored(server, trip.finalName());
        for (const char* sql :
             {"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM every_type t",
              "SELECT string_agg(oid || md5(lo_get(oid)), ' ' ORDER BY oid) FROM pg_largeobject_metadata",
              "SELECT string_agg(format('%I.%I=%s', schemaname, matviewname, ispopulated), "
              "' ' ORDER BY matviewname) FROM pg_matviews",
              "SELECT string_agg(schemaname || sequencename || coalesce(last_value::text, "
              "'-'), ' ' ORDER BY schemaname, sequencename) FROM pg_sequences",
              "SELECT count(*) FROM pg_indexes", "SELECT count(*) FROM pg_policies",
              "SELECT count(*) FROM pg_constraint"})
            QVERIFY2(restored.value(sql) == trip.source.value(sql),
                     (restored.value(sql) + " instead of " + trip.source.value(sql) + ": " + sql).c_str());
    }

    void whole_largeObjectWithHoles_doesNotFillThem() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("SELECT lo_create(77); SELECT lo_put(77, 50000000, 'end'); SELECT lo_put(77, "
                        "1000000, 'middle'); SELECT lo_create(78)");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value("SELECT md5(lo_get(77))"), trip.source.value("SELECT md5(lo_get(77))"));
        QCOMPARE(restored.value("SELECT length(lo_get(78))"), std::string("0"));
        QVERIFY(std::stoi(restored.value("SELECT count(*) FROM pg_largeobject")) < 300); // of 24,414 pages
    }

    /// Of all sizes, in an order in which none says anything of the next: compared by another query than the
    /// backup's and the proof's own.
    void whole_largeObjectsOfManySizes_areWhole_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("15") << QStringLiteral("pg-plain");
        QTest::newRow("17") << QStringLiteral("pg17");
    }
    void whole_largeObjectsOfManySizes_areWhole() {
        QFETCH(QString, name);
        SALVOR_NEED_SERVER(server, name.toStdString());
        RoundTrip trip(server);
        trip.source.run(
            "SELECT lo_from_bytea(0, 'small'); SELECT lo_from_bytea(0, convert_to(repeat('a', 1000000), "
            "'UTF8'));"
            "SELECT lo_from_bytea(0, convert_to(repeat('b', 600000), 'UTF8')); SELECT lo_create(0);"
            "SELECT lo_from_bytea(0, convert_to(repeat('c', 262144), 'UTF8'));"
            "SELECT lo_from_bytea(0, convert_to(repeat('d', 262145), 'UTF8')); SELECT lo_create(0);"
            "SELECT lo_from_bytea(0, convert_to(repeat(chr(97 + n % 26), (n * 7919 * 13) % 900001), 'UTF8')) "
            "FROM generate_series(1, 40) n");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        const char* each =
            "SELECT string_agg(length(lo_get(oid)) || ':' || md5(lo_get(oid)), ' ' ORDER BY oid) "
            "FROM pg_largeobject_metadata";
        QCOMPARE(restored.value(each), trip.source.value(each));
        QCOMPARE(restored.value("SELECT count(*) FROM pg_largeobject_metadata"), std::string("47"));
    }

    void whole_timescaleDatabase_isProvedEqualAndAnswers() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(sample::timescaleDatabase(20));
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        for (const char* sql :
             {"SELECT count(*) FROM conditions", "SELECT count(*) FROM timescaledb_information.chunks",
              "SELECT string_agg(hypertable_name || num_chunks || num_dimensions, ' ' ORDER BY "
              "hypertable_name) FROM "
              "timescaledb_information.hypertables",
              "SELECT md5(string_agg(c::text, '|' ORDER BY c::text)) FROM conditions c",
              "SELECT md5(string_agg(c::text, '|' ORDER BY c::text)) FROM drifting c",
              "SELECT md5(string_agg(c::text, '|' ORDER BY c::text)) FROM spaced c"})
            QVERIFY2(restored.value(sql) == trip.source.value(sql),
                     (restored.value(sql) + " instead of " + trip.source.value(sql) + ": " + sql).c_str());
        QCOMPARE(restored.value("SHOW timescaledb.restoring"), std::string("off"));
        // It takes new rows, in a new chunk.
        restored.run("INSERT INTO conditions SELECT timestamptz '2027-05-01', device, value, note FROM "
                     "conditions LIMIT 1");
        QCOMPARE(restored.value("SELECT count(*) FROM show_chunks('conditions')"),
                 std::to_string(
                     1 + std::stoi(trip.source.value("SELECT count(*) FROM show_chunks('conditions')"))));
    }

    void finish_statistics_areOfEachTableAndOfWholeTrees_data() {
        QTest::addColumn<bool>("analyze");
        QTest::newRow("by default") << true;
        QTest::newRow("left to autovacuum") << false;
    }
    void finish_statistics_areOfEachTableAndOfWholeTrees() {
        QFETCH(bool, analyze);
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.restoreOptions.insert(QStringLiteral("analyze"), analyze);
        trip.source.run(sample::timescaleDatabase(5));
        trip.source.run("CREATE TABLE parts (id int) PARTITION BY RANGE (id);"
                        "CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (500) "
                        "WITH (autovacuum_enabled = false);"
                        "CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (500) TO (1000) "
                        "WITH (autovacuum_enabled = false);"
                        "INSERT INTO parts SELECT generate_series(0, 999);"
                        // Autovacuum may come by before the test looks.
                        "ALTER TABLE conditions SET (autovacuum_enabled = false)");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        // Whole trees: the hypertable and the partitioned table. Single tables: chunks and partitions.
        const std::string expected = analyze ? "t" : "f";
        for (const char* table : {"conditions", "parts"})
            QCOMPARE(restored.value(
                         std::string("SELECT count(*) > 0 FROM pg_stats WHERE inherited AND tablename = '") +
                         table + "'"),
                     expected);
        QCOMPARE(restored.value(
                     "SELECT count(*) = 2 FROM (SELECT DISTINCT tablename FROM pg_stats WHERE tablename IN "
                     "('parts_low', 'parts_high')) s"),
                 expected);
        QCOMPARE(restored.value(
                     "SELECT bool_and(EXISTS (SELECT FROM pg_stats WHERE schemaname = chunk_schema AND "
                     "tablename = chunk_name)) FROM timescaledb_information.chunks WHERE hypertable_name = "
                     "'conditions'"),
                 expected);
    }

    void whole_fiveHundredChunks_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(sample::hypertable("conditions", 500, 10));
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(trip.backup.count("chunk"), std::size_t{500});
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value("SELECT count(*) FROM conditions"), std::string("5000"));
    }

    void whole_threeThousandTables_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(sample::manyTables(3000));
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(trip.backup.count("table"), std::size_t{3000});
    }

    void whole_tableInRanges_isProvedByTheSum() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(sample::bigTable(50000));
        trip.options.insert(QStringLiteral("range_bytes"), 524288);
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QVERIFY(trip.backup.count("table_range") > 4);
        // One changed row somewhere in it is found.
        LabConnection restored(server, trip.finalName());
        const auto table = restored.value(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND oid >= 16384 LIMIT 1");
        restored.run("DELETE FROM " + table + " WHERE ctid = '(3,7)'");
        const auto differences = trip.prove(trip.finalName());
        QVERIFY2(differences, why(differences));
        QCOMPARE(differences->size(), std::size_t{1});
        QVERIFY(differences->front().starts_with("table_range:"));
    }

    void whole_schemaInParts_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(sample::hypertable("m", 130, 3));
        trip.options.insert(QStringLiteral("lock_budget"), 100);
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value("SELECT count(*) FROM m"), std::string("390"));
        QCOMPARE(restored.value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'm'::regclass"),
                 std::string("130"));
    }

    void whole_databaseSettingsAndRights_comeBackWhenItIsShown() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server, LabDatabase::TimescaleDb::No, "ENCODING 'LATIN1' LOCALE 'C'");
        const std::string role = trip.source.name() + "_app";
        const std::string quoted = quoteIdentifier(trip.source.name());
        trip.source.run(
            "CREATE ROLE " + role + "; ALTER DATABASE " + quoted +
            " SET search_path TO a, \"B c\"; ALTER DATABASE " + quoted +
            " SET work_mem TO '7MB'; ALTER ROLE " + role + " IN DATABASE " + quoted +
            " SET statement_timeout TO '9s';"
            "REVOKE ALL ON DATABASE " +
            quoted + " FROM PUBLIC; GRANT CONNECT ON DATABASE " + quoted + " TO " + role +
            "; COMMENT ON DATABASE " + quoted +
            " IS 'about it''s'; CREATE TABLE owned (t text); INSERT INTO owned VALUES (U&'\\00e4');"
            "ALTER TABLE owned OWNER TO " +
            role);
        const auto problem = trip.whole();
        std::string settings;
        std::string rights;
        std::string comment;
        std::string encoding;
        std::string owner;
        if (problem.empty()) {
            LabConnection restored(server, trip.finalName());
            settings = restored.value("SELECT string_agg(c, ';' ORDER BY c) FROM pg_db_role_setting, "
                                      "unnest(setconfig) c WHERE setdatabase = "
                                      "(SELECT oid FROM pg_database WHERE datname = current_database())");
            rights = restored.value("SELECT has_database_privilege('" + role +
                                    "', current_database(), 'CONNECT') || ' ' || (datacl::text ~ '[{,]=') "
                                    "FROM pg_database WHERE datname = current_database()");
            comment = restored.value("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE "
                                     "datname = current_database()");
            encoding = restored.value("SHOW server_encoding");
            owner = restored.value("SELECT tableowner FROM pg_tables WHERE tablename = 'owned'");
        }
        dropDatabase(server, trip.finalName());
        trip.source.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(settings, std::string("search_path=a, \"B c\";statement_timeout=9s;work_mem=7MB"));
        QCOMPARE(rights, std::string("true false"));
        QVERIFY(comment.starts_with("about it's\n"));
        QCOMPARE(encoding, std::string("LATIN1"));
        QCOMPARE(owner, role);
    }

    void whole_extensionInASchemaOfItsOwn_hasItsVersion() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        if (trip.source.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'hstore'") == "0")
            QSKIP("the server has no contrib extensions");
        trip.source.run("CREATE SCHEMA \"Ext's\"; CREATE EXTENSION hstore SCHEMA \"Ext's\"; CREATE TABLE h "
                        "(v \"Ext's\".hstore);"
                        "INSERT INTO h VALUES ('a=>1'); CREATE TABLE \"Ext's\".beside (n int)");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value("SELECT v::text FROM h"), std::string("\"a\"=>\"1\""));
    }

    void restore_timescaleJobs_stayOffAndAreNamed() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(sample::hypertable("m", 2, 2));
        // The Apache edition refuses add_job, so the row is written by hand. The source's own scheduler is
        // stopped first: whatever changes the row from here on would be us.
        trip.source.run("SELECT _timescaledb_functions.stop_background_workers()");
        trip.source.run("CREATE PROCEDURE tidy(job_id int, config jsonb) LANGUAGE sql AS 'SELECT 1';"
                        "INSERT INTO _timescaledb_config.bgw_job (id, application_name, schedule_interval, "
                        "max_runtime, max_retries, retry_period, "
                        "proc_schema, proc_name, owner, scheduled, fixed_schedule) SELECT id, 'Tidy [' || id "
                        "|| ']', '1 day', '0', -1, '1 hour', 'public', "
                        "'tidy', current_user::regrole, id = 1000, false FROM unnest(ARRAY[1000, 1001]) id");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value("SELECT string_agg(id || ':' || scheduled, ' ' ORDER BY id) FROM "
                                "_timescaledb_config.bgw_job WHERE id >= 1000"),
                 std::string("1000:false 1001:false"));
        const auto jobs = trip.revealed[QStringLiteral("scheduled_jobs")].toArray();
        QCOMPARE(jobs.size(), 1);
        QCOMPARE(jobs[0].toInteger(), 1000);
        QVERIFY(trip.revealed[QStringLiteral("left_off")].toArray()[0].toString().contains(
            QStringLiteral("Tidy [1000]")));
        // On the source nothing was touched, and a job that differs in anything else is found.
        QCOMPARE(trip.source.value("SELECT scheduled FROM _timescaledb_config.bgw_job WHERE id = 1000"),
                 std::string("t"));
        restored.run("UPDATE _timescaledb_config.bgw_job SET max_retries = 3 WHERE id = 1001");
        const auto differences = trip.prove(trip.finalName());
        QVERIFY2(differences, why(differences));
        QCOMPARE(differences->size(), std::size_t{1});
    }

    void restore_whileItRuns_isHiddenAndMarkedAndThenListed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(sample::shop(10));
        QVERIFY(trip.backUp());
        auto target = trip.engine.prepareRestore(trip.spec(), trip.progress, {});
        QVERIFY2(target, why(target));
        const std::string hidden = (*target)->name();
        QCOMPARE(hidden, trip.finalName() + "_salvor_20261121t074000z");
        const auto stateOf = [&](const std::string& name) -> std::string {
            const auto list = trip.engine.listRestored(trip.lab.connection(), {});
            for (const auto& one : list ? *list : std::vector<RestoredDatabase>()) {
                if (one.name == name)
                    return one.state + " " + one.backupId + " " + one.finalName;
            }
            return "not listed";
        };
        QCOMPARE(stateOf(hidden), "incomplete 20261121T074000Z-ABC123 " + trip.finalName());
        QCOMPARE(trip.source.value(
                     "SELECT count(*) FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = '" +
                     hidden + "' AND a.grantee = 0"),
                 std::string("0"));
        const auto written = writeAll(**target, trip.backup);
        QVERIFY2(written, why(written));
        QCOMPARE(stateOf(hidden), "unproven 20261121T074000Z-ABC123 " + trip.finalName());
        const auto isSource = [&](const std::string& name) {
            const auto found = trip.engine.testConnection(trip.lab.connection(), {});
            return !found || std::ranges::any_of(found->sources,
                                                 [&](const SourceInfo& one) { return one.name == name; });
        };
        QVERIFY(!isSource(hidden)); // killed here, it would be backed up every night
        const auto shown = (*target)->reveal({});
        QVERIFY2(shown, why(shown));
        QCOMPARE((*target)->name(), trip.finalName());
        QCOMPARE(stateOf(trip.finalName()), "proved 20261121T074000Z-ABC123 " + trip.finalName());
        QCOMPARE(stateOf(hidden), std::string("not listed"));
        QVERIFY(isSource(trip.finalName()));
        const auto dropped = trip.engine.dropRestored(trip.lab.connection(), trip.finalName(), {});
        QVERIFY2(dropped, why(dropped));
        QCOMPARE(stateOf(trip.finalName()), std::string("not listed"));
    }

    void dropRestored_anyOtherDatabase_isRefused() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const auto dropped = trip.engine.dropRestored(trip.lab.connection(), trip.source.name(), {});
        QVERIFY(!dropped);
        QCOMPARE(nameOf(dropped.error().code), nameOf(ErrorCode::InvalidInput));
        QCOMPARE(trip.source.value("SELECT 1"), std::string("1"));
        QCOMPARE(nameOf(trip.engine.dropRestored(trip.lab.connection(), "no such database", {}).error().code),
                 nameOf(ErrorCode::NotFound));
    }

    void reveal_finalNameTakenMeanwhile_staysHidden() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (n int)");
        QVERIFY(trip.backUp());
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        trip.source.run("CREATE DATABASE " + quoteIdentifier(trip.finalName()));
        const auto shown = trip.target->reveal({});
        QVERIFY(!shown);
        QCOMPARE(nameOf(shown.error().code), nameOf(ErrorCode::AlreadyExists));
        QCOMPARE(trip.target->name(), trip.hiddenName());
    }

    void reveal_sameTimescaleTarget_letsWorkersRunAgain() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(sample::hypertable("m", 2, 2));
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        QTRY_VERIFY_WITH_TIMEOUT(restored.value("SELECT count(*) FROM pg_stat_activity WHERE datname = "
                                                "current_database() AND backend_type LIKE "
                                                "'TimescaleDB%'") != "0",
                                 20000);
    }
};

QTEST_GUILESS_MAIN(TestPgRestore)
#include "test_pgrestore.moc"
