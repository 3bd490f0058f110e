// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the store lacks or has damaged: a restore is refused before it makes anything, the writer mends its
// own files, and nothing that could not be stored is lost without a word. Over real servers.
#include "support/boundbyrights.h"
#include "support/need.h"
#include "support/sampledata.h"
#include "workers/corefixture.h"

#include <QJsonArray>
#include <QProcess>
#include <QScopeGuard>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

/// The largest object of the store.
QString largestObject(const CoreFixture& fixture) {
    QString largest;
    for (const QString& file :
         fixture.files(QString::fromStdString(fixture.storePath()) + QStringLiteral("/objects"))) {
        if (largest.isEmpty() || QFileInfo(file).size() > QFileInfo(largest).size())
            largest = file;
    }
    return largest;
}

/// Twice, it is as it was.
void flipByte(const QString& path) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    const qint64 at = file.size() / 2;
    QVERIFY(file.seek(at));
    char byte = 0;
    QVERIFY(file.getChar(&byte));
    QVERIFY(file.seek(at));
    QVERIFY(file.putChar(static_cast<char>(byte ^ 0x10)));
}

std::string textsIn(const RunRecord& run, const char* list) {
    std::string all;
    for (const auto& text : run.details.value(QLatin1String(list)).toArray())
        all += text.toString().toStdString() + "\n";
    return all;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// A database, its one backup, and what restores of it made: gone afterwards.
struct BackedUp {
    explicit BackedUp(const LabServer& server)
        : source(server)
        , back(source.name() + "_back") {
        source.run(sample::bigTable(5000));
    }
    ~BackedUp() {
        for (const auto& one : made())
            (void)fixture.core.dropRestoredDatabase("lab", one.name, {}, one.name);
    }
    Result<> prepare(const LabServer& server) {
        SALVOR_ASSIGN(init, fixture.init());
        SALVOR_TRY(fixture.addProfile(server).map([](const auto&) {}));
        SALVOR_ASSIGN(const auto outcome, fixture.backUp(source.name()));
        backupId = outcome.backups.front().id;
        return {};
    }
    std::vector<RestoredDatabase> made() {
        std::vector<RestoredDatabase> found;
        for (const auto& one :
             fixture.core.restoredDatabases("lab", {}).value_or(std::vector<RestoredDatabase>())) {
            if (one.finalName == back)
                found.push_back(one);
        }
        return found;
    }
    RestoreJob job(bool althoughDamaged) const {
        RestoreJob job = restoreJob(backupId, back);
        job.exceptions.althoughDamaged = althoughDamaged;
        return job;
    }
    Result<RestoreOutcome> restore(bool althoughDamaged) {
        NullProgress nobody;
        auto report = fixture.core.runJob(job(althoughDamaged), nobody, {});
        if (!report)
            return tl::unexpected<Error>(report.error());
        return std::get<RestoreOutcome>(std::move(*report));
    }
    /// The first that would stop the restore.
    std::optional<PreflightFinding> blocker(bool althoughDamaged = false) {
        const auto found = fixture.core.preflightRestore(job(althoughDamaged), {});
        if (!found)
            return PreflightFinding{PreflightFinding::Level::Blocker, "none", found.error().toText(), {}, {}};
        for (const auto& one : found->findings) {
            if (one.level == PreflightFinding::Level::Blocker)
                return one;
        }
        return std::nullopt;
    }
    std::string store(const std::string& key) const { return fixture.storePath() + "/" + key; }

    LabDatabase source;
    std::string back;
    CoreFixture fixture;
    RepositoryInitResult init;
    std::string backupId;
};

bool removeFile(const std::string& path) { return QFile::remove(QString::fromStdString(path)); }
bool isThere(const std::string& path) { return QFile::exists(QString::fromStdString(path)); }

} // namespace

class TestCoreDamage : public QObject {
    Q_OBJECT

private slots:
    void restore_objectMissing_isRefusedBeforeAnythingIsMade();
    void restore_knownDamaged_isRefusedUntilToldOtherwise();
    void restore_damageBesideTheBackup_goesOn();
    void restore_recordsOfAnotherUser_goesOn();
    void backup_writerKeysLost_writesThemAnewAndSaysSo();
    void takeOver_writerKeysLost_saysWhatHelps();
    void backup_repositoryFileLost_everybodyReadsOn();
    void verifyAndRestore_storeReadOnly_keepTheirProofs();
};

void TestCoreDamage::restore_objectMissing_isRefusedBeforeAnythingIsMade() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    BackedUp made(server);
    CHECK_OK(made.prepare(server));
    QVERIFY(QFile::remove(largestObject(made.fixture)));
    const auto blocker = made.blocker();
    QVERIFY(blocker && blocker->check == "chain");
    const auto refused = made.restore(false);
    CHECK_FAILS(refused, blocker->code);
    QCOMPARE(refused.error().hint, blocker->hint);
    QVERIFY2(has(refused.error().message, blocker->text), refused.error().message.c_str());
    QVERIFY(has(blocker->hint, "--although-damaged"));
    QVERIFY(!refused.error().context.contains("left_behind"));
    QVERIFY(made.made().empty());
    // A drill does not start a server for it either, and its failure is on record.
    DrillJob job;
    job.backup = made.backupId;
    NullProgress nobody;
    const auto drill = made.fixture.core.runJob(job, nobody, {});
    CHECK_FAILS(drill, blocker->code);
    QVERIFY(has(drill.error().hint, "salvorctl verify " + made.backupId));
    const auto drills = made.fixture.core.runs(1);
    CHECK_OK(drills);
    QVERIFY(drills->front().kind == "drill" && drills->front().outcome == RunOutcome::Failed);
    const auto again = made.restore(false);
    CHECK_FAILS(again, blocker->code);
    const auto runs = made.fixture.core.runs(1);
    CHECK_OK(runs);
    QVERIFY(runs->front().kind == "restore" && runs->front().outcome == RunOutcome::Failed);
    // Told to, it goes as far as it gets.
    QVERIFY(!made.blocker(true));
    const auto tried = made.restore(true);
    QVERIFY(!tried);
    QVERIFY(tried.error().context.contains("left_behind"));
    QCOMPARE(made.made().size(), std::size_t{1});
    QVERIFY(made.made().front().hidden);
}

void TestCoreDamage::restore_knownDamaged_isRefusedUntilToldOtherwise() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    BackedUp made(server);
    CHECK_OK(made.prepare(server));
    const QString object = largestObject(made.fixture);
    flipByte(object);
    const auto verified = made.fixture.verify(VerifyDepth::Stored);
    CHECK_OK(verified);
    QVERIFY(!verified->report.ok());
    const auto blocker = made.blocker();
    QVERIFY(blocker && blocker->check == "chain");
    const auto refused = made.restore(false);
    CHECK_FAILS(refused, ErrorCode::Corrupt);
    QVERIFY(refused.error().code == blocker->code);
    QCOMPARE(refused.error().hint, blocker->hint);
    QVERIFY2(has(refused.error().message, verified->run.id), refused.error().message.c_str());
    QVERIFY(made.made().empty());
    // Mended behind Salvor's back: it is tried when asked for, and the report says what was known.
    flipByte(object);
    const auto restored = made.restore(true);
    CHECK_OK(restored);
    QVERIFY(restored->proved);
    QVERIFY(has(textsIn(restored->run, "warnings"), "damaged"));
    QVERIFY(std::any_of(restored->leftOff.begin(), restored->leftOff.end(),
                        [](const std::string& line) { return has(line, "Restored all the same"); }));
}

void TestCoreDamage::restore_damageBesideTheBackup_goesOn() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    BackedUp made(server);
    CHECK_OK(made.prepare(server));
    QVERIFY(removeFile(made.store("keys/writer.age")));
    QFile catalog(QString::fromStdString(made.store("catalog/1.json")));
    QVERIFY(catalog.open(QIODevice::WriteOnly | QIODevice::Truncate));
    catalog.close();
    QVERIFY(!made.blocker());
    CHECK_OK(made.restore(false));
}

/// Root verified, or ran a copy: no backup depends on a proof or a run record.
void TestCoreDamage::restore_recordsOfAnotherUser_goesOn() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    BackedUp made(server);
    CHECK_OK(made.prepare(server));
    CHECK_OK(made.fixture.verify(VerifyDepth::Stored));
    for (const char* folder : {"proofs", "runs"}) {
        const auto files = made.fixture.files(QString::fromStdString(made.store(folder)));
        QVERIFY(!files.empty());
        for (const QString& file : files)
            QVERIFY(QFile::setPermissions(file, {}));
    }
    const BoundByRights bound;
    SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
    QVERIFY(!made.blocker());
    const auto restored = made.restore(false);
    CHECK_OK(restored);
    QVERIFY(restored->proved);
}

void TestCoreDamage::backup_writerKeysLost_writesThemAnewAndSaysSo() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    BackedUp made(server);
    CHECK_OK(made.prepare(server));
    QVERIFY(!made.fixture.core.repositoryInfo("vault", {})->problem);
    QVERIFY(removeFile(made.store("keys/writer.age")));
    const auto info = made.fixture.core.repositoryInfo("vault", {});
    CHECK_OK(info);
    QVERIFY(info->answered && info->problem && has(info->problem->message, "keys/writer.age"));
    QVERIFY(!info->problem->hint.empty());
    const auto backup = made.fixture.backUp(made.source.name());
    CHECK_OK(backup);
    QVERIFY(backup->run.outcome == RunOutcome::Ok);
    QVERIFY(has(textsIn(backup->run, "warnings"), "keys/writer.age was missing or damaged"));
    QVERIFY(isThere(made.store("keys/writer.age")));
    QVERIFY(!made.fixture.core.repositoryInfo("vault", {})->problem);
    const auto verified = made.fixture.verify(VerifyDepth::Quick);
    CHECK_OK(verified);
    QVERIFY(verified->report.ok());
}

void TestCoreDamage::takeOver_writerKeysLost_saysWhatHelps() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    BackedUp made(server);
    CHECK_OK(made.prepare(server));
    QVERIFY(removeFile(made.store("keys/writer.age")));
    CoreFixture other("bob");
    CHECK_OK(other.core.openRepository({made.fixture.storePath(), {made.init.recoveryFile}, "vault", "file"},
                                       made.init.passphrase, {}));
    TakeOverRequest request;
    request.repository = "vault";
    for (const bool dryRun : {true, false}) {
        request.dryRun = dryRun;
        const auto refused = other.core.takeOverRepository(request, {});
        QVERIFY(!refused);
        QVERIFY2(has(refused.error().message, "keys/writer.age"), refused.error().message.c_str());
        QVERIFY2(has(refused.error().hint, "next backup writes"), refused.error().hint.c_str());
        QVERIFY(!has(refused.error().hint, "forget")); // opening it again would end here again
    }
    // As the hint says.
    CHECK_OK(made.fixture.backUp(made.source.name()));
    CHECK_OK(other.core.takeOverRepository(request, {}));
    CHECK_OK(other.addProfile(server));
    CHECK_OK(other.backUp(made.source.name()));
}

void TestCoreDamage::backup_repositoryFileLost_everybodyReadsOn() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    BackedUp made(server);
    CHECK_OK(made.prepare(server));
    const std::string file = made.store("salvor-repository.json");
    QVERIFY(removeFile(file));
    const auto info = made.fixture.core.repositoryInfo("vault", {});
    CHECK_OK(info);
    QVERIFY(info->answered && info->problem && has(info->problem->message, "salvor-repository.json"));
    CoreFixture other("bob");
    CHECK_OK(other.core.openRepository({made.fixture.storePath(), {made.init.recoveryFile}, {}, "file"},
                                       made.init.passphrase, {}));
    NullProgress nobody;
    QCOMPARE(made.fixture.core.rebuildCatalog("vault", nobody, {}).value_or(0), std::uint64_t{1});
    CHECK_OK(made.restore(false));
    CHECK_OK(made.fixture.backUp(made.source.name()));
    QVERIFY(isThere(file));
    QVERIFY(!made.fixture.core.repositoryInfo("vault", {})->problem);
}

void TestCoreDamage::verifyAndRestore_storeReadOnly_keepTheirProofs() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    BackedUp made(server);
    const QString place = QString::fromStdString(made.fixture.storePath());
    QVERIFY(QDir().mkpath(place));
    const auto mount = [&](const QStringList& arguments) {
        return QProcess::execute(QStringLiteral("mount"), arguments) == 0;
    };
    if (!mount({QStringLiteral("-t"), QStringLiteral("tmpfs"), QStringLiteral("tmpfs"), place}))
        QSKIP("a file system of its own cannot be mounted here (not root)");
    const auto unmount = qScopeGuard([&] { QProcess::execute(QStringLiteral("umount"), {place}); });
    CHECK_OK(made.prepare(server));
    CHECK_OK(made.fixture.verify(VerifyDepth::Stored));
    const QString proofs = place + QStringLiteral("/proofs");
    QCOMPARE(made.fixture.files(proofs).size(), std::size_t{1});
    QVERIFY(mount({QStringLiteral("-o"), QStringLiteral("remount,ro"), place}));
    const auto verified = made.fixture.verify(VerifyDepth::Stored);
    CHECK_OK(verified);
    QVERIFY(verified->report.ok());
    QVERIFY2(has(textsIn(verified->run, "record_problems"), "it is kept in "),
             textsIn(verified->run, "record_problems").c_str());
    // On the day of the disaster the store may be a read-only copy: the restore is whole, its proof waits.
    const auto restored = made.restore(false);
    CHECK_OK(restored);
    QVERIFY(restored->proved);
    QVERIFY2(has(textsIn(restored->run, "record_problems"), "it is kept in "),
             textsIn(restored->run, "record_problems").c_str());
    QCOMPARE(made.fixture.files(proofs).size(), std::size_t{1});
    QVERIFY(mount({QStringLiteral("-o"), QStringLiteral("remount,rw"), place}));
    CHECK_OK(made.fixture.core.repositoryInfo("vault", {}));
    QCOMPARE(made.fixture.files(proofs).size(), std::size_t{3});
}

QTEST_GUILESS_MAIN(TestCoreDamage)
#include "test_core_damage.moc"
