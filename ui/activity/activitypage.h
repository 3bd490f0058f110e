// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The log of what was done, and why something failed.
#pragma once

#include "ui/activity/runtexts.h"
#include "ui/main/windowcontext.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTableView;

namespace salvor {

class EmptyState;
class ErrorPanel;

class ActivityPage final : public WindowPage {
    Q_OBJECT

public:
    static constexpr std::size_t kNewest = 1000; ///< runs that are shown
    explicit ActivityPage(const WindowContext& context, QWidget* parent = nullptr);
    void refresh() override;
    void select(const Selection& selection) override;
    BackupChoice chosenBackup() const override;

private:
    QWidget* makeBar();
    void makeTable();
    QWidget* makeDetail();
    void take(Result<std::vector<RunRecord>> result);
    void showState();
    void showChosen();

    WindowContext m_context;
    RunListModel m_model;
    RunTexts m_texts;
    QCheckBox* m_onlyTroubled = nullptr;
    QLabel* m_count = nullptr;
    QTableView* m_table = nullptr;
    QSplitter* m_splitter = nullptr;
    QStackedWidget* m_stack = nullptr;
    EmptyState* m_empty = nullptr;
    ErrorPanel* m_error = nullptr;
    QLabel* m_summary = nullptr;
    QLabel* m_facts = nullptr;
    ErrorPanel* m_runError = nullptr;
    bool m_loaded = false;
};

} // namespace salvor
