// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The whole chain on a booted server: a policy set once on the command line is run by its timer without a
// hand on it, pruned by its rules, watched by the watch's own timer, drilled, and reported.
#include "app/bootedhost.h"

using namespace salvor::test;

namespace {

/// A timer that elapses every few seconds beside its own times.
bool hurry(const Booted& host, const QString& timer) {
    return host.dropIn(timer, s("[Timer]\\nOnCalendar=*:*:0/5\\nRandomizedDelaySec=0\\n"));
}

QByteArray metrics(const Booted& host) {
    return host.root({s("cat"), s("/srv/anna/metrics/salvor.prom")}).out;
}

/// Of the only database; 0 where it says nothing or "never".
double metric(const Booted& host, const QByteArray& name) {
    for (const QByteArray& line : metrics(host).split('\n')) {
        if (line.startsWith(name + '{'))
            return line.mid(line.lastIndexOf(' ') + 1).toDouble();
    }
    return 0;
}

} // namespace

class TestTimersChain : public QObject {
    Q_OBJECT
private slots:
    void policy_setOnce_isRunPrunedWatchedDrilledAndReported_data() {
        QTest::addColumn<QString>("kind");
        QTest::newRow("systemd 252") << s("debian12");
        QTest::newRow("systemd 257") << s("debian13");
    }
    void policy_setOnce_isRunPrunedWatchedDrilledAndReported() {
        QFETCH(const QString, kind);
        SALVOR_NEED_MACHINE(machine, kind);
        LabDatabase source(machine->server());
        source.run(sample::shop(5));
        Booted host(*machine);
        // A file system of its own: how full the disk of the computer is that runs the test is a finding of
        // the watch, too, and a true one.
        const auto mounted = host.root({s("mount"), s("--mkdir"), s("-t"), s("tmpfs"), s("-o"),
                                        s("size=1G,mode=755"), s("none"), s("/srv/anna")});
        QVERIFY2(mounted.exitCode == 0, qPrintable(mounted.text()));
        const QString problem = host.prepare(QString::fromStdString(source.name()));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        QVERIFY(host.allowSanitizer() && hurry(host, s("salvor-watch.timer")));
        QCOMPARE(host.root({s("install"), s("-d"), s("-o"), s("anna"), s("/srv/anna/metrics")}).exitCode, 0);

        // Set once.
        const auto saved =
            host.setPolicy({s("--include"), QString::fromStdString(source.name()), s("--exclude"),
                            s("postgres"), s("--when"), s("*:*:0/10"), s("--keep-last"), s("4"),
                            s("--recovery-point"), s("1h"), s("--proof-within"), s("30d")});
        QVERIFY2(saved.exitCode == 0, qPrintable(saved.text()));
        const auto done = host.applied({s("apply"), s("--textfile"), s("/srv/anna/metrics/salvor.prom")});
        QVERIFY2(done.exitCode == 0, qPrintable(done.text()));

        // Run by the timer, and pruned: the fifth run sends the oldest to the trash.
        QTRY_VERIFY2_WITH_TIMEOUT(trash(host) >= 1, qPrintable(host.journal()), kUnitMs);
        QVERIFY2(host.backups() <= 5, qPrintable(host.journal()));

        // Watched: by its own timer, which nobody started.
        QTRY_VERIFY2_WITH_TIMEOUT(metric(host, "salvor_backup_last_success_timestamp_seconds") > 1.7e9,
                                  qPrintable(host.journal()), kUnitMs);
        QVERIFY2(metric(host, "salvor_backup_size_bytes") > 0, metrics(host).constData());
        if (metric(host, "salvor_backup_success") != 1) // longer than a message of QVERIFY2 may be
            qWarning("%s\n%s", metrics(host).constData(), qPrintable(host.journal()));
        QCOMPARE(metric(host, "salvor_backup_success"), 1.0);
        const QString watched = host.show(s("salvor-watch.service"), "Result");
        QVERIFY2(watched == s("success"), qPrintable(watched + host.journal()));
        const QJsonArray timers = host.anna({s("timers"), s("status")}).data().toArray();
        QCOMPARE(timers.size(), 2);
        QCOMPARE(timers.at(1).toObject().value(s("policy_uuid")).toString(), QString());
        QCOMPARE(timers.at(1).toObject().value(s("state")).toString(), s("installed"));

        purged(host);
        failing(host, source);
        restored(host, s("anna_") + QString::fromStdString(source.name()));
        drilled(host);
    }

private:
    static int trash(const Booted& host) {
        return static_cast<int>(host.anna({s("backups"), s("trash")}).data().toArray().size());
    }

    /// No run of the timer is at work. One that found the repository busy has failed, for systemd.
    static bool isAtRest(const Booted& host) {
        const QString state = host.show(host.stem() + s(".service"), "ActiveState");
        return state == s("inactive") || state == s("failed");
    }

    /// What is in the trash goes for good, and the space comes back; the timer's next runs go on. That the
    /// grace passes by itself cannot be waited for here (7 days, and nobody sets a clock):
    /// test_core_retention does.
    static void purged(const Booted& host) {
        QCOMPARE(host.anna({s("policy"), s("pause"), s("lab")}).exitCode, 0);
        QTRY_VERIFY_WITH_TIMEOUT(isAtRest(host), kUnitMs);
        const auto manifests = [&] {
            return host.root({s("find"), s("/srv/anna/backups/manifests"), s("-type"), s("f")})
                .out.count('\n');
        };
        const auto before = manifests();
        const int gone = trash(host);
        const auto pruned = host.anna({s("prune"), s("--free-space-now"), s("--yes")});
        QVERIFY2(pruned.exitCode == 0, qPrintable(pruned.text()));
        QCOMPARE(trash(host), 0);
        QVERIFY2(manifests() <= before - gone, qPrintable(QString::number(manifests())));
        const auto verified = host.anna({s("verify")});
        QVERIFY2(verified.exitCode == 0, qPrintable(verified.text()));
        QCOMPARE(host.anna({s("policy"), s("resume"), s("lab")}).exitCode, 0);
        QTRY_VERIFY2_WITH_TIMEOUT(trash(host) >= 1, qPrintable(host.journal()), kUnitMs);
    }

    /// A run that fails starts the watch, which has no other reason to look now.
    static void failing(const Booted& host, LabDatabase& source) {
        QVERIFY(host.dropIn(s("salvor-watch.timer"),
                            s("[Timer]\\nOnCalendar=\\nOnBootSec=\\nOnActiveSec=1y\\n")));
        QCOMPARE(host.root({s("systemctl"), s("restart"), s("salvor-watch.timer")}).exitCode, 0);
        QTRY_COMPARE_WITH_TIMEOUT(host.show(s("salvor-watch.service"), "ActiveState"), s("inactive"),
                                  kUnitMs);
        const QString before = host.show(s("salvor-watch.service"), "ExecMainStartTimestampMonotonic");
        source.run("ALTER ROLE " + source.server().user + " PASSWORD 'another'");
        QTRY_VERIFY2_WITH_TIMEOUT(host.show(s("salvor-watch.service"), "ExecMainStartTimestampMonotonic") !=
                                      before,
                                  qPrintable(host.journal()), kUnitMs);
        QTRY_COMPARE_WITH_TIMEOUT(host.show(s("salvor-watch.service"), "ExecMainStatus"), s("3"), kUnitMs);
        QTRY_VERIFY2_WITH_TIMEOUT(metrics(host).contains("code=\"last_run_failed\""),
                                  metrics(host).constData(), kUnitMs);
        source.run("ALTER ROLE " + source.server().user + " PASSWORD '" + source.server().password + "'");
        const QString service = host.stem() + s(".service");
        QTRY_COMPARE_WITH_TIMEOUT(host.show(service, "Result"), s("success"), kUnitMs);
    }

    /// By an ordinary user, whose process is closed to its own user.
    static void restored(const Booted& host, const QString& name) {
        const QJsonObject newest = host.anna({s("backups"), s("list")}).data().toArray().at(0).toObject();
        const auto restore =
            host.anna({s("restore"), newest.value(s("id")).toString(), s("--database"), name});
        QVERIFY2(restore.exitCode == 0, qPrintable(restore.text()));
        QCOMPARE(restore.data().toObject().value(s("proved")).toBool(), true);
        const auto dropped = host.anna({s("restored"), s("drop"), s("lab"), name, s("--confirm"), name});
        QVERIFY2(dropped.exitCode == 0, qPrintable(dropped.text()));
    }

    /// Drilled on a private server as an ordinary user, and reported.
    static void drilled(const Booted& host) {
        QCOMPARE(host.anna({s("policy"), s("pause"), s("lab")}).exitCode, 0);
        QTRY_VERIFY_WITH_TIMEOUT(isAtRest(host), kUnitMs);
        QCOMPARE(host.anna({s("policy"), s("resume"), s("lab")}).exitCode, 0);
        const QJsonObject newest = host.anna({s("backups"), s("list")}).data().toArray().at(0).toObject();
        const auto drill =
            host.anna({s("drill"), newest.value(s("id")).toString(), s("--query"), s("SELECT 1")});
        QVERIFY2(drill.exitCode == 0, qPrintable(drill.text()));
        const auto status = host.anna({s("status")});
        QVERIFY2(status.exitCode == 0, qPrintable(status.text()));
        const QJsonObject watched = status.data().toObject().value(s("policies")).toArray().at(0).toObject();
        const QJsonObject shop = watched.value(s("sources")).toArray().at(0).toObject();
        QVERIFY2(shop.value(s("recovery_seconds")).toDouble() > 0, qPrintable(status.text()));
        QVERIFY2(watched.value(s("state")).toString() == s("ok"), qPrintable(status.text()));
        const auto nagios = host.root({s("su"), s("anna"), s("-c"), s("salvorctl check --nagios")});
        if (nagios.exitCode != 0) // longer than a message of QVERIFY2 may be
            qWarning("%s", qPrintable(host.journal()));
        QVERIFY2(nagios.exitCode == 0, qPrintable(nagios.text()));
        QVERIFY2(nagios.out.startsWith("SALVOR OK"), nagios.out.constData());
    }
};

QTEST_GUILESS_MAIN(TestTimersChain)
#include "test_timers_chain.moc"
