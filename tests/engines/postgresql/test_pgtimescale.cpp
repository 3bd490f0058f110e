// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What TimescaleDB makes different: foreign keys that refer to hypertables, and chunks that other objects
// depend on while their definitions are in archives of their own.
#include "engines/postgresql/pgarchive.h"
#include "engines/postgresql/pghypertablekeys.h"
#include "engines/postgresql/pgplan.h"

#include "roundtrip.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace salvor;
using namespace salvor::test;

namespace {

// Five chunks, and a table that refers to them.
constexpr const char* kOrders = R"sql(
CREATE TABLE orders (ts timestamptz PRIMARY KEY, v int, w int);
SELECT create_hypertable('orders', by_range('ts', INTERVAL '1 day'));
INSERT INTO orders SELECT TIMESTAMPTZ '2026-01-01 00:00Z' + g * INTERVAL '12 hours', g, g FROM generate_series(0, 9) g;
CREATE TABLE item (id int PRIMARY KEY, ts timestamptz))sql";

constexpr const char* kKey =
    "INSERT INTO item SELECT g, TIMESTAMPTZ '2026-01-01 00:00Z' + g * INTERVAL '12 hours' FROM "
    "generate_series(0, 4) g; ALTER TABLE item ADD CONSTRAINT item_ts_fkey FOREIGN KEY (ts) REFERENCES "
    "orders "
    "ON DELETE CASCADE; COMMENT ON CONSTRAINT item_ts_fkey ON item IS 'what is ordered'";

constexpr const char* kForbidDdl =
    "CREATE FUNCTION forbid() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''DDL is "
    "forbidden''; END'; CREATE EVENT TRIGGER no_ddl ON ddl_command_start EXECUTE FUNCTION forbid()";

constexpr const char* kChunkKeys =
    "SELECT count(*) FROM pg_constraint c JOIN pg_inherits i ON i.inhrelid = c.confrelid WHERE c.contype = "
    "'f' "
    "AND c.conrelid = 'item'::regclass AND c.conparentid <> 0 AND i.inhparent = 'orders'::regclass";

// A primary key, a foreign key and an index, each of which every chunk has of its own.
constexpr const char* kReadings = R"sql(
CREATE TABLE device (id int PRIMARY KEY);
INSERT INTO device VALUES (1);
CREATE TABLE h (ts timestamptz, v int, d int, CONSTRAINT hp PRIMARY KEY (ts), CONSTRAINT h_d_fkey FOREIGN KEY (d) REFERENCES device);
SELECT create_hypertable('h', by_range('ts', INTERVAL '1 day'));
INSERT INTO h SELECT TIMESTAMPTZ '2026-01-01 00:00Z' + g * INTERVAL '12 hours', g, 1 FROM generate_series(0, 5) g;
CREATE INDEX hv ON h (v);
COMMENT ON INDEX hv IS 'values')sql";

constexpr const char* kIndexesOfChunks = "SELECT count(*) FROM pg_index x JOIN pg_inherits i ON i.inhrelid = "
                                         "x.indrelid WHERE i.inhparent = 'h'::regclass";
constexpr const char* kForeignKeysOfChunks = "SELECT count(*) FROM pg_constraint k JOIN pg_inherits i ON "
                                             "i.inhrelid = k.conrelid WHERE k.contype = 'f' "
                                             "AND i.inhparent = 'h'::regclass";
constexpr const char* kRecords = "SELECT (SELECT count(*) FROM _timescaledb_catalog.chunk_index) || ' ' || "
                                 "(SELECT count(*) FROM _timescaledb_catalog.chunk_constraint)";

const QJsonObject kKeepGoing{{QStringLiteral("keep_going"), true}};

/// The chunk in which row `v` of the orders is.
std::string chunkOf(LabConnection& connection, int v) {
    return connection.value("SELECT tableoid::regclass FROM orders WHERE v = " + std::to_string(v));
}

/// As pg_restore leaves a key to a hypertable: the rows are valid, and the chunks have none.
void makeKeyWithoutChunks(LabConnection& connection) {
    connection.run("SET timescaledb.restoring = on");
    connection.run(
        "ALTER TABLE item ADD CONSTRAINT item_ts_fkey FOREIGN KEY (ts) REFERENCES orders NOT VALID");
    connection.run("RESET timescaledb.restoring");
    connection.run("ALTER TABLE item VALIDATE CONSTRAINT item_ts_fkey");
}

bool says(const QJsonArray& sentences, const char* words) {
    return std::ranges::any_of(
        sentences, [&](const auto& one) { return one.toString().contains(QLatin1String(words)); });
}

} // namespace

class TestPgTimescale : public QObject {
    Q_OBJECT

private slots:
    /// TimescaleDB saves the rows of its tablespaces, and not the sequence that numbers them.
    void sequenceOfTablespaces_isSavedAndProved() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kOrders);
        trip.source.run("SELECT attach_tablespace('pg_default', 'orders')");
        QCOMPARE(trip.whole(), std::string());
        LabConnection fresh(server, trip.finalName());
        const std::string at = "SELECT last_value || ' ' || is_called FROM "
                               "_timescaledb_catalog.tablespace_id_seq";
        const std::string saved = trip.source.value(at);
        QCOMPARE(saved, std::string("1 true"));
        QCOMPARE(fresh.value(at), saved);
        // Proved means compared.
        fresh.run("SELECT setval('_timescaledb_catalog.tablespace_id_seq', 77)");
        const auto differences = trip.prove(trip.finalName());
        QVERIFY2(differences, why(differences));
        QCOMPARE(*differences, std::vector<std::string>{"sequences"});
        fresh.run("SELECT setval('_timescaledb_catalog.tablespace_id_seq', 1)");
        fresh.run("CREATE TABLE more (t timestamptz NOT NULL)");
        fresh.run("SELECT create_hypertable('more', 't')");
        fresh.run("SELECT attach_tablespace('pg_default', 'more')");
        QCOMPARE(fresh.value("SELECT count(*) FROM _timescaledb_catalog.tablespace"), std::string("2"));
    }

    void whole_foreignKeyToHypertable_reachesItsChunks() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kOrders);
        trip.source.run(kKey);
        trip.source.run(kForbidDdl);
        QCOMPARE(trip.source.value(kChunkKeys), std::string("5"));
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value(kChunkKeys), std::string("5"));
        QCOMPARE(restored.value("SELECT convalidated || ' ' || obj_description(oid, 'pg_constraint') FROM "
                                "pg_constraint WHERE conname = 'item_ts_fkey'"),
                 std::string("true what is ordered"));
        QCOMPARE(restored.value("SELECT evtenabled FROM pg_event_trigger WHERE evtname = 'no_ddl'"),
                 std::string("O"));
        restored.run("DELETE FROM orders WHERE v = 1");
        QCOMPARE(restored.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM item"),
                 std::string("0 2 3 4"));
    }

    void restore_foreignKeyToHypertableThatRowsBreak_namesTheRow() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kOrders);
        trip.source.run(kKey);
        trip.source.run("SET session_replication_role = replica; INSERT INTO item VALUES (9, '1999-01-01')");
        QVERIFY(trip.backUp());
        const auto refused = trip.restore();
        QVERIFY(!refused);
        QVERIFY2(RoundTrip::describe(refused.error()).find("1999-01-01") != std::string::npos, why(refused));
        QVERIFY2(refused.error().hint.find("--leave-out constraint public.item.item_ts_fkey") !=
                     std::string::npos,
                 why(refused));
    }

    void whole_keepGoingWithSuchAKey_isNotValidatedForATrueReason() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kOrders);
        trip.source.run(kKey);
        trip.source.run("SET session_replication_role = replica; INSERT INTO item VALUES (9, '1999-01-01')");
        trip.restoreOptions = kKeepGoing;
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        const auto left = trip.revealed[QStringLiteral("left_out")].toArray();
        QCOMPARE(left.size(), qsizetype{1});
        QCOMPARE(left[0][QStringLiteral("outcome")].toString(), QStringLiteral("not_valid"));
        QVERIFY(left[0][QStringLiteral("reason")].toString().contains(QStringLiteral("1999-01-01")));
        LabConnection restored(server, trip.finalName());
        restored.run("DELETE FROM item WHERE id = 9");
        restored.run(left[0][QStringLiteral("sql")].toString().toStdString());
        QCOMPARE(restored.value(kChunkKeys), std::string("5"));
    }

    /// Nothing is in the way of a valid key: it is as in the backup.
    void whole_keepGoingWithAValidKey_leavesNothingOut() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kOrders);
        trip.source.run(kKey);
        trip.restoreOptions = kKeepGoing;
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(trip.revealed[QStringLiteral("left_out")].toArray(), QJsonArray());
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value(kChunkKeys), std::string("5"));
    }

    void backup_keyThatMissesChunks_isNotedAndMadeWhole() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kOrders);
        makeKeyWithoutChunks(trip.source.connection());
        QCOMPARE(trip.source.value(kChunkKeys), std::string("0"));
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QVERIFY(std::ranges::any_of(trip.backup.contents.plan.notes, [](const std::string& note) {
            return note.starts_with("The foreign key item_ts_fkey of public.item does not reach all chunks");
        }));
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value(kChunkKeys), std::string("5"));
    }

    void proof_keyThatMissesChunks_fails() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kOrders);
        trip.source.run(kKey);
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        restored.run("ALTER TABLE item DROP CONSTRAINT item_ts_fkey");
        makeKeyWithoutChunks(restored);
        const auto proved = trip.prove(trip.finalName());
        QVERIFY(!proved);
        QCOMPARE(nameOf(proved.error().code), nameOf(ErrorCode::ProofFailed));
        QVERIFY2(proved.error().message.find("item_ts_fkey of public.item") != std::string::npos,
                 why(proved));
    }

    void whole_whatDependsOnChunksBeyondTheLockBudget_comesBack() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kOrders);
        trip.source.run(kKey);
        auto& source = trip.source.connection();
        const std::string first = chunkOf(source, 0);
        const std::string second = chunkOf(source, 2);
        const std::string third = chunkOf(source, 4);
        trip.source.run("CREATE PUBLICATION whole FOR TABLE orders; CREATE PUBLICATION part FOR TABLE " +
                        first + " (ts, v) WHERE (v > 1 AND w > 2 AND v < 9)");
        trip.source.run("CREATE STATISTICS public.related ON v, w FROM " + second +
                        "; COMMENT ON STATISTICS public.related IS 'both'");
        trip.source.run("CREATE VIEW one_day AS SELECT * FROM " + second + "; CREATE FUNCTION day_of(" +
                        third + ") RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE heir () INHERITS (" +
                        third + "); CREATE TABLE refers (ts timestamptz REFERENCES " + third + ")");
        // What is a chunk's own comes with it.
        trip.source.run("CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; "
                        "CREATE TRIGGER stays BEFORE UPDATE ON " +
                        first + " FOR EACH ROW EXECUTE FUNCTION stay(); COMMENT ON TABLE " + first +
                        " IS 'day one'; CREATE POLICY mine ON " + first +
                        " USING (v > 0); CREATE RULE quiet AS ON "
                        "INSERT TO " +
                        first + " WHERE new.v = 17 DO INSTEAD NOTHING; GRANT SELECT ON " + first +
                        " TO PUBLIC");
        trip.options.insert(QStringLiteral("lock_budget"), 10);
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(trip.backup.count("schema_chunks"), std::size_t{1});
        LabConnection restored(server, trip.finalName());
        for (const char* sql :
             {"SELECT string_agg(p.pubname || ' ' || m.prrelid::regclass || ' ' || coalesce(m.prattrs::text, "
              "'') || ' ' "
              "|| coalesce(pg_get_expr(m.prqual, m.prrelid), ''), '; ' ORDER BY p.pubname, "
              "m.prrelid::regclass::text) "
              "FROM pg_publication_rel m JOIN pg_publication p ON p.oid = m.prpubid",
              "SELECT pg_get_statisticsobjdef(oid) || obj_description(oid, 'pg_statistic_ext') FROM "
              "pg_statistic_ext",
              "SELECT count(*) FROM one_day", "SELECT count(*) FROM heir",
              "SELECT pg_get_function_identity_arguments('day_of'::regproc)",
              "SELECT confrelid::regclass FROM pg_constraint WHERE conrelid = 'refers'::regclass",
              "SELECT string_agg(tgname || ' ' || tgrelid::regclass, ', ') FROM pg_trigger WHERE tgname = "
              "'stays'",
              "SELECT string_agg(rulename || ' ' || ev_class::regclass, ', ') FROM pg_rewrite WHERE rulename "
              "= 'quiet'",
              "SELECT string_agg(polname || ' ' || polrelid::regclass, ', ') FROM pg_policy"})
            QCOMPARE(restored.value(sql), trip.source.value(sql));
        QCOMPARE(restored.value("SELECT count(*) FROM pg_publication_rel"), std::string("7"));
        // The proof sees it where pg_dump does not.
        restored.run("ALTER PUBLICATION part DROP TABLE " + first);
        const auto proved = trip.prove(trip.finalName());
        QVERIFY(!proved);
        QCOMPARE(nameOf(proved.error().code), nameOf(ErrorCode::ProofFailed));
        QVERIFY2(proved.error().message.find("publications of chunks") != std::string::npos, why(proved));
    }

    void proof_olderBackupInParts_saysWhatItHasNot() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kOrders);
        trip.options.insert(QStringLiteral("lock_budget"), 10);
        QVERIFY(trip.backUp());
        auto& saved = trip.backup.contents.plan.server;
        QCOMPARE(saved.take(QStringLiteral("chunk_publications")).toArray(), QJsonArray());
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        const auto differences = trip.prove(trip.hiddenName());
        QVERIFY2(differences && differences->empty(), why(differences));
        QVERIFY(says(trip.finish[QStringLiteral("not_compared_because")].toArray(),
                     "Publications and statistics of chunks"));
    }

    /// As earlier versions made it: the view's chunk is not where the view is.
    void restore_olderBackupWithAViewOnAChunk_saysWhereTheWayByHandIs() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kOrders);
        trip.source.run("CREATE VIEW one_day AS SELECT * FROM " + chunkOf(trip.source.connection(), 2));
        trip.options.insert(QStringLiteral("lock_budget"), 10);
        QVERIFY(trip.backUp());
        trip.backup.contents.plan.server.remove(QStringLiteral("chunk_publications"));
        Bytes& archive = trip.backup.bytes.at("schema");
        const auto entries = pgReadArchive(archive);
        QVERIFY2(entries, why(entries));
        std::set<int> chunks;
        for (const auto& entry : *entries) {
            if (entry.kind == "TABLE" && entry.name.starts_with("_hyper_"))
                chunks.insert(entry.id);
        }
        QCOMPARE(chunks.size(), std::size_t{1});
        auto older = pgArchiveWithout(archive, chunks);
        QVERIFY2(older, why(older));
        archive = std::move(*older);
        const auto refused = trip.restore();
        QVERIFY(!refused);
        QVERIFY2(refused.error().hint.find("docs/recovery-without-salvor.md") != std::string::npos,
                 why(refused));
    }

    void leaveOut_ofHypertables_takesTheChunksOwnAndSaysWhatMakesThem() { leavesOut({}); }
    /// The chunks' definitions are in another archive.
    void leaveOut_ofHypertablesInParts_takesTheChunksOwnAndSaysWhatMakesThem() {
        leavesOut({{QStringLiteral("lock_budget"), 10}});
    }

    void whole_keepGoingWithRowsOfAChunkThatBreakAKey_saysWhatValidatesIt() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kReadings);
        trip.source.run("SET session_replication_role = replica");
        trip.source.run("UPDATE h SET d = 9 WHERE v = 3");
        trip.source.run("RESET session_replication_role");
        trip.restoreOptions = kKeepGoing;
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        const auto left = trip.revealed[QStringLiteral("left_out")].toArray();
        QCOMPARE(left.size(), qsizetype{1});
        QCOMPARE(left[0][QStringLiteral("outcome")].toString(), QStringLiteral("not_valid"));
        QCOMPARE(left[0][QStringLiteral("sql")].toString(),
                 QStringLiteral("ALTER TABLE public.h VALIDATE CONSTRAINT h_d_fkey;"));
        LabConnection restored(server, trip.finalName());
        restored.run("UPDATE h SET d = 1 WHERE v = 3");
        restored.run(left[0][QStringLiteral("sql")].toString().toStdString());
        QCOMPARE(restored.value("SELECT count(*) FROM pg_constraint WHERE NOT convalidated"),
                 std::string("0"));
    }

    void keysToHypertables_ofAnArchive_areTakenWithWhatTheyNeed() {
        const auto entry = [](int id, const char* kind, const char* name, const char* sql,
                              std::vector<int> needs) {
            PgArchiveEntry out;
            out.id = id;
            out.kind = kind;
            out.schema = "public";
            out.name = name;
            out.definition = sql;
            out.needs = std::move(needs);
            out.postData = std::string_view(kind) != "TABLE";
            return out;
        };
        constexpr const char* kOdd =
            "ALTER TABLE ONLY public.a\n    ADD CONSTRAINT k FOREIGN KEY "
            "(\") REFERENCES public.plain(\") REFERENCES \"My \"\"app\"\"\".\"h.1\"(ts);\n";
        const std::vector entries{entry(1, "TABLE", "a", "", {}), entry(2, "TABLE", "plain", "", {}),
                                  entry(3, "FK CONSTRAINT", "a k", kOdd, {1}),
                                  entry(4, "COMMENT", "CONSTRAINT k ON a", "", {3}),
                                  entry(5, "FK CONSTRAINT", "a p",
                                        "ALTER TABLE ONLY public.a\n    ADD CONSTRAINT p FOREIGN KEY (x) "
                                        "REFERENCES public.plain(x) ON DELETE CASCADE;\n",
                                        {1, 2})};
        QVERIFY(pgReferencedTable(entries[2]) == PgTableName("My \"app\"", "h.1"));
        QVERIFY(pgReferencedTable(entries[4]) == PgTableName("public", "plain"));
        QVERIFY(pgReferencedTable(entries[0]) == PgTableName());
        std::set<int> done;
        const auto taken = pgTakeHypertableKeys(entries, {{"My \"app\"", "h.1"}}, done);
        QCOMPARE(taken.size(), std::size_t{3});
        QVERIFY((done == std::set<int>{3, 4}));
        QVERIFY(pgTakeHypertableKeys(entries, {{"My \"app\"", "h.1"}}, done).empty());
    }

    void plan_moreNeededChunksThanLocks_isRefusedWithTheNumbers() {
        PgPlanInput input;
        input.locks.capacity = 20;
        for (Oid oid = 1; oid <= 30; ++oid) {
            PgRelation relation;
            relation.oid = oid;
            relation.schema = "public";
            relation.name = "t" + std::to_string(oid);
            relation.quoted = "public." + relation.name;
            relation.accessMethod = "heap";
            input.relations.push_back(relation);
            if (oid > 10)
                input.hypertables.chunks[oid].sortKey = std::to_string(oid);
        }
        const auto apart = pgPlanBackup(input, {});
        QVERIFY2(apart, why(apart));
        for (Oid oid = 11; oid <= 25; ++oid)
            input.hypertables.needed.insert(oid);
        const auto refused = pgPlanBackup(input, {});
        QVERIFY(!refused);
        QCOMPARE(nameOf(refused.error().code), nameOf(ErrorCode::Unsupported));
        QVERIFY2(refused.error().message.find("25 tables (15 of them chunks that views") != std::string::npos,
                 why(refused));
    }

private:
    static void leavesOut(const QJsonObject& options) {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(kReadings);
        trip.options = options;
        QJsonArray asked;
        for (const auto& [kind, name] : {std::pair{"constraint", "public.h.hp"},
                                         {"constraint", "public.h.h_d_fkey"},
                                         {"index", "public.hv"}})
            asked.append(QJsonObject{{QStringLiteral("kind"), QString::fromLatin1(kind)},
                                     {QStringLiteral("name"), QString::fromLatin1(name)}});
        trip.restoreOptions = {{QStringLiteral("leave_out"), asked}};
        const auto backedUp = trip.backUp();
        QVERIFY2(backedUp, why(backedUp));
        const auto done = trip.restore();
        QVERIFY2(done, why(done));
        // All but TimescaleDB's two lists of what chunks have is compared, and that is said.
        const auto differences = trip.prove(trip.hiddenName());
        QVERIFY2(differences && differences->empty(), why(differences));
        QCOMPARE(trip.finish[QStringLiteral("not_compared")].toArray().size(), qsizetype{3});
        QVERIFY(says(trip.finish[QStringLiteral("not_compared_because")].toArray(), "chunk_constraint"));
        const auto shown = trip.target->reveal({});
        QVERIFY2(shown, why(shown));
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value(kIndexesOfChunks), std::string("0"));
        QCOMPARE(restored.value(kForeignKeysOfChunks), std::string("0"));
        QCOMPARE(restored.value(kRecords), std::string("0 3")); // the chunks' ranges
        const auto left = (*shown)[QStringLiteral("left_out")].toArray();
        QCOMPARE(left.size(), qsizetype{3});
        for (const auto& one : left)
            restored.run(one[QStringLiteral("sql")].toString().toStdString());
        for (const char* sql : {kIndexesOfChunks, kForeignKeysOfChunks, kRecords})
            QCOMPARE(restored.value(sql), trip.source.value(sql));
    }
};

QTEST_GUILESS_MAIN(TestPgTimescale)
#include "test_pgtimescale.moc"
