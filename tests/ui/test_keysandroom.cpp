// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What Enter and the underlined letters do in dialogs, and how tables and wizards share their room.
#include "support/check.h"
#include "support/patience.h"
#include "ui/flowbench.h"
#include "ui/jobs/jobrow.h"
#include "ui/repository/newrepositoryflow.h"
#include "ui/repository/repositorydialogs.h"
#include "ui/restore/backuptimeline.h"
#include "ui/restore/findingsview.h"
#include "ui/restored/restoredtexts.h"
#include "ui/restored/swapdialog.h"
#include "ui/support/columnfit.h"
#include "ui/support/steplist.h"
#include "ui/support/tables.h"
#include "ui/support/theme.h"
#include "ui/welcome/protectpages.h"
#include "ui/welcome/recoverflow.h"
#include "ui/widgetchecks.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QWindow>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// Paints 300 pixels, and can do with 60.
class Strip final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {300, 20}; }
};

void setCells(QStandardItemModel& model, const QStringList& texts) {
    QStringList heads;
    for (int column = 0; column < texts.size(); ++column) {
        heads << QString(QChar(u'A' + column));
        model.setItem(0, column, new QStandardItem(texts[column]));
    }
    model.setHorizontalHeaderLabels(heads);
}

void sendMouse(QWidget* to, QEvent::Type type, const QPoint& at, Qt::MouseButtons held) {
    QMouseEvent event(type, at, to->mapToGlobal(at),
                      type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton, held, Qt::NoModifier);
    QApplication::sendEvent(to, &event);
}

int wanted(const QTableView& table, int column) {
    return static_cast<const QAbstractItemView&>(table).sizeHintForColumn(column);
}

DatabaseSwap planOf(bool undo) {
    DatabaseSwap plan;
    plan.undo = undo;
    plan.liveName = plan.restoredAs = plan.replaced = "shop";
    plan.restored = "shop_new";
    plan.replacedAs = "shop_replaced_20261121t070000z";
    plan.backupId = "20261120T020000Z-ABC123";
    plan.state = "proved";
    plan.staysBehind = {"What was written to shop since 2026-11-26T14:47:23Z stays in shop_new."};
    plan.statements = {"ALTER DATABASE shop_new RENAME TO shop"};
    return plan;
}

RestoredDatabase restored() {
    RestoredDatabase one;
    one.name = "shop_new";
    one.state = "proved";
    one.backupId = "20261120T020000Z-ABC123";
    return one;
}

Profile nobody() {
    Profile profile;
    profile.uuid = "p1";
    profile.title = "db1";
    profile.engine = "postgresql";
    profile.host = "db1.example.org";
    profile.user = "salvor";
    profile.secretKind = "file";
    return profile;
}

BackupRecord backupAt(Instant started, const char* id) {
    BackupRecord one;
    one.id = id;
    one.started = started;
    return one;
}

} // namespace

class TestKeysAndRoom : public QObject {
    Q_OBJECT

private slots:
    void columns_tableResizedWhileAButtonIsDown_areStillFitted() {
        QStandardItemModel model(1, 3);
        setCells(model, {s("x"), QString(40, QLatin1Char('w')), s("y")});
        QTableView table;
        setUpTable(table, "table", s("Table"));
        table.setModel(&model);
        setColumnWidths(table, {10, 10, 10});
        table.resize(400, 200);
        table.show();
        QVERIFY(QTest::qWaitForWindowExposed(&table));
        QPushButton tab; // as a tab that is clicked, or the handle of a splitter
        tab.show();
        QVERIFY(QTest::qWaitForWindowExposed(&tab));
        QTest::mousePress(tab.windowHandle(), Qt::LeftButton, {}, QPoint(5, 5));
        QVERIFY(QGuiApplication::mouseButtons() != Qt::NoButton);
        table.resize(1200, 200);
        QCoreApplication::processEvents();
        QTest::mouseRelease(tab.windowHandle(), Qt::LeftButton, {}, QPoint(5, 5));
        QTRY_COMPARE_WITH_TIMEOUT(table.columnWidth(1), wanted(table, 1), kPatience);
        QVERIFY(!table.findChild<ColumnFit*>()->isStopped());
        model.item(0, 0)->setText(QString(30, QLatin1Char('n'))); // another name, longer
        QTRY_VERIFY_WITH_TIMEOUT(table.columnWidth(0) >= wanted(table, 0), kPatience);
    }

    void columns_headDragged_areSomebodysUntilReset() {
        QStandardItemModel model(1, 3);
        setCells(model, {s("x"), s("y"), s("z")});
        QTableView table;
        setUpTable(table, "table", s("Table"));
        table.setModel(&model);
        setColumnWidths(table, {20, 20, 20});
        table.resize(900, 200);
        table.show();
        QVERIFY(QTest::qWaitForWindowExposed(&table));
        auto* fit = table.findChild<ColumnFit*>();
        QTRY_COMPARE_WITH_TIMEOUT(table.columnWidth(1),
                                  std::max(wanted(table, 1), table.horizontalHeader()->sectionSizeHint(1)),
                                  kPatience);
        QHeaderView* header = table.horizontalHeader();
        const int before = table.columnWidth(0);
        const QPoint edge(header->sectionViewportPosition(1) - 1, header->height() / 2);
        sendMouse(header->viewport(), QEvent::MouseMove, edge, Qt::NoButton);
        sendMouse(header->viewport(), QEvent::MouseButtonPress, edge, Qt::LeftButton);
        sendMouse(header->viewport(), QEvent::MouseMove, edge + QPoint(80, 0), Qt::LeftButton);
        sendMouse(header->viewport(), QEvent::MouseButtonRelease, edge + QPoint(80, 0), Qt::NoButton);
        QVERIFY(table.columnWidth(0) > before);
        QVERIFY(fit->isStopped());
        fit->goOn();
        QTRY_COMPARE_WITH_TIMEOUT(table.columnWidth(0), before, kPatience);
    }

    void columns_whatIsDrawn_givesWayBeforeATextIsCut() {
        QStandardItemModel model(1, 3);
        setCells(model, {s("x"), QString(), QString(40, QLatin1Char('w'))});
        QTableView table;
        setUpTable(table, "table", s("Table"));
        table.setModel(&model);
        auto* strip = new Strip(&table);
        strip->setProperty(kLeastWidth, 60);
        table.setItemDelegateForColumn(1, strip);
        setColumnWidths(table, {5, 5, 5});
        table.show();
        const int text = wanted(table, 2);
        const int name = std::max(wanted(table, 0), table.horizontalHeader()->sectionSizeHint(0));
        table.resize(name + text + 120, 200); // 300 would be too much
        QTRY_VERIFY_WITH_TIMEOUT(table.columnWidth(2) >= text, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(table.columnWidth(1) >= 60 && table.columnWidth(1) <= 120, kPatience);
        table.resize(name + text + 400, 200);
        QTRY_COMPARE_WITH_TIMEOUT(table.columnWidth(1), 300, kPatience);
    }

    /// As long as a name may be: its tooltip has it whole, and what is told of it is not cut.
    void columns_longName_givesWayBeforeWhatIsToldOfIt() {
        QStandardItemModel model(1, 3);
        setCells(model, {QString(63, QLatin1Char('n')), QString(20, QLatin1Char('w')), s("never")});
        QTableView table;
        setUpTable(table, "table", s("Table"));
        table.setModel(&model);
        setColumnWidths(table, {5, 5, 5});
        table.show();
        table.resize(wanted(table, 1) + wanted(table, 2) + 260, 200);
        QTRY_VERIFY_WITH_TIMEOUT(table.columnWidth(0) < wanted(table, 0), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(table.columnWidth(1) >= wanted(table, 1), kPatience);
        QVERIFY(table.horizontalHeader()->length() <= table.viewport()->width());
        QVERIFY(table.columnWidth(0) >= 190);
    }

    void wizard_buttons_haveRoomInThemAndBetween() {
        FlowBench bench;
        NewRepositoryFlow flow(bench.context());
        flow.show();
        QVERIFY(QTest::qWaitForWindowExposed(&flow));
        const auto* next = child<QPushButton>(flow, "flowNext");
        const auto* cancel = child<QPushButton>(flow, "flowCancel");
        QTRY_VERIFY_WITH_TIMEOUT(cancel->geometry().left() - next->geometry().right() > 5, kPatience);
        const int text = next->fontMetrics().size(Qt::TextShowMnemonic, next->text()).width();
        QVERIFY(next->width() >= text + 20);
        CHECK_NONE(mnemonicProblems(flow));
    }

    void folder_underlinedLetter_leadsIntoItsLine() {
        FlowBench bench;
        NewRepositoryFlow flow(bench.context());
        flow.show();
        flow.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&flow));
        child<QLineEdit>(flow, "repositoryTitle")->setFocus();
        QTest::keyClick(&flow, Qt::Key_F, Qt::AltModifier);
        QTRY_COMPARE_WITH_TIMEOUT(flow.focusWidget(), child<QLineEdit>(flow, "repositoryFolder"), kPatience);
    }

    void labels_underlinedLetters_haveSomewhereToGo() {
        FlowBench bench;
        const auto made = bench.makeRepository(s("nas"));
        NewRepositoryFlow place(bench.context());
        RecoverFlow recover(bench.context());
        RehearsalDialog rehearsal(bench.context(), QString::fromStdString(made.pin.id));
        for (QWidget* window : std::initializer_list<QWidget*>{&place, &recover, &rehearsal}) {
            int found = 0;
            for (const QLabel* label : window->findChildren<QLabel*>()) {
                if (label->buddy() == nullptr || !label->text().contains(QLatin1Char('&')))
                    continue;
                ++found;
                QVERIFY2(label->buddy()->focusPolicy() != Qt::NoFocus, qPrintable(label->text()));
            }
            QVERIFY(found > 0);
        }
    }

    void folder_help_takesNoMoreThanItsLines() {
        FlowBench bench;
        NewRepositoryFlow flow(bench.context());
        flow.show();
        QVERIFY(QTest::qWaitForWindowExposed(&flow));
        const auto* help = child<QLabel>(flow, "repositoryFolderHelp");
        QTRY_VERIFY_WITH_TIMEOUT(help->height() <= help->heightForWidth(help->width()) + 2, kPatience);
        const auto* folder = child<QLineEdit>(flow, "repositoryFolder");
        const auto* title = child<QLineEdit>(flow, "repositoryTitle");
        QCOMPARE(folder->mapTo(&flow, QPoint()).x(), title->mapTo(&flow, QPoint()).x());
    }

    void repositories_none_formStandsWhereTheOthersDo() {
        RepositoryPage page;
        page.resize(700, 500);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        const auto leftOf = [&](const char* name) {
            return child<QLineEdit>(page, name)->mapTo(&page, QPoint()).x();
        };
        const int alone = leftOf("repositoryTitle");
        RepositoryPin pin;
        pin.id = "r1";
        pin.title = "nas";
        pin.url = "file:///mnt/nas";
        pin.isWriter = true;
        page.setRepositories({pin}); // now it belongs to a radio button
        QTRY_VERIFY_WITH_TIMEOUT(leftOf("repositoryTitle") > alone, kPatience);
    }

    void making_keysInAKeychain_saysThatItsPromptIsWaitedFor() {
        FlowBench bench;
        NewRepositoryFlow flow(bench.context());
        flow.show();
        type(child<QLineEdit>(flow, "repositoryFolder"), bench.folder(s("store")));
        type(child<QLineEdit>(flow, "repositoryTitle"), s("nas"));
        auto* kind = child<QComboBox>(flow, "repositorySecretKind");
        kind->setCurrentIndex(kind->findData(s("keychain")));
        auto* next = child<QPushButton>(flow, "flowNext");
        QVERIFY(next->isEnabled());
        click(next);
        const QString said = child<QLabel>(flow, "flowNote")->text(); // before anything has come back
        QVERIFY2(said.contains(s("answer it there")), qPrintable(said));
        QVERIFY(child<QPushButton>(flow, "flowCancel")->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(child<QWidget>(flow, "errorPanel")->isVisible(),
                                 kPatience); // no plug-in here
    }

    void swap_enter_isNeverCancel() {
        FlowBench bench;
        SwapDialog dialog(bench.context(), nobody(), restored(), false);
        dialog.show();
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(dialog, "swapAgain")->isEnabled(), kPatience);
        dialog.showPlan(planOf(false));
        auto* typed = child<QLineEdit>(dialog, "swapTyped");
        type(typed, s("shopp"));
        QTest::keyClick(typed, Qt::Key_Return);
        QVERIFY(dialog.isVisible());
        QVERIFY(!child<QLabel>(dialog, "swapNote")->text().isEmpty());
        type(typed, s("shop"));
        auto* start = child<QPushButton>(dialog, "swapStart");
        QVERIFY(start->isDefault());
        QSignalSpy pressed(start, &QPushButton::clicked);
        auto* close = child<QPushButton>(dialog, "swapClose");
        QSignalSpy closed(close, &QPushButton::clicked);
        auto* again = child<QPushButton>(dialog, "swapAgain");
        QSignalSpy looked(again, &QPushButton::clicked);
        again->setFocus();
        QTest::keyClick(again, Qt::Key_Return); // not the swap, though that is the default
        QCOMPARE(looked.size(), 1);
        QCOMPARE(pressed.size(), 0);
        QTRY_VERIFY_WITH_TIMEOUT(again->isEnabled(), kPatience);
        dialog.showPlan(planOf(false));
        type(typed, s("shop"));
        QTest::keyClick(typed, Qt::Key_Return);
        QCOMPARE(pressed.size(), 1);
        QCOMPARE(closed.size(), 0);
        QVERIFY(dialog.isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(child<QWidget>(dialog, "errorPanel")->isVisible(),
                                 kPatience); // no such server
    }

    void swap_takenBack_speaksOfOneRowAndOfTimesWithTheirZone() {
        DatabaseSwap plan = planOf(true);
        plan.rowsChanged = 1;
        QVERIFY2(SwapTexts::written(plan).startsWith(s("One row was written since")),
                 qPrintable(SwapTexts::written(plan)));
        plan.rowsChanged = 2;
        QVERIFY(SwapTexts::written(plan).startsWith(s("2 rows were written since")));
        FlowBench bench;
        SwapDialog dialog(bench.context(), nobody(), restored(), true);
        dialog.show();
        dialog.showPlan(plan);
        const QString stays = child<QPlainTextEdit>(dialog, "swapStaysBehind")->toPlainText();
        QVERIFY2(stays.contains(s("26 Nov 2026")) && !stays.contains(s("T14:47:23Z")), qPrintable(stays));
    }

    void timeline_allOfOneDay_hasHours() {
        const Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26) + 12h;
        BackupTimeline line;
        line.resize(600, line.sizeHint().height());
        line.setBackups({backupAt(noon, "b1"), backupAt(noon + 30min, "b2")}, "b2");
        const QStringList hours = line.axisTexts();
        QVERIFY(hours.size() > 1);
        for (const auto& text : hours)
            QVERIFY2(text.contains(QLatin1Char(':')), qPrintable(text));
        line.setBackups({backupAt(noon - 72h, "b1"), backupAt(noon, "b2")}, "b2");
        const QStringList days = line.axisTexts();
        QVERIFY(days.size() > 1 && !days.front().contains(QLatin1Char(':')));
    }

    void findings_somethingToDo_isNotFine() {
        Preflight preflight;
        preflight.findings.push_back({PreflightFinding::Level::Ok, "roles", "all roles are there", {}});
        FindingsView view;
        const auto words = [&] {
            QStringList found;
            for (const QLabel* label : view.findChildren<QLabel*>())
                found << label->text();
            return found;
        };
        view.showFindings(preflight);
        QVERIFY(words().contains(s("Fine")));
        preflight.findings = {
            {PreflightFinding::Level::Ok, "time", "not yet measured", "a test restore measures it"}};
        view.showFindings(preflight);
        QVERIFY2(words().contains(s("Note")) && !words().contains(s("Fine")), qPrintable(words().join(u'|')));
    }

    void job_whileItRuns_ticksThePhasesThatAreOver() {
        Job job;
        const auto go = [&job](const char* phase) {
            notePhase(job.phasesDone, job.progress.phase, phase);
            job.progress.phase = phase;
        };
        JobRow row(s("Backing up"));
        row.show();
        const auto* steps = child<QLabel>(row, "jobSteps");
        go("connecting");
        row.update(job, 0);
        QVERIFY(!steps->isVisible()); // nothing is over
        go("snapshot");
        go("data");
        row.update(job, 0);
        QVERIFY(steps->isVisible());
        QCOMPARE(steps->text().replace(QChar(QChar::Nbsp), u' '), s("✓ Connecting  ✓ Taking the snapshot"));
        QCOMPARE(steps->accessibleName(), s("Done: Connecting, Taking the snapshot"));
        QCOMPARE(steps->palette().color(QPalette::WindowText),
                 Theme::tone(Tone::Good, QApplication::palette()));
        go("snapshot"); // of the next database
        row.update(job, 0);
        QCOMPARE(steps->accessibleName(), s("Done: Connecting"));
        job.result = Result<JobReport>(failure(cancelledError()));
        row.update(job, 0);
        QVERIFY(!steps->isVisible());
    }

    void flow_stepThatWasLeftOut_hasNoTick() {
        StepList steps;
        steps.setSteps({s("Server"), s("Recovery file"), s("Start")});
        steps.setCurrent(0);
        steps.resize(steps.sizeHint());
        QVERIFY(steps.accessibleDescription().isEmpty());
        steps.setCurrent(2);
        QCOMPARE(steps.accessibleDescription(), s("Done: Server"));
        const QImage leftOut = steps.grab().toImage();
        steps.setCurrent(0);
        steps.setCurrent(1); // another answer leads through it
        steps.setCurrent(2);
        QCOMPARE(steps.accessibleDescription(), s("Done: Server, Recovery file"));
        QVERIFY(steps.grab().toImage() != leftOut);
    }

    void job_whatItLeftIsDropped_isSettledAndNotRed() {
        Job job;
        job.request = RestoreJob();
        job.result = Result<JobReport>(failure(Error{ErrorCode::Conflict,
                                                     "pg_restore failed",
                                                     {},
                                                     false,
                                                     {{"left_behind", "shop_half"}, {"left_on", "p1"}}}));
        JobRow row(s("Restoring shop"));
        row.update(job, 0);
        const auto* state = child<QLabel>(row, "jobState");
        const auto ink = [&] { return state->palette().color(QPalette::WindowText); };
        QCOMPARE(ink(), Theme::tone(Tone::Bad, QApplication::palette()));
        row.dropped(s("p1"), s("shop_half"));
        QVERIFY(state->text().contains(s("is dropped")));
        QCOMPARE(ink(), Theme::tone(Tone::Neutral, QApplication::palette()));
    }

    void start_facts_sayWhatWhenAndWhere() {
        StartPage page;
        page.setFacts(s("db1"), s("2 databases, 1 MB in all; not backed up: vault"),
                      s("Every day at 02:00; keeps: 7 daily"), s("nas"));
        page.show();
        QVERIFY(child<QLabel>(page, "startDatabases")->text().contains(s("vault")));
        QVERIFY(child<QLabel>(page, "startWhen")->isVisible());
        page.setFacts(s("db1"), s("2 databases, 1 MB in all"), {}, s("nas"));
        QVERIFY(!child<QLabel>(page, "startWhen")->isVisible());
        // What was rehearsed once is not asked for again, and the Overview reminds nobody of it.
        QVERIFY(child<QLabel>(page, "startLater")->isVisible());
        page.setRehearsed(true);
        QVERIFY(!child<QLabel>(page, "startLater")->isVisible());
    }
};

QTEST_MAIN(TestKeysAndRoom)
#include "test_keysandroom.moc"
