// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a timer runs, on real servers: selection in every run, hooks, limits, partial runs, a busy repository,
// and a process that has neither workspace nor keychain.
#include "app/ctlserver.h"
#include "support/pty.h"
#include "support/sampledata.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QTest>

#include <csignal>

using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }
QString q(const std::string& text) { return QString::fromStdString(text); }

/// A home with a repository and the profile "lab"; the policy "lab" includes these databases only.
bool prepare(const CtlHome& home, const LabServer& server, const QStringList& rules) {
    return !home.makeRepository().isEmpty() && addProfile(home, server).exitCode == 0 &&
           home.run(QStringList{s("policy"), s("set"), s("lab")} + rules).exitCode == 0;
}

QStringList only(const std::vector<std::string>& names) {
    QStringList words;
    for (const auto& name : names)
        words << s("--include") << q(name);
    return words;
}

QJsonObject shownPolicy(const CtlHome& home) {
    return home.run({s("--json"), s("policy"), s("show"), s("lab")}).data().toObject();
}

/// A new job file; its path.
QString exportJob(const CtlHome& home, const char* secrets = "file") {
    const QString file = home.path(s("job-%1.json").arg(shownPolicy(home).value(s("revision")).toInt()));
    const auto made = home.run(
        {s("policy"), s("export"), s("lab"), s("--job"), s("--secrets"), s(secrets), s("--output"), file});
    if (made.exitCode != 0)
        qWarning("%s%s", made.out.constData(), made.err.constData());
    return made.exitCode == 0 ? file : QString();
}

CtlResult runJob(const CtlHome& home, const QString& file, const QStringList& more = {}) {
    return home.run(QStringList{s("--json"), s("run"), s("--policy"), file} + more);
}

QStringList databasesOf(const QJsonValue& data, const char* list = "backups") {
    QStringList names;
    for (const auto& one : data.toObject().value(QLatin1String(list)).toArray())
        names << one.toObject().value(s("database")).toString();
    names.sort();
    return names;
}

QJsonObject runOf(const CtlResult& result) { return result.data().toObject().value(s("run")).toObject(); }

QByteArray readFile(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A script of the admin's.
bool writeScript(const QString& path, const QByteArray& text) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write("#!/bin/sh\n" + text) > 0 &&
           file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

} // namespace

class TestSalvorctlJobs : public QObject {
    Q_OBJECT
private slots:
    void job_selection_isWorkedOutInEveryRun() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase first(server);
        first.run(sample::shop());
        LabDatabase left(server);
        const QString prefix = q(first.name()).section(QLatin1Char('_'), 0, 2); // this process's databases
        const CtlHome home;
        QVERIFY(prepare(home, server, {s("--include"), prefix + s("_*"), s("--exclude"), q(left.name())}));
        const QString file = exportJob(home);
        QVERIFY(!file.isEmpty());
        const auto dry = runJob(home, file, {s("--dry-run")});
        QVERIFY2(dry.exitCode == 0, dry.out.constData());
        QCOMPARE(dry.data().toObject().value(s("databases")).toArray(), QJsonArray{q(first.name())});

        const auto ran = runJob(home, file);
        QVERIFY2(ran.exitCode == 0, ran.out.constData());
        QCOMPARE(databasesOf(ran.data()), QStringList{q(first.name())});
        QCOMPARE(runOf(ran).value(s("trigger")).toString(), s("timer"));
        QCOMPARE(runOf(ran).value(s("details")).toObject().value(s("job_version")).toInt(), 2);

        const LabDatabase added(server); // made after the policy: included by its rule
        QStringList both{q(first.name()), q(added.name())};
        both.sort();
        const auto again = runJob(home, file);
        QVERIFY2(again.exitCode == 0, again.out.constData());
        QCOMPARE(databasesOf(again.data()), both);
        QCOMPARE(home.run({s("--json"), s("backups"), s("list")}).data().toArray().size(), 3);
    }

    /// It has all names. Who answers is who reads what is said: neither a timer nor cron.
    void backup_onAnotherServer_warnsAndIsTheAnswerAtATerminal() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        SALVOR_NEED_PRIVATE(other, "pg-plain", {});
        const LabServer& there = other->server();
        const LabDatabase source(server);
        LabConnection(there, "postgres").run("CREATE DATABASE " + source.name());
        const CtlHome home;
        QVERIFY(prepare(home, server, only({source.name()})));
        const auto warningOf = [](const CtlResult& result) {
            for (const auto& one : result.json().value(s("warnings")).toArray()) {
                if (one.toObject().value(s("code")).toString() == s("server_replaced"))
                    return one.toObject();
            }
            return QJsonObject();
        };
        const auto isSaid = [&] {
            return home.run({s("check"), s("--nagios")}).out.contains("is connected to another server");
        };
        const QStringList byHand{s("--json"), s("backup"), s("lab")};
        const auto first = home.run(byHand);
        QVERIFY2(first.exitCode == 0, first.out.constData());
        QVERIFY(warningOf(first).isEmpty());
        const auto led = home.run({s("profile"), s("edit"), s("lab"), s("--host"), q(there.host), s("--port"),
                                   QString::number(there.port), s("--user"), q(there.user), s("--tls-ca"),
                                   q(there.caFile), s("--password-fd"), s("3")},
                                  {{3, QByteArray::fromStdString(there.password)}});
        QVERIFY2(led.exitCode == 0, led.err.constData());
        const auto byCron = home.run(byHand);
        QVERIFY2(byCron.exitCode == 0, byCron.out.constData());
        QVERIFY2(byCron.err.contains("warning: the server is another one than in run"),
                 byCron.err.constData());
        QCOMPARE(warningOf(byCron).value(s("system_id_before")),
                 runOf(first).value(s("details")).toObject().value(s("system_id")));
        QVERIFY(!warningOf(byCron).contains(s("server_answered_by")));
        QVERIFY(isSaid());
        const auto byTimer = runJob(home, exportJob(home));
        QVERIFY2(byTimer.exitCode == 0, byTimer.out.constData());
        QVERIFY(!warningOf(byTimer).isEmpty());
        const auto shown =
            home.run({s("runs"), s("show"), runOf(byTimer).value(s("id")).toString()}).out.simplified();
        QVERIFY2(shown.contains("Warning the server is another one than in run"), shown.constData());
        QVERIFY(isSaid());
        const auto seen = runOnPty({"env", "SALVOR_HOME=" + home.path(s("home")).toStdString(),
                                    CtlHome::program().toStdString(), "backup", "lab"},
                                   {}, std::chrono::seconds(120));
        QVERIFY2(seen.exitCode == 0, seen.output.c_str());
        QVERIFY2(seen.output.find("counts as the word that it is the one that is meant") != std::string::npos,
                 seen.output.c_str());
        QVERIFY(!isSaid());
        QVERIFY(warningOf(home.run(byHand)).isEmpty());
    }

    void job_needsNoWorkspaceNoHomeNoKeychain() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase source(server);
        source.run(sample::shop());
        const CtlHome home;
        QVERIFY(prepare(home, server, only({source.name()}) + QStringList{s("--verify-after"), s("stored")}));
        const QString file = exportJob(home, "credentials");
        QVERIFY(!file.isEmpty());
        // What systemd does: each secret as a file of its own in a folder that only this job sees.
        const QString policy = shownPolicy(home).value(s("uuid")).toString();
        const QString credentials = home.path(s("credentials"));
        QVERIFY(QDir().mkdir(credentials));
        const QDir kept(home.path(s("home/data/secrets")));
        for (const QString& name : kept.entryList(QDir::Files)) {
            if (name.endsWith(s("-identity")))
                continue; // a job cannot read backups
            const QString target = credentials + s("/salvor-") + policy + QLatin1Char('-') + name;
            QVERIFY(QFile::copy(kept.filePath(name), target));
            QVERIFY(QFile::setPermissions(target, QFile::ReadOwner));
        }
        QVERIFY(QDir(home.path(s("home/data"))).removeRecursively());
        QVERIFY(QDir(home.path(s("home/config"))).removeRecursively());
        QProcess process;
        process.setEnvironment({s("PATH=/usr/bin:/bin"), s("LC_ALL=C.UTF-8"),
                                s("CREDENTIALS_DIRECTORY=") + credentials,
                                s("ASAN_OPTIONS=") + qEnvironmentVariable("ASAN_OPTIONS")});
        process.start(CtlHome::program(), {s("--json"), s("run"), s("--policy"), file});
        QVERIFY(process.waitForFinished(120000));
        const QByteArray out = process.readAllStandardOutput();
        QVERIFY2(process.exitCode() == 0, out + process.readAllStandardError());
        QVERIFY(out.contains("\"verified\":\"stored\""));
        QVERIFY(!QFileInfo::exists(home.path(s("home/data")))); // no workspace was made
        QVERIFY(!QFileInfo::exists(home.path(s("home/config"))));

        for (const QString& name : QDir(credentials).entryList({s("*-password")}, QDir::Files))
            QVERIFY(QFile::remove(credentials + QLatin1Char('/') + name));
        process.start(CtlHome::program(), {s("--json"), s("run"), s("--policy"), file});
        QVERIFY(process.waitForFinished(120000));
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardOutput().contains("\"secret_unavailable\""));
    }

    void job_oneSourceFailing_letsTheOthersGoOn() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase good(server);
        good.run(sample::shop());
        LabDatabase locked(server);
        locked.run("CREATE TABLE busy (a int)");
        const CtlHome home;
        QVERIFY(prepare(home, server,
                        only({good.name(), locked.name()}) +
                            QStringList{s("--option"), s("lock_timeout_seconds=1")}));
        const QString file = exportJob(home);
        LabConnection holder(server, locked.name());
        holder.run("BEGIN");
        holder.run("LOCK TABLE busy IN ACCESS EXCLUSIVE MODE");
        const auto ran = runJob(home, file);
        holder.run("ROLLBACK");
        QVERIFY2(ran.exitCode == 3, ran.out.constData());
        QCOMPARE(databasesOf(ran.data()), QStringList{q(good.name())});
        QCOMPARE(databasesOf(ran.data(), "failures"), QStringList{q(locked.name())});
        QCOMPARE(runOf(ran).value(s("outcome")).toString(), s("partial"));
        const auto later = runJob(home, file);
        QVERIFY2(later.exitCode == 0, later.out.constData());
    }

    void job_manifest_keepsTheEffectivePolicyAndNoSecret() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase source(server);
        const CtlHome home;
        QVERIFY(
            prepare(home, server,
                    only({source.name()}) + QStringList{s("--threads"), s("1"), s("--sessions"), s("1")}));
        const auto ran = home.run({s("--json"), s("backup"), s("lab"), s("--level"), s("7")});
        QVERIFY2(ran.exitCode == 0, ran.out.constData());
        const QString repository = home.run({s("--json"), s("repository"), s("list")})
                                       .data()
                                       .toArray()
                                       .at(0)
                                       .toObject()
                                       .value(s("id"))
                                       .toString();
        const QByteArray identity =
            readFile(home.path(s("home/data/secrets/repository-")) + repository + s("-identity"));
        QFile key(home.path(s("identity")));
        QVERIFY(key.open(QIODevice::WriteOnly) && key.write(identity) > 0);
        key.close();
        const QStringList manifests = QDir(home.path(s("store-backups/manifests"))).entryList(QDir::Files);
        QCOMPARE(manifests.size(), 1);
        const auto opened = home.run({s("age"), s("decrypt"), s("-i"), key.fileName()}, {},
                                     readFile(home.path(s("store-backups/manifests/")) + manifests.front()));
        QVERIFY2(opened.exitCode == 0, opened.err.constData());
        QProcess zstd;
        zstd.start(s("zstd"), {s("-dc")});
        if (!zstd.waitForStarted())
            QSKIP("zstd is not installed");
        zstd.write(opened.out);
        zstd.closeWriteChannel();
        QVERIFY(zstd.waitForFinished());
        const QByteArray manifest = zstd.readAllStandardOutput();
        QVERIFY2(manifest.contains("\"compression_level\":\"command_line\""), manifest.left(4000));
        QVERIFY(manifest.contains("\"limits.threads\":\"policy\""));
        QVERIFY(manifest.contains("\"encryption\":\"repository\""));
        QVERIFY(manifest.contains("\"lock_wait_seconds\":600"));
        QVERIFY(!manifest.contains(QByteArray::fromStdString(server.password)));
    }

    void job_withRetention_prunesAfterItsBackupsAndNeverMostOfThem() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabDatabase source(server);
        const CtlHome home;
        QVERIFY(prepare(home, server, only({source.name()}) + QStringList{s("--keep-last"), s("3")}));
        const auto count = [&](const char* list) {
            return home.run({s("--json"), s("backups"), s(list)}).data().toArray().size();
        };
        const QString file = exportJob(home);
        for (int i = 0; i < 4; ++i) {
            const auto ran = runJob(home, file);
            QVERIFY2(ran.exitCode == 0, ran.out.constData());
            const QJsonObject prune = ran.data().toObject().value(s("prune")).toObject();
            QCOMPARE(prune.value(s("run")).toObject().value(s("kind")).toString(), s("prune"));
            QCOMPARE(prune.value(s("run")).toObject().value(s("trigger")).toString(), s("timer"));
        }
        QCOMPARE(count("list"), 3);
        QCOMPARE(count("trash"), 1);

        QCOMPARE(home.run({s("policy"), s("set"), s("lab"), s("--keep-last"), s("1")}).exitCode, 0);
        const QString strict = exportJob(home);
        const auto refused = runJob(home, strict);
        QVERIFY2(refused.exitCode == 3, refused.out.constData());
        QCOMPARE(runOf(refused).value(s("outcome")).toString(), s("ok"));
        const QJsonObject error =
            refused.data().toObject().value(s("prune")).toObject().value(s("error")).toObject();
        QCOMPARE(error.value(s("code")).toString(), s("conflict"));
        QCOMPARE(count("list"), 4);
        const QJsonObject newest =
            home.run({s("--json"), s("runs"), s("list")}).data().toArray().at(0).toObject();
        QCOMPARE(newest.value(s("kind")).toString(), s("prune"));
        QCOMPARE(newest.value(s("outcome")).toString(), s("failed"));

        const auto left = runJob(home, strict, {s("--no-prune")});
        QVERIFY2(left.exitCode == 0, left.out.constData());
        QVERIFY(!left.data().toObject().contains(s("prune")));
        QCOMPARE(count("list"), 5);
    }

    void hooks_aroundARun_knowWhatHappens() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase source(server);
        const CtlHome home;
        const QString before = home.path(s("before"));
        const QString after = home.path(s("after"));
        QVERIFY(writeScript(before, "env > '" + home.path(s("before.env")).toUtf8() + "'\n"));
        QVERIFY(writeScript(after, "env > '" + home.path(s("after.env")).toUtf8() + "'\n"));
        QVERIFY(prepare(home, server,
                        only({source.name()}) +
                            QStringList{s("--hook-before"), before, s("--hook-after"), after}));
        const auto ran = runJob(home, exportJob(home));
        QVERIFY2(ran.exitCode == 0, ran.out.constData());
        const QByteArray first = readFile(home.path(s("before.env")));
        const QByteArray second = readFile(home.path(s("after.env")));
        QVERIFY2(
            first.contains("SALVOR_HOOK=before\n") && first.contains("SALVOR_POLICY=lab\n") &&
                first.contains("SALVOR_DATABASES=[\"" + QByteArray::fromStdString(source.name()) + "\"]\n"),
            first.constData());
        QVERIFY(!first.contains("SALVOR_OUTCOME"));
        QVERIFY2(second.contains("SALVOR_OUTCOME=ok\n") && second.contains("SALVOR_BACKUPS=[\""),
                 second.constData());
        QVERIFY(second.contains("SALVOR_RUN_ID=" + runOf(ran).value(s("id")).toString().toUtf8() + "\n"));
        for (const QByteArray& secret :
             {QByteArray::fromStdString(server.password), QByteArray("CREDENTIALS"), QByteArray("PGPASS")})
            QVERIFY(!first.contains(secret) && !second.contains(secret));
        QCOMPARE(runOf(ran).value(s("details")).toObject().value(s("hooks")).toArray().size(), 2);
    }

    void hook_failing_meansWhatThePolicySays_data() {
        QTest::addColumn<QString>("moment");
        QTest::addColumn<QString>("means");
        QTest::addColumn<QString>("outcome");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<int>("backups");
        QTest::newRow("before, failed") << s("before") << s("failed") << s("failed") << 1 << 0;
        QTest::newRow("before, partial") << s("before") << s("partial") << s("partial") << 3 << 1;
        QTest::newRow("before, success") << s("before") << s("success") << s("ok") << 0 << 1;
        QTest::newRow("after, failed") << s("after") << s("failed") << s("failed") << 1 << 1;
        QTest::newRow("after, partial") << s("after") << s("partial") << s("partial") << 3 << 1;
    }
    void hook_failing_meansWhatThePolicySays() {
        QFETCH(const QString, moment);
        QFETCH(const QString, means);
        QFETCH(const QString, outcome);
        QFETCH(const int, exitCode);
        QFETCH(const int, backups);
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabDatabase source(server);
        const CtlHome home;
        const QString hook = home.path(s("hook"));
        QVERIFY(writeScript(hook, "echo a-secret-of-the-hook; exit 4\n"));
        QVERIFY(prepare(home, server,
                        only({source.name()}) +
                            QStringList{s("--hook-") + moment, hook, s("--hook-failure"), means}));
        const auto ran = runJob(home, exportJob(home));
        QVERIFY2(ran.exitCode == exitCode, ran.out + ran.err);
        const QJsonArray runs = home.run({s("--json"), s("runs"), s("list")}).data().toArray();
        QCOMPARE(runs.size(), 1);
        QCOMPARE(runs.at(0).toObject().value(s("outcome")).toString(), outcome);
        QCOMPARE(home.run({s("--json"), s("backups"), s("list")}).data().toArray().size(), backups);
        const QJsonObject record =
            runs.at(0).toObject().value(s("details")).toObject().value(s("hooks")).toArray().at(0).toObject();
        QCOMPARE(record.value(s("exit_code")).toInt(), 4);
        QVERIFY(readFile(record.value(s("log")).toString()).contains("a-secret-of-the-hook"));
        QVERIFY(!(ran.out + ran.err).contains("a-secret-of-the-hook"));
        for (const QString& name : QDir(home.path(s("store-backups/runs"))).entryList(QDir::Files))
            QVERIFY(!readFile(home.path(s("store-backups/runs/")) + name).contains("a-secret-of-the-hook"));
    }

    void hook_hanging_isEndedInItsTime() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabDatabase source(server);
        const CtlHome home;
        const QString hook = home.path(s("hook"));
        QVERIFY(writeScript(hook, "exec sleep 100000\n"));
        QVERIFY(prepare(home, server,
                        only({source.name()}) +
                            QStringList{s("--hook-before"), hook, s("--hook-timeout"), s("1")}));
        const auto ran = runJob(home, exportJob(home));
        QCOMPARE(ran.exitCode, 1);
        QCOMPARE(ran.errorCode(), s("timeout"));
        QVERIFY2(ran.errorText().contains(s("did not end within 1 s")), ran.out.constData());
    }

    void busy_repository_isWaitedForAndThenSkipped() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase source(server);
        source.run(sample::bigTable(400000));
        const CtlHome home;
        const QString hook = home.path(s("hook"));
        QVERIFY(writeScript(hook, "touch '" + home.path(s("frozen")).toUtf8() + "'\n"));
        QVERIFY(prepare(home, server, only({source.name()}) + QStringList{s("--lock-wait"), s("1")}));
        QVERIFY(limitBandwidth(home, kUnhurried));
        QProcess first;
        first.setEnvironment(home.environment());
        first.start(CtlHome::program(), {s("--json"), s("backup"), s("lab")});
        QVERIFY(first.waitForStarted());
        QVERIFY(reachesData(first));
        ::kill(static_cast<pid_t>(first.processId()),
               SIGSTOP); // holds the lock for as long as the others need
        const auto second = runJob(home, exportJob(home));
        QCOMPARE(home.run({s("channel"), s("set"), s("chat"), s("--kind"), s("webhook"), s("--url"),
                           s("https://localhost:1/")}) // nobody listens: it waits
                     .exitCode,
                 0);
        QCOMPARE(home.run({s("policy"), s("set"), s("lab"), s("--hook-before"), hook, s("--webhook"),
                           s("chat"), s("--notify-on"), s("skipped")})
                     .exitCode,
                 0);
        const auto third = runJob(home, exportJob(home));
        ::kill(static_cast<pid_t>(first.processId()), SIGCONT);
        for (const auto* skipped : {&second, &third}) {
            QVERIFY2(skipped->exitCode == 5, skipped->out.constData());
            QCOMPARE(skipped->errorCode(), s("busy"));
            QVERIFY2(skipped->errorText().contains(s("waited 1 s")), skipped->out.constData());
        }
        QVERIFY2(!QFileInfo::exists(home.path(s("frozen"))),
                 "no hook runs while somebody else has the repository");
        QVERIFY(first.waitForFinished(120000));
        QCOMPARE(first.exitCode(), 0);
        int skippedRuns = 0;
        for (const auto& run : home.run({s("--json"), s("runs"), s("list")}).data().toArray())
            skippedRuns += run.toObject().value(s("outcome")).toString() == s("skipped") ? 1 : 0;
        QCOMPARE(skippedRuns, 2);
        const auto waiting =
            home.run({s("--json"), s("status")}).data().toObject().value(s("undelivered")).toArray();
        QCOMPARE(waiting.size(), 1); // of the one that was to tell
        QVERIFY2(waiting.at(0).toObject().value(s("subject")).toString().startsWith(s("Salvor: skipped: ")),
                 qPrintable(waiting.at(0).toObject().value(s("subject")).toString()));
    }

    void busy_repository_thatIsFreedInTime_isBackedUpTo() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase source(server);
        source.run(sample::bigTable(400000));
        const CtlHome home;
        QVERIFY(prepare(home, server, only({source.name()}) + QStringList{s("--lock-wait"), s("120")}));
        QVERIFY(limitBandwidth(home, kUnhurried));
        const QString file = exportJob(home);
        QProcess first;
        first.setEnvironment(home.environment());
        first.start(CtlHome::program(), {s("--json"), s("backup"), s("lab")});
        QVERIFY(first.waitForStarted());
        QVERIFY(reachesData(first));
        ::kill(static_cast<pid_t>(first.processId()), SIGSTOP);
        QProcess second;
        second.setEnvironment(home.environment());
        second.start(CtlHome::program(), {s("--json"), s("run"), s("--policy"), file});
        QVERIFY(second.waitForStarted());
        QByteArray said;
        QTRY_VERIFY_WITH_TIMEOUT((said += second.readAllStandardError()).contains("\"progress\":\"waiting\""),
                                 60000);
        ::kill(static_cast<pid_t>(first.processId()), SIGCONT);
        QVERIFY(second.waitForFinished(120000));
        QVERIFY2(second.exitCode() == 0, second.readAllStandardOutput());
        QVERIFY(first.waitForFinished(120000));
        QCOMPARE(first.exitCode(), 0);
    }

    void cancelled_run_stillThaws() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase source(server);
        source.run(sample::bigTable(400000));
        const CtlHome home;
        const QString hook = home.path(s("hook"));
        QVERIFY(writeScript(hook, "echo $SALVOR_OUTCOME > '" + home.path(s("thawed")).toUtf8() + "'\n"));
        QVERIFY(prepare(home, server, only({source.name()}) + QStringList{s("--hook-after"), hook}));
        QVERIFY(limitBandwidth(home, kSlow));
        QProcess process;
        process.setEnvironment(home.environment());
        process.start(CtlHome::program(), {s("--json"), s("run"), s("--policy"), exportJob(home)});
        QVERIFY(process.waitForStarted());
        QVERIFY(reachesData(process));
        ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 4);
        QCOMPARE(readFile(home.path(s("thawed"))).trimmed(), QByteArray("cancelled"));
    }

    /// A unit that is stopped, by a shutdown too, gets SIGTERM; Ctrl+C is of whoever ran it.
    void cancelled_run_saysWhoEndedIt_data() {
        QTest::addColumn<int>("signal");
        QTest::addColumn<bool>("isUnit");
        QTest::addColumn<QString>("trigger");
        QTest::addColumn<bool>("isCutShort");
        QTest::newRow("Ctrl+C") << SIGINT << false << s("person") << false;
        QTest::newRow("a closed terminal") << SIGHUP << false << s("person") << false;
        QTest::newRow("a stopped unit") << SIGTERM << true << s("timer") << true;
        QTest::newRow("a unit, by systemctl kill") << SIGINT << true << s("timer") << true;
    }
    void cancelled_run_saysWhoEndedIt() {
        QFETCH(const int, signal);
        QFETCH(const bool, isUnit);
        QFETCH(const QString, trigger);
        QFETCH(const bool, isCutShort);
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase source(server);
        source.run(sample::bigTable(400000));
        const CtlHome home;
        QVERIFY(prepare(home, server, only({source.name()})));
        QVERIFY(limitBandwidth(home, kSlow));
        QStringList words{CtlHome::program(), s("--json"), s("run"), s("--policy"), exportJob(home)};
        if (isUnit) // as systemd says it: the process's own number
            words = QStringList{s("sh"), s("-c"), s("SYSTEMD_EXEC_PID=$$ exec \"$0\" \"$@\"")} + words;
        QProcess process;
        process.setEnvironment(home.environment());
        process.setChildProcessModifier([] { // whoever runs the tests may ignore them
            std::signal(SIGINT, SIG_DFL);
            std::signal(SIGHUP, SIG_DFL);
        });
        process.start(words.takeFirst(), words);
        QVERIFY(process.waitForStarted());
        QVERIFY(reachesData(process));
        ::kill(static_cast<pid_t>(process.processId()), signal);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 4);
        const auto run = home.run({s("--json"), s("runs"), s("list")}).data().toArray().at(0).toObject();
        const QJsonObject details = run.value(s("details")).toObject();
        QCOMPARE(run.value(s("outcome")).toString(), s("cancelled"));
        QCOMPARE(run.value(s("trigger")).toString(), trigger);
        QCOMPARE(details.contains(s("user")), !isCutShort);
        QCOMPARE(details.contains(s("cancelled_by")), signal == SIGINT && !isUnit);
        const auto shown = home.run({s("runs"), s("show"), run.value(s("id")).toString()});
        QCOMPARE(shown.out.contains("Cancelled by"), signal == SIGINT && !isUnit);
        QCOMPARE(home.run({s("status")}).out.contains("run_cut_short"), isCutShort);
    }

    void restore_isInTheAuditTrail() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase source(server);
        source.run(sample::shop(5));
        const CtlHome home;
        QVERIFY(prepare(home, server, only({source.name()})));
        const auto made = home.run({s("--json"), s("backup"), s("lab")});
        QVERIFY2(made.exitCode == 0, made.out.constData());
        const QString id =
            made.data().toObject().value(s("backups")).toArray().at(0).toObject().value(s("id")).toString();
        const std::string target = source.name() + "_again";
        const auto restored = home.run({s("--json"), s("restore"), id, s("--database"), q(target)});
        QVERIFY2(restored.exitCode == 0, restored.out.constData());
        QCOMPARE(
            home.run({s("restored"), s("drop"), s("lab"), q(target), s("--confirm"), q(target)}).exitCode, 0);
        const QJsonArray trail =
            home.run({s("--json"), s("audit"), s("list"), s("--limit"), s("2")}).data().toArray();
        QCOMPARE(trail.at(0).toObject().value(s("action")).toString(), s("restored.drop"));
        const QJsonObject restore = trail.at(1).toObject();
        QCOMPARE(restore.value(s("action")).toString(), s("restore.run"));
        QCOMPARE(restore.value(s("subject")).toString(), id);
        QCOMPARE(restore.value(s("after")).toObject().value(s("database")).toString(), q(target));
        QCOMPARE(restore.value(s("after")).toObject().value(s("proved")).toBool(), true);
    }
};

QTEST_GUILESS_MAIN(TestSalvorctlJobs)
#include "test_salvorctl_jobs.moc"
