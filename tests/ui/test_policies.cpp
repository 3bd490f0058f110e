// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The Policies page and the editor, by clicks and keys over a real core.
#include "models/schedule/zone.h"
#include "models/workspace/workspacedatabase.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/clicks.h"
#include "ui/keychecks.h"
#include "ui/main/workspacefeed.h"
#include "ui/policies/conflictdialog.h"
#include "ui/policies/hookssection.h"
#include "ui/policies/limitssection.h"
#include "ui/policies/notificationssection.h"
#include "ui/policies/policyeditor.h"
#include "ui/policies/policytexts.h"
#include "ui/policies/retentionsection.h"
#include "ui/policies/schedulebuilder.h"
#include "ui/policies/selectionsection.h"
#include "ui/support/errorpanel.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTableView>
#include <QTimeEdit>
#include <QToolButton>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// The window on its Policies page, with four policies.
class Bench : public WindowFixture {
public:
    Bench()
        : WindowFixture(Filled) {
        window->showPage(QStringLiteral("policies"));
        if (!waitForRows("policiesTable", 4) ||
            !QTest::qWaitFor([this] { return window->context().feed.snapshot() != nullptr; }, kPatience))
            throw std::runtime_error("no policies are shown");
    }
    void choose(const QString& title) const {
        auto* table = find<QTableView>("policiesTable");
        for (int row = 0; row < table->model()->rowCount(); ++row) {
            if (table->model()->index(row, 0).data().toString() == title)
                table->setCurrentIndex(table->model()->index(row, 0));
        }
    }
    PolicyEditor* editor() const { return window->findChild<PolicyEditor*>(); }
    PolicyEditor* openEditor(const QString& title) const {
        choose(title);
        click(find<QPushButton>("policyEdit"));
        return editor();
    }
    Policy policy(const char* name) const {
        const auto found = core->policy(name);
        if (!found)
            throw std::runtime_error(found.error().toText());
        return *found;
    }
};

void open(const QWidget& editor, const char* part) { child<QToolButton>(editor, part)->setChecked(true); }
/// The dialog is Qt's own: it is only told which file was chosen.
void chooseFile(const Bench& bench, const char* action, const char* dialog, const QString& file) {
    bench.find<QAction>(action)->trigger();
    auto* asked = bench.find<QFileDialog>(dialog);
    emit asked->fileSelected(file);
    asked->close();
}
QString summary(const QWidget& editor, const char* part) {
    return editor.findChild<QLabel*>(QLatin1String(part) + QStringLiteral("Summary"))->text();
}

} // namespace

class TestPolicies : public QObject {
    Q_OBJECT

public:
    static void initMain() {
        qputenv("TZ", "Europe/Berlin");
        Zone::setComputersFile("/usr/share/zoneinfo/Europe/Berlin");
    }

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void page_list_showsStatesAndWhatTheChosenSays() {
        Bench bench;
        auto* table = bench.find<QTableView>("policiesTable");
        QAbstractItemModelTester tester(table->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(table->model()->rowCount(), 4);
        bench.choose(s("prod-eu"));
        const int row = table->currentIndex().row();
        QCOMPARE(table->model()->index(row, PolicyListModel::StateColumn).data().toString(),
                 s("not applied on this computer"));
        QCOMPARE(table->model()->index(row, PolicyListModel::WhenColumn).data().toString(),
                 s("Every day at 02:00"));
        QCOMPARE(table->model()->index(row, PolicyListModel::NextColumn).data().toString(), s("no timer"));
        QCOMPARE(table->model()->index(row, PolicyListModel::KeepsColumn).data().toString(),
                 s("7 daily, 5 weekly, 12 monthly"));
        QVERIFY(bench.find<QLabel>("policyNotes")->text().startsWith(s("Not applied on this computer")));
        QVERIFY(bench.find<QLabel>("policyFacts")->text().contains(s("but no timer follows it")));
        QVERIFY(
            bench.find<QLineEdit>("policyTimerCall")->text().startsWith(s("salvorctl timers apply prod-eu")));
        bench.choose(s("crm by day"));
        QVERIFY(bench.find<QLabel>("policyNotes")->text().startsWith(s("Paused")));
        QVERIFY(!bench.find<QLineEdit>("policyTimerCall")->isVisible());
        QCOMPARE(accessibilityProblems(*bench.window), QString());
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*bench.window), QString(), kPatience);
    }

    void page_selection_narrowsToServerAndDatabase() {
        Bench bench;
        auto* table = bench.find<QTableView>("policiesTable");
        const QString prod = QString::fromStdString(bench.sample.server(0).uuid);
        bench.window->select({prod, {}});
        QCOMPARE(table->model()->rowCount(), 2);
        bench.window->select({prod, s("billing")});
        QCOMPARE(table->model()->rowCount(), 1);
    }

    void page_emptyWorkspaceOfPolicies_saysWhatToDo() {
        WindowFixture fixture(WindowFixture::OnlyProfile);
        const auto policies = fixture.core->policies();
        CHECK_OK(policies);
        CHECK_OK(fixture.core->removePolicy(policies->front().uuid, {}));
        fixture.window->showPage(QStringLiteral("policies"));
        auto* empty =
            fixture.find<QWidget>("policiesPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY_WITH_TIMEOUT(empty->isVisible(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.window->context().feed.snapshot() != nullptr, kPatience);
        click(empty->findChild<QPushButton*>());
        QVERIFY(fixture.window->findChild<PolicyEditor*>() != nullptr);
    }

    void new_byKeysAndPreset_isSavedAndChosen() {
        Bench bench;
        bench.window->select({QString::fromStdString(bench.sample.server(1).uuid), {}});
        click(bench.find<QPushButton>("policyNew"));
        PolicyEditor* editor = bench.editor();
        QVERIFY(editor != nullptr);
        type(child<QLineEdit>(*editor, "policyTitle"), s("weekly"));
        auto* preset = child<QComboBox>(*editor, "policyPreset");
        QCOMPARE(preset->currentIndex(), 0); // every night
        preset->setFocus();
        QTest::keyClick(preset, Qt::Key_Down);
        QTest::keyClick(preset, Qt::Key_Down);
        QCOMPARE(summary(*editor, "partWhen"), s("Sunday at 02:00"));
        QCOMPARE(summary(*editor, "partKeep"), s("9 weekly, 12 monthly"));
        QCOMPARE(child<QLineEdit>(*editor, "policyCommand")->text(),
                 s("salvorctl policy set weekly --profile timescale --repository nas --include '*' --when "
                   "'full=Sun *-*-* 02:00:00' --keep-weekly 9 --keep-monthly 12 --keep-zone Europe/Berlin"));
        QCOMPARE(accessibilityProblems(*editor), QString());
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*editor), QString(), kPatience);
        click(child<QPushButton>(*editor, "policySave"));
        auto* table = bench.find<QTableView>("policiesTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->currentIndex().siblingAtColumn(0).data().toString(), s("weekly"),
                                  kPatience);
        QCOMPARE(bench.policy("weekly").schedules.at("full"), std::string("Sun *-*-* 02:00:00"));
        QCOMPARE(bench.policy("weekly").profileUuid, bench.sample.server(1).uuid);
    }

    void edit_everyPart_isSavedAsItStands() {
        Bench bench;
        PolicyEditor* editor = bench.openEditor(s("office"));
        for (const char* part : {"partWhat", "partWhen", "partKeep", "partChecks", "partLimits", "partHooks"})
            open(*editor, part);
        QTest::qWait(1);
        QCOMPARE(accessibilityProblems(*editor), QString());
        child<QComboBox>(*editor, "ruleKind")->setCurrentIndex(1);
        type(child<QLineEdit>(*editor, "ruleGlob"), s("tmp_*"));
        click(child<QPushButton>(*editor, "ruleAdd"));
        child<QTimeEdit>(*editor, "scheduleTime")->setTime(QTime(4, 15));
        child<QSpinBox>(*editor, "policyRandomDelay")->setValue(10);
        child<QSpinBox>(*editor, "keepDaily")->setValue(9);
        child<QComboBox>(*editor, "policyVerifyAfter")->setCurrentIndex(2);
        child<QSpinBox>(*editor, "policyBandwidth")->setValue(25);
        child<QSpinBox>(*editor, "policyThreads")->setValue(3);
        type(child<QLineEdit>(*editor, "hookCommand"), s("/usr/bin/logger \"a b\""));
        click(child<QPushButton>(*editor, "hookAdd"));
        click(child<QPushButton>(*editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.editor() == nullptr, kPatience);
        const Policy saved = bench.policy("office");
        QCOMPARE(saved.rules.size(), std::size_t(2));
        QVERIFY(!saved.rules[1].include);
        QCOMPARE(saved.schedules.at("full"), std::string("Sun *-*-* 04:15:00"));
        QCOMPARE(saved.randomDelaySeconds.value(), std::uint64_t(600));
        QCOMPARE(saved.retention->daily, 9U);
        QCOMPARE(saved.verifyAfter.value(), std::string("stored"));
        QCOMPARE(saved.bandwidthBytesPerSecond.value(), std::uint64_t(25'000'000));
        QCOMPARE(saved.threads.value(), std::uint64_t(3));
        QCOMPARE(saved.hooksBefore.at(0).command, (std::vector<std::string>{"/usr/bin/logger", "a b"}));
    }

    void edit_hookPathsAndDrill_areSavedAsTheyStand() {
        Bench bench;
        PolicyEditor* editor = bench.openEditor(s("office"));
        for (const char* part : {"partChecks", "partQueries", "partHooks"})
            open(*editor, part);
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*editor), QString(), kPatience); // laid out
        type(child<QLineEdit>(*editor, "hookCommand"), s("/usr/bin/dump-settings"));
        type(child<QLineEdit>(*editor, "hookPaths"), s("var/exports"));
        QVERIFY(!child<QPushButton>(*editor, "hookAdd")->isEnabled());
        QVERIFY(child<QLabel>(*editor, "hookNote")->text().contains(s("var/exports is none")));
        type(child<QLineEdit>(*editor, "hookPaths"), s("/var/exports, /srv/a"));
        QVERIFY(child<QPushButton>(*editor, "hookAdd")->isEnabled());
        click(child<QPushButton>(*editor, "hookAdd"));
        QCOMPARE(summary(*editor, "partHooks"), s("1 command"));
        auto* target = child<QComboBox>(*editor, "policyDrillTarget");
        QCOMPARE(target->currentIndex(), 0);
        target->setCurrentIndex(target->findData(QString::fromStdString(bench.sample.server(1).uuid)));
        auto* queries = child<QTableView>(*editor, "policyQueries");
        QAbstractItemModelTester tester(queries->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(!child<QPushButton>(*editor, "queryAdd")->isEnabled());
        type(child<QLineEdit>(*editor, "queryName"), s("people"));
        type(child<QLineEdit>(*editor, "querySql"), s("SELECT count(*) FROM people"));
        child<QComboBox>(*editor, "queryExpect")->setCurrentIndex(2);
        type(child<QLineEdit>(*editor, "queryValue"), s("12"));
        click(child<QPushButton>(*editor, "queryAdd"));
        QCOMPARE(summary(*editor, "partQueries"), s("1 check"));
        QVERIFY(!child<QPushButton>(*editor, "queryAdd")->isEnabled()); // the name is taken
        type(child<QLineEdit>(*editor, "policyTitle"),
             s("drilled")); // by which the list shows that it is saved
        QVERIFY(child<QLineEdit>(*editor, "policyCommand")->text().contains(s("--file -")));
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*editor), QString(), kPatience);
        QCOMPARE(accessibilityProblems(*editor), QString());
        click(child<QPushButton>(*editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.editor() == nullptr, kPatience);
        Policy saved = bench.policy("drilled");
        QCOMPARE(saved.hooksBefore.at(0).paths, (std::vector<std::string>{"/var/exports", "/srv/a"}));
        QCOMPARE(saved.drillTarget.value(), bench.sample.server(1).uuid);
        QCOMPARE(saved.drillChecks.size(), std::size_t(1));
        QCOMPARE(saved.drillChecks[0].name, std::string("people"));
        QVERIFY(saved.drillChecks[0].expect == DrillCheck::Expect::Value);
        QCOMPARE(saved.drillChecks[0].value, std::string("12"));
        auto* list = bench.find<QTableView>("policiesTable")->model();
        QTRY_VERIFY_WITH_TIMEOUT(!list->match(list->index(0, 0), Qt::DisplayRole, s("drilled")).isEmpty(),
                                 kPatience);
        editor = bench.openEditor(s("drilled"));
        for (const char* part : {"partChecks", "partQueries"})
            open(*editor, part);
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*editor), QString(), kPatience);
        queries = child<QTableView>(*editor, "policyQueries");
        queries->setCurrentIndex(queries->model()->index(0, 0));
        QCOMPARE(child<QLineEdit>(*editor, "queryValue")->text(), s("12"));
        click(child<QPushButton>(*editor, "queryRemove"));
        child<QComboBox>(*editor, "policyDrillTarget")->setCurrentIndex(0);
        click(child<QPushButton>(*editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.editor() == nullptr, kPatience);
        saved = bench.policy("drilled");
        QVERIFY(saved.drillChecks.empty() && !saved.drillTarget);
        QCOMPARE(saved.hooksBefore.at(0).paths.size(), std::size_t(2));
    }

    void transfer_exportedFile_comesBackAsACopyOrInItsPlace() {
        Bench bench;
        bench.choose(s("office"));
        const QString file = bench.home.filePath(s("office.json"));
        chooseFile(bench, "policyExport", "policyExportDialog", file);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(bench.find<QLabel>("policyNotes")->text().contains(file), kPatience);
        Policy changed = bench.policy("office");
        const auto before = changed.schedules;
        changed.schedules["full"] = "Sat *-*-* 05:00:00";
        CHECK_OK(bench.core->savePolicy(changed));
        bench.window->context().feed.refresh();

        chooseFile(bench, "policyImport", "policyImportDialog", file);
        QTRY_VERIFY_WITH_TIMEOUT(bench.window->findChild<QMessageBox*>(s("policyImportQuestion")) != nullptr,
                                 kPatience);
        click(bench.find<QPushButton>("policyImportCopy"));
        QVERIFY(bench.editor() != nullptr);
        QCOMPARE(child<QLineEdit>(*bench.editor(), "policyTitle")->text(), s("office 2"));
        QVERIFY(child<QLabel>(*bench.editor(), "policyWhy")->text().contains(s("Nothing is saved yet")));
        click(child<QPushButton>(*bench.editor(), "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.editor() == nullptr, kPatience);
        QCOMPARE(bench.policy("office 2").schedules, before);
        QVERIFY(bench.policy("office 2").uuid != bench.policy("office").uuid);

        // The file is older than the policy is now: nothing of it is lost without a word.
        chooseFile(bench, "policyImport", "policyImportDialog", file);
        QTRY_VERIFY_WITH_TIMEOUT(bench.window->findChild<QMessageBox*>(s("policyImportQuestion")) != nullptr,
                                 kPatience);
        click(bench.find<QPushButton>("policyImportReplace"));
        auto* page = bench.find<QWidget>("policiesPage");
        auto* error = page->findChild<ErrorPanel*>();
        QTRY_VERIFY_WITH_TIMEOUT(error->isVisible(), kPatience);
        QVERIFY2(child<QLabel>(*error, "errorMessage")->text().contains(s("was changed since")),
                 qPrintable(child<QLabel>(*error, "errorMessage")->text()));
        QCOMPARE(bench.policy("office").schedules.at("full"), std::string("Sat *-*-* 05:00:00"));
        CHECK_OK(bench.core->removePolicy(bench.policy("office").uuid, {}));
        bench.window->context().feed.refresh();
        QTRY_VERIFY_WITH_TIMEOUT(std::ranges::count(bench.window->context().feed.snapshot()->policies,
                                                    std::string("office"), &Policy::title) == 0,
                                 kPatience);
        chooseFile(bench, "policyImport", "policyImportDialog", file); // gone: it comes back as it was
        QTRY_VERIFY_WITH_TIMEOUT(bench.editor() != nullptr, kPatience);
        click(child<QPushButton>(*bench.editor(), "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.editor() == nullptr, kPatience);
        QCOMPARE(bench.policy("office").schedules, before);
    }

    void transfer_fileOfSomethingElse_isRefusedByName() {
        Bench bench;
        const QString file = bench.home.filePath(s("other.json"));
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly) && out.write("{\"colour\": \"red\"}") > 0);
        out.close();
        chooseFile(bench, "policyImport", "policyImportDialog", file);
        auto* error = bench.find<QWidget>("policiesPage")->findChild<ErrorPanel*>();
        QTRY_VERIFY_WITH_TIMEOUT(error->isVisible(), kPatience);
        QVERIFY(!child<QLabel>(*error, "errorMessage")->text().isEmpty());
        QVERIFY(bench.editor() == nullptr);
        QCOMPARE(bench.core->policies()->size(), std::size_t(4));
    }

    void edit_nothingChanged_cannotBeSavedAndLeavesAtOnce() {
        Bench bench;
        PolicyEditor* editor = bench.openEditor(s("prod-eu"));
        QVERIFY(!child<QPushButton>(*editor, "policySave")->isEnabled());
        QVERIFY(toJson(editor->policy()) == toJson(bench.policy("prod-eu")));
        QTest::keyClick(editor, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(bench.editor() == nullptr, kPatience);
    }

    void edit_leave_asksWhenSomethingWouldBeLost() {
        Bench bench;
        PolicyEditor* editor = bench.openEditor(s("prod-eu"));
        type(child<QLineEdit>(*editor, "policyTitle"), s("other"));
        click(child<QPushButton>(*editor, "policyCancel"));
        auto* question = editor->findChild<QMessageBox*>(s("policyLeave"));
        QVERIFY(question != nullptr);
        click(question->findChild<QPushButton*>(s("policyStay")));
        QVERIFY(bench.editor() == editor);
        QTRY_VERIFY_WITH_TIMEOUT(editor->findChild<QMessageBox*>(s("policyLeave")) == nullptr, kPatience);
        click(child<QPushButton>(*editor, "policyCancel"));
        click(editor->findChild<QMessageBox*>(s("policyLeave"))
                  ->findChild<QPushButton*>(s("policyLeaveConfirm")));
        QTRY_VERIFY_WITH_TIMEOUT(bench.editor() == nullptr, kPatience);
    }

    void edit_problems_areSaidAtTheirPart() {
        Bench bench;
        PolicyEditor* editor = bench.openEditor(s("prod-eu"));
        open(*editor, "partWhen");
        type(child<QLineEdit>(*editor, "scheduleText"), s("*-*-* 25:00"));
        QVERIFY2(summary(*editor, "partWhen").startsWith(s("At character 7")),
                 qPrintable(summary(*editor, "partWhen")));
        QVERIFY(!child<QPushButton>(*editor, "policySave")->isEnabled());
        QVERIFY(!child<QLabel>(*editor, "policyNote")->text().isEmpty());
        type(child<QLineEdit>(*editor, "scheduleText"), s("2020-01-01"));
        QVERIFY(summary(*editor, "partWhen").contains(s("never comes again")));
        type(child<QLineEdit>(*editor, "scheduleText"), s("Mon..Fri 22:00"));
        QCOMPARE(summary(*editor, "partWhen"), s("Monday to Friday at 22:00, up to 15 minutes later"));
        QVERIFY(child<QPushButton>(*editor, "policySave")->isEnabled());
        type(child<QLineEdit>(*editor, "keepWithin"), s("3 potatoes"));
        QVERIFY(!child<QPushButton>(*editor, "policySave")->isEnabled());
    }

    void edit_stale_showsBothVersionsAndMergesThem() {
        Bench bench;
        PolicyEditor* editor = bench.openEditor(s("prod-eu"));
        Policy theirs = bench.policy("prod-eu");
        theirs.threads = 6;
        theirs.randomDelaySeconds = 60;
        theirs.mail = {"admins"};
        CHECK_OK(bench.core->savePolicy(theirs));
        type(child<QLineEdit>(*editor, "policyTitle"), s("mine"));
        child<QSpinBox>(*editor, "policyRandomDelay")->setValue(30);
        click(child<QPushButton>(*editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(editor->findChild<ConflictDialog*>() != nullptr, kPatience);
        auto* dialog = editor->findChild<ConflictDialog*>();
        auto* table = child<QTableView>(*dialog, "conflictTable");
        QAbstractItemModelTester tester(table->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(table->model()->rowCount(), 4); // threads, notifications.mail, title, delay
        QCOMPARE(accessibilityProblems(*dialog), QString());
        for (int row = 0; row < 4; ++row) {
            const QString field = table->model()->index(row, 0).data().toString();
            const bool mine =
                table->model()->index(row, ConflictModel::YoursColumn).data(Qt::CheckStateRole).toInt() ==
                Qt::Checked;
            QCOMPARE(mine, field == s("the name")); // what both changed has no tick yet
            const auto value = [&](int column) {
                return table->model()->index(row, column).data().toString();
            };
            if (field == s("the name")) {
                QCOMPARE(value(ConflictModel::YoursColumn), s("mine"));
                QCOMPARE(value(ConflictModel::TheirsColumn), s("prod-eu"));
            } else if (field == s("the random delay")) { // seconds
                QCOMPARE(value(ConflictModel::BeforeColumn), s("900"));
                QCOMPARE(value(ConflictModel::YoursColumn), s("1800"));
                QCOMPARE(value(ConflictModel::TheirsColumn), s("60"));
            }
            if (field == s("the random delay"))
                table->setCurrentIndex(table->model()->index(row, ConflictModel::TheirsColumn));
        }
        QVERIFY2(child<QLabel>(*dialog, "conflictOpen")->text().contains(s("1 field:")),
                 qPrintable(child<QLabel>(*dialog, "conflictOpen")->text()));
        QTRY_VERIFY_WITH_TIMEOUT(!child<QLabel>(*dialog, "conflictText")->text().contains(s("somebody")),
                                 kPatience); // the audit has who it was
        auto* take = child<QPushButton>(*dialog, "conflictTake");
        QTest::keyClick(table, Qt::Key_Return); // nothing is decided by Enter alone
        QVERIFY(!take->isEnabled() && dialog->isVisible());
        QTest::keyClick(table, Qt::Key_Space);
        QVERIFY(take->isEnabled() && !child<QLabel>(*dialog, "conflictOpen")->isVisible());
        click(take);
        QCOMPARE(child<QLabel>(*editor, "policyNote")->text(), s("Look it over, then save."));
        QCOMPARE(child<QSpinBox>(*editor, "policyRandomDelay")->value(), 1);
        click(child<QPushButton>(*editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.editor() == nullptr, kPatience);
        const Policy merged = bench.policy("mine");
        QCOMPARE(merged.threads.value(), std::uint64_t(6));
        QCOMPARE(merged.mail, std::vector<std::string>{"admins"});
        QCOMPARE(merged.randomDelaySeconds.value(), std::uint64_t(60));
    }

    void edit_stale_allOfTheirs_saysThatNothingIsLeftToSave() {
        Bench bench;
        PolicyEditor* editor = bench.openEditor(s("prod-eu"));
        Policy theirs = bench.policy("prod-eu");
        theirs.randomDelaySeconds = 60;
        CHECK_OK(bench.core->savePolicy(theirs));
        child<QSpinBox>(*editor, "policyRandomDelay")->setValue(30);
        click(child<QPushButton>(*editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(editor->findChild<ConflictDialog*>() != nullptr, kPatience);
        auto* dialog = editor->findChild<ConflictDialog*>();
        auto* table = child<QTableView>(*dialog, "conflictTable");
        table->setCurrentIndex(table->model()->index(0, ConflictModel::TheirsColumn));
        QTest::keyClick(table, Qt::Key_Space);
        click(child<QPushButton>(*dialog, "conflictTake"));
        QVERIFY(!child<QPushButton>(*editor, "policySave")->isEnabled());
        QCOMPARE(child<QLabel>(*editor, "policyNote")->text(),
                 s("Everything is as the others saved it: there is nothing left to save."));
    }

    void edit_firstServer_ofAnotherEngine_hasNoOptionsOfThisOne() {
        Bench bench;
        const WorkspaceFeed& feed = bench.window->context().feed;
        Profile first = feed.snapshot()->profiles.front();
        first.engine = "other";
        const CoreConfig& config = bench.core->config();
        const auto workspace =
            WorkspaceDatabase::open(config.places.workspaceFile, *config.clock, "anna@laptop");
        CHECK_OK(workspace);
        CHECK_OK((*workspace)->updateProfile(first));
        bench.window->refresh();
        QTRY_COMPARE_WITH_TIMEOUT(feed.snapshot()->profiles.front().engine, std::string("other"), kPatience);
        PolicyEditor* editor = bench.openEditor(QString::fromStdString(first.title));
        QCOMPARE(child<QComboBox>(*editor, "policyServer")->currentIndex(), 0);
        open(*editor, "partLimits");
        QVERIFY(child<QSpinBox>(*editor, "policySessions")->isVisible());
        QVERIFY(!child<QComboBox>(*editor, "policyFormat")->isVisible());
    }

    void field_names_areThoseOfTheForms() {
        QCOMPARE(PolicyTexts::field("limits.sessions"), s("the number of connections"));
        QCOMPARE(PolicyTexts::field("options.range_bytes"),
                 s("the option “Big tables are read in pieces of”"));
        QCOMPARE(PolicyTexts::field("options.of_another_version"), s("the option of_another_version"));
    }

    void edit_stale_theirServerNotKnownHere_saysWhatIsMissing() {
        Bench bench;
        PolicyEditor* editor = bench.openEditor(s("prod-eu"));
        bench.sample.addServerAt(1); // after the editor took the list of servers
        Policy theirs = bench.policy("prod-eu");
        theirs.profileUuid = bench.sample.server(3).uuid;
        CHECK_OK(bench.core->savePolicy(theirs));
        child<QSpinBox>(*editor, "policyRandomDelay")->setValue(30);
        click(child<QPushButton>(*editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(editor->findChild<ConflictDialog*>() != nullptr, kPatience);
        click(child<QPushButton>(*editor->findChild<ConflictDialog*>(), "conflictTake"));
        QVERIFY(!child<QPushButton>(*editor, "policySave")->isEnabled());
        QCOMPARE(child<QLabel>(*editor, "policyNote")->text(), s("Choose a server."));
    }

    void edit_sameTitle_saysSoAndKeepsWhatWasTyped() {
        Bench bench;
        PolicyEditor* editor = bench.openEditor(s("prod-eu"));
        type(child<QLineEdit>(*editor, "policyTitle"), s("office"));
        click(child<QPushButton>(*editor, "policySave"));
        auto* panel = editor->findChild<QWidget*>(s("errorPanel"));
        const auto shown = [&] {
            const auto panels = editor->findChildren<QWidget*>(s("errorPanel"));
            return std::any_of(panels.begin(), panels.end(), [](QWidget* one) { return one->isVisible(); });
        };
        QTRY_VERIFY_WITH_TIMEOUT(shown(), kPatience);
        QVERIFY(panel != nullptr);
        QCOMPARE(child<QLineEdit>(*editor, "policyTitle")->text(), s("office"));
    }

    void edit_serverAway_saysWhyAndStaysUsable() {
        Bench bench;
        bench.sample.addServerAt(1); // nobody listens there
        bench.window->refresh();
        QVERIFY(bench.waitForRows("policiesTable", 5));
        QTRY_COMPARE_WITH_TIMEOUT(bench.window->context().feed.snapshot()->profiles.size(), std::size_t(4),
                                  kPatience);
        PolicyEditor* editor = bench.openEditor(s("local"));
        open(*editor, "partWhat");
        auto* ask = child<QPushButton>(*editor, "selectionAsk");
        click(ask);
        QVERIFY(!ask->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(ask->isEnabled(), kPatience);
        QVERIFY(!editor->findChildren<QLabel*>(s("errorTitle")).empty());
        type(child<QLineEdit>(*editor, "policyTitle"), s("renamed"));
        QVERIFY(child<QPushButton>(*editor, "policySave")->isEnabled());
    }

    /// Each part has letters of its own, whichever are open.
    void editor_allPartsOpen_noLetterBelongsToTwoThings() {
        Bench bench;
        PolicyEditor* editor = bench.openEditor(s("office"));
        QVERIFY(editor != nullptr);
        for (const char* part : {"partWhat", "partWhen", "partKeep", "partChecks", "partQueries",
                                 "partLimits", "partHooks", "partNotifications"})
            open(*editor, part);
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*editor, "queryAdd")->isVisible() &&
                                     child<QPushButton>(*editor, "ruleDown")->isVisible(),
                                 kPatience);
        CHECK_NONE(mnemonicProblems(*editor));
    }

    void pauseResume_duplicate_remove_act() {
        Bench bench;
        bench.choose(s("office"));
        auto* pause = bench.find<QPushButton>("policyPause");
        QCOMPARE(pause->accessibleName(), s("Pause"));
        click(pause);
        QTRY_COMPARE_WITH_TIMEOUT(pause->accessibleName(), s("Resume"), kPatience);
        QVERIFY(bench.policy("office").paused);
        QTRY_VERIFY_WITH_TIMEOUT(pause->isEnabled(), kPatience);
        CHECK_NONE(mnemonicProblems(*bench.window)); // "Resume" stands beside "Edit…"
        click(pause);
        QTRY_COMPARE_WITH_TIMEOUT(pause->accessibleName(), s("Pause"), kPatience);

        QTRY_VERIFY_WITH_TIMEOUT(bench.find<QPushButton>("policyDuplicate")->isEnabled(), kPatience);
        click(bench.find<QPushButton>("policyDuplicate"));
        QCOMPARE(child<QLineEdit>(*bench.editor(), "policyTitle")->text(), s("office, copy"));
        click(child<QPushButton>(*bench.editor(), "policySave"));
        QVERIFY(bench.waitForRows("policiesTable", 5));
        QTRY_VERIFY_WITH_TIMEOUT(bench.editor() == nullptr, kPatience);

        bench.choose(s("office, copy"));
        click(bench.find<QPushButton>("policyRemove"));
        auto* question = bench.window->findChild<QMessageBox*>(s("policyRemoveQuestion"));
        QVERIFY(question != nullptr);
        click(question->findChild<QPushButton*>(s("policyRemoveConfirm")));
        auto* table = bench.find<QTableView>("policiesTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 4, kPatience);
        QVERIFY(!bench.core->policy("office, copy"));
    }

    void remove_changedMeanwhile_isRefused() {
        Bench bench;
        bench.choose(s("office"));
        Policy theirs = bench.policy("office");
        theirs.threads = 2;
        CHECK_OK(bench.core->savePolicy(theirs));
        click(bench.find<QPushButton>("policyRemove"));
        click(bench.window->findChild<QMessageBox*>(s("policyRemoveQuestion"))
                  ->findChild<QPushButton*>(s("policyRemoveConfirm")));
        auto* panel = bench.find<QWidget>("policiesPage")->findChild<QWidget*>(s("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QVERIFY2(panel->accessibleDescription().startsWith(ErrorPanel::title(ErrorCode::Conflict)),
                 qPrintable(panel->accessibleDescription()));
        QVERIFY(bench.core->policy("office").has_value());
    }

    void runNow_startsAJobOfThePolicy() {
        Bench bench;
        bench.choose(s("office"));
        click(bench.find<QPushButton>("policyRun"));
        const auto& jobs = bench.window->context().jobs.jobs();
        QCOMPARE(jobs.size(), std::size_t(1));
        QCOMPARE(std::get<BackupJob>(jobs[0]->request).policy, bench.policy("office").uuid);
    }

    void builder_choicesAndText_followEachOther() {
        ScheduleBuilder builder;
        builder.setNow(FixedClock::kNow);
        builder.show();
        QVERIFY(!builder.expression());
        auto* kind = child<QComboBox>(builder, "scheduleKind");
        kind->setCurrentIndex(3); // days of the week
        QCOMPARE(builder.expression().value(), std::string("Mon *-*-* 02:00:00"));
        click(child<QCheckBox>(builder, "scheduleDay4"));
        QCOMPARE(builder.expression().value(), std::string("Mon,Fri *-*-* 02:00:00"));
        click(child<QCheckBox>(builder, "scheduleDay4"));
        click(child<QCheckBox>(builder, "scheduleDay0"));
        QVERIFY(!builder.problem().isEmpty());
        kind->setCurrentIndex(1);
        QCOMPARE(builder.expression().value(), std::string("*-*-* *:00:00"));
        auto* text = child<QLineEdit>(builder, "scheduleText");
        type(text, s("*-*~01 23:30 Europe/Berlin"));
        QCOMPARE(kind->currentText(), s("Every month"));
        QCOMPARE(child<QComboBox>(builder, "scheduleMonthDay")->currentText(), s("the last day"));
        const QStringList lines =
            child<QPlainTextEdit>(builder, "scheduleTimes")->toPlainText().split(QLatin1Char('\n'));
        QCOMPARE(lines.size(), 10);
        QCOMPARE(lines.front(), s("Mon 2026-11-30 23:30:00 CET"));
        QVERIFY(child<QLabel>(builder, "scheduleNote")
                    ->text()
                    .contains(s("Normal form: *-*~01 23:30:00 Europe/Berlin")));
        child<QTimeEdit>(builder, "scheduleTime")->setTime(QTime(22, 0));
        QCOMPARE(builder.expression().value(),
                 std::string("*-*~01 22:00:00 Europe/Berlin")); // the zone stays
        kind->setCurrentIndex(0);
        QVERIFY(!builder.expression());
    }

    void builder_wrongCharacter_isPointedAt() {
        ScheduleBuilder builder;
        builder.setNow(FixedClock::kNow);
        builder.setExpression("Mon *-13-* 02:00");
        builder.show();
        QVERIFY2(builder.problem().startsWith(s("At character 7")), qPrintable(builder.problem()));
        QCOMPARE(child<QPlainTextEdit>(builder, "scheduleTimes")->toPlainText(),
                 s("Mon *-13-* 02:00\n      ^"));
    }

    void selection_rules_canBeOrderedEditedRemoved() {
        SelectionSection section;
        Policy policy = makeDefaultPolicy("p", "prod", "r");
        policy.relationRules = {{false, "public.log"}};
        section.setPolicy(policy);
        section.setDatabases({s("billing"), s("tmp_1")}, s("Known:"));
        section.show();
        auto* rules = child<QTableView>(section, "policyRules");
        auto* preview = child<QTableView>(section, "selectionPreview");
        QAbstractItemModelTester one(rules->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QAbstractItemModelTester two(preview->model(),
                                     QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy changed(&section, &PolicySection::changed);
        type(child<QLineEdit>(section, "ruleGlob"), s("tmp_*"));
        click(child<QPushButton>(section, "ruleAdd"));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(preview->model()->index(0, 1).data().toString(), s("backed up, by rule 1"));
        QCOMPARE(preview->model()->index(1, 1).data().toString(), s("left out, by rule 2"));
        QCOMPARE(section.summary(), s("include *, exclude tmp_* (1 of 2 known databases)"));
        click(child<QPushButton>(section, "ruleUp"));
        QCOMPARE(preview->model()->index(1, 1).data().toString(), s("backed up, by rule 2"));
        QVERIFY(rules->model()->setData(rules->model()->index(0, 0), Qt::Checked, Qt::CheckStateRole));
        QVERIFY(rules->model()->setData(rules->model()->index(0, 1), s("x*"), Qt::EditRole));
        QVERIFY(!rules->model()->setData(rules->model()->index(0, 1), s("  "), Qt::EditRole));
        section.applyTo(policy);
        QCOMPARE(policy.rules.size(), std::size_t(2));
        QCOMPARE(policy.rules[0].databaseGlob, std::string("x*"));
        QCOMPARE(policy.relationRules.size(), std::size_t(1));
        rules->setCurrentIndex(rules->model()->index(1, 0));
        click(child<QPushButton>(section, "ruleRemove"));
        rules->setCurrentIndex(rules->model()->index(0, 0));
        click(child<QPushButton>(section, "ruleRemove"));
        QVERIFY(!section.problem().isEmpty());
        QCOMPARE(preview->model()->index(0, 1).data().toString(), s("left out: no rule matches"));
    }

    void hooks_areAddedChangedRemoved() {
        HooksSection section;
        section.setPolicy(makeDefaultPolicy("p", "prod", "r"));
        section.show();
        auto* table = child<QTableView>(section, "policyHooks");
        QAbstractItemModelTester tester(table->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        auto* add = child<QPushButton>(section, "hookAdd");
        type(child<QLineEdit>(section, "hookCommand"), s("relative"));
        QVERIFY(!add->isEnabled());
        type(child<QLineEdit>(section, "hookCommand"), s("/bin/after x"));
        child<QComboBox>(section, "hookWhen")->setCurrentIndex(1);
        child<QCheckBox>(section, "hookOutcome2")->setChecked(true);
        click(add);
        QCOMPARE(table->model()->index(0, 0).data().toString(), s("after: failed"));
        child<QSpinBox>(section, "hookLimit")->setValue(90);
        click(child<QPushButton>(section, "hookChange"));
        Policy policy = makeDefaultPolicy("p", "prod", "r");
        section.applyTo(policy);
        QCOMPARE(policy.hooksAfter.size(), std::size_t(1));
        QCOMPARE(policy.hooksAfter[0].timeoutSeconds, std::uint64_t(90));
        QVERIFY(policy.hooksAfter[0].runOn == std::vector<RunOutcome>{RunOutcome::Failed});
        QCOMPARE(section.summary(), s("1 command"));
        click(child<QPushButton>(section, "hookRemove"));
        QCOMPARE(section.summary(), s("None"));
    }

    void retention_outlook_saysWhatGoesAndWhatWillStay() {
        RetentionSection section;
        Policy policy = makeDefaultPolicy("p", "prod", "r");
        policy.retention = RetentionRules{};
        policy.retention->daily = 2;
        QSignalSpy wanted(&section, &RetentionSection::outlookWanted);
        section.setPolicy(policy);
        section.show();
        QTRY_COMPARE_WITH_TIMEOUT(wanted.count(), 1, kPatience); // after the pause

        RetentionPreview preview;
        ForecastRequest request;
        request.now = FixedClock::kNow;
        request.rules = policy.retention;
        request.schedules = {CalendarExpression::parse("02:00").value()};
        for (int day = 0; day < 3; ++day) {
            RetentionRow row;
            row.record.id = "b" + std::to_string(day);
            row.record.database = "billing";
            row.record.started = FixedClock::kNow - std::chrono::hours(24 * day + 1);
            row.record.storedBytes = 1'000'000;
            row.record.newStoredBytes = 40'000;
            row.hasRules = true;
            if (day < 2)
                row.decision.keptBy = {{RetentionRule::Daily, static_cast<std::uint32_t>(day + 1), "x"}};
            request.backups.push_back({retentionBackupOf(row.record), 1'000'000, 40'000});
            preview.rows.push_back(row);
        }
        preview.live = 3;
        preview.dropped = 1;
        preview.freed.objects.add(40'000);
        const auto forecast = forecastRetention(request, {});
        CHECK_OK(forecast);
        section.setOutlook(
            {std::make_shared<const RetentionPreview>(preview), std::make_shared<const Forecast>(*forecast)});
        auto* table = child<QTableView>(section, "retentionTable");
        QAbstractItemModelTester tester(table->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(child<QLabel>(section, "retentionSentence")->text(),
                 s("With these rules 1 backup would go at the next prune, of 3. That frees exactly 40.0 kB, "
                   "once they "
                   "have been in the trash for seven days."));
        QCOMPARE(table->model()->index(0, 2).data().toString(), s("goes: no rule keeps it"));
        QCOMPARE(table->model()->index(1, 2).data().toString(), s("stays: daily no. 1"));
        auto* cursor = child<QSlider>(section, "retentionCursor");
        cursor->setFocus();
        QTest::keyClick(cursor, Qt::Key_PageUp);
        QVERIFY(cursor->value() > 0);
        QVERIFY2(
            child<QLabel>(section, "retentionSentence")->text().startsWith(s("Estimate for 19 Dec 2026")),
            qPrintable(child<QLabel>(section, "retentionSentence")->text()));
        QCOMPARE(table->model()->index(0, 3).data().toString(), s("planned"));
        section.setOutlookError({ErrorCode::IoError, "the store is away", "mount it", true, {}});
        QVERIFY(!cursor->isEnabled());
        QCOMPARE(table->model()->rowCount(), 0);
        child<QCheckBox>(section, "keepEverything")->setChecked(true);
        section.applyTo(policy);
        QVERIFY(!policy.retention);
        QCOMPARE(section.summary(), s("Everything"));
    }

    void fields_unactedOn_haveNoControl_andAreKept() {
        NotificationsSection notifications;
        Policy probe;
        probe.mail = {"x"};
        QCOMPARE(notifications.isEmpty(), !isActedOn(probe, "notifications"));
        Policy policy = makeDefaultPolicy("p", "prod", "r");
        policy.bandwidthBytesPerSecond = 1'234'567; // the control shows MB/s
        policy.lockWaitSeconds = 0;
        LimitsSection limits;
        limits.setPolicy(policy);
        Policy after = policy;
        limits.applyTo(after);
        QCOMPARE(after.bandwidthBytesPerSecond.value(), std::uint64_t(1'234'567));
        QCOMPARE(after.lockWaitSeconds.value(), std::uint64_t(0));
        child<QSpinBox>(limits, "policyBandwidth")->setValue(0);
        limits.applyTo(after);
        QVERIFY(!after.bandwidthBytesPerSecond);
    }
};

QTEST_MAIN(TestPolicies)
#include "test_policies.moc"
