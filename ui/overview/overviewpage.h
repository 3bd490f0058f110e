// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Are we safe? One sentence, and a row a database.
#pragma once

#include "models/lists/databaselistmodel.h"
#include "ui/main/windowcontext.h"
#include "ui/main/windowpage.h"
#include "ui/main/windowsettings.h"
#include "ui/overview/overviewtexts.h"

class QFrame;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;
class QVBoxLayout;

namespace salvor {

class EmptyState;

class OverviewPage final : public WindowPage {
    Q_OBJECT

public:
    explicit OverviewPage(const WindowContext& context, QWidget* parent = nullptr);
    void refresh() override {} ///< the window's feed does
    void select(const Selection& selection) override;
    Selection chosenSource() const override;
    BackupChoice chosenBackup() const override;

private:
    std::string chosenProfile() const; ///< on the left
    QString serverOfRestored() const;
    void makeBanner(QVBoxLayout* layout);
    void makeTable();
    QWidget* makeActions();
    void showSnapshot();
    void askTheWatch();
    void showSentence();
    void showConcerns(const std::vector<OverviewConcern>& concerns);
    void addRemedies(const OverviewConcern& concern, QWidget* line, QHBoxLayout* row);
    void editPolicy(const QString& uuid);
    void showEmpty(const WorkspaceSnapshot& snapshot);
    void updateButtons();
    void showMenu(const QPoint& at);
    void changeEvent(QEvent* event) override;

    WindowContext m_context;
    WindowSettings m_settings;
    Selection m_selection;
    DatabaseListModel m_model;
    OverviewTexts m_texts;
    std::vector<Finding> m_findings; ///< of the watch, that no row shows
    QString m_watchProblem;          ///< why it could not look
    bool m_isAsking = false;         ///< the watch
    bool m_askAgain = false;         ///< something changed since it was asked
    QFrame* m_banner = nullptr;
    QLabel* m_mark = nullptr;
    QLabel* m_sentence = nullptr;
    QLabel* m_asOf = nullptr;
    QVBoxLayout* m_concerns = nullptr;
    QStackedWidget* m_stack = nullptr;
    QTableView* m_table = nullptr;
    EmptyState* m_empty = nullptr;
    QPushButton* m_backUp = nullptr;
    QPushButton* m_restore = nullptr;
    QPushButton* m_beside = nullptr;
    QPushButton* m_drill = nullptr;
    QPushButton* m_restored = nullptr;
    QPushButton* m_showBackups = nullptr;
};

} // namespace salvor
