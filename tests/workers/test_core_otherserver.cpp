// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A server in the place of the one that is meant, with the same names: its run says so, and who answers.
#include "models/base/json.h"
#include "models/watch/serverchange.h"
#include "workers/corefixture.h"
#include "workers/interruption.h"

#include <QJsonArray>
#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

std::string textOf(const RunRecord& run, const char* key) {
    return fromQt(run.details.value(QLatin1String(key)).toString());
}

/// As a name that leads elsewhere does.
Result<> lead(CoreFixture& fixture, const LabServer& server) {
    SALVOR_ASSIGN(const Profile before, fixture.core.profile("lab"));
    Profile profile = CoreFixture::profileOf(server);
    profile.uuid = before.uuid;
    profile.revision = before.revision;
    return fixture.core.saveProfile(profile, Secret(server.password), {}).map([](const auto&) {});
}

/// By cron: nobody reads what it says.
Result<RunRecord> unseen(CoreFixture& fixture, const std::string& database) {
    BackupJob job;
    job.profile = "lab";
    job.databases = {database};
    NullProgress nobody;
    SALVOR_ASSIGN(const auto report, runAttended(fixture.core, job, {{}, false}, nobody, {}));
    return std::get<BackupOutcome>(report).run;
}

bool isReplaced(CoreFixture& fixture) {
    const auto report = fixture.core.watchReport();
    if (!report)
        return false;
    const auto findings = report->findings();
    return std::ranges::find(findings, "server_replaced", &Finding::code) != findings.end();
}

} // namespace

class TestCoreOtherServer : public QObject {
    Q_OBJECT
private slots:
    void run_onAnotherServer_saysSoUntilItIsAnswered();
    void run_onAnotherServerThatFails_saysItWithItsError();
};

void TestCoreOtherServer::run_onAnotherServer_saysSoUntilItIsAnswered() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    SALVOR_NEED_PRIVATE(other, "pg-plain", {});
    LabDatabase source(server);
    source.run("CREATE TABLE a (b int)");
    LabConnection admin(other->server(), "postgres");
    admin.run("CREATE DATABASE " + source.name()); // and empty
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    const auto first = fixture.backUp(source.name());
    CHECK_OK(first);
    QVERIFY(textOf(first->run, kServerWarningKey).empty());
    const std::string system = textOf(first->run, "system_id");

    CHECK_OK(lead(fixture, other->server()));
    const auto byCron = unseen(fixture, source.name());
    CHECK_OK(byCron);
    QVERIFY(byCron->outcome == RunOutcome::Ok);
    QVERIFY(textOf(*byCron, "system_id") != system);
    QCOMPARE(textOf(*byCron, kSystemIdBeforeKey), system);
    const std::string said = textOf(*byCron, kServerWarningKey);
    for (const std::string& part : {first->run.id, system, textOf(*byCron, "system_id")})
        QVERIFY2(said.find(part) != std::string::npos, said.c_str());
    QVERIFY(byCron->details.value(QLatin1String("warnings")).toArray().contains(toQt(said)));
    QVERIFY(!byCron->details.contains(QLatin1String(kServerAnsweredByKey)));
    QVERIFY(isReplaced(fixture));

    const auto seen = fixture.backUp(source.name()); // says it as well, and to somebody
    CHECK_OK(seen);
    QCOMPARE(textOf(seen->run, kSystemIdBeforeKey), system);
    QCOMPARE(textOf(seen->run, kServerAnsweredByKey), std::string("alice"));
    QVERIFY(!isReplaced(fixture));
    const auto next = unseen(fixture, source.name());
    CHECK_OK(next);
    QVERIFY(textOf(*next, kServerWarningKey).empty());

    CHECK_OK(lead(fixture, server)); // the former one, by mistake: that is another one by now
    const auto back = unseen(fixture, source.name());
    CHECK_OK(back);
    QCOMPARE(textOf(*back, kSystemIdBeforeKey), textOf(*next, "system_id"));
    QVERIFY(isReplaced(fixture));
}

void TestCoreOtherServer::run_onAnotherServerThatFails_saysItWithItsError() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    SALVOR_NEED_PRIVATE(other, "pg-plain", {});
    const LabDatabase source(server);
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    CHECK_OK(fixture.addProfile(server));
    CHECK_OK(fixture.backUp(source.name()));
    CHECK_OK(lead(fixture, other->server()));
    const auto failed = fixture.backUp(source.name()); // that is not there
    QVERIFY(!failed);
    QVERIFY2(failed.error().hint.find("the server is another one than in run") != std::string::npos,
             failed.error().toText().c_str());
    QVERIFY(isReplaced(fixture)); // what backed up nothing is no answer
}

QTEST_GUILESS_MAIN(TestCoreOtherServer)
#include "test_core_otherserver.moc"
