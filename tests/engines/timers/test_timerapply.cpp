// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/timerapply.h"

#include "timersfixture.h"

#include <QTest>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace salvor;
using namespace salvor::test;

namespace {

const std::string kService = "/etc/systemd/system/salvor-0a1b2c3d-full.service";
const std::string kTimer = "/etc/systemd/system/salvor-0a1b2c3d-full.timer";
const std::string kRecord = "/etc/salvor/timers/anna.json";
const std::string kPrevious = "/etc/salvor/timers/anna.previous";
const std::string kWeekly = "ffffffff-53d1-4b1c-a2f7-1c8e0a4b9d10";

const std::string kNew = "12345678-53d1-4b1c-a2f7-1c8e0a4b9d10";

JobFile edited(const char* when) {
    JobFile job = sampleJob();
    job.version = job.policy.revision = 4;
    job.policy.schedules["full"] = when;
    return job;
}

bool isBefore(const FakeSystemd& systemd, const std::string& first, const std::string& second) {
    std::size_t a = systemd.calls.size();
    std::size_t b = 0;
    for (std::size_t i = 0; i < systemd.calls.size(); ++i) {
        if (systemd.calls[i].find(first) != std::string::npos && a == systemd.calls.size())
            a = i;
        if (systemd.calls[i].find(second) != std::string::npos)
            b = i;
    }
    return a < b;
}

TimersWanted undo() {
    TimersWanted wanted = FakeHost::wanted({});
    wanted.action = TimersAction::Undo;
    return wanted;
}

} // namespace

class TestTimerApply : public QObject {
    Q_OBJECT
private slots:
    void apply_ofAPlan_writesAndStarts() {
        FakeHost host;
        const auto done = host.apply(FakeHost::wanted({sampleJob()}));
        CHECK_OK(done);
        const auto files = host.files();
        QVERIFY(files.contains(kService) && files.contains(kTimer) && files.contains(kRecord));
        QCOMPARE(done->started, std::vector<std::string>{"salvor-0a1b2c3d-full.timer"});
        QCOMPARE(done->credentialsWritten.size(), std::size_t(3));
        const auto& systemd = host.systemd;
        QVERIFY(isBefore(systemd, "verify", "daemon-reload"));
        QVERIFY(isBefore(systemd, "daemon-reload", "enable"));
        QVERIFY(isBefore(systemd, "enable", "restart"));
        QCOMPARE(*host.host.files.mode(kService), 0644U);
        QCOMPARE(*host.host.files.mode(kPrevious), 0600U);
        for (const auto& name : done->credentialsWritten) {
            QVERIFY(files.at("/etc/credstore.encrypted/" + name).starts_with("sealed:"));
            QCOMPARE(*host.host.files.mode("/etc/credstore.encrypted/" + name), 0600U);
            QVERIFY(systemd.asked("systemd-creds encrypt --name=" + name + " - -"));
        }
        for (const auto& call : systemd.calls)
            QVERIFY2(call.find("s3cret") == std::string::npos, call.c_str());
    }

    void credential_thatChanged_isReplacedAndOneThatIsNotGiven_stays() {
        FakeHost host;
        const auto first = host.apply(FakeHost::wanted({sampleJob()}));
        CHECK_OK(first);
        const std::string path = "/etc/credstore.encrypted/" + first->credentialsWritten.front();
        const std::string before = host.files().at(path);
        const auto kept = host.apply(FakeHost::wanted({sampleJob()}), "");
        CHECK_OK(kept);
        QCOMPARE(kept->credentialsKept.size(), std::size_t(3));
        QCOMPARE(host.files().at(path), before);
        const auto rotated = host.apply(FakeHost::wanted({sampleJob()}), "another");
        CHECK_OK(rotated);
        QVERIFY(host.files().at(path) != before);
        QVERIFY(host.files().at(path).ends_with(":another"));
        QVERIFY(rotated->started.empty()); // nothing of the timer changed
        CHECK_OK(host.apply(undo()));
        QCOMPARE(host.files().at(path), before);
    }

    /// The record says which password the credential has, by a text that tells nothing of it.
    void password_ofTheRecord_isTheOneThatTheCredentialHas() {
        FakeHost host;
        const auto recorded = [&] {
            return loadTimersRecord(host.host.files, host.host.layout, "anna")
                .value()
                .policies.front()
                .passwordChange;
        };
        const std::string uuid = sampleJob().policy.uuid;
        TimersWanted wanted = FakeHost::wanted({sampleJob()});
        CHECK_OK(host.apply(wanted)); // a plan of before
        QVERIFY(!recorded());
        wanted.passwordChanges[uuid] = "one";
        const auto unknown = host.plan(wanted);
        CHECK_OK(unknown);
        QVERIFY(unknown->oldPasswords.empty() && unknown->changesNothing());
        CHECK_OK(host.apply(wanted, "first"));
        QCOMPARE(recorded(), std::optional<std::string>("one"));
        wanted.passwordChanges[uuid] = "two";
        const auto plan = host.plan(wanted);
        CHECK_OK(plan);
        QCOMPARE(plan->oldPasswords, std::vector<std::string>{sampleJob().policy.title});
        QVERIFY(plan->files.empty() && !plan->changesNothing());
        CHECK_OK(host.apply(wanted, "")); // not given: the older one stays
        QCOMPARE(recorded(), std::optional<std::string>("one"));
        CHECK_OK(host.apply(wanted, "second"));
        QCOMPARE(recorded(), std::optional<std::string>("two"));
        CHECK_OK(host.apply(undo()));
        QCOMPARE(recorded(), std::optional<std::string>("one"));
    }

    void credential_neitherGivenNorThere_isNamed() {
        FakeHost host;
        const auto before = host.files();
        const auto done = host.apply(FakeHost::wanted({sampleJob()}), "");
        CHECK_FAILS(done, ErrorCode::SecretUnavailable);
        QVERIFY(done.error().context.at("credential").starts_with("salvor-0a1b2c3d"));
        QVERIFY(host.files() == before);
    }

    void credential_thatNoPlanAsksFor_isRefused() {
        FakeHost host;
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_OK(plan);
        CredentialSecrets secrets;
        secrets.insert_or_assign("salvor-of-somebody-else", Secret(std::string_view("x")));
        CHECK_FAILS(applyTimers(*writeTimersPlan(*plan), secrets, host.host, {}), ErrorCode::InvalidInput);
    }

    /// Each step of systemd's that may fail: nothing is left, everything runs as before.
    void apply_thatFails_putsEverythingBack_data() {
        QTest::addColumn<QString>("step");
        QTest::addColumn<bool>("first");
        for (const char* step : {"daemon-reload", "enable", "restart", "systemd-creds", "security"}) {
            for (const bool first : {true, false})
                QTest::addRow("%s, %s", step, first ? "first install" : "edit and removal")
                    << QString::fromLatin1(step) << first;
        }
    }
    void apply_thatFails_putsEverythingBack() {
        QFETCH(const QString, step);
        QFETCH(const bool, first);
        FakeHost host;
        if (!first)
            CHECK_OK(host.apply(FakeHost::wanted({sampleJob(), sampleJob("weekly", kWeekly)})));
        const auto before = host.files();
        const auto folders = host.folders();
        host.systemd.calls.clear();
        host.systemd.failures[step.toStdString()] = 1;
        const auto change = [&] {
            return host.apply(first ? FakeHost::wanted({sampleJob()})
                                    : FakeHost::wanted({edited("03:00"), sampleJob("new", kNew)}, {kWeekly}));
        };
        const auto done = change();
        CHECK_FAILS(done, ErrorCode::ToolFailed);
        QVERIFY(host.files() == before);
        QCOMPARE(host.folders(), folders);
        const bool begun = host.systemd.asked("daemon-reload");
        QCOMPARE(done.error().context.contains("rolled_back"), begun);
        if (begun)
            QVERIFY2(done.error().message.find("everything was put back") != std::string::npos,
                     done.error().message.c_str());
        if (begun && !first) { // the one that was to go runs again
            QVERIFY(host.systemd.asked("disable --now --quiet salvor-ffffffff-full.timer"));
            QVERIFY(isBefore(host.systemd, "disable", "restart salvor-ffffffff-full.timer"));
        }
        // And when nothing fails any more, the same goes through.
        CHECK_OK(change());
    }

    void apply_thatCannotBePutBack_saysSo() {
        FakeHost host;
        host.systemd.failures["daemon-reload"] = 2;
        const auto done = host.apply(FakeHost::wanted({sampleJob()}));
        CHECK_FAILS(done, ErrorCode::ToolFailed);
        QCOMPARE(done.error().context.at("rolled_back"), std::string("false"));
        QVERIFY(!host.files().contains(kTimer));
    }

    void apply_afterTheHostChanged_isAConflict() {
        FakeHost host;
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_OK(plan);
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob()})));
        const auto before = host.files();
        CHECK_FAILS(applyTimers(*writeTimersPlan(*plan), {}, host.host, {}), ErrorCode::Conflict);
        QVERIFY(host.files() == before);
    }

    /// What a user adds to a plan of his own is not believed, though the hash is right.
    void plan_withUnitsOfItsOwn_isRefused_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::newRow("another user in the unit") << QByteArray("User=anna") << QByteArray("User=root");
        QTest::newRow("no sandbox") << QByteArray("NoNewPrivileges=yes") << QByteArray("NoNewPrivileges=no");
        QTest::newRow("another place") << QByteArray("system/salvor-0a1b2c3d-full.timer")
                                       << QByteArray("system/salvor-0a1b2c3d-evil.timer");
        QTest::newRow("a better score")
            << QByteArray("\"exposure_tenths\":17") << QByteArray("\"exposure_tenths\":5");
    }
    void plan_withUnitsOfItsOwn_isRefused() {
        QFETCH(const QByteArray, from);
        QFETCH(const QByteArray, to);
        FakeHost host;
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_OK(plan);
        QByteArray bytes = QByteArray::fromStdString(*writeTimersPlan(*plan));
        QVERIFY(bytes.contains(from));
        bytes.replace(from, to);
        const auto done = applyTimers(bytes.toStdString(), {}, host.host, {});
        QVERIFY2(!done &&
                     (done.error().code == ErrorCode::Corrupt || done.error().code == ErrorCode::Conflict),
                 qPrintable(describe(done)));
        QVERIFY(!host.files().contains(kTimer));
    }

    void remove_ofTheLast_leavesNothing() {
        FakeHost host;
        const auto files = host.files();
        const auto folders = host.folders();
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob(), sampleJob("weekly", kWeekly)})));
        host.write("/var/lib/systemd/timers/stamp-salvor-0a1b2c3d-full.timer", "");
        CHECK_OK(host.apply(FakeHost::wanted({}, {sampleJob().policy.uuid})));
        QVERIFY(!host.files().contains(kTimer));
        QVERIFY(host.files().contains("/etc/systemd/system/salvor-ffffffff-full.timer"));
        QCOMPARE(host.host.files.list("/etc/credstore.encrypted").size(), std::size_t(3));
        const auto done = host.apply(FakeHost::wanted({}, {kWeekly}));
        CHECK_OK(done);
        QCOMPARE(done->stopped, std::vector<std::string>{"salvor-ffffffff-full.timer"});
        QVERIFY(host.files() == files);
        QCOMPARE(host.folders(), folders);
        QVERIFY(host.systemd.asked("reset-failed salvor-ffffffff-full.service"));
    }

    void remove_endsAWatchThatRuns_andNoBackup() {
        FakeHost host;
        CHECK_OK(host.apply(FakeHost::watched({sampleJob()})));
        CHECK_OK(host.apply(FakeHost::wanted({}, {sampleJob().policy.uuid})));
        QVERIFY(isBefore(host.systemd, "stop salvor-watch", "reset-failed salvor-watch"));
        QVERIFY(!host.systemd.asked("stop salvor-0a1b2c3d"));
    }

    void remove_leavesWhatOthersPutThere() {
        FakeHost host;
        host.write("/etc/salvor/mine.conf", "x");
        host.write("/etc/credstore.encrypted/other", "y");
        const auto files = host.files();
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob()})));
        CHECK_OK(host.apply(FakeHost::wanted({}, {sampleJob().policy.uuid})));
        QVERIFY(host.files() == files);
    }

    void undo_goesBackAndForth() {
        FakeHost host;
        const auto nothing = host.files();
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob()})));
        const auto first = host.files();
        CHECK_OK(host.apply(FakeHost::wanted({edited("03:00")})));
        const auto second = host.files();
        const auto comparable = [](std::map<std::string, std::string> files) {
            files.erase(kPrevious);
            return files;
        };
        const auto back = host.apply(undo());
        CHECK_OK(back);
        QVERIFY(comparable(host.files()) == comparable(first));
        QCOMPARE(back->started, std::vector<std::string>{"salvor-0a1b2c3d-full.timer"});
        CHECK_OK(host.apply(undo()));
        QVERIFY(comparable(host.files()) == comparable(second));
        // Of the first install: nothing is left of it.
        FakeHost fresh;
        CHECK_OK(fresh.apply(FakeHost::wanted({sampleJob()})));
        CHECK_OK(fresh.apply(undo()));
        QVERIFY(fresh.files() == nothing);
        CHECK_FAILS(fresh.apply(undo()), ErrorCode::NotFound);
    }

    /// systemd starts a job by what it read last: what that names has to be there until it reads again.
    void jobFile_ofAnEditedPolicy_staysUntilSystemdHasReadTheNewUnits() {
        FakeHost host;
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob()})));
        const std::string old =
            host.host.files.list("/etc/salvor/policies/" + sampleJob().policy.uuid).front();
        bool there = false;
        host.systemd.onCall = [&](const std::string& words) {
            if (words.find("daemon-reload") != std::string::npos)
                there = host.host.files.exists(old);
        };
        JobFile next = edited("03:00");
        next.version = 4;
        CHECK_OK(host.apply(FakeHost::wanted({next})));
        QVERIFY(there);
        QVERIFY(!host.host.files.exists(old));
    }

    void apply_whileSomebodyElseDoes_isBusy() {
        FakeHost host;
        const int folder =
            ::open(host.host.files.inRoot("/etc/systemd/system").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        QCOMPARE(::flock(folder, LOCK_EX), 0);
        CHECK_FAILS(host.apply(FakeHost::wanted({sampleJob()})), ErrorCode::Busy);
        ::close(folder);
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob()})));
    }

    void settings_thatOnlyRootEnters_areOpenedForTheJobs() {
        FakeHost host;
        host.write("/etc/salvor/x", "");
        const std::string folder = host.host.files.inRoot("/etc/salvor");
        QVERIFY(QFile::setPermissions(QString::fromStdString(folder),
                                      QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob()})));
        QCOMPARE(*host.host.files.mode("/etc/salvor"), 0711U);
    }

    void transaction_thatFailsInTheMiddle_leavesNothing() {
        FakeHost host;
        host.write("/etc/a", "old");
        host.write("/etc/blocked", "a file, not a folder");
        const auto before = host.files();
        const auto folders = host.folders();
        FileTransaction transaction(host.host.files);
        CHECK_FAILS(
            transaction.apply(
                {{"/etc/a", "new", 0644}, {"/etc/deep/er/b", "new", 0644}, {"/etc/blocked/c", "new", 0644}}),
            ErrorCode::NotFound);
        QVERIFY(host.files() == before);
        QCOMPARE(host.folders(), folders);
    }

    /// Whatever the record says: somebody turned it off, or an apply was killed before it turned it on.
    void timer_thatDoesNotRun_isEnabledAndStarted_data() {
        QTest::addColumn<bool>("enabled");
        QTest::addColumn<QString>("show");
        QTest::newRow("disabled and stopped") << false << QString();
        QTest::newRow("disabled, still active")
            << false << QStringLiteral("UnitFileState=disabled\nActiveState=active\n");
        QTest::newRow("stopped") << true << QString();
        QTest::newRow("failed") << true << QStringLiteral("UnitFileState=enabled\nActiveState=failed\n");
    }
    void timer_thatDoesNotRun_isEnabledAndStarted() {
        QFETCH(const bool, enabled);
        QFETCH(const QString, show);
        const std::string timer = "salvor-0a1b2c3d-full.timer";
        FakeHost host;
        CHECK_OK(host.apply(FakeHost::watched({sampleJob()})));
        host.systemd.turnOff(timer);
        if (enabled)
            host.systemd.enabled.insert(timer);
        host.systemd.timerShow = show.toStdString();
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_OK(plan);
        QCOMPARE(plan->notRunning, std::vector<std::string>{timer});
        QVERIFY(plan->files.empty() && !plan->changesNothing());
        host.systemd.calls.clear();
        const auto done = host.apply(FakeHost::wanted({sampleJob()}));
        CHECK_OK(done);
        QCOMPARE(done->started, std::vector<std::string>{timer});
        QVERIFY(isBefore(host.systemd, "reset-failed " + timer, "enable --quiet " + timer));
        QVERIFY(isBefore(host.systemd, "enable --quiet " + timer, "restart " + timer));
        host.systemd.timerShow.clear();
        const auto again = host.plan(FakeHost::watched({sampleJob()}));
        CHECK_OK(again);
        QVERIFY(again->changesNothing());
    }

    void record_thatWasLost_isMadeAgainOverTheUnits() {
        FakeHost host;
        CHECK_OK(host.apply(FakeHost::watched({sampleJob()})));
        QVERIFY(QFile::remove(QString::fromStdString(host.host.files.inRoot(kRecord))));
        TimersWanted bert = FakeHost::watched({edited("03:00")});
        bert.user = "bert";
        CHECK_FAILS(host.plan(bert), ErrorCode::AlreadyExists);
        const auto done = host.apply(FakeHost::watched({edited("03:00")}));
        CHECK_OK(done);
        QVERIFY(std::ranges::count(done->started, "salvor-0a1b2c3d-full.timer") == 1);
        QVERIFY(host.files().contains(kRecord));
        QVERIFY(!host.files().contains("/etc/systemd/system/salvor-watch-anna.timer"));
        QVERIFY(host.files().at(kTimer).find("03:00") != std::string::npos);
    }

    void timer_ofAnotherPolicyThatDoesNotRun_isLeftAlone() {
        FakeHost host;
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob(), sampleJob("weekly", kWeekly)})));
        host.systemd.turnOff("salvor-0a1b2c3d-full.timer");
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob("weekly", kWeekly)})));
        QVERIFY(!host.systemd.active.contains("salvor-0a1b2c3d-full.timer"));
        CHECK_OK(host.apply(FakeHost::wanted({}, {kWeekly})));
        QVERIFY(!host.systemd.active.contains("salvor-0a1b2c3d-full.timer"));
        // But what undo goes back to runs.
        CHECK_OK(host.apply(undo()));
        QVERIFY(host.systemd.active.contains("salvor-0a1b2c3d-full.timer"));
    }

    void userUnits_needNoRootAndNoCredentials() {
        FakeHost host;
        UnitSystem system(host.systemd, UnitScope::User);
        TimersHost own{host.host.files, TimersLayout::ofUser("/home/anna/.config", "/home/anna/.local/share"),
                       &system};
        host.systemd.exposure = "5.2"; // a user's manager confines less; it can do no more than the user
        JobFile job = sampleJob();
        job.secretKind = "file";
        job.secretsFolder = "/home/anna/.local/share/salvor/secrets";
        TimersWanted wanted = FakeHost::wanted({job});
        wanted.scope = UnitScope::User;
        const auto plan = planTimers(wanted, own, {});
        CHECK_OK(plan);
        QVERIFY(plan->credentials.empty());
        CHECK_OK(applyTimers(*writeTimersPlan(*plan), {}, own, {}));
        QVERIFY(host.files().contains("/home/anna/.config/systemd/user/salvor-0a1b2c3d-full.timer"));
        QVERIFY(host.files().contains("/home/anna/.config/salvor/policies/" + job.policy.uuid + "/3.json"));
        QVERIFY(host.systemd.asked("systemctl --user --no-ask-password enable"));
        QVERIFY(host.systemd.asked("systemd-analyze --user verify"));
    }
};

QTEST_GUILESS_MAIN(TestTimerApply)
#include "test_timerapply.moc"
