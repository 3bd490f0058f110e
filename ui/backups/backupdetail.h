// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One backup in full: facts, notes, what is in it.
#pragma once

#include "models/lists/backupitemtreemodel.h"
#include "ui/backups/itemtexts.h"
#include "ui/main/windowcontext.h"
#include "ui/main/windowpage.h"

class QFormLayout;
class QLabel;
class QPushButton;
class QTabWidget;
class QToolButton;
class QTreeView;

namespace salvor {

class ChunkAxis;
class ErrorPanel;

class BackupDetail : public QWidget {
    Q_OBJECT

public:
    explicit BackupDetail(const WindowContext& context, QWidget* parent = nullptr);
    /// Null: nothing is chosen. The record is copied.
    /// `chosen`: how many are; Hold and Delete mean them all. `damage`: of the record; null: none is known.
    void show(const BackupRecord* record, int chosen = 1, const Damage* damage = nullptr);

signals:
    void restoreWanted();
    void verifyWanted(salvor::VerifyDepth depth);
    void holdWanted(bool hold);
    void deleteWanted();

private:
    QWidget* makeFacts();
    QWidget* makeItems();
    QWidget* makeButtons();
    void fill(const BackupRecord& record, const Damage* damage);
    void fetchItems(const BackupRecord& record);
    void fetchRun(const BackupRecord& record);
    void showItems(std::vector<BackupItemRow> items);
    QWidget* makeAxis();
    QWidget* makeRun();
    void setFact(int row, const QString& value);

    WindowContext m_context;
    QString m_shownId;
    QLabel* m_title = nullptr;
    QFormLayout* m_form = nullptr;
    QLabel* m_notes = nullptr;
    QPushButton* m_restore = nullptr;
    QToolButton* m_verify = nullptr;
    QPushButton* m_copy = nullptr;
    QPushButton* m_hold = nullptr;
    QPushButton* m_delete = nullptr;
    QTabWidget* m_tabs = nullptr;
    QTreeView* m_items = nullptr;
    ChunkAxis* m_axis = nullptr;
    QLabel* m_axisNote = nullptr;
    QLabel* m_runText = nullptr;
    ErrorPanel* m_runError = nullptr;
    bool m_held = false;
    QLabel* m_itemsState = nullptr;
    ErrorPanel* m_itemsError = nullptr;
    BackupItemTreeModel m_model;
    ItemTexts m_texts;
};

} // namespace salvor
