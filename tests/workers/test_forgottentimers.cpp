// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Timers that nobody thinks of any more: without a record, of a policy that was removed, of another home, or
// active without a next time. Over a real core, with a systemd that does what it is told.
#include "models/watch/prometheus.h"
#include "support/check.h"
#include "workers/core/servicewatch.h"
#include "workers/core/timertimes.h"
#include "workers/timersworkspace.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace salvor;
using namespace salvor::test;

class TestForgottenTimers : public QObject {
    Q_OBJECT
private slots:
    /// Nothing says any more that they are installed, but they are: of a policy that is gone, too.
    void remove_withoutARecord_findsTheUnits_data() {
        QTest::addColumn<bool>("damaged");
        QTest::addColumn<bool>("policyGone");
        QTest::newRow("lost") << false << false;
        QTest::newRow("lost, and the policy removed") << false << true;
        QTest::newRow("damaged") << true << false;
        QTest::newRow("damaged, and the policy removed") << true << true;
    }
    void remove_withoutARecord_findsTheUnits() {
        QFETCH(const bool, damaged);
        QFETCH(const bool, policyGone);
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        const std::string record = "/etc/salvor/timers/" + work.user() + ".json";
        if (damaged)
            work.write(record, "{broken");
        else
            QVERIFY(QFile::remove(QString::fromStdString(work.path("/root" + record))));
        if (policyGone)
            CHECK_OK(work.core->removePolicy("nightly", {}));
        QCOMPARE(work.stateOf("nightly"), std::string(policyGone ? "policy_gone" : "drift"));
        const auto all = work.need(allTimers(*work.core, work.road, true, {}));
        QCOMPARE(all.policies[0].timers.damagedRecord, damaged ? record : std::string());
        QCOMPARE(all.policies[0].timers.policyRemoved, policyGone);
        Timers timers(*work.core, work.road.setup);
        const auto plan = timers.planRemoval({}, {});
        CHECK_OK(plan);
        QVERIFY(!plan->changesNothing && !plan->unrecorded.empty());
        QCOMPARE(plan->damagedRecord, damaged ? record : std::string());
        const auto done = applyTimersPlan(timers, work.road, *plan, "timers.remove", {});
        CHECK_OK(done);
        QCOMPARE(done->stopped.size(), std::size_t(2));
        QVERIFY(!work.exists("/etc/systemd/system/" + work.stem() + ".timer"));
        QVERIFY(!work.exists("/etc/systemd/system/salvor-watch.timer"));
        QVERIFY(!work.exists("/etc/salvor"));
        QVERIFY(!work.computer.systemd.active.contains(work.stem() + ".timer"));
    }

    void record_damagedWithNothingInstalled_isToldAndGoes() {
        TimersWorkspace work;
        work.road.isRoot = true;
        const std::string record = "/etc/salvor/timers/" + work.user() + ".json";
        work.write(record, "{broken");
        Timers timers(*work.core, work.road.setup);
        const auto states = timers.status(false, {});
        CHECK_OK(states);
        QVERIFY(std::ranges::any_of(*states, [&](const auto& one) {
            return one.damagedRecord == record && one.state == TimersState::Drift;
        }));
        const auto plan = timers.planRemoval({}, {});
        CHECK_OK(plan);
        QVERIFY(!plan->changesNothing);
        CHECK_OK(applyTimersPlan(timers, work.road, *plan, "timers.remove", {}));
        QVERIFY(!work.exists(record));
    }

    void remove_ofATitleThatTwoHad_takesTheOneThatIsThere() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        const std::string first = work.policyUuid;
        Policy again = work.need(work.core->policy("nightly"));
        CHECK_OK(work.core->removePolicy("nightly", {}));
        Timers timers(*work.core, work.road.setup);
        again.uuid = "00000000-0000-4000-8000-000000000001";
        again.revision = 0;
        CHECK_OK(work.core->savePolicy(again));
        TimersQuery named;
        named.policies = {"nightly"};
        const auto plan = timers.plan(named, {});
        CHECK_OK(plan);
        CHECK_OK(applyTimersPlan(timers, work.road, *plan, "timers.apply", {}));
        const auto removal = timers.planRemoval({"nightly"}, {});
        CHECK_OK(removal);
        QVERIFY(std::ranges::none_of(removal->files, [&](const TimersFileView& file) {
            return file.path.find(first.substr(0, 8)) != std::string::npos;
        }));
        CHECK_OK(timers.planRemoval({first}, {}));
    }

    void policyRemoved_itsTimersAreToldByStatusAndWatch() {
        TimersWorkspace work;
        work.road.isRoot = true;
        const auto none = timersOfPolicy(*work.core, work.road, work.policyUuid, {});
        CHECK_OK(none);
        QVERIFY(none->empty());
        CHECK_OK(work.applyAll());
        const auto own = timersOfPolicy(*work.core, work.road, work.policyUuid, {});
        CHECK_OK(own);
        QCOMPARE(own->size(), std::size_t(1));
        QCOMPARE(own->front().timers.timers.front().timer, work.stem() + ".timer");
        Policy policy = work.need(work.core->policy("nightly"));
        policy.schedules.clear();
        CHECK_OK(work.core->savePolicy(policy));
        const auto view = [&] {
            return work.need(allTimers(*work.core, work.road, true, {})).policies[0].timers;
        };
        QVERIFY(view().state == TimersState::PolicyGone && !view().policyRemoved); // no schedule any more
        CHECK_OK(work.core->removePolicy("nightly", {}));
        QVERIFY(view().state == TimersState::PolicyGone && view().policyRemoved);
        const auto after = timersOfPolicy(*work.core, work.road, work.policyUuid, {});
        CHECK_OK(after);
        QCOMPARE(after->size(), std::size_t(1));
        const auto watch = [&](const std::string& stateFolder) {
            WatchReport report;
            addTimerFindings(report, {}, stateFolder, lookAtTimers(work.user(), work.road.setup, {}));
            return report.general;
        };
        const auto found = watch(work.core->config().places.state);
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].code, std::string("policy_gone"));
        QVERIFY(found[0].severity == Severity::Warning);
        QCOMPARE(found[0].subject, work.stem() + ".timer");
        QVERIFY2(found[0].message.find("goes on") != std::string::npos, found[0].message.c_str());
        QVERIFY(watch("/another/home").empty()); // whose own watch knows the policy
        work.computer.systemd.turnOff(work.stem() + ".timer");
        QVERIFY(watch(work.core->config().places.state).empty()); // nothing goes on
    }

    /// Somebody paused it so that nothing runs and nothing is deleted: its removal starts nothing.
    void policyRemovedWhilePaused_itsTimersStayPausedUntilTheyGo() {
        TimersWorkspace work;
        work.road.isRoot = true;
        const std::string& state = work.core->config().places.state;
        const auto view = [&] {
            return work.need(allTimers(*work.core, work.road, true, {})).policies[0].timers;
        };
        CHECK_OK(work.applyAll());
        CHECK_OK(work.core->pausePolicy("nightly", true));
        CHECK_OK(work.core->removePolicy("nightly", {}));
        // The unit's ConditionPathExists=! names it.
        const QString mark = QString::fromStdString(state + "/paused/" + work.policyUuid);
        QVERIFY(QFile::exists(mark));
        QVERIFY(view().state == TimersState::PolicyGone && view().paused);
        QVERIFY(QFile::exists(mark)); // also after a look
        WatchReport report;
        addTimerFindings(report, {}, state, lookAtTimers(work.user(), work.road.setup, {}));
        QCOMPARE(report.general.size(), std::size_t(1));
        QCOMPARE(report.general[0].code, std::string("policy_gone"));
        QVERIFY(report.general[0].severity == Severity::Notice);
        QVERIFY2(report.general[0].message.find("it does nothing") != std::string::npos,
                 report.general[0].message.c_str());
        CHECK_OK(work.applyAll()); // takes them away
        QVERIFY(!work.exists("/etc/systemd/system/" + work.stem() + ".timer"));
        QVERIFY(QFile::exists(mark)); // an undo would bring them back
        QVERIFY(!QFile::exists(QString::fromStdString(state + "/removed/" + work.policyUuid)));
    }

    void policyThatIsHereAgain_isPausedOrNotAsItSays() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        CHECK_OK(work.core->pausePolicy("nightly", true));
        Policy policy = work.need(work.core->policy("nightly"));
        CHECK_OK(work.core->removePolicy("nightly", {}));
        policy.revision = 0;
        policy.paused = false;
        CHECK_OK(work.core->savePolicy(policy));
        const QString state = QString::fromStdString(work.core->config().places.state);
        const QString uuid = QString::fromStdString(work.policyUuid);
        QVERIFY(!QFile::exists(state + QStringLiteral("/paused/") + uuid));
        QVERIFY(!QFile::exists(state + QStringLiteral("/removed/") + uuid));
    }

    void watch_withoutARecord_tellsThatAndWhatItFinds() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        const std::string record = "/etc/salvor/timers/" + work.user() + ".json";
        QVERIFY(QFile::remove(QString::fromStdString(work.path("/root" + record))));
        work.computer.systemd.turnOff(work.stem() + ".timer");
        WatchReport report;
        report.policies.push_back({});
        report.policies.back().uuid = work.policyUuid;
        report.policies.back().title = "nightly";
        addTimerFindings(report, {}, work.core->config().places.state,
                         lookAtTimers(work.user(), work.road.setup, {}));
        QCOMPARE(report.general.size(), std::size_t(1));
        QCOMPARE(report.general[0].code, std::string("timers_unrecorded"));
        QVERIFY(report.general[0].severity == Severity::Warning);
        QVERIFY2(report.general[0].message.find(record + " is missing") != std::string::npos,
                 report.general[0].message.c_str());
        QCOMPARE(report.policies[0].findings.size(), std::size_t(1));
        QCOMPARE(report.policies[0].findings[0].code, std::string("timer_off"));
    }

    void nextRun_withoutARecord_isTheTimersAllTheSame() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        QVERIFY(QFile::remove(
            QString::fromStdString(work.path("/root/etc/salvor/timers/" + work.user() + ".json"))));
        work.computer.systemd.timerShow = "NextElapseUSecRealtime=@1795662180\n";
        WatchReport report;
        report.policies.push_back({});
        report.policies.back().uuid = work.policyUuid;
        addTimerTimes(report, lookAtTimers(work.user(), work.road.setup, {}), {});
        const PolicyWatch& policy = report.policies.front();
        QVERIFY(policy.nextRunByTimer && policy.nextRun);
        QCOMPARE(toRfc3339(*policy.nextRun), std::string("2026-11-26T03:03:00Z"));
    }

    /// Active, and systemd has no next time for it.
    void timer_thatElapsedForGood_isNotRunningAndNoNextRun() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        work.computer.systemd.timerShow = "SubState=elapsed\nNextElapseUSecRealtime=\n";
        const auto all = work.need(timersAsTheyRun(*work.core, work.road, {}));
        QVERIFY(all.policies[0].timers.state == TimersState::NotRunning);
        QVERIFY(all.policies[0].timers.timers[0].elapsed);
        QVERIFY(followedPolicies(all).empty());
        WatchReport report;
        report.policies.push_back({});
        report.policies.back().uuid = work.policyUuid;
        addTimerFindings(report, {}, work.core->config().places.state,
                         lookAtTimers(work.user(), work.road.setup, {}));
        QCOMPARE(report.policies[0].findings.size(), std::size_t(1));
        QCOMPARE(report.policies[0].findings[0].code, std::string("timer_off"));
        QVERIFY2(report.policies[0].findings[0].message.find("no next time") != std::string::npos,
                 report.policies[0].findings[0].message.c_str());
    }

    /// By hand, as no program of ours saves it.
    void plan_ofAKindThatTheEngineDoesNotHave_isRefusedByRoot() {
        TimersWorkspace work;
        work.road.isRoot = true;
        const std::string bytes = work.need(work.core->jobFile("nightly", "credentials"));
        JobFile job = work.need(readJobFile(bytes));
        job.policy.kinds = {"incremental"};
        job.policy.schedules = {{"incremental", "02:00"}};
        TimersPlan plan;
        plan.wanted.user = work.user();
        plan.wanted.program = work.road.setup.program;
        plan.wanted.jobs = {work.need(writeJobFile(job))};
        const std::string file = work.path("/plan.json");
        const std::string made = work.need(writeTimersPlan(plan));
        QFile out(QString::fromStdString(file));
        QVERIFY(out.open(QIODevice::WriteOnly) && out.write(QByteArray::fromStdString(made)) > 0);
        out.close();
        QVERIFY(out.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        const auto done = applyTimersPlanFile(file, sha256Hex(made), {}, work.road, {});
        CHECK_FAILS(done, ErrorCode::Unsupported);
        QVERIFY2(done.error().message.find("incremental") != std::string::npos, done.error().message.c_str());
        QVERIFY(!work.exists("/etc/salvor"));
    }

    /// They are shared by both homes, and each could end what the other one does.
    void removeAndUndo_ofASecondHome_refuseToEndTheFirstOnes() {
        TimersWorkspace first;
        first.road.isRoot = true;
        CHECK_OK(first.applyAll());
        TimersWorkspace second;
        second.road = first.road;
        Timers timers(*second.core, second.road.setup);
        const std::vector<std::string> all;
        const std::vector<std::string> named{first.policyUuid};
        for (const auto& refused :
             {timers.planRemoval(all, {}), timers.planRemoval(named, {}), timers.planUndo({})}) {
            CHECK_FAILS(refused, ErrorCode::Conflict);
            QCOMPARE(refused.error().context.at("state_folder"), first.core->config().places.state);
            QVERIFY(refused.error().hint.find("--replace-home") != std::string::npos);
        }
        QVERIFY(first.exists("/etc/systemd/system/" + first.stem() + ".timer"));
        CHECK_OK(timers.planRemoval(all, {}, true));
        CHECK_OK(timers.planRemoval(named, {}, true));
        CHECK_OK(timers.planUndo({}, true));
        // The first one's own go as before.
        Timers own(*first.core, first.road.setup);
        CHECK_OK(own.planUndo({}));
        const auto removal = own.planRemoval({}, {});
        CHECK_OK(removal);
        CHECK_OK(applyTimersPlan(own, first.road, *removal, "timers.remove", {}));
        QVERIFY(!first.exists("/etc/systemd/system/" + first.stem() + ".timer"));
    }

    /// Nobody removed anything: what is installed goes on, is watched, and no plan of the empty workspace
    /// ends it.
    void workspaceLost_leavesTheInstalledWatchItsPolicies() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        const Places& places = work.core->config().places;
        for (const char* part : {"", "-wal", "-shm"})
            QFile::remove(QString::fromStdString(places.workspaceFile + part));
        Timers timers(*work.core, work.road.setup);
        const auto states = timers.status(true, {});
        CHECK_OK(states);
        QCOMPARE(states->size(), std::size_t(2)); // the policy's, and the watch's
        QVERIFY(states->front().state == TimersState::PolicyGone);
        QVERIFY(states->front().policyUnknown && !states->front().policyRemoved);
        QVERIFY(states->back().policyUuid.empty() && states->back().policyUnknown);
        QVERIFY(!QFile::exists(QString::fromStdString(places.state + "/removed/" + work.policyUuid)));
        WatchReport report;
        addTimerFindings(report, {}, places.state, lookAtTimers(work.user(), work.road.setup, {}));
        QCOMPARE(report.general.size(), std::size_t(1));
        QCOMPARE(report.general[0].code, std::string("policy_unknown"));
        QVERIFY2(report.general[0].message.find("timers apply") == std::string::npos,
                 report.general[0].message.c_str());
        const auto refused = timers.plan({}, {});
        CHECK_FAILS(refused, ErrorCode::Conflict);
        QCOMPARE(refused.error().context.at("policy"), std::string("nightly"));
        CoreConfig base;
        base.userName = work.user();
        base.clock = work.core->config().clock;
        const auto watch = Core::forWatchFile(work.path("/root/etc/salvor/watch/" + work.user() + ".json"),
                                              {}, std::move(base));
        CHECK_OK(watch);
        const auto seen = (*watch)->watchReport();
        CHECK_OK(seen);
        QCOMPARE(seen->policies.size(), std::size_t(1));
        const auto has = [&](const char* code) {
            return std::ranges::find(seen->general, code, &Finding::code) != seen->general.end();
        };
        QVERIFY(has("workspace_lost") && !has("no_policy"));
        // Somebody has seen it: that is no removal, as it is none where the note was lost as well.
        QVERIFY(QFile::remove(QString::fromStdString(places.state + "/workspace.lost")));
        CHECK_FAILS(timers.plan({}, {}), ErrorCode::Conflict);
        const auto removal = timers.planRemoval({}, {});
        CHECK_OK(removal);
        CHECK_OK(applyTimersPlan(timers, work.road, *removal, "timers.remove", {}));
        CHECK_OK(timers.plan({}, {}));
        QVERIFY(!QFile::exists(QString::fromStdString(places.state + "/removed/" + work.policyUuid)));
    }

    /// Last week's copy of the home is put back: it has the one policy, and not the other.
    void workspaceFromAnOlderCopy_endsNoTimersOfWhatItDoesNotKnow() {
        TimersWorkspace work;
        work.road.isRoot = true;
        const CoreConfig config = work.core->config();
        const QString file = QString::fromStdString(config.places.workspaceFile);
        const QString copy = QString::fromStdString(work.path("/copy.sqlite"));
        work.core.reset();
        QVERIFY(QFile::copy(file, copy));
        work.core = std::make_unique<Core>(config);
        Policy later = work.need(work.core->policy("nightly"));
        later.uuid = "00000000-0000-4000-8000-000000000001";
        later.title = "hr";
        later.revision = 0;
        CHECK_OK(work.core->savePolicy(later));
        CHECK_OK(work.applyAll());
        const std::string timer = "/etc/systemd/system/salvor-00000000-full.timer";
        QVERIFY(work.exists(timer));
        work.core.reset();
        for (const char* part : {"", "-wal", "-shm"})
            QFile::remove(file + QLatin1String(part));
        QVERIFY(QFile::rename(copy, file));
        work.core = std::make_unique<Core>(config);
        QVERIFY(!QFile::exists(QString::fromStdString(config.places.state + "/workspace.lost")));
        Timers timers(*work.core, work.road.setup);
        const auto refused = timers.plan({}, {});
        CHECK_FAILS(refused, ErrorCode::Conflict);
        QCOMPARE(refused.error().context.at("policy"), std::string("hr"));
        QVERIFY2(refused.error().hint.find("salvorctl timers remove " + later.uuid) != std::string::npos,
                 refused.error().hint.c_str());
        TimersQuery named; // would leave it out of the watch
        named.policies = {"nightly"};
        CHECK_FAILS(timers.plan(named, {}), ErrorCode::Conflict);
        const auto back = timers.planUndo({}); // to before the one apply: nothing
        CHECK_FAILS(back, ErrorCode::Conflict);
        QCOMPARE(back.error().context.at("policy_uuid"), later.uuid);
        QVERIFY(work.exists(timer));
        // As the hint says; then the others go on as ever, though the watch had it too.
        const auto removal = timers.planRemoval({later.uuid}, {});
        CHECK_OK(removal);
        CHECK_OK(applyTimersPlan(timers, work.road, *removal, "timers.remove", {}));
        QVERIFY(!work.exists(timer));
        CHECK_OK(work.applyAll());
        CHECK_OK(timers.planUndo({})); // everything that is installed is known again
        QVERIFY(work.exists("/etc/systemd/system/" + work.stem() + ".timer"));
    }

    /// Nothing is left that could have noted the loss.
    void homeThatWasReplaced_endsNoTimers() {
        TimersWorkspace work;
        work.road.isRoot = true;
        CHECK_OK(work.applyAll());
        const CoreConfig config = work.core->config();
        work.core.reset();
        QVERIFY(QDir(QString::fromStdString(config.places.state)).removeRecursively());
        for (const char* part : {"", "-wal", "-shm"})
            QFile::remove(QString::fromStdString(config.places.workspaceFile + part));
        CHECK_OK(createFolders(config.places));
        work.core = std::make_unique<Core>(config);
        Timers timers(*work.core, work.road.setup);
        CHECK_FAILS(timers.plan({}, {}), ErrorCode::Conflict);
        QVERIFY(work.exists("/etc/systemd/system/" + work.stem() + ".timer"));
        CHECK_OK(timers.planRemoval({work.policyUuid}, {}));
    }

    void watchOfAnotherHome_isNotJudged() {
        TimersWorkspace first;
        first.road.isRoot = true;
        CHECK_OK(first.applyAll());
        first.computer.systemd.turnOff("salvor-watch.timer");
        first.write("/etc/systemd/system/salvor-watch.service", "[Service]\nExecStart=/bin/true\n");
        const auto codes = [&](const std::string& stateFolder) {
            WatchReport report;
            addTimerFindings(report, {}, stateFolder, lookAtTimers(first.user(), first.road.setup, {}));
            std::set<std::string> found;
            for (const auto& finding : report.general)
                found.insert(finding.code);
            return found;
        };
        const auto own = codes(first.core->config().places.state);
        QVERIFY(own.contains("timer_off") && own.contains("timers_drift"));
        TimersWorkspace second;
        QVERIFY(codes(second.core->config().places.state).empty());
        // Nor is it called lost here; that it is edited is said first.
        first.write("/etc/systemd/system/" + first.stem() + ".service", "[Service]\nExecStart=/bin/true\n");
        const auto states = Timers(*second.core, first.road.setup).status(true, {});
        CHECK_OK(states);
        std::set<std::string> edited;
        for (const auto& one : *states) {
            QVERIFY2(!one.policyUnknown && !one.policyRemoved, one.title.c_str());
            if (one.state == TimersState::Drift)
                edited.insert(one.policyUuid);
        }
        QVERIFY(edited.contains(first.policyUuid) && edited.contains(""));
    }

    /// The node exporter would serve the former watch's metrics for ever, before the new one's.
    void metricsFile_ofAFormerWatch_goesOrIsNamed() {
        TimersWorkspace work;
        work.road.isRoot = true;
        Timers timers(*work.core, work.road.setup);
        const std::string first = "/srv/metrics/a.prom";
        const std::string second = "/srv/metrics/z.prom";
        const std::string metrics = prometheusText({}, work.user());
        const auto apply = [&](const Result<TimersPlanView>& plan) {
            return plan ? applyTimersPlan(timers, work.road, *plan, "timers.apply", {})
                        : Result<AppliedTimersView>(failure(plan.error()));
        };
        TimersQuery query;
        query.textfile = first;
        CHECK_OK(apply(timers.plan(query, {})));
        work.write(first, metrics);
        query.textfile = second;
        const auto moved = apply(timers.plan(query, {}));
        CHECK_OK(moved);
        QVERIFY(!work.exists(first) && moved->formerTextfile.empty());
        work.write(second, metrics);
        CHECK_OK(timers.status(false, {}));
        QVERIFY(work.exists(second)); // that is the installed watch's

        // By the line for root, who names it: the user's next look deletes it.
        work.road.isRoot = false;
        const auto line = apply(timers.planRemoval({}, {}));
        CHECK_FAILS(line, ErrorCode::PermissionDenied);
        const auto byRoot = applyTimersPlanFile(line.error().context.at("plan"),
                                                line.error().context.at("plan_sha256"), {}, work.road, {});
        CHECK_OK(byRoot);
        QCOMPARE(byRoot->formerTextfile, second);
        QVERIFY(work.exists(second));
        CHECK_OK(timers.status(false, {}));
        QVERIFY(!work.exists(second));
    }

    void metricsFile_thatIsNoneOfThisUser_stays() {
        TimersWorkspace work;
        work.road.isRoot = true;
        Timers timers(*work.core, work.road.setup);
        TimersQuery query;
        query.textfile = "/srv/metrics/a.prom";
        const auto plan = timers.plan(query, {});
        CHECK_OK(plan);
        CHECK_OK(applyTimersPlan(timers, work.road, *plan, "timers.apply", {}));
        work.write(*query.textfile, prometheusText({}, "somebody-else"));
        const auto removal = timers.planRemoval({}, {});
        CHECK_OK(removal);
        const auto done = applyTimersPlan(timers, work.road, *removal, "timers.remove", {});
        CHECK_OK(done);
        QVERIFY(work.exists(*query.textfile));
        QCOMPARE(done->formerTextfile, *query.textfile);
    }
};

QTEST_GUILESS_MAIN(TestForgottenTimers)
#include "test_forgottentimers.moc"
