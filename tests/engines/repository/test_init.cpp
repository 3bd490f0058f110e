// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/age.h"
#include "engines/repository/fixture.h"

using namespace salvor;
using namespace salvor::test;

class TestInit : public QObject {
    Q_OBJECT

private slots:
    void init_emptyFolder_makesTheWholeLayout() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const std::vector<std::string> expected{"catalog/1.json", "keys/recovery.age", "keys/writer.age",
                                                "reserve", "salvor-repository.json"};
        QCOMPARE(fixture.keys(), expected);
        QCOMPARE(fixture.readRaw("reserve").size(), std::size_t{4} * 1024 * 1024);
        const RepositoryPin& pin = fixture.outcome.pin;
        QVERIFY(pin.isWriter && pin.encrypted);
        QCOMPARE(pin.id.size(), std::size_t{32});
        QCOMPARE(pin.recipients.size(), std::size_t{1});
        QCOMPARE(pin.highestCatalogSeen, std::uint64_t{1});
        QCOMPARE(pin.writerUser, kAlice.user);
    }

    void init_generatedPassphrase_opensTheRecoveryFileWithPlainAge() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const InitOutcome& outcome = fixture.outcome;
        QCOMPARE(outcome.passphrase.text().size(), std::size_t{29});
        AgeOpeners openers;
        openers.passphrase = &outcome.passphrase;
        const auto text = ageDecrypt(asBytes(fixture.readRaw("keys/recovery.age")), openers);
        CHECK_OK(text);
        QVERIFY(asText(*text).find(outcome.identity.text()) != std::string_view::npos);
        QVERIFY(asText(*text).find(outcome.pin.id) != std::string_view::npos);
    }

    void init_recoveryCopy_namesThePublicKeyBeforeTheArmor() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const std::string& copy = fixture.outcome.recoveryFile;
        QVERIFY(copy.find("\n# public key: " + fixture.outcome.pin.recipients[0] + "\n") !=
                std::string::npos);
        QVERIFY(copy.ends_with(fixture.readRaw("keys/recovery.age")));
        QVERIFY(copy.find(fixture.outcome.identity.text()) == std::string::npos);
    }

    void init_noSecretsInTheStore() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        for (const auto& key : fixture.keys()) {
            const std::string bytes = fixture.readRaw(key);
            QVERIFY(bytes.find(fixture.outcome.identity.text()) == std::string::npos);
            QVERIFY(bytes.find(fixture.outcome.passphrase.text()) == std::string::npos);
            QVERIFY(bytes.find(asText(fixture.outcome.keys.signingKey.bytes())) == std::string::npos);
        }
    }

    void init_givenPassphrase_isUsedAsItIs() {
        Fixture fixture;
        InitRequest request = fixture.initRequest();
        request.passphrase = Secret(std::string_view("correct horse battery staple"));
        const auto outcome = Repository::init(fixture.store(), fixture.clock, request, {});
        CHECK_OK(outcome);
        QCOMPARE(outcome->passphrase.text(), std::string_view("correct horse battery staple"));
        CHECK_OK(Repository::recover(fixture.store(), outcome->recoveryFile, outcome->passphrase, {}));
    }

    void init_existingRepository_isRefusedAndUntouched() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const std::string before = fixture.readRaw("keys/writer.age");
        const auto again = Repository::init(fixture.store(), fixture.clock, fixture.initRequest(), {});
        CHECK_FAILS(again, ErrorCode::AlreadyExists);
        QVERIFY(!again.error().hint.empty());
        QCOMPARE(fixture.readRaw("keys/writer.age"), before);
        CHECK_OK(fixture.openWriter());
    }

    void init_folderWithOtherFiles_isRefusedAndNamesOne() {
        Fixture fixture;
        fixture.writeRaw("photos/cat.jpg", "meow");
        const auto made = Repository::init(fixture.store(), fixture.clock, fixture.initRequest(), {});
        CHECK_FAILS(made, ErrorCode::InvalidInput);
        QVERIFY(made.error().message.find("photos/cat.jpg") != std::string::npos);
        QCOMPARE(fixture.keys(), std::vector<std::string>{"photos/cat.jpg"});
    }

    void init_backupsWithoutRepositoryFile_keepsEverything() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        fixture.removeRaw("salvor-repository.json");
        fixture.writeRaw("manifests/20261121T074000Z-000001.age", "x");
        CHECK_FAILS(Repository::init(fixture.store(), fixture.clock, fixture.initRequest(), {}),
                    ErrorCode::AlreadyExists); // a repository that lost its file
        QVERIFY(fixture.existsRaw("keys/recovery.age"));
    }

    void init_failedAtAnyOperation_canBeRepeated() {
        std::uint64_t operations = 0;
        {
            Fixture counted;
            CHECK_OK(counted.init());
            operations = counted.store().operations();
        }
        QVERIFY(operations > 8);
        for (std::uint64_t at = 1; at <= operations; ++at) {
            Fixture fixture;
            fixture.store().inject(
                {.error = {ErrorCode::NoSpace, "injected", {}, false, {}}, .at = at, .sticky = true});
            const auto first = fixture.init();
            QVERIFY(!first);
            fixture.store().heal();
            if (fixture.existsRaw("salvor-repository.json")) {
                // It was written, but what came after could not be confirmed: it is a whole repository.
                CHECK_FAILS(fixture.init(), ErrorCode::AlreadyExists);
                continue;
            }
            QVERIFY(!Repository::open(fixture.readerAccess(), {}));
            CHECK_OK(fixture.init());
            CHECK_OK(fixture.openWriter());
        }
    }

    /// A fault that passes lets it take back what it wrote.
    void init_failedOnceAtAnyOperation_leavesNothing() {
        std::uint64_t operations = 0;
        {
            Fixture counted;
            CHECK_OK(counted.init());
            operations = counted.store().operations();
        }
        std::size_t failed = 0;
        for (std::uint64_t at = 1; at <= operations; ++at) {
            Fixture fixture;
            fixture.store().inject({.error = {ErrorCode::NoSpace, "injected", {}, false, {}}, .at = at});
            if (fixture.init())
                continue; // tried again, or of no account
            ++failed;
            QCOMPARE(fixture.keys(), std::vector<std::string>());
        }
        QVERIFY(failed > 4);
    }

    void init_cancelledBehindTheLastFile_leavesNothing() {
        Fixture fixture;
        std::stop_source stop;
        fixture.store().onOperation([&](StoreOp op, std::string_view key) {
            if (op == StoreOp::Put && key == "salvor-repository.json")
                stop.request_stop();
        });
        CHECK_FAILS(Repository::init(fixture.store(), fixture.clock, fixture.initRequest(), stop.get_token()),
                    ErrorCode::Cancelled);
        QCOMPARE(fixture.keys(), std::vector<std::string>());
    }

    void init_fullDisk_saysSo() {
        Fixture fixture;
        fixture.store().inject(
            {.error = {ErrorCode::NoSpace, "disk full", "free some", false, {}}, .op = StoreOp::Put});
        CHECK_FAILS(fixture.init(), ErrorCode::NoSpace);
    }

    void init_anotherInitMixedIn_isAConflictAndLeavesNoRepository() {
        Fixture fixture;
        fixture.store().onOperation([&](StoreOp op, std::string_view key) {
            if (op == StoreOp::Put && key == "salvor-repository.json")
                fixture.writeRaw("keys/writer.age", "another's");
        });
        CHECK_FAILS(fixture.init(), ErrorCode::Conflict);
        QVERIFY(!fixture.existsRaw("salvor-repository.json"));
    }

    void init_cancelled_leavesNoRepository() {
        Fixture fixture;
        std::stop_source stop;
        fixture.store().onOperation([&](StoreOp op, std::string_view) {
            if (op == StoreOp::Put)
                stop.request_stop();
        });
        CHECK_FAILS(Repository::init(fixture.store(), fixture.clock, fixture.initRequest(), stop.get_token()),
                    ErrorCode::Cancelled);
        QVERIFY(!fixture.existsRaw("salvor-repository.json"));
    }
};

QTEST_GUILESS_MAIN(TestInit)
#include "test_init.moc"
