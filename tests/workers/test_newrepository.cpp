// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Making a repository in its steps, and opening one whose keys this computer has lost.
#include "workers/newrepository.h"

#include "workers/corefixture.h"
#include "workers/recoverycopy.h"
#include "workers/repositoryedit.h"
#include "workers/repositoryopening.h"

#include <QCoreApplication>
#include <QDir>

using namespace salvor;
using namespace salvor::test;

namespace {

QString qt(const std::string& text) { return QString::fromStdString(text); }

RepositoryInitSpec specFor(const CoreFixture& fixture) {
    RepositoryInitSpec spec;
    spec.url = fixture.storePath();
    spec.title = "vault";
    spec.secretKind = "file";
    return spec;
}

std::string contentOf(const std::string& path) {
    QFile file(qt(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

QStringList secretsIn(const CoreFixture& fixture) {
    return QDir(qt(fixture.config().places.secrets)).entryList(QDir::Files);
}

class Heard final : public RepositoryWarnings {
public:
    void warned(const RepositoryWarning& warning) override { said += warning.error.message + "\n"; }
    std::string said;
};

Result<RepositoryPin> openWith(Core& core, const CoreFixture& fixture, const RepositoryInitResult& made,
                               const std::string& file) {
    return core.openRepository({fixture.storePath(), {file}, {}, "file"}, made.passphrase, {});
}

} // namespace

class TestNewRepository : public QObject {
    Q_OBJECT

private slots:
    void drawnAndDropped_leavesNothing();
    void made_remembersItsCopyAndOpensWithIt();
    void copyThatCannotBeWritten_isNeverHalfThere();
    void makeRefused_leavesNothingAndCanBeRepeated();
    void open_withTheStoresOwnFile_isNoRehearsal();
    void open_withACopyOfTheStoresFile_isARehearsal();
    void open_keysGone_putsThemBack();
    void takeOver_writersKeyGone_fetchesIt();
    void checkOpening_tellsBeforeThePassphrase();
    void titleOfTwoLines_isRefused();
};

void TestNewRepository::drawnAndDropped_leavesNothing() {
    CoreFixture fixture;
    const std::string copy = fixture.path("copy.age");
    const std::string moved = fixture.path("moved.age");
    {
        const auto drawn = NewRepository::draw(fixture.core, specFor(fixture), {});
        CHECK_OK(drawn);
        CHECK_OK((*drawn)->saveCopy(copy));
        CHECK_OK((*drawn)->saveCopy(moved));
        QVERIFY(QFile::remove(qt(moved)));
        QFile others(qt(moved)); // somebody's own by then
        QVERIFY(others.open(QIODevice::WriteOnly) && others.write("mine") == 4);
        CHECK_FAILS((*drawn)->saveCopy(copy), ErrorCode::AlreadyExists);
        CHECK_FAILS((*drawn)->saveCopy(fixture.storePath() + "/copy.age"), ErrorCode::InvalidInput);
        QVERIFY(fixture.core.repositories()->empty());
        QVERIFY(!QFile::exists(qt(fixture.storePath())));
    }
    QVERIFY(!QFile::exists(qt(copy)));
    QCOMPARE(contentOf(moved), std::string("mine"));
    QVERIFY(secretsIn(fixture).isEmpty());
}

void TestNewRepository::made_remembersItsCopyAndOpensWithIt() {
    CoreFixture fixture;
    const std::string copy = fixture.path("copy.age");
    RepositoryInitSpec other = specFor(fixture);
    other.title = "another";
    Secret passphrase;
    {
        const auto drawn = NewRepository::draw(fixture.core, specFor(fixture), {});
        CHECK_OK(drawn);
        QVERIFY((*drawn)->isFor(specFor(fixture)) && !(*drawn)->isFor(other));
        CHECK_OK((*drawn)->saveCopy(copy));
        passphrase = (*drawn)->result().passphrase.clone();
        CHECK_OK((*drawn)->make({}));
        CHECK_FAILS((*drawn)->make({}), ErrorCode::Conflict);
    }
    QCOMPARE(fixture.core.repositories()->front().recoveryFile, copy);
    CoreFixture elsewhere("bob");
    CHECK_OK(
        elsewhere.core.openRepository({fixture.storePath(), {contentOf(copy)}, {}, "file"}, passphrase, {}));
}

void TestNewRepository::copyThatCannotBeWritten_isNeverHalfThere() {
    const std::string full = "/dev/full/copy"; // no folder
    CHECK_FAILS(writeRecoveryCopy(full, "x"), ErrorCode::NotFound);
    CoreFixture fixture;
    const auto drawn = NewRepository::draw(fixture.core, specFor(fixture), {});
    CHECK_OK(drawn);
    CHECK_FAILS((*drawn)->saveCopy(fixture.path("no/such/folder")), ErrorCode::NotFound);
    QVERIFY(fixture.core.repositories()->empty());
}

void TestNewRepository::makeRefused_leavesNothingAndCanBeRepeated() {
    CoreFixture fixture;
    const auto drawn = NewRepository::draw(fixture.core, specFor(fixture), {});
    CHECK_OK(drawn);
    std::stop_source stop;
    stop.request_stop();
    CHECK_FAILS((*drawn)->make(stop.get_token()), ErrorCode::Cancelled);
    QVERIFY(fixture.core.repositories()->empty());
    QVERIFY(secretsIn(fixture).isEmpty());
    QVERIFY(!QFile::exists(qt(fixture.storePath() + "/salvor-repository.json")));
    CHECK_OK((*drawn)->make({}));
    QCOMPARE(fixture.core.repositories()->size(), std::size_t{1});
    CHECK_OK(fixture.core.repositoryInfo("vault", {}));
}

void TestNewRepository::open_withTheStoresOwnFile_isNoRehearsal() {
    CoreFixture fixture;
    const auto made = fixture.init();
    CHECK_OK(made);
    CoreFixture elsewhere("bob");
    Heard heard;
    CoreConfig config = elsewhere.config();
    config.warnings = &heard;
    Core core(config);
    const auto pin = openWith(core, fixture, *made, contentOf(fixture.storePath() + "/keys/recovery.age"));
    CHECK_OK(pin);
    QVERIFY(!pin->rehearsed && !pin->rehearsedAt);
    QVERIFY2(heard.said.find("no rehearsal") != std::string::npos, heard.said.c_str());
}

/// The same bytes, on another disk.
void TestNewRepository::open_withACopyOfTheStoresFile_isARehearsal() {
    CoreFixture fixture;
    const auto made = fixture.init();
    CHECK_OK(made);
    const std::string bytes = contentOf(fixture.storePath() + "/keys/recovery.age");
    const QTemporaryDir stick;
    for (const bool isOutside : {false, true}) {
        CoreFixture elsewhere("bob");
        const std::string path = isOutside ? stick.filePath(QStringLiteral("recovery.age")).toStdString()
                                           : fixture.storePath() + "/mine.age";
        QFile file(qt(path));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(QByteArray::fromStdString(bytes)) > 0);
        file.close();
        const auto pin = elsewhere.core.openRepository({fixture.storePath(), {bytes, path}, {}, "file"},
                                                       made->passphrase, {});
        CHECK_OK(pin);
        QCOMPARE(pin->rehearsed, isOutside);
        QCOMPARE(pin->recoveryFile, isOutside ? path : std::string());
    }
}

void TestNewRepository::open_keysGone_putsThemBack() {
    CoreFixture fixture;
    const auto made = fixture.init();
    CHECK_OK(made);
    CHECK_FAILS(openWith(fixture.core, fixture, *made, made->recoveryFile), ErrorCode::AlreadyExists);
    const std::string folder = fixture.config().places.secrets + "/";
    const QStringList before = secretsIn(fixture);
    QVERIFY(QFile::remove(qt(folder + made->pin.identitySecretName())));
    QVERIFY(QFile::remove(qt(folder + made->pin.signingKeySecretName())));
    NullProgress nobody;
    VerifyJob verify;
    verify.depth = VerifyDepth::Full;
    const auto refused = fixture.core.runJob(verify, nobody, {});
    CHECK_FAILS(refused, ErrorCode::SecretUnavailable);
    QVERIFY2(refused.error().message.find("vault") != std::string::npos, refused.error().message.c_str());
    QVERIFY2(refused.error().hint.find("repository open") != std::string::npos, refused.error().hint.c_str());
    const auto pin = openWith(fixture.core, fixture, *made, made->recoveryFile);
    CHECK_OK(pin);
    QCOMPARE(pin->id, made->pin.id);
    QCOMPARE(secretsIn(fixture), before);
    QCOMPARE(fixture.core.repositories()->size(), std::size_t{1});
    CHECK_OK(fixture.core.runJob(verify, nobody, {}));
    AuditFilter filter;
    filter.action = "repository.keys";
    QCOMPARE(fixture.core.auditTrail(filter)->size(), std::size_t{1});
}

void TestNewRepository::takeOver_writersKeyGone_fetchesIt() {
    CoreFixture fixture;
    const auto made = fixture.init();
    CHECK_OK(made);
    const QStringList before = secretsIn(fixture);
    QVERIFY(QFile::remove(qt(fixture.config().places.secrets + "/" + made->pin.idKeySecretName())));
    TakeOverRequest request;
    request.repository = "vault";
    CHECK_OK(fixture.core.takeOverRepository(request, {}));
    QCOMPARE(secretsIn(fixture), before);
}

void TestNewRepository::checkOpening_tellsBeforeThePassphrase() {
    CoreFixture fixture;
    const auto made = fixture.init();
    CHECK_OK(made);
    CoreFixture elsewhere("bob");
    OpeningSpec spec{fixture.storePath(), {made->recoveryFile}, "vault", "file"};
    CHECK_OK(checkOpening(elsewhere.core, spec, {}));
    CHECK_FAILS(checkOpening(fixture.core, spec, {}), ErrorCode::AlreadyExists);
    spec.secretKind = "credentials"; // read only
    CHECK_FAILS(checkOpening(elsewhere.core, spec, {}), ErrorCode::SecretUnavailable);
    spec.recovery.bytes = "a letter";
    CHECK_FAILS(checkOpening(elsewhere.core, spec, {}), ErrorCode::InvalidInput);
    spec.url = fixture.path("nowhere");
    CHECK_FAILS(checkOpening(elsewhere.core, spec, {}), ErrorCode::NotFound);
    spec.url = "relative/path";
    CHECK_FAILS(checkOpening(elsewhere.core, spec, {}), ErrorCode::InvalidInput);
    QVERIFY(elsewhere.core.repositories()->empty());
}

void TestNewRepository::titleOfTwoLines_isRefused() {
    CoreFixture fixture;
    RepositoryInitSpec spec = specFor(fixture);
    spec.title = "a\nb";
    CHECK_FAILS(NewRepository::draw(fixture.core, std::move(spec), {}), ErrorCode::InvalidInput);
    CHECK_OK(fixture.init());
    RepositoryEdit edit;
    edit.repository = "vault";
    edit.title = "a\nb";
    CHECK_FAILS(editRepository(fixture.core, edit, {}), ErrorCode::InvalidInput);
}

QTEST_GUILESS_MAIN(TestNewRepository)
#include "test_newrepository.moc"
