// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a test connection found: versions, databases, and each missing right with the SQL that grants it.
#pragma once

#include "models/base/error.h"
#include "models/connectionreport.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QTableView;
class QToolButton;
class QStandardItemModel;

namespace salvor {

class ErrorPanel;

/// Lives in the window's thread.
class ConnectionView : public QWidget {
    Q_OBJECT

public:
    explicit ConnectionView(QWidget* parent = nullptr);
    void clear();
    void showBusy();
    void showReport(const ConnectionReport& report);
    void showError(const Error& error);

private:
    void showRights(const ConnectionReport& report);

    QLabel* m_summary = nullptr;
    QLabel* m_notes = nullptr;
    QTableView* m_sources = nullptr;
    QStandardItemModel* m_model = nullptr;
    QLabel* m_rightsTitle = nullptr;
    QPlainTextEdit* m_rightsSql = nullptr;
    QToolButton* m_copy = nullptr;
    ErrorPanel* m_error = nullptr;
};

} // namespace salvor
