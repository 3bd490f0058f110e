// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Every backup: list, filter, and one in full.
#pragma once

#include "ui/backups/backuptexts.h"
#include "ui/main/windowcontext.h"

class QLabel;
class QLineEdit;
class QSplitter;
class QStackedWidget;
class QTableView;

namespace salvor {

class BackupDetail;
class EmptyState;
class ErrorPanel;

class BackupsPage final : public WindowPage {
    Q_OBJECT

public:
    explicit BackupsPage(const WindowContext& context, QWidget* parent = nullptr);
    void refresh() override;
    void select(const Selection& selection) override;
    Selection chosenSource() const override;
    BackupChoice chosenBackup() const override;

private:
    QWidget* makeFilter();
    void makeTable();
    void take(Result<std::vector<BackupRecord>> result);
    void showChosen();
    void showCount();
    void showMenu(const QPoint& at);

    WindowContext m_context;
    BackupListModel m_model;
    BackupTexts m_texts;
    QLineEdit* m_filter = nullptr;
    QLabel* m_count = nullptr;
    QTableView* m_table = nullptr;
    QSplitter* m_splitter = nullptr;
    QStackedWidget* m_stack = nullptr;
    BackupDetail* m_detail = nullptr;
    EmptyState* m_empty = nullptr;
    ErrorPanel* m_error = nullptr;
    bool m_loaded = false;
};

} // namespace salvor
