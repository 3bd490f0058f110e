// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The timers of this computer and of the user's session: what is installed, when it runs, what differs from
// the policies; and what can be done about it.
#pragma once

#include "ui/timers/timerstexts.h"
#include "workers/core.h"

#include <QDialog>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTableView;

namespace salvor {

class BackgroundCall;
class ErrorPanel;

/// Lives in the window's thread.
class TimersDialog : public QDialog {
    Q_OBJECT

public:
    /// `core` is borrowed and outlives the parent's window.
    TimersDialog(Core& core, TimersRoad road, QWidget* parent = nullptr);
    /// The policy that is chosen once the list is there.
    void choose(const std::string& policyUuid) { m_wanted = policyUuid; }
    void show(Result<AllTimersView> timers);
    using QDialog::show;
    bool isBusy() const;

signals:
    void applied(); ///< something was installed or removed, or may have been

private:
    void build();
    QLayout* makeButtons();
    void look();
    void showChosen();
    void openPlan(TimersWish::Kind kind);
    const ScopedTimersView* chosen() const;

    Core& m_core;
    TimersRoad m_road;
    BackgroundCall* m_call = nullptr;
    TimersModel m_model;
    std::string m_wanted;
    QLabel* m_summary = nullptr;
    QTableView* m_table = nullptr;
    QLabel* m_advice = nullptr;
    QPlainTextEdit* m_paths = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_apply = nullptr;
    QPushButton* m_remove = nullptr;
    QPushButton* m_undo = nullptr;
    QPushButton* m_again = nullptr;
};

} // namespace salvor
