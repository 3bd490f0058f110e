// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Timers from the window, by clicks and keys, over a real core; what systemd and pkexec do is told to them.
#include "models/lists/databaselistmodel.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/clicks.h"
#include "ui/main/windowflows.h"
#include "ui/policies/policytexts.h"
#include "ui/samplecomputer.h"
#include "ui/support/errorpanel.h"
#include "ui/support/startup.h"
#include "ui/timers/timersdialog.h"
#include "ui/timers/timersplandialog.h"
#include "ui/windowfixture.h"
#include "workers/timersworkspace.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QTableView>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }
QString qt(const std::string& text) { return QString::fromStdString(text); }

/// The window on its Policies page, with one policy that has a schedule.
class Bench {
public:
    explicit Bench(const std::function<void(TimersRoad&)>& change = {}) {
        if (change)
            change(work.road);
        window = std::make_unique<MainWindow>(*work.core, theme());
        window->setTimersRoad(work.road);
        window->resize(1366, 768);
        window->show();
        window->showPage(s("policies"));
        auto* table = child<QTableView>(*window, "policiesTable");
        if (!QTest::qWaitFor([&] { return table->model()->rowCount() == 1; }, kPatience))
            throw std::runtime_error("no policies are shown");
    }
    QString state() const {
        return child<QTableView>(*window, "policiesTable")
            ->model()
            ->index(0, PolicyListModel::StateColumn)
            .data()
            .toString();
    }
    QString label(const char* name) const { return child<QLabel>(*window, name)->text(); }
    /// As somebody's `systemctl disable --now`; the window looks again.
    void turnOffTheTimer() {
        work.computer.locked([this](FakeSystemd& systemd) { systemd.turnOff(work.stem() + ".timer"); });
        window->refresh();
    }
    TimersPlanDialog* plan() const { return window->findChild<TimersPlanDialog*>(); }
    TimersDialog* status() const { return window->findChild<TimersDialog*>(); }
    /// The plan of the chosen policy's timers, once it is there.
    TimersPlanDialog* openPlan() const {
        click(child<QPushButton>(*window, "policyApplyTimers"));
        return waitForPlan() ? plan() : nullptr;
    }
    bool waitForPlan() const {
        return QTest::qWaitFor(
            [this] {
                return plan() != nullptr && !child<QLineEdit>(*plan(), "timersHash")->text().isEmpty();
            },
            kPatience);
    }
    bool waitForState(const char* wanted) const {
        return QTest::qWaitFor([&] { return state() == s(wanted); }, kPatience);
    }

    TimersWorkspace work;
    std::unique_ptr<MainWindow> window;
};

QString summary(const QWidget& dialog) { return child<QLabel>(dialog, "timersSummary")->text(); }
int rowOf(const QAbstractItemModel& model, int column, const QString& part) {
    for (int row = 0; row < model.rowCount(); ++row) {
        if (model.index(row, column).data().toString().contains(part))
            return row;
    }
    return -1;
}

} // namespace

class TestTimers : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void plan_isShownWholeBeforeAnythingChanges() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        QCOMPARE(bench.state(), s("not applied on this computer"));
        TimersPlanDialog* plan = bench.openPlan();
        QVERIFY(plan != nullptr);
        auto* table = child<QTableView>(*plan, "timersPlanTable");
        QAbstractItemModelTester tester(table->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        const int timer = rowOf(*table->model(), PlanModel::OfColumn, s(".timer"));
        QVERIFY(timer >= 0);
        QCOMPARE(table->model()->index(timer, PlanModel::WhatColumn).data().toString(), s("New"));
        table->setCurrentIndex(table->model()->index(timer, 0));
        QVERIFY(child<QPlainTextEdit>(*plan, "timersDifference")->toPlainText().contains(s("+OnCalendar=")));
        QVERIFY(rowOf(*table->model(), PlanModel::WhatColumn, s("Credential")) >= 0);
        QVERIFY(rowOf(*table->model(), PlanModel::WhatColumn, s("Rating 1.7")) >= 0);
        QCOMPARE(child<QLineEdit>(*plan, "timersHash")->text().size(), 64);
        QCOMPARE(child<QLineEdit>(*plan, "timersCall")->text(), s("salvorctl timers apply nightly"));
        click(child<QPushButton>(*plan, "timersCopy"));
        QCOMPARE(QApplication::clipboard()->text(), s("salvorctl timers apply nightly"));
        QVERIFY(child<QLabel>(*plan, "timersRoad")->text().contains(s("Salvor never sees it")));
        QCOMPARE(accessibilityProblems(*plan), QString());
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*plan), QString(), kPatience);
        QTest::keyClick(plan, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(bench.plan() == nullptr, kPatience);
        QVERIFY(bench.work.computer.pkexecCalls.empty());
        QVERIFY(!bench.work.exists("/etc/systemd/system/" + bench.work.stem() + ".timer"));
    }

    void apply_byPolkit_installsAndThePageSaysSo() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        TimersPlanDialog* plan = bench.openPlan();
        QVERIFY(plan != nullptr);
        auto* apply = child<QPushButton>(*plan, "timersApply");
        QTRY_VERIFY_WITH_TIMEOUT(apply->isEnabled(), kPatience);
        apply->setFocus();
        QTest::keyClick(apply, Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(summary(*plan).startsWith(s("Done: 6 files changed")), kPatience);
        QCOMPARE(bench.work.computer.pkexecCalls.size(), std::size_t(1));
        QVERIFY(bench.work.exists("/etc/systemd/system/" + bench.work.stem() + ".timer"));
        QVERIFY2(bench.waitForState("applied"), qPrintable(bench.state()));
        QVERIFY(!child<QPushButton>(*bench.window, "policyApplyTimers")->isVisible());
        click(child<QPushButton>(*plan, "timersAgain"));
        QTRY_COMPARE_WITH_TIMEOUT(summary(*plan).left(14), s("Every file is "),
                                  kPatience); // credentials anew
    }

    void apply_refused_saysSoGivesTheLineAndCanBeTriedAgain() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        bench.work.computer.pkexecExit = 126;
        TimersPlanDialog* plan = bench.openPlan();
        QVERIFY(plan != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*plan, "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*plan, "timersApply"));
        auto* panel = plan->findChild<QWidget*>(s("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QVERIFY(child<QLineEdit>(*plan, "timersCall")->text().contains(s(" | sudo ")));
        QCOMPARE(bench.state(), s("not applied on this computer"));
        bench.work.computer.pkexecExit = 0;
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*plan, "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*plan, "timersApply"));
        QTRY_VERIFY_WITH_TIMEOUT(summary(*plan).startsWith(s("Done")), kPatience);
        QVERIFY(!panel->isVisible());
    }

    void apply_withoutARoad_writesThePlanAndShowsTheLine() {
        Bench bench;
        TimersPlanDialog* plan = bench.openPlan();
        QVERIFY(plan != nullptr);
        QVERIFY(child<QLabel>(*plan, "timersRoad")->text().contains(s("polkit is not set up")));
        auto* apply = child<QPushButton>(*plan, "timersApply");
        QCOMPARE(apply->accessibleName(), s("Write the plan down"));
        QTRY_VERIFY_WITH_TIMEOUT(apply->isEnabled(), kPatience);
        click(apply);
        QTRY_VERIFY_WITH_TIMEOUT(summary(*plan).startsWith(s("The plan is written down")), kPatience);
        const QString line = child<QLineEdit>(*plan, "timersCall")->text();
        QVERIFY2(line.contains(s("sudo /usr/bin/true timers apply --plan")), qPrintable(line));
        QVERIFY(!apply->isVisible());
        QCOMPARE(accessibilityProblems(*plan), QString());

        // An administrator runs it; looking again then finds it installed.
        bench.work.road.isRoot = true;
        CHECK_OK(bench.work.applyAll());
        click(child<QPushButton>(*plan, "timersAgain"));
        QTRY_VERIFY_WITH_TIMEOUT(summary(*plan).startsWith(s("Every file is as it should be")), kPatience);
        QVERIFY2(bench.waitForState("applied"), qPrintable(bench.state()));
    }

    void apply_ofTheSession_needsNobody() {
        Bench bench;
        TimersPlanDialog* plan = bench.openPlan();
        QVERIFY(plan != nullptr);
        auto* session = child<QRadioButton>(*plan, "timersOfSession");
        session->setFocus();
        QTest::keyClick(session, Qt::Key_Space);
        QCOMPARE(child<QLineEdit>(*plan, "timersCall")->text(),
                 s("salvorctl timers apply --user-units nightly"));
        QVERIFY(bench.waitForPlan());
        QCOMPARE(rowOf(*child<QTableView>(*plan, "timersPlanTable")->model(), PlanModel::WhatColumn,
                       s("Credential")),
                 -1);
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*plan, "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*plan, "timersApply"));
        QTRY_VERIFY_WITH_TIMEOUT(summary(*plan).startsWith(s("Done")), kPatience);
        QVERIFY(bench.work.exists("/home/config/systemd/user/" + bench.work.stem() + ".timer"));
        QVERIFY2(bench.waitForState("applied"), qPrintable(bench.state()));
        QVERIFY(bench.work.computer.pkexecCalls.empty());
    }

    void status_showsTimesDriftWithPathsAndWhatIsOutdated() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        CHECK_OK(bench.work.applyAll());
        bench.work.computer.locked([](FakeSystemd& systemd) {
            systemd.timerShow =
                "ActiveState=active\nNextElapseUSecRealtime=@1795572000\nLastTriggerUSec=@1795485600\n";
            systemd.serviceShow = "Result=exit-code\nExecMainStatus=3\nExecMainExitTimestamp=@1795485900\n";
        });
        const std::string edited = "/etc/systemd/system/" + bench.work.stem() + ".timer";
        bench.work.write(edited, "edited\n");
        bench.window->refresh();
        QVERIFY2(bench.waitForState("timers changed by hand"), qPrintable(bench.state()));
        click(child<QPushButton>(*bench.window, "policyTimers"));
        TimersDialog* status = bench.status();
        QVERIFY(status != nullptr);
        auto* table = child<QTableView>(*status, "timersTable");
        QAbstractItemModelTester tester(table->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 2, kPatience); // and the watch, last
        const auto text = [&](int column) { return table->model()->index(0, column).data().toString(); };
        QCOMPARE(text(TimersModel::StateColumn), s("changed by hand"));
        QCOMPARE(text(TimersModel::ScopeColumn), s("this computer"));
        QVERIFY2(text(TimersModel::NextColumn).contains(s("Nov 2026")), qPrintable(text(3)));
        QCOMPARE(text(TimersModel::ResultColumn), s("exit code 3"));
        QVERIFY(child<QPlainTextEdit>(*status, "timersPaths")->toPlainText().contains(qt(edited)));
        QCOMPARE(accessibilityProblems(*status), QString());
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*status), QString(), kPatience);

        // Apply puts it right; then the policy is edited, and that is said too.
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*status, "timersApplyAll")->isEnabled(), kPatience);
        click(child<QPushButton>(*status, "timersApplyAll"));
        QVERIFY(bench.waitForPlan());
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*bench.plan(), "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*bench.plan(), "timersApply"));
        QTRY_COMPARE_WITH_TIMEOUT(text(TimersModel::StateColumn), s("installed"), kPatience);
        QTest::keyClick(bench.plan(), Qt::Key_Escape);
        Policy policy = *bench.work.core->policy("nightly");
        policy.threads = 2;
        CHECK_OK(bench.work.core->savePolicy(policy));
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*status, "timersLook")->isEnabled(), kPatience);
        click(child<QPushButton>(*status, "timersLook"));
        QTRY_VERIFY_WITH_TIMEOUT(text(TimersModel::StateColumn).startsWith(s("outdated")), kPatience);
        bench.window->refresh();
        QVERIFY2(bench.waitForState("edited since it was applied"), qPrintable(bench.state()));
    }

    void timerTurnedOff_policyAndCalendarSaySo_andApplyStartsItAgain() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        CHECK_OK(bench.work.applyAll());
        bench.window->refresh();
        QVERIFY2(bench.waitForState("applied"), qPrintable(bench.state()));
        auto* applyTimers = child<QPushButton>(*bench.window, "policyApplyTimers");
        QVERIFY(!applyTimers->isVisible());
        bench.turnOffTheTimer();
        QVERIFY2(bench.waitForState("timers not running"), qPrintable(bench.state()));
        const auto* rows = child<QTableView>(*bench.window, "policiesTable")->model();
        QCOMPARE(rows->index(0, PolicyListModel::NextColumn).data().toString(), s("timer is off"));
        QVERIFY(bench.label("policyFacts").contains(s("but its timer does not run")));
        QVERIFY(bench.label("policyNotes").contains(s("disabled, stopped or failed")));
        QVERIFY(applyTimers->isVisible());
        QCOMPARE(child<QLineEdit>(*bench.window, "policyTimerCall")->text(),
                 s("salvorctl timers apply nightly"));

        // The plan names it, and changes nothing else.
        TimersPlanDialog* plan = bench.openPlan();
        QVERIFY(plan != nullptr);
        const QString timer = qt(bench.work.stem() + ".timer");
        QCOMPARE(summary(*plan), s("Every file is as it should be. To be enabled and started: 1 timer."));
        auto* table = child<QTableView>(*plan, "timersPlanTable");
        const int start = rowOf(*table->model(), PlanModel::WhatColumn, s("Starts"));
        QVERIFY(start >= 0);
        QCOMPARE(table->model()->index(start, PlanModel::OfColumn).data().toString(), timer);
        table->setCurrentIndex(table->model()->index(start, 0));
        QVERIFY(child<QPlainTextEdit>(*plan, "timersDifference")->toPlainText().contains(s("starts it")));
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*plan, "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*plan, "timersApply"));
        QTRY_VERIFY_WITH_TIMEOUT(summary(*plan).startsWith(s("Done: no file had to change.")), kPatience);
        QVERIFY(summary(*plan).contains(s("Started ") + timer));
        QVERIFY2(bench.waitForState("applied"), qPrintable(bench.state()));
        QTest::keyClick(plan, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(bench.plan() == nullptr, kPatience);
    }

    void timerOfTheSessionTurnedOff_isPlannedThere() {
        Bench bench;
        bench.work.road.setup.userUnits = true;
        CHECK_OK(bench.work.applyAll());
        bench.turnOffTheTimer();
        QVERIFY2(bench.waitForState("timers not running"), qPrintable(bench.state()));
        QCOMPARE(child<QLineEdit>(*bench.window, "policyTimerCall")->text(),
                 s("salvorctl timers apply --user-units nightly"));
        TimersPlanDialog* plan = bench.openPlan();
        QVERIFY(plan != nullptr);
        QVERIFY(child<QRadioButton>(*plan, "timersOfSession")->isChecked());
        QVERIFY(summary(*plan).startsWith(s("Every file is as it should be. To be")));
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*plan, "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*plan, "timersApply"));
        QTRY_VERIFY_WITH_TIMEOUT(summary(*plan).startsWith(s("Done")), kPatience);
        QVERIFY2(bench.waitForState("applied"), qPrintable(bench.state()));
    }

    void timerOfTheComputerOff_theSessionsOne_keepsThePolicy() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        CHECK_OK(bench.work.applyAll());
        bench.work.road.setup.userUnits = true;
        CHECK_OK(bench.work.applyAll());
        // The session's manager does not answer: what is installed there counts.
        bench.work.computer.locked([](FakeSystemd& systemd) { systemd.failures["--user"] = 1000; });
        bench.turnOffTheTimer();
        QVERIFY2(bench.waitForState("applied"), qPrintable(bench.state()));
    }

    void policyRemoved_thePlanForItsTimersIsShownNext() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        CHECK_OK(bench.work.applyAll());
        bench.window->refresh();
        QVERIFY2(bench.waitForState("applied"), qPrintable(bench.state()));
        click(child<QPushButton>(*bench.window, "policyRemove"));
        auto* question = bench.window->findChild<QMessageBox*>(s("policyRemoveQuestion"));
        QVERIFY(question != nullptr);
        QVERIFY2(question->informativeText().contains(s("timers are installed and go on")),
                 qPrintable(question->informativeText()));
        click(question->findChild<QPushButton*>(s("policyRemoveConfirm")));
        QVERIFY(bench.waitForPlan());
        TimersPlanDialog* plan = bench.plan();
        QVERIFY2(summary(*plan).startsWith(s("Timers go away")), qPrintable(summary(*plan)));
        QVERIFY(!bench.work.core->policy("nightly"));
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*plan, "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*plan, "timersApply"));
        QTRY_VERIFY_WITH_TIMEOUT(summary(*plan).startsWith(s("Done")), kPatience);
        QVERIFY(!bench.work.exists("/etc/systemd/system/" + bench.work.stem() + ".timer"));
        QTest::keyClick(plan, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(bench.plan() == nullptr, kPatience);
    }

    void policyRemoved_withoutTimers_nothingIsAskedOfThem() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        click(child<QPushButton>(*bench.window, "policyRemove"));
        auto* question = bench.window->findChild<QMessageBox*>(s("policyRemoveQuestion"));
        QVERIFY(question != nullptr);
        QVERIFY(!question->informativeText().contains(s("timers")));
        click(question->findChild<QPushButton*>(s("policyRemoveConfirm")));
        auto* table = child<QTableView>(*bench.window, "policiesTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 0, kPatience);
        QVERIFY(bench.plan() == nullptr);
    }

    void advice_forWhatIsNotWrittenDownGoneOrElapsed_hasWordsOfItsOwn() {
        PolicyTimersView view;
        view.policyUuid = "p";
        QStringList advice;
        view.state = TimersState::Drift;
        advice << TimersTexts::advice(view);
        view.unrecorded = {"salvor-p-full.timer"};
        advice << TimersTexts::advice(view);
        view.state = TimersState::PolicyGone;
        advice << TimersTexts::advice(view);
        view.policyRemoved = true;
        advice << TimersTexts::advice(view);
        view.policyRemoved = false;
        view.policyUnknown = true;
        advice << TimersTexts::advice(view);
        QVERIFY(advice.last().contains(QStringLiteral("not known here")));
        view.policyUnknown = false;
        view.state = TimersState::NotRunning;
        advice << TimersTexts::advice(view);
        view.timers.push_back({});
        view.timers.back().elapsed = true;
        advice << TimersTexts::advice(view);
        view.state = TimersState::Outdated;
        advice << TimersTexts::advice(view);
        view.othersUnits = true;
        advice << TimersTexts::advice(view);
        QVERIFY(!advice.contains(QString()));
        QCOMPARE(advice.removeDuplicates(), 0);
        TimersPlanView plan;
        plan.unrecorded = {"salvor-p-full.timer"};
        plan.damagedRecord = "/etc/salvor/timers/anna.json";
        PlanModel model;
        model.setPlan(plan);
        QVERIFY(rowOf(model, PlanModel::OfColumn, s("salvor-p-full.timer")) >= 0);
        QVERIFY(rowOf(model, PlanModel::OfColumn, s("anna.json")) >= 0);
        QVERIFY(TimersTexts::summary(plan, TimersWish::Kind::Apply).contains(s("put right")));
    }

    void policyStates_eachHasItsOwnWords() {
        QStringList texts;
        for (const auto state :
             {PolicyState::ByHand, PolicyState::NotApplied, PolicyState::Applied, PolicyState::Outdated,
              PolicyState::Drifted, PolicyState::NotRunning, PolicyState::Paused, PolicyState::Unreadable})
            texts << PolicyTexts::state(state);
        QCOMPARE(texts.removeDuplicates(), 0);
        QVERIFY(PolicyTexts::tone(PolicyState::NotRunning) == Tone::Bad);
        QVERIFY(PolicyTexts::tone(PolicyState::Applied) == Tone::Good);
    }

    void status_systemdSilent_showsTheFilesAndSaysWhy() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        CHECK_OK(bench.work.applyAll());
        bench.work.computer.locked([](FakeSystemd& systemd) { systemd.failures[" show "] = 1000; });
        bench.window->refresh();
        QVERIFY2(bench.waitForState("applied"), qPrintable(bench.state())); // as far as it can be known
        click(child<QPushButton>(*bench.window, "policyTimers"));
        TimersDialog* status = bench.status();
        QVERIFY(status != nullptr);
        auto* table = child<QTableView>(*status, "timersTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 2, kPatience);
        QCOMPARE(table->model()->index(0, TimersModel::StateColumn).data().toString(), s("installed"));
        QVERIFY(status->findChild<QWidget*>(s("errorPanel"))->isVisible());
    }

    void overview_timersTurnedOff_promiseNoRun() {
        QTemporaryDir home(QDir::current().filePath(s("salvor-timers-XXXXXX"))); // no timer uses /tmp
        SampleWorkspace sample(home.path());
        Core core(sample.config());
        sample.fill(core);
        SampleComputer computer(home.filePath(s("computer")));
        CHECK_OK(computer.install(core, {"prod-eu", "timescale"}));
        MainWindow window(core, theme());
        window.setTimersRoad(computer.road());
        window.resize(1366, 768);
        window.show();
        const auto* rows = child<QAbstractItemView>(window, "overviewTable")->model();
        const auto count = [&](const char* part) {
            int found = 0;
            for (int row = 0; row < rows->rowCount(); ++row)
                found +=
                    rows->index(row, DatabaseListModel::NextRunColumn).data().toString().contains(s(part));
            return found;
        };
        QTRY_VERIFY_WITH_TIMEOUT(count(":") > 0, kPatience);
        const int promised = count(":");
        const int without = count("no timer");
        computer.programs().locked([](FakeSystemd& systemd) {
            systemd.enabled.clear();
            systemd.active.clear();
        });
        window.refresh();
        QTRY_COMPARE_WITH_TIMEOUT(count(":"), 0, kPatience);
        QCOMPARE(count("no timer"), without + promised);
    }

    void remove_andUndo_goByTheirPlans() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        Policy other = *bench.work.core->policy("nightly");
        other.uuid.clear();
        other.revision = 0;
        other.title = "hourly";
        other.schedules["full"] = "*:00";
        CHECK_OK(bench.work.core->savePolicy(other)); // undo goes back only while something is installed
        CHECK_OK(bench.work.applyAll());
        const std::string timer = "/etc/systemd/system/" + bench.work.stem() + ".timer";
        click(child<QPushButton>(*bench.window, "policyTimers"));
        TimersDialog* status = bench.status();
        auto* table = child<QTableView>(*status, "timersTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 3, kPatience);
        table->setCurrentIndex(table->model()->index(rowOf(*table->model(), 0, s("nightly")), 0));
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*status, "timersRemove")->isEnabled(), kPatience);
        click(child<QPushButton>(*status, "timersRemove"));
        QVERIFY(bench.waitForPlan());
        QCOMPARE(child<QLineEdit>(*bench.plan(), "timersCall")->text(), s("salvorctl timers remove nightly"));
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*bench.plan(), "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*bench.plan(), "timersApply"));
        QTRY_VERIFY_WITH_TIMEOUT(!bench.work.exists(timer), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(summary(*bench.plan()).startsWith(s("Done")), kPatience);
        QTest::keyClick(bench.plan(), Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(bench.plan() == nullptr, kPatience);

        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*status, "timersUndo")->isEnabled(), kPatience);
        click(child<QPushButton>(*status, "timersUndo"));
        QVERIFY(bench.waitForPlan());
        QVERIFY(summary(*bench.plan()).startsWith(s("Back to what was installed")));
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*bench.plan(), "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*bench.plan(), "timersApply"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.work.exists(timer), kPatience);
        QCOMPARE(bench.work.audits("timers.remove"), 1);
        QTRY_COMPARE_WITH_TIMEOUT(bench.work.audits("timers.undo"), 1, kPatience);
    }

    void apply_secretOutOfReach_saysSoAndInstallsNothing() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        TimersPlanDialog* plan = bench.openPlan();
        QVERIFY(plan != nullptr);
        QDir secrets(qt(bench.work.core->config().places.secrets));
        QVERIFY(secrets.removeRecursively()); // as a keychain that is locked: nothing is in it
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*plan, "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*plan, "timersApply"));
        auto* panel = plan->findChild<QWidget*>(s("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QCOMPARE(child<QLabel>(*panel, "errorTitle")->text(),
                 ErrorPanel::title(ErrorCode::SecretUnavailable));
        QVERIFY(bench.work.computer.pkexecCalls.empty());
        QVERIFY(!bench.work.exists("/etc/systemd/system/" + bench.work.stem() + ".timer"));
    }

    void plan_impossible_saysWhyAndAppliesNothing() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        bench.work.computer.systemd.exposure = "4.1";
        click(child<QPushButton>(*bench.window, "policyApplyTimers"));
        TimersPlanDialog* plan = bench.plan();
        auto* panel = plan->findChild<QWidget*>(s("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QCOMPARE(summary(*plan), s("There is no plan."));
        QVERIFY(!child<QPushButton>(*plan, "timersApply")->isEnabled());
        bench.work.computer.systemd.exposure = "1.7";
        click(child<QPushButton>(*plan, "timersAgain"));
        QVERIFY(bench.waitForPlan());
        QVERIFY(!panel->isVisible());
    }

    void calendar_unfollowedRun_saysSoAndLeadsToThePlan() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        bench.window->showPage(s("calendar"));
        click(child<QAbstractButton>(*bench.window, "calendarAsTable"));
        auto* table = child<QTableView>(*bench.window, "calendarTable");
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() > 0, kPatience);
        table->setCurrentIndex(table->model()->index(0, 0));
        QVERIFY(
            child<QLabel>(*bench.window, "calendarWhat")->text().contains(s("not applied on this computer")));
        click(child<QPushButton>(*bench.window, "calendarApplyTimers"));
        QVERIFY(bench.waitForPlan());
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*bench.plan(), "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*bench.plan(), "timersApply"));
        QTRY_VERIFY_WITH_TIMEOUT(
            !child<QLabel>(*bench.window, "calendarWhat")->text().contains(s("not applied")), kPatience);
    }

    void calendar_runOfATimerThatIsOff_saysSoAndLeadsToThePlan() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        CHECK_OK(bench.work.applyAll());
        bench.turnOffTheTimer();
        bench.window->showPage(s("calendar"));
        click(child<QAbstractButton>(*bench.window, "calendarAsTable"));
        click(child<QAbstractButton>(*bench.window, "calendarLater")); // a whole week of it
        auto* table = child<QTableView>(*bench.window, "calendarTable");
        const auto firstSays = [&](const char* part) {
            table->setCurrentIndex(table->model()->index(0, 0));
            return bench.label("calendarWhat").contains(s(part));
        };
        QTRY_VERIFY_WITH_TIMEOUT(firstSays("its timer is disabled, stopped or failed"), kPatience);
        click(child<QPushButton>(*bench.window, "calendarApplyTimers"));
        QVERIFY(bench.waitForPlan());
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*bench.plan(), "timersApply")->isEnabled(), kPatience);
        click(child<QPushButton>(*bench.plan(), "timersApply"));
        QTRY_VERIFY_WITH_TIMEOUT(firstSays("nightly, planned") && !firstSays("its timer is"), kPatience);
    }

    void protect_timersWanted_openTheirPlan() {
        Bench bench([](TimersRoad& road) { road.hasPolkit = true; });
        WindowFlows flows(*bench.window);
        flows.applyTimers({s("nightly")});
        QVERIFY(bench.waitForPlan());
        QCOMPARE(child<QLineEdit>(*bench.plan(), "timersCall")->text(), s("salvorctl timers apply nightly"));
        // Nobody asked for it: the Enter of the step before installs nothing.
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*bench.plan(), "timersApply")->isEnabled(), kPatience);
        QVERIFY(!child<QPushButton>(*bench.plan(), "timersApply")->isDefault());
        QVERIFY(child<QPushButton>(*bench.plan(), "timersClose")->isDefault());
        QTest::keyClick(bench.plan(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(bench.plan() == nullptr, kPatience);
        QVERIFY(bench.work.computer.pkexecCalls.empty());
    }
};

QTEST_MAIN(TestTimers)
#include "test_timers.moc"
