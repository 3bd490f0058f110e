// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Restore drills on real servers: a private one, another one, never the one that was backed up.
#include "support/sampledata.h"
#include "workers/corefixture.h"

#include <QCoreApplication>
#include <QDir>
#include <QJsonArray>
#include <QProcess>
#include <QScopeGuard>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

DrillCheck checkOf(const std::string& name, const std::string& sql,
                   DrillCheck::Expect expect = DrillCheck::Expect::Rows, const std::string& value = {}) {
    return {name, sql, expect, value};
}

/// A folder that the server's user gets through, as that for temporary files is.
class DrillFolder {
public:
    DrillFolder()
        : m_folder(QDir::tempPath() + QStringLiteral("/salvor-t-XXXXXX")) {
        QFile::setPermissions(m_folder.path(),
                              QFile::permissions(m_folder.path()) | QFile::ExeOther | QFile::ExeGroup);
    }
    std::string path() const { return m_folder.path().toStdString(); }
    QStringList left() const {
        return QDir(m_folder.path())
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }

private:
    QTemporaryDir m_folder;
};

struct DrillFixture {
    Result<> prepare(const LabServer& server, const std::string& database) {
        SALVOR_TRY(fixture.init().map([](const auto&) {}));
        SALVOR_TRY(fixture.addProfile(server).map([](const auto&) {}));
        SALVOR_ASSIGN(const auto made, fixture.backUp(database));
        job.backup = made.backups.front().id;
        job.folder = folder.path();
        return {};
    }
    Result<DrillOutcome> drill(ProgressSink& progress, const CancelToken& cancel = {}) {
        auto report = fixture.core.runJob(job, progress, cancel);
        if (!report)
            return tl::unexpected<Error>(report.error());
        return std::get<DrillOutcome>(std::move(*report));
    }
    Result<DrillOutcome> drill() {
        NullProgress nobody;
        return drill(nobody);
    }
    RunRecord lastRun() {
        const auto runs = fixture.core.runs(1);
        return runs && !runs->empty() ? runs->front() : RunRecord{};
    }
    bool isProved() { return fixture.core.backup(job.backup)->restoredAt.has_value(); }

    DrillFolder folder;
    CoreFixture fixture;
    DrillJob job;
};

qint64 detail(const RunRecord& run, const char* key) {
    return run.details.value(QLatin1String(key)).toInteger(-1);
}

} // namespace

class TestCoreDrill : public QObject {
    Q_OBJECT

private slots:
    void drill_throwaway_provesAndLeavesNothing_data();
    void drill_throwaway_provesAndLeavesNothing();
    void drill_sameServer_isRefused();
    void drill_otherServer_restoresAndDrops();
    void drill_byItsPolicy_goesWhereItSaysAndChecksWhatItSays();
    void drill_checkFails_namesItAndSignsNothing();
    void drill_viewThatCannotBeFilled_isSaid();
    void drill_badChecks_areRefusedBeforeAnything();
    void drill_cancelledAtAPhase_leavesNothing_data();
    void drill_cancelledAtAPhase_leavesNothing();
    void drill_unknownUserOrFolder_isSaid();
    void drill_noRoom_namesTheFolder_data();
    void drill_noRoom_namesTheFolder();
    void drill_dryRun_findsAndLeavesNothing();
    void drill_damagedObject_failsAndLeavesNothing();
};

void TestCoreDrill::drill_throwaway_provesAndLeavesNothing_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("the distribution's PostgreSQL") << QStringLiteral("pg-plain");
    QTest::newRow("PostgreSQL 17") << QStringLiteral("pg17");
    QTest::newRow("TimescaleDB") << QStringLiteral("timescale");
}

void TestCoreDrill::drill_throwaway_provesAndLeavesNothing() {
    QFETCH(const QString, name);
    SALVOR_NEED_SERVER(server, name.toStdString());
    const bool timescale = name == QStringLiteral("timescale");
    LabDatabase source(server, timescale ? LabDatabase::TimescaleDb::Yes : LabDatabase::TimescaleDb::No);
    source.run(timescale ? sample::timescaleDatabase(10) : sample::plainDatabase());
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    fixture.job.checks = {checkOf("orders are there", "SELECT 1 FROM shop.orders LIMIT 1;"),
                          checkOf("no order without a number", "SELECT * FROM shop.orders WHERE id IS NULL",
                                  DrillCheck::Expect::NoRows),
                          checkOf("all orders", "SELECT count(*) FROM shop.orders", DrillCheck::Expect::Value,
                                  source.value("SELECT count(*) FROM shop.orders"))};
    if (timescale)
        fixture.job.checks.push_back(
            checkOf("no job runs", "SELECT 1 FROM _timescaledb_config.bgw_job WHERE scheduled AND id >= 1000",
                    DrillCheck::Expect::NoRows));
    const auto outcome = fixture.drill();
    CHECK_OK(outcome);
    QVERIFY2(outcome->run.outcome == RunOutcome::Ok,
             outcome->run.error ? outcome->run.error->message.c_str() : "partial");
    QVERIFY(outcome->proved);
    QVERIFY(outcome->rows > 0);
    QCOMPARE(outcome->checks.size(), fixture.job.checks.size());
    QCOMPARE(outcome->target, std::string("throwaway"));
    QVERIFY(!outcome->serverUser.empty());
    QVERIFY(outcome->restoreSeconds > 0 && outcome->totalSeconds >= outcome->restoreSeconds);
    QCOMPARE(fixture.folder.left(), QStringList());
    QVERIFY(fixture.isProved());
    const RunRecord run = fixture.lastRun();
    QCOMPARE(run.kind, std::string("drill"));
    QCOMPARE(run.database, source.name());
    QVERIFY(detail(run, "restore_seconds") >= 1);
    QVERIFY(detail(run, "proof_seconds") >= 1);
    QVERIFY(detail(run, "total_seconds") >= detail(run, "restore_seconds"));
    QCOMPARE(run.details.value(QStringLiteral("target_kind")).toString(), QStringLiteral("throwaway"));
    QCOMPARE(run.details.value(QStringLiteral("checks")).toArray().size(),
             static_cast<qsizetype>(fixture.job.checks.size()));
    AuditFilter filter;
    filter.action = "drill.run";
    const auto trail = fixture.fixture.core.auditTrail(filter);
    CHECK_OK(trail);
    QCOMPARE(trail->size(), std::size_t{1});
    QCOMPARE(trail->front().after.value(QStringLiteral("run")).toString().toStdString(), run.id);
    // What it measured is a private server's, and is said to be.
    RestoreJob restore;
    restore.backup = fixture.job.backup;
    restore.targetDatabase = source.name() + "_fresh";
    const auto found = fixture.fixture.core.preflightRestore(restore, {});
    CHECK_OK(found);
    const auto time = std::ranges::find(found->findings, std::string("time"), &PreflightFinding::check);
    QVERIFY(time != found->findings.end());
    QVERIFY2(time->text.find("private server") != std::string::npos, time->text.c_str());
}

void TestCoreDrill::drill_sameServer_isRefused() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run("CREATE TABLE a (b int)");
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    // By another way to the same server as well.
    Profile again = CoreFixture::profileOf(server, "again");
    CHECK_OK(fixture.fixture.core.saveProfile(again, Secret(server.password), "vault"));
    for (const char* target : {"lab", "again"}) {
        fixture.job.target = target;
        const auto refused = fixture.drill();
        CHECK_FAILS(refused, ErrorCode::Conflict);
        QVERIFY(refused.error().message.find(target) != std::string::npos);
        QVERIFY(fixture.lastRun().outcome == RunOutcome::Skipped);
        QVERIFY(fixture.lastRun().error->message == refused.error().message);
        CHECK_FAILS(fixture.fixture.core.preflightDrill(fixture.job, {}), ErrorCode::Conflict);
    }
    // A refusal of what was typed says nothing of the backup.
    const auto findings = fixture.fixture.core.watchReport().value().findings();
    QCOMPARE(std::ranges::count(findings, std::string("drill_failed"), &Finding::code), 0);
    const auto made = fixture.fixture.core.restoredDatabases("lab", {});
    CHECK_OK(made);
    QVERIFY(std::none_of(made->begin(), made->end(),
                         [&](const auto& one) { return one.backupId == fixture.job.backup; }));
}

void TestCoreDrill::drill_byItsPolicy_goesWhereItSaysAndChecksWhatItSays() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    SALVOR_NEED_PRIVATE(other, "pg-plain", {});
    LabDatabase source(server);
    source.run(sample::shop(5));
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    Core& core = fixture.fixture.core;
    const auto profile = core.saveProfile(CoreFixture::profileOf(other->server(), "other"),
                                          Secret(other->server().password), "vault");
    CHECK_OK(profile);
    Policy policy = *core.policy(core.backup(fixture.job.backup)->policyUuid);
    policy.drillTarget = policy.profileUuid;
    CHECK_FAILS(core.savePolicy(policy), ErrorCode::InvalidInput); // the server that it backs up
    policy.drillTarget = "00000000-0000-4000-8000-000000000009";
    const auto unknown = core.savePolicy(policy);
    CHECK_FAILS(unknown, ErrorCode::NotFound);
    QCOMPARE(unknown.error().context.at("field"), std::string("checks.drill_target"));
    policy.drillTarget = profile->uuid;
    policy.drillChecks = {checkOf("orders are there", "SELECT 1 WHERE false"), checkOf("two", "SELECT 2")};
    CHECK_OK(core.savePolicy(policy));
    // Given by hand it takes the place of the policy's of the same name.
    fixture.job.checks = {checkOf("orders are there", "SELECT 1 FROM shop.orders")};
    fixture.job.target.clear();
    const auto outcome = fixture.drill();
    CHECK_OK(outcome);
    QVERIFY(outcome->run.outcome == RunOutcome::Ok);
    QCOMPARE(outcome->target, std::string("other"));
    QCOMPARE(outcome->run.details.value(QStringLiteral("target_kind")).toString(), QStringLiteral("profile"));
    QCOMPARE(outcome->checks.size(), std::size_t(2));
    QVERIFY(outcome->checks[0].passed && outcome->checks[1].passed);
    fixture.job.checks.clear();
    const auto failed = fixture.drill();
    CHECK_OK(failed);
    QVERIFY(failed->run.outcome == RunOutcome::Failed);
    QVERIFY(!failed->checks.front().passed);
}

void TestCoreDrill::drill_otherServer_restoresAndDrops() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    SALVOR_NEED_PRIVATE(other, "pg-plain", {});
    LabDatabase source(server);
    source.run(sample::shop(50));
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    CHECK_OK(fixture.fixture.core.saveProfile(CoreFixture::profileOf(other->server(), "other"),
                                              Secret(other->server().password), "vault"));
    fixture.job.target = "other";
    fixture.job.checks = {checkOf("orders are there", "SELECT 1 FROM shop.orders")};
    const auto outcome = fixture.drill();
    CHECK_OK(outcome);
    QVERIFY(outcome->run.outcome == RunOutcome::Ok);
    QVERIFY(outcome->proved);
    QCOMPARE(outcome->target, std::string("other"));
    LabConnection admin(other->server(), "postgres");
    QCOMPARE(
        admin.value(
            "SELECT count(*) FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')"),
        std::string("0"));
    QCOMPARE(fixture.lastRun().details.value(QStringLiteral("target_kind")).toString(),
             QStringLiteral("profile"));
    QVERIFY(fixture.isProved());
}

void TestCoreDrill::drill_checkFails_namesItAndSignsNothing() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run("CREATE TABLE a (b int); INSERT INTO a VALUES (7)");
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    fixture.job.checkTimeout = 2s;
    fixture.job.checks = {
        checkOf("good", "TABLE a"),
        checkOf("value", "SELECT b FROM a -- with a comment", DrillCheck::Expect::Value, "8"),
        checkOf("none", "SELECT 1 FROM a", DrillCheck::Expect::NoRows),
        checkOf("some", "SELECT 1 FROM a WHERE b = 8"),
        checkOf("null", "SELECT NULL", DrillCheck::Expect::Value, ""),
        checkOf("writes", "WITH gone AS (DELETE FROM a RETURNING 1) SELECT * FROM gone"),
        checkOf("command", "COPY a TO PROGRAM 'cat'"),
        checkOf("two", "SELECT 1; DROP TABLE a"),
        checkOf("slow", "SELECT pg_sleep(60)"),
        checkOf("still there", "SELECT b FROM a", DrillCheck::Expect::Value, "7"),
    };
    const auto outcome = fixture.drill();
    CHECK_OK(outcome);
    QVERIFY(outcome->run.outcome == RunOutcome::Failed);
    QVERIFY(outcome->proved); // what the checks say is not about equality
    QVERIFY(outcome->run.error);
    QCOMPARE(outcome->run.error->context.at("check"), std::string("value"));
    QVERIFY(outcome->run.error->message.find("\"8\"") != std::string::npos);
    std::vector<std::string> passed;
    for (const auto& one : outcome->checks) {
        if (one.passed)
            passed.push_back(one.name);
    }
    QCOMPARE(passed, (std::vector<std::string>{"good", "still there"}));
    QCOMPARE(outcome->checks.at(1).found, std::string("\"7\""));
    QCOMPARE(outcome->checks.at(4).found, std::string("NULL"));
    QVERIFY(outcome->checks.at(8).found.find("2 s") != std::string::npos);
    QVERIFY(!fixture.isProved());
    QCOMPARE(fixture.folder.left(), QStringList());
}

void TestCoreDrill::drill_viewThatCannotBeFilled_isSaid() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run("CREATE FUNCTION far() RETURNS int LANGUAGE sql AS 'SELECT 1';"
               "CREATE MATERIALIZED VIEW m AS SELECT public.far() AS n;"
               "CREATE OR REPLACE FUNCTION far() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
               "'the other server is away'; END $$");
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    const auto outcome = fixture.drill();
    CHECK_OK(outcome);
    QVERIFY(outcome->proved);
    const auto leftOff = fixture.lastRun().details.value(QStringLiteral("left_off")).toArray();
    QCOMPARE(leftOff.size(), qsizetype{1});
    QVERIFY2(leftOff[0].toString().contains(u"public.m is not filled"), qPrintable(leftOff[0].toString()));
    fixture.job.checks = {checkOf("filled", "SELECT 1 FROM m")};
    const auto failed = fixture.drill();
    CHECK_OK(failed);
    QVERIFY(failed->run.error.has_value());
    QVERIFY2(failed->run.error->hint.find("public.m is not filled") != std::string::npos,
             failed->run.error->hint.c_str());
}

void TestCoreDrill::drill_badChecks_areRefusedBeforeAnything() {
    DrillFixture fixture;
    CHECK_OK(fixture.fixture.init());
    fixture.job.backup = "20261121T074000Z-ABC123";
    fixture.job.checks = {checkOf("twice", "SELECT 1"), checkOf("twice", "SELECT 2")};
    CHECK_FAILS(fixture.drill(), ErrorCode::InvalidInput);
    fixture.job.checks = {checkOf("empty", " ; ")};
    CHECK_FAILS(fixture.drill(), ErrorCode::InvalidInput);
    fixture.job.checks.clear();
    CHECK_FAILS(fixture.drill(), ErrorCode::NotFound);
}

void TestCoreDrill::drill_cancelledAtAPhase_leavesNothing_data() {
    QTest::addColumn<QString>("phase");
    for (const char* phase : {"server", "data", "proof", "checks"})
        QTest::newRow(phase) << QString::fromLatin1(phase);
}

void TestCoreDrill::drill_cancelledAtAPhase_leavesNothing() {
    QFETCH(const QString, phase);
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(20000));
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    fixture.job.checks = {checkOf("slow", "SELECT pg_sleep(50)")};
    std::stop_source stop;
    std::chrono::steady_clock::time_point stopped;
    PhaseWatcher watcher;
    watcher.onPhase([&](const std::string& begun) {
        if (begun != phase.toStdString() || stop.stop_requested())
            return;
        stopped = std::chrono::steady_clock::now();
        stop.request_stop();
    });
    CHECK_FAILS(fixture.drill(watcher, stop.get_token()), ErrorCode::Cancelled);
    QVERIFY(std::chrono::steady_clock::now() - stopped < 20s); // two, on a machine of one's own
    QCOMPARE(fixture.folder.left(), QStringList());
    QVERIFY(fixture.lastRun().outcome == RunOutcome::Cancelled);
    QVERIFY(!fixture.isProved());
}

void TestCoreDrill::drill_unknownUserOrFolder_isSaid() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run("CREATE TABLE a (b int)");
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    fixture.job.serverUser = "nobody-of-that-name";
    CHECK_FAILS(fixture.drill(), ErrorCode::InvalidInput);
    fixture.job.serverUser = "root";
    CHECK_FAILS(fixture.drill(), ErrorCode::InvalidInput);
    fixture.job.serverUser.clear();
    fixture.job.folder = fixture.folder.path() + "/not/there";
    CHECK_FAILS(fixture.drill(), ErrorCode::NotFound);
    fixture.job.folder = fixture.folder.path();
    fixture.job.target = "no such profile";
    CHECK_FAILS(fixture.drill(), ErrorCode::NotFound);
}

/// None for the database, none for an empty server, and none of another kind, which only initdb meets.
void TestCoreDrill::drill_noRoom_namesTheFolder_data() {
    QTest::addColumn<QString>("options");
    QTest::newRow("no room for the database") << QStringLiteral("size=1m");
    QTest::newRow("no room for a server") << QStringLiteral("size=36m");
    QTest::newRow("no room for its files") << QStringLiteral("size=400m,nr_inodes=200");
}

void TestCoreDrill::drill_noRoom_namesTheFolder() {
    QFETCH(QString, options);
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run("CREATE TABLE a (b int)");
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    const QString place = QString::fromStdString(fixture.folder.path() + "/small");
    QVERIFY(QDir().mkpath(place));
    if (QProcess::execute(QStringLiteral("mount"),
                          {QStringLiteral("-t"), QStringLiteral("tmpfs"), QStringLiteral("-o"), options,
                           QStringLiteral("tmpfs"), place}) != 0)
        QSKIP("a small file system cannot be mounted here (not root)");
    const auto unmount = qScopeGuard([&] { QProcess::execute(QStringLiteral("umount"), {place}); });
    fixture.job.folder = place.toStdString();
    const auto refused = fixture.drill();
    CHECK_FAILS(refused, ErrorCode::NoSpace);
    const Error& error = refused.error();
    QVERIFY2(error.message.find(place.toStdString()) != std::string::npos, error.message.c_str());
    QVERIFY2(error.hint.starts_with("make room there"), error.hint.c_str());
    QCOMPARE(QDir(place).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList());
}

void TestCoreDrill::drill_dryRun_findsAndLeavesNothing() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run("CREATE TABLE a (b int)");
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    const auto found = fixture.fixture.core.preflightDrill(fixture.job, {});
    CHECK_OK(found);
    QVERIFY(found->ok());
    QVERIFY(found->findings.size() > 5);
    QCOMPARE(fixture.folder.left(), QStringList());
    QVERIFY(fixture.lastRun().kind != "drill");
}

void TestCoreDrill::drill_damagedObject_failsAndLeavesNothing() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(5000));
    DrillFixture fixture;
    CHECK_OK(fixture.prepare(server, source.name()));
    QString largest;
    for (const QString& file : fixture.fixture.files(QString::fromStdString(fixture.fixture.storePath()) +
                                                     QStringLiteral("/objects"))) {
        if (largest.isEmpty() || QFileInfo(file).size() > QFileInfo(largest).size())
            largest = file;
    }
    QFile object(largest);
    QVERIFY(object.open(QIODevice::ReadWrite));
    QVERIFY(object.seek(object.size() / 2));
    char byte = 0;
    QVERIFY(object.getChar(&byte));
    QVERIFY(object.seek(object.size() / 2));
    QVERIFY(object.putChar(static_cast<char>(byte ^ 0x10)));
    object.close();
    CHECK_FAILS(fixture.drill(), ErrorCode::Corrupt);
    QCOMPARE(fixture.folder.left(), QStringList());
    QVERIFY(fixture.lastRun().outcome == RunOutcome::Failed);
    QVERIFY(!fixture.isProved());
}

QTEST_GUILESS_MAIN(TestCoreDrill)
#include "test_core_drill.moc"
