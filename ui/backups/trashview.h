// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What was deleted and can come back: until when, and back again.
#pragma once

#include "ui/backups/trashmodel.h"
#include "ui/main/windowcontext.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace salvor {

class EmptyState;
class ErrorPanel;

/// Asks the stores, through the look-ups given. Lives in the window's thread.
class TrashView : public QWidget {
    Q_OBJECT

public:
    TrashView(const WindowContext& context, Lookups& lookups, QWidget* parent = nullptr);
    void refresh();
    void select(const Selection& selection);
    int count() const { return m_model.rowCount(); }

signals:
    void undeleteWanted(const std::vector<salvor::BackupRecord>& backups);
    void countChanged();

private:
    /// What the stores that answered have, and why others did not.
    struct Answer {
        std::vector<TrashedBackup> trashed;
        std::optional<Error> problem;
    };
    static Result<Answer> ask(Core& core, const CancelToken& cancel);
    void makeTable();
    void take(Result<Answer> answer);
    void showState();
    std::vector<BackupRecord> chosen() const;

    Core& m_core;
    Lookups& m_lookups;
    TrashModel m_model;
    TrashFilter m_filter;
    QTableView* m_table = nullptr;
    QPushButton* m_undelete = nullptr;
    QLabel* m_note = nullptr;
    QStackedWidget* m_stack = nullptr;
    EmptyState* m_empty = nullptr;
    ErrorPanel* m_error = nullptr;
    bool m_loaded = false;
};

} // namespace salvor
