// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold when a job goes wrong: code, message, record, and what is left behind. Over real servers.
#include "models/catalog/catalogdatabase.h"
#include "models/jsonfields.h"
#include "support/boundbyrights.h"
#include "support/need.h"
#include "support/sampledata.h"
#include "workers/corefixture.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QProcess>
#include <QScopeGuard>

#include <algorithm>
#include <csignal>
#include <latch>
#include <thread>
#include <utility>

#include <unistd.h>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kLongestCancel = 2s;

std::size_t backupsIn(CoreFixture& fixture) {
    NullProgress nobody;
    return fixture.core.rebuildCatalog("vault", nobody, {}).value_or(9999);
}

/// The record of the newest run.
RunRecord lastRun(CoreFixture& fixture) {
    const auto runs = fixture.core.runs(1);
    return runs && !runs->empty() ? runs->front() : RunRecord{};
}

/// Hidden or shown databases that restores to `name` made.
std::vector<RestoredDatabase> madeFor(CoreFixture& fixture, const std::string& name) {
    std::vector<RestoredDatabase> made;
    for (const auto& one :
         fixture.core.restoredDatabases("lab", {}).value_or(std::vector<RestoredDatabase>())) {
        if (one.finalName == name)
            made.push_back(one);
    }
    return made;
}

void dropMade(CoreFixture& fixture, const std::string& name) {
    for (const auto& one : madeFor(fixture, name))
        CHECK_OK(fixture.core.dropRestoredDatabase("lab", one.name, {}));
}

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

} // namespace

class TestCoreFaults : public QObject {
    Q_OBJECT

private slots:
    void backup_cancelledAtAPhase_endsAndLeavesNothing_data();
    void backup_cancelledAtAPhase_endsAndLeavesNothing();
    void backup_cancelledWhileTheServerHoldsItUp_endsAtOnce();
    void restore_cancelledAtAPhase_leavesTheTargetHidden_data();
    void restore_cancelledAtAPhase_leavesTheTargetHidden();
    void backup_processKilled_nextOneSucceeds();
    void backup_serverStops_failsAndLeavesNothing();
    void backup_repositoryBusy_saysWhoAndIsSkipped();
    void backup_betweenTwoDatabases_letsNoOtherRunIn();
    void backup_listOfAnOlderOneUnreadable_isMadeAndItsRunSaysIt();
    void backup_storeFull_isNoSpace();
    void backup_wrongPassword_isAuthenticationFailed();
    void backup_profileWithoutPolicy_isRefused();
    void restore_targetExists_changesNothing();
    void restore_damagedObject_neverShowsTheTarget();
    void backup_cancelledWhileItIsReadBack_isPartialAndSaysSo();
    void backup_afterARunThatIsDatedAhead_notesIt();
    void backup_damagedWhenItsRunReadsItBack_staysKnownAsDamaged();
    void restore_changedBehindItsBack_isNotProved();
    void restore_unknownBackup_isNotFound();
    void restore_failedBeforeItConnected_namesItsServer();
};

void TestCoreFaults::backup_cancelledAtAPhase_endsAndLeavesNothing_data() {
    QTest::addColumn<QString>("phase");
    for (const char* phase : {"connecting", "snapshot", "data", "finish", "commit"})
        QTest::newRow(phase) << QString::fromLatin1(phase);
}

void TestCoreFaults::backup_cancelledAtAPhase_endsAndLeavesNothing() {
    QFETCH(QString, phase);
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(50000));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    std::stop_source stop;
    std::chrono::steady_clock::time_point stopped;
    PhaseWatcher watcher;
    watcher.onPhase([&](const std::string& begun) {
        if (begun != phase.toStdString() || stop.stop_requested())
            return;
        stopped = std::chrono::steady_clock::now();
        stop.request_stop();
    });
    CHECK_FAILS(fixture.backUp(source.name(), watcher, stop.get_token()), ErrorCode::Cancelled);
    QVERIFY(std::chrono::steady_clock::now() - stopped < kLongestCancel);
    const RunRecord run = lastRun(fixture);
    QVERIFY(run.outcome == RunOutcome::Cancelled);
    QVERIFY(!run.error); // cancelled is no failure
    QCOMPARE(backupsIn(fixture), std::size_t{0});
    CHECK_OK(fixture.backUp(source.name()));
    QCOMPARE(backupsIn(fixture), std::size_t{1});
}

void TestCoreFaults::backup_cancelledWhileTheServerHoldsItUp_endsAtOnce() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop(10));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    LabConnection blocker(server, source.name());
    blocker.run("BEGIN; LOCK TABLE shop.orders IN ACCESS EXCLUSIVE MODE");
    std::stop_source stop;
    std::chrono::steady_clock::time_point stopped;
    // Cancelled only once a session of the backup waits for the lock.
    std::jthread canceller([&] {
        LabConnection observer(server, "postgres");
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (std::chrono::steady_clock::now() < deadline &&
               observer.value("SELECT count(*) FROM pg_stat_activity WHERE datname = '" + source.name() +
                              "' AND wait_event_type = 'Lock'") == "0")
            std::this_thread::yield();
        stopped = std::chrono::steady_clock::now();
        stop.request_stop();
    });
    NullProgress nobody;
    const auto result = fixture.backUp(source.name(), nobody, stop.get_token());
    const auto ended = std::chrono::steady_clock::now();
    canceller.join();
    CHECK_FAILS(result, ErrorCode::Cancelled);
    QVERIFY(ended - stopped < kLongestCancel);
}

void TestCoreFaults::restore_cancelledAtAPhase_leavesTheTargetHidden_data() {
    QTest::addColumn<QString>("phase");
    QTest::newRow("while data is written") << QStringLiteral("data");
    QTest::newRow("before the proof") << QStringLiteral("proof");
}

void TestCoreFaults::restore_cancelledAtAPhase_leavesTheTargetHidden() {
    QFETCH(QString, phase);
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(50000));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto backup = fixture.backUp(source.name());
    CHECK_OK(backup);
    const std::string name = source.name() + "_back";
    const auto tidy = qScopeGuard([&] { dropMade(fixture, name); });
    std::stop_source stop;
    std::chrono::steady_clock::time_point stopped;
    PhaseWatcher watcher;
    watcher.onPhase([&](const std::string& begun) {
        if (begun != phase.toStdString() || stop.stop_requested())
            return;
        stopped = std::chrono::steady_clock::now();
        stop.request_stop();
    });
    const auto result =
        fixture.restore(restoreJob(backup->backups.front().id, name), watcher, stop.get_token());
    CHECK_FAILS(result, ErrorCode::Cancelled);
    QVERIFY(std::chrono::steady_clock::now() - stopped < kLongestCancel);
    QVERIFY(result.error().hint.find("restored drop") != std::string::npos); // what is left is named
    QVERIFY(result.error().context.at("left_behind").starts_with(name + "_salvor_"));
    QVERIFY(lastRun(fixture).outcome == RunOutcome::Cancelled);
    QCOMPARE(source.value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"),
             std::string("0"));
    for (const auto& one : madeFor(fixture, name))
        QVERIFY(one.state != "proved");
    QVERIFY(!fixture.core.backup(backup->backups.front().id)->restoredAt);
}

void TestCoreFaults::backup_processKilled_nextOneSucceeds() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(100000));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    // This program itself, as a child that stops in the middle of the data until it is killed.
    QProcess child;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("SALVOR_HOME"), QString::fromStdString(fixture.path("home")));
    child.setProcessEnvironment(environment);
    child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    child.start(QCoreApplication::applicationFilePath(),
                {QStringLiteral("--child"), QString::fromStdString(source.name())});
    QVERIFY(child.waitForStarted(10000));
    QByteArray said;
    while (!said.contains("data\n") && child.waitForReadyRead(20000))
        said += child.readAllStandardOutput();
    QVERIFY2(said.contains("data\n"), said.constData());
    QCOMPARE(::kill(static_cast<pid_t>(child.processId()), SIGKILL), 0);
    QVERIFY(child.waitForFinished(10000));

    const RunRecord killed = lastRun(fixture); // found when the program looks again
    QVERIFY(killed.outcome == RunOutcome::Failed);
    QVERIFY(killed.error && killed.error->code == ErrorCode::Interrupted);
    QCOMPARE(backupsIn(fixture), std::size_t{0});
    const auto backup = fixture.backUp(source.name());
    CHECK_OK(backup);
    const auto verified = fixture.verify(VerifyDepth::Full);
    CHECK_OK(verified);
    QVERIFY(verified->report.ok());
    QCOMPARE(verified->report.intactBackupIds.size(), std::size_t{1});
}

void TestCoreFaults::backup_serverStops_failsAndLeavesNothing() {
    SALVOR_NEED_PRIVATE(own, "pg-plain", {});
    LabConnection admin(own->server(), "postgres");
    admin.run(sample::bigTable(100000));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(own->server()));
    PhaseWatcher watcher;
    watcher.onPhase([&](const std::string& phase) {
        if (phase == "data")
            own->signal(SIGQUIT);
    });
    const auto result = fixture.backUp("postgres", watcher);
    QVERIFY(!result);
    QVERIFY2(result.error().code == ErrorCode::ConnectionLost ||
                 result.error().code == ErrorCode::ConnectionFailed ||
                 result.error().code == ErrorCode::ServerError,
             qPrintable(describe(result)));
    QVERIFY(!result.error().hint.empty());
    QCOMPARE(result.error().context.at("database"), std::string("postgres"));
    const RunRecord run = lastRun(fixture);
    QVERIFY(run.outcome == RunOutcome::Failed);
    QVERIFY(run.error && run.error->code == result.error().code);
    QCOMPARE(backupsIn(fixture), std::size_t{0});
}

void TestCoreFaults::backup_repositoryBusy_saysWhoAndIsSkipped() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop(10));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    std::latch inside(1);
    std::latch release(1);
    PhaseWatcher watcher;
    bool entered = false; // rows are read before and behind the schema
    watcher.onPhase([&](const std::string& phase) {
        if (phase == "data" && !std::exchange(entered, true)) {
            inside.count_down();
            release.wait();
        }
    });
    std::optional<Result<BackupOutcome>> first;
    std::jthread holder([&] {
        BackupJob job;
        job.profile = "lab";
        job.databases = {source.name()};
        const auto report = fixture.core.runJob(job, watcher, {});
        first = report ? Result<BackupOutcome>(std::get<BackupOutcome>(*report))
                       : Result<BackupOutcome>(tl::unexpected<Error>(report.error()));
    });
    inside.wait();
    const auto second = fixture.backUp(source.name());
    const RunRecord skipped = lastRun(fixture);
    release.count_down();
    holder.join();
    CHECK_FAILS(second, ErrorCode::Busy);
    QVERIFY2(second.error().message.find(source.name()) != std::string::npos, second.error().message.c_str());
    QVERIFY2(second.error().message.find(std::to_string(getpid())) != std::string::npos,
             second.error().message.c_str());
    QVERIFY(skipped.outcome == RunOutcome::Skipped);
    CHECK_OK(*first);
    QVERIFY((*first)->run.outcome == RunOutcome::Ok);
    QCOMPARE(backupsIn(fixture), std::size_t{1});
}

void TestCoreFaults::backup_betweenTwoDatabases_letsNoOtherRunIn() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase first(server);
    LabDatabase second(server);
    for (LabDatabase* source : {&first, &second})
        source->run(sample::shop(10));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    // Each phase of the run: before the first database, within each, between the two.
    std::vector<ErrorCode> others;
    std::vector<ErrorCode> prunes;
    PhaseWatcher watcher;
    watcher.onPhase([&](const std::string& phase) {
        if (phase != "snapshot" && phase != "data" && phase != "commit")
            return;
        const auto other = fixture.another();
        BackupJob job;
        job.profile = "lab";
        job.databases = {first.name(), second.name()};
        NullProgress nobody;
        const auto report = other->runJob(job, nobody, {});
        others.push_back(report ? ErrorCode::Internal : report.error().code);
        const auto pruned = other->prune({}, nobody, {});
        prunes.push_back(pruned ? ErrorCode::Internal : pruned.error().code);
    });
    BackupJob job;
    job.profile = "lab";
    job.databases = {first.name(), second.name()};
    const auto report = fixture.core.runJob(job, watcher, {});
    CHECK_OK(report);
    const auto& outcome = std::get<BackupOutcome>(*report);
    QVERIFY(outcome.run.outcome == RunOutcome::Ok);
    QCOMPARE(outcome.backups.size(), std::size_t{2});
    QVERIFY(others.size() >= 2);
    QVERIFY(std::ranges::all_of(others, [](ErrorCode code) { return code == ErrorCode::Busy; }));
    QVERIFY(std::ranges::all_of(prunes, [](ErrorCode code) { return code == ErrorCode::Busy; }));
    RunFilter skipped;
    skipped.outcome = RunOutcome::Skipped;
    const auto records = fixture.core.runPage(skipped);
    CHECK_OK(records);
    QCOMPARE(records->rows->size(), others.size() + prunes.size()); // never partial
    QCOMPARE(backupsIn(fixture), std::size_t{2});
    CHECK_OK(fixture.backUp(first.name())); // and it is given back
}

/// What root copied belongs to root, and the lists of old backups are nothing that a new one needs.
void TestCoreFaults::backup_listOfAnOlderOneUnreadable_isMadeAndItsRunSaysIt() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop(10));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto first = fixture.backUp(source.name());
    CHECK_OK(first);
    QVERIFY(first->run.details.value(QLatin1String("warnings")).toArray().isEmpty());
    const auto lists = fixture.files(QString::fromStdString(fixture.storePath()) + QStringLiteral("/refs"));
    QVERIFY(!lists.empty());
    const auto rights = QFile::permissions(lists.front());
    QVERIFY(QFile::setPermissions(lists.front(), {}));
    {
        const BoundByRights bound;
        SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
        const auto second = fixture.backUp(source.name());
        CHECK_OK(second);
        QVERIFY(second->run.outcome == RunOutcome::Ok);
        const auto warnings = second->run.details.value(QLatin1String("warnings")).toArray();
        QCOMPARE(warnings.size(), 1);
        const QString said = warnings.first().toString();
        QVERIFY2(said.contains(lists.front().section(QLatin1Char('/'), -3)) &&
                     said.contains(QString::fromStdString(first->backups.front().id)),
                 qPrintable(said));
    }
    QVERIFY(QFile::setPermissions(lists.front(), rights));
    QCOMPARE(backupsIn(fixture), std::size_t{2});
    QVERIFY(fixture.verify(VerifyDepth::Full)->report.ok());
}

void TestCoreFaults::backup_storeFull_isNoSpace() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    // Does not compress: 24 MB of hashes.
    source.run(
        "CREATE TABLE noise AS SELECT decode(string_agg(md5(i::text || '-' || g::text), ''), 'hex') AS bytes "
        "FROM generate_series(1, 24) g, generate_series(1, 65536) i GROUP BY g");
    CoreFixture fixture;
    const QString place = QString::fromStdString(fixture.path("small"));
    QVERIFY(QDir().mkpath(place));
    if (QProcess::execute(QStringLiteral("mount"),
                          {QStringLiteral("-t"), QStringLiteral("tmpfs"), QStringLiteral("-o"),
                           QStringLiteral("size=16m"), QStringLiteral("tmpfs"), place}) != 0)
        QSKIP("a small file system cannot be mounted here (not root)");
    const auto unmount = qScopeGuard([&] { QProcess::execute(QStringLiteral("umount"), {place}); });
    CHECK_OK(fixture.init(place.toStdString() + "/store"));
    CHECK_OK(fixture.addProfile(server));
    const auto result = fixture.backUp(source.name());
    CHECK_FAILS(result, ErrorCode::NoSpace);
    QVERIFY(!result.error().hint.empty());
    QVERIFY(lastRun(fixture).outcome == RunOutcome::Failed);
    QCOMPARE(backupsIn(fixture), std::size_t{0});
    const auto info = fixture.core.repositoryInfo("vault", {});
    CHECK_OK(info);
    QVERIFY(!info->problem);
}

void TestCoreFaults::backup_wrongPassword_isAuthenticationFailed() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    LabServer wrong = server;
    wrong.password = "not the password";
    CHECK_OK(fixture.addProfile(wrong));
    const auto result = fixture.backUp("postgres");
    CHECK_FAILS(result, ErrorCode::AuthenticationFailed);
    QVERIFY(result.error().toText().find(wrong.password) == std::string::npos);
    const RunRecord run = lastRun(fixture);
    QVERIFY(run.outcome == RunOutcome::Failed);
    QVERIFY(run.error && run.error->code == ErrorCode::AuthenticationFailed);
    QCOMPARE(run.profileTitle, std::string("lab"));
}

void TestCoreFaults::backup_profileWithoutPolicy_isRefused() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    CoreFixture fixture; // no repository: no policy can be made
    CHECK_OK(fixture.core.saveProfile(CoreFixture::profileOf(server), Secret(server.password), {}));
    const auto result = fixture.backUp("postgres");
    CHECK_FAILS(result, ErrorCode::InvalidInput);
    QVERIFY(!result.error().hint.empty());
    QVERIFY(lastRun(fixture).outcome == RunOutcome::Failed);
}

void TestCoreFaults::restore_targetExists_changesNothing() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop(10));
    LabDatabase existing(server);
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto backup = fixture.backUp(source.name());
    CHECK_OK(backup);
    const auto result = fixture.restore(backup->backups.front().id, existing.name());
    CHECK_FAILS(result, ErrorCode::AlreadyExists);
    QVERIFY(madeFor(fixture, existing.name()).empty());
    QVERIFY(lastRun(fixture).outcome == RunOutcome::Failed);
    QCOMPARE(existing.value("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
             std::string("0"));
}

/// A computer that is shut down after each backup would never verify anything, and all would be ok.
void TestCoreFaults::backup_cancelledWhileItIsReadBack_isPartialAndSaysSo() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop(10));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    Policy policy = fixture.core.policies()->front();
    policy.verifyAfter = "stored";
    CHECK_OK(fixture.core.savePolicy(policy));
    std::stop_source stop;
    PhaseWatcher watcher;
    watcher.onPhase([&](const std::string& phase) {
        if (phase == "verify")
            stop.request_stop();
    });
    const auto cut = fixture.backUp(source.name(), watcher, stop.get_token());
    CHECK_OK(cut);
    QVERIFY(stop.stop_requested());
    QCOMPARE(cut->backups.size(), std::size_t(1)); // it is there, and counts
    QVERIFY(!fixture.core.backup(cut->backups.front().id)->readBackAt);
    const RunRecord run = lastRun(fixture);
    QVERIFY(run.outcome == RunOutcome::Partial);
    QVERIFY(run.error && run.error->code == ErrorCode::Interrupted);
    QVERIFY2(run.error->message.find("not read back") != std::string::npos, run.error->message.c_str());
    QCOMPARE(run.error->context.at("depth"), std::string("stored")); // what a verification has to make up for
    QVERIFY(!run.details.contains(QStringLiteral("verified")));
    const auto whole = fixture.backUp(source.name());
    CHECK_OK(whole);
    QVERIFY(whole->run.outcome == RunOutcome::Ok);
}

/// Only the run knows which of the two was there first; and on which server it was.
void TestCoreFaults::backup_afterARunThatIsDatedAhead_notesIt() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto first = fixture.backUp(source.name());
    CHECK_OK(first);
    QVERIFY(!first->run.details.contains(QStringLiteral("dated_ahead")));
    QCOMPARE(first->run.details.value(QStringLiteral("system_id")).toString().toStdString(),
             first->backups.front().systemId);
    RunRecord ahead = first->run;
    ahead.id = "20990101T000000Z-AAAAAA";
    ahead.started = *fromRfc3339("2099-01-01T00:00:00Z");
    ahead.ended = ahead.started + std::chrono::minutes(1);
    CHECK_OK(CatalogDatabase::open(fixture.core.config().places.catalogFile).value()->saveRun(ahead));
    const auto next = fixture.backUp(source.name());
    CHECK_OK(next);
    QCOMPARE(next->run.details.value(QStringLiteral("dated_ahead")).toString(),
             toJsonTime(*ahead.ended).toString());
}

/// A disk that writes something else than it was given.
void TestCoreFaults::backup_damagedWhenItsRunReadsItBack_staysKnownAsDamaged() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(50000));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    Policy policy = fixture.core.policies()->front();
    policy.verifyAfter = "stored";
    CHECK_OK(fixture.core.savePolicy(policy));
    const auto whole = fixture.backUp(source.name());
    CHECK_OK(whole);
    QVERIFY(whole->run.outcome == RunOutcome::Ok);
    QVERIFY(fixture.core.backup(whole->backups.front().id)->readBackAt); // it was read, and signed for
    source.run("CREATE TABLE added AS SELECT g AS a, md5(g::text) AS b FROM generate_series(1, 200000) g");
    const auto before =
        fixture.files(QString::fromStdString(fixture.storePath()) + QStringLiteral("/objects"));
    PhaseWatcher watcher;
    QString damaged;
    watcher.onPhase([&](const std::string& phase) {
        if (phase != "verify" || !damaged.isEmpty())
            return;
        for (const QString& file :
             fixture.files(QString::fromStdString(fixture.storePath()) + QStringLiteral("/objects"))) {
            if (std::ranges::find(before, file) == before.end() &&
                (damaged.isEmpty() || QFileInfo(file).size() > QFileInfo(damaged).size()))
                damaged = file; // of the new backup only
        }
        flipByte(damaged);
    });
    const auto broken = fixture.backUp(source.name(), watcher);
    CHECK_OK(broken);
    QVERIFY(!damaged.isEmpty());
    const std::string id = broken->backups.front().id;
    QVERIFY(broken->run.outcome == RunOutcome::Failed);
    QVERIFY(fixture.core.damage()->contains(id));
    // The disk is well again: the next run is good, and takes nothing back of what is known.
    flipByte(damaged);
    const auto next = fixture.backUp(source.name());
    CHECK_OK(next);
    QVERIFY(next->run.outcome == RunOutcome::Ok);
    const auto damage = fixture.core.damage();
    CHECK_OK(damage);
    QCOMPARE(damage->size(), std::size_t(1));
    QCOMPARE(damage->at(id).runId, broken->run.id);
    const auto findings = fixture.core.watchReport().value().findings();
    const auto said = std::ranges::find(findings, std::string("damaged"), &Finding::code);
    QVERIFY(said != findings.end());
    QCOMPARE(said->subject, id);
    const auto preflight = fixture.core.preflightRestore(restoreJob(id, source.name() + "_back"), {});
    CHECK_OK(preflight);
    QVERIFY(!preflight->ok());
    // A verification that reads it, and finds it as it should be, ends it.
    const auto verified = fixture.verify(VerifyDepth::Stored);
    CHECK_OK(verified);
    QVERIFY(verified->report.ok());
    QVERIFY(fixture.core.damage()->empty());
    QVERIFY(fixture.core.preflightRestore(restoreJob(id, source.name() + "_back"), {})->ok());
}

void TestCoreFaults::restore_damagedObject_neverShowsTheTarget() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(50000));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto backup = fixture.backUp(source.name());
    CHECK_OK(backup);
    const std::string id = backup->backups.front().id;
    const QString object = largestObject(fixture);
    QVERIFY(!object.isEmpty());
    flipByte(object);

    const std::string name = source.name() + "_back";
    const auto tidy = qScopeGuard([&] { dropMade(fixture, name); });
    const auto result = fixture.restore(id, name);
    CHECK_FAILS(result, ErrorCode::Corrupt);
    QVERIFY(result.error().context.contains("item"));
    QCOMPARE(source.value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"),
             std::string("0"));
    const auto made = madeFor(fixture, name);
    QCOMPARE(made.size(), std::size_t{1});
    QCOMPARE(made.front().state, std::string("incomplete"));
    QCOMPARE(made.front().backupId, id);
    QCOMPARE(result.error().context.at("left_behind"), made.front().name);

    const auto verified = fixture.verify(VerifyDepth::Stored);
    CHECK_OK(verified);
    QVERIFY(!verified->report.ok());
    QVERIFY(verified->run.outcome == RunOutcome::Failed);
    QCOMPARE(verified->report.problems.front().backupIds, std::vector<std::string>{id});
    QVERIFY(verified->report.intactBackupIds.empty());
    QVERIFY(!fixture.core.backup(id)->readBackAt);
}

void TestCoreFaults::restore_changedBehindItsBack_isNotProved() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop(50));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto backup = fixture.backUp(source.name());
    CHECK_OK(backup);
    const std::string name = source.name() + "_back";
    const auto tidy = qScopeGuard([&] { dropMade(fixture, name); });
    PhaseWatcher watcher;
    bool changed = false;
    watcher.onPhase([&](const std::string& phase) {
        if (phase != "proof" || changed)
            return;
        changed = true;
        const auto made = madeFor(fixture, name);
        LabConnection hidden(server, made.at(0).name);
        hidden.run("SET session_replication_role = replica; DELETE FROM shop.orders WHERE ctid = "
                   "(SELECT ctid FROM shop.orders LIMIT 1)");
    });
    const auto outcome = fixture.restore(restoreJob(backup->backups.front().id, name), watcher);
    CHECK_OK(outcome);
    QVERIFY(changed);
    QVERIFY(!outcome->proved);
    QVERIFY(outcome->run.outcome == RunOutcome::Failed);
    QVERIFY(outcome->run.error && outcome->run.error->code == ErrorCode::ProofFailed);
    const bool named =
        std::any_of(outcome->differences.begin(), outcome->differences.end(),
                    [](const auto& one) { return one.item.find("orders") != std::string::npos; });
    QVERIFY(named);
    QCOMPARE(source.value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"),
             std::string("0"));
    QCOMPARE(madeFor(fixture, name).at(0).state, std::string("unproven"));
    QVERIFY(!fixture.core.backup(backup->backups.front().id)->restoredAt);
}

void TestCoreFaults::restore_unknownBackup_isNotFound() {
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_FAILS(fixture.restore("20200101T000000Z-AAAAAA", "anything"), ErrorCode::NotFound);
    QVERIFY(lastRun(fixture).outcome == RunOutcome::Failed);
    AuditFilter filter;
    filter.action = "restore.run";
    const auto trail = fixture.core.auditTrail(filter);
    CHECK_OK(trail);
    QCOMPARE(trail->size(), std::size_t{1}); // and it says which run that was
    QCOMPARE(trail->front().after.value(QStringLiteral("run")).toString().toStdString(), lastRun(fixture).id);
    QCOMPARE(trail->front().after.value(QStringLiteral("outcome")).toString(), QStringLiteral("not_found"));
}

/// The window names it by its UUID.
void TestCoreFaults::restore_failedBeforeItConnected_namesItsServer() {
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    LabServer nobody;
    nobody.host = "127.0.0.1";
    nobody.port = 1;
    nobody.user = "postgres";
    nobody.password = "never asked for";
    const auto profile = fixture.addProfile(nobody, "lab one");
    CHECK_OK(profile);
    RestoreJob job = restoreJob("20200101T000000Z-AAAAAA", "anything");
    job.targetProfile = profile->uuid;
    NullProgress unseen;
    CHECK_FAILS(fixture.restore(job, unseen), ErrorCode::NotFound);
    QCOMPARE(lastRun(fixture).kind, std::string("restore"));
    QCOMPARE(lastRun(fixture).profileTitle, std::string("lab one"));
    QCOMPARE(lastRun(fixture).profileUuid, profile->uuid);
    QCOMPARE(lastRun(fixture).details.value(QStringLiteral("user")).toString(), QStringLiteral("alice"));
}

namespace {

/// The child of backup_processKilled_nextOneSucceeds: says each phase, and stays in the data for ever.
int childMain(const std::string& database) {
    SystemClock clock;
    CoreConfig config;
    config.places = *findPlaces(PlacesKind::User, processEnvironment());
    config.clock = &clock;
    config.machineId = "0123456789abcdef0123456789abcdef";
    config.userName = "alice";
    Core core(config);
    PhaseWatcher watcher;
    watcher.onPhase([](const std::string& phase) {
        const std::string line = phase + "\n";
        (void)!::write(STDOUT_FILENO, line.data(), line.size());
        if (phase == "data") {
            while (true)
                ::pause();
        }
    });
    BackupJob job;
    job.profile = "lab";
    job.databases = {database};
    return core.runJob(job, watcher, {}) ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    if (argc == 3 && std::string_view(argv[1]) == "--child")
        return childMain(argv[2]);
    TestCoreFaults test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_core_faults.moc"
