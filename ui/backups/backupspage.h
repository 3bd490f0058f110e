// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Every backup: list, filter, one in full, and the trash.
#pragma once

#include "ui/backups/backuptexts.h"
#include "ui/main/windowcontext.h"
#include "ui/main/windowpage.h"
#include "ui/main/windowsettings.h"

#include <functional>

class QAction;
class QLabel;
class QSplitter;
class QStackedWidget;
class QTabBar;
class QTableView;

namespace salvor {

class BackupActs;
class BackupDetail;
class BackupFilterBar;
class EmptyState;
class ErrorPanel;
class TrashView;

/// Narrowing, order and pages are the catalog's: a history of any length is only ever held in part.
class BackupsPage final : public WindowPage {
    Q_OBJECT

public:
    static constexpr std::size_t kPageRows = 500;
    explicit BackupsPage(const WindowContext& context, QWidget* parent = nullptr);
    void refresh() override;
    void select(const Selection& selection) override;
    void choose(const BackupChoice& backup) override;
    Selection chosenSource() const override;
    BackupChoice chosenBackup() const override;

private:
    void makeBar();
    void makeTable();
    void makeActions();
    void makeDetail();
    void fetch(std::size_t offset, std::size_t limit);
    void take(Result<Page<BackupRecord>> result);
    void fetchDamage();
    void setSort(int column, Qt::SortOrder order);
    void showChosen();
    void showState();
    void showMode();
    void showMenu(const QPoint& at);
    void acted(const QString& what);
    void chooseWanted();
    const BackupRecord* current() const;
    std::vector<BackupRecord> chosenAll() const;
    QAction* addAction(const char* name, const QString& text, const QKeySequence& keys,
                       std::function<void()> act);

    WindowContext m_context;
    WindowSettings m_settings;
    BackupListModel m_model;
    BackupTexts m_texts;
    BackupActs* m_acts = nullptr;
    BackupFilter m_order; ///< only its sort and direction
    std::uint64_t m_total = 0;
    int m_generation = 0; ///< an answer to an older question is dropped
    bool m_loaded = false;
    BackupChoice m_wanted;
    Selection m_selection;
    QTabBar* m_mode = nullptr;
    BackupFilterBar* m_bar = nullptr;
    QLabel* m_done = nullptr;
    QTableView* m_table = nullptr;
    QSplitter* m_splitter = nullptr;
    QStackedWidget* m_stack = nullptr;
    BackupDetail* m_detail = nullptr;
    TrashView* m_trash = nullptr;
    EmptyState* m_empty = nullptr;
    ErrorPanel* m_error = nullptr;
    QAction* m_restore = nullptr;
    QAction* m_drill = nullptr;
    QAction* m_restored = nullptr;
    QAction* m_hold = nullptr;
    QAction* m_release = nullptr;
    QAction* m_delete = nullptr;
    QAction* m_copy = nullptr;
};

} // namespace salvor
