// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/agekeys.h"
#include "engines/crypto/ed25519.h"
#include "engines/repository/fixture.h"

using namespace salvor;
using namespace salvor::test;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

} // namespace

class TestOpen : public QObject {
    Q_OBJECT

private slots:
    void open_freshRepository_hasAnEmptyCatalog() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto repository = fixture.openWriter();
        CHECK_OK(repository);
        const auto catalog = (*repository)->catalog({});
        CHECK_OK(catalog);
        QCOMPARE(catalog->number, std::uint64_t{1});
        QCOMPARE(catalog->epoch, std::uint64_t{1});
        QVERIFY(catalog->entries.empty() && catalog->warnings.empty() && !catalog->olderThanSeen);
        QCOMPARE(catalog->hash, fixture.outcome.pin.highestCatalogHash);
        QCOMPARE(catalog->recipients, fixture.outcome.pin.recipients);
    }

    void open_makesThePrivateStateFolder() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(fixture.openWriter());
        const auto status = std::filesystem::status(fixture.statePath("alice"));
        QCOMPARE(status.permissions(), std::filesystem::perms::owner_all);
    }

    void open_emptyFolder_isNotARepository() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        fixture.removeRaw("salvor-repository.json");
        fixture.removeRaw("catalog/1.json");
        const auto opened = fixture.openWriter();
        CHECK_FAILS(opened, ErrorCode::NotARepository);
        QVERIFY(opened.error().message.find(fixture.root()) != std::string::npos);
        QVERIFY(!opened.error().hint.empty());
    }

    /// The mount point of a disk that is not there.
    void open_folderWithNothing_asksForTheDisk() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        for (const auto& entry : std::filesystem::directory_iterator(fixture.root()))
            std::filesystem::remove_all(entry.path());
        const auto opened = fixture.openWriter();
        CHECK_FAILS(opened, ErrorCode::NotARepository);
        QVERIFY(opened.error().hint.find("is its disk mounted?") != std::string::npos);
        fixture.writeRaw("notes.txt", "mine");
        const auto other = fixture.openWriter();
        CHECK_FAILS(other, ErrorCode::NotARepository);
        QVERIFY(other.error().hint.find("mounted") == std::string::npos);
    }

    void open_foreignFile_isNotARepository_data() {
        QTest::addColumn<QString>("content");
        QTest::newRow("no json") << "hello";
        QTest::newRow("another document") << "{\"document\":\"recipe\",\"format\":0,\"id\":\"1\"}";
        QTest::newRow("no version") << "{\"document\":\"salvor-repository\"}";
        QTest::newRow("no id") << "{\"document\":\"salvor-repository\",\"format\":@,\"id\":\"../../etc\"}";
        QTest::newRow("empty") << "";
    }
    void open_foreignFile_isNotARepository() {
        QFETCH(QString, content);
        Fixture fixture;
        CHECK_OK(fixture.init());
        const std::string version = std::to_string(fixture.outcome.pin.formatVersion);
        fixture.writeRaw("salvor-repository.json", replaced(content.toStdString(), "@", version));
        fixture.removeRaw("catalog/1.json"); // with it, it is a repository whose file is damaged
        CHECK_FAILS(fixture.openWriter(), ErrorCode::NotARepository);
    }

    void open_newerFormat_saysWhich() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        fixture.writeRaw("salvor-repository.json",
                         "{\"document\":\"salvor-repository\",\"format\":77,\"future\":[]}");
        const auto opened = fixture.openWriter();
        CHECK_FAILS(opened, ErrorCode::NewerFormat);
        QVERIFY(opened.error().message.find("77") != std::string::npos);
        CHECK_FAILS(Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                        fixture.outcome.passphrase, {}),
                    ErrorCode::NewerFormat);
    }

    void open_anotherId_isAPinMismatch() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const std::string file = fixture.readRaw("salvor-repository.json");
        fixture.writeRaw("salvor-repository.json",
                         replaced(file, fixture.outcome.pin.id, std::string(32, 'a')));
        const auto opened = fixture.openWriter();
        CHECK_FAILS(opened, ErrorCode::PinMismatch);
        QVERIFY(opened.error().message.find(std::string(32, 'a')) != std::string::npos);
    }

    void open_anotherRepositoryWithTheSameId_isAPinMismatch() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        Fixture other;
        CHECK_OK(other.init());
        fixture.writeRaw("catalog/1.json", other.readRaw("catalog/1.json"));
        CHECK_FAILS(fixture.openWriter(), ErrorCode::PinMismatch);
    }

    void open_otherRecipientsThanPinned_isAPinMismatch() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        RepositoryAccess access = fixture.writerAccess();
        access.identity.reset();
        access.pin.recipients = {AgeIdentity::generate()->recipient().toString()};
        CHECK_FAILS(Repository::open(std::move(access), {}), ErrorCode::PinMismatch);
    }

    void open_saysItIsNotEncrypted_isAPinMismatch() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const std::string file = fixture.readRaw("salvor-repository.json");
        fixture.writeRaw("salvor-repository.json",
                         replaced(file, "\"encrypted\":true", "\"encrypted\":false"));
        CHECK_FAILS(fixture.openWriter(), ErrorCode::PinMismatch);
    }

    void open_wrongIdentity_isNamed() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        RepositoryAccess access = fixture.readerAccess();
        access.identity = AgeIdentity::generate()->toText();
        CHECK_FAILS(Repository::open(std::move(access), {}), ErrorCode::WrongIdentity);
    }

    void open_otherSigningKey_isAPinMismatch() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        RepositoryAccess access = fixture.writerAccess();
        access.writerKeys->signingKey = SigningKey::generate()->seed().clone();
        CHECK_FAILS(Repository::open(std::move(access), {}), ErrorCode::PinMismatch);
    }

    void open_writerKeysOfAnotherMachine_isAForeignWriter() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        RepositoryAccess access = fixture.writerAccess();
        access.principal = kBob;
        const auto opened = Repository::open(std::move(access), {});
        CHECK_FAILS(opened, ErrorCode::ForeignWriter);
        QVERIFY(opened.error().message.find("alice") != std::string::npos);
        CHECK_OK(fixture.openReader());
    }

    void open_storeGone_isNotFound() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        std::filesystem::rename(fixture.root(), fixture.root() + "-away");
        CHECK_FAILS(fixture.openWriter(), ErrorCode::NotFound);
    }

    void open_storeThatFailsForAMoment_opens() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        fixture.store().inject({.op = StoreOp::Get});
        CHECK_OK(fixture.openWriter());
        fixture.store().inject({.op = StoreOp::Get, .sticky = true});
        CHECK_FAILS(fixture.openWriter(), ErrorCode::IoError);
    }

    void open_cancelled_isCancelled() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        std::stop_source stop;
        stop.request_stop();
        CHECK_FAILS(Repository::open(fixture.writerAccess(), stop.get_token()), ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestOpen)
#include "test_open.moc"
