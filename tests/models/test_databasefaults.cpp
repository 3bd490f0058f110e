// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to the databases in bad times: upgrades that fail, full disks, locks, other users, kills, odd
// text.
#include "databasefixture.h"
#include "models/catalog/catalogdatabase.h"
#include "models/catalog/catalogschema.h"
#include "models/database/privatefile.h"
#include "models/workspace/workspacedatabase.h"
#include "models/workspace/workspaceschema.h"
#include "support/check.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <cstdlib>
#include <thread>

#include <unistd.h>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

SqliteSchema smallSchema(std::vector<QStringList> steps) {
    SqliteSchema schema;
    schema.what = "test";
    schema.applicationId = 77;
    schema.migrations = std::move(steps);
    schema.damagedHint = "damaged";
    return schema;
}

const QStringList kFirst{QStringLiteral("CREATE TABLE things (name TEXT)"),
                         QStringLiteral("INSERT INTO things VALUES ('first')")};

BackupRecord makeBackup(const std::string& id, const std::string& database) {
    BackupRecord backup;
    backup.id = id;
    backup.repositoryId = "r1";
    backup.engine = "postgresql";
    backup.profileUuid = "p1";
    backup.profileTitle = "prod";
    backup.database = database;
    return backup;
}

/// Acts as the user "nobody" while it lives, if the test runs as root; root may do anything.
class AsNobody {
public:
    AsNobody() {
        if (m_root)
            m_done = seteuid(65534) == 0;
    }
    ~AsNobody() {
        if (m_root && seteuid(0) != 0)
            std::abort();
    }
    bool done() const { return !m_root || m_done; }

private:
    bool m_root = geteuid() == 0;
    bool m_done = false;
};

} // namespace

class TestDatabaseFaults : public QObject {
    Q_OBJECT
private:
    QString at(const char* name) const { return m_folder->filePath(QLatin1String(name)); }
    std::string pathOf(const char* name) const { return at(name).toStdString(); }
    static QStringList namesIn(SqliteDatabase& database) {
        QStringList names;
        auto rows = database.query(QStringLiteral("SELECT name FROM things ORDER BY rowid"));
        while (rows && rows->next())
            names << rows->value(0).toString();
        return names;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    StandingClock m_clock;

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void upgrade_olderFile_keepsItsRows() {
        CHECK_OK(SqliteDatabase::open(pathOf("t"), smallSchema({kFirst})));
        const auto schema = smallSchema({kFirst,
                                         {QStringLiteral("ALTER TABLE things ADD COLUMN size INTEGER"),
                                          QStringLiteral("INSERT INTO things VALUES ('second', 2)")}});
        for (int i = 0; i < 2; ++i) { // the second time there is nothing left to do
            const auto database = SqliteDatabase::open(pathOf("t"), schema);
            CHECK_OK(database);
            QCOMPARE(namesIn(**database), (QStringList{QStringLiteral("first"), QStringLiteral("second")}));
        }
        CHECK_FAILS(SqliteDatabase::open(pathOf("t"), smallSchema({kFirst})), ErrorCode::NewerFormat);
    }

    void upgrade_failingHalfWay_leavesTheOldVersion() {
        CHECK_OK(SqliteDatabase::open(pathOf("t"), smallSchema({kFirst})));
        const auto broken = smallSchema(
            {kFirst,
             {QStringLiteral("INSERT INTO things VALUES ('half')"), QStringLiteral("no such statement")}});
        CHECK_FAILS(SqliteDatabase::open(pathOf("t"), broken), ErrorCode::Internal);
        const auto database = SqliteDatabase::open(pathOf("t"), smallSchema({kFirst}));
        CHECK_OK(database);
        QCOMPARE(namesIn(**database), QStringList{QStringLiteral("first")});
    }

    void execute_noRoomLeft_isNoSpaceAndRollsBack() {
        const auto database = SqliteDatabase::open(pathOf("t"), smallSchema({kFirst}));
        CHECK_OK(database);
        // SQLite's own limit gives the same SQLITE_FULL as a full disk does.
        CHECK_OK((*database)->query(QStringLiteral("PRAGMA max_page_count = 4")));
        const auto done = (*database)->transaction([&] {
            return (*database)->execute(QStringLiteral("INSERT INTO things VALUES (?)"),
                                        {QString(100'000, QLatin1Char('x'))});
        });
        CHECK_FAILS(done, ErrorCode::NoSpace);
        QVERIFY(!done.error().hint.empty());
        QCOMPARE(namesIn(**database), QStringList{QStringLiteral("first")});
    }

    void open_fileSystemFullOrReadOnly_readsAndSaysWhy_data() {
        QTest::addColumn<bool>("readOnly");
        QTest::newRow("full") << false;
        QTest::newRow("read-only") << true;
    }
    void open_fileSystemFullOrReadOnly_readsAndSaysWhy() {
        QFETCH(bool, readOnly);
        QVERIFY(QDir().mkdir(at("small")));
        const auto mount = [&](const char* options, bool again) {
            QStringList arguments{QStringLiteral("-o"), QLatin1String(options), at("small")};
            if (!again)
                arguments = QStringList{QStringLiteral("-t"),   QStringLiteral("tmpfs"), QStringLiteral("-o"),
                                        QLatin1String(options), QStringLiteral("tmpfs"), at("small")};
            return QProcess::execute(QStringLiteral("mount"), arguments) == 0;
        };
        if (!mount("size=1m,mode=700", false))
            QSKIP("a small file system cannot be mounted here (not root)");
        const auto unmount = qScopeGuard([&] { QProcess::execute(QStringLiteral("umount"), {at("small")}); });
        const auto schema = smallSchema({kFirst});
        CHECK_OK(SqliteDatabase::open(pathOf("small/t"), schema));
        if (readOnly) {
            QVERIFY(mount("remount,ro", true));
        } else {
            QFile filler(at("small/filler"));
            QVERIFY(filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
            while (filler.write(QByteArray(4096, 'x')) == 4096) {
            }
        }
        const ErrorCode expected = readOnly ? ErrorCode::PermissionDenied : ErrorCode::NoSpace;
        {
            const auto database = SqliteDatabase::open(pathOf("small/t"), schema);
            CHECK_OK(database);
            QCOMPARE(namesIn(**database), QStringList{QStringLiteral("first")});
            const auto refused = (*database)->execute(QStringLiteral("INSERT INTO things VALUES ('second')"));
            CHECK_FAILS(refused, expected);
            QCOMPARE(refused.error().context.at("folder"), pathOf("small"));
            QVERIFY2(refused.error().message.find(pathOf("small")) != std::string::npos,
                     refused.error().message.c_str());
            QVERIFY(refused.error().hint.find("SALVOR_HOME") != std::string::npos);
            QVERIFY(refused.error().hint.find("health") == std::string::npos);
        }
        CHECK_FAILS(SqliteDatabase::open(pathOf("small/new"), schema), expected);
        QVERIFY(readOnly ? mount("remount,rw", true) : QFile::remove(at("small/filler")));
        const auto database = SqliteDatabase::open(pathOf("small/t"), schema);
        CHECK_OK(database);
        CHECK_OK((*database)->execute(QStringLiteral("INSERT INTO things VALUES ('second')")));
        QCOMPARE(namesIn(**database).size(), 2);
    }

    void execute_brokenConstraint_isConflict() {
        const auto database = SqliteDatabase::open(pathOf("t"), workspaceSchema());
        CHECK_OK(database);
        CHECK_OK((*database)->execute(QStringLiteral("INSERT INTO settings VALUES ('a', 'b')")));
        CHECK_FAILS((*database)->execute(QStringLiteral("INSERT INTO settings VALUES ('a', 'c')")),
                    ErrorCode::Conflict);
        CHECK_FAILS(
            (*database)->execute(QStringLiteral("INSERT INTO policies VALUES ('i', 't', 1, '{}', 'p', 'r')")),
            ErrorCode::Conflict); // foreign keys are looked at
    }

    void open_folderOfAnotherUser_isPermissionDenied() {
        QVERIFY(QDir().mkdir(at("closed")));
        QVERIFY(QFile::setPermissions(at("closed"), geteuid() == 0 ? QFile::ReadOwner | QFile::ExeOwner
                                                                   : QFile::ReadOwner));
        Result<> made;
        {
            const AsNobody nobody;
            QVERIFY(nobody.done());
            made = preparePrivateFile(pathOf("closed/t"), "workspace");
        }
        CHECK_FAILS(made, ErrorCode::PermissionDenied);
        QCOMPARE(made.error().context.at("path"), pathOf("closed/t"));
        QFile::setPermissions(at("closed"), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }

    void open_fileInFoldersPlace_isInvalidInput() {
        QFile file(at("file"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const auto made = preparePrivateFile(pathOf("file") + "/t", "workspace");
        QVERIFY(!made);
        QVERIFY(made.error().code == ErrorCode::InvalidInput || made.error().code == ErrorCode::IoError);
    }

    void workspace_locked_isBusyAndUnchanged() {
        CHECK_OK(WorkspaceDatabase::open(pathOf("w"), m_clock, "anna"));
        Peer peer({QStringLiteral("hold"), at("w")});
        QVERIFY(peer.waitUntilReady());
        const auto workspace = WorkspaceDatabase::open(pathOf("w"), m_clock, "anna", 100ms);
        CHECK_OK(workspace);
        CHECK_FAILS((*workspace)->insertProfile(makeProfile("billing")), ErrorCode::Busy);
        CHECK_FAILS((*workspace)->setSetting("a", "b"), ErrorCode::Busy);
        CHECK_OK((*workspace)->profiles()); // reading goes on
        QVERIFY(peer.finish());
        QVERIFY((*workspace)->profiles()->empty());
        CHECK_OK((*workspace)->insertProfile(makeProfile("billing")));
    }

    void workspace_processKilledInside_keepsWhatWasCommitted() {
        {
            const auto workspace = WorkspaceDatabase::open(pathOf("w"), m_clock, "anna");
            CHECK_OK(workspace);
            CHECK_OK((*workspace)->insertProfile(makeProfile("billing")));
        }
        for (int i = 0; i < 3; ++i) {
            Peer peer({QStringLiteral("half"), at("w")});
            QVERIFY(peer.waitUntilReady());
        } // killed
        const auto workspace = WorkspaceDatabase::open(pathOf("w"), m_clock, "anna");
        CHECK_OK(workspace);
        QVERIFY(!(*workspace)->setting("half")->has_value());
        QCOMPARE((*workspace)->profiles()->size(), std::size_t(1));
        QCOMPARE((*workspace)->auditTrail(10)->size(), std::size_t(1));
    }

    void workspace_documentDamaged_isCorruptAndNamed() {
        {
            const auto workspace = WorkspaceDatabase::open(pathOf("w"), m_clock, "anna");
            CHECK_OK((*workspace)->insertProfile(makeProfile("billing")));
            const auto raw = SqliteDatabase::open(pathOf("w"), workspaceSchema());
            CHECK_OK((*raw)->execute(QStringLiteral("UPDATE profiles SET document = '{\"uuid\": 5}'")));
        }
        const auto workspace = WorkspaceDatabase::open(pathOf("w"), m_clock, "anna");
        const auto found = (*workspace)->profile("billing");
        CHECK_FAILS(found, ErrorCode::Corrupt);
        QVERIFY(found.error().message.find("\"uuid\"") != std::string::npos);
    }

    void workspace_oddText_isKeptToTheByte() {
        const auto workspace = WorkspaceDatabase::open(pathOf("w"), m_clock, "o'brien; DROP TABLE audit");
        CHECK_OK(workspace);
        for (const std::string text :
             {"'; DROP TABLE profiles; --", "a\"b\\c", "größe 🐘", "100% _x_", "?", ":name"}) {
            const auto saved = (*workspace)->insertProfile(makeProfile(text));
            CHECK_OK(saved);
            QCOMPARE((*workspace)->profile(text)->uuid, saved->uuid);
            CHECK_OK((*workspace)->setSetting(text, text));
            QCOMPARE((*workspace)->setting(text)->value(), text);
        }
        QCOMPARE((*workspace)->profiles()->size(), std::size_t(6));
        QCOMPARE((*workspace)->auditTrail(1)->front().who, std::string("o'brien; DROP TABLE audit"));
    }

    void catalog_oddText_isFoundLiterally() {
        const auto catalog = CatalogDatabase::open(pathOf("c"));
        CHECK_OK(catalog);
        const std::vector<std::string> names = {"a%b", "a_b", "a\\b", "a'b", "axb", "größe"};
        for (std::size_t i = 0; i < names.size(); ++i)
            CHECK_OK((*catalog)->saveBackup(
                makeBackup("20260101T00000" + std::to_string(i) + "Z-AAAAAA", names[i])));
        for (const auto& name : names) {
            BackupFilter filter;
            filter.text = name;
            const auto byText = (*catalog)->backups(filter);
            CHECK_OK(byText);
            QCOMPARE(byText->total, std::uint64_t(1));
            QCOMPARE(byText->rows->front().database, name);
            filter = {};
            filter.database = name;
            QCOMPARE((*catalog)->backups(filter)->total, std::uint64_t(1));
        }
    }

    void catalog_rebuildWhileOthersRead_showsOneStateOrTheOther() {
        const auto catalog = CatalogDatabase::open(pathOf("c"));
        CHECK_OK(catalog);
        const auto contents = [](int count) {
            RepositoryContents all;
            for (int i = 0; i < count; ++i)
                all.backups.push_back(makeBackup(std::to_string(1000 + i), "d"));
            return all;
        };
        CHECK_OK((*catalog)->replaceRepository("r1", contents(300)));
        std::string problem;
        int reads = 0;
        {
            std::jthread reader([&](const std::stop_token& stop) {
                const auto mine = CatalogDatabase::open(pathOf("c"), 30s);
                do {
                    const auto page =
                        mine ? (*mine)->backups() : Result<Page<BackupRecord>>(failure(mine.error()));
                    if (!page)
                        problem = page.error().toText();
                    else if (page->total != page->rows->size() || (page->total != 300 && page->total != 200))
                        problem = "a state that never was: " + std::to_string(page->total);
                    ++reads;
                } while (problem.empty() && !stop.stop_requested());
            });
            for (int round = 0; round < 10; ++round)
                CHECK_OK((*catalog)->replaceRepository("r1", contents(round % 2 ? 300 : 200)));
        }
        QCOMPARE(problem, std::string());
        QVERIFY(reads > 0);
    }

    void catalog_newerVersion_saysSo() {
        {
            const auto raw = SqliteDatabase::open(pathOf("c"), catalogSchema());
            CHECK_OK((*raw)->execute(QStringLiteral("PRAGMA user_version = 7")));
        }
        const auto catalog = CatalogDatabase::open(pathOf("c"));
        CHECK_FAILS(catalog, ErrorCode::NewerFormat);
        QCOMPARE(catalog.error().context.at("version"), std::string("7"));
    }

    void catalog_givenTheWorkspace_refusesIt() {
        CHECK_OK(WorkspaceDatabase::open(pathOf("w"), m_clock, "anna"));
        CHECK_FAILS(CatalogDatabase::open(pathOf("w")), ErrorCode::Corrupt);
        CHECK_OK(WorkspaceDatabase::open(pathOf("w"), m_clock, "anna"));
    }
};

QTEST_GUILESS_MAIN(TestDatabaseFaults)
#include "test_databasefaults.moc"
