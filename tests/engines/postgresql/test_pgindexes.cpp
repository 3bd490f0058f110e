// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Index builds of a restore: reading the archive, choosing, building on several connections.
#include "engines/postgresql/pgarchive.h"
#include "engines/postgresql/pgcrew.h"
#include "engines/postgresql/pgindexes.h"
#include "engines/postgresql/pgomission.h"
#include "engines/postgresql/pgschema.h"
#include "engines/postgresql/pgtools.h"

#include "archivewriter.h"
#include "roundtrip.h"

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QTest>

#include <unistd.h>

#include <array>
#include <atomic>
#include <set>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr qint64 kFarBelowASleep =
    30000; ///< milliseconds; the statements to be stopped sleep for ten minutes
constexpr const char* kSleep = "SELECT pg_sleep(600)";

std::vector<PgArchiveEntry> shop() {
    return {{1, false, "ENCODING", "", "ENCODING", "SET client_encoding = 'UTF8';\n", "", {}},
            {2, false, "TABLE", "shop", "orders", "CREATE TABLE …", "", {}},
            {3, false, "FUNCTION", "shop", "early()", "CREATE FUNCTION …", "", {}},
            {4, true, "FUNCTION", "shop", "late()", "CREATE FUNCTION …", "", {}},
            {5, false, "TABLE", "shop", "events", "CREATE TABLE …", "", {}},
            {6, true, "INDEX", "shop", "orders_a", "CREATE INDEX a;\n", "", {2}},
            {7, true, "INDEX", "shop", "orders_b", "CREATE INDEX b;\n", "fast \"disk\"", {3, 2, 999}},
            {8, true, "INDEX", "shop", "orders_late", "CREATE INDEX late;\n", "", {2, 4}},
            {9, true, "INDEX", "shop", "events_a", "CREATE INDEX c;\n", "", {5}},
            {10, true, "CONSTRAINT", "shop", "orders_pkey", "ALTER TABLE …", "", {2}},
            {11, true, "INDEX ATTACH", "shop", "orders_a", "ALTER INDEX …", "", {6}}};
}

std::vector<std::string> namesOf(const PgIndexPlan& plan) {
    std::vector<std::string> out;
    for (const auto& build : plan.builds)
        out.push_back(build.name);
    return out;
}

/// What pg_restore says of an archive: "12 INDEX" and so on.
std::set<std::string> listedByTheTool(const std::string& list, const std::vector<PgArchiveEntry>& kinds) {
    std::set<std::string> out;
    for (const auto& entry : kinds) {
        // "12; 1259 16386 INDEX public name owner"
        const std::string begin = std::to_string(entry.id) + "; ";
        const auto at = list.starts_with(begin) ? 0 : list.find("\n" + begin);
        if (at != std::string::npos &&
            list.substr(at, list.find('\n', at + 1) - at).find(entry.kind) != std::string::npos)
            out.insert(std::to_string(entry.id) + " " + entry.kind);
    }
    return out;
}

class TextSink final : public ByteSink {
public:
    Result<> write(ByteView bytes) override {
        text += asText(bytes);
        return {};
    }
    std::string text;
};

} // namespace

class TestPgIndexes : public QObject {
    Q_OBJECT

private slots:
    void lateTriggers_ofPartitions_comeBehindThoseOfTheirParents() {
        const std::vector<PgArchiveEntry> entries{
            {1, false, "TABLE", "s", "top", "CREATE TABLE …", "", {}},
            {2, false, "TABLE", "s", "mid", "CREATE TABLE …", "", {}},
            {3, false, "TABLE", "s", "a", "CREATE TABLE …", "", {}},
            {4, false, "TABLE ATTACH", "s", "a", "ALTER TABLE …", "", {3, 2}},
            {5, false, "TABLE ATTACH", "s", "mid", "ALTER TABLE …", "", {1, 2}},
            {6, true, "TRIGGER", "s", "a t", "\nALTER TABLE s.a DISABLE TRIGGER t;\n", "", {3, 99}},
            {7, true, "TRIGGER", "s", "mid t", "\nALTER TABLE s.mid ENABLE ALWAYS TRIGGER t;\n", "", {2}},
            {8,
             true,
             "TRIGGER",
             "s",
             "top t",
             "CREATE TRIGGER t …;\n\nALTER TABLE s.top DISABLE TRIGGER t;\n",
             "",
             {1}},
            {9, true, "TRIGGER", "s", "lost t", "ALTER TABLE s.lost DISABLE TRIGGER t;\n", "", {}},
            {10, true, "TRIGGER", "s", "empty t", "", "", {}}};
        std::vector<int> order;
        for (const auto* entry : pgLateTriggers(entries))
            order.push_back(entry->id);
        QCOMPARE(order, (std::vector<int>{9, 7, 6}));
    }

    void archive_eachVersion_isRead_data() {
        QTest::addColumn<int>("minor");
        for (const int minor : {14, 15, 16})
            QTest::addRow("1.%d", minor) << minor;
    }
    void archive_eachVersion_isRead() {
        QFETCH(int, minor);
        const auto written = shop();
        const auto read = pgReadArchive(writeArchive(written, minor));
        QVERIFY2(read, why(read));
        QCOMPARE(read->size(), written.size());
        for (std::size_t i = 0; i < written.size(); ++i) {
            const auto& found = (*read)[i];
            QCOMPARE(found.id, written[i].id);
            QCOMPARE(found.postData, written[i].postData);
            QCOMPARE(found.kind, written[i].kind);
            QCOMPARE(found.schema, written[i].schema);
            QCOMPARE(found.name, written[i].name);
            QCOMPARE(found.definition, written[i].definition);
            QCOMPARE(found.tablespace, written[i].tablespace);
            QCOMPARE(found.needs, written[i].needs);
        }
    }

    void archive_withoutSomeAndWithOtherDefinitions_isStillOne() {
        for (const int minor : {14, 15, 16}) {
            auto written = shop();
            const auto shorter = pgArchiveWithout(writeArchive(written, minor), {written[1].id},
                                                  {{written[2].id, "CREATE SOMETHING ELSE;\n"}});
            QVERIFY2(shorter, why(shorter));
            written[2].definition = "CREATE SOMETHING ELSE;\n";
            written.erase(written.begin() + 1);
            QVERIFY(*shorter == writeArchive(written, minor));
        }
        QVERIFY(!pgArchiveWithout(ByteView(writeArchive(shop(), 16)).first(100), {}));
    }

    void archive_cutOff_isRefusedWhereverItEnds() {
        const Bytes whole = writeArchive(shop(), 16);
        QVERIFY(pgReadArchive(whole));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto read = pgReadArchive(ByteView(whole).first(size));
            QVERIFY2(!read, std::to_string(size).c_str());
        }
    }

    void archive_foreign_isUnsupported_data() {
        QTest::addColumn<int>("at");
        QTest::addColumn<int>("byte");
        QTest::newRow("magic") << 0 << int('X');
        QTest::newRow("major version") << 5 << 2;
        QTest::newRow("older") << 6 << 13;
        QTest::newRow("newer") << 6 << 17;
        QTest::newRow("another format") << 10 << 3;
    }
    void archive_foreign_isUnsupported() {
        QFETCH(int, at);
        QFETCH(int, byte);
        Bytes bytes = writeArchive(shop(), 16);
        bytes[static_cast<std::size_t>(at)] = static_cast<std::byte>(byte);
        const auto read = pgReadArchive(bytes);
        QVERIFY(!read);
        QCOMPARE(nameOf(read.error().code), nameOf(ErrorCode::Unsupported));
    }

    void archive_everyByteDamaged_endsWithoutHarm() {
        const Bytes whole = writeArchive(shop(), 16);
        std::size_t refused = 0;
        for (std::size_t at = 0; at < whole.size(); ++at) {
            Bytes bytes = whole;
            bytes[at] ^= std::byte{0xFF};
            const auto read = pgReadArchive(bytes);
            refused += read ? 0 : 1;
            QVERIFY(!read || read->size() <= whole.size());
        }
        QVERIFY(refused > whole.size() / 10); // the lengths at least
    }

    void archive_realOne_agreesWithPgRestore_data() {
        QTest::addColumn<QString>("serverName");
        QTest::newRow("15 or the distribution's") << "pg-plain";
        QTest::newRow("17") << "pg17";
    }
    void archive_realOne_agreesWithPgRestore() {
        QFETCH(QString, serverName);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (n int PRIMARY KEY, m text); CREATE INDEX t_m ON t (m);"
                        "CREATE VIEW v AS SELECT n FROM t; CREATE TABLE u (n int REFERENCES t)");
        const auto done = trip.backUp();
        QVERIFY2(done, why(done));
        const Bytes& archive = trip.backup.bytes.at("schema");
        const auto entries = pgReadArchive(archive);
        QVERIFY2(entries, why(entries));
        const auto endpoint = makePgEndpoint(trip.lab.connection());
        const PgTools tools(trip.processes, *endpoint);
        const auto tool = tools.find("pg_restore", server.major(), {});
        QVERIFY2(tool, why(tool));
        TextSink list;
        PgMemorySource source(archive);
        const auto listed = tools.runLocally("listing", *tool, {"--list"}, &source, &list, {});
        QVERIFY2(listed, why(listed));
        // It leaves out what it never restores by itself: settings, and the database's own entry.
        std::set<std::string> ours;
        for (const auto& entry : *entries) {
            if (entry.kind != "ENCODING" && entry.kind != "STDSTRINGS" && entry.kind != "SEARCHPATH" &&
                !entry.kind.starts_with("DATABASE"))
                ours.insert(std::to_string(entry.id) + " " + entry.kind);
        }
        const auto theirs = listedByTheTool(list.text, *entries);
        QVERIFY(ours.size() >= 6);
        for (const auto& one : ours)
            QVERIFY2(theirs.contains(one), (one + " is not in\n" + list.text).c_str());
        const auto plan = pgPlanIndexes(*entries, {}, true);
        QCOMPARE(namesOf(plan), std::vector<std::string>{"public.t_m"});
        QVERIFY(plan.settings.find("client_encoding") != std::string::npos);
        QVERIFY(!plan.leavesNothing);
    }

    void plan_whatNeedsWhatComesLater_staysWithPgRestore() {
        const auto plan = pgPlanIndexes(shop(), {}, true);
        QCOMPARE(namesOf(plan),
                 (std::vector<std::string>{"shop.orders_a", "shop.orders_b", "shop.events_a"}));
        QCOMPARE(plan.entries(), (std::set<int>{6, 7, 9}));
        QCOMPARE(plan.settings, std::string("SET client_encoding = 'UTF8';\n"));
        QVERIFY(!plan.leavesNothing);
    }

    void plan_indexesOnly_leaveNothing() {
        auto entries = shop();
        std::erase_if(entries, [](const auto& entry) {
            return entry.postData && (entry.kind != "INDEX" || entry.id == 8);
        });
        QVERIFY(pgPlanIndexes(entries, {}, true).leavesNothing);
        QVERIFY(pgPlanIndexes({}, {}, true).leavesNothing);
    }

    void plan_bigTables_comeFirst() {
        const auto plan = pgPlanIndexes(shop(), {{{"shop", "events"}, 700}, {{"shop", "orders"}, 30}}, true);
        QCOMPARE(namesOf(plan),
                 (std::vector<std::string>{"shop.events_a", "shop.orders_a", "shop.orders_b"}));
        QCOMPARE(plan.builds[0].rows, std::uint64_t{700});
    }

    void plan_tablespaces_areSetBeforeEachOrNotAtAll() {
        const auto kept = pgPlanIndexes(shop(), {}, true);
        QCOMPARE(kept.builds[0].sql, std::string("SET default_tablespace = '';\nCREATE INDEX a;\n"));
        QCOMPARE(kept.builds[1].sql,
                 std::string("SET default_tablespace = \"fast \"\"disk\"\"\";\nCREATE INDEX b;\n"));
        const auto left = pgPlanIndexes(shop(), {}, false);
        QCOMPARE(left.builds[1].sql, std::string("CREATE INDEX b;\n"));
    }

    void plan_commentOnAnIndex_goesWithIt() {
        auto entries = shop();
        entries.push_back({12, false, "COMMENT", "shop", "INDEX orders_a", "COMMENT a;\n", "", {6}});
        entries.push_back({13, false, "COMMENT", "shop", "INDEX orders_late", "COMMENT late;\n", "", {8}});
        const auto plan = pgPlanIndexes(entries, {}, false);
        QCOMPARE(plan.builds[0].name, std::string("shop.orders_a"));
        QCOMPARE(plan.builds[0].sql, std::string("CREATE INDEX a;\nCOMMENT a;\n"));
        QVERIFY(plan.entries().contains(12));
        QVERIFY(!plan.entries().contains(13)); // its index is left to pg_restore, and so is it
    }

    void inParallel_firstError_stopsTheOthersAndIsTold() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto endpoint = makePgEndpoint(lab.connection());
        std::atomic<int> begun = 0;
        QElapsedTimer timer;
        timer.start();
        const auto done = pgInParallel(
            50, 2, [&](const CancelToken& stop) { return PgConnection::open(*endpoint, "postgres", stop); },
            [&](std::size_t piece, PgConnection& connection, const CancelToken& stop) {
                ++begun;
                const std::string doing = "piece " + std::to_string(piece);
                return connection.query(doing, piece == 1 ? "SELECT 1 / 0" : kSleep, stop)
                    .map([](const auto&) {});
            },
            {});
        QVERIFY(!done);
        QVERIFY2(done.error().message.starts_with("piece 1: "), why(done));
        QCOMPARE(done.error().context.at("sqlstate"), std::string("22012"));
        QVERIFY(begun <= 2); // one of them may still have been connecting
        QVERIFY2(timer.elapsed() < kFarBelowASleep, std::to_string(timer.elapsed()).c_str());
    }

    void inParallel_cancelled_endsEveryStatement() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto endpoint = makePgEndpoint(lab.connection());
        std::stop_source stop;
        std::atomic<int> begun = 0;
        QElapsedTimer timer;
        timer.start();
        const auto done = pgInParallel(
            9, 3, [&](const CancelToken& token) { return PgConnection::open(*endpoint, "postgres", token); },
            [&](std::size_t, PgConnection& connection, const CancelToken& token) {
                if (++begun == 3)
                    stop.request_stop();
                return connection.query("sleeping", kSleep, token).map([](const auto&) {});
            },
            stop.get_token());
        QVERIFY(!done);
        QVERIFY2(done.error().isCancelled(), why(done));
        QCOMPARE(begun.load(), 3);
        QVERIFY2(timer.elapsed() < kFarBelowASleep, std::to_string(timer.elapsed()).c_str());
    }

    void inParallel_everyPiece_isDoneOnceOnFewConnections() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto endpoint = makePgEndpoint(lab.connection());
        std::atomic<int> opened = 0;
        std::array<std::atomic<int>, 40> times{};
        const auto done = pgInParallel(
            times.size(), 3,
            [&](const CancelToken& stop) {
                ++opened;
                return PgConnection::open(*endpoint, "postgres", stop);
            },
            [&](std::size_t piece, PgConnection& connection, const CancelToken& stop) {
                ++times[piece];
                return connection.query("asking", "SELECT 1", stop).map([](const auto&) {});
            },
            {});
        QVERIFY2(done, why(done));
        QVERIFY(opened >= 1 && opened <= 3);
        QVERIFY(std::ranges::all_of(times, [](const auto& count) { return count == 1; }));
        QVERIFY(pgInParallel(0, 3, {}, {}, {}));
    }

    void inParallel_noConnection_isTheError() {
        const auto done = pgInParallel(3, 2,
                                       [](const CancelToken&) -> Result<std::unique_ptr<PgConnection>> {
                                           return failure(ErrorCode::Busy, "too many connections");
                                       },
                                       {}, {});
        QVERIFY(!done);
        QCOMPARE(nameOf(done.error().code), nameOf(ErrorCode::Busy));
    }

    void restore_indexesOfManyKinds_areProvedEqual_data() {
        QTest::addColumn<QString>("serverName");
        QTest::addColumn<QString>("create");
        QTest::newRow("15 or the distribution's") << "pg-plain" << "";
        QTest::newRow("17") << "pg17" << "";
        QTest::newRow("another encoding") << "pg-plain" << "ENCODING 'LATIN1' LOCALE 'C'";
    }
    /// No constraint stands before it, so the comment is in no section of its own (as with hypertables).
    void restore_commentOnTheOnlyIndex_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (a int); CREATE INDEX i ON t (a); COMMENT ON INDEX i IS 'x'");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
    }

    void restore_tableOfAServerThatIsAway_isLeftWithoutStatistics() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE EXTENSION postgres_fdw; CREATE SERVER away FOREIGN DATA WRAPPER postgres_fdw OPTIONS "
            "(host '127.0.0.1', port '1'); CREATE USER MAPPING FOR PUBLIC SERVER away;"
            "CREATE TABLE logs (n int) PARTITION BY RANGE (n);"
            "CREATE TABLE near PARTITION OF logs FOR VALUES FROM (0) TO (10);"
            "CREATE FOREIGN TABLE far PARTITION OF logs FOR VALUES FROM (10) TO (20) SERVER away;"
            "INSERT INTO logs VALUES (1)");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        const QByteArray told = QJsonDocument(trip.revealed).toJson();
        QVERIFY2(told.contains("has no planner statistics"), told.constData());
    }

    void restore_databaseThatSetsItsClientsEncoding_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE \"\xE6\x97\xA5\" (a int); DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET "
            "client_encoding = LATIN1', current_database()); END $$");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
    }

    /// A role that may make databases and owns what is in this one; nothing more.
    void restore_byAnOrdinaryRole_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabConnection admin(server, "postgres");
        LabServer own = server;
        own.user = "salvor_lowly_" + std::to_string(::getpid());
        own.password = "lowly";
        admin.run("CREATE ROLE " + own.user + " LOGIN CREATEDB PASSWORD '" + own.password + "'");
        std::string problem;
        {
            RoundTrip trip(own);
            trip.source.run(
                "CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE INDEX i ON t (a)");
            problem = trip.whole();
        }
        admin.run("DROP ROLE " + own.user);
        QVERIFY2(problem.empty(), problem.c_str());
    }

    void restore_indexesOfManyKinds_areProvedEqual() {
        QFETCH(QString, serverName);
        QFETCH(QString, create);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        RoundTrip trip(server, LabDatabase::TimescaleDb::No, create.toStdString());
        trip.source.run("CREATE TABLE t (a int NOT NULL, b text, c int, d tsvector, EXCLUDE (c WITH =));"
                        "INSERT INTO t SELECT g, 'é' || g, g, to_tsvector('simple', 'w' || g) FROM "
                        "generate_series(1, 500) g;"
                        "CREATE UNIQUE INDEX t_a ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX t_a;"
                        "ALTER TABLE t CLUSTER ON t_a; CREATE INDEX t_d ON t USING gin (d);"
                        // A text that looks like the next entry of a dump must stay a text.
                        "CREATE INDEX t_odd ON t (b) WHERE b <> E'é\\n--\\n-- Name: x; Type: "
                        "INDEX\\n--\\n\\n; DROP TABLE t;';"
                        "CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';"
                        "CREATE INDEX \"t's \"\"index\"\"\" ON t (f(a) DESC) INCLUDE (c);"
                        "ALTER INDEX \"t's \"\"index\"\"\" ALTER COLUMN 1 SET STATISTICS 77;"
                        "COMMENT ON INDEX t_d IS 'for words';"
                        "CREATE TABLE p (n int, at date, PRIMARY KEY (n, at)) PARTITION BY RANGE (at);"
                        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');"
                        "CREATE TABLE p2 PARTITION OF p DEFAULT; CREATE INDEX p_at ON p (at, n);"
                        "INSERT INTO p SELECT g, date '2025-06-01' + g FROM generate_series(1, 500) g;"
                        "CREATE TABLE r (n int REFERENCES t (a)); CREATE INDEX r_n ON r (n);"
                        "CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t; CREATE UNIQUE INDEX m_a ON m (a);"
                        "CREATE STATISTICS s ON a, c FROM t");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QVERIFY(trip.finish[QStringLiteral("schema_compared")].toBool());
        LabConnection restored(server, trip.finalName());
        for (const char* sql :
             {"SELECT string_agg(indexdef, '|' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = "
              "'public'",
              "SELECT string_agg(indexrelid::regclass::text || indisclustered || indisreplident || "
              "indisvalid, '|' "
              "ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid >= 16384 AND "
              "indrelid::regclass::text !~ '^pg_'"})
            QCOMPARE(restored.value(sql), trip.source.value(sql));
        QVERIFY(restored.value("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 't%'") >= "5");
    }

    /// Two of them in one transaction each would wait for each other.
    void restore_tableClusteredOnOneIndexAndIdentifiedByAnother_buildsThemBesideEachOther() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        for (int i = 1; i <= 4; ++i) {
            const std::string t = "ev" + std::to_string(i);
            trip.source.run("CREATE TABLE " + t + " (a int NOT NULL, b int NOT NULL, c text); INSERT INTO " +
                            t +
                            " SELECT g, g, 'x' FROM generate_series(1, 60000) g;"
                            "CREATE INDEX " +
                            t + "_1 ON " + t +
                            " (a) WHERE c <> E'; \\\\ ''; ';"
                            "CREATE UNIQUE INDEX " +
                            t + "_2 ON " + t +
                            " (b);"
                            "CREATE INDEX \"" +
                            t + " ; 'x\" ON " + t +
                            " (a);"
                            "ALTER TABLE " +
                            t + " CLUSTER ON \"" + t +
                            " ; 'x\";"
                            "ALTER TABLE " +
                            t + " REPLICA IDENTITY USING INDEX " + t +
                            "_2;"
                            "COMMENT ON INDEX " +
                            t + "_1 IS 'a; b''; c'");
        }
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        const char* marks =
            "SELECT string_agg(indexrelid::regclass::text || indisclustered || indisreplident, "
            "'|' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid >= 16384 AND "
            "indrelid::regclass::text ~ '^ev'";
        QCOMPARE(restored.value(marks), trip.source.value(marks));
        QCOMPARE(restored.value("SELECT obj_description('ev1_1'::regclass)"), std::string("a; b'; c"));
    }

    void restore_oneIndexFails_stopsAndNamesIt() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run("CREATE TABLE t AS SELECT g AS n FROM generate_series(1, 100) g;"
                        "CREATE FUNCTION f(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN "
                        "IF current_database() LIKE '%_salvor_%' THEN RAISE EXCEPTION 'not here'; END IF; "
                        "RETURN n; END $$;"
                        "CREATE INDEX \"the bad one\" ON t (f(n)); CREATE TABLE u (n int PRIMARY KEY)");
        const auto done = trip.backUp();
        QVERIFY2(done, why(done));
        const auto restored = trip.restore();
        QVERIFY(!restored);
        QVERIFY2(restored.error().message.find("building index public.the bad one: not here") !=
                     std::string::npos,
                 why(restored));
        // Nothing came after it, and it stays hidden.
        LabConnection hidden(server, trip.hiddenName());
        QCOMPARE(hidden.value(
                     "SELECT count(*) FROM pg_constraint WHERE conrelid = 'u'::regclass AND contype = 'p'"),
                 std::string("0"));
    }
};

QTEST_GUILESS_MAIN(TestPgIndexes)
#include "test_pgindexes.moc"
