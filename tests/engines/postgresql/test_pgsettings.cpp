// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the source computes with, and in which encoding it keeps its text: both must be the same behind a
// restore, whatever the environment of whoever starts it says.
#include "models/base/json.h"

#include "roundtrip.h"

#include <QJsonArray>
#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr const char* kEucJp = "ENCODING 'EUC_JP' LOCALE 'C'";

// Letters that EUC_JP has twice, both of them under one key, and one that UTF-8 has not at all.
constexpr const char* kTwice = R"sql(
CREATE TABLE letter (a text UNIQUE, n int);
INSERT INTO letter VALUES (E'\xad\xfc', 1), (E'\xa2\xc0', 2), (E'\x8f\xa2\xf1', 3), (E'\xad\xe2', 4), (E'\xa9\xa1', 5);
CREATE DOMAIN word AS varchar(20);
CREATE TYPE size AS ENUM ('small', E'\xad\xf5');
CREATE TABLE carrier (a char(5), b text[], c word, d jsonb, e size, f name, g "char");
INSERT INTO carrier SELECT a, ARRAY[a, a], a, to_jsonb(a), E'\xad\xf5', a, 'x' FROM letter;
CREATE TABLE number (n int, at timestamptz, list numeric[], raw bytea);
INSERT INTO number VALUES (1, now(), '{1,2.5}', '\xadfc');
CREATE TABLE big (n int, a text);
INSERT INTO big SELECT n, E'\xad\xfc' || repeat('x', 100) FROM generate_series(1, 20000) n;
CREATE TABLE part (k text, n int) PARTITION BY LIST (k);
CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (E'\xad\xfc');
CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (E'\xa2\xc0');
INSERT INTO part VALUES (E'\xad\xfc', 1), (E'\xa2\xc0', 2);
)sql";

std::string bytesOf(LabConnection& connection, const std::string& table, const std::string& encoding) {
    return connection.value("SELECT string_agg(encode(convert_to(t::text, '" + encoding +
                            "'), 'hex'), ' ' ORDER BY convert_to(t::text, '" + encoding + "')) FROM " +
                            table + " t");
}

QString leftOff(const RoundTrip& trip) {
    QString out;
    for (const auto& value : trip.revealed[QStringLiteral("left_off")].toArray())
        out += value.toString() + u'\n';
    return out;
}

/// The index of a table is asked where a scan of it would say the same whatever the index holds.
std::string byIndex(LabConnection& connection, const std::string& sql) {
    connection.run("SET enable_seqscan = off");
    const std::string answer = connection.value(sql);
    connection.run("RESET enable_seqscan");
    return answer;
}

} // namespace

class TestPgSettings : public QObject {
    Q_OBJECT

private slots:
    void whole_lettersThatUtf8HasOnce_stayWhatTheyAre_data() {
        QTest::addColumn<QString>("serverName");
        QTest::addColumn<bool>("inRanges");
        for (const char* server : {"pg-plain", "pg17"}) {
            QTest::newRow(server) << QString::fromLatin1(server) << false;
            QTest::newRow(qPrintable(QLatin1String(server) + QStringLiteral(", in ranges")))
                << QString::fromLatin1(server) << true;
        }
    }
    void whole_lettersThatUtf8HasOnce_stayWhatTheyAre() {
        QFETCH(QString, serverName);
        QFETCH(bool, inRanges);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        RoundTrip trip(server, LabDatabase::TimescaleDb::No, kEucJp);
        trip.source.run(kTwice);
        if (inRanges)
            trip.options.insert(QStringLiteral("range_bytes"), 65536);
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        for (const char* table : {"letter", "carrier", "big", "part_1", "part_2"}) {
            const std::string expected = bytesOf(trip.source.connection(), table, "EUC_JP");
            QVERIFY(expected.size() > 4);
            QCOMPARE(bytesOf(restored, table, "EUC_JP"), expected);
        }
        QCOMPARE(restored.value("SELECT raw::text FROM number"), std::string("\\xadfc"));
        const Item* letters = trip.backup.find("table:public.letter");
        QVERIFY(letters != nullptr);
        QCOMPARE(letters->details[QStringLiteral("encoding")].toString(), QStringLiteral("EUC_JP"));
        QVERIFY(letters->details[QStringLiteral("restore_sql")].toString().contains(
            QStringLiteral("ENCODING 'EUC_JP'")));
        // Nothing in it has an encoding: binary, as ever.
        const Item* numbers = trip.backup.find("table:public.number");
        QVERIFY(numbers != nullptr);
        QCOMPARE(numbers->details[QStringLiteral("format")].toString(), QStringLiteral("binary"));
        QVERIFY(!numbers->details.contains(QStringLiteral("encoding")));
    }

    /// The proof reads what stands there, and not what UTF-8 makes of it.
    void prove_letterThatIsTheSameInUtf8_isNotEqual() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server, LabDatabase::TimescaleDb::No, kEucJp);
        trip.source.run("CREATE TABLE letter (a text, n int); INSERT INTO letter VALUES (E'\\xad\\xfc', 1)");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection(server, trip.finalName()).run("UPDATE letter SET a = E'\\xa2\\xc0'");
        const auto differences = trip.prove(trip.finalName());
        QVERIFY2(differences, why(differences));
        QCOMPARE(*differences, std::vector<std::string>{"table:public.letter"});
    }

    void prepareBackup_namesThatUtf8Changes_areRefused() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        for (const std::string made : {"CREATE SEQUENCE \"", "CREATE TABLE t (n int, \""}) {
            RoundTrip trip(server, LabDatabase::TimescaleDb::No, kEucJp);
            trip.source.run("SET client_encoding = 'EUC_JP'");
            trip.source.run(made + "so\xad\xfc\"" + (made.ends_with("(n int, \"") ? " int)" : ""));
            const auto saved = trip.backUp();
            QVERIFY(!saved);
            QCOMPARE(nameOf(saved.error().code), nameOf(ErrorCode::Unsupported));
            QVERIFY2(saved.error().message.find("so\xe2\x88\xaa") != std::string::npos, why(saved));
        }
    }

    void whole_bytesThatAreNoLetters_areSavedAndComeBack_data() {
        QTest::addColumn<QString>("encoding");
        for (const char* encoding : {"WIN1252", "WIN1250", "WIN1251", "WIN1258", "WIN874", "LATIN1"})
            QTest::newRow(encoding) << QString::fromLatin1(encoding);
    }
    void whole_bytesThatAreNoLetters_areSavedAndComeBack() {
        QFETCH(QString, encoding);
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server, LabDatabase::TimescaleDb::No,
                       "ENCODING '" + encoding.toStdString() + "' LOCALE 'C'");
        std::string all;
        for (int byte = 0x80; byte <= 0xFF; ++byte)
            all += "\\x" + QByteArray::number(byte, 16).toStdString();
        trip.source.run("CREATE TABLE t (a text, b varchar[]); INSERT INTO t VALUES (E'" + all +
                        "', ARRAY[E'" + all + "'])");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        const std::string expected = bytesOf(trip.source.connection(), "t", encoding.toStdString());
        QVERIFY(expected.find("8081828384") != std::string::npos);
        QCOMPARE(bytesOf(restored, "t", encoding.toStdString()), expected);
    }

    /// Backups of former versions hold UTF-8, and say nothing.
    void restore_backupWithoutTheMark_isReadAsUtf8() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server, LabDatabase::TimescaleDb::No, "ENCODING 'LATIN1' LOCALE 'C'");
        trip.source.run("CREATE TABLE t (a text, n int); INSERT INTO t VALUES (E'caf\\xe9', 1)");
        const auto saved = trip.backUp();
        QVERIFY2(saved, why(saved));
        const std::string id = "table:public.t";
        for (auto& phase : trip.backup.contents.plan.phases) {
            for (auto& item : phase.items) {
                if (item.id == id)
                    item.details.remove(QStringLiteral("encoding"));
            }
        }
        const std::string former = "caf\xc3\xa9\t1\n";
        const auto view = asBytes(former);
        trip.backup.bytes.at(id) = Bytes(view.begin(), view.end());
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        LabConnection connection(server, trip.hiddenName());
        QCOMPARE(connection.value("SELECT encode(convert_to(a, 'LATIN1'), 'hex') FROM t"),
                 std::string("636166e9"));
    }

    /// The configuration comes with the schema: what is computed behind that is computed with it.
    void whole_textSearchOfTheDatabasesOwn_isComputedWith_data() {
        QTest::addColumn<QString>("serverName");
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QString>("path");
        for (const char* server : {"pg-plain", "pg17"}) {
            const QString name = QString::fromLatin1(server);
            QTest::newRow(qPrintable(name)) << name << "public.shop" << "";
            QTest::newRow(qPrintable(name + QStringLiteral(", by its bare name"))) << name << "shop" << "";
            QTest::newRow(qPrintable(name + QStringLiteral(", in a schema of its own")))
                << name << "\"The shop\"" << "app, \"B c\"";
        }
    }
    void whole_textSearchOfTheDatabasesOwn_isComputedWith() {
        QFETCH(QString, serverName);
        QFETCH(QString, setting);
        QFETCH(QString, path);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        RoundTrip trip(server);
        const std::string alter = "ALTER DATABASE " + quoteIdentifier(trip.source.name()) + " SET ";
        trip.source.run("CREATE SCHEMA app; CREATE SCHEMA \"B c\";"
                        "CREATE TEXT SEARCH CONFIGURATION public.shop (COPY = simple);"
                        "CREATE TEXT SEARCH CONFIGURATION \"B c\".\"The shop\" (COPY = simple)");
        if (!path.isEmpty())
            trip.source.run(alter + "search_path = " + path.toStdString());
        trip.source.run(alter + "default_text_search_config = '" + setting.toStdString() + "'");
        LabConnection maker(server, trip.source.name());
        maker.run("SET search_path = public");
        maker.run(
            "CREATE FUNCTION words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS "
            "'SELECT pg_catalog.to_tsvector($1)';"
            "CREATE TABLE note (body text, kept tsvector GENERATED ALWAYS AS (public.words(body)) STORED);"
            "INSERT INTO note (body) VALUES ('the running of it');"
            "CREATE INDEX by_words ON note USING gin (public.words(body));"
            "CREATE MATERIALIZED VIEW search AS SELECT to_tsvector(body) AS v FROM note");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        LabConnection source(server, trip.source.name());
        for (const char* sql : {"SELECT v::text FROM public.search", "SELECT kept::text FROM public.note",
                                "SELECT current_setting('default_text_search_config')"}) {
            const std::string expected = source.value(sql);
            QVERIFY(!expected.empty());
            QCOMPARE(restored.value(sql), expected);
        }
        const char* found =
            "SELECT count(*) FROM public.note WHERE public.words(body) @@ pg_catalog.to_tsquery('running')";
        QCOMPARE(byIndex(source, found), std::string("1"));
        QCOMPARE(byIndex(restored, found), std::string("1"));
        QVERIFY2(!leftOff(trip).contains(QStringLiteral("default_text_search_config")),
                 qPrintable(leftOff(trip)));
    }

    void whole_settingThatTheDatabaseDoesNotTake_isTold() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (n int); INSERT INTO t VALUES (1); ALTER DATABASE " +
                        quoteIdentifier(trip.source.name()) +
                        " SET default_text_search_config = 'public.gone'");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(leftOff(trip).count(QStringLiteral("default_text_search_config = public.gone, which the "
                                                    "restored database does not take")),
                 1);
    }

    /// Fixed while rows are written, as rows are read in by them; not for the queries of views.
    void whole_formsOfTheDatabase_areInForceForMaterializedViews() {
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server);
            const std::string alter = "ALTER DATABASE " + quoteIdentifier(trip.source.name()) + " SET ";
            trip.source.run(alter + "IntervalStyle = 'iso_8601'; " + alter + "quote_all_identifiers = on; " +
                            alter + "xmloption = 'document'");
            LabConnection maker(server, trip.source.name());
            maker.run("CREATE TABLE t (span interval); INSERT INTO t VALUES ('-1 month +2 days -3 hours');"
                      "CREATE MATERIALIZED VIEW told AS SELECT span::text, quote_ident('abc'), "
                      "current_setting('xmloption') AS option FROM t");
            const auto problem = trip.whole();
            QVERIFY2(problem.empty(), problem.c_str());
            LabConnection restored(server, trip.finalName());
            LabConnection source(server, trip.source.name());
            for (const char* sql : {"SELECT told::text FROM told", "SELECT span::text FROM t"})
                QCOMPARE(restored.value(sql), source.value(sql));
            QVERIFY(source.value("SELECT told::text FROM told").starts_with("(P-1M2DT-3H,"));
        }
    }

    /// On a server on which nobody has them.
    void whole_parametersOfAllRoles_areInForceInTheRestore() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        RoundTrip trip(own->server());
        const std::string alter = "ALTER DATABASE " + quoteIdentifier(trip.source.name()) + " SET ";
        trip.source.run(
            "ALTER ROLE ALL SET a3x.tenant = 'north \\ one'; ALTER ROLE ALL SET a3x.twice = 'of all'; " +
            alter + "a3x.twice = 'of this one'");
        LabConnection maker(own->server(), trip.source.name());
        maker.run(
            "CREATE TABLE t (n int CHECK (current_setting('a3x.tenant') <> '')); INSERT INTO t VALUES (1);"
            "CREATE MATERIALIZED VIEW told AS SELECT current_setting('a3x.tenant') AS tenant, "
            "current_setting('a3x.twice') AS \"both\" FROM t");
        const auto saved = trip.backUp();
        QVERIFY2(saved, why(saved));
        trip.source.run("ALTER ROLE ALL RESET a3x.tenant; ALTER ROLE ALL RESET a3x.twice");
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        LabConnection connection(own->server(), trip.hiddenName());
        QCOMPARE(connection.value("SELECT tenant || ', ' || \"both\" FROM told"),
                 std::string("north \\ one, of this one"));
    }

    /// What a connection needs comes from the profile, and what is saved from the server.
    void prepareBackup_variablesOfLibpq_changeNothing() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (at timestamptz); INSERT INTO t VALUES ('2026-01-01 12:00+00')");
        const auto before = trip.backUp();
        QVERIFY2(before, why(before));
        const QJsonObject expected = trip.backup.contents.plan.server[QStringLiteral("session")].toObject();
        const std::vector<std::pair<const char*, const char*>> variables{
            {"PGOPTIONS", "-c timezone=Asia/Tokyo -c datestyle=German"},
            {"PGTZ", "Asia/Tokyo"},
            {"PGDATESTYLE", "German"},
            {"PGGEQO", "off"},
            {"PGHOSTADDR", "203.0.113.1"},
            {"PGSERVICE", "elsewhere"},
            {"PGCLIENTENCODING", "LATIN1"},
            {"PGTARGETSESSIONATTRS", "standby"},
            {"PGPASSWORD", "another"},
            {"PGSSLCERT", "/nonexistent"}};
        for (const auto& [name, value] : variables)
            qputenv(name, value);
        const PostgresqlEngine forgets(trip.processes); // as a program makes it when it begins
        std::string left;
        for (const auto& [name, value] : variables) {
            left += qEnvironmentVariableIsSet(name) ? std::string(name) + " " : std::string();
            qunsetenv(name); // whatever comes of it: others connect as well
        }
        QCOMPARE(left, std::string());
        const auto after = trip.backUp();
        QVERIFY2(after, why(after));
        QCOMPARE(trip.backup.contents.plan.server[QStringLiteral("session")].toObject(), expected);
    }
};

QTEST_GUILESS_MAIN(TestPgSettings)
#include "test_pgsettings.moc"
