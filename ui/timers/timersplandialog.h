// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A plan of timers, whole, before anything is changed; then its way to root.
#pragma once

#include "ui/timers/timerstexts.h"
#include "workers/core.h"
#include "workers/jobworker.h"

#include <QDialog>

class QButtonGroup;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QTableView;

namespace salvor {

class BackgroundCall;
class ErrorPanel;

/// Lives in the window's thread; planning and applying block a thread of their own, as polkit's dialog may
/// stay open for minutes. Nothing is changed before Apply.
class TimersPlanDialog : public QDialog {
    Q_OBJECT

public:
    /// `core` is borrowed and outlives the parent's window.
    TimersPlanDialog(Core& core, TimersRoad road, TimersWish wish, QWidget* parent = nullptr);
    void showPlan(const TimersPlanView& plan);
    bool isBusy() const;

signals:
    /// Something was installed or removed, or may have been.
    void applied();

private:
    QLayout* makeHead();
    QWidget* makePlan();
    QLayout* makeCall();
    QLayout* makeButtons();
    void plan();
    void showDetail();
    void apply();
    void showApplied(const Result<AppliedTimersView>& done);
    void updateButtons();
    void reject() override;

    Core& m_core;
    TimersRoad m_road;
    TimersWish m_wish;
    BackgroundCall* m_call = nullptr;
    std::optional<TimersPlanView> m_plan;
    bool m_applying = false;
    bool m_done = false;
    PlanModel m_model;
    QButtonGroup* m_scope = nullptr;
    QLabel* m_summary = nullptr;
    QLabel* m_roadText = nullptr;
    QTableView* m_table = nullptr;
    QPlainTextEdit* m_detail = nullptr;
    QLineEdit* m_hash = nullptr;
    QLabel* m_callLabel = nullptr;
    QLineEdit* m_line = nullptr;
    ErrorPanel* m_error = nullptr;
    QProgressBar* m_bar = nullptr;
    QPushButton* m_again = nullptr;
    QPushButton* m_apply = nullptr;
    QPushButton* m_close = nullptr;
};

} // namespace salvor
