// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// "Delete these backups?": what it frees, and until when they can come back.
#pragma once

#include "ui/backups/backupacts.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QPushButton;

namespace salvor {

class BackgroundCall;
class ErrorPanel;

/// Asks the store first, then the user. Lives in the window's thread.
class DeleteDialog : public QDialog {
    Q_OBJECT

public:
    /// Core and look-ups are borrowed and outlive it.
    DeleteDialog(Core& core, Lookups& lookups, std::vector<BackupRecord> backups, QWidget* parent = nullptr);

signals:
    void deleted();

private:
    void build();
    void plan();
    void showPlan(const DeletePlan& plan);
    void remove();
    void updateButtons();
    void reject() override;

    Core& m_core;
    std::vector<BackupRecord> m_backups;
    BackgroundCall* m_call = nullptr;
    QLabel* m_question = nullptr;
    QLabel* m_list = nullptr;
    QLabel* m_effect = nullptr;
    QCheckBox* m_meant = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_delete = nullptr;
    QPushButton* m_cancel = nullptr;
    bool m_planned = false;
    bool m_large = false;
};

} // namespace salvor
