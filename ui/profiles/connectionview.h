// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a test connection found: versions, databases, and each missing right with the SQL that grants it.
#pragma once

#include "models/base/error.h"
#include "models/connectionreport.h"
#include "models/policy/policy.h"

#include <QWidget>

#include <map>

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
    /// `login`: who the missing rights would be granted to.
    void showReport(const ConnectionReport& report, const std::string& login);
    void showError(const Error& error);
    /// Lets people tick the databases to be backed up; all but restored copies are, at first. Before
    /// showReport().
    void setChoosable(bool choosable);
    /// Of a server that is backed up already; a column says which databases they back up. Empty: nothing is
    /// said of it. Before showReport().
    void setPolicies(std::vector<Policy> policies);
    /// The names without a tick, or that none of the policies backs up.
    std::vector<std::string> leftOut() const;

signals:
    void choiceChanged();

private:
    void showRights();
    QString shownNote(const std::string& note) const;
    QString policiesOf(const SourceInfo& source) const; ///< their titles
    QStringList heads() const;
    std::map<std::string, Qt::CheckState> ticks() const;

    ConnectionReport m_report;
    std::string m_login;
    bool m_choosable = false;
    std::vector<Policy> m_policies;

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
