// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The log of who did what: runs and changes, and why something failed.
#pragma once

#include "ui/activity/activitytexts.h"
#include "ui/main/windowcontext.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTableView;

namespace salvor {

class EmptyState;
class ErrorPanel;
class RunningJobs;

class ActivityPage final : public WindowPage {
    Q_OBJECT

public:
    static constexpr std::size_t kNewest = 1000; ///< rows that are shown
    explicit ActivityPage(const WindowContext& context, QWidget* parent = nullptr);
    void refresh() override;
    void select(const Selection& selection) override;
    void showSince(Instant since, bool onlyTroubled) override;
    BackupChoice chosenBackup() const override;

private:
    QWidget* makeBar();
    void makeTable();
    QWidget* makeDetail();
    void takeNames();
    void take(Result<std::vector<ActivityEntry>> result);
    void showState();
    void showChosen();
    void openChosen();
    bool isNarrowed() const;
    bool showsAllTroubled() const; ///< every run that failed or was partial, and nothing else
    void showEverything();

    WindowContext m_context;
    Selection m_selection;
    ActivityListModel m_model;
    ActivityTexts m_texts;
    int m_generation = 0; ///< an answer to an older question is dropped
    QLineEdit* m_search = nullptr;
    QComboBox* m_kind = nullptr;
    QCheckBox* m_onlyTroubled = nullptr;
    QCheckBox* m_onlySince = nullptr; ///< visible once somebody asked for it
    std::optional<Instant> m_since;
    RunningJobs* m_running = nullptr;
    QLabel* m_count = nullptr;
    QTableView* m_table = nullptr;
    QSplitter* m_splitter = nullptr;
    QStackedWidget* m_stack = nullptr;
    EmptyState* m_empty = nullptr;
    ErrorPanel* m_error = nullptr;
    QLabel* m_summary = nullptr;
    QLabel* m_facts = nullptr;
    ErrorPanel* m_runError = nullptr;
    QPushButton* m_show = nullptr;
    QPushButton* m_drop = nullptr; ///< visible where a restore left something
    QPushButton* m_copy = nullptr;
    ActivityNames m_names;
    bool m_loaded = false;
};

} // namespace salvor
