// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Extensions that a server makes in one database only, as pg_cron: said before a restore, and left out of it.
#include "engines/postgresql/pgextensionparts.h"
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
            "SELECT pg_catalog.pg_extension_config_dump('tied.jobid_seq', '');\n";
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
            QCOMPARE(left[QStringLiteral("reason")].toString().contains(u"can only create extension"),
                     !byName);
            const auto named = trip.finish[QStringLiteral("left_out")].toArray();
            QVERIFY(named.contains(QString::fromStdString("extension " + extension.name())));
        }
    }
};

QTEST_GUILESS_MAIN(TestPgExtensionParts)
#include "test_pgextensionparts.moc"
