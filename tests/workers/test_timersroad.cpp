// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The road from a plan to installed timers, over a real core, in a root folder of its own and with a systemd
// that does what it is told. What a real systemd does is tried on booted servers (test_timers_booted).
#include "models/jsonfields.h"
#include "support/check.h"
#include "workers/core/servicewatch.h"
#include "workers/repositoryedit.h"
#include "workers/timersworkspace.h"

#include <QTest>

#include <map>

using namespace salvor;
using namespace salvor::test;

namespace {

class MovedClock final : public Clock {
public:
    Instant now() const override { return at; }
    Instant at = fromRfc3339("2026-11-25T12:00:00Z").value();
};

/// Somebody cancels while they run.
class CancelledPrograms final : public ProcessRunner {
public:
    Result<ProcessReport> run(const ProcessRequest& request, const CancelToken&) override {
        return failure(ErrorCode::Cancelled, request.command.front() + " was cancelled");
    }
};

} // namespace

class TestTimersRoad : public QObject {
    Q_OBJECT
private slots:
    void apply_ofUserUnits_installsThemAndSaysWhatItDid() {
        TimersWorkspace work;
        work.road.setup.userUnits = true;
        Timers timers(*work.core, work.road.setup);
        const auto plan = timers.plan({}, {});
        CHECK_OK(plan);
        const auto done = applyTimersPlan(timers, work.road, *plan, "timers.apply", {});
        CHECK_OK(done);
        QVERIFY(!done->byPolkit);
        QVERIFY(done->files.size() >= 3);
        QVERIFY(std::ranges::count(done->started, work.stem() + ".timer") == 1);
        QVERIFY(work.computer.systemd.asked("systemctl --user"));
        QVERIFY(work.exists("/home/config/systemd/user/" + work.stem() + ".timer"));
        const auto all = allTimers(*work.core, work.road, false, {});
        CHECK_OK(all);
        QCOMPARE(all->policies.size(), std::size_t(2)); // and the watch, last
        for (const auto& one : all->policies)
            QVERIFY(one.userUnits && one.timers.state == TimersState::Installed);
        QVERIFY(all->policies[1].timers.policyUuid.empty());
        QCOMPARE(followedPolicies(*all), std::vector<std::string>{work.policyUuid});
        // The real computer has no timers of this workspace.
        const auto here = policiesFollowedByTimers(*work.core, {});
        CHECK_OK(here);
        QVERIFY(here->empty());
        QVERIFY(!all->canUndoSystem);
        QCOMPARE(work.audits("timers.apply"), 1);
    }

    void apply_asRoot_installsSystemUnitsWithCredentials() {
        TimersWorkspace work;
        work.road.isRoot = true;
        const auto done = work.applyAll();
        CHECK_OK(done);
        QCOMPARE(done->user, work.user());
        QVERIFY(!done->credentialsWritten.empty());
        QVERIFY(work.exists("/etc/systemd/system/" + work.stem() + ".service"));
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        auto policy = *work.core->policy("nightly");
        policy.schedules["full"] = "03:00";
        CHECK_OK(work.core->savePolicy(policy));
        QCOMPARE(work.stateOf("nightly"), std::string("outdated"));
        work.write("/etc/systemd/system/" + work.stem() + ".timer", "edited\n");
        QCOMPARE(work.stateOf("nightly"), std::string("drift"));
        CHECK_OK(work.applyAll());
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        const auto all = allTimers(*work.core, work.road, false, {});
        CHECK_OK(all);
        QVERIFY(all->canUndoSystem);
        QVERIFY(!all->canUndoUser);
    }

    /// The portable bundle, and then the package: whoever removes the former ends all timers at once.
    void status_ofUnitsThatCallAnotherProgram_isOutdatedUntilApplied() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        work.road.setup.program = "/usr/bin/env";
        auto all = allTimers(*work.core, work.road, false, {});
        CHECK_OK(all);
        QCOMPARE(all->policies.size(), std::size_t{2}); // the policy's, and the watch
        for (const auto& one : all->policies)
            QVERIFY(one.timers.state == TimersState::Outdated && one.timers.othersUnits);
        QCOMPARE(followedPolicies(*all), std::vector<std::string>{work.policyUuid}); // they do what it wants
        work.road.setup.program = {}; // who does not know what the units are to call compares nothing
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        work.road.setup.program = "/home/anna/salvorctl"; // of which no unit of the system can be made
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        work.road.setup.program = "/usr/bin/env";
        CHECK_OK(work.applyAll());
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
    }

    void password_changedSinceApply_isSaidUntilTimersHaveIt() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        auto profile = *work.core->profile("nightly");
        const auto finding = [&] {
            WatchReport report;
            report.policies.push_back({});
            report.policies.back().uuid = work.policyUuid;
            report.policies.back().title = "nightly";
            report.policies.back().profileUuid = profile.uuid;
            addTimerFindings(report, {}, work.core->config().places.state,
                             lookAtTimers(work.user(), work.road.setup, {}));
            const auto found = report.findings();
            return found.empty() ? std::string() : found.front().code;
        };
        QCOMPARE(finding(), std::string());
        const auto changed =
            work.core->saveProfile(profile, Secret(std::string_view("canary-password-2")), {});
        CHECK_OK(changed);
        QCOMPARE(work.stateOf("nightly"), std::string("outdated"));
        QVERIFY(work.need(allTimers(*work.core, work.road, false, {})).policies[0].timers.oldPassword);
        QCOMPARE(finding(), std::string("password_old"));
        Timers timers(*work.core, work.road.setup);
        const auto plan = timers.plan({}, {});
        CHECK_OK(plan);
        QCOMPARE(plan->oldPasswords, std::vector<std::string>{"nightly"});
        QVERIFY(plan->files.empty() && !plan->changesNothing);
        QVERIFY(plan->bytes.find("canary") == std::string::npos);

        // Applied without the secrets the credentials stay, and so does what is said of them.
        CHECK_OK(timers.keepPlan(*plan));
        const std::string file = work.core->config().places.state + "/timers-plan.json";
        CHECK_OK(applyTimersPlanFile(file, plan->sha256, {}, work.road, {}));
        QCOMPARE(work.stateOf("nightly"), std::string("outdated"));
        CHECK_OK(work.applyAll());
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        QCOMPARE(finding(), std::string());
        // Undo brings the older credential back, and the one after it the newer.
        const auto undo = timers.planUndo({});
        CHECK_OK(undo);
        CHECK_OK(applyTimersPlan(timers, work.road, *undo, "timers.undo", {}));
        QCOMPARE(work.stateOf("nightly"), std::string("outdated"));
        CHECK_OK(work.applyAll());
        // An edit without a password is none of it.
        profile = *changed;
        profile.title = "renamed";
        CHECK_OK(work.core->saveProfile(profile, std::nullopt, {}));
        QVERIFY(!work.need(allTimers(*work.core, work.road, false, {})).policies[0].timers.oldPassword);
        // Nor is a state folder that was lost, and its mark with it.
        const QString marks = QString::fromStdString(work.core->config().places.state + "/password-changes");
        QVERIFY(QDir(marks).removeRecursively());
        QVERIFY(!work.need(allTimers(*work.core, work.road, false, {})).policies[0].timers.oldPassword);
        QCOMPARE(finding(), std::string());
    }

    void password_whoseChangeFailed_leavesTheTimersAsCurrentAsTheyWere() {
        TimersWorkspace work;
        work.road.isRoot = true;
        const auto profile = *work.core->profile("nightly");
        const auto isOld = [&] {
            return work.need(allTimers(*work.core, work.road, false, {})).policies[0].timers.oldPassword;
        };
        CHECK_OK(work.applyAll());
        // No place to keep it: a file stands where the folder was.
        const QString secrets = QString::fromStdString(work.core->config().places.secrets);
        QVERIFY(QDir().rename(secrets, secrets + QStringLiteral("-away")));
        {
            QFile file(secrets);
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        QVERIFY(!work.core->saveProfile(profile, Secret(std::string_view("canary-2")), {}));
        QVERIFY(QFile::remove(secrets));
        QVERIFY(QDir().rename(secrets + QStringLiteral("-away"), secrets));
        QVERIFY(!isOld());
        // The password is taken back where the profile itself cannot be saved.
        auto edited = profile;
        edited.host = "db2.example.org";
        CHECK_OK(work.core->saveProfile(edited, std::nullopt, {}));
        CHECK_FAILS(work.core->saveProfile(profile, Secret(std::string_view("canary-3")), {}),
                    ErrorCode::Conflict);
        QVERIFY(!isOld());
        CHECK_OK(
            work.core->saveProfile(*work.core->profile("nightly"), Secret(std::string_view("canary-4")), {}));
        QVERIFY(isOld());
    }

    void password_changedUnderAnOlderRecord_isNotSaid() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        const HostFiles host(work.road.setup.root);
        const TimersLayout layout = TimersLayout::system();
        auto record = work.need(loadTimersRecord(host, layout, work.user()));
        QVERIFY(record.policies.front().passwordChange);
        record.policies.front().passwordChange.reset(); // as it was written before this was known
        work.write(layout.record(work.user()), work.need(writeTimersRecord(record)));
        CHECK_OK(
            work.core->saveProfile(*work.core->profile("nightly"), Secret(std::string_view("another")), {}));
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        CHECK_OK(work.applyAll()); // from here on it is known
        CHECK_OK(
            work.core->saveProfile(*work.core->profile("nightly"), Secret(std::string_view("third")), {}));
        QCOMPARE(work.stateOf("nightly"), std::string("outdated"));
    }

    void timers_ofAnOlderPolicy_sayByWhichRulesTheyPrune() {
        TimersWorkspace work;
        work.road.isRoot = true;
        Policy policy = work.need(work.core->policy("nightly"));
        policy.retention = RetentionRules{};
        policy.retention->keepLast = 7;
        CHECK_OK(work.core->savePolicy(policy));
        CHECK_OK(work.applyAll());
        const auto view = [&] {
            for (const auto& one : work.need(allTimers(*work.core, work.road, false, {})).policies) {
                if (one.timers.policyUuid == work.policyUuid)
                    return one.timers;
            }
            return PolicyTimersView{};
        };
        QVERIFY(!view().otherRules);
        QCOMPARE(view().keeps->keepLast, 7U);
        policy = work.need(work.core->policy("nightly"));
        policy.schedules["full"] = "03:00"; // outdated, and yet prunes by the same rules
        CHECK_OK(work.core->savePolicy(policy));
        QVERIFY(!view().otherRules);
        policy = work.need(work.core->policy("nightly"));
        policy.retention->keepLast = 2;
        CHECK_OK(work.core->savePolicy(policy));
        QVERIFY(view().otherRules);
        QCOMPARE(view().keeps->keepLast, 7U);
        CHECK_OK(work.core->removePolicy("nightly", std::nullopt));
        QVERIFY(view().otherRules); // and they go on until somebody removes them
    }

    void plan_ofAScheduleThatEnded_isRefusedByName() {
        MovedClock clock;
        TimersWorkspace work(clock);
        Policy policy = work.need(work.core->policy("nightly"));
        policy.schedules["full"] = "2026-11-26 02:00:00 UTC";
        CHECK_OK(work.core->savePolicy(policy));
        Timers timers(*work.core, work.road.setup);
        CHECK_OK(timers.plan({}, {}));
        clock.at += std::chrono::hours(24);
        TimersQuery named;
        named.policies = {"nightly"};
        for (const auto& query : {TimersQuery{}, named}) {
            const auto refused = timers.plan(query, {});
            CHECK_FAILS(refused, ErrorCode::InvalidInput);
            QCOMPARE(refused.error().context.at("policy"), std::string("nightly"));
            QVERIFY(refused.error().message.find("never comes again") != std::string::npos);
        }
    }

    void apply_byPolkit_handsSecretsThroughAPipeOnly() {
        TimersWorkspace work;
        work.road.hasPolkit = true;
        const auto done = work.applyAll();
        CHECK_OK(done);
        QVERIFY(done->byPolkit);
        QCOMPARE(work.computer.pkexecCalls.size(), std::size_t(1));
        QVERIFY(work.computer.pkexecCalls[0].find("canary-password") == std::string::npos);
        QVERIFY(work.computer.pkexecInput.find("canary-password") != std::string::npos);
        for (const auto& call : work.computer.calls)
            QVERIFY2(call.find("canary-password") == std::string::npos, call.c_str());
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        QCOMPARE(work.audits("timers.apply"), 1);
    }

    void apply_polkitRefuses_changesNothingAndGivesTheLine() {
        TimersWorkspace work;
        work.road.hasPolkit = true;
        work.computer.pkexecExit = 126;
        const auto done = work.applyAll();
        CHECK_FAILS(done, ErrorCode::PermissionDenied);
        QVERIFY(done.error().context.at("command").find(" | sudo ") != std::string::npos);
        QCOMPARE(work.stateOf("nightly"), std::string("not_installed"));
        QCOMPARE(work.audits("timers.apply"), 0);
        work.computer.pkexecExit = 1;
        CHECK_FAILS(work.applyAll(), ErrorCode::ToolFailed);
    }

    void apply_withoutARoad_keepsThePlanAndGivesTheLine() {
        TimersWorkspace work;
        QVERIFY(!work.road.leadsThere());
        const auto done = work.applyAll();
        CHECK_FAILS(done, ErrorCode::PermissionDenied);
        const auto& context = done.error().context;
        QVERIFY(context.at("command").find(context.at("plan_sha256")) != std::string::npos);
        // What root would do with that line.
        Timers timers(*work.core, work.road.setup);
        const auto plan = timers.plan({}, {});
        CHECK_OK(plan);
        const auto secrets = timers.secretsFor(plan->bytes, {});
        CHECK_OK(secrets);
        const auto asRoot =
            applyTimersPlanFile(context.at("plan"), context.at("plan_sha256"), *secrets, work.road, {});
        CHECK_OK(asRoot);
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        QCOMPARE(work.audits("timers.plan"), 1);
    }

    /// Who applies reads the same of a key that is gone as who backs up.
    void secrets_writersKeyGone_theWayBackIsNamed_data() {
        QTest::addColumn<bool>("isDamaged"); // no timer is given one that cannot be right
        QTest::newRow("gone") << false;
        QTest::newRow("damaged") << true;
    }
    void secrets_writersKeyGone_theWayBackIsNamed() {
        QFETCH(const bool, isDamaged);
        TimersWorkspace work;
        Timers timers(*work.core, work.road.setup);
        const auto plan = timers.plan({}, {});
        CHECK_OK(plan);
        const auto pins = work.core->repositories();
        CHECK_OK(pins);
        const RepositoryPin& pin = pins->front();
        const QString key =
            QString::fromStdString(work.core->config().places.secrets + "/" + pin.signingKeySecretName());
        QVERIFY(isDamaged ? QFile::resize(key, 0) : QFile::remove(key));
        const auto refused = timers.secretsFor(plan->bytes, {});
        CHECK_FAILS(refused, ErrorCode::SecretUnavailable);
        QVERIFY(refused.error().message.find("repository \"vault\"") != std::string::npos);
        QVERIFY2(refused.error().hint.find("salvorctl repository open \"" + pin.url + "\" --recovery FILE") !=
                     std::string::npos,
                 refused.error().hint.c_str());
    }

    void planFile_otherThanItsHash_isRefused() {
        TimersWorkspace work;
        const auto done = work.applyAll();
        CHECK_FAILS(done, ErrorCode::PermissionDenied);
        CHECK_FAILS(
            applyTimersPlanFile(done.error().context.at("plan"), std::string(64, '0'), {}, work.road, {}),
            ErrorCode::Corrupt);
        QCOMPARE(work.stateOf("nightly"), std::string("not_installed"));
    }

    void plan_ofAChangedPolicy_showsWhatDiffersInItsFiles() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        Policy policy = work.need(work.core->policy("nightly"));
        policy.retention = RetentionRules{};
        policy.retention->daily = 9;
        CHECK_OK(work.core->savePolicy(policy));
        Timers timers(*work.core, work.road.setup);
        const auto plan = timers.plan({}, {});
        CHECK_OK(plan);
        std::map<std::string, int> shown; // how many files say it
        for (const auto& file : plan->files) {
            if (!file.path.ends_with(".json"))
                continue;
            QVERIFY2(file.difference.find("canary-password") == std::string::npos, file.difference.c_str());
            for (const char* line : {"+policy.retention.daily: 9\n",
                                     "+policies[nightly].retention.daily: 9\n", "policy.profile"}) {
                if (file.difference.find(line) != std::string::npos)
                    ++shown[line];
            }
        }
        QCOMPARE(shown["+policy.retention.daily: 9\n"], 1);            // the job's
        QCOMPARE(shown["+policies[nightly].retention.daily: 9\n"], 1); // the watch's
        QCOMPARE(shown["policy.profile"], 0);                          // equal
    }

    void planRemoval_whereNothingIsInstalled_saysThatItIsARemoval() {
        TimersWorkspace work;
        Timers timers(*work.core, work.road.setup);
        const auto plan = timers.planRemoval({}, {});
        CHECK_OK(plan);
        QVERIFY(plan->removal && plan->changesNothing && plan->files.empty());
    }

    void all_policyGone_staysListedUntilItIsRemoved() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        CHECK_OK(work.core->removePolicy("nightly", {}));
        QCOMPARE(work.stateOf("nightly"), std::string("policy_gone"));
        Timers timers(*work.core, work.road.setup);
        const auto plan = timers.planRemoval({"nightly"}, {});
        CHECK_OK(plan);
        CHECK_OK(applyTimersPlan(timers, work.road, *plan, "timers.remove", {}));
        const auto all = allTimers(*work.core, work.road, false, {});
        CHECK_OK(all);
        QVERIFY(all->policies.empty());
        QVERIFY(!work.exists("/etc/systemd/system/" + work.stem() + ".timer"));
    }

    void repositoryMoved_timersThatHaveTheFormerPlace_areNamedUntilTheyFollow() {
        TimersWorkspace work;
        work.road.isRoot = true;
        RepositoryEdit edit;
        edit.url = work.path("/moved");
        edit.timers = &work.road;
        QVERIFY(
            QDir().rename(QString::fromStdString(work.path("/store")), QString::fromStdString(*edit.url)));
        edit.dryRun = true;
        const auto without = editRepository(*work.core, edit, {});
        CHECK_OK(without);
        QVERIFY(without->timers.empty()); // a schedule alone installs nothing
        QVERIFY(
            QDir().rename(QString::fromStdString(*edit.url), QString::fromStdString(work.path("/store"))));
        CHECK_OK(work.applyAll());
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        QVERIFY(
            QDir().rename(QString::fromStdString(work.path("/store")), QString::fromStdString(*edit.url)));
        edit.dryRun = false;
        const auto moved = editRepository(*work.core, edit, {});
        CHECK_OK(moved);
        QCOMPARE(moved->timers, std::vector<std::string>{"nightly"});
        QCOMPARE(work.stateOf("nightly"), std::string("outdated"));
        CHECK_OK(work.applyAll());
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
    }

    void status_ofATimerThatWasTurnedOff_isNotRunningAndApplyStartsIt() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        const auto state = [&] {
            const auto all = work.need(allTimers(*work.core, work.road, true, {}));
            return std::string(toString(all.policies[0].timers.state)) + " " +
                   std::string(toString(all.policies[1].timers.state)) + " " +
                   std::to_string(followedPolicies(all).size());
        };
        QCOMPARE(state(), std::string("installed installed 1"));
        work.computer.systemd.turnOff(work.stem() + ".timer");
        QCOMPARE(state(), std::string("not_running installed 0"));
        work.computer.systemd.turnOff("salvor-watch.timer");
        QCOMPARE(state(), std::string("not_running not_running 0"));
        Timers timers(*work.core, work.road.setup);
        const auto plan = timers.plan({}, {});
        CHECK_OK(plan);
        QVERIFY(!plan->changesNothing && plan->files.empty());
        QCOMPARE(plan->notRunning, (std::vector<std::string>{work.stem() + ".timer", "salvor-watch.timer"}));
        CHECK_OK(work.applyAll());
        QCOMPARE(state(), std::string("installed installed 1"));
    }

    void asTheyRun_aTimerTurnedOff_isNotRunningThoughItsFilesAreWell() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        const auto all = [&] { return work.need(timersAsTheyRun(*work.core, work.road, {})); };
        QCOMPARE(followedPolicies(all()), std::vector<std::string>{work.policyUuid});
        work.computer.systemd.turnOff(work.stem() + ".timer");
        QCOMPARE(work.stateOf("nightly"), std::string("installed")); // by its files
        QVERIFY(all().policies[0].timers.state == TimersState::NotRunning);
        QVERIFY(followedPolicies(all()).empty());
        QVERIFY(!all().problem);
    }

    void asTheyRun_systemdSilent_goesByTheFilesAndSaysWhy() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        work.computer.systemd.turnOff(work.stem() + ".timer");
        work.computer.systemd.failures[" show "] = 1000;
        const auto silent = work.need(timersAsTheyRun(*work.core, work.road, {}));
        QCOMPARE(followedPolicies(silent), std::vector<std::string>{work.policyUuid});
        QVERIFY(silent.problem && silent.problem->code == ErrorCode::ToolFailed);
    }

    void asTheyRun_oneManagerSilent_theOtherIsStillHeard() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        work.road.setup.userUnits = true;
        CHECK_OK(work.applyAll());
        work.computer.systemd.turnOff(work.stem() + ".timer");
        work.computer.systemd.failures["--user"] = 1000;
        const auto all = work.need(timersAsTheyRun(*work.core, work.road, {}));
        QVERIFY(all.problem.has_value());
        int heard = 0;
        for (const auto& one : all.policies) {
            if (one.timers.policyUuid != work.policyUuid)
                continue;
            ++heard;
            QVERIFY(one.timers.state == (one.userUnits ? TimersState::Installed : TimersState::NotRunning));
        }
        QCOMPARE(heard, 2);
    }

    void asTheyRun_cancelled_isCancelledAndNotJudgedByTheFiles() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        CancelledPrograms programs;
        TimersRoad road = work.road;
        road.setup.processes = &programs;
        CHECK_FAILS(timersAsTheyRun(*work.core, road, {}), ErrorCode::Cancelled);
        CHECK_FAILS(allTimers(*work.core, road, true, {}), ErrorCode::Cancelled);
    }

    void status_withoutItsRecord_saysWhatIsMissingAndIsMendedByApply() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        const std::string record = "/etc/salvor/timers/" + work.user() + ".json";
        QVERIFY(QFile::remove(QString::fromStdString(work.path("/root" + record))));
        const auto all = allTimers(*work.core, work.road, true, {});
        CHECK_OK(all);
        QCOMPARE(all->policies.size(), std::size_t(2)); // the watch's units are found as well
        for (const auto& one : all->policies) {
            QVERIFY(one.timers.state == TimersState::Drift);
            QCOMPARE(one.timers.missing, std::vector<std::string>{record});
            QCOMPARE(one.timers.unrecorded.size(), std::size_t(2));
        }
        Timers timers(*work.core, work.road.setup);
        const auto plan = timers.plan({}, {});
        CHECK_OK(plan);
        QCOMPARE(plan->unrecorded.size(), std::size_t(4));
        QVERIFY(!plan->changesNothing);
        CHECK_OK(work.applyAll());
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        const auto again = timers.plan({}, {});
        CHECK_OK(again);
        QVERIFY(again->unrecorded.empty() && again->changesNothing);
    }

    void watch_ofTimersThatDoNotRun_andServicesThatLeaveNoRecord_isCritical() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        const auto codes = [&](const std::vector<RunRecord>& runs, WatchState state = WatchState::Ok) {
            WatchReport report;
            report.policies.push_back({});
            report.policies.back().uuid = work.policyUuid;
            report.policies.back().title = "nightly";
            report.policies.back().state = state;
            addTimerFindings(report, runs, work.core->config().places.state,
                             lookAtTimers(work.user(), work.road.setup, {}));
            std::string said;
            for (const auto& finding : report.findings())
                said += finding.code + "/" + finding.subject + " ";
            return said + (report.wellFor(work.policyUuid) ? "well" : "not well");
        };
        const std::string off = "timer_off/" + work.stem() + ".timer ";
        const std::string failed = "service_failed/" + work.stem() + ".service ";
        QCOMPARE(codes({}), std::string("well"));
        work.computer.systemd.turnOff(work.stem() + ".timer");
        QCOMPARE(codes({}), off + "not well");
        QCOMPARE(codes({}, WatchState::Paused), std::string("not well")); // nobody expects a run
        CHECK_OK(work.applyAll());

        work.computer.systemd.serviceShow =
            "Result=exit-code\nExecMainStatus=243\nExecMainStartTimestamp=@1764086400\n"
            "ExecMainExitTimestamp=@1764086400\nInactiveExitTimestamp=@1764086400\n";
        const std::string ofWatch = "service_failed/salvor-watch.service "; // the same answer for each
        QCOMPARE(codes({}), ofWatch + failed + "not well");
        RunRecord run;
        run.policyUuid = work.policyUuid;
        run.started = Instant(std::chrono::seconds(1764086300));
        run.ended = Instant(std::chrono::seconds(1764086350));
        QCOMPARE(codes({run}), ofWatch + failed + "not well"); // of the run before
        run.ended = Instant(std::chrono::seconds(1764086400));
        QCOMPARE(codes({run}), ofWatch + "not well");
        run.policyUuid = "another";
        QCOMPARE(codes({run}), ofWatch + failed + "not well");

        const auto views = work.need(allTimers(*work.core, work.road, true, {}));
        QVERIFY(views.policies[0].timers.timers[0].failedUnrecorded);
        work.computer.systemd.failures[" show "] = 100;
        QCOMPARE(codes({}), std::string("timers_unknown/system well")); // a notice
    }

    void failure_ofOneOfSeveralTimers_isCoveredByItsOwnRunOnly() {
        InstalledPolicy policy;
        policy.uuid = "p";
        policy.timers = {"salvor-p-full.timer", "salvor-p-incremental.timer"};
        TimerUnitStatus full;
        full.result = "exit-code";
        full.began = full.ended = Instant(std::chrono::seconds(1764086400));
        RunRecord run;
        run.policyUuid = "p";
        run.started = *full.began + std::chrono::hours(1);
        run.ended = run.started;
        QVERIFY(failedUnrecorded(full, policy, {run})); // the incremental one's
        run.started = *full.began;
        QVERIFY(!failedUnrecorded(full, policy, {run}));
        full.result = "success";
        QVERIFY(!failedUnrecorded(full, policy, {}));
    }

    void plan_withoutASchedule_keepsTheWatchOfAPolicyThatWantsOne() {
        TimersWorkspace work;
        work.road.isRoot = true;
        Policy policy = work.need(work.core->policy("nightly"));
        policy.recoveryPointObjectiveSeconds = 90000;
        CHECK_OK(work.core->savePolicy(policy));
        CHECK_OK(work.applyAll());
        policy = work.need(work.core->policy("nightly"));
        policy.schedules.clear();
        CHECK_OK(work.core->savePolicy(policy));
        CHECK_OK(work.applyAll());
        QVERIFY(!work.exists("/etc/systemd/system/" + work.stem() + ".timer"));
        QVERIFY(work.exists("/etc/systemd/system/salvor-watch.timer"));
        QVERIFY(work.computer.systemd.active.contains("salvor-watch.timer"));
        policy = work.need(work.core->policy("nightly"));
        policy.recoveryPointObjectiveSeconds = 0;
        CHECK_OK(work.core->savePolicy(policy));
        CHECK_OK(work.applyAll());
        QVERIFY(!work.exists("/etc/systemd/system/salvor-watch.timer"));
    }

    void audit_ofAPlan_saysWhatItIsForAndWhatChanges() {
        TimersWorkspace work;
        CHECK_FAILS(work.applyAll(), ErrorCode::PermissionDenied);
        const auto newest = [&] {
            for (const auto& record : work.need(work.core->auditTrail({}))) {
                if (record.action == "timers.plan")
                    return record;
            }
            throw std::runtime_error("no record");
        };
        const std::string timer = "/etc/systemd/system/" + work.stem() + ".timer";
        const auto holds = [&](const QJsonObject& side) {
            return side.value(QStringLiteral("files")).toArray().contains(toQt(timer));
        };
        QCOMPARE(newest().after.value(QStringLiteral("plan")).toString(), QStringLiteral("apply"));
        QVERIFY(!holds(newest().before) && holds(newest().after));
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        work.road.isRoot = false;
        Timers timers(*work.core, work.road.setup);
        const auto removal = timers.planRemoval({}, {});
        CHECK_OK(removal);
        CHECK_FAILS(applyTimersPlan(timers, work.road, *removal, "timers.remove", {}),
                    ErrorCode::PermissionDenied);
        QCOMPARE(newest().after.value(QStringLiteral("plan")).toString(), QStringLiteral("remove"));
        QVERIFY(holds(newest().before) && !holds(newest().after));
        const auto undo = timers.planUndo({});
        CHECK_OK(undo);
        CHECK_FAILS(applyTimersPlan(timers, work.road, *undo, "timers.undo", {}),
                    ErrorCode::PermissionDenied);
        QCOMPARE(newest().after.value(QStringLiteral("plan")).toString(), QStringLiteral("undo"));
    }

    /// Root has no audit of this user's: the next look writes what it sees.
    void plan_thatRootAppliedByTheLine_isAuditedByTheNextLook() {
        TimersWorkspace work;
        Timers timers(*work.core, work.road.setup);
        const auto newest = [&](const std::string& action) {
            for (const auto& record : work.need(work.core->auditTrail({}))) {
                if (record.action == action)
                    return record;
            }
            throw std::runtime_error("no record " + action);
        };
        const auto runLine = [&](const std::string& bytes) {
            const auto hash = newest("timers.plan").after.value(QStringLiteral("plan_sha256")).toString();
            return applyTimersPlanFile(work.core->config().places.state + "/timers-plan.json",
                                       hash.toStdString(), work.need(timers.secretsFor(bytes, {})), work.road,
                                       {});
        };
        const auto plan = timers.plan({}, {});
        CHECK_OK(plan);
        CHECK_FAILS(applyTimersPlan(timers, work.road, *plan, "timers.apply", {}),
                    ErrorCode::PermissionDenied);
        QCOMPARE(work.stateOf("nightly"), std::string("not_installed"));
        QCOMPARE(work.audits("timers.apply"), 0); // nobody ran it yet
        CHECK_OK(runLine(plan->bytes));
        QCOMPARE(work.audits("timers.apply"), 0);
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        QCOMPARE(work.audits("timers.apply"), 1);
        const auto applied = newest("timers.apply");
        QCOMPARE(applied.after.value(QStringLiteral("by")).toString(), QStringLiteral("root"));
        QVERIFY(applied.after.contains(QStringLiteral("at")));
        QCOMPARE(applied.after.value(QStringLiteral("plan_sha256")).toString(), toQt(plan->sha256));
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        QCOMPARE(work.audits("timers.apply"), 1); // once

        // Its record goes with the last timer.
        const auto removal = timers.planRemoval({}, {});
        CHECK_OK(removal);
        CHECK_FAILS(applyTimersPlan(timers, work.road, *removal, "timers.remove", {}),
                    ErrorCode::PermissionDenied);
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        QCOMPARE(work.audits("timers.remove"), 0);
        CHECK_OK(runLine(removal->bytes));
        QCOMPARE(work.stateOf("nightly"), std::string("not_installed"));
        QCOMPARE(work.audits("timers.remove"), 1);
        QCOMPARE(work.audits("timers.apply"), 1);
    }

    void plan_thatRootUndidByTheLine_isAuditedAsAnUndo() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        auto policy = *work.core->policy("nightly");
        policy.schedules["full"] = "03:00";
        CHECK_OK(work.core->savePolicy(policy));
        CHECK_OK(work.applyAll());
        work.road.isRoot = false;
        Timers timers(*work.core, work.road.setup);
        const auto undo = timers.planUndo({});
        CHECK_OK(undo);
        CHECK_FAILS(applyTimersPlan(timers, work.road, *undo, "timers.undo", {}),
                    ErrorCode::PermissionDenied);
        QCOMPARE(work.stateOf("nightly"), std::string("installed"));
        QCOMPARE(work.audits("timers.undo"), 0);
        CHECK_OK(applyTimersPlanFile(work.core->config().places.state + "/timers-plan.json", undo->sha256, {},
                                     work.road, {}));
        QCOMPARE(work.stateOf("nightly"), std::string("outdated"));
        QCOMPARE(work.audits("timers.undo"), 1);
    }

    void plan_ofASecondHome_refusesToEndTheFirstOnes() {
        TimersWorkspace first;
        first.road.isRoot = true;
        CHECK_OK(first.applyAll());
        TimersWorkspace second; // of the same user, on the same computer
        second.road = first.road;
        Timers timers(*second.core, second.road.setup);
        TimersQuery named;
        named.policies = {"nightly"};
        for (const TimersQuery& query : {TimersQuery{}, named}) {
            const auto refused = timers.plan(query, {});
            CHECK_FAILS(refused, ErrorCode::Conflict);
            QCOMPARE(refused.error().context.at("state_folder"), first.core->config().places.state);
            QVERIFY2(refused.error().message.starts_with("the timer of policy \"nightly\" installed for "),
                     refused.error().message.c_str());
        }
        const auto seen = timers.status(false, {});
        CHECK_OK(seen);
        QCOMPARE(std::ranges::count(*seen, TimersState::OtherHome, &PolicyTimersView::state), 2);
        named.policies.clear();
        named.replaceHome = true;
        const auto replaced = timers.plan(named, {});
        CHECK_OK(replaced);
        QVERIFY(std::ranges::any_of(replaced->files, [&](const TimersFileView& file) {
            return file.change == TimersFileChange::Removed &&
                   file.path.find(first.stem()) != std::string::npos;
        }));
        CHECK_OK(Timers(*first.core, first.road.setup).plan({}, {})); // its own goes on
    }

    void all_oneScopeUnreadable_saysSoAndShowsTheOther() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        work.write("/home/config/salvor/timers/" + work.user() + ".json",
                   R"({"document":"timers_record","schema_version":9})");
        const auto all = allTimers(*work.core, work.road, false, {});
        CHECK_OK(all);
        QVERIFY(all->problem.has_value());
        QCOMPARE(all->policies.size(), std::size_t(2));
        QVERIFY(all->policies[0].timers.state == TimersState::Installed);
    }
};

QTEST_GUILESS_MAIN(TestTimersRoad)
#include "test_timersroad.moc"
