// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The calendar: what is planned and what happened, by week, by month, or as a table; and moving a schedule.
#pragma once

#include "ui/calendar/calendarpicture.h"
#include "ui/main/windowcontext.h"
#include "ui/main/windowpage.h"

class QButtonGroup;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace salvor {

class BackgroundCall;
class CalendarGrid;
class EmptyState;
class ErrorPanel;
class MonthView;
class WeekView;

/// Lives in the window's thread. Days are those of this computer's zone: it is the executor of every policy.
class CalendarPage final : public WindowPage {
    Q_OBJECT

public:
    CalendarPage(const WindowContext& context, QWidget* parent = nullptr);
    void refresh() override;
    void select(const Selection& selection) override;

private:
    enum View { Week, Month, Table };
    QWidget* makeBar();
    QWidget* makeSide();
    void connectGrid(CalendarGrid* grid);
    void setView(View view);
    void go(int by); ///< so many weeks or months; 0: to today
    void take(Result<PicturePtr> picture);
    void takeHeld();
    void leaveMove(); ///< before other days or other servers are shown
    void showChosen(int mark);
    void showState();
    const CalendarMark* chosenMark() const;
    CalendarGrid* grid() const;         ///< null while the table is shown
    const PicturePtr& pictured() const; ///< what the chosen mark is an index into

    // Moving a rule.
    void preview(int mark, int days, int minutes);
    void drop(int mark, int days, int minutes);
    void saveSchedule(Policy policy, const std::string& kind, const std::string& expression, bool canUndo);
    void undo();
    void edit(const Policy& policy, const QString& why);
    void activate(int mark);
    void applyTimers();

    WindowContext m_context;
    BackgroundCall* m_fetch = nullptr;
    BackgroundCall* m_save = nullptr;
    Selection m_selection;
    View m_view = Week;
    CalendarDate m_first; ///< of the week or the month that is shown
    bool m_started = false;
    PicturePtr m_picture;
    PicturePtr m_held; ///< came while a run was being moved
    CalendarTable m_table;
    /// What Undo puts back.
    struct Undo {
        std::string policyUuid;
        std::string kind;
        std::string expression;
    };
    std::optional<Undo> m_undo;

    ErrorPanel* m_error = nullptr;
    QStackedWidget* m_stack = nullptr;
    QStackedWidget* m_views = nullptr;
    EmptyState* m_empty = nullptr;
    WeekView* m_week = nullptr;
    MonthView* m_month = nullptr;
    QTableView* m_tableView = nullptr;
    QButtonGroup* m_choice = nullptr;
    QLabel* m_range = nullptr;
    QLabel* m_what = nullptr;
    QLabel* m_hint = nullptr;
    QLabel* m_timesLabel = nullptr;
    QPlainTextEdit* m_times = nullptr;
    QPushButton* m_edit = nullptr;
    QPushButton* m_applyTimers = nullptr;
    QPushButton* m_backups = nullptr;
    QPushButton* m_undoButton = nullptr;
};

} // namespace salvor
