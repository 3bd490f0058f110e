// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which backup of a database is restored: what and when.
#pragma once

#include "models/lists/backuplistmodel.h"
#include "ui/backups/backuptexts.h"
#include "ui/support/flowdialog.h"

class QFormLayout;
class QTableView;

namespace salvor {

class BackupTimeline;

/// All backups of one source on a timeline and in a table, one of them chosen; what is known of it below.
/// Lives in the window's thread.
class WhatPage : public FlowPage {
    Q_OBJECT

public:
    explicit WhatPage(QWidget* parent = nullptr);
    /// `chosen` is among `backups`, of one source; else it is shown alone.
    void setBackups(std::vector<BackupRecord> backups, const BackupRecord& chosen);
    /// Core::damage(), of any backups; before setBackups().
    void setDamage(const std::map<std::string, Damage>& damage);
    /// Nothing before setBackups().
    std::optional<BackupRecord> backup() const { return m_backup; }
    QString problem() const override;

signals:
    void chosen(); ///< another one

private:
    void makeTable();
    void choose(const BackupRecord& backup);
    void showFacts();

    std::optional<BackupRecord> m_backup;
    BackupListModel m_model;
    BackupTexts m_texts;
    BackupTimeline* m_timeline = nullptr;
    QTableView* m_table = nullptr;
    QFormLayout* m_facts = nullptr;
};

} // namespace salvor
