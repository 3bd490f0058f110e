// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The policies: a list with their states, what the chosen one says, and what can be done with it.
#pragma once

#include "ui/main/windowcontext.h"
#include "ui/main/windowpage.h"
#include "ui/policies/policytexts.h"

class QAction;
class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;
class QTableView;
class QToolButton;
class QVBoxLayout;

namespace salvor {

class BackgroundCall;
class EmptyState;
class ErrorPanel;
class PolicyTransfer;

/// Lives in the window's thread.
class PoliciesPage final : public WindowPage {
    Q_OBJECT

public:
    PoliciesPage(const WindowContext& context, QWidget* parent = nullptr);
    void refresh() override;
    void select(const Selection& selection) override;

private:
    void makeTable();
    QWidget* makeActions();
    QWidget* makeDetail();
    void take(Result<std::vector<PolicyRow>> rows);
    void showState();
    void showChosen();
    QString notesOf(const PolicyRow& row) const;
    const PolicyRow* chosen() const;
    void edit(const Policy& policy, const QString& why = {});
    void makeTransfer();
    QToolButton* makeMore(QWidget* bar);
    void makeNew();
    void duplicate();
    void pauseOrResume();
    void askToRemove();
    void remove(const PolicyRow& row);
    /// The plan that takes away the timers of a policy that was removed.
    void removeTimers(const PolicyRow& row);
    void runNow();
    void showTimers();
    void applyTimers();
    void done(const Result<>& result, const QString& chooseUuid = {});

    WindowContext m_context;
    PolicyListModel m_model;
    PolicyTable m_texts;
    BackgroundCall* m_call = nullptr; ///< a change under way
    bool m_loaded = false;
    bool m_readFailed = false; ///< the error that is shown is of refresh()
    Selection m_selection;
    QString m_told;   ///< what was done with the chosen policy
    QString m_wanted; ///< UUID of the policy to choose once it is in the list
    ErrorPanel* m_error = nullptr;
    QStackedWidget* m_stack = nullptr;
    QTableView* m_table = nullptr;
    EmptyState* m_empty = nullptr;
    QWidget* m_detail = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_facts = nullptr;
    QLabel* m_notes = nullptr;
    QWidget* m_callBox = nullptr;
    QLineEdit* m_command = nullptr;
    QPushButton* m_applyTimers = nullptr;
    QPushButton* m_edit = nullptr;
    QPushButton* m_duplicate = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_run = nullptr;
    QPushButton* m_remove = nullptr;
    PolicyTransfer* m_transfer = nullptr;
    QAction* m_export = nullptr;
};

} // namespace salvor
