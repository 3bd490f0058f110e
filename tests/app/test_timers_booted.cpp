// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Timers on whole booted servers (systemd 252 and 257): from a policy on the command line to a backup that no
// hand started, a missed run, a rotated credential, a change by hand, and nothing left at the end.
#include "support/machine.h"
#include "support/sampledata.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

#include <cmath>

using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

constexpr int kUnitMs = 180'000; // a loaded machine under a sanitizer

/// A machine with salvorctl from its portable bundle, a user anna, her repository, profile and policy.
class Booted {
public:
    explicit Booted(const LabMachine& machine)
        : m_machine(machine) {}

    /// An empty text, or what went wrong.
    QString prepare(const QString& database) {
        QProcess bundle;
        bundle.start(s(SALVOR_BUNDLE), {s(SALVORCTL_PATH), s("--into"), m_machine.path({})});
        if (!bundle.waitForFinished(kUnitMs) || bundle.exitCode() != 0)
            return s("bundle: ") + QString::fromUtf8(bundle.readAllStandardError());
        if (!QFile::copy(QString::fromStdString(m_machine.server().caFile),
                         m_machine.path(s("/etc/salvor-lab.crt"))))
            return s("the certificate was not copied");
        const auto made = m_machine.run(
            {s("sh"), s("-c"),
             s("useradd -m anna && install -d -o anna /srv/anna && chmod 644 /etc/salvor-lab.crt")});
        if (made.exitCode != 0)
            return made.text();
        const auto passphrase =
            m_machine.run({s("salvorctl"), s("repository"), s("passphrase")}, {}, s("anna"));
        const auto repository = anna({s("repository"), s("init"), s("/srv/anna/backups"), s("--title"),
                                      s("backups"), s("--secrets"), s("file"), s("--recovery-out"),
                                      s("/home/anna/recovery.age"), s("--passphrase-fd"), s("0")},
                                     passphrase.out.trimmed());
        if (repository.exitCode != 0)
            return repository.text();
        const LabServer& server = m_machine.server();
        const auto profile =
            anna({s("profile"), s("add"),
                  s("postgresql://%1@127.0.0.1:5432/postgres").arg(QString::fromStdString(server.user)),
                  s("--title"), s("lab"), s("--secrets"), s("file"), s("--password-fd"), s("0"),
                  s("--tls-ca"), s("/etc/salvor-lab.crt"), s("--tls"), s("verify-ca")},
                 QByteArray::fromStdString(server.password));
        if (profile.exitCode != 0)
            return profile.text();
        const auto policy = setPolicy({s("--include"), database});
        return policy.exitCode == 0 ? QString() : policy.text();
    }

    MachineAnswer root(const QStringList& words, const QByteArray& input = {}) const {
        return m_machine.run(words, input);
    }
    MachineAnswer anna(const QStringList& words, const QByteArray& input = {}) const {
        return m_machine.run(QStringList{s("salvorctl"), s("--json")} + words, input, s("anna"));
    }
    MachineAnswer setPolicy(const QStringList& words) const {
        return anna(QStringList{s("policy"), s("set"), s("lab")} + words);
    }
    QJsonObject policy() const { return anna({s("policy"), s("show"), s("lab")}).data().toObject(); }
    QString stem() const { return s("salvor-") + policy().value(s("uuid")).toString().left(8) + s("-full"); }
    /// The road to root by hand: anna's plan, her secrets through a pipe, root's own eyes.
    struct Plan {
        QString file;
        QString hash;
        QByteArray secrets;
    };
    Plan plan(const QStringList& verb) const {
        const auto asked = anna(QStringList{s("timers")} + verb);
        const QJsonObject context = asked.error().value(s("context")).toObject();
        Plan plan{context.value(s("plan")).toString(), context.value(s("plan_sha256")).toString(), {}};
        if (plan.file.isEmpty())
            qWarning("%s", qPrintable(asked.text()));
        plan.secrets = anna({s("timers"), s("secrets"), s("--plan"), plan.file}).out;
        return plan;
    }
    MachineAnswer applied(const Plan& plan) const {
        return root({s("salvorctl"), s("--json"), s("timers"), s("apply"), s("--plan"), plan.file,
                     s("--plan-hash"), plan.hash, s("--secrets-fd"), s("0")},
                    plan.secrets);
    }
    MachineAnswer applied(const QStringList& verb = {s("apply")}) const { return applied(plan(verb)); }

    /// A sanitizer build inside the sandbox: LeakSanitizer would have to trace the program, which
    /// SystemCallFilter= forbids.
    bool allowSanitizer() const {
        const QString folder = s("/etc/systemd/system/%1.service.d").arg(stem());
        return root({s("sh"), s("-c"),
                     s("mkdir -p %1 && printf '[Service]\\nEnvironment=ASAN_OPTIONS=detect_leaks=0\\n' > "
                       "%1/sanitizer.conf && systemctl daemon-reload")
                         .arg(folder)})
                   .exitCode == 0;
    }
    int backups() const { return static_cast<int>(anna({s("backups"), s("list")}).data().toArray().size()); }
    QString show(const QString& unit, const char* property) const {
        return QString::fromUtf8(
            root({s("systemctl"), s("show"), s("--value"), s("--property"), s(property), unit})
                .out.trimmed());
    }
    QString journal() const {
        return QString::fromUtf8(
            root({s("journalctl"), s("--no-pager"), s("-n"), s("60"), s("-o"), s("cat"), s("-u"), stem()})
                .out);
    }
    /// Runs the service now and waits for its end; systemctl start waits for a oneshot.
    int startNow() const { return root({s("systemctl"), s("start"), stem() + s(".service")}).exitCode; }
    QStringList files() const {
        // What systemd keeps of its own accord: its key for credentials, random seeds, the journal.
        const auto found = root({s("sh"), s("-c"),
                                 s("find /etc /usr/local /var/lib/systemd/timers /var/lib/salvor "
                                   "! -path '*.service.d*' 2>/dev/null | sort")});
        return QString::fromUtf8(found.out).split(QLatin1Char('\n'));
    }
    QJsonObject status() const { return anna({s("timers"), s("status")}).data().toArray().at(0).toObject(); }

private:
    const LabMachine& m_machine;
};

double exposure(const Booted& host, const QString& unit) {
    const QString said =
        QString::fromUtf8(host.root({s("systemd-analyze"), s("security"), s("--no-pager"), unit}).out);
    const auto at = said.indexOf(s("Overall exposure level for "));
    return at < 0 ? NAN : said.mid(said.indexOf(s(": "), at) + 2).section(QLatin1Char(' '), 0, 0).toDouble();
}

} // namespace

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
        const double score = exposure(host, host.stem() + s(".service"));
        QVERIFY2(score > 0 && score <= 2.5, qPrintable(QString::number(score)));

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
        QCOMPARE(host.setPolicy({s("--when"), s("Sat 02:00"), s("--random-delay"), s("60"), s("--cpu"),
                                 s("150"), s("--keep-last"), s("4")})
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

        rotate(host, source);
        editByHand(host);
        prune(host);

        const auto removed = host.applied(QStringList{s("remove")});
        QVERIFY2(removed.exitCode == 0, qPrintable(removed.text()));
        QCOMPARE(host.files(), before);
        QVERIFY(!host.root({s("systemctl"), s("list-units"), s("--all"), s("--no-legend"), s("salvor-*")})
                     .out.contains("salvor-"));
    }

private:
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
        QCOMPARE(host.setPolicy({s("--level"), s("5")}).exitCode, 0);
        QCOMPARE(host.status().value(s("state")).toString(), s("outdated"));
        QCOMPARE(host.applied().exitCode, 0);
        QVERIFY2(host.startNow() == 0, qPrintable(host.journal()));
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
        QCOMPARE(host.applied().exitCode, 0);
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
