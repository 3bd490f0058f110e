// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Drill, swap and undo by the command line on real servers; drills that are killed; the reminder to rehearse.
#include "app/ctlserver.h"
#include "support/commitproxy.h"
#include "support/sampledata.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QMap>
#include <QProcess>
#include <QScopeGuard>
#include <QTest>

using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }
QString q(const std::string& text) { return QString::fromStdString(text); }

/// Waits until the process says that phase (true), or ended before it did.
bool reaches(QProcess& process, const QByteArray& phase) {
    QByteArray said;
    return QTest::qWaitFor(
               [&] {
                   said += process.readAllStandardError();
                   return said.contains("\"progress\":\"" + phase + "\"") ||
                          process.state() == QProcess::NotRunning;
               },
               60000) &&
           process.state() == QProcess::Running;
}

/// Processes that work in a folder below `folder`: a server that nobody stopped.
int processesIn(const QString& folder) {
    int found = 0;
    for (const QString& pid : QDir(s("/proc")).entryList(QDir::Dirs)) {
        const QString at = QFile::symLinkTarget(s("/proc/") + pid + s("/cwd"));
        found += at.startsWith(folder) ? 1 : 0;
    }
    return found;
}

struct Drilled {
    explicit Drilled(const LabServer& of)
        : server(of)
        , source(server) {
        QFile::setPermissions(folder.path(),
                              QFile::permissions(folder.path()) | QFile::ExeOther | QFile::ExeGroup);
    }
    bool prepare(const std::string& content) {
        source.run(content);
        if (home.makeRepository().isEmpty() || addProfile(home, server).exitCode != 0)
            return false;
        const auto made = home.run({s("--json"), s("backup"), s("lab/") + q(source.name())});
        stderrOfBackup = made.err;
        id = made.data().toObject().value(s("backups")).toArray().at(0).toObject().value(s("id")).toString();
        return made.exitCode == 0;
    }
    QStringList left() const {
        return QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    }
    QString write(const char* name, const QByteArray& text) const {
        QFile file(home.path(s(name)));
        return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() ? file.fileName()
                                                                                  : QString();
    }

    LabServer server;
    LabDatabase source;
    CtlHome home;
    QTemporaryDir folder{QDir::tempPath() + s("/salvor-t-XXXXXX")};
    QString id;
    QByteArray stderrOfBackup;
};

void dropCopies(const Drilled& made) {
    LabConnection admin(made.server, "postgres");
    for (const auto& row :
         admin.run("SELECT datname FROM pg_database WHERE datname LIKE '" + made.source.name() + "\\_%'"))
        dropDatabase(made.server, *row.front());
}

} // namespace

class TestSalvorctlDrill : public QObject {
    Q_OBJECT

private slots:
    void drill_withChecks_tellsAndLeavesNothing();
    void drill_badInput_isRefused();
    void drill_killed_isCleanedByTheNext();
    void drill_killedOnAnotherServer_isCleanedByTheNext();
    void swapAndUndo_byCommandLine();
    void swap_killedInCommit_isToldAndSettled_data();
    void swap_killedInCommit_isToldAndSettled();
    void rehearsal_isRemindedOf();
};

void TestSalvorctlDrill::drill_withChecks_tellsAndLeavesNothing() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Drilled made(server);
    QVERIFY(made.prepare(sample::shop(30)));
    const QString checks = made.write("checks.json", R"({"checks": [
        {"name": "orders are there", "sql": "SELECT 1 FROM shop.orders"},
        {"name": "thirty of them", "sql": "SELECT count(*) FROM shop.orders", "value": "30"}]})");
    const QStringList drill{s("--json"), s("drill"), made.id, s("--folder"), made.folder.path()};
    const auto done = made.home.run(drill + QStringList{s("--check"), checks, s("--query"), s("SELECT 2")});
    QVERIFY2(done.exitCode == 0, done.out.constData());
    QCOMPARE(done.json().value(s("schema")).toString(), s("salvor.drill.run/1"));
    const QJsonObject data = done.data().toObject();
    QCOMPARE(data.value(s("proved")).toBool(), true);
    QCOMPARE(data.value(s("checks")).toArray().size(), 3);
    QVERIFY(data.value(s("restore_seconds")).toDouble() > 0);
    QCOMPARE(made.left(), QStringList());
    const auto runs = made.home.run({s("--json"), s("runs"), s("list")}).data().toArray();
    QCOMPARE(runs.at(0).toObject().value(s("kind")).toString(), s("drill"));
    const auto badge = made.home.run({s("--json"), s("backups"), s("show"), made.id}).data().toObject();
    QVERIFY(!badge.value(s("restored_at")).toString().isEmpty());

    const QString failing =
        made.write("failing.json", R"({"checks": [{"name": "no such", "sql": "SELECT 1 FROM nowhere"}]})");
    const auto failed = made.home.run(drill + QStringList{s("--check"), failing});
    QCOMPARE(failed.exitCode, 1);
    QVERIFY(failed.out.contains("no such"));
    QVERIFY(failed.out.contains("nowhere"));
    const auto told =
        made.home.run({s("drill"), made.id, s("--folder"), made.folder.path(), s("--check"), failing});
    QCOMPARE(told.exitCode, 1);
    QVERIFY2(told.err.contains("CHECK FAILED: no such"), told.err.constData());
    QCOMPARE(made.left(), QStringList());

    const auto dry = made.home.run(drill + QStringList{s("--dry-run")});
    QVERIFY2(dry.exitCode == 0, dry.out.constData());
    QCOMPARE(dry.data().toObject().value(s("ok")).toBool(), true);
    QCOMPARE(made.left(), QStringList());
}

void TestSalvorctlDrill::drill_badInput_isRefused() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Drilled made(server);
    QVERIFY(made.prepare("CREATE TABLE a (b int)"));
    const QString broken = made.write("broken.json", "SELECT 1");
    const auto unread = made.home.run({s("--json"), s("drill"), made.id, s("--check"), broken});
    QCOMPARE(unread.exitCode, 2);
    QCOMPARE(unread.errorCode(), s("invalid_input"));
    QCOMPARE(made.home.run({s("--json"), s("drill"), made.id, s("--check"), s("/not/there")}).exitCode, 1);
    QCOMPARE(made.home.run({s("--json"), s("drill")}).exitCode, 2);
    QCOMPARE(made.home.run({s("--json"), s("drill"), made.id, s("--check-timeout"), s("0")}).exitCode, 2);
    const auto same = made.home.run({s("--json"), s("drill"), made.id, s("--target"), s("lab")});
    QCOMPARE(same.exitCode, 1);
    QCOMPARE(same.errorCode(), s("conflict"));
}

void TestSalvorctlDrill::drill_killed_isCleanedByTheNext() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Drilled made(server);
    QVERIFY(made.prepare(sample::bigTable(60000)));
    QProcess process;
    process.setEnvironment(made.home.environment());
    process.start(CtlHome::program(), {s("--json"), s("drill"), made.id, s("--folder"), made.folder.path(),
                                       s("--query"), s("SELECT pg_sleep(50)")});
    QVERIFY(process.waitForStarted());
    QVERIFY(reaches(process, "checks")); // a query that runs for long: the server is up for sure
    QVERIFY(processesIn(made.folder.path()) > 0);
    process.kill();
    QVERIFY(process.waitForFinished(20000));
    QCOMPARE(made.left().size(), 1);
    // The server ends itself with its parent; whether it did or not, the next drill sees to it.
    const auto next = made.home.run({s("--json"), s("drill"), made.id, s("--folder"), made.folder.path()});
    QVERIFY2(next.exitCode == 0, next.out.constData());
    QCOMPARE(made.left(), QStringList());
    QTRY_COMPARE_WITH_TIMEOUT(processesIn(made.folder.path()), 0, 20000);
    const auto runs = made.home.run({s("--json"), s("runs"), s("list")}).data().toArray();
    QCOMPARE(runs.at(1).toObject().value(s("outcome")).toString(), s("failed"));
}

void TestSalvorctlDrill::drill_killedOnAnotherServer_isCleanedByTheNext() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    SALVOR_NEED_PRIVATE(other, "pg-plain", {});
    Drilled made(server);
    QVERIFY(made.prepare(sample::bigTable(60000)));
    QCOMPARE(addProfile(made.home, other->server(), s("other")).exitCode, 0);
    QProcess process;
    process.setEnvironment(made.home.environment());
    process.start(CtlHome::program(), {s("--json"), s("drill"), made.id, s("--target"), s("other"),
                                       s("--query"), s("SELECT pg_sleep(50)")});
    QVERIFY(process.waitForStarted());
    QVERIFY(reaches(process, "checks"));
    process.kill();
    QVERIFY(process.waitForFinished(20000));
    LabConnection admin(other->server(), "postgres");
    const auto count = [&] {
        return admin.value("SELECT count(*) FROM pg_database WHERE datname LIKE '%\\_drill\\_salvor\\_%'");
    };
    QCOMPARE(count(), std::string("1"));
    // Its session has to be over before anybody can drop the database.
    admin.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE '%\\_drill\\_salvor\\_%'");
    QTRY_COMPARE_WITH_TIMEOUT(
        admin.value("SELECT count(*) FROM pg_stat_activity WHERE datname LIKE '%\\_drill\\_salvor\\_%'"),
        std::string("0"), 20000);
    const auto next = made.home.run({s("--json"), s("drill"), made.id, s("--target"), s("other")});
    QVERIFY2(next.exitCode == 0, next.out.constData());
    QCOMPARE(count(), std::string("0"));
}

void TestSalvorctlDrill::swapAndUndo_byCommandLine() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Drilled made(server);
    QVERIFY(made.prepare("CREATE TABLE a (b int); INSERT INTO a VALUES (1)"));
    const QString live = q(made.source.name());
    const QString fresh = live + s("_fresh");
    const auto tidy = qScopeGuard([&] { dropCopies(made); });
    const auto restored = made.home.run({s("--json"), s("restore"), made.id, s("--database"), fresh});
    QVERIFY2(restored.exitCode == 0, restored.out.constData());
    const QStringList swap{s("--json"), s("restored"), s("swap"), s("lab"), fresh};
    const auto dry = made.home.run(swap + QStringList{s("--dry-run")});
    QVERIFY2(dry.exitCode == 0, dry.out.constData());
    QCOMPARE(dry.data().toObject().value(s("clients")).toArray().size(), 1); // the test's own connection
    const auto people = made.home.run({s("restored"), s("swap"), s("lab"), fresh, s("--dry-run")});
    QVERIFY2(people.out.contains("RENAME TO"), people.out.constData());
    const auto busy = made.home.run(swap + QStringList{s("--confirm"), live});
    QCOMPARE(busy.exitCode, 5);
    made.source.disconnect();
    QCOMPARE(made.home.run(swap).exitCode, 2); // not confirmed
    const auto swapped = made.home.run(swap + QStringList{s("--confirm"), live, s("--terminate-clients")});
    QVERIFY2(swapped.exitCode == 0, swapped.out.constData());
    const QString kept = swapped.data().toObject().value(s("replaced_as")).toString();
    const auto listed = made.home.run({s("restored"), s("list"), s("lab")});
    QVERIFY2(listed.out.contains("swapped in: live") && listed.out.contains("swapped out: kept"),
             listed.out.constData());
    QCOMPARE(made.home.run({s("--json"), s("restored"), s("drop"), s("lab"), live}).errorCode(),
             s("conflict"));
    QCOMPARE(made.home.run({s("--json"), s("restored"), s("drop"), s("lab"), kept}).errorCode(),
             s("conflict"));
    for (const QStringList& more : {QStringList(), QStringList{s("--confirm"), live}})
        QCOMPARE(made.home
                     .run(QStringList{s("--json"), s("restored"), s("drop"), s("lab"), live, s("--dry-run")} +
                          more)
                     .errorCode(),
                 s("conflict")); // the dry run refuses what the act does
    QCOMPARE(
        made.home.run({s("--json"), s("restored"), s("drop"), s("lab"), kept, s("--dry-run")}).errorCode(),
        s("conflict"));
    QCOMPARE(made.home.run({s("restored"), s("drop"), s("lab"), kept, s("--dry-run"), s("--confirm"), kept})
                 .exitCode,
             0);
    const QStringList undo{s("--json"), s("restored"), s("undo"), s("lab"), live};
    const auto undone = made.home.run(undo + QStringList{s("--confirm"), live, s("--terminate-clients")});
    QVERIFY2(undone.exitCode == 0, undone.out.constData());
    QVERIFY(!undone.data().toObject().value(s("since")).toString().isEmpty());
    QCOMPARE(made.home.run(undo + QStringList{s("--dry-run")}).exitCode, 2); // nothing to undo any longer
    const auto audit = made.home.run({s("--json"), s("audit"), s("list"), s("--action"), s("restored")});
    QStringList actions;
    for (const auto& entry : audit.data().toArray())
        actions << entry.toObject().value(s("action")).toString();
    actions.sort();
    // Each is written down before it is tried, the one that clients stopped as well, and has an end.
    QCOMPARE(actions, (QStringList{s("restored.begin"), s("restored.begin"), s("restored.begin"),
                                   s("restored.not_done"), s("restored.swap"), s("restored.undo")}));
    QVERIFY2(!audit.out.contains("unfinished"), audit.out.constData());
    // The line to copy is one for the shell, whatever the server is called.
    QCOMPARE(made.home.run({s("profile"), s("edit"), s("lab"), s("--title"), s("lab one")}).exitCode, 0);
    const auto again =
        made.home.run({s("restored"), s("swap"), s("lab one"), fresh, s("--unproven"), s("--confirm"), live,
                       s("--terminate-clients")}); // it was live meanwhile
    QVERIFY2(again.exitCode == 0, (again.out + again.err).constData());
    QVERIFY2(again.out.contains("Back again: salvorctl restored undo 'lab one' "), again.out.constData());
    QCOMPARE(made.home
                 .run({s("restored"), s("undo"), s("lab one"), live, s("--confirm"), live,
                       s("--terminate-clients")})
                 .exitCode,
             0);
}

void TestSalvorctlDrill::swap_killedInCommit_isToldAndSettled_data() {
    QTest::addColumn<CommitProxy::Cut>("cut");
    QTest::addColumn<bool>("isDone");
    QTest::newRow("it was done") << CommitProxy::Cut::Stall << true;
    QTest::newRow("it was not done") << CommitProxy::Cut::StallBefore << false;
}

void TestSalvorctlDrill::swap_killedInCommit_isToldAndSettled() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    QFETCH(CommitProxy::Cut, cut);
    QFETCH(bool, isDone);
    Drilled made(server);
    QVERIFY(made.prepare("CREATE TABLE a (b int)"));
    const QString live = q(made.source.name());
    const QString fresh = live + s("_fresh");
    const auto tidy = qScopeGuard([&] { dropCopies(made); });
    const auto restored = made.home.run({s("--json"), s("restore"), made.id, s("--database"), fresh});
    QVERIFY2(restored.exitCode == 0, restored.out.constData());
    made.source.disconnect();
    const CommitProxy proxy(server, cut);
    const QString uri = s("postgresql://%1@127.0.0.1:%2/postgres?sslmode=disable")
                            .arg(q(server.user), QString::number(proxy.server().port));
    const auto added = made.home.run({s("--json"), s("profile"), s("add"), uri, s("--title"), s("stalled"),
                                      s("--secrets"), s("file"), s("--password-fd"), s("3")},
                                     {{3, QByteArray::fromStdString(server.password)}});
    QVERIFY2(added.exitCode == 0, added.out.constData());

    QProcess process;
    process.setEnvironment(made.home.environment());
    process.start(CtlHome::program(), {s("--json"), s("restored"), s("swap"), s("stalled"), fresh,
                                       s("--confirm"), live, s("--terminate-clients")});
    QVERIFY(process.waitForStarted());
    const auto end = qScopeGuard([&] {
        process.kill();
        process.waitForFinished(20000);
    });
    QVERIFY(
        QTest::qWaitFor([&] { return proxy.hasCut() || process.state() == QProcess::NotRunning; }, 60000));
    QVERIFY2(proxy.hasCut(), process.readAllStandardOutput().constData());
    const auto acts = [&] { // by action; the state of each
        QMap<QString, QStringList> found;
        const auto audit = made.home.run({s("--json"), s("audit"), s("list"), s("--action"), s("restored")});
        for (const auto& entry : audit.data().toArray())
            found[entry.toObject().value(s("action")).toString()]
                << entry.toObject().value(s("after")).toObject().value(s("state")).toString();
        return found;
    };
    // Nobody calls it cut short while it is at work.
    QCOMPARE(acts(), (QMap<QString, QStringList>{{s("restored.begin"), {s("started")}}}));
    QVERIFY(!made.home.run({s("status")}).out.contains("swap_open"));

    process.kill();
    QVERIFY(process.waitForFinished(20000));
    QCOMPARE(acts(), (QMap<QString, QStringList>{{s("restored.begin"), {s("unfinished")}}}));
    for (const auto& words : {QStringList{s("status")}, {s("watch"), s("--once"), s("--dry-run")}}) {
        const auto told = made.home.run(words);
        QVERIFY2(told.out.contains("swap_open") && told.out.contains("salvorctl restored list"),
                 told.out.constData());
    }
    const QString action = isDone ? s("restored.swap") : s("restored.not_done");
    // The server may need a moment to notice that the session has gone.
    QTRY_VERIFY_WITH_TIMEOUT(made.home.run({s("restored"), s("list"), s("stalled")}).exitCode == 0 &&
                                 acts().contains(action),
                             60000);
    QCOMPARE(acts(), (QMap<QString, QStringList>{{s("restored.begin"), {s("started")}},
                                                 {action, {isDone ? s("done") : s("failed")}}}));
    QVERIFY(!made.home.run({s("status")}).out.contains("swap_open"));
    const auto listed = made.home.run({s("restored"), s("list"), s("stalled")});
    QCOMPARE(listed.out.contains("swapped in: live"), isDone);
}

void TestSalvorctlDrill::rehearsal_isRemindedOf() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Drilled made(server);
    QVERIFY(made.prepare("CREATE TABLE a (b int)"));
    QVERIFY2(made.stderrOfBackup.contains("never rehearsed"), made.stderrOfBackup.constData());
    const auto info = made.home.run({s("--json"), s("repository"), s("info")}).data().toObject();
    QCOMPARE(info.value(s("rehearsal")).toString(), s("never"));
    QVERIFY(made.home.run({s("repository"), s("info")}).out.contains("repository rehearse"));
}

QTEST_GUILESS_MAIN(TestSalvorctlDrill)
#include "test_salvorctl_drill.moc"
