// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/fixture.h"

using namespace salvor;
using namespace salvor::test;

namespace {

/// Bob takes the repository over on a machine of his, as the programs do it.
Result<RepositoryAccess> takeOver(Fixture& fixture) {
    SALVOR_ASSIGN(auto recovered, Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                                      fixture.outcome.passphrase, {}));
    RepositoryAccess access = fixture.readerAccess();
    access.pin = recovered.pin;
    access.identity = recovered.identity.clone();
    SALVOR_ASSIGN(const auto repository, Repository::open(std::move(access), {}));
    SALVOR_ASSIGN(const RepositoryPin pin, repository->takeOver({}));
    RepositoryAccess writer = fixture.readerAccess();
    writer.pin = pin;
    writer.writerKeys = std::move(recovered.keys);
    return writer;
}

} // namespace

class TestTakeover : public QObject {
    Q_OBJECT

private slots:
    void takeOver_fromTheRecoveryFileAlone_writesOn() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(backUp(**fixture.openWriter(), backupId(1), tinyContent()));
        auto access = takeOver(fixture);
        CHECK_OK(access);
        QVERIFY(access->pin.isWriter);
        QCOMPARE(access->pin.writerUser, kBob.user);
        const auto bob = Repository::open(std::move(*access), {});
        CHECK_OK(bob);
        const auto catalog = (*bob)->catalog({});
        QCOMPARE(catalog->epoch, std::uint64_t{2});
        QCOMPARE(catalog->writerUser, kBob.user);
        CHECK_OK(backUp(**bob, backupId(2), tinyContent(2)));
        QVERIFY(readAll(**bob, backupId(1)).value() == tinyContent());
        QVERIFY(readAll(**bob, backupId(2)).value() == tinyContent(2));
    }

    void takeOver_formerWriter_isRefusedFromThenOn() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto alice = fixture.openWriter();
        CHECK_OK(backUp(**alice, backupId(1), tinyContent()));
        CHECK_OK(takeOver(fixture));
        const auto refused = (*alice)->beginBackup(backupRequest(backupId(2)), {});
        CHECK_FAILS(refused, ErrorCode::ForeignWriter);
        QVERIFY(refused.error().message.find("bob") != std::string::npos);
        CHECK_FAILS(fixture.openWriter(), ErrorCode::ForeignWriter);
        QVERIFY(readAll(**alice, backupId(1)).value() == tinyContent());
    }

    void takeOver_formerWriterInTheMiddle_itsCommitIsRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto alice = fixture.openWriter();
        const auto running = writeStreams(**alice, backupId(1), tinyContent());
        CHECK_OK(running);
        CHECK_OK(takeOver(fixture)); // as while alice's machine was asleep
        CHECK_FAILS((*running)->commit({}, {}), ErrorCode::ForeignWriter);
        QVERIFY((*fixture.openReader())->catalog({})->entries.empty());
    }

    void takeOver_andBack_growsTheEpoch() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(takeOver(fixture));
        RepositoryAccess access = fixture.writerAccess();
        access.writerKeys.reset();
        const auto pin = (*Repository::open(std::move(access), {}))->takeOver({});
        CHECK_OK(pin);
        QCOMPARE(pin->writerUser, kAlice.user);
        const auto alice = fixture.openWriter();
        CHECK_OK(alice);
        QCOMPARE((*alice)->catalog({})->epoch, std::uint64_t{3});
        CHECK_OK(backUp(**alice, backupId(1), tinyContent()));
    }

    void takeOver_afterARollBack_endsIt() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        {
            const auto alice = fixture.openWriter();
            CHECK_OK(backUp(**alice, backupId(1), tinyContent()));
            CHECK_OK(backUp(**alice, backupId(2), tinyContent(2)));
        }
        fixture.removeRaw("catalog/3.json");
        CHECK_FAILS((*fixture.openWriter())->beginBackup(backupRequest(backupId(3)), {}),
                    ErrorCode::RolledBack);
        const auto pin = (*fixture.openWriter())->takeOver({});
        CHECK_OK(pin);
        QCOMPARE(pin->highestCatalogSeen, std::uint64_t{4}); // above what was seen
        const auto alice = fixture.openWriter();
        const auto catalog = (*alice)->catalog({});
        QVERIFY(!catalog->olderThanSeen);
        QCOMPARE(catalog->entries.size(), std::size_t{1});
        CHECK_OK(backUp(**alice, backupId(3), tinyContent()));
        NullProgress progress;
        QVERIFY((*alice)->verify({VerifyDepth::Full, {}}, progress, {})->ok());
    }

    void takeOver_damagedNewestCatalog_goesOnFromTheOneBefore() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        {
            const auto alice = fixture.openWriter();
            CHECK_OK(backUp(**alice, backupId(1), tinyContent()));
            CHECK_OK(backUp(**alice, backupId(2), tinyContent(2)));
        }
        fixture.writeRaw("catalog/3.json", "");
        std::filesystem::remove_all(fixture.statePath("alice"));
        auto access = takeOver(fixture);
        CHECK_OK(access);
        const auto bob = Repository::open(std::move(*access), {});
        CHECK_OK(bob);
        const auto catalog = (*bob)->catalog({});
        QCOMPARE(catalog->number, std::uint64_t{4});
        QCOMPARE(catalog->entries.size(), std::size_t{1});
        QVERIFY(catalog->warnings.empty());
        CHECK_OK(backUp(**bob, backupId(3), tinyContent()));
    }

    void takeOver_byItsOwnWriter_needsNoIdentity() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        RepositoryAccess access = fixture.writerAccess();
        access.identity.reset();
        CHECK_OK((*Repository::open(std::move(access), {}))->takeOver({}));
        CHECK_OK(backUp(**fixture.openWriter(), backupId(1), tinyContent()));
    }

    void takeOver_withNeitherIdentityNorWriterKeys_isRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        RepositoryAccess access = fixture.writerAccess();
        access.identity.reset();
        access.writerKeys.reset();
        CHECK_FAILS((*Repository::open(std::move(access), {}))->takeOver({}), ErrorCode::SecretUnavailable);
    }

    void takeOver_damagedOrForgedWriterKeys_isRefusedAndNamed() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        Fixture other;
        CHECK_OK(other.init());
        const std::string good = fixture.readRaw("keys/writer.age");
        for (const std::string& bad :
             {good.substr(0, good.size() - 3), other.readRaw("keys/writer.age"), std::string()}) {
            fixture.writeRaw("keys/writer.age", bad);
            const auto refused = (*fixture.openReader())->takeOver({});
            QVERIFY(!refused);
            QVERIFY(refused.error().message.find("keys/writer.age") != std::string::npos);
        }
        QCOMPARE(fixture.keys("catalog/").size(), std::size_t{1});
    }

    void takeOver_readOnlyStore_isRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        fixture.store().inject({.error = {ErrorCode::PermissionDenied, "read only", {}, false, {}},
                                .op = StoreOp::Put,
                                .sticky = true});
        CHECK_FAILS((*fixture.openReader())->takeOver({}), ErrorCode::PermissionDenied);
    }
};

QTEST_GUILESS_MAIN(TestTakeover)
#include "test_takeover.moc"
