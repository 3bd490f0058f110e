// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// salvorctl timers without root and without a running systemd: what is planned, and what is refused. What is
// installed is tried on booted servers (test_timers_booted).
#include "app/ctlprocess.h"
#include "support/need.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <pwd.h>
#include <unistd.h>

using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// A repository, a profile with a password in a file, and its policy "lab" with a schedule.
bool prepare(const CtlHome& home) {
    return !home.makeRepository().isEmpty() &&
           home.run({s("profile"), s("add"), s("postgresql://backup@127.0.0.1:1/postgres"), s("--title"),
                     s("lab"), s("--secrets"), s("file"), s("--password-fd"), s("3")},
                    {{3, "canary-password"}})
                   .exitCode == 0 &&
           home.run({s("policy"), s("set"), s("lab"), s("--when"), s("02:00")}).exitCode == 0;
}

/// Timers refuse a program that the units would not see; then there is nothing to plan.
bool programIsInAHome() {
    const QString program = QFileInfo(CtlHome::program()).canonicalFilePath();
    return program.startsWith(s("/root/")) || program.startsWith(s("/home/")) ||
           program.startsWith(s("/run/user/"));
}

} // namespace

#define NEED_PROGRAM_OUTSIDE_HOMES()                                                                         \
    SALVOR_NEED(!programIsInAHome(), "this build lies in a home folder, which units do not see")

class TestSalvorctlTimers : public QObject {
    Q_OBJECT
private slots:
    void plan_ofAStoreBelowTmp_isRefusedByPath() {
        NEED_PROGRAM_OUTSIDE_HOMES();
        const CtlHome home; // below /tmp
        QVERIFY(prepare(home));
        const auto plan = home.run({s("--json"), s("timers"), s("plan")});
        QCOMPARE(plan.exitCode, 1);
        QCOMPARE(plan.errorCode(), s("unsupported"));
        QVERIFY2(plan.errorText().contains(s("a /tmp of its own")), plan.out.constData());
    }

    void plan_ofAPolicy_namesItsFilesAndHoldsNoSecret() {
        NEED_PROGRAM_OUTSIDE_HOMES();
        QTemporaryDir folder(s("/var/lib/salvor-test-XXXXXX")); // not below /tmp
        if (!folder.isValid())
            QSKIP("a folder outside /tmp needs root here");
        qputenv("TMPDIR", folder.path().toUtf8());
        const CtlHome home;
        qunsetenv("TMPDIR");
        QVERIFY(prepare(home));
        const QString file = home.path(s("plan.json"));
        const auto plan = home.run({s("--json"), s("timers"), s("plan"), s("--output"), file});
        if (plan.errorCode() == s("tool_missing"))
            QSKIP("systemd-analyze is not installed");
        QVERIFY2(plan.exitCode == 0, plan.out.constData());
        const QJsonObject data = plan.data().toObject();
        QCOMPARE(data.value(s("files")).toArray().size(), 6); // three of the policy, three of the watch
        QCOMPARE(data.value(s("credentials")).toArray().size(), 3);
        QVERIFY2(plan.out.contains("+policy.title: "), plan.out.constData()); // what is in the job file
        const double exposure =
            data.value(s("scores")).toArray().at(0).toObject().value(s("exposure")).toDouble();
        QVERIFY2(exposure > 0 && exposure <= 2.5, plan.out.constData());
        QFile written(file);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QVERIFY(!written.readAll().contains("canary-password"));
        QVERIFY(!plan.out.contains("canary-password"));

        // Root's way in: the hash has to be right, and both words have to be given.
        const auto wrong = home.run({s("--json"), s("timers"), s("apply"), s("--plan"), file,
                                     s("--plan-hash"), QString(64, QLatin1Char('0'))});
        QCOMPARE(wrong.errorCode(), s("corrupt"));
        QCOMPARE(home.run({s("timers"), s("apply"), s("--plan"), file}).exitCode, 2);
        const auto secrets = home.run({s("timers"), s("secrets"), s("--plan"), file});
        QCOMPARE(secrets.exitCode, 0);
        QCOMPARE(secrets.out.count("salvor-"), 3);
        QVERIFY(secrets.out.contains("canary-password"));

        const auto dry = home.run({s("--json"), s("timers"), s("apply"), s("--dry-run")});
        QVERIFY2(dry.exitCode == 0, dry.out.constData());
        QCOMPARE(dry.data().toObject().value(s("sha256")), data.value(s("sha256")));
    }

    void names_thatAreNone_areRefused() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto unknown = home.run({s("--json"), s("timers"), s("plan"), s("nothing")});
        QCOMPARE(unknown.errorCode(), s("not_found"));
        const auto notInstalled = home.run({s("--json"), s("timers"), s("remove"), s("lab"), s("--dry-run")});
        QCOMPARE(notInstalled.errorCode(), s("not_found"));
        const auto none = home.run({s("timers"), s("remove"), s("--dry-run")});
        QCOMPARE(none.exitCode, 0);
        QVERIFY2(none.out.contains("nothing to remove") && !none.out.contains("is installed as it should be"),
                 none.out.constData());
        const auto nothing = home.run({s("--json"), s("timers"), s("undo"), s("--dry-run")});
        QCOMPARE(nothing.errorCode(), s("not_found"));
        QCOMPARE(home.run({s("policy"), s("set"), s("lab"), s("--no-schedule")}).exitCode, 0);
        const auto byHand = home.run({s("--json"), s("timers"), s("plan"), s("lab")});
        QCOMPARE(byHand.errorCode(), s("invalid_input"));
        QVERIFY2(byHand.errorText().contains(s("has no schedule")), byHand.out.constData());
        const auto all = home.run({s("--json"), s("timers"), s("plan")});
        QVERIFY2(all.exitCode == 0, all.out.constData());
        QCOMPARE(all.data().toObject().value(s("without_schedule")).toArray(), QJsonArray{s("lab")});
        QCOMPARE(all.data().toObject().value(s("changes_nothing")).toBool(), true);
        const auto done = home.run({s("--json"), s("timers"), s("apply")}); // needs no root then
        QVERIFY2(done.exitCode == 0, done.out.constData());
    }

    /// What is installed is read from files; no systemd is asked.
    void policyRemove_withTimers_saysWhatGoesOnAndWhatEndsIt() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto without = home.run({s("--json"), s("policy"), s("remove"), s("lab"), s("--dry-run")});
        QVERIFY2(without.exitCode == 0, without.out.constData());
        QCOMPARE(without.data().toObject().value(s("timers")).toArray(), QJsonArray());
        const QString uuid = without.data().toObject().value(s("uuid")).toString();
        const QString timer = s("salvor-") + uuid.left(8) + s("-full.timer");
        const QString user = QString::fromLocal8Bit(::getpwuid(::geteuid())->pw_name);
        const QString folder = home.path(s("me/.config/salvor/timers"));
        QVERIFY(QDir().mkpath(folder));
        const QJsonObject installed{{s("uuid"), uuid},
                                    {s("title"), s("lab")},
                                    {s("version"), 1},
                                    {s("job_path"), home.path(s("me/none.json"))},
                                    {s("job_sha256"), QString(64, QLatin1Char('0'))},
                                    {s("timers"), QJsonArray{timer}}};
        const QJsonObject record{{s("document"), s("timers_record")},
                                 {s("schema_version"), 1},
                                 {s("user"), user},
                                 {s("policies"), QJsonArray{installed}}};
        QFile file(folder + QLatin1Char('/') + user + s(".json"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(record).toJson()) > 0);
        file.close();

        const QByteArray before = qgetenv("HOME");
        qputenv("HOME", home.path(s("me")).toLocal8Bit());
        const auto dry = home.run({s("policy"), s("remove"), s("lab"), s("--dry-run")});
        const auto removed = home.run({s("--json"), s("policy"), s("remove"), s("lab")});
        qputenv("HOME", before);
        QCOMPARE(dry.exitCode, 0);
        const QByteArray said = dry.out + dry.err;
        QVERIFY2(said.contains(timer.toLatin1() + " goes on"), said.constData());
        QVERIFY2(said.contains("salvorctl timers remove " + uuid.toLatin1() + " --user-units"),
                 said.constData());
        QVERIFY2(removed.exitCode == 0, removed.out.constData());
        QCOMPARE(removed.data().toObject().value(s("timers")).toArray(), QJsonArray{timer});
    }

    void policy_withTimerFields_isNoLongerWarnedAbout() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto saved =
            home.run({s("--json"), s("policy"), s("set"), s("lab"), s("--random-delay"), s("60"), s("--cpu"),
                      s("50"), s("--memory"), s("1G"), s("--keep-daily"), s("7")});
        QVERIFY2(saved.exitCode == 0, saved.out.constData());
        QCOMPARE(saved.data().toObject().value(s("not_acted_on")).toArray(), QJsonArray());
    }
};

QTEST_GUILESS_MAIN(TestSalvorctlTimers)
#include "test_salvorctl_timers.moc"
