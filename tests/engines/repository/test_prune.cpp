// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Trash and prune over real local folders: what goes, what must stay, and what it says when it refuses.
#include "engines/repository/fixture.h"
#include "engines/repository/prunefixture.h"
#include "engines/repository/pruneplan.h"

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

class TestPrune : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        m_prepared.clock.set(toRfc3339(later()));
        CHECK_OK(m_prepared.init());
        const auto writer = m_prepared.openWriter();
        CHECK_OK(writer);
        for (int i = 1; i <= 4; ++i)
            CHECK_OK(backUp(**writer, backupId(i), tinyContent(static_cast<std::uint64_t>(i))));
    }

    void changes_areInTheCatalog() {
        const auto fixture = m_prepared.clone();
        const auto writer = fixture->openWriter();
        BackupChanges changes;
        changes.trash = {backupId(1), backupId(2)};
        changes.hold = {backupId(3)};
        changes.grace = 48h;
        const auto changed = (*writer)->changeBackups(changes, {});
        CHECK_OK(changed);
        QCOMPARE(changed->number, std::uint64_t(6)); // one catalog for all
        const auto catalog = (*fixture->openReader())->catalog({});
        CHECK_OK(catalog);
        QVERIFY(catalog->entries[0].trashed && catalog->entries[1].trashed && !catalog->entries[2].trashed);
        QVERIFY(catalog->entries[2].summary.held && !catalog->entries[3].summary.held);
        QVERIFY(catalog->entries[0].trashedAt == fixture->clock.now());
        QVERIFY(catalog->entries[0].expires() == fixture->clock.now() + 49h);
        const std::string text = fixture->readRaw("catalog/6.json");
        const std::string wanted = "\"trash_grace_seconds\":172800,\"trashed\":true,\"trashed_at\":\"" +
                                   toRfc3339(fixture->clock.now()) + "\"";
        QVERIFY(text.find(wanted) != std::string::npos);

        BackupChanges back;
        back.undelete = {backupId(1)};
        back.release = {backupId(3)};
        CHECK_OK((*writer)->changeBackups(back, {}));
        const auto after = (*fixture->openReader())->catalog({});
        QVERIFY(!after->entries[0].trashed && after->entries[1].trashed && !after->entries[2].summary.held);
        // Everything still gives back what was put in, the trash as well.
        for (int i = 1; i <= 4; ++i)
            QVERIFY(readAll(**fixture->openReader(), backupId(i)).value() ==
                    tinyContent(static_cast<std::uint64_t>(i)));
    }

    /// Half a blob that a killed writer left: no key names it, and nothing else removes it.
    void temporariesOfKilledWriters_go_afterADay() {
        const auto fixture = m_prepared.clone();
        const std::string leftover = "objects/+tmp.0123";
        const auto aged = [&](std::chrono::hours age) {
            const QString path = QString::fromStdString(fixture->store().location() + "/" + leftover);
            QFile file(path);
            const auto at = std::chrono::floor<std::chrono::milliseconds>(fixture->clock.now() - age);
            return file.open(QIODevice::ReadWrite) &&
                   file.setFileTime(QDateTime::fromMSecsSinceEpoch(at.time_since_epoch().count()),
                                    QFileDevice::FileModificationTime);
        };
        fixture->writeRaw(leftover, "half");
        const auto writer = fixture->openWriter();
        NullProgress progress;
        QVERIFY(aged(23h));
        CHECK_OK((*writer)->prune({}, progress, {}));
        QVERIFY(fixture->existsRaw(leftover));
        QVERIFY(aged(25h));
        CHECK_OK((*writer)->prune({}, progress, {}));
        QVERIFY(!fixture->existsRaw(leftover));
    }

    void damagedOldCatalog_isNamedThenGoes_data() {
        QTest::addColumn<QString>("bytes");
        QTest::newRow("one bit") << QString();
        QTest::newRow("empty") << QStringLiteral("-");
        QTest::newRow("another one in its place") << QStringLiteral("catalog/2.json");
    }
    void damagedOldCatalog_isNamedThenGoes() {
        QFETCH(QString, bytes);
        const auto fixture = m_prepared.clone();
        const auto reader = fixture->openReader();
        CHECK_OK((*reader)->catalog({})); // it saw catalog 5
        CHECK_OK(trash(*fixture, {1}));   // 6
        const std::string key = "catalog/5.json";
        std::string damaged = fixture->readRaw(key);
        damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
        if (!bytes.isEmpty())
            damaged = bytes == u"-" ? std::string() : fixture->readRaw(bytes.toStdString());
        fixture->writeRaw(key, damaged);
        NullProgress progress;
        // It was not set back: who saw the damaged one goes on with the newest.
        const auto seen = (*reader)->catalog({});
        CHECK_OK(seen);
        QVERIFY(!seen->olderThanSeen);
        QCOMPARE(seen->number, std::uint64_t(6));
        const auto writer = fixture->openWriter();
        const auto report = (*writer)->verify({VerifyDepth::Quick, {}}, progress, {});
        CHECK_OK(report);
        QVERIFY(!report->ok());
        QCOMPARE(report->problems.size(), std::size_t(1));
        QCOMPARE(report->problems[0].error.context.at("key"), key);
        QVERIFY(report->problems[0].error.hint.find("prune") != std::string::npos);
        QCOMPARE(report->intactBackupIds.size(), std::size_t(4)); // no backup is hit
        PruneRequest dry;
        dry.dryRun = true;
        QCOMPARE(prune(*fixture, dry)->orphans.files, std::uint64_t(1));
        QVERIFY(fixture->existsRaw(key));
        const auto pruned = prune(*fixture);
        CHECK_OK(pruned);
        QCOMPARE(pruned->orphans.files, std::uint64_t(1));
        QVERIFY(!fixture->existsRaw(key));
        verifyFully(*fixture);
        CHECK_OK(backUp(**fixture->openWriter(), backupId(9), tinyContent(9)));
    }

    void damagedOldCatalog_restoredOrWithoutAWholeNewest_stays() {
        const auto fixture = m_prepared.clone();
        const std::string good = fixture->readRaw("catalog/3.json");
        const std::string newest = fixture->readRaw("catalog/5.json");
        NullProgress progress;
        fixture->writeRaw("catalog/3.json", "x");
        QVERIFY(!(*fixture->openWriter())->verify({VerifyDepth::Quick, {}}, progress, {})->ok());
        fixture->writeRaw("catalog/5.json", "x"); // the writer goes on from its own copy
        CHECK_OK(prune(*fixture));
        QVERIFY(fixture->existsRaw("catalog/3.json"));
        fixture->writeRaw("catalog/5.json", newest);
        fixture->writeRaw("catalog/3.json", good);
        CHECK_OK(prune(*fixture));
        QVERIFY(fixture->existsRaw("catalog/3.json"));
        verifyFully(*fixture);
    }

    void changes_thatChangeNothing_writeNothing() {
        const auto fixture = m_prepared.clone();
        const auto writer = fixture->openWriter();
        BackupChanges changes;
        changes.undelete = {backupId(1)};
        changes.release = {backupId(2)};
        CHECK_OK((*writer)->changeBackups(changes, {}));
        QVERIFY(!fixture->existsRaw("catalog/6.json"));
    }

    void changes_areRefused() {
        const auto fixture = m_prepared.clone();
        const auto writer = fixture->openWriter();
        BackupChanges changes;
        changes.hold = {backupId(1)};
        CHECK_OK((*writer)->changeBackups(changes, {}));
        changes = {};
        changes.trash = {backupId(2), backupId(1)};
        const auto held = (*writer)->changeBackups(changes, {});
        CHECK_FAILS(held, ErrorCode::Conflict);
        QCOMPARE(held.error().context.at("backup"), backupId(1));
        QVERIFY(!(*writer)->catalog({})->entries[1].trashed); // all or nothing
        changes.trash = {backupId(9)};
        CHECK_FAILS((*writer)->changeBackups(changes, {}), ErrorCode::NotFound);
        changes.trash = {backupId(2)};
        changes.grace = -1s;
        CHECK_FAILS((*writer)->changeBackups(changes, {}), ErrorCode::InvalidInput);
        changes.grace = kTrashGrace;
        CHECK_OK((*writer)->changeBackups(changes, {}));
        changes = {};
        changes.hold = {backupId(2)};
        CHECK_FAILS((*writer)->changeBackups(changes, {}), ErrorCode::Conflict);
        CHECK_FAILS((*fixture->openReader())->changeBackups(changes, {}), ErrorCode::SecretUnavailable);
    }

    void trash_afterTakeOver_keepsItsDates() {
        const auto fixture = m_prepared.clone();
        CHECK_OK(trash(*fixture, {1}));
        const auto before = (*fixture->openReader())->catalog({})->entries[0].trashedAt;
        fixture->clock.advance(24h);
        CHECK_OK((*fixture->openReader())->takeOver({}));
        const auto after = (*fixture->openReader())->catalog({});
        QVERIFY(after->entries[0].trashed && after->entries[0].trashedAt == before);
    }

    void prune_waitsForTheGrace() {
        const auto fixture = m_prepared.clone();
        CHECK_OK(trash(*fixture, {1, 2}));
        const auto before = fixture->keys();
        fixture->clock.advance(7 * 24h);
        const auto early = prune(*fixture); // an hour of slack, for clocks that are an hour off
        CHECK_OK(early);
        QCOMPARE(early->purged.size(), std::size_t(0));
        QCOMPARE(early->inTrash, std::uint64_t(2));
        QVERIFY(*early->nextExpiry == fixture->clock.now() + 1h);
        QVERIFY(fixture->keys() == before);
        fixture->clock.advance(1h);
        const auto due = prune(*fixture);
        CHECK_OK(due);
        QVERIFY(due->purged == (std::vector{backupId(1), backupId(2)}));
        checkExactlyNeeded(*fixture);
        for (int i = 3; i <= 4; ++i)
            QVERIFY(readAll(**fixture->openReader(), backupId(i)).value() ==
                    tinyContent(static_cast<std::uint64_t>(i)));
        CHECK_FAILS((*fixture->openReader())->manifest(backupId(1), {}), ErrorCode::NotFound);
        BackupChanges back;
        back.undelete = {backupId(1)};
        CHECK_FAILS((*fixture->openWriter())->changeBackups(back, {}), ErrorCode::NotFound);
    }

    void prune_undeletedInTime_stays() {
        const auto fixture = m_prepared.clone();
        CHECK_OK(trash(*fixture, {1, 2}));
        fixture->clock.advance(3 * 24h);
        BackupChanges back;
        back.undelete = {backupId(2)};
        CHECK_OK((*fixture->openWriter())->changeBackups(back, {}));
        fixture->clock.advance(6 * 24h);
        const auto report = prune(*fixture);
        CHECK_OK(report);
        QVERIFY(report->purged == std::vector{backupId(1)});
        QVERIFY(readAll(**fixture->openReader(), backupId(2)).value() == tinyContent(2));
        verifyFully(*fixture);
    }

    void prune_freeSpaceNow_doesNotWait() {
        const auto fixture = m_prepared.clone();
        CHECK_OK(trash(*fixture, {4}));
        PruneRequest request;
        request.freeSpaceNow = true;
        const auto freed = (*fixture->openReader())->freedBy({backupId(4)}, {});
        CHECK_OK(freed);
        const auto report = prune(*fixture, request);
        CHECK_OK(report);
        QVERIFY(report->purged == std::vector{backupId(4)});
        QVERIFY(report->ofBackups == *freed);
        QVERIFY(freed->objects.files > 0 && freed->manifests.files == 1);
        checkExactlyNeeded(*fixture);
    }

    void prune_dryRun_saysTheSameAndDoesNothing() {
        const auto fixture = m_prepared.clone();
        CHECK_OK(trash(*fixture, {1, 3}));
        fixture->clock.advance(8 * 24h);
        const auto before = fixture->keys();
        PruneRequest request;
        request.dryRun = true;
        const auto would = prune(*fixture, request);
        CHECK_OK(would);
        QVERIFY(fixture->keys() == before);
        const auto did = prune(*fixture);
        CHECK_OK(did);
        QVERIFY(did->purged == would->purged && did->ofBackups == would->ofBackups);
        QCOMPARE(did->freedBytes(), would->freedBytes());
    }

    void prune_backupAfterwards_sharesWhatIsLeft() {
        const auto fixture = m_prepared.clone();
        CHECK_OK(trash(*fixture, {1, 2, 3}));
        fixture->clock.advance(8 * 24h);
        CHECK_OK(prune(*fixture));
        const auto writer = fixture->openWriter();
        // What 4 has is shared, what only 3 had is stored again.
        const auto same = backUp(**writer, backupId(5), tinyContent(4));
        CHECK_OK(same);
        QCOMPARE(same->newStoredBytes, std::uint64_t(0));
        const auto again = backUp(**writer, backupId(6), tinyContent(3));
        CHECK_OK(again);
        QVERIFY(again->newStoredBytes > 0);
        for (const auto& [id, seed] : {std::pair{4, 4U}, std::pair{5, 4U}, std::pair{6, 3U}})
            QVERIFY(readAll(**fixture->openReader(), backupId(id)).value() == tinyContent(seed));
        verifyFully(*fixture);
    }

    void prune_allBackups_leavesAnEmptyRepository() {
        const auto fixture = m_prepared.clone();
        CHECK_OK(trash(*fixture, {1, 2, 3, 4}));
        fixture->clock.advance(8 * 24h);
        CHECK_OK(prune(*fixture));
        QCOMPARE(fixture->keys("objects/").size(), std::size_t(0));
        QCOMPARE(fixture->keys("manifests/").size(), std::size_t(0));
        CHECK_OK(backUp(**fixture->openWriter(), backupId(5), tinyContent(5)));
        verifyFully(*fixture);
    }

    void orphans_goByTheirAge() {
        const auto fixture = m_prepared.clone();
        {
            const auto left = writeStreams(**fixture->openWriter(), backupId(5), tinyContent(77));
            CHECK_OK(left); // and no commit
        }
        QVERIFY(std::filesystem::remove(fixture->statePath("alice") / "unfinished")); // nobody's now
        fixture->writeRaw("objects/zz/notes.txt", "not ours");
        const std::size_t before = fixture->keys("objects/").size();
        PruneRequest request;
        request.orphanAge = std::chrono::hours(24 * 4000);
        const auto young = prune(*fixture, request);
        CHECK_OK(young);
        QVERIFY(young->young.files > 0 && young->orphans.files == 0);
        QCOMPARE(fixture->keys("objects/").size(), before);
        const auto old = prune(*fixture); // the clock of this test is days after the files were made
        CHECK_OK(old);
        QVERIFY(old->orphans == young->young);
        QVERIFY(fixture->existsRaw("objects/zz/notes.txt")); // readers pass over what is not the repository's
        fixture->removeRaw("objects/zz/notes.txt");
        checkExactlyNeeded(*fixture);
    }

    void leftByAFailedRun_goesHoweverYoung() {
        const auto fixture = m_prepared.clone();
        const std::size_t before = fixture->keys().size();
        const std::filesystem::path list = fixture->statePath("alice") / "unfinished";
        {
            const auto writer = fixture->openWriter();
            CHECK_OK(backUp(**writer, backupId(5), tinyContent(5)));
            QCOMPARE(std::filesystem::file_size(list), std::uintmax_t(0)); // its catalog names all of them
            fixture->store().inject({.kind = StoreFault::Kind::Fail,
                                     .error = {ErrorCode::NoSpace, "injected", {}, false, {}},
                                     .op = StoreOp::Put,
                                     .keyPrefix = "manifests/",
                                     .sticky = true});
            CHECK_FAILS(backUp(**writer, backupId(6), tinyContent(66)), ErrorCode::NoSpace);
            fixture->store().heal();
        }
        const auto needed = neededKeys(*fixture);
        PruneRequest request;
        request.orphanAge = std::chrono::hours(24 * 4000);
        request.dryRun = true;
        const auto would = prune(*fixture, request);
        CHECK_OK(would);
        QVERIFY2(
            would->orphans.files >= 2 && would->young.files == 0, // a list as well
            qPrintable(
                QStringLiteral("%1 orphans, %2 young").arg(would->orphans.files).arg(would->young.files)));
        {
            // A preview while a run is under way: what that one writes is nobody's to take.
            const auto writer = fixture->openWriter();
            const auto running = writeStreams(**writer, backupId(7), tinyContent(77));
            CHECK_OK(running);
            const auto meanwhile = prune(*fixture, request);
            CHECK_OK(meanwhile);
            QVERIFY(meanwhile->orphans.files == 0 && meanwhile->young.files > would->orphans.files);
            request.dryRun = false;
            CHECK_FAILS(prune(*fixture, request), ErrorCode::Busy);
        }
        const auto did = prune(*fixture, request);
        CHECK_OK(did);
        QVERIFY(did->orphans.files > would->orphans.files && did->young.files == 0); // both runs'
        QVERIFY(storedKeys(*fixture) == needed);
        QVERIFY(!std::filesystem::exists(list));
        QVERIFY(fixture->keys().size() > before);
        CHECK_OK(backUp(**fixture->openWriter(), backupId(8), tinyContent(66)));
        verifyFully(*fixture);
    }

    void leftByAFailedRun_thatABackupNeedsByNow_stays() {
        Fixture plain(false); // the same plaintext is the same object
        plain.clock.set(toRfc3339(later()));
        CHECK_OK(plain.init());
        {
            CHECK_OK(writeStreams(**plain.openWriter(), backupId(1), tinyContent(1)));
        }
        const std::filesystem::path list = plain.statePath("alice") / "unfinished";
        const auto kept = std::filesystem::path(list.string() + ".kept");
        std::filesystem::copy_file(list, kept);
        CHECK_OK(backUp(**plain.openWriter(), backupId(2), tinyContent(1)));
        std::filesystem::copy_file(kept, list, std::filesystem::copy_options::overwrite_existing);
        CHECK_OK(prune(plain));
        verifyFully(plain);
        QVERIFY(readAll(**plain.openReader(), backupId(2)).value() == tinyContent(1));
    }

    void proofs_goWithTheirBackup() {
        const auto fixture = m_prepared.clone();
        const Secret key(Bytes(32, std::byte{7}));
        for (const int number : {1, 2}) {
            Proof proof;
            proof.id = backupId(100 + number);
            proof.backupId = backupId(number);
            proof.kind = "restored";
            proof.at = fixture->clock.now();
            CHECK_OK((*fixture->openReader())->recordProof(proof, key, {}));
        }
        CHECK_OK(trash(*fixture, {1}));
        fixture->clock.advance(8 * 24h);
        const auto report = prune(*fixture);
        CHECK_OK(report);
        QCOMPARE(report->proofs.files, std::uint64_t(1));
        QVERIFY(!fixture->existsRaw("proofs/" + backupId(1) + "/" + backupId(101) + ".json"));
        QVERIFY(fixture->existsRaw("proofs/" + backupId(2) + "/" + backupId(102) + ".json"));
    }

    void clock_aYearAhead_deletesNothingAndBeginsAnew() {
        const auto fixture = m_prepared.clone();
        CHECK_OK(trash(*fixture, {1}));
        fixture->clock.advance(std::chrono::hours(24 * 365));
        const auto before = fixture->keys("objects/");
        const auto report = prune(*fixture);
        CHECK_OK(report);
        QVERIFY(report->clockJumped && report->purged.empty());
        QVERIFY(fixture->keys("objects/") == before);
        // A second prune believes it no sooner than after a grace by the new time.
        QCOMPARE(prune(*fixture)->purged.size(), std::size_t(0));
        fixture->clock.advance(7 * 24h + 1h);
        QVERIFY(prune(*fixture)->purged == std::vector{backupId(1)});
    }

    void clock_aYearAhead_alsoThroughABackup() {
        const auto fixture = m_prepared.clone();
        CHECK_OK(trash(*fixture, {1}));
        fixture->clock.advance(std::chrono::hours(24 * 365));
        CHECK_OK(backUp(**fixture->openWriter(), backupId(5), tinyContent(5)));
        const auto report = prune(*fixture); // the newest catalog is of today, by that clock
        CHECK_OK(report);
        QCOMPARE(report->purged.size(), std::size_t(0));
        QVERIFY(readAll(**fixture->openReader(), backupId(1)).value() == tinyContent(1));
    }

    void clock_aYearBack_keepsTheTrash_andSetRightAgainToo() {
        const auto fixture = m_prepared.clone();
        CHECK_OK(trash(*fixture, {1}));
        const Instant right = fixture->clock.now();
        fixture->clock.advance(-std::chrono::hours(24 * 365));
        QCOMPARE(prune(*fixture)->purged.size(), std::size_t(0));
        CHECK_OK(trash(*fixture, {2}));
        fixture->clock.advance(
            std::chrono::duration_cast<std::chrono::seconds>(right - fixture->clock.now()) + 1h);
        const auto report = prune(*fixture); // by their dates both would be long due
        CHECK_OK(report);
        QVERIFY(report->clockJumped && report->purged.empty());
        QCOMPARE(report->inTrash, std::uint64_t(2));
    }

    void redated_onlyWhatHasToBe() {
        const Instant now = later();
        CatalogEntry entry;
        QVERIFY(redated(entry, now, now).trashedAt == Instant{}); // live
        entry.trashed = true;
        QVERIFY(redated(entry, now, now).trashedAt == now); // of a catalog without dates
        entry.trashedAt = now - 24h;
        QVERIFY(redated(entry, now - 24h, now).trashedAt == now - 24h);
        QVERIFY(redated(entry, now - kLongestSilence, now).trashedAt == now - 24h);
        QVERIFY(redated(entry, now - kLongestSilence - 1s, now).trashedAt == now);
        entry.trashedAt = now + 1s;
        QVERIFY(redated(entry, now, now).trashedAt == now);
    }

private:
    Fixture m_prepared;
};

QTEST_GUILESS_MAIN(TestPrune)
#include "test_prune.moc"
