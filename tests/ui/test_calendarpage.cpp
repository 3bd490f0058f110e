// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The Calendar page, by clicks, drags and keys over a real core.
#include "models/schedule/zone.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/calendar/monthview.h"
#include "ui/calendar/weekview.h"
#include "ui/clicks.h"
#include "ui/main/windowpage.h"
#include "ui/main/workspacefeed.h"
#include "ui/policies/policyeditor.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QToolButton>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// The window on its Calendar page: the week of Saturday, 21 November 2026.
class Bench : public WindowFixture {
public:
    Bench()
        : WindowFixture(Filled) {
        window->showPage(QStringLiteral("calendar"));
        week = find<WeekView>("calendarWeek");
        if (!QTest::qWaitFor(
                [this] { return !marks().empty() && window->context().feed.snapshot() != nullptr; },
                kPatience))
            throw std::runtime_error("the calendar stays empty");
    }
    const std::vector<CalendarMark>& marks() const {
        static const std::vector<CalendarMark> kNone;
        return week->picture() == nullptr ? kNone : week->picture()->plan.marks;
    }
    /// The first planned mark of a policy; -1: none.
    int planned(const char* policy) const {
        for (std::size_t i = 0; i < marks().size(); ++i) {
            if (marks()[i].planned && week->picture()->rule(marks()[i]).policyTitle == policy)
                return static_cast<int>(i);
        }
        return -1;
    }
    QString schedule(const char* policy) const {
        const auto found = core->policy(policy);
        return found ? QString::fromStdString(found->schedules.at("full")) : QString();
    }
    void drag(int mark, const QPoint& by) const {
        const QPoint from = week->rectOf(mark).center();
        QTest::mousePress(week, Qt::LeftButton, {}, from);
        QTest::mouseMove(week, from + by / 2);
        QTest::mouseMove(week, from + by);
    }
    void letGo(int mark, const QPoint& by) const {
        QTest::mouseRelease(week, Qt::LeftButton, {}, week->rectOf(mark).center() + by);
    }
    /// The page has what is saved now, or holds it back.
    bool look() const {
        auto* page = find<WindowPage>("calendarPage");
        page->refresh();
        const auto calls = page->findChildren<BackgroundCall*>(QString(), Qt::FindDirectChildrenOnly);
        return QTest::qWaitFor(
            [&] { return std::ranges::none_of(calls, [](auto* call) { return call->isRunning(); }); },
            kPatience);
    }
    /// As somebody else does, at a terminal.
    void unschedule(const char* policy) const {
        auto theirs = core->policy(policy);
        if (!theirs)
            throw std::runtime_error("there is no such policy");
        theirs->schedules.clear();
        if (!core->savePolicy(*theirs))
            throw std::runtime_error("the policy is not saved");
    }
    int hour() const { // pixels
        return (week->height() - week->rectOf(0).top()) > 0
                   ? (week->height() - (week->fontMetrics().height() * 3 + 14)) / 24
                   : 0;
    }
    int day() const { return week->width() / 7; }

    WeekView* week = nullptr;
};

} // namespace

class TestCalendarPage : public QObject {
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

    void week_showsPastAndPlanned_asCellsWithNames() {
        Bench bench;
        QCOMPARE(bench.find<QLabel>("calendarRange")->text(),
                 s("Mon 16 Nov to Sun 22 Nov 2026, Europe/Berlin"));
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(bench.week);
        QVERIFY(face != nullptr);
        QCOMPARE(face->childCount(), static_cast<int>(bench.marks().size()));
        QStringList names;
        for (int i = 0; i < face->childCount(); ++i) {
            QAccessibleInterface* cell = face->child(i);
            QVERIFY(cell != nullptr && cell->isValid());
            QCOMPARE(face->indexOfChild(cell), i);
            QCOMPARE(cell->parent(), face);
            QCOMPARE(cell->role(), QAccessible::ListItem);
            QVERIFY(!cell->rect().isEmpty());
            names << cell->text(QAccessible::Name);
        }
        QVERIFY(face->child(face->childCount()) == nullptr);
        const int mark = bench.planned("prod-eu");
        QVERIFY(mark >= 0);
        QVERIFY2(
            names[mark].startsWith(
                s("Sunday 22 November 2026 02:00, prod-eu, prod-eu, planned; not applied on this computer")),
            qPrintable(names[mark]));
        QVERIFY2(names[mark].contains(s("collides with timescale")), qPrintable(names[mark]));
        QVERIFY(names.filter(s("3 runs: ok")).size() >= 4);
        QCOMPARE(accessibilityProblems(*bench.window), QString());
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*bench.window), QString(),
                                  kPatience); // laid out after the texts came
    }

    void keys_walkOverTheMarks_andTheSideSaysWhatItIs() {
        Bench bench;
        bench.week->setFocus();
        QCOMPARE(bench.week->chosen(), 0);
        QTest::keyClick(bench.week, Qt::Key_End);
        QCOMPARE(bench.week->chosen(), static_cast<int>(bench.marks().size()) - 1);
        QTest::keyClick(bench.week, Qt::Key_Left);
        QVERIFY(bench.marks()[static_cast<std::size_t>(bench.week->chosen())].day == 5);
        QTest::keyClick(bench.week, Qt::Key_Home);
        QTest::keyClick(bench.week, Qt::Key_Right);
        QCOMPARE(bench.marks()[static_cast<std::size_t>(bench.week->chosen())].day, std::size_t(1));
        bench.week->choose(bench.planned("office"));
        QAccessibleInterface* focus = QAccessible::queryAccessibleInterface(bench.week)->focusChild();
        QVERIFY(focus != nullptr && focus->state().selected);
        QVERIFY(bench.find<QLabel>("calendarWhat")->text().contains(s("office, planned")));
        QVERIFY(bench.find<QLabel>("calendarExpression")->text().startsWith(s("Sun *-*-* 03:30:00")));
        const QStringList times =
            bench.find<QPlainTextEdit>("calendarTimes")->toPlainText().split(QLatin1Char('\n'));
        QCOMPARE(times.size(), 10);
        QCOMPARE(times[0], s("Sun 2026-11-22 03:30:00 CET"));
        QTest::keyClick(bench.week, Qt::Key_Return);
        QVERIFY(bench.window->findChild<PolicyEditor*>() != nullptr);
    }

    void activate_pastRun_showsTheBackupsOfItsServer() {
        Bench bench;
        bench.week->setFocus();
        QTest::keyClick(bench.week, Qt::Key_Home);
        QTest::keyClick(bench.week, Qt::Key_Return);
        QCOMPARE(bench.window->currentPageId(), s("backups"));
    }

    void drag_singleTime_movesAllWithGhostsAndUndo() {
        Bench bench;
        const int mark = bench.planned("prod-eu");
        const QPoint by(0, 2 * bench.hour() + 2);
        bench.drag(mark, by);
        QVERIFY2(bench.find<QLabel>("calendarHint")
                     ->text()
                     .startsWith(s("All runs of this schedule move: Every day at 04:")),
                 qPrintable(bench.find<QLabel>("calendarHint")->text()));
        QCOMPARE(bench.schedule("prod-eu"), s("*-*-* 02:00:00")); // nothing yet
        bench.letGo(mark, by);
        QTRY_VERIFY_WITH_TIMEOUT(bench.schedule("prod-eu").startsWith(s("*-*-* 04:")), kPatience);
        auto* undo = bench.find<QPushButton>("calendarUndo");
        QTRY_VERIFY_WITH_TIMEOUT(undo->isVisible() && undo->isEnabled(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(
            bench.planned("prod-eu") >= 0 &&
                bench.marks()[static_cast<std::size_t>(bench.planned("prod-eu"))].beginMinute >= 240,
            kPatience);
        click(undo);
        QTRY_COMPARE_WITH_TIMEOUT(bench.schedule("prod-eu"), s("*-*-* 02:00:00"), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!undo->isVisible(), kPatience);
    }

    void drag_toWhereItWas_changesNothing() {
        Bench bench;
        const int mark = bench.planned("prod-eu");
        bench.drag(mark, QPoint(0, 2 * bench.hour()));
        QTest::mouseMove(bench.week, bench.week->rectOf(mark).center());
        bench.letGo(mark, QPoint(0, 0));
        QCOMPARE(bench.schedule("prod-eu"), s("*-*-* 02:00:00"));
        QVERIFY(!bench.find<QPushButton>("calendarUndo")->isVisible());
    }

    void keys_moveBySteps_enterSaves_escapeLeaves() {
        Bench bench;
        bench.week->setFocus();
        bench.week->choose(bench.planned("office"));
        QTest::keyClick(bench.week, Qt::Key_Down, Qt::ControlModifier);
        QTest::keyClick(bench.week, Qt::Key_Down, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(bench.find<QLabel>("calendarHint")->text().contains(s("Sunday at 03:46")));
        QTest::keyClick(bench.week, Qt::Key_Escape);
        QCOMPARE(bench.schedule("office"), s("Sun *-*-* 03:30:00"));
        QTest::keyClick(bench.week, Qt::Key_Left, Qt::ControlModifier);
        QTest::keyClick(bench.week, Qt::Key_Up, Qt::ControlModifier);
        QTest::keyClick(bench.week, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(bench.schedule("office"), s("Sat *-*-* 03:15:00"), kPatience);
        auto* undo = bench.find<QPushButton>("calendarUndo");
        QTRY_VERIFY_WITH_TIMEOUT(undo->isVisible() && undo->isEnabled(), kPatience);
        bench.week->setFocus();
        QTest::keyClick(bench.week, Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(bench.schedule("office"), s("Sun *-*-* 03:30:00"), kPatience);
    }

    void drag_acrossDaysOfADailyRule_opensTheEditorAndSaysWhy() {
        Bench bench;
        const int mark = bench.planned("prod-eu");
        const QPoint by(-bench.day(), 0);
        bench.drag(mark, by);
        QVERIFY(bench.find<QLabel>("calendarHint")->text().startsWith(s("This schedule runs every day")));
        bench.letGo(mark, by);
        auto* editor = bench.window->findChild<PolicyEditor*>();
        QVERIFY(editor != nullptr);
        QVERIFY(child<QLabel>(*editor, "policyWhy")->text().startsWith(s("This schedule runs every day")));
        QVERIFY(child<QToolButton>(*editor, "partWhen")->isChecked());
        QCOMPARE(bench.schedule("prod-eu"), s("*-*-* 02:00:00"));
    }

    void drop_policyChangedMeanwhile_isRefusedAndSaid() {
        Bench bench;
        auto theirs = bench.core->policy("office");
        CHECK_OK(theirs);
        theirs->threads = 3;
        CHECK_OK(bench.core->savePolicy(*theirs));
        bench.week->setFocus();
        bench.week->choose(bench.planned("office"));
        QTest::keyClick(bench.week, Qt::Key_Down, Qt::ControlModifier);
        QTest::keyClick(bench.week, Qt::Key_Return);
        auto* panel = bench.find<QWidget>("calendarPage")->findChild<QWidget*>(s("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QCOMPARE(bench.schedule("office"), s("Sun *-*-* 03:30:00"));
        QVERIFY(!bench.find<QPushButton>("calendarUndo")->isVisible());
    }

    void drag_scheduleGoesMeanwhile_isHeldAndRefusedAtTheDrop() {
        Bench bench;
        const int mark = bench.planned("prod-eu");
        const QPoint from = bench.week->rectOf(mark).center();
        const QPoint by(0, 2 * bench.hour() + 2);
        bench.drag(mark, by);
        const PicturePtr dragged = bench.week->picture();
        bench.unschedule("prod-eu");
        QVERIFY(bench.look());
        QCOMPARE(bench.week->picture(), dragged); // nothing is pulled out of the hand
        QTest::mouseMove(bench.week, from + by + QPoint(0, bench.hour()));
        QVERIFY(bench.find<QLabel>("calendarHint")->text().startsWith(s("All runs of this schedule move")));
        QTest::mouseRelease(bench.week, Qt::LeftButton, {}, from + by);
        auto* panel = bench.find<QWidget>("calendarPage")->findChild<QWidget*>(s("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(bench.planned("prod-eu"), -1, kPatience);
        QVERIFY(bench.core->policy("prod-eu")->schedules.empty());
    }

    void drag_anotherPictureIsPut_endsItAndTheMouseMovesNothing() {
        Bench bench;
        const int mark = bench.planned("prod-eu");
        const QPoint from = bench.week->rectOf(mark).center();
        auto without = std::make_shared<CalendarPicture>(*bench.week->picture());
        std::erase_if(without->plan.marks, [](const CalendarMark& one) { return one.planned; });
        QSignalSpy moving(bench.week, &CalendarGrid::moving);
        QSignalSpy moved(bench.week, &CalendarGrid::moved);
        for (const bool begun : {false, true}) { // held only; moved already
            bench.week->setPicture(bench.week->picture());
            QTest::mousePress(bench.week, Qt::LeftButton, {}, from);
            if (begun)
                QTest::mouseMove(bench.week, from + QPoint(0, 2 * bench.hour()));
            const PicturePtr before = bench.week->picture();
            moving.clear();
            bench.week->setPicture(without);
            QVERIFY(!bench.week->isHeld());
            QCOMPARE(bench.week->chosen(), -1);
            QTest::mouseMove(bench.week, from + QPoint(0, 3 * bench.hour()));
            QTest::mouseRelease(bench.week, Qt::LeftButton, {}, from);
            QCOMPARE(moving.count(), 0);
            QCOMPARE(moved.count(), 0);
            bench.week->setPicture(before);
        }
        QCOMPARE(bench.schedule("prod-eu"), s("*-*-* 02:00:00"));
    }

    void keys_somethingElseIsSavedMeanwhile_theMoveStays() {
        Bench bench;
        bench.week->setFocus();
        bench.week->choose(bench.planned("office"));
        QTest::keyClick(bench.week, Qt::Key_Down, Qt::ControlModifier);
        bench.unschedule("prod-eu");
        QVERIFY(bench.look());
        QTest::keyClick(bench.week, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(bench.schedule("office"), s("Sun *-*-* 03:45:00"), kPatience);
        QVERIFY(bench.window->findChild<PolicyEditor*>() == nullptr);
        QTRY_COMPARE_WITH_TIMEOUT(bench.planned("prod-eu"), -1, kPatience);
    }

    void keys_escape_showsWhatWasHeldBack() {
        Bench bench;
        bench.week->setFocus();
        bench.week->choose(bench.planned("office"));
        QTest::keyClick(bench.week, Qt::Key_Down, Qt::ControlModifier);
        bench.unschedule("prod-eu");
        QVERIFY(bench.look());
        QVERIFY(bench.planned("prod-eu") >= 0);
        QTest::keyClick(bench.week, Qt::Key_Escape);
        QTRY_COMPARE_WITH_TIMEOUT(bench.planned("prod-eu"), -1, kPatience);
        QCOMPARE(bench.schedule("office"), s("Sun *-*-* 03:30:00"));
    }

    void keys_otherDaysAreShown_leavesTheMove() {
        Bench bench;
        bench.week->setFocus();
        bench.week->choose(bench.planned("office"));
        QTest::keyClick(bench.week, Qt::Key_Down, Qt::ControlModifier);
        QTest::keyClick(bench.week, Qt::Key_PageDown);
        QVERIFY(!bench.week->isHeld());
        QTRY_COMPARE_WITH_TIMEOUT(bench.find<QLabel>("calendarRange")->text(),
                                  s("Mon 23 Nov to Sun 29 Nov 2026, Europe/Berlin"), kPatience);
        QCOMPARE(bench.schedule("office"), s("Sun *-*-* 03:30:00"));
    }

    void month_pressedBeforeItsPictureCame_isOfItsOwnPicture() {
        Bench bench;
        click(bench.find<QToolButton>("calendarAsMonth"));
        auto* month = bench.find<MonthView>("calendarMonth");
        QTRY_VERIFY_WITH_TIMEOUT(month->picture() != nullptr && month->isVisible() && month->width() > 300,
                                 kPatience);
        click(bench.find<QToolButton>("calendarAsWeek"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.week->picture()->plan.days.size() == 7 && bench.look(), kPatience);
        click(
            bench.find<QToolButton>("calendarAsMonth")); // shows the older picture until the new one is there
        int last = -1;
        for (int i = 0; i < static_cast<int>(month->picture()->plan.marks.size()); ++i) {
            const auto& one = month->picture()->plan.marks[static_cast<std::size_t>(i)];
            if (one.planned && month->picture()->rule(one).policyTitle == "office" &&
                !month->rectOf(i).isEmpty())
                last = i;
        }
        QVERIFY(last >= 0 && last != bench.planned("office"));
        month->setFocus();
        month->choose(last);
        QVERIFY(bench.find<QLabel>("calendarWhat")->text().contains(s("office, planned")));
        for (const Qt::Key key : {Qt::Key_Up, Qt::Key_Down}) {
            QTest::keyClick(month, key, Qt::ControlModifier);
            QVERIFY(!month->isHeld()); // by minutes nothing moves here
        }
        QTest::keyClick(month, Qt::Key_Left, Qt::ControlModifier);
        QVERIFY(bench.find<QLabel>("calendarHint")->text().contains(s("Saturday at 03:30")));
        QTest::keyClick(month, Qt::Key_Escape);
    }

    void month_andTable_showTheSame() {
        Bench bench;
        click(bench.find<QToolButton>("calendarAsMonth"));
        auto* month = bench.find<MonthView>("calendarMonth");
        QTRY_VERIFY_WITH_TIMEOUT(month->picture() != nullptr && month->isVisible(), kPatience);
        QCOMPARE(bench.find<QLabel>("calendarRange")->text(), s("November 2026, Europe/Berlin"));
        QCOMPARE(month->picture()->plan.days.size(), std::size_t(42));
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(month);
        QVERIFY(face->childCount() > 20);
        month->setFocus();
        QTest::keyClick(month, Qt::Key_PageUp); // October: clocks go back on the 25th
        QTRY_COMPARE_WITH_TIMEOUT(bench.find<QLabel>("calendarRange")->text(),
                                  s("October 2026, Europe/Berlin"), kPatience);
        const auto& days = month->picture()->plan.days;
        const auto changed = std::find_if(
            days.begin(), days.end(), [](const CalendarDay& day) { return day.clockChange.count() != 0; });
        QVERIFY(changed != days.end());
        QCOMPARE(CalendarTexts::day(*changed), s("Sunday 25 October 2026, clocks go back 1 h"));
        click(bench.find<QToolButton>("calendarToday"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.find<QLabel>("calendarRange")->text(),
                                  s("November 2026, Europe/Berlin"), kPatience);
        click(bench.find<QToolButton>("calendarAsTable"));
        auto* table = bench.find<QTableView>("calendarTable");
        QAbstractItemModelTester tester(table->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_VERIFY_WITH_TIMEOUT(table->isVisible() && table->model()->rowCount() > 5, kPatience);
        QCOMPARE(accessibilityProblems(*bench.window), QString());
        qlonglong before = 0;
        for (int row = 0; row < table->model()->rowCount(); ++row) { // by time, whatever the lane
            const qlonglong at = table->model()->index(row, 0).data(Qt::UserRole).toLongLong();
            QVERIFY(at >= before);
            before = at;
        }
        table->setCurrentIndex(table->model()->index(table->model()->rowCount() - 1, 0));
        QVERIFY(bench.find<QLabel>("calendarWhat")->text().contains(s("planned")));
    }

    void month_dragAcrossDays_movesTheWeekday() {
        Bench bench;
        click(bench.find<QToolButton>("calendarAsMonth"));
        auto* month = bench.find<MonthView>("calendarMonth");
        QTRY_VERIFY_WITH_TIMEOUT(month->picture() != nullptr && month->isVisible() && month->width() > 300,
                                 kPatience);
        int mark = -1;
        for (std::size_t i = 0; i < month->picture()->plan.marks.size() && mark < 0; ++i) {
            const auto& one = month->picture()->plan.marks[i];
            if (one.planned && month->picture()->rule(one).policyTitle == "office" &&
                !month->rectOf(static_cast<int>(i)).isEmpty())
                mark = static_cast<int>(i);
        }
        QVERIFY(mark >= 0);
        const QPoint from = month->rectOf(mark).center();
        const QPoint to = from - QPoint(2 * month->width() / 7, 0);
        QTest::mousePress(month, Qt::LeftButton, {}, from);
        QTest::mouseMove(month, (from + to) / 2);
        QTest::mouseMove(month, to);
        QTest::mouseRelease(month, Qt::LeftButton, {}, to);
        QTRY_COMPARE_WITH_TIMEOUT(bench.schedule("office"), s("Fri *-*-* 03:30:00"), kPatience);
    }

    void selection_narrowsToTheServersLane() {
        Bench bench;
        bench.window->select({QString::fromStdString(bench.sample.server(2).uuid), {}});
        QTRY_COMPARE_WITH_TIMEOUT(bench.week->picture()->request.lanes.size(), std::size_t(1), kPatience);
        QVERIFY(bench.planned("prod-eu") < 0);
        QVERIFY(bench.planned("office") >= 0);
    }

    void texts_planned_sayPausedAndTimes() {
        Bench bench;
        QTest::mouseClick(bench.find<QToolButton>("calendarLater"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(bench.planned("crm by day") >= 0, kPatience);
        const auto& mark = bench.marks()[static_cast<std::size_t>(bench.planned("crm by day"))];
        QVERIFY(CalendarTexts::full(*bench.week->picture(), mark).contains(s("paused: timers skip it")));
        const QImage image = bench.week->grab().toImage();
        QVERIFY(!image.isNull());
        bench.week->setFocus();
        bench.week->choose(bench.planned("crm by day"));
        QTest::keyClick(bench.week, Qt::Key_Down, Qt::ControlModifier);
        QVERIFY(bench.find<QLabel>("calendarHint")
                    ->text()
                    .startsWith(s("This schedule has more than one time of day")));
        QTest::keyClick(bench.week, Qt::Key_Escape);
    }
};

QTEST_MAIN(TestCalendarPage)
#include "test_calendarpage.moc"
