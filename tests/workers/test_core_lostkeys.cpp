// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Keys that the secret store no longer has: what is said of it, and how they come back.
#include "workers/agedcore.h"
#include "workers/repositoryopening.h"

#include <QDir>
#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct World : AgedCore {
    Result<> prepare(bool encrypted = true) {
        SALVOR_TRY(make(encrypted));
        SALVOR_ASSIGN(ids, backUpDaily("shop", 2));
        return {};
    }
    QString secret(const std::string& name) const {
        return QString::fromStdString(source.places.secrets + "/" + name);
    }
    bool lose(const std::string& name) const { return QFile::remove(secret(name)); }
    bool isThere(const std::string& name) const { return QFile::exists(secret(name)); }
    /// A secret kind and a title that play no part: the repository has its own.
    Result<RepositoryPin> open() {
        return core->openRepository({path("store"), {recoveryFile}, "another name", "keychain"}, passphrase,
                                    {});
    }
    /// Whether this computer can write.
    Result<> write() {
        BackupActRequest request;
        request.act = held ? BackupAct::Release : BackupAct::Hold;
        request.backups = {ids.front()};
        SALVOR_TRY(core->changeBackups(request, {}));
        held = !held;
        return {};
    }
    const RepositoryPin& pin() const { return source.pin; }

    std::vector<std::string> ids;
    bool held = false;
};

/// In words, with the very command.
bool saysOpen(const World& world, const Error& error) {
    return error.code == ErrorCode::SecretUnavailable && has(error.message, "repository \"vault\"") &&
           has(error.hint, "salvorctl repository open \"" + world.pin().url + "\" --recovery FILE") &&
           error.context.at("state") != "locked";
}

} // namespace

class TestCoreLostKeys : public QObject {
    Q_OBJECT

private slots:
    void identity_lostOrDamaged_openPutsItBack_data() {
        QTest::addColumn<bool>("gone");
        QTest::newRow("lost") << true;
        QTest::newRow("damaged") << false;
    }
    void identity_lostOrDamaged_openPutsItBack() {
        QFETCH(const bool, gone);
        World world;
        CHECK_OK(world.prepare());
        const std::string name = world.pin().identitySecretName();
        QVERIFY(world.lose(name));
        if (!gone) {
            SecretStoreConfig config;
            config.fileFolder = world.source.places.secrets;
            const auto secrets = openSecretStore("file", config);
            CHECK_OK(secrets);
            CHECK_OK((*secrets)->put(name, Secret("not an identity"), {}));
        }
        const auto refused = world.verify();
        QVERIFY(!refused);
        if (gone)
            QVERIFY2(saysOpen(world, refused.error()), refused.error().toText().c_str());
        CHECK_OK(world.write()); // needs no identity
        const RepositoryPin before = world.core->repositories()->front();
        const OpeningSpec spec{world.path("store"), {world.recoveryFile}, {}, "keychain"};
        CHECK_OK(checkOpening(*world.core, spec, {}));
        const auto opened = world.open();
        CHECK_OK(opened);
        CHECK_FAILS(checkOpening(*world.core, spec, {}), ErrorCode::AlreadyExists);
        QCOMPARE(opened->id, before.id);
        QCOMPARE(opened->title, before.title);
        QCOMPARE(opened->secretKind, std::string("file"));
        QCOMPARE(opened->signingPublicKey, before.signingPublicKey);
        QVERIFY(opened->recipients == before.recipients && opened->isWriter && !opened->rehearsed);
        QCOMPARE(world.core->repositories()->size(), std::size_t{1});
        CHECK_OK(world.verify());
        QCOMPARE(world.audit("repository.keys").size(), std::size_t{1});
        CHECK_FAILS(world.open(), ErrorCode::AlreadyExists);
        QCOMPARE(world.audit("repository.keys").size(), std::size_t{1});
    }

    void writerKey_lost_openOrTakeOverFetchesIt_data() {
        QTest::addColumn<bool>("idKey");
        QTest::addColumn<bool>("byOpening");
        QTest::newRow("id key, open") << true << true;
        QTest::newRow("signing key, open") << false << true;
        QTest::newRow("id key, take-over") << true << false;
        QTest::newRow("signing key, take-over") << false << false;
    }
    void writerKey_lost_openOrTakeOverFetchesIt() {
        QFETCH(const bool, idKey);
        QFETCH(const bool, byOpening);
        World world;
        CHECK_OK(world.prepare());
        const std::string name = idKey ? world.pin().idKeySecretName() : world.pin().signingKeySecretName();
        QVERIFY(world.lose(name));
        const auto refused = world.write();
        QVERIFY(!refused);
        QVERIFY2(saysOpen(world, refused.error()), refused.error().toText().c_str());
        if (byOpening) {
            CHECK_OK(world.open());
        } else {
            TakeOverRequest request;
            request.dryRun = true;
            CHECK_OK(world.core->takeOverRepository(request, {}));
            QVERIFY(!world.isThere(name));
            request.dryRun = false;
            const auto taken = world.core->takeOverRepository(request, {});
            CHECK_OK(taken);
            QVERIFY(taken->pin.isWriter && taken->lost.empty());
        }
        QVERIFY(world.isThere(name));
        CHECK_OK(world.write());
        CHECK_OK(makeAged(world.source, "shop", world.clock.now(), 9));
        QVERIFY(world.verify()->report.ok());
    }

    void allSecrets_lost_openPutsThemBack_data() {
        QTest::addColumn<bool>("encrypted");
        QTest::newRow("encrypted") << true;
        QTest::newRow("not encrypted") << false;
    }
    void allSecrets_lost_openPutsThemBack() {
        QFETCH(const bool, encrypted);
        World world;
        CHECK_OK(world.prepare(encrypted));
        QVERIFY(QDir(QString::fromStdString(world.source.places.secrets)).removeRecursively());
        const auto refused = world.write();
        QVERIFY(!refused);
        QVERIFY2(saysOpen(world, refused.error()), refused.error().toText().c_str());
        const auto taken = world.core->takeOverRepository({}, {});
        QVERIFY(!taken);
        QVERIFY2(has(taken.error().hint, "salvorctl repository open \"" + world.pin().url + "\""),
                 taken.error().toText().c_str());
        CHECK_OK(world.open());
        QCOMPARE(world.isThere(world.pin().identitySecretName()), encrypted);
        CHECK_OK(world.write());
        QVERIFY(world.verify()->report.ok());
    }

    void open_wrongPassphrase_putsNothingBack() {
        World world;
        CHECK_OK(world.prepare());
        QVERIFY(world.lose(world.pin().identitySecretName()));
        world.passphrase = Secret("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA");
        QVERIFY(!world.open());
        QVERIFY(!world.isThere(world.pin().identitySecretName()));
    }

    /// What is pinned decides, not what the place and the file say.
    void open_otherKeysThanPinned_putsNothingBack() {
        World world;
        CHECK_OK(world.prepare());
        QVERIFY(world.lose(world.pin().identitySecretName()));
        {
            const auto workspace =
                WorkspaceDatabase::open(world.source.places.workspaceFile, world.clock, "test");
            CHECK_OK(workspace);
            RepositoryPin pin = (*workspace)->repositories()->front();
            pin.signingPublicKey = std::string(64, 'a');
            CHECK_OK((*workspace)->updateRepository(pin));
        }
        CHECK_FAILS(world.open(), ErrorCode::PinMismatch);
        QVERIFY(!world.isThere(world.pin().identitySecretName()));
        QVERIFY(world.audit("repository.keys").empty());
    }

    void writerKeys_lostInTheStoreToo_identityComesBackAndItIsSaid() {
        World world;
        CHECK_OK(world.prepare());
        QVERIFY(world.lose(world.pin().identitySecretName()));
        QVERIFY(world.lose(world.pin().signingKeySecretName()));
        QVERIFY(QFile::remove(QString::fromStdString(world.path("store/keys/writer.age"))));
        const auto refused = world.open();
        CHECK_FAILS(refused, ErrorCode::NotFound);
        QVERIFY2(has(refused.error().message, "keys/writer.age") &&
                     has(refused.error().message, "the identity was put back"),
                 refused.error().message.c_str());
        QVERIFY(world.isThere(world.pin().identitySecretName()));
        QVERIFY(refused.error().context.contains("keys_put_back"));
        CHECK_OK(world.core->backups({}));
        QVERIFY(!world.write());
        const auto again = world.open(); // no other word for it where nothing came back
        CHECK_FAILS(again, ErrorCode::NotFound);
        QVERIFY(!has(again.error().message, "put back") && has(again.error().message, "keys/writer.age"));
    }

    /// The pin says where it is, not the address that was given.
    void open_atAnotherPlace_keysComeBackAndTheWayIsNamed() {
        World world;
        CHECK_OK(world.prepare());
        QVERIFY(world.lose(world.pin().identitySecretName()));
        QVERIFY(QDir().rename(QString::fromStdString(world.path("store")),
                              QString::fromStdString(world.path("moved"))));
        const auto refused = world.core->openRepository(
            {world.path("moved"), {world.recoveryFile}, {}, "keychain"}, world.passphrase, {});
        CHECK_FAILS(refused, ErrorCode::NotFound);
        QVERIFY2(has(refused.error().hint, "salvorctl repository edit \"vault\" --url"),
                 refused.error().toText().c_str());
        QVERIFY(has(refused.error().message, "are here again"));
        QVERIFY(world.isThere(world.pin().identitySecretName()));
    }
};

QTEST_GUILESS_MAIN(TestCoreLostKeys)
#include "test_core_lostkeys.moc"
