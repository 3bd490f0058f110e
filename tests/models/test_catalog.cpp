// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "databasefixture.h"
#include "models/base/json.h"
#include "models/catalog/catalogdatabase.h"
#include "models/catalog/catalogschema.h"
#include "support/check.h"

#include <QFile>
#include <QJsonArray>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>
#include <set>

#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));

constexpr uid_t kNobody = 65534;
bool becomeNobody() {
    return ::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0;
}

enum Seen { kAlive, kDead, kVisible, kNoMounts };

/// A process of another user that is closed to that user too, as salvorctl closes itself; waits to be killed.
pid_t startClosed() {
    int ready[2];
    if (::pipe(ready) != 0)
        return -1;
    const pid_t child = ::fork();
    if (child == 0) {
        if (!becomeNobody() || ::prctl(PR_SET_DUMPABLE, 0) != 0 || ::write(ready[1], "x", 1) != 1)
            ::_exit(1);
        for (;;)
            ::pause();
    }
    ::close(ready[1]);
    char byte = 0;
    const bool isReady = ::read(ready[0], &byte, 1) == 1;
    ::close(ready[0]);
    return isReady ? child : -1;
}

/// What that user sees of it where other processes are hidden: systemd's ProtectProc=invisible.
Seen seenInSandbox(const ProcessMark& mark) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("proc", "/proc", "proc", 0, "hidepid=2") != 0 || !becomeNobody())
            ::_exit(kNoMounts);
        if (::access(("/proc/" + std::to_string(mark.pid)).c_str(), F_OK) == 0)
            ::_exit(kVisible);
        ::_exit(isSurelyDead(mark) ? kDead : kAlive);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return static_cast<Seen>(WEXITSTATUS(status));
}

BackupRecord makeBackup(int number, const std::string& database = "billing") {
    BackupRecord backup;
    char id[32];
    std::snprintf(id, sizeof id, "20260101T%06dZ-AAAAAA", number);
    backup.id = id;
    backup.repositoryId = "r1";
    backup.engine = "postgresql";
    backup.profileUuid = "p1";
    backup.profileTitle = "prod";
    backup.database = database;
    backup.started = kStart + std::chrono::minutes(number) + 123us;
    backup.ended = backup.started + 10s;
    backup.sizeBytes = 1000 + static_cast<std::uint64_t>(number);
    return backup;
}

RunRecord makeRun(int number, RunOutcome outcome, const std::string& database = "billing") {
    RunRecord run;
    char id[32];
    std::snprintf(id, sizeof id, "20260101T%06dZ-RRRRRR", number);
    run.id = id;
    run.kind = "backup";
    run.repositoryId = "r1";
    run.profileUuid = "p1";
    run.profileTitle = "prod";
    run.database = database;
    run.started = kStart + std::chrono::minutes(number);
    run.outcome = outcome;
    if (outcome != RunOutcome::Running)
        run.ended = run.started + 5s + 250ms;
    return run;
}

Proof makeProof(const std::string& backupId, const std::string& kind, bool registered, Instant at) {
    Proof proof;
    proof.id = "20260102T000000Z-" + kind;
    proof.backupId = backupId;
    proof.kind = kind;
    proof.at = at;
    proof.machine = "m";
    proof.user = "anna";
    proof.keyId = "k";
    proof.registered = registered;
    proof.details.insert(QStringLiteral("rows"), 7);
    return proof;
}

} // namespace

class TestCatalog : public QObject {
    Q_OBJECT
private:
    QString file() const { return m_folder->filePath(QStringLiteral("catalog.sqlite")); }
    std::unique_ptr<CatalogDatabase> open() const {
        auto catalog = CatalogDatabase::open(file().toStdString());
        return catalog ? std::move(*catalog) : nullptr;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<CatalogDatabase> m_catalog;

private slots:
    void init() {
        m_catalog.reset();
        m_folder = std::make_unique<QTemporaryDir>();
        m_catalog = open();
        QVERIFY(m_catalog);
    }
    void cleanupTestCase() { m_catalog.reset(); }

    /// What an older version wrote has whole seconds: read again from there, a backup took as long as before.
    void backup_readAgainFromTheRepository_keepsItsFractions() {
        BackupRecord backup = makeBackup(77);
        backup.started = kStart + 250ms;
        backup.ended = kStart + 1950ms;
        CHECK_OK(m_catalog->saveBackup(backup));
        BackupRecord again = backup;
        again.started = kStart;
        again.ended = kStart + 1s;
        CHECK_OK(m_catalog->saveBackup(again));
        auto found = m_catalog->backup(backup.id);
        CHECK_OK(found);
        QVERIFY(found->started == backup.started && found->ended == backup.ended);
        again.ended = kStart + 3s; // another second is another time
        CHECK_OK(m_catalog->saveBackup(again));
        found = m_catalog->backup(backup.id);
        CHECK_OK(found);
        QVERIFY(found->ended == again.ended);
        CHECK_OK(m_catalog->removeBackup(backup.repositoryId, backup.id));
    }

    void backup_saved_comesBackWithMicroseconds() {
        BackupRecord backup = makeBackup(1);
        backup.notes = {"a note"};
        CHECK_OK(m_catalog->saveBackup(backup));
        const auto found = m_catalog->backup(backup.id);
        CHECK_OK(found);
        QCOMPARE(toJson(*found), toJson(backup));
        QVERIFY(found->started == backup.started);
        backup.held = true;
        CHECK_OK(m_catalog->saveBackup(backup));
        QVERIFY(m_catalog->backup(backup.id)->held);
        QCOMPARE(m_catalog->backups()->total, std::uint64_t(1));
    }

    void backup_prefix_mustBeUnique() {
        for (const int number : {100000, 100001, 200000})
            CHECK_OK(m_catalog->saveBackup(makeBackup(number)));
        QCOMPARE(m_catalog->backup("20260101t2")->id, makeBackup(200000).id);
        const auto several = m_catalog->backup("20260101T1");
        CHECK_FAILS(several, ErrorCode::InvalidInput);
        QVERIFY(several.error().context.at("candidates").find(makeBackup(100001).id) != std::string::npos);
        CHECK_FAILS(m_catalog->backup("2027"), ErrorCode::NotFound);
        CHECK_FAILS(m_catalog->backup(""), ErrorCode::InvalidInput);
        CHECK_FAILS(m_catalog->backup("%"), ErrorCode::NotFound);
    }

    void backup_sameIdInTwoRepositories_needsItsName() {
        BackupRecord copy = makeBackup(1);
        CHECK_OK(m_catalog->saveBackup(copy));
        copy.repositoryId = "r2";
        CHECK_OK(m_catalog->saveBackup(copy));
        CHECK_FAILS(m_catalog->backup(copy.id), ErrorCode::InvalidInput);
        QCOMPARE(m_catalog->backup(copy.id, "r2")->repositoryId, std::string("r2"));
    }

    void backups_tenThousand_arePagedInOrder() {
        RepositoryContents contents;
        for (int i = 0; i < 10000; ++i)
            contents.backups.push_back(makeBackup(i, i % 2 ? "shop" : "billing"));
        CHECK_OK(m_catalog->replaceRepository("r1", contents));
        BackupFilter filter;
        filter.database = "shop";
        filter.limit = 700;
        std::set<std::string> ids;
        Instant last = Instant::max();
        std::uint64_t pages = 0;
        while (true) {
            const auto page = m_catalog->backups(filter);
            CHECK_OK(page);
            QCOMPARE(page->total, std::uint64_t(5000));
            for (const auto& backup : *page->rows) {
                QVERIFY(backup.started < last);
                last = backup.started;
                ids.insert(backup.id);
            }
            ++pages;
            filter.offset += page->rows->size();
            if (!page->hasMore())
                break;
        }
        QCOMPARE(ids.size(), std::size_t(5000));
        QCOMPARE(pages, std::uint64_t(8));
    }

    void backupsForWatch_areAllWithWhatItJudgesBy() {
        RepositoryContents contents;
        for (int i = 0; i < 50; ++i) {
            BackupRecord backup = makeBackup(i, i % 2 ? "shop" : "billing");
            backup.policyUuid = "policy " + std::to_string(i % 3);
            backup.systemId = "7341900000000000001";
            backup.databaseId = std::to_string(16384 + i % 2);
            backup.runId = "run " + std::to_string(i);
            backup.kind = "full";
            backup.trigger = i % 5 ? "timer" : "person";
            backup.newStoredBytes = (std::uint64_t(1) << 40) + static_cast<std::uint64_t>(i);
            backup.storedBytes = backup.newStoredBytes * 2;
            backup.held = i % 7 == 0;
            if (i % 4 == 0)
                backup.readBackAt = backup.ended + 1s;
            contents.backups.push_back(std::move(backup));
        }
        CHECK_OK(m_catalog->replaceRepository("r1", contents));
        const auto proof = makeProof(contents.backups[9].id, "restored", true, kStart + 24h);
        CHECK_OK(m_catalog->saveProof("r1", proof));
        BackupFilter all;
        all.limit = 100;
        const auto whole = m_catalog->backups(all);
        const auto judged = m_catalog->backupsForWatch();
        CHECK_OK(whole);
        CHECK_OK(judged);
        QCOMPARE(judged->size(), std::size_t(50));
        const auto marks = m_catalog->marks("r1");
        CHECK_OK(marks);
        QCOMPARE(marks->size(), std::size_t(50));
        for (std::size_t i = 0; i < judged->size(); ++i) {
            BackupRecord expected = (*whole->rows)[i];
            QCOMPARE(marks->at(expected.id).held, expected.held);
            QVERIFY(marks->at(expected.id).readBackAt == expected.readBackAt);
            QVERIFY(marks->at(expected.id).restoredAt == expected.restoredAt);
            expected.engine.clear();
            QVERIFY(toJson((*judged)[i]) == toJson(expected));
            QVERIFY((*judged)[i].started == expected.started && (*judged)[i].ended == expected.ended);
        }
        QVERIFY(m_catalog->marks("another one")->empty());
    }

    void backups_filters_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("all, newest first") << 0
                                           << QStringList{QStringLiteral("4"), QStringLiteral("3"),
                                                          QStringLiteral("2"), QStringLiteral("1")};
        QTest::newRow("database") << 1 << QStringList{QStringLiteral("2")};
        QTest::newRow("profile title") << 2 << QStringList{QStringLiteral("3")};
        QTest::newRow("profile uuid") << 3 << QStringList{QStringLiteral("3")};
        QTest::newRow("since, until") << 4 << QStringList{QStringLiteral("3"), QStringLiteral("2")};
        QTest::newRow("text") << 5 << QStringList{QStringLiteral("2")};
        QTest::newRow("text is no pattern") << 6 << QStringList{};
        QTest::newRow("held") << 7 << QStringList{QStringLiteral("1")};
        QTest::newRow("restored") << 8 << QStringList{QStringLiteral("2")};
        QTest::newRow("repository") << 9 << QStringList{QStringLiteral("4")};
        QTest::newRow("by size, ascending") << 10
                                            << QStringList{QStringLiteral("4"), QStringLiteral("1"),
                                                           QStringLiteral("2"), QStringLiteral("3")};
        QTest::newRow("by database") << 11
                                     << QStringList{QStringLiteral("2"), QStringLiteral("4"),
                                                    QStringLiteral("3"), QStringLiteral("1")};
    }
    void backups_filters() {
        QFETCH(int, which);
        QFETCH(QStringList, expected);
        BackupRecord backup = makeBackup(1);
        backup.held = true;
        CHECK_OK(m_catalog->saveBackup(backup));
        backup = makeBackup(2, "shop_100%");
        backup.restoredAt = kStart;
        CHECK_OK(m_catalog->saveBackup(backup));
        backup = makeBackup(3);
        backup.profileUuid = "p2";
        backup.profileTitle = "test";
        CHECK_OK(m_catalog->saveBackup(backup));
        backup = makeBackup(4);
        backup.repositoryId = "r2";
        backup.sizeBytes = 1;
        CHECK_OK(m_catalog->saveBackup(backup));

        BackupFilter filter;
        switch (which) {
        case 1:
            filter.database = "shop_100%";
            break;
        case 2:
            filter.profile = "test";
            break;
        case 3:
            filter.profile = "p2";
            break;
        case 4:
            filter.since = makeBackup(2).started;
            filter.until = makeBackup(4).started;
            break;
        case 5:
            filter.text = "SHOP_100%";
            break;
        case 6:
            filter.text = "s%p";
            break;
        case 7:
            filter.onlyHeld = true;
            break;
        case 8:
            filter.onlyRestored = true;
            break;
        case 9:
            filter.repositoryId = "r2";
            break;
        case 10:
            filter.sort = BackupFilter::Sort::Size;
            filter.descending = false;
            break;
        case 11:
            filter.sort = BackupFilter::Sort::Database;
            break;
        default:
            break;
        }
        const auto page = m_catalog->backups(filter);
        CHECK_OK(page);
        QStringList found;
        for (const auto& row : *page->rows)
            found << QString::fromStdString(row.id.substr(14, 1));
        QCOMPARE(found, expected);
        QCOMPARE(page->total, std::uint64_t(expected.size()));
    }

    void proofs_registered_raiseBadges() {
        const BackupRecord backup = makeBackup(1);
        CHECK_FAILS(m_catalog->saveProof("r1", makeProof(backup.id, "restored", true, kStart)),
                    ErrorCode::NotFound);
        CHECK_OK(m_catalog->saveBackup(backup));
        CHECK_OK(m_catalog->saveProof("r1", makeProof(backup.id, "restored", false, kStart + 2h)));
        QVERIFY(!m_catalog->backup(backup.id)->restoredAt);
        CHECK_OK(m_catalog->saveProof("r1", makeProof(backup.id, "restored", true, kStart + 2h)));
        CHECK_OK(m_catalog->saveProof("r1", makeProof(backup.id, "read_back", true, kStart + 1h)));
        auto found = m_catalog->backup(backup.id);
        QVERIFY(found->restoredAt == kStart + 2h);
        QVERIFY(found->readBackAt == kStart + 1h);
        CHECK_OK(m_catalog->saveBackup(backup)); // saved again without badges: the proofs still tell
        QVERIFY(m_catalog->backup(backup.id)->restoredAt == kStart + 2h);
        const auto proofs = m_catalog->proofs("r1", backup.id);
        CHECK_OK(proofs);
        QCOMPARE(proofs->size(), std::size_t(2));
        QCOMPARE((*proofs)[0].kind, std::string("read_back"));
        QCOMPARE((*proofs)[1].user, std::string("anna"));
        QCOMPARE((*proofs)[1].details.value(QStringLiteral("rows")).toInt(), 7);
        QVERIFY((*proofs)[1].registered);
    }

    void items_manyAndNone_comeBackInOrder() {
        const BackupRecord backup = makeBackup(1);
        CHECK_FAILS(m_catalog->saveItems("r1", backup.id, {}), ErrorCode::NotFound);
        CHECK_OK(m_catalog->saveBackup(backup));
        QVERIFY(!m_catalog->items("r1", backup.id)->has_value());
        CHECK_OK(m_catalog->saveItems("r1", backup.id, {}));
        QVERIFY(m_catalog->items("r1", backup.id)->value()->empty());
        std::vector<BackupItemRow> items;
        for (int i = 0; i < 1201; ++i) {
            BackupItemRow item;
            item.id = std::to_string(i);
            item.kind = "table";
            item.name = "public.größe " + std::to_string(i);
            item.rows = static_cast<std::uint64_t>(i);
            item.details.insert(QStringLiteral("n"), i);
            items.push_back(item);
        }
        CHECK_OK(m_catalog->saveItems("r1", backup.id, items));
        const auto found = m_catalog->items("r1", backup.id);
        CHECK_OK(found);
        const auto& rows = **found;
        QCOMPARE(rows->size(), items.size());
        for (std::size_t i = 0; i < items.size(); ++i) {
            QCOMPARE((*rows)[i].id, items[i].id);
            QCOMPARE((*rows)[i].name, items[i].name);
            QCOMPARE((*rows)[i].details, items[i].details);
        }
    }

    void items_pageDamaged_isCorrupt() {
        CHECK_OK(m_catalog->saveBackup(makeBackup(1)));
        CHECK_OK(m_catalog->saveItems("r1", makeBackup(1).id, {BackupItemRow{}}));
        {
            const auto raw = SqliteDatabase::open(file().toStdString(), catalogSchema());
            CHECK_OK((*raw)->execute(QStringLiteral("UPDATE item_pages SET document = x'00112233445566'")));
        }
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("^qUncompress: ")));
        CHECK_FAILS(m_catalog->items("r1", makeBackup(1).id), ErrorCode::Corrupt);
    }

    void backup_removed_takesItemsAndProofsAlong() {
        const BackupRecord backup = makeBackup(1);
        CHECK_OK(m_catalog->saveBackup(backup));
        CHECK_OK(m_catalog->saveItems("r1", backup.id, {}));
        CHECK_OK(m_catalog->saveProof("r1", makeProof(backup.id, "restored", true, kStart)));
        CHECK_OK(m_catalog->removeBackup("r1", backup.id));
        CHECK_FAILS(m_catalog->removeBackup("r1", backup.id), ErrorCode::NotFound);
        CHECK_OK(m_catalog->saveBackup(backup));
        QVERIFY(!m_catalog->items("r1", backup.id)->has_value());
        QVERIFY(m_catalog->proofs("r1", backup.id)->empty());
    }

    void replaceRepository_others_stay() {
        BackupRecord other = makeBackup(9);
        other.repositoryId = "r2";
        CHECK_OK(m_catalog->saveBackup(other));
        CHECK_OK(m_catalog->saveBackup(makeBackup(1)));
        CHECK_OK(m_catalog->saveItems("r1", makeBackup(1).id, {}));
        CHECK_OK(m_catalog->saveRun(makeRun(1, RunOutcome::Failed)));
        RepositoryContents contents;
        contents.backups = {makeBackup(1), makeBackup(2)};
        contents.runs = {makeRun(2, RunOutcome::Ok)};
        contents.proofs = {makeProof(makeBackup(2).id, "restored", true, kStart + 1h),
                           makeProof("20250101T000000Z-GONE00", "restored", true, kStart)};
        CHECK_OK(m_catalog->replaceRepository("r1", contents));
        QCOMPARE(m_catalog->backups()->total, std::uint64_t(3));
        QVERIFY(!m_catalog->items("r1", makeBackup(1).id)->has_value());
        QVERIFY(m_catalog->backup(makeBackup(2).id)->restoredAt == kStart + 1h);
        QCOMPARE(m_catalog->runs()->total, std::uint64_t(2)); // the one that was not uploaded stays
        CHECK_OK(m_catalog->removeRepository("r1"));
        QCOMPARE(m_catalog->backups()->total, std::uint64_t(1));
        QCOMPARE(m_catalog->runs()->total, std::uint64_t(0));
    }

    void replaceRepository_failing_leavesAllAsItWas() {
        CHECK_OK(m_catalog->saveBackup(makeBackup(1)));
        RepositoryContents contents;
        contents.backups = {makeBackup(2), makeBackup(3)};
        contents.backups[1].repositoryId = "other";
        CHECK_FAILS(m_catalog->replaceRepository("r1", contents), ErrorCode::Internal);
        QCOMPARE(m_catalog->backups()->rows->front().id, makeBackup(1).id);
    }

    void runsForWatch_ofABusyPolicy_hideNoOthers() {
        RepositoryContents contents;
        const auto add = [&](int number, RunOutcome outcome, const std::string& policy) -> RunRecord& {
            RunRecord run = makeRun(number, outcome);
            run.policyUuid = policy;
            run.details = {{QStringLiteral("selection"), QStringLiteral("policy")}};
            contents.runs.push_back(run);
            return contents.runs.back();
        };
        add(1, RunOutcome::Ok, "quiet");
        add(2, RunOutcome::Failed, "quiet");
        RunRecord& drill = add(3, RunOutcome::Failed, "quiet");
        drill.kind = "drill";
        RunRecord& named = add(4, RunOutcome::Ok, "busy");
        named.details = {{QStringLiteral("selection"), QStringLiteral("named")}};
        RunRecord& damage = add(5, RunOutcome::Partial, "busy");
        damage.details.insert(QStringLiteral("damaged_backups"), QJsonArray{QStringLiteral("x")});
        for (int i = 10; i < 5600; ++i)
            add(i, RunOutcome::Ok, "busy");
        // Which server is the one that is meant is not forgotten after 40 runs.
        contents.runs[100].details.insert(QStringLiteral("server_answered_by"), QStringLiteral("anna"));
        const std::string answered = contents.runs[100].id;
        CHECK_OK(m_catalog->replaceRepository("r1", contents));
        const auto runs = m_catalog->runsForWatch();
        CHECK_OK(runs);
        QCOMPARE(runs->size(), std::size_t(5 + 40 + 1)); // and no more of the busy one than are needed
        std::set<std::string> ids;
        for (const auto& run : *runs)
            ids.insert(run.id);
        QCOMPARE(ids.size(), runs->size());
        for (int rare = 1; rare <= 5; ++rare)
            QVERIFY2(ids.contains(makeRun(rare, RunOutcome::Ok).id), qPrintable(QString::number(rare)));
        QVERIFY(ids.contains(makeRun(5599, RunOutcome::Ok).id));
        QVERIFY(ids.contains(answered));
        // Few runs are read as they are.
        RepositoryContents few;
        few.runs.assign(contents.runs.begin(), contents.runs.begin() + 90);
        CHECK_OK(m_catalog->removeRepository("r1"));
        CHECK_OK(m_catalog->replaceRepository("r1", few));
        QCOMPARE(m_catalog->runsForWatch()->size(), std::size_t(90));
        std::stop_source stop;
        CHECK_OK(m_catalog->runsForWatch(1, stop.get_token()));
        stop.request_stop();
        CHECK_FAILS(m_catalog->runsForWatch(1, stop.get_token()), ErrorCode::Cancelled);
        CHECK_FAILS(m_catalog->runsOnDamage({}, stop.get_token()), ErrorCode::Cancelled);
        CHECK_FAILS(m_catalog->backupsForWatch(stop.get_token()), ErrorCode::Cancelled);
    }

    void runsForWatch_ofABusyPolicy_sayHowTheStoreFilled() {
        RepositoryContents contents;
        const Instant newest = makeRun(1, RunOutcome::Ok).started + std::chrono::hours(24 * 365);
        for (int i = 0; i < 5100; ++i) {
            RunRecord run = makeRun(i + 1, RunOutcome::Ok);
            run.started = newest - i * std::chrono::minutes(30);
            run.ended = run.started;
            run.details = {{QStringLiteral("store_free_bytes"), 1000}};
            contents.runs.push_back(run);
        }
        CHECK_OK(m_catalog->replaceRepository("r1", contents));
        const auto runs = m_catalog->runsForWatch();
        CHECK_OK(runs);
        QVERIFY(runs->size() < 1100);
        const auto oldest = std::ranges::min_element(*runs, {}, &RunRecord::started);
        QVERIFY(newest - oldest->started > std::chrono::hours(24 * 60));
    }

    void runsOnDamage_areThoseThatFoundSomeAndWhatLookedSince() {
        const auto verify = [&](int number, const std::string& repository) {
            RunRecord run = makeRun(number, RunOutcome::Ok, "");
            run.kind = "verify";
            run.repositoryId = repository;
            run.backupIds = {"x"};
            return run;
        };
        const auto idsOf = [&](const std::string& repository) {
            QStringList ids;
            const auto runs = m_catalog->runsOnDamage(repository);
            for (const auto& run : *runs)
                ids << toQt(run.id).mid(9, 6);
            ids.sort();
            return ids;
        };
        CHECK_OK(m_catalog->saveRun(verify(1, "r1")));
        CHECK_OK(m_catalog->saveRun(makeRun(2, RunOutcome::Partial)));
        QCOMPARE(idsOf({}), QStringList()); // nothing is damaged
        RunRecord run = makeRun(3, RunOutcome::Partial);
        run.details.insert(QStringLiteral("damaged_backups"), QJsonArray{QStringLiteral("x")});
        CHECK_OK(m_catalog->saveRun(run));
        for (int number = 4; number < 6; ++number)
            CHECK_OK(m_catalog->saveRun(verify(number, "r1")));
        CHECK_OK(m_catalog->saveRun(verify(7, "r2")));
        CHECK_OK(m_catalog->saveRun(makeRun(8, RunOutcome::Ok)));
        QCOMPARE(idsOf({}), (QStringList{QStringLiteral("000003"), QStringLiteral("000004"),
                                         QStringLiteral("000005"), QStringLiteral("000007")}));
        // The run may have written to several repositories, and is recorded for one.
        QCOMPARE(idsOf("r2"), (QStringList{QStringLiteral("000003"), QStringLiteral("000007")}));
    }

    void runs_filters_findTheirRuns() {
        CHECK_OK(m_catalog->saveRun(makeRun(1, RunOutcome::Ok)));
        RunRecord several = makeRun(2, RunOutcome::Partial, "billing, shop");
        several.error = Error{ErrorCode::ConnectionLost, "m", "h", true, {}};
        CHECK_OK(m_catalog->saveRun(several));
        RunRecord verify = makeRun(3, RunOutcome::Failed, "");
        verify.kind = "verify";
        CHECK_OK(m_catalog->saveRun(verify));
        const auto ids = [&](const RunFilter& filter) {
            QStringList found;
            const auto page = m_catalog->runs(filter);
            for (const auto& run : *page->rows)
                found << QString::fromStdString(run.id.substr(14, 1));
            return found.join(QLatin1Char(' '));
        };
        RunFilter filter;
        QCOMPARE(ids(filter), QStringLiteral("3 2 1"));
        filter.database = "shop";
        QCOMPARE(ids(filter), QStringLiteral("2"));
        filter = {};
        filter.kind = "backup";
        filter.descending = false;
        QCOMPARE(ids(filter), QStringLiteral("1 2"));
        filter = {};
        filter.outcome = RunOutcome::Failed;
        QCOMPARE(ids(filter), QStringLiteral("3"));
        filter = {};
        filter.sort = RunFilter::Sort::Duration;
        filter.limit = 1;
        filter.offset = 1;
        QCOMPARE(m_catalog->runs(filter)->rows->size(), std::size_t(1));
        QCOMPARE(m_catalog->runs(filter)->total, std::uint64_t(3));
        const auto found = m_catalog->run(several.id.substr(0, 17));
        CHECK_OK(found);
        QCOMPARE(toJson(*found), toJson(several));
        QVERIFY(found->ended == several.ended);
        CHECK_FAILS(m_catalog->run("2"), ErrorCode::InvalidInput);
        CHECK_FAILS(m_catalog->run("3"), ErrorCode::NotFound);
    }

    void run_ofLivingProcess_isLeftRunning() {
        CHECK_OK(m_catalog->startRun(makeRun(1, RunOutcome::Ok)));
        QVERIFY(m_catalog->run("2026")->outcome == RunOutcome::Running);
        CHECK_OK(m_catalog->saveRun(makeRun(1, RunOutcome::Running))); // progress keeps the process
        Peer peer({QStringLiteral("run"), file(), QStringLiteral("20260101T000002Z-PEER00")});
        QVERIFY(peer.waitUntilReady());
        QVERIFY(m_catalog->failInterruptedRuns()->empty());
        QVERIFY(peer.finish());
        QVERIFY(m_catalog->run("20260101T000002Z")->outcome == RunOutcome::Ok);
    }

    void run_ofKilledProcess_becomesInterrupted() {
        {
            Peer peer({QStringLiteral("run"), file(), QStringLiteral("20260101T000002Z-PEER00")});
            QVERIFY(peer.waitUntilReady());
        } // killed
        CHECK_OK(m_catalog->saveRun(makeRun(5, RunOutcome::Running))); // read from a store: nobody's here
        const auto changed = m_catalog->failInterruptedRuns();
        CHECK_OK(changed);
        QCOMPARE(changed->size(), std::size_t(1));
        const auto run = m_catalog->run("20260101T000002Z");
        QVERIFY(run->outcome == RunOutcome::Failed);
        QVERIFY(run->error->code == ErrorCode::Interrupted);
        QVERIFY(run->error->message.find("on here") != std::string::npos);
        QVERIFY(run->error->retryable && !run->error->hint.empty());
        QVERIFY(!run->ended);
        QVERIFY(m_catalog->failInterruptedRuns()->empty());
        QVERIFY(m_catalog->run("20260101T000005Z")->outcome == RunOutcome::Running);
    }

    void run_ofKilledRestore_saysWhatItLeft() {
        ProcessMark dead = markOfThisProcess();
        dead.startTicks += 1;
        const auto hintOf = [&](const char* kind, const QJsonObject& details) {
            RunRecord run = makeRun(7, RunOutcome::Running);
            run.kind = kind;
            run.details = details;
            if (!m_catalog->startRun(run, dead) || !m_catalog->failInterruptedRuns())
                return std::string();
            const auto found = m_catalog->run(run.id);
            return found && found->error ? found->error->message + "; " + found->error->hint : std::string();
        };
        const auto half = hintOf("restore", {{QStringLiteral("hidden_database"), QStringLiteral("shop_x")}});
        QVERIFY2(half.find("the restore ended in the middle") != std::string::npos, half.c_str());
        QVERIFY2(half.find("shop_x") != std::string::npos, half.c_str());
        QVERIFY(half.find("backup") == std::string::npos);
        QVERIFY(hintOf("restore", {}).find("no database") != std::string::npos);
        QVERIFY(hintOf("drill", {}).find("next drill") != std::string::npos);
        QVERIFY(hintOf("backup", {}).find("counts as a backup") != std::string::npos);
        QVERIFY(hintOf("prune", {}).find("counts as a backup") == std::string::npos);
    }

    void mark_dead_onlyWhenSure() {
        const ProcessMark here = markOfThisProcess();
        QCOMPARE(here.pid, std::int64_t(getpid()));
        QVERIFY(here.startTicks > 0 && !here.bootId.empty() && !here.machine.empty());
        QVERIFY(!isSurelyDead(here));
        ProcessMark mark = here;
        mark.startTicks += 1; // the pid was given to another process
        QVERIFY(isSurelyDead(mark));
        mark.pidNamespace = "pid:[1]";
        QVERIFY(!isSurelyDead(mark));
        mark = here;
        mark.bootId = "another boot"; // as a sandbox with its own /proc reads it in a container
        QVERIFY(!isSurelyDead(mark));
        mark.startTicks += 1;
        QVERIFY(isSurelyDead(mark));
        mark = here;
        mark.bootId = "another boot";
        mark.pidNamespace = "pid:[1]";
        QVERIFY(isSurelyDead(mark));
        mark.machine = "another machine";
        QVERIFY(!isSurelyDead(mark));
        QVERIFY(!isSurelyDead(ProcessMark{}));
        QCOMPARE(markOfProcess(0).pid, std::int64_t(0));
    }

    void mark_ofAProcessThatASandboxHides_isNotDeadBeforeItIs() {
        if (::geteuid() != 0)
            QSKIP("only root can hide processes");
        const pid_t closed = startClosed();
        QVERIFY(closed > 0);
        const ProcessMark mark = markOfProcess(closed);
        const Seen running = seenInSandbox(mark);
        ::kill(closed, SIGKILL);
        ::waitpid(closed, nullptr, 0);
        if (running == kNoMounts)
            QSKIP("no mount of its own can be made here (a chroot)");
        QCOMPARE(running, kAlive);
        QCOMPARE(seenInSandbox(mark), kDead);
    }

    void sources_fromRunsAndBackups_haveStateAndHistory() {
        for (int i = 0; i < 40; ++i)
            CHECK_OK(m_catalog->saveRun(makeRun(i, RunOutcome::Ok)));
        RunRecord partial = makeRun(41, RunOutcome::Partial, "billing, shop");
        partial.details.insert(QStringLiteral("databases"),
                               QJsonArray{QStringLiteral("billing"), QStringLiteral("shop, old")});
        partial.details.insert(QStringLiteral("failed_databases"), QJsonArray{QStringLiteral("shop, old")});
        CHECK_OK(m_catalog->saveRun(partial));
        CHECK_OK(m_catalog->saveRun(makeRun(42, RunOutcome::Cancelled)));
        RunRecord verify = makeRun(43, RunOutcome::Failed, "else");
        verify.kind = "verify";
        CHECK_OK(m_catalog->saveRun(verify));
        CHECK_OK(m_catalog->saveBackup(makeBackup(41)));
        CHECK_OK(m_catalog->saveBackup(makeBackup(3)));
        CHECK_OK(m_catalog->saveBackup(makeBackup(5, "attic")));
        const auto sources = m_catalog->sources();
        CHECK_OK(sources);
        QCOMPARE(sources->size(), std::size_t(3));
        const SourceStatus& attic = (*sources)[0];
        QCOMPARE(attic.database, std::string("attic"));
        QCOMPARE(attic.state, std::string("ok"));
        QVERIFY(attic.recentRuns.empty());
        const SourceStatus& billing = (*sources)[1];
        QCOMPARE(billing.profileTitle, std::string("prod"));
        QCOMPARE(billing.recentRuns.size(), std::size_t(30));
        QCOMPARE(billing.recentRuns.back().id, makeRun(42, RunOutcome::Cancelled).id);
        QCOMPARE(billing.state, std::string("ok")); // partial, but not for this one
        QCOMPARE(billing.lastGood->id, makeBackup(41).id);
        const SourceStatus& shop = (*sources)[2];
        QCOMPARE(shop.database, std::string("shop, old"));
        QCOMPARE(shop.state, std::string("failed"));
        QVERIFY(!shop.lastGood);
        CHECK_OK(m_catalog->startRun(makeRun(50, RunOutcome::Running)));
        QCOMPARE(m_catalog->sources(5)->at(1).state, std::string("running"));
    }

    void open_damaged_saysHowToRebuild() {
        m_catalog.reset();
        QFile damaged(file());
        QVERIFY(damaged.open(QIODevice::WriteOnly));
        damaged.write(QByteArray(5000, 'x'));
        damaged.close();
        const auto catalog = CatalogDatabase::open(file().toStdString());
        CHECK_FAILS(catalog, ErrorCode::Corrupt);
        QVERIFY(catalog.error().hint.find("repository rebuild") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestCatalog)
#include "test_catalog.moc"
