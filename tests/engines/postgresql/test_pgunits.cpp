// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The parts that need no server: COPY framing, row hashes, the schema's normal form, names and markers.
#include "engines/postgresql/pgcopyreader.h"
#include "engines/postgresql/pgmarker.h"
#include "engines/postgresql/pgplan.h"
#include "engines/postgresql/pgschema.h"
#include "engines/postgresql/pgtools.h"
#include "engines/process/process.h"

#include "labprofile.h"
#include "memorybackup.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

const std::string kHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
const std::string kTrailer("\377\377", 2);
/// Two columns: an int4 7, and NULL.
const std::string kRow("\0\2\0\0\0\4\0\0\0\7\377\377\377\377", 14);

std::string schemaHash(const std::string& script, std::size_t pieceBytes = 7) {
    PgSchemaHasher hasher;
    for (std::size_t at = 0; at < script.size(); at += pieceBytes)
        (void)hasher.write(asBytes(script.substr(at, pieceBytes)));
    return hasher.finish();
}

std::string entry(const std::string& name, const std::string& sql) {
    return "--\n-- Name: " + name + "; Type: TABLE; Schema: public; Owner: me\n--\n\n" + sql + "\n\n\n";
}

} // namespace

class TestPgUnits : public QObject {
    Q_OBJECT

private slots:
    void copyReader_binaryRows_areCountedWhateverTheMessages_data() {
        QTest::addColumn<QByteArrayList>("messages");
        QTest::addColumn<int>("rows");
        const auto bytes = [](const std::string& text) {
            return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
        };
        QTest::newRow("as servers send")
            << QByteArrayList{bytes(kHeader + kRow), bytes(kRow), bytes(kTrailer)} << 2;
        QTest::newRow("empty table") << QByteArrayList{bytes(kHeader + kTrailer)} << 0;
        QTest::newRow("header apart") << QByteArrayList{bytes(kHeader), bytes(kRow), bytes(kTrailer)} << 1;
        QTest::newRow("several rows in one")
            << QByteArrayList{bytes(kHeader + kRow + kRow + kRow + kTrailer)} << 3;
    }
    void copyReader_binaryRows_areCountedWhateverTheMessages() {
        QFETCH(QByteArrayList, messages);
        QFETCH(int, rows);
        BytesSink sink;
        PgCopyReader reader(PgFormat::Binary, 2, sink);
        for (const auto& message : messages)
            QVERIFY(reader.take(asBytes({message.data(), static_cast<std::size_t>(message.size())})));
        const auto report = reader.finish();
        QVERIFY(report);
        QCOMPARE(report->rows, static_cast<std::uint64_t>(rows));
        QCOMPARE(report->bytes, static_cast<std::uint64_t>(sink.bytes.size()));
        const auto all = messages.join();
        QVERIFY(asText(sink.bytes) == std::string_view(all.data(), static_cast<std::size_t>(all.size())));
    }

    void copyReader_brokenBinary_isCorrupt_data() {
        QTest::addColumn<QByteArray>("message");
        const auto bytes = [](const std::string& text) {
            return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
        };
        QTest::newRow("no header") << bytes(kRow);
        QTest::newRow("half a header") << bytes(kHeader.substr(0, 12));
        QTest::newRow("unknown flags") << bytes(std::string(kHeader).replace(12, 1, "\1") + kTrailer);
        QTest::newRow("row cut") << bytes(kHeader + kRow.substr(0, 9));
        QTest::newRow("length cut") << bytes(kHeader + kRow.substr(0, 12));
        QTest::newRow("other number of columns") << bytes(kHeader + std::string("\0\3", 2) + kRow.substr(2));
        QTest::newRow("length beyond the message")
            << bytes(kHeader + std::string(kRow).replace(5, 1, "\x7f"));
        QTest::newRow("data after the trailer") << bytes(kHeader + kTrailer + kRow);
    }
    void copyReader_brokenBinary_isCorrupt() {
        QFETCH(QByteArray, message);
        BytesSink sink;
        PgCopyReader reader(PgFormat::Binary, 2, sink);
        const auto taken = reader.take(asBytes({message.data(), static_cast<std::size_t>(message.size())}));
        QVERIFY(!taken);
        QCOMPARE(nameOf(taken.error().code), nameOf(ErrorCode::Corrupt));
    }

    void copyReader_withoutTrailer_isCorrupt() {
        BytesSink sink;
        PgCopyReader reader(PgFormat::Binary, 2, sink);
        QVERIFY(reader.take(asBytes(kHeader + kRow)));
        QCOMPARE(nameOf(reader.finish().error().code), nameOf(ErrorCode::Corrupt));
    }

    void copyReader_text_countsLinesAndWantsThemWhole() {
        BytesSink sink;
        PgCopyReader reader(PgFormat::Text, 1, sink);
        QVERIFY(reader.take(asBytes("a\\nb\n")));
        QVERIFY(reader.take(asBytes("c\nd\n")));
        QCOMPARE(reader.finish()->rows, std::uint64_t{3});
        PgCopyReader broken(PgFormat::Text, 1, sink);
        QVERIFY(!broken.take(asBytes("no end")));
    }

    void copyReader_bigMessages_passInOrder() {
        BytesSink sink;
        PgCopyReader reader(PgFormat::Text, 1, sink);
        std::string all;
        for (const std::size_t size : {10U, 300000U, 5U, 262143U, 1U, 700000U}) {
            const std::string line = std::string(size, static_cast<char>('a' + size % 26)) + "\n";
            all += line;
            QVERIFY(reader.take(asBytes(line)));
        }
        QVERIFY(reader.finish());
        QVERIFY(asText(sink.bytes) == all);
    }

    void copyReader_roomFilledToItsLastByte_goesOnWithTheCutRow_data() {
        QTest::addColumn<bool>("binary");
        QTest::newRow("binary") << true;
        QTest::newRow("text") << false;
    }

    void copyReader_roomFilledToItsLastByte_goesOnWithTheCutRow() {
        QFETCH(bool, binary);
        std::string stream = binary ? kHeader : std::string();
        PgRowHash hash;
        const std::vector<std::size_t> sizes{100, 600000, 3, 262144, 70000, 1, 2000000, 5};
        for (const std::size_t size : sizes) {
            std::string row(size, static_cast<char>('a' + size % 26));
            if (binary) {
                std::string framed("\0\1", 2);
                for (unsigned shift = 32; shift > 0; shift -= 8)
                    framed.push_back(static_cast<char>((size >> (shift - 8)) & 0xFFU));
                row = framed + row;
            } else {
                row += "\n";
            }
            hash.add(asBytes(row));
            stream += row;
        }
        stream += binary ? kTrailer : std::string();
        BytesSink sink;
        PgCopyReader reader(binary ? PgFormat::Binary : PgFormat::Text, 1, sink);
        // As a connection fills it: all of the room, wherever that cuts a row.
        for (std::size_t at = 0; at < stream.size();) {
            const auto room = reader.room();
            QVERIFY(room);
            QVERIFY(!room->empty());
            const std::size_t count = std::min(room->size(), stream.size() - at);
            std::memcpy(room->data(), stream.data() + at, count);
            QVERIFY(reader.took(count));
            at += count;
        }
        const auto report = reader.finish();
        QVERIFY(report);
        QCOMPARE(report->rows, static_cast<std::uint64_t>(sizes.size()));
        QCOMPARE(report->bytes, static_cast<std::uint64_t>(stream.size()));
        QCOMPARE(report->contentHash, hash.hex());
        QVERIFY(asText(sink.bytes) == stream);
    }

    void copyReader_roomFilledAndNoEnd_isCorrupt() {
        BytesSink sink;
        PgCopyReader reader(PgFormat::Text, 1, sink);
        const auto room = reader.room();
        QVERIFY(room);
        std::fill(room->begin(), room->end(), std::byte{'x'});
        QVERIFY(reader.took(room->size()));
        QCOMPARE(nameOf(reader.finish().error().code), nameOf(ErrorCode::Corrupt));
    }

    void rowHash_orderDoesNotMatter_butRowsAndTheirNumberDo() {
        const auto hash = [](const std::vector<std::string>& rows) {
            PgRowHash sum;
            for (const auto& row : rows)
                sum.add(asBytes(row));
            return sum.hex();
        };
        QCOMPARE(hash({"a", "b", "c"}), hash({"c", "a", "b"}));
        QVERIFY(hash({"a", "b"}) != hash({"a", "c"}));
        QVERIFY(hash({"a", "a"}) != hash({"b", "b"}));
        QVERIFY(hash({"a"}) != hash({"a", "a", "a"}));
        QCOMPARE(hash({}), std::string(32, '0'));
    }

    void rowHash_sums_addAndSubtract() {
        PgRowHash left;
        PgRowHash right;
        PgRowHash both;
        for (int i = 0; i < 100; ++i) {
            const std::string row = std::to_string(i);
            (i % 3 == 0 ? left : right).add(asBytes(row));
            both.add(asBytes(row));
        }
        PgRowHash sum;
        sum.add(left.hex());
        sum.add(right.hex());
        QCOMPARE(sum.hex(), both.hex());
        sum.subtract(left.hex());
        QCOMPARE(sum.hex(), right.hex());
        sum.subtract(right.hex());
        QCOMPARE(sum.hex(), std::string(32, '0'));
    }

    void schemaHasher_orderTimesAndSettings_doNotMatter() {
        const std::string a = entry("a", "CREATE TABLE a (n int);");
        const std::string b = entry("b", "CREATE TABLE b (n int);");
        const std::string head = "--\n-- PostgreSQL database dump\n--\n\n-- Dumped by pg_dump version "
                                 "17.1\n\\restrict abc\nSET x = 1;\n\n";
        const std::string tail = "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n";
        const auto hash = schemaHash(head + a + b + tail);
        QCOMPARE(schemaHash("-- Dumped by pg_dump version 17.9\n\\restrict xyz\n" + b + a + tail, 1000),
                 hash);
        QCOMPARE(schemaHash(a + "SET default_tablespace = fast;\n\n" + b, 1), hash);
        QVERIFY(schemaHash(head + a + tail) != hash);
        QVERIFY(schemaHash(head + a + entry("b", "CREATE TABLE b (n bigint);") + tail) != hash);
    }

    void dumpPatterns_plainNames_shareOne_othersAreQuoted() {
        const auto patterns = pgDumpPatterns("s", {"a", "b", "Big", "with \"quote", "c*"});
        QCOMPARE(patterns.size(), std::size_t{4});
        QCOMPARE(patterns.back(), std::string("\"s\".(a|b)"));
        QCOMPARE(patterns[0], std::string("\"s\".\"Big\""));
        QCOMPARE(patterns[1], std::string("\"s\".\"with \"\"quote\""));
        QCOMPARE(patterns[2], std::string("\"s\".\"c*\""));
    }

    void hiddenName_longNames_areCutBetweenCharacters() {
        QCOMPARE(pgHiddenName("metrics", "20261121t074000z"), std::string("metrics_salvor_20261121t074000z"));
        std::string umlauts;
        for (int i = 0; i < 31; ++i)
            umlauts += "ä"; // two bytes each
        const auto name = pgHiddenName(umlauts, "20261121t074000z");
        QVERIFY(name.size() <= 63);
        QVERIFY(name.ends_with("_salvor_20261121t074000z"));
        QVERIFY(QString::fromStdString(name).toStdString() == name);
    }

    void marker_roundTrip_keepsTheSourcesComment() {
        PgMarker marker;
        marker.backupId = "B-1";
        marker.runId = "run";
        marker.finalName = "final \"name\"\n2";
        marker.state = "unproven";
        marker.sourceComment = "first line\nsecond";
        const auto parsed = pgParseMarker(pgMarkerComment(marker));
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->backupId, marker.backupId);
        QCOMPARE(parsed->finalName, marker.finalName);
        QCOMPARE(parsed->state, marker.state);
        QCOMPARE(parsed->sourceComment, marker.sourceComment);
    }

    void toolHint_limitThatIsReached_isNamed_data() {
        QTest::addColumn<QString>("said");
        QTest::addColumn<QString>("named");
        QTest::newRow("role") << "FATAL:  too many connections for role \"app\"" << "CONNECTION LIMIT";
        QTest::newRow("database") << "FATAL:  too many connections for database \"shop\""
                                  << "CONNECTION LIMIT";
        QTest::newRow("server") << "FATAL:  sorry, too many clients already" << "max_connections";
        QTest::newRow("server, but for superusers")
            << "FATAL:  remaining connection slots are reserved for non-replication superuser connections"
            << "max_connections";
        QTest::newRow("locks") << "HINT:  You might need to increase max_locks_per_transaction."
                               << "max_locks_per_transaction";
        QTest::newRow("anything else") << "error: out of memory" << "the program's own";
    }
    void toolHint_limitThatIsReached_isNamed() {
        QFETCH(QString, said);
        QFETCH(QString, named);
        const std::string hint = pgToolHint(said.toStdString());
        QVERIFY2(hint.find(named.toStdString()) != std::string::npos, hint.c_str());
    }

    void marker_textOfAnyLanguage_isAscii() {
        PgMarker marker;
        marker.finalName = "gr\xC3\xB6\xC3\x9F"
                           "e \xF0\x9F\x90\x98";
        marker.unfilled = {"public.\"\xC3\xBC\"", "public.a"};
        marker.leftOff = {"one", "two"};
        const std::string comment = pgMarkerComment(marker);
        QVERIFY(std::ranges::all_of(comment, [](const char one) { return one > 0; }));
        const auto parsed = pgParseMarker(comment);
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->finalName, marker.finalName);
        QCOMPARE(parsed->unfilled, marker.unfilled);
        QCOMPARE(parsed->leftOff, marker.leftOff);
    }

    void marker_ofASwap_keepsTheOneBefore() {
        PgMarker former;
        former.backupId = "B-0";
        former.state = "swapped_in";
        former.writes = 17;
        PgMarker marker;
        marker.backupId = "B-1";
        marker.state = "swapped_out";
        marker.drill = true;
        marker.with = "shop";
        marker.was = "shop \"old\"";
        marker.at = "2026-11-21T07:40:00Z";
        marker.before = pgSplitMarker(pgMarkerComment(former)).first;
        marker.sourceComment = "two\nlines";
        const auto parsed = pgParseMarker(pgMarkerComment(marker));
        QVERIFY(parsed);
        QVERIFY(parsed->drill);
        QCOMPARE(parsed->with, marker.with);
        QCOMPARE(parsed->was, marker.was);
        QCOMPARE(parsed->at, marker.at);
        QCOMPARE(parsed->writes, std::int64_t{-1});
        const auto back = pgParseMarker(pgJoinMarker(parsed->before, parsed->sourceComment));
        QVERIFY(back);
        QCOMPARE(back->state, former.state);
        QCOMPARE(back->writes, former.writes);
        QCOMPARE(back->sourceComment, marker.sourceComment);
        QCOMPARE(pgJoinMarker({}, "two\nlines"), std::string("two\nlines"));
    }

    void suffixedName_longNames_areCutBetweenCharacters() {
        QCOMPARE(pgSuffixedName("shop", "_replaced_x"), std::string("shop_replaced_x"));
        std::string name;
        for (int i = 0; i < 40; ++i)
            name += "ü";
        const std::string cut = pgSuffixedName(name, "_replaced_20261121t074000z");
        QVERIFY(cut.size() <= 63);
        QVERIFY(QString::fromUtf8(cut.c_str()).endsWith(QStringLiteral("ü_replaced_20261121t074000z")));
        QVERIFY(!QString::fromUtf8(cut.c_str()).contains(QChar::ReplacementCharacter));
    }

    void marker_otherComments_areNone() {
        QVERIFY(!pgParseMarker(""));
        QVERIFY(!pgParseMarker("my database"));
        QVERIFY(!pgParseMarker("salvor-restored: nonsense"));
        QVERIFY(!pgParseMarker("salvor-restored: {}\nand a note after it"));
    }

    void planOptions_wrongValues_areNamed() {
        QVERIFY(PgPlanOptions::from({}));
        const auto format = PgPlanOptions::from({{QStringLiteral("format"), QStringLiteral("xml")}});
        QCOMPARE(nameOf(format.error().code), nameOf(ErrorCode::InvalidInput));
        QVERIFY(format.error().message.find("xml") != std::string::npos);
        QVERIFY(
            PgPlanOptions::from({{QStringLiteral("range_bytes"), 12}}).error().message.find("range_bytes") !=
            std::string::npos);
        QVERIFY(!PgPlanOptions::from({{QStringLiteral("lock_timeout_seconds"), QStringLiteral("soon")}}));
        QCOMPARE(PgPlanOptions::from({{QStringLiteral("range_bytes"), 16384}})->rangeBytes,
                 std::uint64_t{16384});
    }

    void planBackup_moreTablesThanLocks_isRefusedWithNumbers() {
        PgPlanInput input;
        input.locks.capacity = 100;
        for (int i = 0; i < 200; ++i) {
            PgRelation relation;
            relation.oid = static_cast<Oid>(20000 + i);
            relation.quoted = "public.t" + std::to_string(i);
            input.relations.push_back(relation);
        }
        const auto plan = pgPlanBackup(input, {});
        QVERIFY(!plan);
        QCOMPARE(nameOf(plan.error().code), nameOf(ErrorCode::Unsupported));
        QVERIFY(plan.error().message.find("200") != std::string::npos);
        QVERIFY(plan.error().hint.find("max_locks_per_transaction") != std::string::npos);
    }

    void planBackup_schema_isBegunBeforeTablesOfAnySize() {
        PgPlanInput input;
        input.locks.capacity = 100;
        PgRelation relation;
        relation.oid = 20000;
        relation.schema = "public";
        relation.name = "huge";
        relation.quoted = "public.huge";
        relation.blocks = 1'000'000;
        input.relations.push_back(relation);
        const auto plan = pgPlanBackup(input, {});
        QVERIFY2(plan, plan ? "" : plan.error().toText().c_str());
        const Phase& phase = plan->plan.phases.back();
        std::vector<std::string> first;
        for (std::size_t i = 0; i < phase.begunFirst; ++i)
            first.push_back(phase.items.at(i).id);
        QCOMPARE(first, (std::vector<std::string>{"schema", "globals", "sequences"}));
        QVERIFY(phase.items.size() > first.size());
    }

    void copyStatements_columnsAndRanges_areSpelled() {
        PgRelation relation;
        relation.quoted = "public.\"T\"";
        relation.columns = {{"a", 1, 23}, {"\"B\"", 3, 25}};
        QCOMPARE(pgCopyTo(relation, PgFormat::Binary, {}),
                 std::string("COPY public.\"T\" (a, \"B\") TO STDOUT (FORMAT binary)"));
        QCOMPARE(pgCopyTo(relation, PgFormat::Text, "WHERE a > 1"),
                 std::string("COPY (SELECT a, \"B\" FROM ONLY public.\"T\" WHERE a > 1) TO STDOUT"));
        QVERIFY(pgCopyToRange(relation, PgFormat::Text, 8, 16)
                    .find("ctid >= '(8,0)'::pg_catalog.tid AND ctid < '(16,0)'") != std::string::npos);
        QVERIFY(pgCopyToRange(relation, PgFormat::Text, 8, std::nullopt).find("<") == std::string::npos);
        QCOMPARE(pgCopyFrom("t", {}, PgFormat::Text, false), std::string("COPY t FROM STDIN"));
        relation.encoding = "EUC_JP";
        QVERIFY(pgCopyTo(relation, PgFormat::Text, {}).ends_with(" TO STDOUT (ENCODING 'EUC_JP')"));
        QVERIFY(pgCopyTo(relation, PgFormat::Binary, {}).ends_with(" TO STDOUT (FORMAT binary)"));
        QCOMPARE(pgCopyFrom("t", {}, PgFormat::Text, true, "EUC_JP"),
                 std::string("COPY t FROM STDIN (FREEZE, ENCODING 'EUC_JP')"));
        QCOMPARE(pgCopyEncoding("EUC_JP"), std::string("EUC_JP"));
        QCOMPARE(pgCopyEncoding("UTF8"), std::string());
        QCOMPARE(pgCopyEncoding("SQL_ASCII"), std::string());
        QCOMPARE(pgCopyFrom("t", {"a"}, PgFormat::Binary, true),
                 std::string("COPY t (a) FROM STDIN (FREEZE, FORMAT binary)"));
    }

    void toolMajor_versionLines_areRead() {
        std::string version;
        QCOMPARE(pgToolMajor("pg_dump (PostgreSQL) 17.5 (Debian 17.5-1)\n", &version), 17);
        QCOMPARE(version, std::string("17.5 (Debian 17.5-1)"));
        QCOMPARE(pgToolMajor("pg_dump (PostgreSQL) 18beta1\n", &version), 18);
        QCOMPARE(pgToolMajor("something else", nullptr), 0);
    }

    void toolsCommand_folderWithoutItsSlash_isAFolder() {
        QTemporaryDir folder;
        const std::string path = folder.path().toStdString();
        QFile program(folder.filePath(QStringLiteral("pg_dump")));
        QVERIFY(program.open(QIODevice::WriteOnly));
        QVERIFY(program.write("#!/bin/sh\necho 'pg_dump (PostgreSQL) 17.5'\n") > 0);
        program.close();
        QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        SystemProcessRunner processes;
        for (const std::string& word : {path, path + "/"}) {
            auto endpoint = std::make_shared<PgEndpoint>();
            endpoint->toolsCommand = {word};
            const auto tool = PgTools(processes, endpoint).find("pg_dump", 17, {});
            QVERIFY2(tool, tool ? "" : tool.error().toText().c_str());
            QCOMPARE(tool->command, std::vector<std::string>{path + "/pg_dump"});
        }
        QVERIFY(pgNamesFolder({"/lib64/ld-linux-x86-64.so.2", path}));
        QVERIFY(!pgNamesFolder({"chroot", path})); // that is where the program runs
        QVERIFY(!pgNamesFolder({path + "/pg_dump"}));
        QVERIFY(!pgNamesFolder({"docker"}));
        QVERIFY(!pgNamesFolder({}));
    }
};

QTEST_GUILESS_MAIN(TestPgUnits)
#include "test_pgunits.moc"
