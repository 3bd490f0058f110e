// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The lab itself: what lab.json promises is what the servers do.
#include "support/lab.h"

#include <QFileInfo>
#include <QProcess>
#include <QScopeGuard>
#include <QTest>

#include <csignal>
#include <stdexcept>

using namespace salvor::test;

class TestLab : public QObject {
    Q_OBJECT

private slots:
    void server_byEachName_answersWithItsVersion_data();
    void server_byEachName_answersWithItsVersion();
    void timescale_extensionCreated_makesHypertable();
    void connection_verifyFull_acceptsTheLabsAuthorityOnly();
    void connection_wrongPassword_isRefused();
    void tools_pgDumpOfTheServersVersion_starts_data();
    void tools_pgDumpOfTheServersVersion_starts();
    void database_twoMade_haveNamesOfTheirOwnAndVanish();
    void privateServer_killed_refusesAndIsCleanedUp();
    void privateServer_withoutTls_refusesTls();
    void labServer_unknownName_saysWhy();
};

void TestLab::server_byEachName_answersWithItsVersion_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"pg-plain", "pg17", "timescale", "debian13"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestLab::server_byEachName_answersWithItsVersion() {
    QFETCH(QString, name);
    SALVOR_NEED_SERVER(server, name.toStdString());
    LabConnection connection(server, "postgres");
    const std::string version = connection.value("SHOW server_version");
    QVERIFY2(version.starts_with(server.version), version.c_str());
    QCOMPARE(connection.value("SHOW max_connections"), std::string("100"));
    QCOMPARE(connection.value("SHOW max_locks_per_transaction"), std::string("64"));
    QCOMPARE(connection.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"),
             std::string("t"));
    const std::string preloaded = connection.value("SHOW shared_preload_libraries");
    QCOMPARE(preloaded.find("timescaledb") != std::string::npos, server.hasTimescaleDb);
}

void TestLab::timescale_extensionCreated_makesHypertable() {
    SALVOR_NEED_SERVER(server, "timescale");
    QCOMPARE(server.major(), 17);
    LabDatabase database(server, LabDatabase::TimescaleDb::Yes);
    database.run("CREATE TABLE readings (at timestamptz NOT NULL, value int)");
    database.run("SELECT create_hypertable('readings', by_range('at', INTERVAL '1 day'))");
    database.run("INSERT INTO readings SELECT '2026-01-01Z'::timestamptz + n * INTERVAL '1 day', n FROM "
                 "generate_series(0, 4) n");
    QCOMPARE(database.value("SELECT count(*) FROM show_chunks('readings')"), std::string("5"));
}

void TestLab::connection_verifyFull_acceptsTheLabsAuthorityOnly() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    QVERIFY(!server.caFile.empty());
    qputenv("PGSSLMODE", "verify-full");
    const auto restore = qScopeGuard([] {
        qunsetenv("PGSSLMODE");
        qunsetenv("PGSSLROOTCERT");
    });
    qputenv("PGSSLROOTCERT", server.caFile.c_str());
    QCOMPARE(
        LabConnection(server, "postgres").value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"),
        std::string("t"));
    qputenv("PGSSLROOTCERT", "/etc/ssl/certs/ca-certificates.crt");
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, LabConnection(server, "postgres"));
}

void TestLab::connection_wrongPassword_isRefused() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabServer wrong = server;
    wrong.password = "not it";
    try {
        LabConnection connection(wrong, "postgres");
        QFAIL("a wrong password was accepted");
    } catch (const std::runtime_error& error) {
        QVERIFY2(QByteArray(error.what()).contains("password authentication failed"), error.what());
    }
}

void TestLab::tools_pgDumpOfTheServersVersion_starts_data() {
    server_byEachName_answersWithItsVersion_data();
}

void TestLab::tools_pgDumpOfTheServersVersion_starts() {
    QFETCH(QString, name);
    SALVOR_NEED_SERVER(server, name.toStdString());
    QStringList words;
    for (const auto& word : server.toolsCommand)
        words << QString::fromStdString(word);
    words << QString::fromStdString(server.binDir) + QStringLiteral("/pg_dump")
          << QStringLiteral("--version");
    QProcess dump;
    dump.start(words.takeFirst(), words);
    QVERIFY(dump.waitForFinished());
    QCOMPARE(dump.exitCode(), 0);
    const QByteArray said = dump.readAllStandardOutput();
    QVERIFY2(said.contains(QByteArray::fromStdString(server.version)), said.constData());
}

void TestLab::database_twoMade_haveNamesOfTheirOwnAndVanish() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    std::string name;
    {
        LabDatabase first(server);
        LabDatabase second(server);
        QVERIFY(first.name() != second.name());
        name = first.name();
        QCOMPARE(first.value("SELECT current_database()"), name);
    }
    const auto rows =
        LabConnection(server, "postgres").run("SELECT 1 FROM pg_database WHERE datname = '" + name + "'");
    QVERIFY(rows.empty());
}

void TestLab::privateServer_killed_refusesAndIsCleanedUp() {
    SALVOR_NEED_PRIVATE(own, "pg-plain", {});
    const LabServer server = own->server();
    own->signal(SIGKILL);
    const auto refuses = [&] {
        try {
            LabConnection connection(server, "postgres");
            return false;
        } catch (const std::runtime_error&) {
            return true;
        }
    };
    QVERIFY(QTest::qWaitFor(refuses, 20000));
    own.reset();
    QVERIFY(!QFileInfo::exists(QString::fromStdString(server.dataDir)));
}

void TestLab::privateServer_withoutTls_refusesTls() {
    SALVOR_NEED_PRIVATE(own, "pg-plain", {.tls = false, .settings = {"max_connections=17"}});
    QCOMPARE(LabConnection(own->server(), "postgres").value("SHOW max_connections"), std::string("17"));
    qputenv("PGSSLMODE", "require");
    const auto restore = qScopeGuard([] { qunsetenv("PGSSLMODE"); });
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, LabConnection(own->server(), "postgres"));
}

void TestLab::labServer_unknownName_saysWhy() {
    std::string reason;
    QVERIFY(!labServer("no-such-server", &reason));
    QVERIFY(QByteArray::fromStdString(reason).contains("no-such-server"));
}

QTEST_GUILESS_MAIN(TestLab)
#include "test_lab.moc"
