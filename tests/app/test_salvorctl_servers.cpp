// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The main job by the command line on real servers: back up, prove, restore, and what happens when it is
// disturbed.
#include "app/ctlserver.h"
#include "support/sampledata.h"

#include <QDirIterator>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QTest>

#include <csignal>

using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }
QString q(const std::string& text) { return QString::fromStdString(text); }

/// Rows of every table, as a user would count them. Partitions are counted through their root: an enum's hash
/// differs from database to database, so rows may lie in another partition of the same table.
std::string shape(LabConnection& connection) {
    return connection.value(
        "SELECT string_agg(format('%s.%s %s', n.nspname, c.relname, (xpath('/row/c/text()', "
        "query_to_xml(format('SELECT count(*) AS c FROM %I.%I', n.nspname, c.relname), false, true, "
        "'')))[1]), "
        "chr(10) ORDER BY n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = "
        "c.relnamespace "
        "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN "
        "('pg_catalog', 'information_schema') AND n.nspname NOT LIKE '\\_timescaledb%'");
}

QByteArray everythingBelow(const QString& folder, const QByteArray& needle) {
    QDirIterator files(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    QByteArray found;
    while (files.hasNext()) {
        QFile file(files.next());
        if (file.open(QIODevice::ReadOnly) && file.readAll().contains(needle))
            found += files.filePath().toUtf8() + '\n';
    }
    return found;
}

} // namespace

class TestSalvorctlServers : public QObject {
    Q_OBJECT

private slots:
    void mainJob_timescale_backsUpProvesRestores();
    void mainJob_plain_backsUpProvesRestores_data();
    void mainJob_plain_backsUpProvesRestores();
    void restore_onMachineThatNeverSawIt_needsStoreFileAndPassphrase();
    void wrongPassword_isSaidAsSuch();
    void variablesOfLibpq_leadNowhereElse();
    void unknownDatabase_isSaid();
    void targetExists_isRefusedAndUntouched();
    void backup_ofANameThatIsGone_isSaidBeforeAndAfter();
    void verify_flippedByte_namesBackupAndItem();
    void interrupted_bySigint_endsInTwoSecondsAndLeavesNothing();
    void killed_inMidBackup_nextRunSucceeds();
    void twoAtOnce_secondSaysWhoIsBusy();
    void secrets_areInNoArgumentEnvironmentOrFile();
};

void TestSalvorctlServers::mainJob_timescale_backsUpProvesRestores() {
    SALVOR_NEED_SERVER(server, "timescale");
    const LabDatabase source(server, LabDatabase::TimescaleDb::Yes);
    LabConnection connection(server, source.name());
    connection.run(sample::timescaleDatabase(40));
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    const auto added = addProfile(home, server);
    QVERIFY2(added.exitCode == 0, added.out.constData());
    const auto tested = home.run({s("--json"), s("profile"), s("test"), s("lab")});
    QVERIFY2(tested.exitCode == 0, tested.out.constData());

    const auto made = home.run({s("--json"), s("backup"), s("lab/") + q(source.name())});
    QVERIFY2(made.exitCode == 0, made.out.constData());
    const QJsonObject backup = made.data().toObject().value(s("backups")).toArray().at(0).toObject();
    const QString id = backup.value(s("id")).toString();
    QVERIFY(backup.value(s("items")).toInt() > 40);

    const auto items = home.run({s("--json"), s("backups"), s("show"), id.left(17), s("--items")});
    QVERIFY2(items.exitCode == 0, items.out.constData());
    int chunks = 0;
    for (const auto& item : items.data().toObject().value(s("item_list")).toArray())
        chunks += item.toObject().value(s("kind")).toString() == s("chunk") ? 1 : 0;
    QVERIFY2(chunks >= 40, qPrintable(QString::number(chunks)));

    const auto verified = home.run({s("--json"), s("verify"), s("--depth"), s("full")});
    QVERIFY2(verified.exitCode == 0, verified.out.constData());

    const std::string target = source.name() + "_again";
    const auto checked =
        home.run({s("--json"), s("restore"), id, s("--database"), q(target), s("--dry-run")});
    QVERIFY2(checked.exitCode == 0, checked.out.constData());
    const auto restored = home.run({s("--json"), s("restore"), id, s("--database"), q(target)}, {}, {}, 300);
    QVERIFY2(restored.exitCode == 0, restored.out.constData());
    QCOMPARE(restored.data().toObject().value(s("proved")).toBool(), true);
    {
        LabConnection again(server, target);
        QCOMPARE(q(shape(again)), q(shape(connection)));
        QCOMPARE(q(again.value("SELECT count(*) FROM timescaledb_information.chunks")),
                 q(connection.value("SELECT count(*) FROM timescaledb_information.chunks")));
        QCOMPARE(q(again.value("SELECT sum(value::numeric)::text FROM conditions")),
                 q(connection.value("SELECT sum(value::numeric)::text FROM conditions")));
        QCOMPARE(q(again.value("SHOW timescaledb.restoring")), s("off"));
        again.run("INSERT INTO conditions (at, device, value) VALUES ('2031-05-05', 1, 1.5)"); // a new chunk
                                                                                               // can be made
    }
    const auto listed = home.run({s("--json"), s("restored"), s("list"), s("lab")});
    QVERIFY2(listed.out.contains(target.c_str()), listed.out.constData());
    const auto refused = home.run({s("--json"), s("restored"), s("drop"), s("lab"), q(source.name())});
    QVERIFY(refused.exitCode != 0);
    const auto unasked = home.run({s("--json"), s("restored"), s("drop"), s("lab"), q(target)});
    QCOMPARE(unasked.errorCode(), s("invalid_input"));
    QVERIFY2(unasked.out.contains("may be in use"), unasked.out.constData());
    const auto dropped =
        home.run({s("--json"), s("restored"), s("drop"), s("lab"), q(target), s("--confirm"), q(target)});
    QVERIFY2(dropped.exitCode == 0, dropped.out.constData());
    const auto badge = home.run({s("--json"), s("backups"), s("show"), id}).data().toObject();
    QVERIFY2(!badge.value(s("restored_at")).toString().isEmpty(), "the proof is remembered");
}

void TestSalvorctlServers::mainJob_plain_backsUpProvesRestores_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("the distribution's PostgreSQL") << s("pg-plain");
    QTest::newRow("PostgreSQL 17") << s("pg17");
}

void TestSalvorctlServers::mainJob_plain_backsUpProvesRestores() {
    QFETCH(const QString, name);
    SALVOR_NEED_SERVER(server, name.toStdString());
    LabDatabase source(server);
    source.run(sample::plainDatabase());
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(addProfile(home, server).exitCode, 0);
    const auto made = home.run({s("--json"), s("backup"), s("lab/") + q(source.name())});
    QVERIFY2(made.exitCode == 0, made.out.constData());
    const QString id =
        made.data().toObject().value(s("backups")).toArray().at(0).toObject().value(s("id")).toString();
    const std::string target = source.name() + "_again";
    const auto restored = home.run({s("--json"), s("restore"), id, s("--database"), q(target)}, {}, {}, 300);
    QVERIFY2(restored.exitCode == 0, restored.out.constData());
    QCOMPARE(restored.data().toObject().value(s("proved")).toBool(), true);
    {
        LabConnection again(server, target);
        QCOMPARE(q(shape(again)), q(shape(source.connection())));
    }
    dropDatabase(server, target);
}

void TestSalvorctlServers::restore_onMachineThatNeverSawIt_needsStoreFileAndPassphrase() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop());
    const CtlHome lost;
    const QByteArray passphrase = lost.makeRepository();
    QVERIFY(!passphrase.isEmpty());
    QCOMPARE(addProfile(lost, server).exitCode, 0);
    QCOMPARE(lost.run({s("backup"), s("lab/") + q(source.name())}).exitCode, 0);

    const CtlHome fresh;
    const auto opened = fresh.run({s("--json"), s("repository"), s("open"), lost.path(s("store-backups")),
                                   s("--recovery"), lost.path(s("recovery-backups.age")), s("--secrets"),
                                   s("file"), s("--passphrase-fd"), s("3")},
                                  {{3, passphrase}});
    QVERIFY2(opened.exitCode == 0, opened.out.constData());
    QCOMPARE(addProfile(fresh, server).exitCode, 0);
    const auto listed = fresh.run({s("--json"), s("backups"), s("list")}).data().toArray();
    QCOMPARE(listed.size(), 1);
    const std::string target = source.name() + "_fresh";
    const auto restored =
        fresh.run({s("--json"), s("restore"), listed.at(0).toObject().value(s("id")).toString(),
                   s("--to-profile"), s("lab"), s("--database"), q(target)});
    QVERIFY2(restored.exitCode == 0, restored.out.constData());
    {
        LabConnection again(server, target);
        QCOMPARE(q(shape(again)), q(shape(source.connection())));
    }
    dropDatabase(server, target);
}

void TestSalvorctlServers::wrongPassword_isSaidAsSuch() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(addProfile(home, server, s("lab"), "not-the-password").exitCode, 0);
    const auto result = home.run({s("--json"), s("profile"), s("test"), s("lab")});
    QCOMPARE(result.exitCode, 1);
    QCOMPARE(result.errorCode(), s("authentication_failed"));
    QVERIFY(!result.out.contains("not-the-password"));
}

/// They are of the shell that it is started from, and the profile says where the server is.
void TestSalvorctlServers::variablesOfLibpq_leadNowhereElse() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    const auto added = addProfile(home, server);
    QVERIFY2(added.exitCode == 0, added.out.constData());
    const std::vector<std::pair<const char*, const char*>> variables{{"PGHOSTADDR", "203.0.113.1"},
                                                                     {"PGSERVICE", "elsewhere"},
                                                                     {"PGTARGETSESSIONATTRS", "standby"},
                                                                     {"PGOPTIONS", "-c no_such_setting=1"},
                                                                     {"PGTZ", "Asia/Tokyo"}};
    for (const auto& [name, value] : variables)
        qputenv(name, value);
    const auto tested = home.run({s("--json"), s("profile"), s("test"), s("lab")});
    for (const auto& [name, value] : variables)
        qunsetenv(name);
    QVERIFY2(tested.exitCode == 0, tested.out.constData());
}

void TestSalvorctlServers::unknownDatabase_isSaid() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(addProfile(home, server).exitCode, 0);
    const auto result = home.run({s("--json"), s("backup"), s("lab/nosuchdatabase")});
    QCOMPARE(result.exitCode, 1);
    QVERIFY2(result.out.contains("nosuchdatabase"), result.out.constData());
    QCOMPARE(home.run({s("--json"), s("backups"), s("list")}).data().toArray().size(), 0);
}

void TestSalvorctlServers::targetExists_isRefusedAndUntouched() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop());
    LabDatabase occupied(server);
    occupied.run("CREATE TABLE mine (a int); INSERT INTO mine VALUES (7)");
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(addProfile(home, server).exitCode, 0);
    const auto made = home.run({s("--json"), s("backup"), s("lab/") + q(source.name())});
    QVERIFY2(made.exitCode == 0, made.out.constData());
    const QString id =
        made.data().toObject().value(s("backups")).toArray().at(0).toObject().value(s("id")).toString();
    const auto result = home.run({s("--json"), s("restore"), id, s("--database"), q(occupied.name())});
    QCOMPARE(result.exitCode, 1);
    QCOMPARE(result.errorCode(), s("already_exists"));
    QCOMPARE(q(occupied.value("SELECT a FROM mine")), s("7"));
    const auto dry =
        home.run({s("--json"), s("restore"), id, s("--database"), q(occupied.name()), s("--dry-run")});
    QCOMPARE(dry.exitCode, 1);
    QCOMPARE(dry.data().toObject().value(s("ok")).toBool(true), false);
    QCOMPARE(home.run({s("--json"), s("restored"), s("list"), s("lab")}).out.contains(source.name().c_str()),
             false);
}

void TestSalvorctlServers::backup_ofANameThatIsGone_isSaidBeforeAndAfter() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(addProfile(home, server).exitCode, 0);
    const QString gone = q(source.name()) + s("_gone");
    const auto set =
        home.run({s("policy"), s("set"), s("lab"), s("--include"), q(source.name()), s("--include"), gone});
    QVERIFY2(set.exitCode == 0, set.err.constData());
    const auto planned = home.run({s("--json"), s("backup"), s("lab"), s("--dry-run")});
    QCOMPARE(planned.exitCode, 1);
    const QJsonObject plan = planned.data().toObject();
    QCOMPARE(plan.value(s("databases")).toArray(), QJsonArray{q(source.name())});
    QCOMPARE(plan.value(s("cannot_be_backed_up")).toArray(), QJsonArray{gone});
    const auto made = home.run({s("backup"), s("lab")});
    QCOMPARE(made.exitCode, 3);
    QVERIFY2((made.out + made.err).contains(gone.toUtf8()), made.err.constData());
    // Nothing at all: neither of them is well.
    for (const char* mode : {"--dry-run", "--wait=0"}) {
        const auto one = home.run({s("backup"), s("lab/") + gone, s(mode)});
        QCOMPARE(one.exitCode, 1);
        QVERIFY2((one.out + one.err).contains(gone.toUtf8()), one.err.constData());
    }
    QCOMPARE(home.run({s("policy"), s("set"), s("lab"), s("--include"), s("no_such_*")}).exitCode, 0);
    for (const char* mode : {"--dry-run", "--wait=0"}) {
        const auto none = home.run({s("--json"), s("backup"), s("lab"), s(mode)});
        QCOMPARE(none.exitCode, 1);
        QCOMPARE(none.json().value(s("error")).toObject().value(s("code")).toString(), s("not_found"));
    }
}

void TestSalvorctlServers::verify_flippedByte_namesBackupAndItem() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::shop());
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(addProfile(home, server).exitCode, 0);
    const auto made = home.run({s("--json"), s("backup"), s("lab/") + q(source.name())});
    QVERIFY2(made.exitCode == 0, made.out.constData());
    const QString id =
        made.data().toObject().value(s("backups")).toArray().at(0).toObject().value(s("id")).toString();
    QDirIterator objects(home.path(s("store-backups/objects")), QDir::Files, QDirIterator::Subdirectories);
    QVERIFY(objects.hasNext());
    QFile object(objects.next());
    QVERIFY(object.open(QIODevice::ReadWrite));
    QVERIFY(object.seek(object.size() / 2));
    char byte = 0;
    QVERIFY(object.getChar(&byte));
    QVERIFY(object.seek(object.size() / 2));
    QVERIFY(object.putChar(static_cast<char>(byte ^ 4)));
    object.close();
    const auto verified = home.run({s("--json"), s("verify")});
    QCOMPARE(verified.exitCode, 1);
    const QJsonObject problem = verified.data().toObject().value(s("problems")).toArray().at(0).toObject();
    QVERIFY(problem.value(s("backups")).toArray().contains(id));
    const auto listed = home.run({s("--json"), s("backups"), s("list")}).data().toArray();
    QCOMPARE(listed.at(0).toObject().value(s("damaged")).toBool(), true);
    QVERIFY(home.run({s("backups"), s("list")}).out.contains("DAMAGED"));
    QVERIFY(home.run({s("backups"), s("show"), id}).out.contains("DAMAGED"));
    const std::string target = source.name() + "_bad";
    const auto restored = home.run({s("--json"), s("restore"), id, s("--database"), q(target)});
    QCOMPARE(restored.exitCode, 1);
    QCOMPARE(restored.errorCode(), s("corrupt"));
    LabConnection admin(server, "postgres");
    QCOMPARE(q(admin.value("SELECT count(*) FROM pg_database WHERE datname = '" + target + "'")), s("0"));
    // What is left is hidden, marked, listed and can be dropped.
    for (const auto& left : home.run({s("--json"), s("restored"), s("list"), s("lab")}).data().toArray()) {
        const QString name = left.toObject().value(s("database")).toString();
        if (name.startsWith(q(source.name())))
            QCOMPARE(home.run({s("restored"), s("drop"), s("lab"), name}).exitCode, 0);
    }
    // The next backup stores the damaged object anew.
    QCOMPARE(home.run({s("backup"), s("lab/") + q(source.name())}).exitCode, 0);
    // The new one is not called damaged for it; the old one stays so.
    int damaged = 0;
    for (const auto& one : home.run({s("--json"), s("backups"), s("list")}).data().toArray())
        damaged += one.toObject().value(s("damaged")).toBool() ? 1 : 0;
    QCOMPARE(damaged, 1);
}

void TestSalvorctlServers::interrupted_bySigint_endsInTwoSecondsAndLeavesNothing() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(400000));
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(addProfile(home, server).exitCode, 0);
    QVERIFY(limitBandwidth(home, kSlow));
    QProcess process;
    process.setEnvironment(home.environment());
    process.setChildProcessModifier(
        [] { std::signal(SIGINT, SIG_DFL); }); // whoever runs the tests may ignore it
    process.start(CtlHome::program(), {s("--json"), s("backup"), s("lab/") + q(source.name())});
    QVERIFY(process.waitForStarted());
    QVERIFY(reachesData(process));
    QElapsedTimer timer;
    timer.start();
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(20000));
    QVERIFY2(timer.elapsed() < 4000,
             qPrintable(QString::number(timer.elapsed()))); // two seconds, and room for sanitizers
    QCOMPARE(process.exitCode(), 4);
    const QByteArray out = process.readAllStandardOutput();
    QVERIFY2(out.contains("\"cancelled\""), out.constData());
    QCOMPARE(home.run({s("--json"), s("backups"), s("list")}).data().toArray().size(), 0);
    const auto run = home.run({s("--json"), s("runs"), s("list")}).data().toArray().at(0).toObject();
    QCOMPARE(run.value(s("outcome")).toString(), s("cancelled"));
}

void TestSalvorctlServers::killed_inMidBackup_nextRunSucceeds() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(300000));
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(addProfile(home, server).exitCode, 0);
    QVERIFY(limitBandwidth(home, kSlow));
    QProcess process;
    process.setEnvironment(home.environment());
    process.start(CtlHome::program(), {s("--json"), s("backup"), s("lab/") + q(source.name())});
    QVERIFY(process.waitForStarted());
    QVERIFY(reachesData(process));
    process.kill();
    QVERIFY(process.waitForFinished(20000));
    QVERIFY(limitBandwidth(home, 0));
    const auto runs = home.run({s("--json"), s("runs"), s("list")}).data().toArray();
    QCOMPARE(runs.at(0).toObject().value(s("outcome")).toString(), s("failed"));
    const auto made = home.run({s("--json"), s("backup"), s("lab/") + q(source.name())});
    QVERIFY2(made.exitCode == 0, made.out.constData());
    const auto verified = home.run({s("--json"), s("verify"), s("--depth"), s("full")});
    QVERIFY2(verified.exitCode == 0, verified.out.constData());
}

void TestSalvorctlServers::twoAtOnce_secondSaysWhoIsBusy() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(400000));
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(addProfile(home, server).exitCode, 0);
    QVERIFY(limitBandwidth(home, kUnhurried));
    QProcess first;
    first.setEnvironment(home.environment());
    first.start(CtlHome::program(), {s("--json"), s("backup"), s("lab/") + q(source.name())});
    QVERIFY(first.waitForStarted());
    QVERIFY(reachesData(first));
    ::kill(static_cast<pid_t>(first.processId()), SIGSTOP); // holds the lock for as long as the second needs
    const auto second = home.run({s("--json"), s("backup"), s("lab/") + q(source.name())});
    ::kill(static_cast<pid_t>(first.processId()), SIGCONT);
    QCOMPARE(second.exitCode, 5);
    QCOMPARE(second.errorCode(), s("busy"));
    QVERIFY2(second.errorText().contains(QString::number(first.processId())), second.out.constData());
    QVERIFY(first.waitForFinished(120000));
    QCOMPARE(first.exitCode(), 0);
}

void TestSalvorctlServers::secrets_areInNoArgumentEnvironmentOrFile() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase source(server);
    source.run(sample::bigTable(200000));
    const CtlHome home;
    const QByteArray passphrase = home.makeRepository();
    QVERIFY(!passphrase.isEmpty());
    QCOMPARE(addProfile(home, server).exitCode, 0);
    const QByteArray password = QByteArray::fromStdString(server.password);
    QProcess process;
    process.setEnvironment(home.environment());
    process.start(CtlHome::program(), {s("--json"), s("backup"), s("lab/") + q(source.name())});
    QVERIFY(process.waitForStarted());
    int looked = 0;
    QByteArray said;
    while (process.state() != QProcess::NotRunning) {
        for (const QString& pid : QDir(s("/proc")).entryList(QDir::Dirs)) {
            for (const char* what : {"/cmdline", "/environ"}) {
                QFile file(s("/proc/") + pid + QLatin1String(what));
                if (!file.open(QIODevice::ReadOnly))
                    continue;
                const QByteArray content = file.readAll();
                ++looked;
                QVERIFY2(!content.contains(password) && !content.contains(passphrase),
                         qPrintable(pid + QLatin1String(what)));
            }
        }
        process.waitForFinished(20);
        said += process.readAllStandardError() + process.readAllStandardOutput();
    }
    QVERIFY(looked > 100);
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(!said.contains(password));
    const QByteArray files = everythingBelow(home.path(s("home")), password);
    QVERIFY2(files.count('\n') == 1 && files.contains("secrets"), files.constData());
    QVERIFY(everythingBelow(home.path(s("store-backups")), password).isEmpty());
    QVERIFY(everythingBelow(home.path(s(".")), passphrase).isEmpty());
    QVERIFY(everythingBelow(home.path(s("store-backups")), "AGE-SECRET-KEY").isEmpty());
}

QTEST_GUILESS_MAIN(TestSalvorctlServers)
#include "test_salvorctl_servers.moc"
