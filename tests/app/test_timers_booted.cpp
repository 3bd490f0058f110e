// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Timers on whole booted servers (systemd 252 and 257): from a policy on the command line to a backup that no
// hand started, a missed run, a rotated credential, a change by hand, and nothing left at the end.
#include "app/bootedhost.h"

using namespace salvor::test;

class TestTimersBooted : public QObject {
    Q_OBJECT
private:
    void kinds() {
        QTest::addColumn<QString>("kind");
        QTest::newRow("systemd 252") << s("debian12");
        QTest::newRow("systemd 257") << s("debian13");
    }

private slots:
    void timer_setFromTheCommandLine_firesAndCatchesUp_data() { kinds(); }
    void timer_setFromTheCommandLine_firesAndCatchesUp() {
        QFETCH(const QString, kind);
        SALVOR_NEED_MACHINE(machine, kind);
        auto source = std::make_unique<LabDatabase>(machine->server());
        source->run(sample::shop(5));
        Booted host(*machine);
        const QString problem = host.prepare(QString::fromStdString(source->name()));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        QVERIFY(host.allowSanitizer());

        // A timer every few seconds: whatever the time is now, it is soon.
        const auto saved = host.setPolicy({s("--when"), s("*:*:0/5")});
        QVERIFY2(saved.exitCode == 0, qPrintable(saved.text()));
        QVERIFY(!saved.data().toObject().value(s("not_acted_on")).toArray().contains(s("when.expressions")));
        QCOMPARE(host.status().value(s("state")).toString(), s("not_installed"));
        const auto done = host.applied();
        QVERIFY2(done.exitCode == 0, qPrintable(done.text()));
        QTRY_VERIFY_WITH_TIMEOUT(host.backups() >= 1, kUnitMs);
        QTRY_VERIFY2_WITH_TIMEOUT(host.show(host.stem() + s(".service"), "Result") == s("success"),
                                  qPrintable(host.journal()), kUnitMs);
        QCOMPARE(host.status().value(s("state")).toString(), s("installed"));
        for (const QString& unit : {host.stem() + s(".service"), s("salvor-watch.service")}) {
            const double score = host.exposure(unit);
            QVERIFY2(score > 0 && score <= 2.5, qPrintable(unit + s(": ") + QString::number(score)));
        }

        // Midnight was missed while the computer was off: one run, at once, when it is on again.
        QCOMPARE(host.setPolicy({s("--when"), s("00:00")}).exitCode, 0);
        const auto daily = host.applied();
        QVERIFY2(daily.exitCode == 0, qPrintable(daily.text()));
        // The last run of the five-second timer has ended; one that started while its files were replaced may
        // have failed.
        QTRY_VERIFY_WITH_TIMEOUT((QStringList{s("inactive"), s("failed")}.contains(
                                     host.show(host.stem() + s(".service"), "ActiveState"))),
                                 kUnitMs);
        const int before = host.backups();
        source->disconnect();
        std::string reason;
        QVERIFY2(machine->reboot({s("/var/lib/systemd/timers/stamp-%1.timer").arg(host.stem())}, &reason),
                 reason.c_str());
        QTRY_VERIFY2_WITH_TIMEOUT(host.backups() == before + 1, qPrintable(host.journal()), kUnitMs);
        const QJsonArray runs = host.anna({s("runs"), s("list"), s("--limit"), s("1")}).data().toArray();
        QCOMPARE(runs.at(0).toObject().value(s("trigger")).toString(), s("timer"));
        QCOMPARE(runs.at(0).toObject().value(s("outcome")).toString(), s("ok"));
    }

    void timers_rotateRefuseAndGo_data() { kinds(); }
    void timers_rotateRefuseAndGo() {
        QFETCH(const QString, kind);
        SALVOR_NEED_MACHINE(machine, kind);
        LabDatabase source(machine->server());
        source.run(sample::shop(5));
        Booted host(*machine);
        const QString problem = host.prepare(QString::fromStdString(source.name()));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        QVERIFY(makeHook(host));
        QCOMPARE(host.setPolicy({s("--when"), s("Sat 02:00"), s("--random-delay"), s("60"), s("--cpu"),
                                 s("150"), s("--keep-last"), s("4"), s("--hook-before"),
                                 s("/usr/local/bin/salvor-test-hook"), s("--hook-path"), s("/srv/anna/hook"),
                                 s("--hook-path"), s("/home/bert/docs")})
                     .exitCode,
                 0);
        const QStringList before = host.files();
        QVERIFY(host.allowSanitizer());

        refuse(host);
        const auto done = host.applied();
        QVERIFY2(done.exitCode == 0, qPrintable(done.text()));
        QVERIFY2(host.startNow() == 0, qPrintable(host.journal()));
        QCOMPARE(host.backups(), 1);
        QCOMPARE(host.show(host.stem() + s(".service"), "CPUQuotaPerSecUSec"), s("1.500000s"));
        const auto written = host.root({s("find"), s("/srv/anna"), s("-name"), s("here*")});
        QCOMPARE(written.out.trimmed(), QByteArray("/srv/anna/hook/here"));
        const double score = host.exposure(host.stem() + s(".service"));
        QVERIFY2(score > 0 && score <= 2.5, qPrintable(QString::number(score)));

        rotate(host, source);
        editByHand(host);
        turnOff(host);
        failEarly(host);
        prune(host);

        const auto removed = host.applied(QStringList{s("remove")});
        QVERIFY2(removed.exitCode == 0, qPrintable(removed.text()));
        QCOMPARE(host.files(), before);
        // systemd forgets a unit a moment after it has ended.
        const auto loaded = [&] {
            return host.root({s("systemctl"), s("list-units"), s("--all"), s("--no-legend"), s("salvor-*")})
                .out;
        };
        QTRY_VERIFY2_WITH_TIMEOUT(!loaded().contains("salvor-"), loaded().constData(), kUnitMs);
    }

private:
    /// It has to write where its policy says, and must not beside it, though the folder is its user's own:
    /// the run fails otherwise. Nor may it read what its policy names of somebody else's, behind a folder of
    /// 0700: root makes the mounts.
    static bool makeHook(const Booted& host) {
        return host.root(
                       {s("sh"), s("-c"),
                        s("useradd -m bert && install -d -m 700 -o bert /home/bert && "
                          "install -d -m 755 -o bert /home/bert/docs && echo private > /home/bert/docs/note "
                          "&& "
                          "install -d -o anna /srv/anna/hook && printf '#!/bin/sh\\n"
                          "touch /srv/anna/hook/here || exit 10\\n"
                          "if touch /srv/anna/here2 2>/dev/null; then exit 11; fi\\n"
                          "if cat /home/bert/docs/note; then exit 12; fi\\n' "
                          "> /usr/local/bin/salvor-test-hook && chmod 755 /usr/local/bin/salvor-test-hook")})
                   .exitCode == 0;
    }

    /// A plan with another hash, and one that belongs to somebody else.
    static void refuse(const Booted& host) {
        auto plan = host.plan({s("apply")});
        QVERIFY(!plan.secrets.isEmpty());
        auto wrong = plan;
        wrong.hash = QString(64, QLatin1Char('0'));
        auto answer = host.applied(wrong);
        QCOMPARE(answer.exitCode, 1);
        QCOMPARE(answer.error().value(s("code")).toString(), s("corrupt"));
        QCOMPARE(host.root({s("chown"), s("daemon"), plan.file}).exitCode, 0);
        answer = host.applied(plan);
        QCOMPARE(answer.error().value(s("code")).toString(), s("permission_denied"));
        QVERIFY2(answer.text().contains(s("would run as anna")), qPrintable(answer.text()));
        QCOMPARE(host.root({s("chown"), s("anna"), plan.file}).exitCode, 0);
        QVERIFY(!host.root({s("ls"), s("/etc/systemd/system")})
                     .out.contains("salvor-" + host.stem().mid(7).toUtf8() + ".timer"));
    }

    /// The server's password changes: the timer fails until it has the new one.
    static void rotate(const Booted& host, LabDatabase& source) {
        const QString name = s("/etc/credstore.encrypted/salvor-%1-profile-%2-password")
                                 .arg(host.policy().value(s("uuid")).toString(),
                                      host.policy().value(s("profile_uuid")).toString());
        const QByteArray sealed = host.root({s("cat"), name}).out;
        QVERIFY(!sealed.isEmpty());
        source.run("ALTER ROLE " + source.server().user + " PASSWORD 'n3w-canary'");
        QVERIFY(host.startNow() != 0);
        QCOMPARE(host.show(host.stem() + s(".service"), "Result"), s("exit-code"));
        const auto edited =
            host.anna({s("profile"), s("edit"), s("lab"), s("--password-fd"), s("0")}, "n3w-canary");
        QVERIFY2(edited.exitCode == 0, qPrintable(edited.text()));
        const auto done = host.applied();
        QVERIFY2(done.exitCode == 0, qPrintable(done.text()));
        QVERIFY(host.root({s("cat"), name}).out != sealed);
        QVERIFY2(host.startNow() == 0, qPrintable(host.journal()));
        const auto found = host.root({s("grep"), s("-rlF"), s("--exclude-dir=journal"), s("n3w-canary"),
                                      s("/etc"), s("/run/systemd"), s("/var")});
        // The secret store of anna's own is a folder of files, in her home; nowhere else.
        QCOMPARE(found.out.trimmed(), QByteArray());
        // The journal's own files hold the words of this very command.
        QVERIFY(!host.journal().contains(s("n3w-canary")));
        source.run("ALTER ROLE " + source.server().user + " PASSWORD '" + source.server().password + "'");
        QCOMPARE(host.anna({s("profile"), s("edit"), s("lab"), s("--password-fd"), s("0")},
                           QByteArray::fromStdString(source.server().password))
                     .exitCode,
                 0);
        QCOMPARE(host.applied().exitCode, 0);
    }

    /// Somebody edits what the timer runs: status says so, the job refuses, apply puts it right.
    static void editByHand(const Booted& host) {
        const QJsonObject installed = host.status();
        QCOMPARE(installed.value(s("state")).toString(), s("installed"));
        const QString file = QString::fromUtf8(
            host.root({s("sh"), s("-c"), s("ls /etc/salvor/policies/*/*.json")}).out.trimmed());
        QCOMPARE(host.root({s("sed"), s("-i"), s("1s/$/ /"), file}).exitCode, 0);
        const auto status = host.anna({s("timers"), s("status")});
        QCOMPARE(status.exitCode, 3);
        const QJsonObject drifted = status.data().toArray().at(0).toObject();
        QCOMPARE(drifted.value(s("state")).toString(), s("drift"));
        QCOMPARE(drifted.value(s("edited")).toArray(), QJsonArray{file});
        QVERIFY(host.startNow() != 0);
        QVERIFY2(host.journal().contains(s("was changed after it was made")), qPrintable(host.journal()));
        const auto done = host.applied();
        QVERIFY2(done.exitCode == 0, qPrintable(done.text()));
        QCOMPARE(host.status().value(s("state")).toString(), s("installed"));
        const auto edited = host.setPolicy({s("--level"), s("5")});
        QCOMPARE(edited.exitCode, 0);
        QCOMPARE(edited.data().toObject().value(s("timers")).toString(), s("outdated"));
        const auto seen =
            host.anna({s("status")}).data().toObject().value(s("policies")).toArray().at(0).toObject();
        QCOMPARE(seen.value(s("timers_outdated")).toBool(), true);
        QCOMPARE(seen.value(s("next_run_by")).toString(), s("timer"));
        QCOMPARE(host.status().value(s("state")).toString(), s("outdated"));
        QCOMPARE(host.applied().exitCode, 0);
        QVERIFY2(host.startNow() == 0, qPrintable(host.journal()));
    }

    static QStringList findings(const MachineAnswer& check) {
        QStringList codes;
        for (const auto& policy : check.data().toObject().value(s("policies")).toArray()) {
            for (const auto& finding : policy.toObject().value(s("findings")).toArray())
                codes << finding.toObject().value(s("code")).toString();
        }
        return codes;
    }

    /// Somebody disables the timers: status, the watch and the plan say so, apply puts it right.
    static void turnOff(const Booted& host) {
        const QString timer = host.stem() + s(".timer");
        QVERIFY(!findings(host.anna({s("check")})).contains(s("timer_off")));
        QCOMPARE(
            host.root({s("systemctl"), s("disable"), s("--now"), timer, s("salvor-watch.timer")}).exitCode,
            0);
        const auto status = host.anna({s("timers"), s("status")});
        QCOMPARE(status.exitCode, 3);
        for (const auto& one : status.data().toArray())
            QCOMPARE(one.toObject().value(s("state")).toString(), s("not_running"));
        const auto check = host.anna({s("check")});
        QVERIFY2(findings(check).contains(s("timer_off")), qPrintable(check.text()));
        const auto plan = host.anna({s("timers"), s("plan")}).data().toObject();
        QCOMPARE(plan.value(s("changes_nothing")).toBool(true), false);
        QCOMPARE(plan.value(s("not_running")).toArray().size(), 2);
        const auto shown = host.anna({s("status")}).data().toObject().value(s("policies")).toArray();
        QCOMPARE(shown.at(0).toObject().value(s("timer")).toBool(true), false);
        const auto done = host.applied();
        QVERIFY2(done.exitCode == 0, qPrintable(done.text()));
        for (const QString& unit : {timer, s("salvor-watch.timer")}) {
            QCOMPARE(host.show(unit, "UnitFileState"), s("enabled"));
            QCOMPARE(host.show(unit, "ActiveState"), s("active"));
        }
        QCOMPARE(host.anna({s("timers"), s("status")}).exitCode, 0);
        QVERIFY(!findings(host.anna({s("check")})).contains(s("timer_off")));
    }

    /// A service that fails before salvorctl starts leaves no record: systemd alone knows.
    static void failEarly(const Booted& host) {
        const QString metrics = s("/srv/anna/metrics/salvor.prom");
        QCOMPARE(host.root({s("install"), s("-d"), s("-o"), s("anna"), s("/srv/anna/metrics")}).exitCode, 0);
        const auto told = host.applied(QStringList{s("apply"), s("--textfile"), metrics});
        QVERIFY2(told.exitCode == 0, qPrintable(told.text()));
        QCOMPARE(host.root({s("sh"), s("-c"), s("rm /etc/credstore.encrypted/salvor-*-profile-*")}).exitCode,
                 0);
        QVERIFY(host.startNow() != 0);
        QCOMPARE(host.show(host.stem() + s(".service"), "ExecMainStatus"), s("243"));
        const auto check = host.anna({s("check")});
        QCOMPARE(check.exitCode, 3);
        QVERIFY2(findings(check).contains(s("service_failed")), qPrintable(check.text()));
        const auto status = host.anna({s("timers"), s("status")});
        QCOMPARE(status.exitCode, 3);
        QVERIFY(status.data()
                    .toArray()
                    .at(0)
                    .toObject()
                    .value(s("timers"))
                    .toArray()
                    .at(0)
                    .toObject()
                    .value(s("failed_unrecorded"))
                    .toBool());
        // The watch that systemd starts then sees it from inside its sandbox: by what it writes of it.
        QTRY_VERIFY_WITH_TIMEOUT(host.root({s("cat"), metrics}).out.contains("code=\"service_failed\""),
                                 kUnitMs);
        QTRY_COMPARE_WITH_TIMEOUT(host.show(s("salvor-watch.service"), "ActiveState"), s("inactive"),
                                  kUnitMs);
        QCOMPARE(host.show(s("salvor-watch.service"), "ExecMainStatus"), s("3"));
        const auto done = host.applied();
        QVERIFY2(done.exitCode == 0, qPrintable(done.text()));
        QVERIFY2(host.startNow() == 0, qPrintable(host.journal()));
        QVERIFY(!findings(host.anna({s("check")})).contains(s("service_failed")));
        QCOMPARE(host.root({s("systemctl"), s("start"), s("salvor-watch.service")}).exitCode, 0);
        const auto after = host.root({s("cat"), metrics}).out;
        QVERIFY2(after.contains("salvor_policy_well") && !after.contains("service_failed") &&
                     !after.contains("timers_unknown"),
                 after.constData());
    }

    /// The policy's rules are applied after each run: the fifth backup sends the oldest to the trash.
    static void prune(const Booted& host) {
        while (host.backups() < 4)
            QVERIFY2(host.startNow() == 0, qPrintable(host.journal()));
        QVERIFY2(host.startNow() == 0, qPrintable(host.journal()));
        QCOMPARE(host.backups(), 4);
        QCOMPARE(host.anna({s("backups"), s("trash")}).data().toArray().size(), 1);
        // To keep one would delete three of five at once: not unasked. The backup is made, the run says it.
        QCOMPARE(host.setPolicy({s("--keep-last"), s("1")}).exitCode, 0);
        const auto preview = host.anna({s("retention"), s("preview")});
        const QJsonObject other =
            preview.data().toObject().value(s("other_timers")).toArray().at(0).toObject();
        QCOMPARE(other.value(s("retention")).toObject().value(s("keep_last")).toInt(), 4);
        QCOMPARE(other.value(s("state")).toString(), s("outdated"));
        QCOMPARE(host.applied().exitCode, 0);
        QVERIFY(host.anna({s("retention"), s("preview")})
                    .data()
                    .toObject()
                    .value(s("other_timers"))
                    .toArray()
                    .isEmpty());
        QVERIFY(host.startNow() != 0);
        QCOMPARE(host.show(host.stem() + s(".service"), "ExecMainStatus"), s("3"));
        QCOMPARE(host.backups(), 5);
        const QJsonObject run =
            host.anna({s("runs"), s("list"), s("--limit"), s("1")}).data().toArray().at(0).toObject();
        QCOMPARE(run.value(s("kind")).toString(), s("prune"));
        QVERIFY2(run.value(s("error"))
                     .toObject()
                     .value(s("message"))
                     .toString()
                     .contains(s("more than a quarter")),
                 qPrintable(QString::fromUtf8(QJsonDocument(run).toJson())));
    }
};

QTEST_GUILESS_MAIN(TestTimersBooted)
#include "test_timers_booted.moc"
