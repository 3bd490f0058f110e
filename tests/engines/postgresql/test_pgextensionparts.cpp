// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Extensions that a server makes in one database only, as pg_cron: said before a restore, and left out of it.
#include "engines/postgresql/pgextensionparts.h"
#include "engines/postgresql/pgomitter.h"
#include "engines/postgresql/pgproofscope.h"

#include "roundtrip.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <unistd.h>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

/// An extension of our own beside the server's, which is made in one database and refuses every other one.
class TiedExtension {
public:
    TiedExtension(const LabServer& server, const std::string& database)
        : m_name("salvor_tied_" + std::to_string(::getpid())) {
        LabConnection admin(server, "postgres");
        m_folder.setPath(QString::fromStdString(
            admin.value("SELECT setting || '/extension' FROM pg_config WHERE name = 'SHAREDIR'")));
        const QByteArray script =
            QByteArray("DO $$ BEGIN IF current_database() <> '") + QByteArray::fromStdString(database) +
            "' THEN RAISE EXCEPTION 'can only create extension in database %', '" +
            QByteArray::fromStdString(database) +
            "'; END IF; END $$;\n"
            "CREATE SCHEMA tied; CREATE SEQUENCE tied.jobid_seq;\n"
            "CREATE TABLE tied.job (id bigint PRIMARY KEY DEFAULT nextval('tied.jobid_seq'), command text);\n"
            "SELECT pg_catalog.pg_extension_config_dump('tied.job', '');\n"
            "SELECT pg_catalog.pg_extension_config_dump('tied.jobid_seq', '');\n"
            // What no row of a backup is of.
            "CREATE TABLE tied.cache (id int); CREATE SEQUENCE tied.cache_seq;\n"
            "CREATE VIEW tied.soon AS SELECT command FROM tied.job; CREATE TYPE tied.pair AS (a int, b "
            "int);\n";
        m_there = write(".control", "comment = 'tied'\ndefault_version = '1.0'\nrelocatable = false\n"
                                    "schema = pg_catalog\n") &&
                  write("--1.0.sql", script);
    }
    ~TiedExtension() {
        for (const char* end : {".control", "--1.0.sql"})
            QFile::remove(path(end));
    }
    TiedExtension(const TiedExtension&) = delete;
    TiedExtension& operator=(const TiedExtension&) = delete;

    bool isThere() const { return m_there; }
    const std::string& name() const { return m_name; }

private:
    QString path(const char* end) const { return m_folder.filePath(QString::fromStdString(m_name + end)); }
    bool write(const char* end, const QByteArray& text) const {
        QFile file(path(end));
        return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() &&
               file.setPermissions(file.permissions() | QFile::ReadGroup | QFile::ReadOther);
    }

    std::string m_name;
    QDir m_folder;
    bool m_there = false;
};

std::string contentOf(const std::string& extension) {
    return "CREATE EXTENSION " + extension +
           "; INSERT INTO tied.job (command) VALUES ('VACUUM'), ('ANALYZE');"
           "CREATE VIEW jobs AS SELECT * FROM tied.job; COMMENT ON VIEW jobs IS 'what runs at night';"
           "GRANT SELECT ON jobs TO PUBLIC; GRANT USAGE ON SCHEMA tied TO PUBLIC;"
           "GRANT SELECT ON tied.job TO PUBLIC;"
           "CREATE TABLE orders (id serial PRIMARY KEY, amount int);"
           "INSERT INTO orders (amount) SELECT generate_series(1, 100); GRANT SELECT ON orders TO PUBLIC";
}

QJsonObject leavingOut(const std::string& extension) {
    return {{QStringLiteral("leave_out"),
             QJsonArray{QJsonObject{{QStringLiteral("kind"), QStringLiteral("extension")},
                                    {QStringLiteral("name"), QString::fromStdString(extension)}}}}};
}

std::vector<PgArchiveEntry> shop() {
    return {{1, false, "EXTENSION", "", "pg_cron", "CREATE EXTENSION pg_cron;\n", "", {}},
            {2, false, "COMMENT", "", "EXTENSION pg_cron", "COMMENT ON EXTENSION …;\n", "", {1}},
            {3, false, "VIEW", "shop", "jobs", "CREATE VIEW shop.jobs;\n", "", {1}},
            {4, false, "ACL", "shop", "TABLE jobs", "GRANT …;\n", "", {3}},
            {5, false, "EXTENSION", "", "documents", "CREATE EXTENSION documents;\n", "", {1}},
            {6, false, "TABLE", "shop", "orders", "CREATE TABLE …", "", {}}};
}

/// The archive of a database with two extensions, each with a view that needs it.
std::vector<PgArchiveEntry> twoExtensions() {
    return {{1, false, "EXTENSION", "", "pg_cron", "CREATE EXTENSION pg_cron;\n", "", {}},
            {2, false, "EXTENSION", "", "queue", "CREATE EXTENSION queue;\n", "", {}},
            {3, false, "VIEW", "shop", "jobs", "CREATE VIEW shop.jobs;\n", "", {1}},
            {4, false, "VIEW", "shop", "waiting", "CREATE VIEW shop.waiting;\n", "", {2}},
            {5, false, "SEQUENCE", "shop", "My seq", "CREATE SEQUENCE …;\n", "", {}}};
}

QJsonObject serverOf(const QJsonArray& extensions) { return {{QStringLiteral("extensions"), extensions}}; }

} // namespace

class TestPgExtensionParts : public QObject {
    Q_OBJECT

private slots:
    void parts_ofAnExtension_areAllThatNeedIt() {
        const auto parts = pgExtensionParts(shop(), "pg_cron");
        QCOMPARE(parts.ids, (std::set<int>{1, 2, 3, 4, 5}));
        QCOMPARE(parts.extensions, (std::set<std::string>{"pg_cron", "documents"}));
        QCOMPARE(parts.views, (std::vector<PgTableName>{{"shop", "jobs"}}));
        QVERIFY(parts.needed.empty());
        QVERIFY(!pgCannotLeaveOut({shop()}, "pg_cron"));
        QVERIFY(pgExtensionParts(shop(), "hstore").ids.empty());
    }

    void parts_tableNeedsTheExtension_cannotBeLeftOut() {
        auto entries = shop();
        entries[5].needs = {5};
        const auto problem = pgCannotLeaveOut({entries}, "pg_cron");
        QVERIFY(problem.has_value());
        QVERIFY2(problem->message.find("TABLE shop.orders needs it") != std::string::npos,
                 problem->message.c_str());
        QVERIFY(pgCannotLeaveOut({shop()}, "timescaledb").has_value());
    }

    void relations_ofTheFacts_sayWhoseTheyAre() {
        const QJsonObject cron{{QStringLiteral("name"), QStringLiteral("pg_cron")},
                               {QStringLiteral("relations"), QJsonArray{QStringLiteral("cron.job")}}};
        const QJsonObject old{{QStringLiteral("name"), QStringLiteral("queue")}};
        const auto whose = pgRelationsOfExtensions(serverOf({cron}));
        QVERIFY(whose.has_value());
        QCOMPARE(*whose, (std::map<std::string, std::string>{{"cron.job", "pg_cron"}}));
        QVERIFY(!pgRelationsOfExtensions(serverOf({cron, old})).has_value());
    }

    void omitter_severalExtensions_eachHasItsOwn() {
        PgOmitter omitter({});
        QCOMPARE(omitter.extensionOf("cron.jobid_seq"), std::string());
        for (const char* name : {"queue", "pg_cron"})
            QVERIFY(omitter.leaveExtensionOut(name, {twoExtensions()}, "refused"));
        for (int twice = 0; twice < 2; ++twice) {
            omitter.lacks("pg_cron", "cron.job", "2 rows of cron.job");
            omitter.lacks("queue", "queue.item");
            omitter.lacks("hstore", "public.mine", "1 row of public.mine");
        }
        const auto left = omitter.omissions();
        QCOMPARE(left.size(), std::size_t{2});
        QCOMPARE(left[0].name, std::string("queue"));
        QCOMPARE(left[0].carriers, (std::vector<PgTableName>{{"shop", "waiting"}, {"queue", "item"}}));
        QVERIFY(left[0].lost.empty());
        QCOMPARE(left[1].carriers, (std::vector<PgTableName>{{"shop", "jobs"}, {"cron", "job"}}));
        QCOMPARE(left[1].lost, std::vector<std::string>{"2 rows of cron.job"});
        // Backups that do not say whose a sequence is.
        QCOMPARE(omitter.extensionOf("cron.jobid_seq"), std::string("pg_cron"));
        QCOMPARE(omitter.extensionOf("queue.item_id_seq"), std::string("queue"));
        QCOMPARE(omitter.extensionOf("shop.\"My seq\""), std::string());
    }

    void sentence_ofAnExtension_saysWhereToMakeItAndWhatIsLost() {
        PgOmission one;
        one.kind = PgOmission::Kind::Extension;
        one.name = "pg_cron";
        one.asked = true;
        one.entries = {"EXTENSION pg_cron", "VIEW shop.jobs"};
        one.lost = {"2 rows of cron.job", "the value of the sequence cron.jobid_seq"};
        one.sql = "CREATE EXTENSION pg_cron;\n\n\nCREATE VIEW shop.jobs AS\n SELECT 1;\n\n\n";
        QCOMPARE(
            pgOmissionSentence(one, "Shop"),
            std::string("The extension pg_cron is left out, and so is what only the backup has of it (2 "
                        "rows of cron.job, the value of the sequence cron.jobid_seq), and what needs "
                        "it: VIEW shop.jobs, as was asked. To make it, connect to the database "
                        "\"Shop\", which a parameter of the extension may have to name first (as "
                        "cron.database_name), and run: CREATE EXTENSION pg_cron;   CREATE VIEW shop.jobs "
                        "AS  SELECT 1;"));
        const auto report = pgOmissionsToReport({one}, "Shop").first();
        QCOMPARE(report[QStringLiteral("database")].toString(), QStringLiteral("Shop"));
        QCOMPARE(report[QStringLiteral("lost")].toArray().size(), qsizetype{2});
        QCOMPARE(report[QStringLiteral("sql")].toString().toStdString(), one.sql);
        QCOMPARE(pgOmissionsFromMarker(pgOmissionsToMarker({one})).front().lost, one.lost);
    }

    void sentence_sqlThatNeedsItsLines_isNotPutOnOne_data() {
        QTest::addColumn<QString>("second");
        QTest::newRow("comment") << "CREATE VIEW v AS\n SELECT 1 -- one\n;\n";
        QTest::newRow("body") << "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $_$\nSELECT 1\n$_$;\n";
        QTest::newRow("text") << "COMMENT ON VIEW v IS 'a\nb';\n";
    }
    void sentence_sqlThatNeedsItsLines_isNotPutOnOne() {
        QFETCH(QString, second);
        PgOmission one;
        one.kind = PgOmission::Kind::Extension;
        one.name = "pg_cron";
        one.sql = "CREATE EXTENSION pg_cron;\n" + second.toStdString();
        const std::string said = pgOmissionSentence(one, "shop");
        QVERIFY2(said.ends_with("and run: CREATE EXTENSION pg_cron; The rest of the SQL, which needs its "
                                "lines, is in the record of the run (left_out)."),
                 said.c_str());
        one.sql = "ALTER TABLE t ADD CHECK (code !~ '--');\n"; // is on one as it is
        QVERIFY2(pgOmissionSentence(one).ends_with("To make it: ALTER TABLE t ADD CHECK (code !~ '--');"),
                 pgOmissionSentence(one).c_str());
        one.sql = second.toStdString();
        QVERIFY2(pgOmissionSentence(one).ends_with(
                     " To make it: the SQL, which needs its lines, is in the record of the run (left_out)."),
                 pgOmissionSentence(one).c_str());
    }

    void sequences_ofAnExtensionThatWasLeftOut_areNotExpected() {
        PgOmission one;
        one.kind = PgOmission::Kind::Extension;
        one.name = "pg_cron";
        one.carriers = {{"cron", "jobid_seq"}};
        const std::string mine = "{\"sequence\":\"shop.orders_id_seq\"}\n";
        QCOMPARE(pgSequencesWithout(mine + "{\"sequence\":\"cron.jobid_seq\"}\n", {one}), mine);
        QCOMPARE(pgSequencesWithout(mine, {}), mine);
        QCOMPARE(pgWithoutExtensions({QStringLiteral("S cron.jobid_seq"), QStringLiteral("r cron.x")}, {one}),
                 QJsonArray{QStringLiteral("r cron.x")});
    }

    void restore_extensionOfOneDatabase_isRefusedBeforeAnythingIsMade() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const TiedExtension extension(server, trip.source.name());
        if (!extension.isThere())
            QSKIP("the server's folder of extensions cannot be written by this user");
        trip.source.run(contentOf(extension.name()));
        const auto saved = trip.backUp();
        QVERIFY2(saved, why(saved));
        const auto restored = trip.restore();
        QVERIFY(!restored);
        QCOMPARE(nameOf(restored.error().code), nameOf(ErrorCode::Unsupported));
        QVERIFY2(restored.error().message.find("can only create extension in database") != std::string::npos,
                 why(restored));
        QVERIFY2(restored.error().hint.find("--leave-out extension " + extension.name()) != std::string::npos,
                 why(restored));
        // Nothing was left where it was tried.
        LabConnection admin(server, "postgres");
        QCOMPARE(admin.value("SELECT count(*) FROM pg_extension WHERE extname LIKE 'salvor_tied%'"),
                 std::string("0"));
    }

    void restore_extensionLeftOut_isProvedButForIt() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        for (const bool byName : {true, false}) {
            RoundTrip trip(server);
            const TiedExtension extension(server, trip.source.name());
            if (!extension.isThere())
                QSKIP("the server's folder of extensions cannot be written by this user");
            trip.source.run(contentOf(extension.name()));
            trip.restoreOptions =
                byName ? leavingOut(extension.name()) : QJsonObject{{QStringLiteral("keep_going"), true}};
            const auto problem = trip.whole();
            QVERIFY2(problem.empty(), problem.c_str());
            LabConnection restored(server, trip.finalName());
            QCOMPARE(restored.value("SELECT sum(amount) FROM orders"), std::string("5050"));
            QCOMPARE(restored.value("SELECT last_value FROM orders_id_seq"), std::string("100"));
            QCOMPARE(restored.value("SELECT count(*) FROM pg_class WHERE relname = 'jobs'"),
                     std::string("0"));
            QVERIFY(
                restored.value("SELECT relacl::text FROM pg_class WHERE relname = 'orders'").find("=r/") !=
                std::string::npos);
            QJsonObject left;
            for (const auto& value : trip.revealed[QStringLiteral("left_out")].toArray()) {
                if (value[QStringLiteral("kind")].toString() == u"extension")
                    left = value.toObject();
            }
            QCOMPARE(left[QStringLiteral("name")].toString().toStdString(), extension.name());
            QCOMPARE(left[QStringLiteral("asked")].toBool(), byName);
            QVERIFY(left[QStringLiteral("sql")].toString().contains(u"CREATE VIEW public.jobs"));
            QCOMPARE(left[QStringLiteral("database")].toString().toStdString(), trip.finalName());
            QCOMPARE(left[QStringLiteral("lost")].toArray(),
                     (QJsonArray{QStringLiteral("2 rows of tied.job"),
                                 QStringLiteral("the value of the sequence tied.jobid_seq")}));
            bool isSaid = false;
            for (const auto& value : trip.revealed[QStringLiteral("left_off")].toArray())
                isSaid = isSaid || (value.toString().contains(u"2 rows of tied.job") &&
                                    value.toString().contains(QString::fromStdString(
                                        "connect to the database " + trip.finalName())) &&
                                    value.toString().contains(QString::fromStdString(extension.name())));
            QVERIFY(isSaid);
            QCOMPARE(left[QStringLiteral("reason")].toString().contains(u"can only create extension"),
                     !byName);
            const auto named = trip.finish[QStringLiteral("left_out")].toArray();
            QVERIFY(named.contains(QString::fromStdString("extension " + extension.name())));
        }
    }

    void restore_extensionLeftOut_sequenceOfNobodyIsAnError() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const TiedExtension extension(server, trip.source.name());
        if (!extension.isThere())
            QSKIP("the server's folder of extensions cannot be written by this user");
        trip.source.run(contentOf(extension.name()));
        const auto saved = trip.backUp();
        QVERIFY2(saved, why(saved));
        const std::string_view line =
            "{\"sequence\":\"public.nowhere\",\"last_value\":\"1\",\"is_called\":true}\n";
        auto& bytes = trip.backup.bytes.at("sequences");
        const auto view = asBytes(line);
        bytes.insert(bytes.end(), view.begin(), view.end());
        trip.restoreOptions = leavingOut(extension.name());
        const auto restored = trip.restore();
        QVERIFY(!restored);
        QVERIFY2(restored.error().message.find("public.nowhere") != std::string::npos, why(restored));
    }

    void restore_olderBackupThatSaysNotWhose_leavesTheSequencesOut() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const TiedExtension extension(server, trip.source.name());
        if (!extension.isThere())
            QSKIP("the server's folder of extensions cannot be written by this user");
        trip.source.run(contentOf(extension.name()));
        const auto saved = trip.backUp();
        QVERIFY2(saved, why(saved));
        auto& facts = trip.backup.contents.plan.server;
        QJsonArray extensions;
        for (const auto& value : facts[QStringLiteral("extensions")].toArray()) {
            auto object = value.toObject();
            QVERIFY(object.contains(QLatin1String("relations")));
            object.remove(QLatin1String("relations"));
            extensions.append(object);
        }
        facts.insert(QStringLiteral("extensions"), extensions);
        trip.restoreOptions = leavingOut(extension.name());
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        LabConnection hidden(server, trip.target->name());
        QCOMPARE(hidden.value("SELECT last_value FROM orders_id_seq"), std::string("100"));
    }
};

QTEST_GUILESS_MAIN(TestPgExtensionParts)
#include "test_pgextensionparts.moc"
