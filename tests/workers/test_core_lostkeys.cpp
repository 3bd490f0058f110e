// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Keys that the secret store no longer has: what is said of it, and how they come back.
#include "engines/crypto/agekeys.h"
#include "workers/agedcore.h"
#include "workers/recoverycopy.h"
#include "workers/repositoryopening.h"
#include "workers/storelook.h"

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
    /// In its place; the folder of secrets takes a file that only its owner reads.
    Result<> damage(const std::string& name, const Secret& contents) const {
        SecretStoreConfig config;
        config.fileFolder = source.places.secrets;
        SALVOR_ASSIGN(const auto secrets, openSecretStore("file", config));
        return secrets->put(name, contents, {});
    }
    OpeningSpec spec(const std::string& kind) const { return {path("store"), {recoveryFile}, {}, kind}; }
    /// A title that plays no part: the repository has its own. No kind: where its keys are.
    Result<RepositoryPin> open(const std::string& kind = {}) {
        OpeningSpec wanted = spec(kind);
        wanted.title = "another name";
        return core->openRepository(wanted, passphrase, {});
    }
    /// As if it had been made with its keys there.
    Result<> keepIn(const std::string& kind) {
        SALVOR_ASSIGN(const auto workspace,
                      WorkspaceDatabase::open(source.places.workspaceFile, clock, "test"));
        RepositoryPin pin = workspace->repositories()->front();
        pin.secretKind = kind;
        return workspace->updateRepository(pin).map([](const RepositoryPin&) {});
    }
    /// A home that came from a desktop: here is no keychain.
    Result<> leaveDesktop() {
        QDir(QString::fromStdString(source.places.secrets)).removeRecursively();
        return keepIn("keychain");
    }
    std::string kindNow() const { return core->repositories()->front().secretKind; }
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
        QTest::addColumn<std::string>("text");
        QTest::newRow("lost") << true << std::string();
        QTest::newRow("empty") << false << std::string();
        QTest::newRow("no identity") << false << std::string("not an identity");
        QTest::newRow("another one's") << false << std::string(AgeIdentity::generate()->toText().text());
    }
    void identity_lostOrDamaged_openPutsItBack() {
        QFETCH(const bool, gone);
        QFETCH(const std::string, text);
        World world;
        CHECK_OK(world.prepare());
        const std::string name = world.pin().identitySecretName();
        QVERIFY(world.lose(name));
        if (!gone)
            CHECK_OK(world.damage(name, Secret(text)));
        const auto refused = world.verify();
        QVERIFY(!refused);
        QVERIFY2(saysOpen(world, refused.error()), refused.error().toText().c_str());
        QCOMPARE(has(refused.error().message, name + " (file) is damaged"), !gone);
        const auto here = keysHere(*world.core, world.pin(), {});
        CHECK_OK(here);
        QVERIFY(!here->identity && here->writers);
        QCOMPARE(here->problem.has_value(), !gone); // it may have been removed on purpose
        QVERIFY(!world.core->storeLook("vault", {})->identityThere);
        CHECK_OK(world.write()); // needs no identity
        const RepositoryPin before = world.core->repositories()->front();
        CHECK_OK(checkOpening(*world.core, world.spec({}), {}));
        const auto opened = world.open();
        CHECK_OK(opened);
        CHECK_FAILS(checkOpening(*world.core, world.spec({}), {}), ErrorCode::AlreadyExists);
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
        const auto refused = world.core->openRepository({world.path("moved"), {world.recoveryFile}, {}, {}},
                                                        world.passphrase, {});
        CHECK_FAILS(refused, ErrorCode::NotFound);
        QVERIFY2(has(refused.error().hint, "salvorctl repository edit \"vault\" --url"),
                 refused.error().toText().c_str());
        QVERIFY(has(refused.error().message, "are here again"));
        QVERIFY(world.isThere(world.pin().identitySecretName()));
    }

    void writerKey_damaged_readingGoesOnAndItComesBack_data() {
        QTest::addColumn<bool>("idKey");
        QTest::addColumn<qsizetype>("bytes");
        QTest::addColumn<bool>("byOpening");
        QTest::newRow("id key empty, open") << true << qsizetype{0} << true;
        QTest::newRow("id key cut short, take-over") << true << qsizetype{31} << false;
        QTest::newRow("signing key empty, open") << false << qsizetype{0} << true;
        QTest::newRow("signing key empty, take-over") << false << qsizetype{0} << false;
        QTest::newRow("another signing key, open") << false << qsizetype{32} << true;
        QTest::newRow("another signing key, take-over") << false << qsizetype{32} << false;
    }
    void writerKey_damaged_readingGoesOnAndItComesBack() {
        QFETCH(const bool, idKey);
        QFETCH(const qsizetype, bytes);
        QFETCH(const bool, byOpening);
        World world;
        CHECK_OK(world.prepare());
        const std::string name = idKey ? world.pin().idKeySecretName() : world.pin().signingKeySecretName();
        CHECK_OK(world.damage(name, Secret(std::string(static_cast<std::size_t>(bytes), 'x'))));
        const auto refused = world.write();
        QVERIFY(!refused);
        QVERIFY2(saysOpen(world, refused.error()) && has(refused.error().message, name),
                 refused.error().toText().c_str());
        const auto read = world.verify(); // it needs no writer's key
        CHECK_OK(read);
        QVERIFY(read->report.ok());
        const auto here = keysHere(*world.core, world.pin(), {});
        CHECK_OK(here);
        QVERIFY(here->identity && !here->writers && here->problem && saysOpen(world, *here->problem));
        QVERIFY(!world.core->storeLook("vault", {})->writerKeysThere);
        if (byOpening) {
            CHECK_OK(world.open());
        } else {
            TakeOverRequest request;
            request.dryRun = true;
            CHECK_OK(world.core->takeOverRepository(request, {}));
            QVERIFY(!world.write());
            request.dryRun = false;
            CHECK_OK(world.core->takeOverRepository(request, {}));
        }
        CHECK_OK(world.write());
        CHECK_OK(makeAged(world.source, "shop", world.clock.now(), 9));
    }

    /// The server's password has a place of its own, and so a way on of its own.
    void password_notHere_namesItsProfileAndTheWayOn_data() {
        QTest::addColumn<std::string>("kind");
        QTest::addColumn<std::string>("way");
        QTest::newRow("no keychain") << std::string("keychain")
                                     << std::string("or keep the password in a file from now on: salvorctl "
                                                    "profile edit \"shop server\" --secrets file "
                                                    "--ask-password");
        QTest::newRow("no file") << std::string("file")
                                 << std::string("salvorctl profile edit \"shop server\" --ask-password");
    }
    void password_notHere_namesItsProfileAndTheWayOn() {
        QFETCH(const std::string, kind);
        QFETCH(const std::string, way);
        World world;
        CHECK_OK(world.prepare());
        Profile profile = world.core->profile("shop server").value();
        profile.secretKind = kind;
        CHECK_OK(world.core->saveProfile(profile, std::nullopt, {}));
        profile = world.core->profile("shop server").value();
        const auto refused = world.core->testConnection(profile, nullptr, {});
        CHECK_FAILS(refused, ErrorCode::SecretUnavailable);
        QVERIFY2(has(refused.error().message, "the password of profile \"shop server\""),
                 refused.error().message.c_str());
        QVERIFY2(has(refused.error().hint, way), refused.error().hint.c_str());
        QVERIFY2(!has(refused.error().hint, "(--secrets file)"), refused.error().hint.c_str());
        QCOMPARE(refused.error().context.at("profile"), std::string("shop server"));
    }

    void keychain_notHere_openMovesTheKeysIntoFiles_data() {
        QTest::addColumn<bool>("encrypted");
        QTest::newRow("encrypted") << true;
        QTest::newRow("not encrypted") << false;
    }
    void keychain_notHere_openMovesTheKeysIntoFiles() {
        QFETCH(const bool, encrypted);
        World world;
        CHECK_OK(world.prepare(encrypted));
        CHECK_OK(world.leaveDesktop());
        const std::string way =
            "salvorctl repository open \"" + world.pin().url + "\" --recovery FILE --secrets file";
        std::vector<Error> refusals;
        for (const auto& refused :
             {world.write(), world.core->takeOverRepository({}, {}).map([](const TakeOverOutcome&) {}),
              checkOpening(*world.core, world.spec({}), {}), world.open().map([](const RepositoryPin&) {})}) {
            QVERIFY(!refused);
            refusals.push_back(refused.error());
        }
        if (encrypted) {
            const auto read = world.verify();
            QVERIFY(!read);
            refusals.push_back(read.error());
        }
        for (const Error& error : refusals) {
            QVERIFY2(error.code == ErrorCode::SecretUnavailable && has(error.hint, way),
                     error.toText().c_str());
        }
        QCOMPARE(world.kindNow(), std::string("keychain"));

        CHECK_OK(checkOpening(*world.core, world.spec("file"), {}));
        const auto opened = world.open("file");
        CHECK_OK(opened);
        QCOMPARE(opened->secretKind, std::string("file"));
        QCOMPARE(opened->title, std::string("vault"));
        QVERIFY(opened->isWriter);
        QCOMPARE(world.kindNow(), std::string("file"));
        QCOMPARE(world.isThere(world.pin().identitySecretName()), encrypted);
        CHECK_OK(world.write());
        QVERIFY(world.verify()->report.ok());
        const auto records = world.audit("repository.keys");
        QCOMPARE(records.size(), std::size_t{1});
        QCOMPARE(records.front().before.value(QLatin1String("secret_kind")).toString(),
                 QStringLiteral("keychain"));
        QCOMPARE(records.front().after.value(QLatin1String("secret_kind")).toString(),
                 QStringLiteral("file"));
        CHECK_FAILS(world.open("file"), ErrorCode::AlreadyExists);
    }

    void keys_intoAKeychainThatIsNotHere_nothingChanges() {
        World world;
        CHECK_OK(world.prepare());
        CHECK_FAILS(checkOpening(*world.core, world.spec("keychain"), {}), ErrorCode::SecretUnavailable);
        const auto refused = world.open("keychain");
        CHECK_FAILS(refused, ErrorCode::SecretUnavailable);
        QVERIFY2(!has(refused.error().hint, "repository open"), refused.error().hint.c_str());
        QCOMPARE(world.kindNow(), std::string("file"));
        QVERIFY(world.audit("repository.keys").empty());
        CHECK_OK(world.write());
        QVERIFY(world.verify()->report.ok());
    }

    void keys_moved_withAnotherPassphrase_nothingChanges() {
        World world;
        CHECK_OK(world.prepare());
        CHECK_OK(world.leaveDesktop());
        world.passphrase = Secret("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA");
        QVERIFY(!world.open("file"));
        QCOMPARE(world.kindNow(), std::string("keychain"));
        QVERIFY(!world.isThere(world.pin().identitySecretName()));
    }

    void writerKeys_lostInTheStore_moveFromTheFormerPlace() {
        World world;
        CHECK_OK(world.prepare());
        CoreConfig config = world.core->config();
        config.credentialsFolder = world.path("credentials");
        world.core = std::make_unique<Core>(config);
        QVERIFY(QDir().mkpath(QString::fromStdString(config.credentialsFolder)));
        for (const auto& name : {world.pin().idKeySecretName(), world.pin().signingKeySecretName()})
            QVERIFY(QFile::rename(world.secret(name),
                                  QString::fromStdString(config.credentialsFolder + "/salvor-" + name)));
        CHECK_OK(world.keepIn("credentials"));
        QVERIFY(QFile::remove(QString::fromStdString(world.path("store/keys/writer.age"))));
        CHECK_OK(world.open("file"));
        QVERIFY(world.isThere(world.pin().signingKeySecretName()));
        CHECK_OK(world.write());
    }

    void keys_moved_goFromTheFormerPlaceToo_whenTheRepositoryIsForgotten() {
        World world;
        CHECK_OK(world.prepare());
        CHECK_OK(world.keepIn("credentials")); // as if they had been moved out of the files
        QVERIFY(world.isThere(world.pin().identitySecretName()));
        const auto policies = world.core->policies();
        CHECK_OK(policies);
        for (const Policy& policy : *policies)
            CHECK_OK(world.core->removePolicy(policy.uuid, {}));
        (void)world.core->forgetRepository("vault"); // credentials are systemd's: they stay
        QVERIFY(world.core->repositories()->empty());
        for (const auto& name : {world.pin().identitySecretName(), world.pin().idKeySecretName(),
                                 world.pin().signingKeySecretName()})
            QVERIFY2(!world.isThere(name), name.c_str());
    }

    void writerKeys_lostInBothPlaces_identityMovesAndItIsSaid() {
        World world;
        CHECK_OK(world.prepare());
        CHECK_OK(world.leaveDesktop());
        QVERIFY(QFile::remove(QString::fromStdString(world.path("store/keys/writer.age"))));
        const auto refused = world.open("file");
        CHECK_FAILS(refused, ErrorCode::NotFound);
        QVERIFY2(has(refused.error().message, "keys/writer.age"), refused.error().message.c_str());
        QVERIFY(refused.error().context.contains("keys_put_back"));
        QCOMPARE(world.kindNow(), std::string("file"));
        QVERIFY(world.isThere(world.pin().identitySecretName()));
    }
};

QTEST_GUILESS_MAIN(TestCoreLostKeys)
#include "test_core_lostkeys.moc"
