// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/fixture.h"

using namespace salvor;
using namespace salvor::test;

class TestRecover : public QObject {
    Q_OBJECT

private slots:
    void recover_storeFileAndPassphrase_openEverything() { recovers(true); }
    void recover_unencrypted_knowsIt() { recovers(false); }

    void recover_fileFromTheStore_worksToo() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(Repository::recover(fixture.store(), fixture.readRaw("keys/recovery.age"),
                                     fixture.outcome.passphrase, {}));
    }

    void recover_passphraseTypedByHand_isForgiven() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        std::string typed;
        for (const char c : fixture.outcome.passphrase.text()) {
            if (c != '-')
                typed += static_cast<char>(std::tolower(c));
        }
        CHECK_OK(Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                     Secret(std::string_view(typed)), {}));
    }

    void recover_wrongPassphrase_isNamedWithoutRepeatingIt() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto refused = Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                                 Secret(std::string_view("open sesame")), {});
        CHECK_FAILS(refused, ErrorCode::WrongIdentity);
        QVERIFY(refused.error().toText().find("sesame") == std::string::npos);
        QVERIFY(!refused.error().hint.empty());
    }

    void recover_fileOfAnotherRepository_isNamed() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        Fixture other;
        CHECK_OK(other.init());
        const auto refused =
            Repository::recover(fixture.store(), other.outcome.recoveryFile, other.outcome.passphrase, {});
        CHECK_FAILS(refused, ErrorCode::WrongIdentity);
        QVERIFY(refused.error().message.find(fixture.outcome.pin.id) != std::string::npos);
    }

    void recover_notARecoveryFile_isInvalidInput() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_FAILS(Repository::recover(fixture.store(), "hello", fixture.outcome.passphrase, {}),
                    ErrorCode::InvalidInput);
        const std::string& file = fixture.outcome.recoveryFile;
        CHECK_FAILS(Repository::recover(fixture.store(), file.substr(0, file.size() / 2),
                                        fixture.outcome.passphrase, {}),
                    ErrorCode::Corrupt);
    }

    void recover_storeWithAnotherWritersCatalog_isRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        Fixture other;
        CHECK_OK(other.init());
        fixture.writeRaw("catalog/1.json", other.readRaw("catalog/1.json"));
        fixture.writeRaw("keys/writer.age", other.readRaw("keys/writer.age"));
        CHECK_FAILS(Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                        fixture.outcome.passphrase, {}),
                    ErrorCode::PinMismatch);
    }

    void recover_withoutWriterKeys_stillReads() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(backUp(**fixture.openWriter(), backupId(1), tinyContent()));
        fixture.removeRaw("keys/writer.age");
        auto recovered = Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                             fixture.outcome.passphrase, {});
        CHECK_OK(recovered);
        QVERIFY(!recovered->keys);
    }

    void recover_unneededFilesUnreadable_opensAllTheSame_data() {
        QTest::addColumn<int>("code");
        QTest::newRow("bad sector") << static_cast<int>(ErrorCode::IoError);
        QTest::newRow("another owner") << static_cast<int>(ErrorCode::PermissionDenied);
    }
    void recover_unneededFilesUnreadable_opensAllTheSame() {
        QFETCH(int, code);
        for (const char* key : {"keys/writer.age", "salvor-repository.json"}) {
            Fixture fixture;
            CHECK_OK(fixture.init());
            CHECK_OK(backUp(**fixture.openWriter(), backupId(1), tinyContent()));
            fixture.store().inject({.error = {static_cast<ErrorCode>(code), "injected", {}, false, {}},
                                    .keyPrefix = key,
                                    .sticky = true});
            auto recovered = Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                                 fixture.outcome.passphrase, {});
            CHECK_OK(recovered);
            QCOMPARE(recovered->keys.has_value(), std::string_view(key) != "keys/writer.age");
            RepositoryAccess access = fixture.readerAccess();
            access.pin = recovered->pin;
            access.identity = recovered->identity.clone();
            const auto repository = Repository::open(std::move(access), {});
            CHECK_OK(repository);
            QVERIFY(readAll(**repository, backupId(1)).value() == tinyContent());
            const auto faults = (*repository)->writtenOnceFaults({}); // and it is said, by name
            CHECK_OK(faults);
            QCOMPARE(faults->size(), std::size_t{1});
            QCOMPARE(faults->front().context.at("key"), std::string(key));
        }
    }

    void recover_storeAway_isAnError() {
        for (const char* key : {"", "catalog/"}) {
            Fixture fixture;
            CHECK_OK(fixture.init());
            for (const char* prefix : {key, "salvor-repository.json"})
                fixture.store().inject({.keyPrefix = prefix, .sticky = true});
            CHECK_FAILS(Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                            fixture.outcome.passphrase, {}),
                        ErrorCode::IoError);
            CHECK_FAILS(fixture.openReader(), ErrorCode::IoError);
        }
    }

    void recover_emptyPlace_isNotARepository() {
        Fixture fixture;
        CHECK_FAILS(Repository::recover(fixture.store(), "", Secret(), {}), ErrorCode::NotARepository);
    }

private:
    void recovers(bool encrypted) {
        Fixture fixture(encrypted);
        CHECK_OK(fixture.init());
        CHECK_OK(backUp(**fixture.openWriter(), backupId(1), tinyContent()));
        auto recovered = Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                             fixture.outcome.passphrase, {});
        CHECK_OK(recovered);
        const RepositoryPin& pin = recovered->pin;
        const RepositoryPin& made = fixture.outcome.pin;
        QCOMPARE(pin.id, made.id);
        QCOMPARE(pin.title, made.title);
        QCOMPARE(pin.encrypted, encrypted);
        QCOMPARE(pin.recipients, made.recipients);
        QCOMPARE(pin.signingPublicKey, made.signingPublicKey);
        QCOMPARE(pin.writerUser, kAlice.user);
        QVERIFY(!pin.isWriter);
        QCOMPARE(pin.highestCatalogSeen, std::uint64_t{2});
        QVERIFY(recovered->keys);
        QCOMPARE(recovered->keys->idKey.text(), fixture.outcome.keys.idKey.text());
        QCOMPARE(recovered->identity.text(), fixture.outcome.identity.text());

        RepositoryAccess access = fixture.readerAccess();
        access.pin = pin;
        access.identity = recovered->identity.clone();
        const auto repository = Repository::open(std::move(access), {});
        CHECK_OK(repository);
        QVERIFY(readAll(**repository, backupId(1)).value() == tinyContent());
    }
};

QTEST_GUILESS_MAIN(TestRecover)
#include "test_recover.moc"
