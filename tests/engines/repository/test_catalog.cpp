// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/hash.h"
#include "engines/crypto/signeddocument.h"
#include "engines/repository/catalogdocument.h"
#include "engines/repository/fixture.h"
#include "engines/repository/format.h"
#include "models/base/json.h"

using namespace salvor;
using namespace salvor::test;

namespace {

bool hasWarning(const Catalog& catalog, ErrorCode code) {
    return std::ranges::any_of(catalog.warnings, [&](const Error& warning) { return warning.code == code; });
}

} // namespace

class TestCatalog : public QObject {
    Q_OBJECT

private slots:
    void chain_eachNamesItsPredecessor() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        for (int i = 1; i <= 3; ++i)
            CHECK_OK(backUp(**writer, backupId(i), {}));
        for (int n = 2; n <= 4; ++n) {
            const std::string file = fixture.readRaw("catalog/" + std::to_string(n) + ".json");
            QCOMPARE(std::count(file.begin(), file.end(), '\n'), std::ptrdiff_t{2});
            const auto payload = parseJsonObject(file.substr(0, file.find('\n')), "catalog");
            CHECK_OK(payload);
            const QJsonObject previous = payload->value(QLatin1String("previous")).toObject();
            QCOMPARE(previous.value(QLatin1String("number")).toInt(), n - 1);
            const std::string before = fixture.readRaw("catalog/" + std::to_string(n - 1) + ".json");
            QCOMPARE(fromQt(previous.value(QLatin1String("hash")).toString()),
                     format::hashOf(asBytes(before)));
            QCOMPARE(payload->value(QLatin1String("backups")).toArray().size(), qsizetype{n - 1});
        }
    }

    void document_roundTrip_keepsEverything() {
        const SigningKey key = SigningKey::generate().value();
        CatalogDocument document;
        document.repositoryId = std::string(32, 'a');
        document.previousNumber = 6;
        document.previousHash = std::string(64, 'b');
        document.files = {{"keys/writer.age", std::string(64, 'c')}};
        document.catalog.number = 7;
        document.catalog.epoch = 3;
        document.catalog.writerMachine = "m";
        document.catalog.writerUser = "ü\"ser\n";
        document.catalog.recipients = {"age1x"};
        document.catalog.readers = {{std::string(64, 'd'), {"m2", "u2"}}};
        CatalogEntry entry;
        entry.backupId = backupId(1);
        entry.manifestHash = std::string(64, 'e');
        entry.manifestPlainBytes = 10;
        entry.manifestStoredBytes = 20;
        entry.refs = {std::string(64, '1'), std::string(64, '2')};
        entry.trashed = true;
        entry.summary = backupRequest(backupId(1)).record;
        document.catalog.entries = {entry, entry};
        document.catalog.entries[1].backupId = backupId(2);
        document.catalog.entries[1].refs = {std::string(64, '2')};
        const auto file = signCatalog(document, key);
        CHECK_OK(file);
        const auto read = readCatalog(*file, 7, {document.repositoryId, key.publicKey()});
        CHECK_OK(read);
        QCOMPARE(read->previousNumber, std::uint64_t{6});
        QCOMPARE(read->previousHash, document.previousHash);
        QVERIFY(read->files == document.files);
        QCOMPARE(read->catalog.epoch, std::uint64_t{3});
        QCOMPARE(read->catalog.writerUser, document.catalog.writerUser);
        QVERIFY(read->catalog.readers == document.catalog.readers);
        QCOMPARE(read->catalog.entries.size(), std::size_t{2});
        QCOMPARE(read->catalog.entries[0].refs, entry.refs);
        QCOMPARE(read->catalog.entries[1].refs, document.catalog.entries[1].refs);
        QVERIFY(read->catalog.entries[0].trashed);
        QCOMPARE(toJson(read->catalog.entries[0].summary), toJson(entry.summary));
        QCOMPARE(read->catalog.hash, format::hashOf(asBytes(*file)));
        CHECK_FAILS(readCatalog(*file, 8, {document.repositoryId, key.publicKey()}), ErrorCode::Corrupt);
        CHECK_FAILS(readCatalog(*file, 7, {std::string(32, 'f'), key.publicKey()}), ErrorCode::Corrupt);
        CHECK_FAILS(readCatalog(*file, 7, {document.repositoryId, SigningKey::generate()->publicKey()}),
                    ErrorCode::PinMismatch);
    }

    void keys_strangeNames_areNoCatalogs() {
        QCOMPARE(format::catalogNumber("catalog/12.json"), std::optional<std::uint64_t>(12));
        for (const char* key :
             {"catalog/.json", "catalog/012.json", "catalog/1x.json", "catalog/-1.json", "catalog/1.json~",
              "catalog/99999999999999999999999.json", "other/1.json", "catalog/0.json"})
            QVERIFY2(!format::catalogNumber(key), key);
    }

    void damagedNewest_readersFallBackAndAreTold() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        {
            const auto writer = fixture.openWriter();
            CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
            CHECK_OK(backUp(**writer, backupId(2), sampleContent(2)));
        }
        fixture.writeRaw("catalog/3.json", fixture.readRaw("catalog/3.json").replace(40, 1, "#"));
        const auto reader = fixture.openReader();
        CHECK_OK(reader);
        const auto catalog = (*reader)->catalog({});
        CHECK_OK(catalog);
        QCOMPARE(catalog->number, std::uint64_t{2});
        QVERIFY(!catalog->olderThanSeen);
        QVERIFY(hasWarning(*catalog, ErrorCode::Corrupt));
        QVERIFY(catalog->warnings[0].message.find("catalog/3.json") != std::string::npos);
        QVERIFY(!catalog->warnings[0].hint.empty());
        QVERIFY(readAll(**reader, backupId(1)).value() == sampleContent());
    }

    void damagedNewest_writerGoesOnFromItsOwnCopy() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        {
            const auto writer = fixture.openWriter();
            CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
        }
        fixture.writeRaw("catalog/2.json", "");
        const auto writer = fixture.openWriter();
        CHECK_OK(writer);
        CHECK_OK(backUp(**writer, backupId(2), sampleContent(2)));
        QVERIFY(readAll(**writer, backupId(1)).value() == sampleContent());
        QVERIFY(readAll(**writer, backupId(2)).value() == sampleContent(2));
    }

    void damagedNewest_writerWithoutCopy_isRefusedWithAWayOut() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        {
            const auto writer = fixture.openWriter();
            CHECK_OK(backUp(**writer, backupId(1), {}));
        }
        fixture.writeRaw("catalog/2.json", "garbage\n");
        std::filesystem::remove(fixture.statePath("alice") / "catalog.json");
        const auto writer = fixture.openWriter();
        CHECK_OK(writer);
        const auto refused = (*writer)->beginBackup(backupRequest(backupId(2)), {});
        CHECK_FAILS(refused, ErrorCode::Corrupt);
        QVERIFY(refused.error().message.find("catalog/2.json") != std::string::npos);
        QVERIFY(refused.error().hint.find("take") != std::string::npos);
    }

    void allDamaged_isCorruptAndNamed() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        fixture.writeRaw("catalog/1.json", "");
        const auto opened = fixture.openReader();
        CHECK_FAILS(opened, ErrorCode::Corrupt);
        QVERIFY(opened.error().message.find("catalog/1.json") != std::string::npos);
        fixture.removeRaw("catalog/1.json");
        CHECK_FAILS(fixture.openReader(), ErrorCode::Corrupt);
    }

    /// A bad sector, or another owner, at a catalog that a later one continues.
    void seenUnreadable_laterOneIsWhole_isUsed_data() {
        QTest::addColumn<int>("code");
        QTest::newRow("bad sector") << static_cast<int>(ErrorCode::IoError);
        QTest::newRow("another owner") << static_cast<int>(ErrorCode::PermissionDenied);
    }
    void seenUnreadable_laterOneIsWhole_isUsed() {
        QFETCH(int, code);
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
        {
            const auto reader = fixture.openReader();
            CHECK_OK((*reader)->catalog({})); // has seen 2
        }
        CHECK_OK(backUp(**writer, backupId(2), sampleContent(2)));
        fixture.store().inject({.error = {static_cast<ErrorCode>(code), "injected", {}, false, {}},
                                .op = StoreOp::Get,
                                .keyPrefix = "catalog/2.json",
                                .sticky = true});
        {
            const auto reader = fixture.openReader();
            CHECK_OK(reader);
            const auto catalog = (*reader)->catalog({});
            CHECK_OK(catalog);
            QCOMPARE(catalog->number, std::uint64_t{3});
            QVERIFY(!catalog->olderThanSeen);
            QVERIFY(readAll(**reader, backupId(1)).value() == sampleContent());
        }
    }

    void newestUnreadable_saysTheWayOn() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(backUp(**fixture.openWriter(), backupId(1), {}));
        const auto fail = [&](ErrorCode code) {
            fixture.store().inject({.error = {code, "injected", "look at it", false, {}},
                                    .op = StoreOp::Get,
                                    .keyPrefix = "catalog/2.json",
                                    .sticky = true});
        };
        fail(ErrorCode::PermissionDenied); // whole, for its owner: nothing is to be moved
        const auto refused = fixture.openReader();
        CHECK_FAILS(refused, ErrorCode::PermissionDenied);
        QVERIFY(refused.error().hint.starts_with("look at it; "));
        QVERIFY(refused.error().hint.find("belongs to root") != std::string::npos);
        QVERIFY(refused.error().hint.find("what another user wrote to that one") != std::string::npos);
        QVERIFY(refused.error().hint.find("move that one file away") == std::string::npos);
        fixture.store().heal();
        fail(ErrorCode::IoError);
        const auto damaged = fixture.openReader();
        CHECK_FAILS(damaged, ErrorCode::IoError);
        QVERIFY(damaged.error().hint.starts_with("look at it; "));
        QVERIFY(damaged.error().hint.find("move that one file away and keep it") != std::string::npos);
        QVERIFY(damaged.error().hint.find("take-over") != std::string::npos);
        std::filesystem::rename(fixture.root() + "/catalog/2.json", fixture.root() + "/moved");
        CHECK_OK(fixture.openReader()); // as it says
    }

    void storeThatFails_isAnErrorAndNoFallBack() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), {}));
        const auto reader = fixture.openReader();
        CHECK_OK(backUp(**writer, backupId(2), {}));
        fixture.store().inject({.op = StoreOp::Get, .keyPrefix = "catalog/3", .sticky = true});
        CHECK_FAILS((*reader)->catalog({}), ErrorCode::IoError);
    }

    void rolledBack_isMarkedAndRestoreStaysPossible() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), sampleContent()));
        CHECK_OK(backUp(**writer, backupId(2), sampleContent(2)));
        fixture.removeRaw("catalog/3.json");
        RepositoryAccess access = fixture.readerAccess();
        access.pin.highestCatalogSeen = 3;
        const auto reader = Repository::open(std::move(access), {});
        CHECK_OK(reader);
        const auto catalog = (*reader)->catalog({});
        CHECK_OK(catalog);
        QVERIFY(catalog->olderThanSeen);
        QVERIFY(hasWarning(*catalog, ErrorCode::RolledBack));
        QVERIFY(readAll(**reader, backupId(1)).value() == sampleContent());
        const auto refused = (*writer)->beginBackup(backupRequest(backupId(3)), {});
        CHECK_FAILS(refused, ErrorCode::RolledBack);
        QVERIFY(refused.error().hint.find("take") != std::string::npos);
    }

    void rolledBack_isRememberedInTheStateFolderToo() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), {}));
        CHECK_OK((*fixture.openReader())->catalog({}));
        fixture.removeRaw("catalog/2.json");
        QVERIFY((*fixture.openReader())->catalog({})->olderThanSeen);
    }

    void rolledBackAndWrittenOn_isMarked() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        {
            const auto writer = fixture.openWriter();
            CHECK_OK(backUp(**writer, backupId(1), {}));
        }
        const auto reader = fixture.openReader();
        QVERIFY(!(*reader)->catalog({})->olderThanSeen);
        // The same number again, from an older copy of the writer's state.
        fixture.removeRaw("catalog/2.json");
        std::filesystem::remove_all(fixture.statePath("alice"));
        {
            const auto writer = fixture.openWriter();
            CHECK_OK(backUp(**writer, backupId(2), {}));
            CHECK_OK(backUp(**writer, backupId(3), {}));
        }
        const auto later = (*fixture.openReader())->catalog({});
        CHECK_OK(later);
        QVERIFY(later->olderThanSeen);
    }

    void staleListing_newestIsStillFound() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto reader = fixture.openReader();
        fixture.store().inject({.kind = StoreFault::Kind::StaleList, .sticky = true});
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), {}));
        QCOMPARE((*reader)->catalog({})->number, std::uint64_t{2});
        fixture.store().heal();
        fixture.store().inject({.kind = StoreFault::Kind::PartialList, .sticky = true});
        CHECK_OK(backUp(**writer, backupId(2), {}));
        QCOMPARE((*reader)->catalog({})->number, std::uint64_t{3});
    }

    void futureClock_doesNotWinOverALaterCatalog() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        fixture.clock.set("2027-11-21T07:40:00Z");
        CHECK_OK(backUp(**writer, backupId(1), {}));
        fixture.clock.set("2026-11-21T08:40:00Z");
        CHECK_OK(backUp(**writer, backupId(2), {}));
        const auto catalog = (*fixture.openReader())->catalog({});
        QCOMPARE(catalog->number, std::uint64_t{3});
        QCOMPARE(catalog->entries.size(), std::size_t{2});
        QVERIFY(catalog->warnings.empty());
    }

    void newerCatalogFormat_isRefused() {
        const SigningKey key = SigningKey::generate().value();
        const QJsonObject future{{QStringLiteral("document"), QStringLiteral("catalog")},
                                 {QStringLiteral("format"), 99}};
        const auto file = signDocument(toCanonicalJson(future).value(), key);
        CHECK_FAILS(readCatalog(*file, 1, {std::string(32, 'a'), key.publicKey()}), ErrorCode::NewerFormat);
    }
};

QTEST_GUILESS_MAIN(TestCatalog)
#include "test_catalog.moc"
