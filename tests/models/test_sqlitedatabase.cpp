// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "databasefixture.h"
#include "models/database/sqlitedatabase.h"
#include "models/workspace/workspacedatabase.h"
#include "models/workspace/workspaceschema.h"
#include "support/check.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

#include <unistd.h>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeBytes(const QString& path, const QByteArray& bytes, qint64 at = 0) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.seek(at));
    QCOMPARE(file.write(bytes), bytes.size());
}

} // namespace

class TestSqliteDatabase : public QObject {
    Q_OBJECT
private:
    std::string path() const { return m_folder->filePath(QStringLiteral("workspace.sqlite")).toStdString(); }
    QString file() const { return m_folder->filePath(QStringLiteral("workspace.sqlite")); }
    Result<std::unique_ptr<SqliteDatabase>> open(std::chrono::milliseconds timeout = 5s) const {
        return SqliteDatabase::open(path(), workspaceSchema(), timeout);
    }
    /// Makes the file, with its log folded in.
    void makeFile() const {
        const auto database = open();
        CHECK_OK(database);
        CHECK_OK((*database)->execute(QStringLiteral("INSERT INTO settings VALUES ('a', 'b')")));
    }
    static int countSettings(SqliteDatabase& database) {
        auto rows = database.query(QStringLiteral("SELECT count(*) FROM settings"));
        return rows && rows->next() ? rows->value(0).toInt() : -1;
    }

    std::unique_ptr<QTemporaryDir> m_folder;

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void open_newFile_isPrivateWithLogAndForeignKeys() {
        const auto database = open();
        CHECK_OK(database);
        CHECK_OK((*database)->execute(QStringLiteral("INSERT INTO settings VALUES ('a', 'b')")));
        QCOMPARE(modeOf(file()), mode_t(0600));
        QCOMPARE(modeOf(file() + QStringLiteral("-wal")), mode_t(0600));
        auto mode = (*database)->query(QStringLiteral("PRAGMA journal_mode"));
        QVERIFY(mode && mode->next());
        QCOMPARE(mode->value(0).toString(), QStringLiteral("wal"));
        auto keys = (*database)->query(QStringLiteral("PRAGMA foreign_keys"));
        QVERIFY(keys && keys->next());
        QCOMPARE(keys->value(0).toInt(), 1);
    }

    void open_folderMissing_makesItPrivate() {
        const QString below = m_folder->filePath(QStringLiteral("a/b/workspace.sqlite"));
        CHECK_OK(SqliteDatabase::open(below.toStdString(), workspaceSchema()));
        QCOMPARE(modeOf(m_folder->filePath(QStringLiteral("a/b"))), mode_t(0700));
    }

    void open_looseMode_isTightened() {
        makeFile();
        QVERIFY(QFile::setPermissions(file(), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
        CHECK_OK(open());
        QCOMPARE(modeOf(file()), mode_t(0600));
    }

    void open_closed_leavesNoConnection() {
        {
            const auto database = open();
            CHECK_OK(database);
            QCOMPARE(QSqlDatabase::connectionNames().size(), 1);
        }
        QCOMPARE(QSqlDatabase::connectionNames().size(), 0);
    }

    void open_newerVersion_isRefusedUntouched() {
        {
            const auto database = open();
            CHECK_OK(database);
            CHECK_OK((*database)->execute(QStringLiteral("PRAGMA user_version = 99")));
        }
        const QByteArray before = bytesOf(file());
        const auto again = open();
        CHECK_FAILS(again, ErrorCode::NewerFormat);
        QVERIFY(again.error().message.find("99") != std::string::npos);
        QVERIFY(again.error().hint.find("newer Salvor") != std::string::npos);
        QCOMPARE(bytesOf(file()), before);
    }

    void open_notADatabase_isCorruptUntouched() {
        writeBytes(file(), QByteArray(8192, 'x'));
        const auto database = open();
        CHECK_FAILS(database, ErrorCode::Corrupt);
        QCOMPARE(database.error().hint, workspaceSchema().damagedHint);
        QCOMPARE(database.error().context.at("path"), path());
        QCOMPARE(bytesOf(file()), QByteArray(8192, 'x'));
    }

    void open_databaseOfSomethingElse_isCorruptUntouched() {
        SqliteSchema other = workspaceSchema();
        other.applicationId = 42;
        CHECK_OK(SqliteDatabase::open(path(), other));
        const QByteArray before = bytesOf(file());
        const auto database = open();
        CHECK_FAILS(database, ErrorCode::Corrupt);
        QVERIFY(database.error().message.find("something else") != std::string::npos);
        QCOMPARE(bytesOf(file()), before);
    }

    void query_damagedPage_isCorrupt() {
        makeFile();
        const qint64 size = QFileInfo(file()).size();
        QVERIFY(size > 8192);
        writeBytes(file(), QByteArray(int(size) - 4096, '\xff'), 4096); // all but the first page
        const auto database = open();
        Result<> read;
        if (!database)
            read = failure(database.error());
        else if (auto rows = (*database)->query(QStringLiteral("SELECT * FROM settings")); !rows)
            read = failure(rows.error());
        else if (!rows->next())
            read = failure((*database)->errorOf(*rows, "reading"));
        CHECK_FAILS(read, ErrorCode::Corrupt);
        QVERIFY(!read.error().hint.empty());
    }

    void open_truncated_isCorrupt() {
        makeFile();
        QVERIFY(QFile::resize(file(), 5000));
        const auto database = open();
        if (database)
            CHECK_FAILS((*database)->query(QStringLiteral("SELECT * FROM settings")), ErrorCode::Corrupt);
        else
            CHECK_FAILS(database, ErrorCode::Corrupt);
    }

    void open_folderInItsPlace_isInvalidInput() {
        QVERIFY(QDir().mkpath(file()));
        CHECK_FAILS(open(), ErrorCode::InvalidInput);
    }

    void open_withoutRight_isPermissionDenied() {
        makeFile();
        // Root may read anything: become nobody for the time of the call.
        const bool root = geteuid() == 0;
        if (root)
            QCOMPARE(seteuid(65534), 0);
        else
            QVERIFY(QFile::setPermissions(file(), QFile::Permissions()));
        const auto database = open();
        if (root)
            QCOMPARE(seteuid(0), 0);
        CHECK_FAILS(database, ErrorCode::PermissionDenied);
        QVERIFY(!database.error().hint.empty());
    }

    void execute_lockedByAnotherProcess_isBusyWithinItsTimeout() {
        makeFile();
        Peer peer({QStringLiteral("hold"), file()});
        QVERIFY(peer.waitUntilReady());
        const auto database = open(200ms); // opening and reading go on
        CHECK_OK(database);
        QCOMPARE(countSettings(**database), 1);
        QElapsedTimer timer;
        timer.start();
        const auto written = (*database)->execute(QStringLiteral("DELETE FROM settings"));
        QVERIFY(timer.elapsed() < 5000);
        CHECK_FAILS(written, ErrorCode::Busy);
        QVERIFY(written.error().retryable);
        QVERIFY(peer.finish());
        CHECK_OK((*database)->execute(QStringLiteral("DELETE FROM settings")));
    }

    void transaction_processKilledInside_leavesNothingOfIt() {
        makeFile();
        Peer peer({QStringLiteral("half"), file()});
        QVERIFY(peer.waitUntilReady());
        peer.kill();
        const auto database = open(1s);
        CHECK_OK(database);
        QCOMPARE(countSettings(**database), 1);
        CHECK_OK((*database)->execute(QStringLiteral("INSERT INTO settings VALUES ('half', 'again')")));
    }

    void transaction_bodyFails_rollsBack() {
        const auto database = open();
        CHECK_OK(database);
        const auto done = (*database)->transaction([&]() -> Result<> {
            SALVOR_TRY((*database)->execute(QStringLiteral("INSERT INTO settings VALUES ('x', 'y')")));
            return failure(ErrorCode::Cancelled, "stop");
        });
        CHECK_FAILS(done, ErrorCode::Cancelled);
        QCOMPARE(countSettings(**database), 0);
        CHECK_OK((*database)->transaction([] { return Result<>(); })); // and no transaction stayed open
    }

    void transactions_ofProcessesAndThreads_allCount() {
        constexpr int kEach = 100;
        makeFile();
        std::vector<std::unique_ptr<Peer>> peers;
        for (int i = 0; i < 2; ++i) {
            peers.push_back(
                std::make_unique<Peer>(QStringList{QStringLiteral("count"), file(), QString::number(kEach)}));
            QVERIFY(peers.back()->waitUntilReady());
        }
        std::vector<std::string> problems(2);
        {
            std::vector<std::jthread> threads;
            for (auto& problem : problems) {
                threads.emplace_back([&] {
                    const auto database = open(30s);
                    for (int i = 0; i < kEach && problem.empty(); ++i) {
                        const auto done = !database
                                              ? Result<>(failure(database.error()))
                                              : (*database)->execute(QStringLiteral(
                                                    "INSERT INTO settings VALUES ('counter', '1') ON "
                                                    "CONFLICT (name) DO UPDATE "
                                                    "SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"));
                        if (!done)
                            problem = done.error().toText();
                    }
                });
            }
            for (auto& peer : peers)
                QVERIFY(peer->finish());
        }
        for (const auto& problem : problems)
            QVERIFY2(problem.empty(), problem.c_str());
        const auto database = open();
        auto row = (*database)->query(QStringLiteral("SELECT value FROM settings WHERE name = 'counter'"));
        QVERIFY(row && row->next());
        QCOMPARE(row->value(0).toInt(), 4 * kEach);
    }

    void open_manyAtOnce_makeOneSchema_data() {
        QTest::addColumn<int>("round");
        // The window in which two openings meet is narrow: one round alone seldom hits it.
        for (int round = 0; round < 20; ++round)
            QTest::addRow("round %d", round) << round;
    }

    void open_manyAtOnce_makeOneSchema() {
        std::vector<std::string> problems(6);
        {
            std::vector<std::jthread> threads;
            for (auto& problem : problems)
                threads.emplace_back([&] {
                    if (const auto database = open(30s); !database)
                        problem = database.error().toText();
                });
        }
        for (const auto& problem : problems)
            QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(QDir(m_folder->path()).entryList({QStringLiteral("*.new-*")}).size(), 0);
    }

    void execute_fromAnotherThread_isRefused() {
        const auto database = open();
        CHECK_OK(database);
        Result<> result;
        std::jthread([&] { result = (*database)->execute(QStringLiteral("DELETE FROM settings")); }).join();
        CHECK_FAILS(result, ErrorCode::Internal);
    }
};

QTEST_GUILESS_MAIN(TestSqliteDatabase)
#include "test_sqlitedatabase.moc"
