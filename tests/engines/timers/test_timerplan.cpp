// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/timerplan.h"

#include "engines/timers/timerstatus.h"
#include "timersfixture.h"

#include <QTest>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>

using namespace salvor;
using namespace salvor::test;

namespace {

const std::string kOther = "ffffffff-53d1-4b1c-a2f7-1c8e0a4b9d10";
const std::string kWatchCredential =
    "/etc/credstore.encrypted/salvor-watch-channel-c0ffee00-53d1-4b1c-a2f7-1c8e0a4b9d10-secret";

std::vector<std::string> pathsOf(const TimersPlan& plan) {
    std::vector<std::string> paths;
    for (const auto& file : plan.files)
        paths.push_back(file.path);
    return paths;
}

} // namespace

class TestTimerPlan : public QObject {
    Q_OBJECT
private slots:
    void plan_onAnEmptyHost_isAllNewAndChangesNothingYet() {
        FakeHost host;
        const auto before = host.files();
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_OK(plan);
        const std::vector<std::string> expected{
            "/etc/salvor/policies/0a1b2c3d-53d1-4b1c-a2f7-1c8e0a4b9d10/3.json",
            "/etc/systemd/system/salvor-0a1b2c3d-full.service",
            "/etc/systemd/system/salvor-0a1b2c3d-full.timer"};
        QCOMPARE(pathsOf(*plan), expected);
        for (const auto& file : plan->files)
            QVERIFY(file.before.empty() && file.content);
        QCOMPARE(plan->credentials.size(), std::size_t(3));
        QCOMPARE(plan->scores.front().exposureTenths, 17U);
        QVERIFY(host.files() == before);
        QVERIFY(host.systemd.asked("verify") && !host.systemd.asked("systemctl"));
    }

    void plan_writtenAndRead_wantsTheSame() {
        FakeHost host;
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}, {kOther}));
        CHECK_OK(plan);
        const auto bytes = writeTimersPlan(*plan);
        CHECK_OK(bytes);
        const auto wanted = readTimersPlan(*bytes);
        CHECK_OK(wanted);
        QCOMPARE(wanted->jobs, plan->wanted.jobs);
        QCOMPARE(wanted->remove, plan->wanted.remove);
        QCOMPARE(wanted->user, std::string("anna"));
        QVERIFY(wanted->scope == UnitScope::System && wanted->action == TimersAction::Apply);
        const auto again = host.plan(*wanted);
        CHECK_OK(again);
        QCOMPARE(*writeTimersPlan(*again), *bytes);
    }

    void plan_thatIsNone_isRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        QTest::newRow("no JSON") << QByteArray("units") << int(ErrorCode::Corrupt);
        QTest::newRow("another document")
            << QByteArray(R"({"document":"job","schema_version":1})") << int(ErrorCode::Corrupt);
        QTest::newRow("newer") << QByteArray(R"({"document":"timers_plan","schema_version":2})")
                               << int(ErrorCode::NewerFormat);
        QTest::newRow("action")
            << QByteArray(R"({"document":"timers_plan","schema_version":1,"action":"run","scope":"system",)"
                          R"("user":"anna","program":"/x"})")
            << int(ErrorCode::Corrupt);
    }
    void plan_thatIsNone_isRefused() {
        QFETCH(const QByteArray, bytes);
        QFETCH(const int, code);
        CHECK_FAILS(readTimersPlan(bytes.toStdString()), static_cast<ErrorCode>(code));
    }

    void plan_afterApply_hasNothingToDo() {
        FakeHost host;
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob()})));
        const auto again = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_OK(again);
        QVERIFY(again->changesNothing());
    }

    void plan_ofAnEditedPolicy_replacesItsJobFileAndShowsTheDifference() {
        FakeHost host;
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob()})));
        JobFile edited = sampleJob();
        edited.version = edited.policy.revision = 4;
        edited.policy.schedules["full"] = "03:00";
        const auto plan = host.plan(FakeHost::wanted({edited}));
        CHECK_OK(plan);
        const auto paths = pathsOf(*plan);
        QCOMPARE(paths.size(), std::size_t(4));
        QVERIFY(paths[0].ends_with("/3.json") && !plan->files[0].content);
        QVERIFY(paths[1].ends_with("/4.json") && plan->files[1].content);
        const std::string difference = lineDifference(plan->files[3].old, *plan->files[3].content);
        QVERIFY2(difference.find("-OnCalendar=*-*-* 02:00:00\n") != std::string::npos &&
                     difference.find("+OnCalendar=*-*-* 03:00:00\n") != std::string::npos &&
                     difference.find(" Persistent=true\n") != std::string::npos,
                 difference.c_str());
    }

    void jobFile_ofTheSameVersionWithOtherContent_getsAnotherName() {
        FakeHost host;
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob()})));
        JobFile other = sampleJob();
        other.profile.host = "db.example.org"; // the profile was edited, not the policy
        CHECK_OK(host.apply(FakeHost::wanted({other})));
        const std::string folder = "/etc/salvor/policies/" + other.policy.uuid;
        const auto files = host.host.files.list(folder);
        QCOMPARE(files,
                 std::vector<std::string>{folder + "/3-" + asRead(other).sha256.substr(0, 8) + ".json"});
        const auto again = host.plan(FakeHost::wanted({other}));
        CHECK_OK(again);
        QVERIFY(again->changesNothing());
    }

    void unit_ofSomebodyElse_isNotOverwritten() {
        FakeHost host;
        host.write("/etc/systemd/system/salvor-0a1b2c3d-full.timer", "[Timer]\nOnCalendar=daily\n");
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_FAILS(plan, ErrorCode::AlreadyExists);
        FakeHost shared;
        CHECK_OK(shared.apply(FakeHost::wanted({sampleJob()})));
        auto bens = FakeHost::wanted({sampleJob()});
        bens.user = "ben"; // the same policy, exported and taken in by another user
        CHECK_FAILS(shared.plan(bens), ErrorCode::AlreadyExists);
    }

    void policies_thatShareTheirFirstDigits_areRefused() {
        FakeHost host;
        const auto plan = host.plan(
            FakeHost::wanted({sampleJob(), sampleJob("weekly", "0a1b2c3d-0000-4b1c-a2f7-1c8e0a4b9d10")}));
        CHECK_FAILS(plan, ErrorCode::AlreadyExists);
        QVERIFY2(plan.error().hint.find("--new-uuid") != std::string::npos, plan.error().hint.c_str());
    }

    void watch_ofTheFirstPolicy_isInstalledWithIt() {
        FakeHost host;
        const auto done = host.apply(FakeHost::watched({sampleJob()}));
        CHECK_OK(done);
        QCOMPARE(done->started,
                 (std::vector<std::string>{"salvor-0a1b2c3d-full.timer", "salvor-watch.timer"}));
        const auto files = host.files();
        QCOMPARE(files.at("/etc/salvor/watch/anna.json"), bytesOf(sampleWatch()));
        QVERIFY(files.at("/etc/systemd/system/salvor-0a1b2c3d-full.service")
                    .find("\nOnFailure=salvor-watch.service\n") != std::string::npos);
        QVERIFY(files.contains(kWatchCredential));
        const auto again = host.plan(FakeHost::watched({sampleJob()}));
        CHECK_OK(again);
        QVERIFY(again->changesNothing());
        // A later plan that does not speak of it leaves it; an edited one replaces it.
        const auto silent = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_OK(silent);
        QVERIFY(silent->changesNothing());
        WatchFile edited = sampleWatch();
        edited.channels.clear();
        CHECK_OK(host.apply(FakeHost::watched({sampleJob()}, edited)));
        QVERIFY(!host.files().contains(kWatchCredential));
        QCOMPARE(host.files().at("/etc/salvor/watch/anna.json"), bytesOf(edited));
    }

    void watch_goesWithTheLastPolicy() {
        FakeHost host;
        const auto files = host.files();
        const auto folders = host.folders();
        JobFile other = sampleJob("weekly", kOther);
        CHECK_OK(host.apply(FakeHost::watched({sampleJob(), other})));
        CHECK_OK(host.apply(FakeHost::wanted({}, {sampleJob().policy.uuid})));
        QVERIFY(host.files().contains("/etc/systemd/system/salvor-watch.timer"));
        QVERIFY(host.files().contains(kWatchCredential));
        const auto done = host.apply(FakeHost::wanted({}, {kOther}));
        CHECK_OK(done);
        QVERIFY(std::ranges::find(done->stopped, "salvor-watch.timer") != done->stopped.end());
        QVERIFY(host.files() == files);
        QCOMPARE(host.folders(), folders);
    }

    /// Its policies are run by hand, and somebody wants to hear of them.
    void watch_thatIsWanted_staysWithoutTimersOfPolicies() {
        FakeHost host;
        CHECK_OK(host.apply(FakeHost::watched({sampleJob()})));
        TimersWanted wanted = FakeHost::watched({});
        wanted.remove = {sampleJob().policy.uuid};
        const auto done = host.apply(wanted);
        CHECK_OK(done);
        QCOMPARE(done->stopped, std::vector<std::string>{"salvor-0a1b2c3d-full.timer"});
        QVERIFY(host.files().contains("/etc/systemd/system/salvor-watch.timer"));
        const auto record = loadTimersRecord(host.host.files, host.host.layout, "anna");
        CHECK_OK(record);
        QVERIFY(!record->empty());
        QCOMPARE(record->timers(), std::vector<std::string>{"salvor-watch.timer"});
    }

    void watch_ofASecondUser_isNamedAfterTheUser() {
        FakeHost host;
        CHECK_OK(host.apply(FakeHost::watched({sampleJob()})));
        WatchFile berts = sampleWatch({sampleJob("weekly", kOther).policy});
        berts.channels.front().uuid = "bbbbbbbb-53d1-4b1c-a2f7-1c8e0a4b9d10";
        TimersWanted bert = FakeHost::watched({sampleJob("weekly", kOther)}, berts);
        bert.user = "bert";
        const auto done = host.apply(bert);
        CHECK_OK(done);
        QVERIFY(std::ranges::find(done->started, "salvor-watch-bert.timer") != done->started.end());
        QVERIFY(host.files()
                    .at("/etc/systemd/system/salvor-ffffffff-full.service")
                    .find("\nOnFailure=salvor-watch-bert.service\n") != std::string::npos);
        CHECK_OK(host.apply(FakeHost::wanted({}, {sampleJob().policy.uuid})));
        QVERIFY(host.files().contains("/etc/systemd/system/salvor-watch-bert.timer"));
        QVERIFY(!host.files().contains("/etc/systemd/system/salvor-watch.timer"));
        // It keeps its name when the plain one is free again.
        const auto again = host.plan(bert);
        CHECK_OK(again);
        QVERIFY(again->changesNothing());
    }

    void exposure_aboveTheLimit_isRefused() {
        FakeHost host;
        host.systemd.exposure = "2.5";
        CHECK_OK(host.plan(FakeHost::wanted({sampleJob()})));
        host.systemd.exposure = "2.6";
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_FAILS(plan, ErrorCode::Unsupported);
        QVERIFY2(plan.error().message.find("at 2.6, above 2.5") != std::string::npos,
                 plan.error().message.c_str());
    }

    void verify_thatRefuses_endsThePlan() {
        FakeHost host;
        host.systemd.failures["verify"] = 1;
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_FAILS(plan, ErrorCode::ToolFailed);
        QVERIFY2(plan.error().message.find("it was told to fail") != std::string::npos,
                 plan.error().message.c_str());
    }

    void status_ofEditedAndMissingFiles_saysWhich() {
        FakeHost host;
        const auto done = host.apply(FakeHost::wanted({sampleJob(), sampleJob("weekly", kOther)}));
        CHECK_OK(done);
        const auto clean = timersStatus(host.host, done->plan.record, false, {});
        CHECK_OK(clean);
        QCOMPARE(clean->size(), std::size_t(2));
        QVERIFY(!clean->at(0).drifted() && !clean->at(1).drifted());
        host.write("/etc/systemd/system/salvor-0a1b2c3d-full.timer", "[Timer]\nOnCalendar=yearly\n");
        QFile::remove(QString::fromStdString(
            host.host.files.inRoot("/etc/systemd/system/salvor-0a1b2c3d-full.service")));
        const auto status = timersStatus(host.host, done->plan.record, false, {});
        CHECK_OK(status);
        QVERIFY(status->at(0).drifted() && !status->at(1).drifted());
        int edited = 0;
        int missing = 0;
        for (const auto& file : status->at(0).files) {
            edited += file.drift == FileDrift::Edited ? 1 : 0;
            missing += file.drift == FileDrift::Missing ? 1 : 0;
        }
        QCOMPARE(edited, 1);
        QCOMPARE(missing, 1);
        // The next apply puts both right.
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob(), sampleJob("weekly", kOther)})));
        QVERIFY(!timersStatus(host.host, done->plan.record, false, {})->at(0).drifted());
    }

    void status_asksSystemdForTimesAndResults() {
        FakeHost host;
        const auto done = host.apply(FakeHost::wanted({sampleJob()}));
        CHECK_OK(done);
        host.systemd.timerShow = "ActiveState=active\nNextElapseUSecRealtime=@1764086400\n"
                                 "LastTriggerUSec=Wed 2026-11-25 17:16:40 UTC\nDropInPaths=/a.conf /b.conf\n";
        host.systemd.serviceShow = "Result=exit-code\nExecMainStatus=3\nExecMainExitTimestamp=@1764086401\n"
                                   "DropInPaths=\n";
        const auto status = timersStatus(host.host, done->plan.record, true, {});
        CHECK_OK(status);
        const TimerUnitStatus& timer = status->front().timers.front();
        QCOMPARE(timer.active, std::string("active"));
        QCOMPARE(timer.enabled, std::string("enabled"));
        QVERIFY(status->front().allRun() && timer.serviceFailed());
        QCOMPARE(toRfc3339(timer.next.value()), std::string("2025-11-25T16:00:00Z"));
        QCOMPARE(toRfc3339(timer.last.value()), std::string("2026-11-25T17:16:40Z"));
        QCOMPARE(timer.result, std::string("exit-code"));
        QCOMPARE(timer.exitCode, std::optional<int>(3));
        QCOMPARE(timer.dropIns, (std::vector<std::string>{"/a.conf", "/b.conf"}));
        host.systemd.timerShow = "ActiveState=inactive\nNextElapseUSecRealtime=\nLastTriggerUSec=n/a\n";
        host.systemd.serviceShow = "Result=success\nExecMainStatus=0\nExecMainExitTimestamp=\n";
        const auto never = timersStatus(host.host, done->plan.record, true, {});
        CHECK_OK(never);
        QVERIFY(!never->front().timers.front().next && !never->front().timers.front().exitCode);
        QVERIFY(!never->front().allRun() && !never->front().timers.front().serviceFailed());
        // What fails before there is a process has no exit code, and the time at which systemd began.
        host.systemd.serviceShow = "Result=resources\nExecMainStatus=0\nExecMainStartTimestamp=@1764086000\n"
                                   "ExecMainExitTimestamp=\nInactiveExitTimestamp=@1764086401\n";
        const auto early = timersStatus(host.host, done->plan.record, true, {});
        CHECK_OK(early);
        const TimerUnitStatus& gaveUp = early->front().timers.front();
        QVERIFY(gaveUp.serviceFailed() && !gaveUp.exitCode);
        QCOMPARE(toRfc3339(gaveUp.began.value()), std::string("2025-11-25T16:00:01Z"));
    }

    /// As after a drop-in with a time that is past: enabled and active, and nothing will start it.
    void status_ofATimerWithoutANextTime_doesNotRun() {
        FakeHost host;
        const auto done = host.apply(FakeHost::wanted({sampleJob()}));
        CHECK_OK(done);
        host.systemd.timerShow = "ActiveState=active\nSubState=elapsed\nNextElapseUSecRealtime=\n";
        const auto elapsed = timersStatus(host.host, done->plan.record, true, {});
        CHECK_OK(elapsed);
        QVERIFY(elapsed->front().timers.front().elapsed && !elapsed->front().allRun());
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_OK(plan);
        QCOMPARE(plan->notRunning, std::vector<std::string>{"salvor-0a1b2c3d-full.timer"});
        // While its service runs a timer waits for nothing either, and comes again.
        for (const char* state : {"running", "waiting"}) {
            host.systemd.timerShow = std::string("ActiveState=active\nSubState=") + state + "\n";
            const auto runs = timersStatus(host.host, done->plan.record, true, {});
            CHECK_OK(runs);
            QVERIFY(runs->front().allRun());
        }
    }

    void plan_withoutAManagerOfTheUsers_saysThatAndBlamesNoUnit() {
        FakeHost host;
        UnitSystem system(host.systemd, UnitScope::User);
        TimersHost own{host.host.files, TimersLayout::ofUser("/home/anna/.config", "/home/anna/.local/share"),
                       &system};
        JobFile job = sampleJob();
        job.secretKind = "file";
        job.secretsFolder = "/home/anna/.local/share/salvor/secrets";
        TimersWanted wanted = FakeHost::wanted({job});
        wanted.scope = UnitScope::User;
        host.systemd.failures["verify"] = 1;
        host.systemd.failureText = "Failed to lookup RuntimeDirectory path: No such device\nFailed to x";
        const auto plan = planTimers(wanted, own, {});
        CHECK_FAILS(plan, ErrorCode::ToolFailed);
        const Error& error = plan.error();
        QCOMPARE(error.context.at("state"), std::string("no_user_manager"));
        QVERIFY2(error.hint.find("enable-linger") != std::string::npos, error.hint.c_str());
        QVERIFY2(error.message.find("does not take") == std::string::npos &&
                     error.message.find('\n') == std::string::npos,
                 error.message.c_str());
        // Of the system's manager nobody says that.
        host.systemd.failures["verify"] = 1;
        const auto systems = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_FAILS(systems, ErrorCode::ToolFailed);
        QVERIFY(!systems.error().context.contains("state"));
        QVERIFY(systems.error().message.find("does not take") != std::string::npos);
    }

    void leftOvers_ofAKilledPlan_goWithTheNextOne() {
        char left[] = "/tmp/salvor-units-XXXXXX";
        QVERIFY(::mkdtemp(left) != nullptr);
        { // another test may take it for a left-over meanwhile
            QFile unit(QString::fromLatin1(left) + QStringLiteral("/salvor-x.timer"));
            (void)unit.open(QIODevice::WriteOnly);
        }
        std::string used;
        int lock = -1; // as of somebody who plans at this moment
        for (int i = 0; i < 10 && lock < 0; ++i) {
            used = "/tmp/salvor-units-XXXXXX";
            QVERIFY(::mkdtemp(used.data()) != nullptr);
            lock = ::open(used.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        }
        QCOMPARE(::flock(lock, LOCK_EX), 0);
        FakeHost host;
        CHECK_OK(host.plan(FakeHost::wanted({sampleJob()})));
        QVERIFY(!QFile::exists(QString::fromLatin1(left)));
        QVERIFY(QFile::exists(QString::fromStdString(used)));
        ::close(lock);
        QVERIFY(QDir().rmdir(QString::fromStdString(used)));
    }

    void record_writtenAndRead_isTheSame() {
        FakeHost host;
        const auto done = host.apply(FakeHost::wanted({sampleJob()}));
        CHECK_OK(done);
        const auto read = loadTimersRecord(host.host.files, host.host.layout, "anna");
        CHECK_OK(read);
        QCOMPARE(*writeTimersRecord(*read), *writeTimersRecord(done->plan.record));
        QCOMPARE(read->timers(), std::vector<std::string>{"salvor-0a1b2c3d-full.timer"});
        QVERIFY(read->owns("/etc/systemd/system/salvor-0a1b2c3d-full.service"));
        CHECK_FAILS(readTimersRecord("{}", "x"), ErrorCode::Corrupt);
        CHECK_FAILS(readTimersRecord(R"({"document":"timers_record","schema_version":9})", "x"),
                    ErrorCode::NewerFormat);
    }

    void difference_ofTexts_isTheShortest() {
        QCOMPARE(lineDifference("a\nb\n", "a\nb\n"), std::string());
        QCOMPARE(lineDifference("", "a\nb\n"), std::string("+a\n+b\n"));
        QCOMPARE(lineDifference("a\nb\nc\n", "a\nx\nc\n"), std::string(" a\n-b\n+x\n c\n"));
        QCOMPARE(lineDifference("a\nb\n", ""), std::string("-a\n-b\n"));
    }
};

QTEST_GUILESS_MAIN(TestTimerPlan)
#include "test_timerplan.moc"
