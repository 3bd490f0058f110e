// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A store that goes away while it is verified, and files that this user may not read: neither is damage.
#include "engines/repository/verifyfixture.h"

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace salvor;
using namespace salvor::test;

class TestVerifyAway : public QObject, private VerifyWorld {
    Q_OBJECT

private slots:
    void verify_storeGoesAwayMeanwhile_nothingIsDamaged_data() {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("retryable");
        QTest::addColumn<QString>("prefix");
        const auto row = [](const char* name, ErrorCode code, bool retryable, const char* prefix) {
            QTest::newRow(name) << static_cast<int>(code) << retryable << QString::fromLatin1(prefix);
        };
        row("host is down", ErrorCode::IoError, true, "objects/");
        row("input/output errors", ErrorCode::IoError, false, "");
        row("another folder in its place", ErrorCode::NotFound, false, "");
        row("rights of all of it lost", ErrorCode::PermissionDenied, false, "");
    }
    void verify_storeGoesAwayMeanwhile_nothingIsDamaged() {
        QFETCH(int, code);
        QFETCH(bool, retryable);
        QFETCH(QString, prefix);
        for (const auto depth : {VerifyDepth::Stored, VerifyDepth::Full}) {
            make(true);
            goAwayOnceListed({static_cast<ErrorCode>(code), "injected", {}, retryable, {}},
                             {prefix.toStdString()});
            const auto report = verify(*m_writer, depth);
            CHECK_FAILS(report, static_cast<ErrorCode>(code));
            QVERIFY(!hasSuspects());
            m_fixture->store().onOperation({});
            m_fixture->store().heal();
            QVERIFY(verify(*m_writer, depth)->ok());
        }
    }

    /// The kernel has the catalog in its memory, and goes on giving it.
    void verify_diskPulledOut_nothingIsDamaged() {
        make(true);
        goAwayOnceListed({ErrorCode::IoError, "injected", {}, false, {}}, {"objects/", "reserve"});
        const auto report = verify(*m_writer, VerifyDepth::Stored);
        CHECK_FAILS(report, ErrorCode::IoError);
        QVERIFY2(report.error().message.find("no longer gives") != std::string::npos,
                 report.error().message.c_str());
        QVERIFY(!report.error().hint.empty());
        QVERIFY(!hasSuspects());
    }

    void verify_unreadableForThisUser_isNoDamage_data() {
        QTest::addColumn<QString>("folder");
        for (const char* folder : {"objects/", "refs/", "manifests/", "runs/", "proofs/", "keys/"})
            QTest::newRow(folder) << QString::fromLatin1(folder);
    }
    void verify_unreadableForThisUser_isNoDamage() {
        QFETCH(QString, folder);
        for (const bool blind : {false, true}) {
            make(true);
            RepositoryAccess access = m_fixture->writerAccess();
            if (blind)
                access.identity.reset();
            const auto writer = Repository::open(std::move(access), {}).value();
            const std::string key = m_fixture->keys(folder.toStdString()).front();
            refuse(StoreOp::Get, key);
            const auto report = verify(*writer, blind ? VerifyDepth::Stored : VerifyDepth::Full);
            CHECK_OK(report);
            QCOMPARE(report->problems.size(), std::size_t{1});
            const VerifyProblem* problem = problemOf(*report, key);
            QVERIFY(problem != nullptr && problem->unread);
            QVERIFY(problem->error.code == ErrorCode::PermissionDenied);
            QVERIFY2(problem->error.hint.find("ask its owner") != std::string::npos,
                     problem->error.hint.c_str());
            // What was not read is not said to be intact, either.
            const bool isBackups = folder == QLatin1String("objects/") || folder == QLatin1String("refs/") ||
                                   folder == QLatin1String("manifests/");
            QCOMPARE(problem->backupIds.empty(), !isBackups);
            QCOMPARE(report->intactBackupIds.size() + problem->backupIds.size(), std::size_t{2});
            QVERIFY(!hasSuspects());
        }
    }

    void verify_recordOnABadSector_isAFindingOfNoBackup() {
        for (const char* folder : {"runs/", "proofs/"}) {
            make(true);
            const std::string key = m_fixture->keys(folder).front();
            m_fixture->store().inject({.op = StoreOp::Get, .keyPrefix = key, .sticky = true});
            const auto report = verify(*m_writer, VerifyDepth::Full);
            CHECK_OK(report);
            QCOMPARE(report->problems.size(), std::size_t{1});
            const VerifyProblem* problem = problemOf(*report, key);
            QVERIFY(problem != nullptr && problem->backupIds.empty());
            QCOMPARE(report->intactBackupIds.size(), std::size_t{2});
            QVERIFY(!hasSuspects());
        }
    }

    /// What a restore asks before it begins: it needs none of them, whatever state they are in.
    void verify_withoutRecords_readsNone() {
        make(true);
        for (const char* folder : {"runs/", "proofs/"})
            m_fixture->store().inject({.error = {ErrorCode::IoError, "host is down", {}, true, {}},
                                       .keyPrefix = folder,
                                       .sticky = true});
        CHECK_FAILS(verify(*m_reader, VerifyDepth::Quick), ErrorCode::IoError);
        NullProgress progress;
        const auto report = m_reader->verify({VerifyDepth::Quick, {backupId(1)}, false}, progress, {});
        CHECK_OK(report);
        QVERIFY(report->ok());
    }

    void verify_oldCatalogUnreadable_isNotCalledRemovable() {
        make(true);
        const auto writer = m_fixture->openWriter().value();
        refuse(StoreOp::Get, "catalog/1.json");
        const auto report = verify(*writer, VerifyDepth::Quick);
        CHECK_OK(report);
        const VerifyProblem* problem = problemOf(*report, "catalog/1.json");
        QVERIFY(problem != nullptr && problem->unread);
        QVERIFY2(problem->error.hint.find("prune") == std::string::npos, problem->error.hint.c_str());
        QVERIFY(!std::filesystem::exists(m_fixture->statePath("alice") / "suspect-catalogs"));
    }

    void verify_listingRefused_isAnError() {
        make(true);
        refuse(StoreOp::List, "objects/");
        for (const auto depth : {VerifyDepth::Quick, VerifyDepth::Stored, VerifyDepth::Full})
            CHECK_FAILS(verify(*m_writer, depth), ErrorCode::PermissionDenied);
        QVERIFY(!hasSuspects());
    }

    void verify_damageBesideWhatIsUnreadable_isASuspectAlone() {
        make(true);
        const auto shared = objectsOf(*m_fixture, *m_reader, backupId(1), "a.same");
        const auto bundle = objectsOf(*m_fixture, *m_reader, backupId(2), "b.changes");
        refuse(StoreOp::Get, shared[0]);
        m_fixture->writeRaw(bundle[0], "x");
        const auto report = verify(*m_writer, VerifyDepth::Stored);
        CHECK_OK(report);
        QVERIFY(problemOf(*report, shared[0])->unread);
        QVERIFY(!problemOf(*report, bundle[0])->unread);
        std::ifstream file(m_fixture->statePath("alice") / "suspects");
        const std::string suspects{std::istreambuf_iterator<char>(file), {}};
        const auto nameOf = [](const std::string& key) { return key.substr(key.rfind('/') + 1); };
        QCOMPARE(suspects, nameOf(bundle[0]) + "\n");
    }

    void restore_storeGoesAway_nothingIsSuspect() {
        make(true);
        m_fixture->store().inject({.error = {ErrorCode::NotFound, "another folder", {}, false, {}},
                                   .keyPrefix = "objects/",
                                   .sticky = true});
        const auto writer = m_fixture->openWriter().value();
        CHECK_FAILS(readAll(*writer, backupId(1)), ErrorCode::NotFound);
        QVERIFY(!hasSuspects());
        m_fixture->store().heal();
        m_fixture->removeRaw(m_fixture->keys("objects/").front());
        QVERIFY(!readAll(*writer, backupId(1)) || !readAll(*writer, backupId(2)));
        QVERIFY(hasSuspects());
    }

private:
    /// From the moment on in which the objects are listed: what begins with one of the prefixes fails.
    void goAwayOnceListed(const Error& error, const std::vector<std::string>& prefixes) {
        m_fixture->store().onOperation([this, error, prefixes](StoreOp op, std::string_view key) {
            if (op != StoreOp::List || key != "objects/")
                return;
            for (const auto& prefix : prefixes)
                m_fixture->store().inject({.error = error, .keyPrefix = prefix, .sticky = true});
        });
    }
    void refuse(StoreOp op, const std::string& prefix) {
        m_fixture->store().inject(
            {.error = {ErrorCode::PermissionDenied, "refused", "ask its owner", false, {}},
             .op = op,
             .keyPrefix = prefix,
             .sticky = true});
    }
    bool hasSuspects() const { return std::filesystem::exists(m_fixture->statePath("alice") / "suspects"); }
};

QTEST_GUILESS_MAIN(TestVerifyAway)
#include "test_verifyaway.moc"
