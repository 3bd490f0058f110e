// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a core says of repositories that were set back, damaged or taken over, and the ways out.
#include "engines/crypto/ed25519.h"
#include "models/base/json.h"
#include "workers/agedbackups.h"
#include "workers/core.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

class Heard final : public RepositoryWarnings {
public:
    void warned(const RepositoryWarning& warning) override { all.push_back(warning); }
    std::vector<RepositoryWarning> take() { return std::exchange(all, {}); }
    std::vector<RepositoryWarning> all;
};

/// Cores of several users over one store.
class Users {
public:
    Result<> make(bool encrypted = true) {
        RepositoryInitSpec spec;
        spec.url = path("store");
        spec.title = "vault";
        spec.secretKind = "file";
        spec.encrypted = encrypted;
        SALVOR_ASSIGN(auto made, core->initRepository(std::move(spec), {}));
        recoveryFile = made.recoveryFile;
        passphrase = std::move(made.passphrase);
        source = {core->config().places, &clock, made.pin, kAlice, {}, {}};
        return {};
    }
    Result<RepositoryPin> open(Core& by, const std::string& title = "vault") {
        return by.openRepository(path("store"), recoveryFile, passphrase, title, "file", {});
    }
    std::unique_ptr<Core> coreOf(const Principal& who) {
        CoreConfig config;
        config.places = placesIn(path("home-" + who.user));
        config.clock = &clock;
        config.machineId = who.machine;
        config.userName = who.user;
        config.warnings = &heard;
        return std::make_unique<Core>(config);
    }
    Result<std::string> backUp(int seconds, std::uint64_t seed) {
        const auto when = std::chrono::floor<std::chrono::seconds>(clock.now()) - std::chrono::hours(1) +
                          std::chrono::seconds(seconds);
        SALVOR_ASSIGN(const auto record, makeAged(source, "shop", when, seed));
        SALVOR_TRY(core->repositoryInfo("vault", {})); // as every command does, the lists follow
        return record.id;
    }
    std::string path(const std::string& name) const { return folder.path().toStdString() + "/" + name; }
    QString catalog(int number) const {
        return QString::fromStdString(path("store/catalog/")) + QString::number(number) +
               QStringLiteral(".json");
    }
    std::vector<std::string> listed() const {
        std::vector<std::string> ids;
        const auto backups = core->backups({});
        for (const auto& one : *backups)
            ids.push_back(one.id);
        std::ranges::sort(ids);
        return ids;
    }
    std::vector<AuditRecord> audit(const std::string& action) const {
        AuditFilter filter;
        filter.action = action;
        return core->auditTrail(filter).value();
    }

    QTemporaryDir folder;
    SystemClock clock;
    Heard heard;
    std::unique_ptr<Core> core = coreOf(kAlice);
    AgedSource source;
    std::string recoveryFile;
    Secret passphrase;
};

bool damage(const QString& path) {
    QFile file(path);
    file.setPermissions(file.permissions() | QFile::WriteOwner);
    return file.open(QIODevice::ReadWrite) && file.seek(file.size() / 2) && file.write("#") == 1;
}

TakeOverRequest accepting() {
    TakeOverRequest request;
    request.acceptLoss = true;
    return request;
}

} // namespace

class TestCoreRepositories : public QObject {
    Q_OBJECT

private slots:
    void rolledBack_isToldWithWhatIsMissing() {
        Users users;
        CHECK_OK(users.make());
        const auto first = users.backUp(1, 1);
        const auto second = users.backUp(2, 2);
        CHECK_OK(first);
        CHECK_OK(second);
        CHECK_OK(users.core->checkRepositories({}, {}));
        QVERIFY(users.heard.all.empty());
        QVERIFY(QFile::remove(users.catalog(3)));
        CHECK_OK(users.core->checkRepositories("vault", {}));
        const auto told = users.heard.take();
        QCOMPARE(told.size(), std::size_t{1});
        QVERIFY(told.front().error.code == ErrorCode::RolledBack);
        QCOMPARE(told.front().title, std::string("vault"));
        QCOMPARE(told.front().missing.size(), std::size_t{1});
        QCOMPARE(told.front().missing.front().id, *second);
        const auto info = users.core->repositoryInfo("vault", {});
        CHECK_OK(info);
        QVERIFY(info->answered && info->problem && info->catalogOlderThanSeen);
        QCOMPARE(users.heard.take().size(), std::size_t{1});
        QCOMPARE(users.listed().size(), std::size_t{2}); // nothing is learnt from the older one
    }

    void damagedNewest_isTold_andNothingIsForgotten() {
        Users users;
        CHECK_OK(users.make());
        CHECK_OK(users.backUp(1, 1));
        const auto second = users.backUp(2, 2);
        CHECK_OK(second);
        QVERIFY(damage(users.catalog(3)));
        const auto info = users.core->repositoryInfo("vault", {});
        CHECK_OK(info);
        QVERIFY(info->problem && !info->catalogOlderThanSeen);
        const auto told = users.heard.take();
        QCOMPARE(told.size(), std::size_t{1});
        QVERIFY(told.front().error.code == ErrorCode::Corrupt);
        QCOMPARE(told.front().missing.front().id, *second);
        QCOMPARE(users.listed().size(), std::size_t{2});
    }

    void unreachable_isTold() {
        Users users;
        CHECK_OK(users.make());
        QVERIFY(QDir().rename(QString::fromStdString(users.path("store")),
                              QString::fromStdString(users.path("away"))));
        CHECK_OK(users.core->checkRepositories({}, {}));
        QCOMPARE(users.heard.take().size(), std::size_t{1});
        const auto info = users.core->repositoryInfo("vault", {});
        CHECK_OK(info);
        QVERIFY(!info->answered && info->problem);
    }

    void takenOver_isToldToTheFormerWriter() {
        Users users;
        CHECK_OK(users.make());
        CHECK_OK(users.backUp(1, 1));
        const auto bob = users.coreOf(kBob);
        CHECK_OK(users.open(*bob));
        TakeOverRequest plain;
        plain.dryRun = true;
        const auto would = bob->takeOverRepository(plain, {});
        CHECK_OK(would);
        QVERIFY(!would->needsConfirmation && !would->obstacle && !would->pin.isWriter);
        QCOMPARE(would->formerUser, kAlice.user);
        plain.dryRun = false;
        CHECK_OK(bob->takeOverRepository(plain, {}));
        QVERIFY(users.heard.take().empty());

        const auto info = users.core->repositoryInfo("vault", {});
        CHECK_OK(info);
        QCOMPARE(info->pin.writerUser, kBob.user);
        QVERIFY(!info->pin.isWriter);
        QVERIFY(info->problem && info->problem->code == ErrorCode::ForeignWriter);
        const auto told = users.heard.take();
        QCOMPARE(told.size(), std::size_t{1});
        QVERIFY(told.front().error.message.find(kBob.user) != std::string::npos);
        QCOMPARE(told.front().error.context.at("epoch"), std::string("2"));
        CHECK_OK(users.core->checkRepositories({}, {}));
        QVERIFY(users.heard.take().front().error.code == ErrorCode::ForeignWriter);

        CHECK_OK(users.core->takeOverRepository({}, {})); // and back
        users.heard.take();
        QVERIFY(!users.core->repositoryInfo("vault", {})->problem);
        QVERIFY(users.heard.take().empty());
        QVERIFY(bob->repositoryInfo("vault", {})->problem);
    }

    void takeOver_ofARolledBackStore_namesWhatIsLost_andEndsIt_data() {
        QTest::addColumn<bool>("encrypted");
        QTest::newRow("encrypted") << true;
        QTest::newRow("not encrypted, so without an identity") << false;
    }
    void takeOver_ofARolledBackStore_namesWhatIsLost_andEndsIt() {
        QFETCH(bool, encrypted);
        Users users;
        CHECK_OK(users.make(encrypted));
        const auto first = users.backUp(1, 1);
        const auto second = users.backUp(2, 2);
        CHECK_OK(first);
        CHECK_OK(second);
        CHECK_FAILS(users.core->takeOverRepository(accepting(), {}), ErrorCode::InvalidInput);
        QVERIFY(QFile::remove(users.catalog(3)));

        const auto refused = users.core->takeOverRepository({}, {});
        CHECK_FAILS(refused, ErrorCode::Conflict);
        QVERIFY(refused.error().message.find(*second) != std::string::npos);
        QVERIFY(!QFile::exists(users.catalog(4)));
        TakeOverRequest look;
        look.dryRun = true;
        const auto would = users.core->takeOverRepository(look, {});
        CHECK_OK(would);
        QVERIFY(would->needsConfirmation);
        QVERIFY(!QFile::exists(users.catalog(4)));
        QVERIFY(users.audit("repository.take_over").empty());

        const auto taken = users.core->takeOverRepository(accepting(), {});
        CHECK_OK(taken);
        QVERIFY(taken->obstacle && taken->obstacle->code == ErrorCode::RolledBack);
        QCOMPARE(taken->lost.size(), std::size_t{1});
        QCOMPARE(taken->lost.front().id, *second);
        QCOMPARE(taken->pin.highestCatalogSeen, std::uint64_t{4});
        const std::string index = users.core->config().places.repositoryState(users.source.pin.id) + "/index";
        QVERIFY(!QFile::exists(QString::fromStdString(index)));
        QCOMPARE(users.listed(), std::vector<std::string>{*first});
        const auto audit = users.audit("repository.take_over");
        QCOMPARE(audit.size(), std::size_t{1});
        QCOMPARE(audit.front().after.value(QStringLiteral("given_up")).toArray(), QJsonArray{toQt(*second)});
        QCOMPARE(audit.front().after.value(QStringLiteral("continues_catalog")).toInt(), 2);

        users.heard.take();
        CHECK_OK(users.backUp(3, 2));
        QVERIFY(users.heard.take().empty());
        CHECK_FAILS(users.core->takeOverRepository(accepting(), {}), ErrorCode::InvalidInput);
        NullProgress nobody;
        VerifyJob verify;
        verify.depth = VerifyDepth::Full;
        const auto verified = users.core->runJob(verify, nobody, {});
        CHECK_OK(verified);
        QVERIFY(std::get<VerifyOutcome>(*verified).report.ok());
    }

    void takeOver_damagedNewest_onlyWhereTheWriterHasNoCopyOfIt() {
        Users users;
        CHECK_OK(users.make());
        CHECK_OK(users.backUp(1, 1));
        const auto second = users.backUp(2, 2);
        CHECK_OK(second);
        QVERIFY(damage(users.catalog(3)));
        // This computer has what the damaged one said: the next backup goes on, and nothing is lost.
        CHECK_FAILS(users.core->takeOverRepository(accepting(), {}), ErrorCode::InvalidInput);
        const auto state =
            QString::fromStdString(users.core->config().places.repositoryState(users.source.pin.id));
        QVERIFY(QFile::remove(state + QStringLiteral("/catalog.json")));
        CHECK_FAILS(users.core->takeOverRepository({}, {}), ErrorCode::Conflict);
        const auto taken = users.core->takeOverRepository(accepting(), {});
        CHECK_OK(taken);
        QCOMPARE(taken->lost.front().id, *second);
        CHECK_OK(users.backUp(3, 3));
    }

    void forget_removesKeys_andTheRollBackIsStillKnownAfterwards() {
        Users users;
        CHECK_OK(users.make());
        CHECK_OK(users.backUp(1, 1));
        CHECK_OK(users.backUp(2, 2));
        Profile profile;
        profile.title = "shop server";
        profile.engine = "postgresql";
        profile.host = "db.example.org";
        profile.port = 5432;
        profile.database = "postgres";
        profile.user = "backup";
        CHECK_OK(users.core->saveProfile(profile, std::nullopt, "vault"));
        CHECK_FAILS(users.core->forgetRepository("vault"), ErrorCode::Conflict);
        CHECK_OK(users.core->removePolicy(users.core->policies()->front().uuid, {}));
        CHECK_FAILS(users.open(*users.core, "again"), ErrorCode::AlreadyExists);
        CHECK_OK(users.core->forgetRepository("vault"));
        QVERIFY(users.core->repositories()->empty());
        QVERIFY(users.listed().empty());
        QCOMPARE(users.audit("repository.remove").size(), std::size_t{1});
        SecretStoreConfig secrets;
        secrets.fileFolder = users.core->config().places.secrets;
        const auto keys = openSecretStore("file", secrets);
        const RepositoryPin& pin = users.source.pin;
        for (const auto& name : {pin.identitySecretName(), pin.idKeySecretName(), pin.signingKeySecretName()})
            QVERIFY(!(*keys)->get(name, {}));

        QVERIFY(QFile::remove(users.catalog(3)));
        const auto back = users.open(*users.core);
        CHECK_OK(back);
        QVERIFY(back->isWriter && back->rehearsed);
        QCOMPARE(users.listed().size(), std::size_t{1}); // an older list is better than none
        QVERIFY(users.heard.take().front().error.code == ErrorCode::RolledBack);
    }

    void open_newestBackupUnreadable_isNoRehearsal() {
        Users users;
        CHECK_OK(users.make());
        CHECK_OK(users.backUp(1, 1));
        QDir manifests(QString::fromStdString(users.path("store/manifests")));
        const auto bob = users.coreOf(kBob);
        int damaged = 0;
        for (const auto& name : manifests.entryList(QDir::Files))
            damaged += damage(manifests.filePath(name)) ? 1 : 0;
        QCOMPARE(damaged, 1);
        const auto opened = users.open(*bob);
        CHECK_OK(opened);
        QVERIFY(!opened->rehearsed);
        QCOMPARE(users.heard.take().size(), std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(TestCoreRepositories)
#include "test_core_repositories.moc"
