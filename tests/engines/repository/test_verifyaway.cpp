// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A store that goes away while it is verified, and files that this user may not read: neither is damage.
#include "engines/repository/verifyfixture.h"
#include "models/damagedbackups.h"
#include "support/boundbyrights.h"
#include "support/need.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

using namespace salvor;
using namespace salvor::test;

class TestVerifyAway : public QObject, private VerifyWorld {
    Q_OBJECT

private slots:
    void verify_storeGoesAwayMeanwhile_nothingIsDamaged_data() {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("retryable");
        QTest::addColumn<QString>("prefix");
        QTest::addColumn<bool>("listed"); // first: only reading fails, so that objects are met
        const auto row = [](const char* name, ErrorCode code, bool retryable, const char* prefix,
                            bool listed) {
            QTest::newRow(name) << static_cast<int>(code) << retryable << QString::fromLatin1(prefix)
                                << listed;
        };
        row("host is down", ErrorCode::IoError, true, "objects/", false);
        row("input/output errors", ErrorCode::IoError, false, "", false);
        row("another folder in its place", ErrorCode::NotFound, false, "", false);
        row("rights of all of it lost", ErrorCode::PermissionDenied, false, "", false);
        row("reading: host is down", ErrorCode::IoError, true, "objects/", true);
        row("reading: input/output errors", ErrorCode::IoError, false, "", true);
        row("reading: another folder in its place", ErrorCode::NotFound, false, "", true);
        row("reading: rights of all of it lost", ErrorCode::PermissionDenied, false, "", true);
    }
    void verify_storeGoesAwayMeanwhile_nothingIsDamaged() {
        QFETCH(int, code);
        QFETCH(bool, retryable);
        QFETCH(QString, prefix);
        QFETCH(bool, listed);
        for (const auto depth : {VerifyDepth::Stored, VerifyDepth::Full}) {
            make(true);
            goAwayOnceListed({static_cast<ErrorCode>(code), "injected", {}, retryable, {}},
                             {prefix.toStdString()}, listed);
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
        for (const bool listed : {false, true}) {
            make(true);
            goAwayOnceListed({ErrorCode::IoError, "injected", {}, false, {}}, {"objects/", "reserve"},
                             listed);
            const auto report = verify(*m_writer, VerifyDepth::Stored);
            CHECK_FAILS(report, ErrorCode::IoError);
            QVERIFY2(report.error().message.find("no longer gives") != std::string::npos,
                     report.error().message.c_str());
            QVERIFY(!report.error().hint.empty());
            QVERIFY(!hasSuspects());
        }
    }

    /// Back again when the store is asked whether it answers.
    void verify_awayForOneRead_nothingIsDamaged() {
        for (const auto code : {ErrorCode::IoError, ErrorCode::NotFound, ErrorCode::PermissionDenied}) {
            for (const auto depth : {VerifyDepth::Stored, VerifyDepth::Full}) {
                make(true);
                const std::uint64_t before = m_fixture->store().operations(StoreOp::Get);
                m_fixture->store().inject({.error = {code, "injected", {}, false, {}},
                                           .op = StoreOp::Get,
                                           .keyPrefix = "objects/"});
                const auto report = verify(*m_writer, depth);
                CHECK_OK(report);
                QVERIFY(report->ok());
                QVERIFY(m_fixture->store().operations(StoreOp::Get) > before);
                QVERIFY(!hasSuspects());
            }
        }
    }

    /// The second backup's own object is met as damaged by its size, before any is read.
    void verify_damageBeforeTheStoreGoesAway_isToldAndNoted() {
        make(true);
        const auto bundle = objectsOf(*m_fixture, *m_reader, backupId(2), "b.changes");
        m_fixture->writeRaw(bundle[0], "x");
        goAwayOnceListed({ErrorCode::IoError, "host is down", {}, true, {}}, {"objects/"}, true);
        const auto report = verify(*m_writer, VerifyDepth::Stored);
        CHECK_FAILS(report, ErrorCode::IoError);
        QVERIFY(report.error().retryable);
        QVERIFY2(report.error().message.find("host is down") != std::string::npos &&
                     report.error().message.find(bundle[0]) != std::string::npos,
                 report.error().message.c_str());
        QCOMPARE(report.error().context.at(kDamagedBackupsKey), backupId(2));
        QVERIFY(hasSuspects());
    }

    /// One folder without rights, which has none of the objects that a restore needs.
    void verify_listingRefusedBeforeARestore_asksForEach() {
        make(true);
        refuse(StoreOp::List, "objects/");
        NullProgress progress;
        const VerifyRequest asked{VerifyDepth::Quick, {backupId(1)}, false};
        const auto report = m_reader->verify(asked, progress, {});
        CHECK_OK(report);
        QCOMPARE(report->intactBackupIds, std::vector<std::string>{backupId(1)});
        const std::string own = objectsOf(*m_fixture, *m_reader, backupId(1), "a.same")[0];
        refuse(StoreOp::Stat, own);
        const auto hit = m_reader->verify(asked, progress, {});
        CHECK_OK(hit);
        QVERIFY(problemOf(*hit, own) != nullptr && problemOf(*hit, own)->unread);
        QVERIFY(hit->intactBackupIds.empty());
    }

    /// `sudo cp` brought one back: it is listed, in its size, and cannot be opened.
    void verify_objectOfRootBeforeARestore_isFoundBeforeItBegins() {
        make(true);
        const std::string own = objectsOf(*m_fixture, *m_reader, backupId(1), "b.changes")[0];
        const std::filesystem::path file = m_fixture->root() + "/" + own;
        const auto rights = std::filesystem::status(file).permissions();
        std::filesystem::permissions(file, std::filesystem::perms::none);
        NullProgress progress;
        {
            const BoundByRights bound;
            SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
            const auto hit = m_reader->verify({VerifyDepth::Quick, {backupId(1)}, false}, progress, {});
            CHECK_OK(hit);
            QVERIFY(problemOf(*hit, own) != nullptr && problemOf(*hit, own)->unread);
            QVERIFY(hit->intactBackupIds.empty());
            const auto other = m_reader->verify({VerifyDepth::Quick, {backupId(2)}, false}, progress, {});
            CHECK_OK(other);
            QVERIFY(other->ok());
        }
        std::filesystem::permissions(file, rights);
        QVERIFY(m_reader->verify({VerifyDepth::Quick, {backupId(1)}, false}, progress, {})->ok());
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
            for (const VerifyProblem& one : report->problems)
                QVERIFY2(one.unread && one.error.code == ErrorCode::PermissionDenied,
                         one.error.toText().c_str());
            QCOMPARE(report->problems.size(), std::size_t{1});
            const VerifyProblem* problem = problemOf(*report, key);
            QVERIFY(problem != nullptr);
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
    /// From the moment on in which the objects are listed: what begins with one of the prefixes fails, or
    /// only reading it.
    void goAwayOnceListed(const Error& error, const std::vector<std::string>& prefixes,
                          bool onlyReading = false) {
        const std::optional<StoreOp> failing = onlyReading ? std::optional(StoreOp::Get) : std::nullopt;
        m_fixture->store().onOperation([this, error, prefixes, failing](StoreOp op, std::string_view key) {
            if (op != StoreOp::List || key != "objects/")
                return;
            for (const auto& prefix : prefixes)
                m_fixture->store().inject(
                    {.error = error, .op = failing, .keyPrefix = prefix, .sticky = true});
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
