// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/fixture.h"
#include "engines/repository/randomdata.h"
#include "support/boundbyrights.h"
#include "support/need.h"

#include <QDir>

using namespace salvor;
using namespace salvor::test;

class TestCommit : public QObject {
    Q_OBJECT

private slots:
    void commit_encrypted_givesBackEveryItem() { roundTrip(true); }
    void commit_plain_givesBackEveryItemWithoutIdentity() { roundTrip(false); }

    void commit_fillsTheSummary() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(writer);
        fixture.clock.set("2026-11-21T07:41:00Z");
        const auto record = backUp(**writer, backupId(1), sampleContent());
        CHECK_OK(record);
        QCOMPARE(record->items, std::uint64_t{6});
        QCOMPARE(record->rows, std::uint64_t{12});
        QVERIFY(record->sizeBytes > 7'000'000 && record->storedBytes > 6'000'000);
        QCOMPARE(record->newStoredBytes, record->storedBytes);
        QCOMPARE(record->repositoryId, fixture.outcome.pin.id);
        QCOMPARE(toRfc3339(record->ended), std::string("2026-11-21T07:41:00Z"));
        const auto catalog = (*writer)->catalog({});
        CHECK_OK(catalog);
        QCOMPARE(catalog->number, std::uint64_t{2});
        QCOMPARE(catalog->entries.size(), std::size_t{1});
        QCOMPARE(toJson(catalog->entries[0].summary), toJson(*record));
        QCOMPARE(catalog->entries[0].refs.size(), std::size_t{2});
    }

    void commit_partsOfASecond_areKeptByManifestAndCatalog() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(writer);
        BackupWriterRequest request = backupRequest(backupId(1));
        request.record.started += std::chrono::milliseconds(250);
        fixture.clock.set("2026-11-21T07:40:00.75Z");
        const auto record = backUp(**writer, request, sampleContent());
        CHECK_OK(record);
        QVERIFY(record->ended - record->started == std::chrono::milliseconds(500));
        const auto reader = fixture.openReader();
        CHECK_OK(reader);
        const auto catalog = (*reader)->catalog({});
        CHECK_OK(catalog);
        QCOMPARE(catalog->entries.size(), std::size_t{1});
        const auto manifest = (*reader)->manifest(backupId(1), {});
        CHECK_OK(manifest);
        for (const BackupRecord& read : {catalog->entries[0].summary, manifest->record}) {
            QVERIFY(read.started == record->started);
            QVERIFY(read.ended == record->ended);
        }
    }

    void commit_unchangedData_storesNothingButTheManifest() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
        const auto objects = fixture.keys("objects/");
        const auto refs = fixture.keys("refs/");
        const auto second = backUp(**writer, backupId(2), sampleContent());
        CHECK_OK(second);
        QCOMPARE(second->newStoredBytes, std::uint64_t{0});
        QVERIFY(second->storedBytes > 6'000'000);
        QCOMPARE(fixture.keys("objects/"), objects);
        QCOMPARE(fixture.keys("refs/"), refs);
        QCOMPARE(fixture.keys("manifests/").size(), std::size_t{2});
    }

    void commit_changedItem_storesThatPartOnly() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        const auto first = backUp(**writer, backupId(1), sampleContent(1));
        const auto second = backUp(**writer, backupId(2), sampleContent(2));
        CHECK_OK(second);
        QVERIFY(second->newStoredBytes > 0 && second->newStoredBytes < first->newStoredBytes / 2);
        QVERIFY(readAll(**writer, backupId(1)).value() == sampleContent(1));
        QVERIFY(readAll(**writer, backupId(2)).value() == sampleContent(2));
    }

    void commit_indexLost_storesAllAgainAndIsRight() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        const auto first = backUp(**writer, backupId(1), sampleContent());
        CHECK_OK(first);
        QVERIFY(std::filesystem::remove(fixture.statePath("alice") / "index"));
        const auto second = backUp(**writer, backupId(2), sampleContent());
        CHECK_OK(second);
        QCOMPARE(second->newStoredBytes, second->storedBytes);
        QVERIFY(readAll(**writer, backupId(2)).value() == sampleContent());
    }

    void commit_indexOfAnOlderCatalog_isNotUsed() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), sampleContent(1)));
        const auto index = fixture.statePath("alice") / "index";
        std::filesystem::copy_file(index, index.string() + ".old");
        CHECK_OK(backUp(**writer, backupId(2), sampleContent(2)));
        std::filesystem::rename(index.string() + ".old", index);
        const auto third = backUp(**writer, backupId(3), sampleContent(2));
        CHECK_OK(third);
        QCOMPARE(third->newStoredBytes, third->storedBytes);
        QVERIFY(readAll(**writer, backupId(3)).value() == sampleContent(2));
    }

    void commit_objectVanishedSinceTheListing_isRefusedAndStoredAnewNextTime() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
        const std::string victim = fixture.keys("objects/").front();
        auto open = writeStreams(**writer, backupId(2), sampleContent());
        CHECK_OK(open);
        fixture.removeRaw(victim);
        const auto refused = (*open)->commit({}, {});
        CHECK_FAILS(refused, ErrorCode::Corrupt);
        QVERIFY(refused.error().message.find(victim) != std::string::npos);
        QCOMPARE((*writer)->catalog({})->number, std::uint64_t{2});
        open->reset();
        CHECK_OK(backUp(**writer, backupId(3), sampleContent()));
        QVERIFY(readAll(**writer, backupId(3)).value() == sampleContent());
    }

    void commit_truncatedObject_isNotSharedButStoredAnew() {
        for (const bool encrypted : {true, false}) {
            Fixture fixture(encrypted);
            CHECK_OK(fixture.init());
            const auto writer = fixture.openWriter();
            CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
            for (const auto& key : fixture.keys("objects/"))
                fixture.writeRaw(key, fixture.readRaw(key).substr(0, 100));
            CHECK_OK(backUp(**writer, backupId(2), sampleContent()));
            QVERIFY(readAll(**writer, backupId(2)).value() == sampleContent());
        }
    }

    void commit_partialListing_sharesLessAndIsRight() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
        for (const auto kind :
             {StoreFault::Kind::PartialList, StoreFault::Kind::DoubledList, StoreFault::Kind::StaleList}) {
            fixture.store().inject({.kind = kind, .sticky = true});
            const std::string id = backupId(10 + static_cast<int>(kind));
            CHECK_OK(backUp(**writer, id, sampleContent()));
            fixture.store().heal();
            QVERIFY(readAll(**writer, id).value() == sampleContent());
        }
    }

    void commit_manyObjects_areFoundInAListing() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        Content content;
        for (int i = 0; i < 70; ++i)
            content["g" + std::to_string(i)]["t" + std::to_string(i)] =
                rowData(2'000, static_cast<std::uint64_t>(i));
        CHECK_OK(backUp(**writer, backupId(1), content));
        QVERIFY(fixture.keys("objects/").size() > 64);
        QVERIFY(readAll(**writer, backupId(1)).value() == content);
    }

    void commit_withoutItems_isABackup() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), {}));
        QVERIFY(readAll(**writer, backupId(1)).value().empty());
    }

    void commit_twice_isRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        const auto open = writeStreams(**writer, backupId(1), sampleContent());
        CHECK_OK((*open)->commit({}, {}));
        CHECK_FAILS((*open)->commit({}, {}), ErrorCode::Internal);
    }

    void commit_droppedWriter_leavesNoBackup() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(writeStreams(**writer, backupId(1), sampleContent()));
        QVERIFY((*writer)->catalog({})->entries.empty());
        QVERIFY(fixture.keys("manifests/").empty());
    }

    void commit_cancelledBeforeTheCatalog_leavesNoBackup() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        const auto open = writeStreams(**writer, backupId(1), sampleContent());
        std::stop_source stop;
        fixture.store().onOperation([&](StoreOp op, std::string_view key) {
            if (op == StoreOp::Put && key.starts_with("manifests/"))
                stop.request_stop();
        });
        CHECK_FAILS((*open)->commit({}, stop.get_token()), ErrorCode::Cancelled);
        fixture.store().onOperation({});
        QVERIFY((*writer)->catalog({})->entries.empty());
    }

    void beginBackup_idThatExists_isRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
        CHECK_FAILS((*writer)->beginBackup(backupRequest(backupId(1)), {}), ErrorCode::AlreadyExists);
        CHECK_FAILS((*writer)->beginBackup(backupRequest("../x"), {}), ErrorCode::InvalidInput);
    }

    void beginBackup_reader_isRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto reader = fixture.openReader();
        CHECK_FAILS((*reader)->beginBackup(backupRequest(backupId(1)), {}), ErrorCode::SecretUnavailable);
    }

    void beginBackup_reserveMissing_isMadeAgain() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        fixture.removeRaw("reserve");
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), {}));
        QVERIFY(fixture.existsRaw("reserve"));
    }

    /// Its bytes are nobody's concern, so neither is who may read them.
    void beginBackup_reserveOfAnotherUser_isInNobodysWay() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const std::string reserve = fixture.root() + "/reserve";
        std::filesystem::permissions(reserve, std::filesystem::perms::none);
        {
            const BoundByRights bound;
            SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
            const auto writer = fixture.openWriter();
            CHECK_OK(writer);
            CHECK_OK(backUp(**writer, backupId(1), tinyContent()));
        }
        QVERIFY(readAll(**fixture.openReader(), backupId(1)).value() == tinyContent());
    }

    /// What failed is told, and not that a list of which nobody knows could not be removed.
    void commit_folderOfListsOfAnotherUser_saysThatItCannotBeOpened() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const std::string lists = fixture.root() + "/refs";
        std::filesystem::create_directories(lists);
        std::filesystem::permissions(lists, std::filesystem::perms::none);
        {
            const BoundByRights bound;
            SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
            const auto writer = fixture.openWriter();
            CHECK_OK(writer);
            const auto made = backUp(**writer, backupId(1), tinyContent());
            CHECK_FAILS(made, ErrorCode::PermissionDenied);
            QVERIFY2(made.error().message.starts_with("cannot open the folder"),
                     made.error().message.c_str());
        }
        std::filesystem::permissions(lists, std::filesystem::perms::owner_all);
    }

    void manifest_writerWithoutIdentity_cannotBeRead() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        RepositoryAccess access = fixture.writerAccess();
        access.identity.reset();
        const auto writer = Repository::open(std::move(access), {});
        CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
        CHECK_FAILS((*writer)->manifest(backupId(1), {}), ErrorCode::SecretUnavailable);
        CHECK_FAILS((*writer)->manifest(backupId(2), {}), ErrorCode::NotFound);
    }

    void manifest_keepsWhatTheCallerGave() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        const auto open = writeStreams(**writer, backupId(1), sampleContent());
        Manifest manifest;
        manifest.finish = {{QStringLiteral("wal"), QStringLiteral("0/1")}};
        manifest.policy = {{QStringLiteral("title"), QStringLiteral("daily")}};
        manifest.profile = {{QStringLiteral("host"), QStringLiteral("db1")}};
        CHECK_OK((*open)->commit(manifest, {}));
        const auto read = (*writer)->manifest(backupId(1), {});
        CHECK_OK(read);
        QCOMPARE(read->finish, manifest.finish);
        QCOMPARE(read->policy, manifest.policy);
        QCOMPARE(read->profile, manifest.profile);
        QCOMPARE(read->record.database, std::string("app"));
        const ManifestItem& item = read->items.front();
        QCOMPARE(item.changeKey, std::string("k"));
        QCOMPARE(item.rows, std::uint64_t{2});
        QVERIFY(item.parallelPhase);
        QCOMPARE(item.details.value(QLatin1String("format")).toString(), QStringLiteral("text"));
    }

    void resolve_prefixes_asInEveryList() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), {}));
        QCOMPARE((*writer)->resolve("20261121t07", {}).value(), backupId(1));
        CHECK_OK(backUp(**writer, backupId(2), {}));
        QCOMPARE((*writer)->resolve(backupId(2), {}).value(), backupId(2));
        const auto ambiguous = (*writer)->resolve("2026", {});
        CHECK_FAILS(ambiguous, ErrorCode::InvalidInput);
        QVERIFY(ambiguous.error().message.find(backupId(2)) != std::string::npos);
        CHECK_FAILS((*writer)->resolve("2025", {}), ErrorCode::NotFound);
        CHECK_FAILS((*writer)->resolve("", {}), ErrorCode::NotFound);
    }

    void openItem_malformedManifest_isCorrupt() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
        Manifest manifest = (*writer)->manifest(backupId(1), {}).value();
        CHECK_FAILS((*writer)->openItem(manifest, manifest.items.size(), {}), ErrorCode::Internal);
        manifest.items[0].objectCount = 1'000'000;
        CHECK_FAILS((*writer)->openItem(manifest, 0, {}), ErrorCode::Corrupt);
        manifest.items[0].firstObject = ~std::uint64_t{0};
        CHECK_FAILS((*writer)->openItem(manifest, 0, {}), ErrorCode::Corrupt);
        manifest.items[0].group = "nowhere";
        CHECK_FAILS((*writer)->openItem(manifest, 0, {}), ErrorCode::Corrupt);
        manifest.groups[0].ref = "../../etc/passwd";
        manifest.items[1].group = manifest.groups[0].name;
        CHECK_FAILS((*writer)->openItem(manifest, 1, {}), ErrorCode::Corrupt);
    }

private:
    void roundTrip(bool encrypted) {
        Fixture fixture(encrypted);
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(writer);
        CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
        RepositoryAccess access = fixture.readerAccess();
        if (!encrypted)
            access.identity.reset();
        const auto reader = Repository::open(std::move(access), {});
        CHECK_OK(reader);
        const auto content = readAll(**reader, backupId(1));
        CHECK_OK(content);
        QVERIFY(*content == sampleContent());
    }
};

QTEST_GUILESS_MAIN(TestCommit)
#include "test_commit.moc"
