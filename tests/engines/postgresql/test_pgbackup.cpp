// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Backups of real databases: which items there are, what is in them, and what is refused.
#include "engines/postgresql/pgsnapshot.h"

#include "labprofile.h"
#include "memorybackup.h"
#include "support/sampledata.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

struct Source {
    Source(const LabServer& server, LabDatabase::TimescaleDb extension = LabDatabase::TimescaleDb::No,
           const std::string& create = {})
        : database(server, extension, create)
        , lab(server) {}

    Result<std::unique_ptr<Snapshot>> prepare(const CancelToken& cancel = {}) {
        return pgPrepareBackup(processes, {lab.connection(), database.name(), options}, progress, cancel);
    }
    Result<MemoryBackup> backUp() {
        return prepare().and_then([](const auto& snapshot) { return readAll(*snapshot); });
    }

    LabDatabase database;
    LabProfile lab;
    SystemProcessRunner processes;
    NullProgress progress;
    QJsonObject options;
};

template <typename T>
QByteArray why(const Result<T>& result) {
    return result ? QByteArray("ok") : QByteArray::fromStdString(result.error().toText());
}

std::string textOf(const MemoryBackup& backup, const std::string& id) {
    const auto found = backup.bytes.find(id);
    return found == backup.bytes.end() ? "no such item" : std::string(asText(found->second));
}

} // namespace

class TestPgBackup : public QObject {
    Q_OBJECT

private slots:
    void backup_plainDatabase_hasEachTableWithItsRows() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Source source(server);
        source.database.run(sample::plainDatabase());
        const auto backup = source.backUp();
        QVERIFY2(backup, why(backup));
        const auto tables =
            source.database.run("SELECT format('%I.%I', relnamespace::regnamespace::text, relname), "
                                "relnamespace::regnamespace::text, relname FROM pg_class WHERE relkind = 'r' "
                                "AND oid >= 16384 ORDER BY 1");
        QVERIFY(tables.size() > 20);
        for (const auto& row :
             source.database.run("SELECT format('%s.%I', relnamespace::regnamespace, relname) "
                                 "FROM pg_class WHERE relkind = 'r' AND oid >= 16384")) {
            const std::string& quoted = *row[0];
            const auto* report = backup->report("table:" + quoted);
            QVERIFY2(report != nullptr, quoted.c_str());
            QCOMPARE(std::to_string(report->rows),
                     source.database.value("SELECT count(*) FROM ONLY " + quoted));
        }
        QVERIFY(backup->report("schema")->contentHash.size() == 32);
        QVERIFY(textOf(*backup, "schema").starts_with("PGDMP"));
        QVERIFY(backup->report("large_objects")->rows > 10);
    }

    void backup_largeObjects_areEstimatedByTheirTable() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Source source(server);
        source.database.run("CREATE TABLE t (a int)");
        auto backup = source.backUp();
        QVERIFY2(backup, why(backup));
        QVERIFY(backup->find("large_objects") == nullptr);
        source.database.run("SELECT lo_create(1)"); // an empty one
        backup = source.backUp();
        QVERIFY2(backup, why(backup));
        QCOMPARE(backup->find("large_objects")->sizeEstimateBytes, std::uint64_t{4096});
        // Bytes that do not compress.
        source.database.run(
            "SELECT lo_from_bytea(n, (SELECT string_agg(sha256(format('%s %s', n, m)::bytea), "
            "'') FROM generate_series(1, 20000) m)) FROM generate_series(2, 4) n");
        backup = source.backUp();
        QVERIFY2(backup, why(backup));
        const auto estimate = backup->find("large_objects")->sizeEstimateBytes;
        const auto bytes = backup->report("large_objects")->bytes;
        QVERIFY(bytes > 1900000);
        QVERIFY2(estimate > bytes * 9 / 10 && estimate < bytes * 2, std::to_string(estimate).c_str());
    }

    void backup_everyType_isBinaryAndOwnTypesAreText() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Source source(server);
        source.database.run(
            "CREATE TABLE plain (a int, b text[], c numrange, d jsonb, e tstzmultirange);"
            "CREATE DOMAIN positive AS int CHECK (value > 0); CREATE TABLE domains (p positive);"
            "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE enums (m mood);"
            "CREATE TABLE oids (c regclass); CREATE TABLE oidarrays (c regtype[]);"
            "CREATE TABLE composites (d domains)");
        const auto backup = source.backUp();
        QVERIFY2(backup, why(backup));
        const auto format = [&](const char* name) {
            return backup->find(std::string("table:public.") + name)
                ->details[QStringLiteral("format")]
                .toString();
        };
        QCOMPARE(format("plain"), QStringLiteral("binary"));
        QCOMPARE(format("domains"), QStringLiteral("binary"));
        for (const char* name : {"enums", "oids", "oidarrays", "composites"})
            QCOMPARE(format(name), QStringLiteral("text"));
    }

    void backup_sameDatabaseTwice_hasEqualHashes() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Source source(server);
        source.database.run(sample::plainDatabase());
        const auto first = source.backUp();
        const auto second = source.backUp();
        QVERIFY2(first && second, why(second));
        QCOMPARE(first->contents.reports.size(), second->contents.reports.size());
        for (const auto& item : itemsOf(first->contents.plan))
            QCOMPARE(first->report(item.id)->contentHash, second->report(item.id)->contentHash);
    }

    void backup_bigTable_isReadInRangesThatAddUp() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Source source(server);
        source.database.run(sample::bigTable(20000));
        source.options.insert(QStringLiteral("range_bytes"), 262144);
        const auto ranges = source.backUp();
        QVERIFY2(ranges, why(ranges));
        QVERIFY(ranges->count("table_range") >= 5);
        std::uint64_t rows = 0;
        PgRowHash sum;
        for (const auto& [id, bytes] : ranges->bytes) {
            if (id.starts_with("table_range:")) {
                rows += ranges->report(id)->rows;
                sum.add(ranges->report(id)->contentHash);
            }
        }
        QCOMPARE(rows, std::uint64_t{20000});
        source.options = {};
        const auto whole = source.backUp();
        QVERIFY2(whole, why(whole));
        QCOMPARE(whole->count("table_range"), std::size_t{0});
        QCOMPARE(whole->count("table"), std::size_t{1});
        for (const auto& [id, bytes] : whole->bytes) {
            if (id.starts_with("table:"))
                QCOMPARE(whole->report(id)->contentHash, sum.hex());
        }
    }

    void backup_tableThatGrowsAfterThePlan_lastRangeHasNoEnd() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Source source(server);
        source.database.run(sample::bigTable(5000));
        source.options.insert(QStringLiteral("range_bytes"), 131072);
        const auto backup = source.backUp();
        QVERIFY2(backup, why(backup));
        int open = 0;
        for (const auto& item : itemsOf(backup->contents.plan))
            open += item.kind == "table_range" && !item.details.contains(QStringLiteral("end_block")) ? 1 : 0;
        QCOMPARE(open, 1);
    }

    void backup_rowSecurity_readsEveryRow() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Source source(server);
        source.database.run(sample::rowSecurity());
        const auto backup = source.backUp();
        QVERIFY2(backup, why(backup));
        for (const auto& row : source.database.run("SELECT format('%s.%I', relnamespace::regnamespace, "
                                                   "relname) FROM pg_class WHERE relrowsecurity"))
            QVERIFY2(backup->report("table:" + *row[0])->rows >= 5, row[0]->c_str());
    }

    void backup_roleThatRowSecurityBinds_failsInsteadOfReadingAPart() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Source source(server);
        const std::string role = source.database.name() + "_reader";
        source.database.run(
            "CREATE TABLE guarded (n int); INSERT INTO guarded SELECT generate_series(1, 5);"
            "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON guarded USING (n = 1);"
            "CREATE ROLE " +
            role + " LOGIN PASSWORD 'weak'; GRANT pg_read_all_data TO " + role);
        source.lab.profile.user = role;
        source.lab.password = Secret("weak");
        const auto backup = source.backUp();
        source.database.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
        QVERIFY(!backup);
        QCOMPARE(nameOf(backup.error().code), nameOf(ErrorCode::MissingRight));
    }

    void backup_timescale_hasChunkItemsWithTimeRanges() {
        SALVOR_NEED_SERVER(server, "timescale");
        Source source(server, LabDatabase::TimescaleDb::Yes);
        source.database.run(sample::timescaleDatabase(12));
        const auto backup = source.backUp();
        QVERIFY2(backup, why(backup));
        QCOMPARE(std::to_string(backup->count("chunk")),
                 source.database.value("SELECT count(*) FROM _timescaledb_catalog.chunk WHERE NOT dropped"));
        int ranged = 0;
        std::uint64_t rows = 0;
        for (const auto& item : itemsOf(backup->contents.plan)) {
            if (item.kind != "chunk")
                continue;
            QVERIFY(item.group.starts_with("hypertable:"));
            const auto range = item.details[QStringLiteral("time_range")].toObject();
            ranged += range.contains(QStringLiteral("from")) && range.contains(QStringLiteral("to")) ? 1 : 0;
            if (item.group == "hypertable:public.conditions") {
                QVERIFY(range[QStringLiteral("from")].toString().startsWith(u"2026-01-"));
                rows += backup->report(item.id)->rows;
            }
        }
        QCOMPARE(static_cast<std::size_t>(ranged), backup->count("chunk"));
        QCOMPARE(std::to_string(rows), source.database.value("SELECT count(*) FROM conditions"));
        QVERIFY(backup->find("catalog_table:_timescaledb_catalog.hypertable") != nullptr);
        QVERIFY(backup->find("table:public.conditions") == nullptr);
        QVERIFY(textOf(*backup, "sequences").find("_timescaledb_catalog.chunk_id_seq") != std::string::npos);
    }

    void backup_timescaleCatalog_comesInTheOrderOfItsForeignKeys() {
        SALVOR_NEED_SERVER(server, "timescale");
        Source source(server, LabDatabase::TimescaleDb::Yes);
        const auto snapshot = source.prepare();
        QVERIFY2(snapshot, why(snapshot));
        std::vector<std::string> order;
        for (const auto& item : itemsOf((*snapshot)->plan())) {
            if (item.kind == "catalog_table")
                order.push_back(item.name);
        }
        const auto at = [&](const char* name) {
            return std::find(order.begin(), order.end(), std::string("_timescaledb_catalog.") + name) -
                   order.begin();
        };
        QVERIFY(at("hypertable") < at("dimension"));
        QVERIFY(at("hypertable") < at("chunk"));
        QVERIFY(at("chunk") < at("chunk_index"));
        QVERIFY(at("dimension_slice") < at("chunk_constraint"));
    }

    void backup_compressedChunk_isRefusedByName() {
        SALVOR_NEED_SERVER(server, "timescale");
        Source source(server, LabDatabase::TimescaleDb::Yes);
        source.database.run(sample::hypertable("m", 3, 5));
        const auto victim = source.database.value(
            "SELECT table_name FROM _timescaledb_catalog.chunk ORDER BY id OFFSET 1 LIMIT 1");
        source.database.run("UPDATE _timescaledb_catalog.chunk SET status = status | 1 WHERE table_name = '" +
                            victim + "'");
        const auto compressed = source.prepare();
        QVERIFY(!compressed);
        QCOMPARE(nameOf(compressed.error().code), nameOf(ErrorCode::Unsupported));
        QVERIFY(compressed.error().message.find("_timescaledb_internal." + victim) != std::string::npos);
        QVERIFY(compressed.error().hint.find("decompress_chunk") != std::string::npos);
        source.database.run(
            "UPDATE _timescaledb_catalog.chunk SET status = 0, osm_chunk = true WHERE table_name = '" +
            victim + "'");
        const auto tiered = source.prepare();
        QVERIFY(!tiered);
        QCOMPARE(nameOf(tiered.error().code), nameOf(ErrorCode::Unsupported));
        QVERIFY(tiered.error().message.find("tiered") != std::string::npos);
        QVERIFY(tiered.error().message.find(victim) != std::string::npos);
    }

    void backup_moreTablesThanLocks_putsChunksIntoArchivesOfTheirOwn() {
        SALVOR_NEED_SERVER(server, "timescale");
        Source source(server, LabDatabase::TimescaleDb::Yes);
        source.database.run(sample::hypertable("m", 130, 1));
        source.options.insert(QStringLiteral("lock_budget"), 100);
        const auto backup = source.backUp();
        QVERIFY2(backup, why(backup));
        QCOMPARE(backup->count("schema_chunks"), std::size_t{3});
        QVERIFY(textOf(*backup, "schema").find("_hyper_1_7_chunk") == std::string::npos);
        QVERIFY(textOf(*backup, "schema_chunks:3").find("_hyper_1_7_chunk") != std::string::npos);
        // Together they say what one archive says.
        source.options = {};
        const auto whole = source.backUp();
        QVERIFY2(whole, why(whole));
        PgRowHash sum;
        for (const char* id : {"schema", "schema_chunks:1", "schema_chunks:2", "schema_chunks:3"})
            sum.add(backup->report(id)->contentHash);
        QCOMPARE(sum.hex(), whole->report("schema")->contentHash);
    }

    void backup_globals_haveNoPasswords() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Source source(server);
        const std::string role = source.database.name() + "_app";
        source.database.run("CREATE ROLE " + role +
                            " LOGIN PASSWORD 'very secret' VALID UNTIL '2020-01-02 03:04:05+00'; "
                            "COMMENT ON ROLE " +
                            role + " IS 'the shop''s'; ALTER ROLE " + role + " SET search_path TO a, b");
        const auto backup = source.backUp();
        source.database.run("DROP ROLE " + role);
        QVERIFY2(backup, why(backup));
        const auto globals = textOf(*backup, "globals");
        QVERIFY(globals.find("CREATE ROLE " + role) != std::string::npos);
        QVERIFY(globals.find("SET search_path TO a, b;") != std::string::npos);
        QVERIFY2(globals.find(" VALID UNTIL '2020-01-02 03:04:05+00'; COMMENT ON ROLE " + role +
                              " IS 'the shop''s';") != std::string::npos,
                 globals.c_str());
        QVERIFY(globals.find("VALID UNTIL NULL") == std::string::npos);
        QVERIFY(globals.find("SCRAM") == std::string::npos &&
                globals.find("very secret") == std::string::npos);
    }

    void backup_sql_ascii_isTakenAsItIs() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Source source(server, LabDatabase::TimescaleDb::No, "ENCODING 'SQL_ASCII' LOCALE 'C'");
        source.database.run("SET client_encoding = 'SQL_ASCII'; CREATE TABLE raw (t text); INSERT INTO raw "
                            "VALUES (convert_from('\\xff41'::bytea, 'SQL_ASCII'))");
        const auto backup = source.backUp();
        QVERIFY2(backup, why(backup));
        QVERIFY(textOf(*backup, "table:public.raw")
                    .find("\xff"
                          "A") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestPgBackup)
#include "test_pgbackup.moc"
