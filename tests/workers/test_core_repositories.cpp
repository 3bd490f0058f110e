// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a core says of repositories that were set back, damaged or taken over, and the ways out.
#include "engines/crypto/ed25519.h"
#include "models/base/json.h"
#include "workers/agedbackups.h"
#include "workers/core.h"
#include "workers/repositoryedit.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>

#include <algorithm>
#include <filesystem>

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
        return by.openRepository({path("store"), {recoveryFile}, title, "file"}, passphrase, {});
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

    /// The day of the disaster: a home that came back from a copy is no intruder's work.
    void homeOnAnotherMachine_isNotCalledATakeOver() {
        Users users;
        CHECK_OK(users.make());
        CHECK_OK(users.backUp(1, 1));
        CoreConfig config;
        config.places = users.core->config().places;
        config.clock = &users.clock;
        config.machineId = kBob.machine;
        config.userName = kAlice.user;
        config.warnings = &users.heard;
        Core moved(config);
        CHECK_OK(moved.checkRepositories({}, {}));
        const auto told = users.heard.take();
        QCOMPARE(told.size(), std::size_t{1});
        QVERIFY(told.front().error.code == ErrorCode::ForeignWriter);
        const std::string said = told.front().error.toText();
        QVERIFY2(said.find("took") == said.npos && said.find("find out") == said.npos, said.c_str());
        QVERIFY2(said.find(kAlice.machine) != said.npos && said.find(kBob.machine) != said.npos &&
                     said.find("salvorctl repository take-over") != said.npos,
                 said.c_str());
        CHECK_OK(moved.takeOverRepository({}, {}));
        users.heard.take();
        CHECK_OK(moved.checkRepositories({}, {}));
        QVERIFY(users.heard.take().empty());
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

    void edit_placeThatMoved_isCheckedAndGoneOnFrom() {
        Users users;
        CHECK_OK(users.make());
        CHECK_OK(users.backUp(1, 1));
        QVERIFY(QFile::rename(QString::fromStdString(users.path("store")),
                              QString::fromStdString(users.path("moved"))));
        const auto away = users.core->repositoryInfo("vault", {});
        CHECK_OK(away);
        QVERIFY(away->problem &&
                away->problem->hint.find("repository edit \"vault\" --url") != std::string::npos);
        CHECK_OK(users.core->checkRepositories("vault", {}));
        QVERIFY(users.heard.take().front().error.hint.find("repository edit") != std::string::npos);

        RepositoryEdit edit;
        CHECK_FAILS(editRepository(*users.core, edit, {}), ErrorCode::InvalidInput); // nothing to change
        edit.url = users.path("elsewhere");
        CHECK_FAILS(editRepository(*users.core, edit, {}), ErrorCode::NotFound);
        edit.url = users.path("moved");
        edit.dryRun = true;
        const auto would = editRepository(*users.core, edit, {});
        CHECK_OK(would);
        QCOMPARE(would->backups, std::uint64_t{1});
        QVERIFY(!would->formerAnswers && !would->older && would->timers.empty());
        QCOMPARE(users.core->repositories()->front().url, users.path("store"));
        edit.dryRun = false;
        edit.title = "attic";
        const auto done = editRepository(*users.core, edit, {});
        CHECK_OK(done);
        QCOMPARE(done->pin.url, users.path("moved"));
        const auto audit = users.audit("repository.edit");
        QVERIFY(!audit.empty());
        QCOMPARE(fromQt(audit.front().after.value(QStringLiteral("url")).toString()), users.path("moved"));
        QCOMPARE(fromQt(audit.front().before.value(QStringLiteral("url")).toString()), users.path("store"));

        users.source.pin = done->pin;
        CHECK_OK(makeAged(users.source, "shop", users.clock.now(), 2));
        const auto info = users.core->repositoryInfo("attic", {});
        CHECK_OK(info);
        QVERIFY(info->answered && !info->problem);
        QCOMPARE(info->backups, std::uint64_t{2});
    }

    void edit_samePlaceWrittenOtherwise_isNoCopy() {
        Users users;
        CHECK_OK(users.make());
        CHECK_OK(users.backUp(1, 1));
        std::filesystem::create_directory_symlink(users.path("store"), users.path("link"));
        RepositoryEdit edit;
        for (const auto& url :
             {"file://" + users.path("store"), users.path("store") + "/", users.path("link")}) {
            edit.url = url;
            const auto same = editRepository(*users.core, edit, {});
            CHECK_OK(same);
            QVERIFY2(!same->formerAnswers, url.c_str());
            QCOMPARE(same->pin.url, url);
        }
    }

    void edit_anotherRepositoryOrAnOlderCopy_isRefused() {
        Users users;
        CHECK_OK(users.make());
        CHECK_OK(users.backUp(1, 1));
        RepositoryInitSpec spec;
        spec.url = users.path("other");
        spec.title = "other";
        spec.secretKind = "file";
        CHECK_OK(users.core->initRepository(std::move(spec), {}));
        RepositoryEdit edit;
        edit.repository = "vault";
        edit.url = users.path("other");
        const auto other = editRepository(*users.core, edit, {});
        CHECK_FAILS(other, ErrorCode::PinMismatch);
        QVERIFY(other.error().message.find("place of repository \"vault\"") != std::string::npos);
        edit.url.reset();
        edit.title = "other";
        CHECK_FAILS(editRepository(*users.core, edit, {}), ErrorCode::AlreadyExists);
        edit.title.reset();

        std::filesystem::copy(users.path("store"), users.path("copy"),
                              std::filesystem::copy_options::recursive);
        edit.url = users.path("copy");
        edit.dryRun = true;
        const auto copy = editRepository(*users.core, edit, {});
        CHECK_OK(copy);
        QVERIFY(copy->formerAnswers && !copy->older);
        // Seen by nobody but its writer: the former place itself tells that the copy is older.
        CHECK_OK(makeAged(users.source, "shop", users.clock.now(), 2));
        const auto older = editRepository(*users.core, edit, {});
        CHECK_OK(older);
        QVERIFY(older->older && older->older->code == ErrorCode::RolledBack);
        edit.dryRun = false;
        const auto refused = editRepository(*users.core, edit, {});
        CHECK_FAILS(refused, ErrorCode::RolledBack);
        QVERIFY(refused.error().hint.find("--accept-older") != std::string::npos);
        QCOMPARE(users.core->repositoryInfo("vault", {})->backups, std::uint64_t{2});
        QVERIFY(QDir(QString::fromStdString(users.path("store"))).removeRecursively());
        CHECK_FAILS(editRepository(*users.core, edit, {}), ErrorCode::RolledBack); // remembered as well
        edit.acceptOlder = true;
        CHECK_OK(editRepository(*users.core, edit, {}));
        TakeOverRequest going = accepting();
        going.repository = "vault";
        const auto taken = users.core->takeOverRepository(going, {});
        CHECK_OK(taken);
        users.source.pin = taken->pin;
        CHECK_OK(makeAged(users.source, "shop", users.clock.now(), 3));
    }

    void edit_whileABackupRuns_isBusy() {
        Users users;
        CHECK_OK(users.make());
        const auto running = openAged(users.source);
        CHECK_OK(running);
        const auto writer =
            running->repository->beginBackup(backupRequest(makeRecordId(users.clock.now())), {});
        CHECK_OK(writer);
        RepositoryEdit edit;
        edit.url = users.path("elsewhere");
        CHECK_FAILS(editRepository(*users.core, edit, {}), ErrorCode::Busy);
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

    /// A password would be chosen for a new keychain for nothing.
    void init_folderNotEmpty_isToldBeforeTheSecretStoreIsAsked() {
        Users users;
        RepositoryInitSpec spec;
        spec.title = "vault";
        spec.url = users.path("full");
        spec.secretKind = "credentials"; // read only: it refuses whatever it is asked
        QVERIFY(QDir().mkpath(QString::fromStdString(users.path("full"))));
        QFile file(QString::fromStdString(users.path("full") + "/letter.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        const auto refused = users.core->initRepository(std::move(spec), {});
        CHECK_FAILS(refused, ErrorCode::InvalidInput);
        QVERIFY2(refused.error().message.find("not empty") != std::string::npos,
                 refused.error().message.c_str());
        RepositoryInitSpec empty;
        empty.title = "vault";
        empty.url = users.path("fresh");
        empty.secretKind = "credentials";
        CHECK_FAILS(users.core->initRepository(std::move(empty), {}), ErrorCode::SecretUnavailable);
        QVERIFY(!QFile::exists(QString::fromStdString(users.path("fresh"))));
        QVERIFY(file.exists());
    }
};

QTEST_GUILESS_MAIN(TestCoreRepositories)
#include "test_core_repositories.moc"
