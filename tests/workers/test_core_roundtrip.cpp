// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Backup, verification, restore and proof of real databases, by the core that both programs call.
#include "support/sampledata.h"
#include "workers/corefixture.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <map>

using namespace salvor;
using namespace salvor::test;

namespace {

/// Drops what a restore made, on every way out.
class Restored {
public:
    Restored(const LabServer& server, std::string name)
        : m_server(server)
        , m_name(std::move(name)) {}
    ~Restored() {
        try {
            dropDatabase(m_server, m_name);
        } catch (const std::exception& problem) {
            qWarning("%s", problem.what());
        }
    }
    Restored(const Restored&) = delete;
    Restored& operator=(const Restored&) = delete;
    const std::string& name() const { return m_name; }

private:
    const LabServer m_server;
    const std::string m_name;
};

/// The same query gives the same rows in both.
void compareAnswers(const LabServer& server, const std::string& source, const std::string& restored,
                    const std::string& sql) {
    LabConnection a(server, source);
    LabConnection b(server, restored);
    const Rows expected = a.run(sql);
    QVERIFY(!expected.empty());
    QVERIFY2(expected == b.run(sql), sql.c_str());
}

/// Plain bytes of every item but the server's roles: other tests make roles on the same server meanwhile.
std::map<std::string, std::uint64_t> sizesOf(CoreFixture& fixture, const std::string& backupId) {
    std::map<std::string, std::uint64_t> sizes;
    const auto items = fixture.core.backupItems(backupId, {});
    if (!items)
        return sizes;
    for (const auto& item : *items) {
        if (item.kind != "globals")
            sizes[item.group + "." + item.name + " " + item.kind] += item.sizeBytes;
    }
    return sizes;
}

} // namespace

class TestCoreRoundTrip : public QObject {
    Q_OBJECT

private slots:
    void backupVerifyRestore_plainDatabase_isProvedEqual_data();
    void backupVerifyRestore_plainDatabase_isProvedEqual();
    void backupVerifyRestore_timescale_isProvedEqual();
    void backup_secondTime_storesNothingAgain();
    void backup_severalDatabases_oneMissing_isPartial();
    void backup_byPolicy_takesEveryDatabaseButTemplates();
    void backup_byPolicy_ofWhatCannotBeEntered_isPartialByName();
    void backup_recordsRunsAndBackups_whichARebuildFindsAgain();
    void restore_withoutProof_isShownAndMarkedUnproven();
    void preflight_looksOnly();
};

void TestCoreRoundTrip::backupVerifyRestore_plainDatabase_isProvedEqual_data() {
    QTest::addColumn<QString>("serverName");
    QTest::newRow("PostgreSQL 15") << QStringLiteral("pg-plain");
    QTest::newRow("PostgreSQL 17") << QStringLiteral("pg17");
}

void TestCoreRoundTrip::backupVerifyRestore_plainDatabase_isProvedEqual() {
    QFETCH(QString, serverName);
    SALVOR_NEED_SERVER(server, serverName.toStdString());
    LabDatabase source(server);
    source.run(sample::plainDatabase());
    const Restored restored(server, source.name() + "_back");
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));

    PhaseWatcher progress;
    const auto backup = fixture.backUp(source.name(), progress);
    CHECK_OK(backup);
    QVERIFY(backup->run.outcome == RunOutcome::Ok);
    QCOMPARE(backup->backups.size(), std::size_t{1});
    QVERIFY(backup->backups.front().rows > 100);
    QVERIFY(!backup->run.details.contains(QStringLiteral("record_problems")));
    QCOMPARE(progress.last().itemsDone, progress.last().itemsTotal);
    QCOMPARE(progress.unknownPhases(), std::vector<std::string>());
    const std::string id = backup->backups.front().id;

    const auto verified = fixture.verify(VerifyDepth::Full);
    CHECK_OK(verified);
    QVERIFY(verified->report.ok());
    QVERIFY(verified->run.outcome == RunOutcome::Ok);
    QCOMPARE(verified->report.intactBackupIds, std::vector<std::string>{id});

    PhaseWatcher back;
    const auto outcome = fixture.restore(restoreJob(id, restored.name()), back);
    CHECK_OK(outcome);
    QCOMPARE(back.unknownPhases(), std::vector<std::string>());
    for (const auto& one : outcome->differences)
        qWarning("%s: %s, found %s", one.item.c_str(), one.expected.c_str(), one.found.c_str());
    QVERIFY(outcome->proved);
    QVERIFY(outcome->differences.empty());
    QCOMPARE(outcome->database, restored.name());
    QCOMPARE(outcome->rows, backup->backups.front().rows);
    QVERIFY(outcome->restoreSeconds > 0 && outcome->proofSeconds > 0);
    QVERIFY2(!outcome->run.details.contains(QStringLiteral("record_problems")),
             QJsonDocument(outcome->run.details).toJson().constData());
    QVERIFY(outcome->run.details.value(QStringLiteral("schema_compared")).toBool());
    QVERIFY(outcome->run.details.contains(QStringLiteral("not_compared")));
    compareAnswers(server, source.name(), restored.name(), "SELECT * FROM shop.orders ORDER BY 1");

    const auto record = fixture.core.backup(id);
    CHECK_OK(record);
    QVERIFY(record->readBackAt.has_value());
    QVERIFY(record->restoredAt.has_value());
}

void TestCoreRoundTrip::backupVerifyRestore_timescale_isProvedEqual() {
    SALVOR_NEED_SERVER(server, "timescale");
    LabDatabase source(server, LabDatabase::TimescaleDb::Yes);
    source.run(sample::hypertable("metrics", 40, 200));
    source.run(sample::driftingHypertable());
    source.run(sample::shop(50));
    const Restored restored(server, source.name() + "_back");
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto backup = fixture.backUp(source.name());
    CHECK_OK(backup);
    CHECK_OK(fixture.verify(VerifyDepth::Stored));
    const auto outcome = fixture.restore(backup->backups.front().id, restored.name());
    CHECK_OK(outcome);
    QVERIFY(outcome->proved);
    compareAnswers(server, source.name(), restored.name(),
                   "SELECT device, count(*), sum(value::numeric), min(at), max(at) FROM metrics GROUP BY "
                   "device ORDER BY 1");
    compareAnswers(server, source.name(), restored.name(),
                   "SELECT count(*) FROM timescaledb_information.chunks");
    const auto items = fixture.core.backupItems(backup->backups.front().id, {});
    CHECK_OK(items);
    QVERIFY(std::count_if(items->begin(), items->end(),
                          [](const auto& item) { return item.kind == "chunk"; }) >= 40);
}

void TestCoreRoundTrip::backup_secondTime_storesNothingAgain() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop(3000));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto first = fixture.backUp(source.name());
    CHECK_OK(first);
    const auto second = fixture.backUp(source.name());
    CHECK_OK(second);
    const auto sizes = sizesOf(fixture, first->backups.front().id);
    QVERIFY(sizes.size() >= 4);
    QVERIFY(sizesOf(fixture, second->backups.front().id) == sizes);
    QVERIFY(first->backups.front().newStoredBytes > 0);
    // What pg_dump writes holds its date; the rows are found again.
    QVERIFY2(second->backups.front().newStoredBytes < first->backups.front().newStoredBytes,
             qPrintable(QString::number(second->backups.front().newStoredBytes)));
}

void TestCoreRoundTrip::backup_severalDatabases_oneMissing_isPartial() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase one(server);
    LabDatabase two(server);
    one.run(sample::shop(10));
    two.run(sample::shop(20));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    BackupJob job;
    job.profile = "lab";
    job.databases = {one.name(), "no_such_database", two.name()};
    NullProgress nobody;
    const auto report = fixture.core.runJob(job, nobody, {});
    CHECK_OK(report);
    const auto& outcome = std::get<BackupOutcome>(*report);
    QVERIFY(outcome.run.outcome == RunOutcome::Partial);
    QCOMPARE(outcome.backups.size(), std::size_t{2});
    QCOMPARE(outcome.failures.size(), std::size_t{1});
    QCOMPARE(outcome.failures.front().database, std::string("no_such_database"));
    QVERIFY(outcome.failures.front().error.code == ErrorCode::NotFound);
    QVERIFY(outcome.run.error.has_value());
    const auto run = fixture.core.run(outcome.run.id);
    CHECK_OK(run);
    QVERIFY(run->outcome == RunOutcome::Partial);
    QCOMPARE(run->backupIds.size(), std::size_t{2});
    // The second source took the lock anew, and did not end the first one's record.
    CHECK_OK(fixture.core.rebuildCatalog("vault", nobody, {}));
    QVERIFY(fixture.core.run(outcome.run.id)->outcome == RunOutcome::Partial);
    // A name that was mistyped is no database that is lost.
    const auto known = fixture.core.overview();
    CHECK_OK(known);
    QVERIFY(std::ranges::find(*known, one.name(), &SourceStatus::database) != known->end());
    QVERIFY(std::ranges::find(*known, "no_such_database", &SourceStatus::database) == known->end());
}

void TestCoreRoundTrip::backup_byPolicy_takesEveryDatabaseButTemplates() {
    SALVOR_NEED_PRIVATE(own, "pg-plain", {});
    LabConnection admin(own->server(), "postgres");
    admin.run("CREATE DATABASE first");
    admin.run("CREATE DATABASE second");
    admin.run("CREATE DATABASE a_template IS_TEMPLATE true");
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(own->server()));
    NullProgress nobody;
    BackupJob job;
    job.profile = "lab";
    const auto report = fixture.core.runJob(job, nobody, {});
    CHECK_OK(report);
    std::vector<std::string> databases;
    for (const auto& record : std::get<BackupOutcome>(*report).backups)
        databases.push_back(record.database);
    std::sort(databases.begin(), databases.end());
    QCOMPARE(databases, (std::vector<std::string>{"first", "postgres", "second"}));

    // One that a rule names and that is gone is told; a pattern that matches nothing is none.
    Policy policy = fixture.core.policies().value().front();
    policy.rules = {{true, "first"}, {true, "third"}, {true, "x*"}, {true, "fourth"}, {false, "fourth"}};
    CHECK_OK(fixture.core.savePolicy(policy));
    const auto named = fixture.core.runJob(job, nobody, {});
    CHECK_OK(named);
    const auto& outcome = std::get<BackupOutcome>(*named);
    QVERIFY(outcome.run.outcome == RunOutcome::Partial);
    QCOMPARE(outcome.backups.size(), std::size_t(1));
    QCOMPARE(outcome.failures.size(), std::size_t(1));
    QCOMPARE(outcome.failures.front().database, std::string("third"));
    QVERIFY(outcome.failures.front().error.code == ErrorCode::NotFound);
}

void TestCoreRoundTrip::backup_byPolicy_ofWhatCannotBeEntered_isPartialByName() {
    SALVOR_NEED_PRIVATE(own, "pg-plain", {});
    LabConnection admin(own->server(), "postgres");
    for (const char* sql :
         {"CREATE DATABASE payroll", "CREATE DATABASE retired ALLOW_CONNECTIONS false",
          "CREATE DATABASE unmade", "REVOKE CONNECT ON DATABASE payroll FROM PUBLIC",
          "CREATE ROLE dumper LOGIN PASSWORD 'weak'", "GRANT pg_read_all_data TO dumper",
          "COMMENT ON DATABASE unmade IS 'salvor-restored: {\"backup\":\"b\",\"state\":\"incomplete\"}'"})
        admin.run(sql);
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    Profile profile = CoreFixture::profileOf(own->server());
    profile.user = "dumper";
    CHECK_OK(fixture.core.saveProfile(profile, Secret("weak"), "vault"));
    NullProgress nobody;
    BackupJob job;
    job.profile = "lab";
    const auto report = fixture.core.runJob(job, nobody, {});
    CHECK_OK(report);
    const auto& outcome = std::get<BackupOutcome>(*report);
    QVERIFY(outcome.run.outcome == RunOutcome::Partial);
    QCOMPARE(outcome.backups.size(),
             std::size_t(1)); // postgres: what a restore has not finished is no source
    std::map<std::string, Error> failed;
    for (const auto& one : outcome.failures)
        failed.emplace(one.database, one.error);
    QCOMPARE(failed.size(), std::size_t(2));
    for (const auto& [name, error] : failed)
        QVERIFY2(error.code == ErrorCode::MissingRight, error.toText().c_str());
    QCOMPARE(failed.at("payroll").context.at("sql"),
             std::string(R"(GRANT CONNECT ON DATABASE "payroll" TO "dumper")"));
    QVERIFY(failed.at("retired").message.find("accepts no connections") != std::string::npos);
    QCOMPARE(outcome.run.details[QStringLiteral("failed_databases")].toArray().size(), 2);

    // Said before the first backup, too.
    const auto tested = fixture.core.testConnection(fixture.core.profile("lab").value(), nullptr, {});
    CHECK_OK(tested);
    QVERIFY(std::any_of(tested->missingRights.begin(), tested->missingRights.end(), [](const auto& right) {
        return right.sql == R"(GRANT CONNECT ON DATABASE "payroll" TO "dumper")";
    }));
    QVERIFY(std::any_of(tested->notes.begin(), tested->notes.end(),
                        [](const std::string& note) { return note.find("retired") != std::string::npos; }));

    admin.run("GRANT CONNECT ON DATABASE payroll TO dumper");
    admin.run("DROP DATABASE retired");
    const auto again = fixture.core.runJob(job, nobody, {});
    CHECK_OK(again);
    QVERIFY(std::get<BackupOutcome>(*again).run.outcome == RunOutcome::Ok);
}

void TestCoreRoundTrip::backup_recordsRunsAndBackups_whichARebuildFindsAgain() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop(10));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto backup = fixture.backUp(source.name());
    CHECK_OK(backup);
    CHECK_OK(fixture.verify(VerifyDepth::Stored));
    const auto before = fixture.core.backups({});
    CHECK_OK(before);
    QCOMPARE(before->size(), std::size_t{1});
    const auto runsBefore = fixture.core.runs(100);
    CHECK_OK(runsBefore);

    // The catalog database is damaged, and then lost: both are filled again by whoever looks next.
    const QString catalogFile = QString::fromStdString(fixture.config().places.catalogFile);
    QFile damaged(catalogFile);
    QVERIFY(damaged.open(QIODevice::WriteOnly | QIODevice::Truncate));
    damaged.write("this is no database, and long enough to be taken for one that is damaged");
    damaged.close();
    for (int i = 0; i < 2; ++i) {
        const auto again = fixture.another()->backups({});
        CHECK_OK(again);
        QCOMPARE(again->size(), std::size_t{1});
        QCOMPARE(toJson(again->front()), toJson(before->front()));
        const auto runs = fixture.core.runs(100);
        CHECK_OK(runs);
        QCOMPARE(runs->size(), runsBefore->size());
        for (const char* part : {"", "-wal", "-shm"})
            QFile::remove(catalogFile + QLatin1String(part));
    }
    const auto info = fixture.core.repositoryInfo("vault", {});
    CHECK_OK(info);
    QVERIFY(!info->problem);
    QCOMPARE(info->backups, std::uint64_t{1});
    QCOMPARE(info->storedBytes, backup->backups.front().storedBytes);
    const auto overview = fixture.core.overview();
    CHECK_OK(overview);
    QCOMPARE(overview->size(), std::size_t{1});
    QCOMPARE(overview->front().state, std::string("ok"));
}

void TestCoreRoundTrip::restore_withoutProof_isShownAndMarkedUnproven() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop(10));
    const Restored restored(server, source.name() + "_back");
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto backup = fixture.backUp(source.name());
    CHECK_OK(backup);
    NullProgress nobody;
    RestoreJob job = restoreJob(backup->backups.front().id, restored.name());
    job.prove = false;
    const auto outcome = fixture.restore(job, nobody);
    CHECK_OK(outcome);
    QVERIFY(!outcome->proved);
    compareAnswers(server, source.name(), restored.name(), "SELECT count(*) FROM shop.orders");
    QVERIFY(!fixture.core.backup(backup->backups.front().id)->restoredAt);
    const auto made = fixture.core.restoredDatabases("lab", {});
    CHECK_OK(made);
    const auto found = std::find_if(made->begin(), made->end(),
                                    [&](const auto& one) { return one.name == restored.name(); });
    QVERIFY(found != made->end());
    QCOMPARE(found->state, std::string("unproven"));
    CHECK_FAILS(fixture.core.dropRestoredDatabase("lab", restored.name(), {}), ErrorCode::InvalidInput);
    CHECK_OK(fixture.core.dropRestoredDatabase("lab", restored.name(), {}, restored.name()));
    CHECK_FAILS(fixture.core.dropRestoredDatabase("lab", source.name(), {}), ErrorCode::InvalidInput);
}

void TestCoreRoundTrip::preflight_looksOnly() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop(10));
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto backup = fixture.backUp(source.name());
    CHECK_OK(backup);
    const std::string id = backup->backups.front().id;
    const auto good = fixture.core.preflightRestore(restoreJob(id, source.name() + "_new"), {});
    CHECK_OK(good);
    QVERIFY(good->ok());
    const auto taken = fixture.core.preflightRestore(restoreJob(id, source.name()), {});
    CHECK_OK(taken);
    QVERIFY(!taken->ok());
    QCOMPARE(source.value("SELECT count(*) FROM pg_database WHERE datname LIKE '" + source.name() + "\\_%'"),
             std::string("0"));
}

QTEST_GUILESS_MAIN(TestCoreRoundTrip)
#include "test_core_roundtrip.moc"
