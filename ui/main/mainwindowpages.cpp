// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The pages of the window, and what is chosen on them.
#include "ui/main/mainwindow.h"

#include "ui/main/sidebar.h"

#include <QStackedWidget>
#include <QTabBar>

namespace salvor {

void MainWindow::makePages() {
    const WindowContext given = context();
    for (const auto& entry : m_entries) {
        WindowPage* made = entry.make(given, m_pages);
        m_pages->addWidget(made);
        connectPage(made);
    }
    connect(m_tabs, &QTabBar::currentChanged, this, &MainWindow::showPageAt);
}

void MainWindow::connectPage(WindowPage* made) {
    connect(made, &WindowPage::choiceChanged, this, &MainWindow::updateActions);
    connect(made, &WindowPage::backupWanted, this, &MainWindow::startBackup);
    connect(made, &WindowPage::restoreWanted, this, &MainWindow::restoreWanted);
    connect(made, &WindowPage::besideWanted, this, &MainWindow::besideWanted);
    connect(made, &WindowPage::drillWanted, this, &MainWindow::drillWanted);
    connect(made, &WindowPage::restoredWanted, this, &MainWindow::restoredWanted);
    connect(made, &WindowPage::dropWanted, this, &MainWindow::dropWanted);
    connect(made, &WindowPage::verifyWanted, this, &MainWindow::startVerification);
    connect(made, &WindowPage::backupsWanted, this, &MainWindow::showBackups);
    connect(made, &WindowPage::showBackupWanted, this, &MainWindow::showBackup);
    connect(made, &WindowPage::protectWanted, this, &MainWindow::protectWanted);
    connect(made, &WindowPage::newRepositoryWanted, this, &MainWindow::newRepositoryWanted);
    connect(made, &WindowPage::rehearsalWanted, this, &MainWindow::rehearsalWanted);
    connect(made, &WindowPage::repositoryInfoWanted, this, &MainWindow::repositoryInfoWanted);
}

WindowPage* MainWindow::page() const { return static_cast<WindowPage*>(m_pages->currentWidget()); }

Selection MainWindow::selection() const { return m_sidebar->selection(); }

Selection MainWindow::chosenSource() const {
    const Selection onPage = page() != nullptr ? page()->chosenSource() : Selection{};
    return onPage.profileUuid.isEmpty() ? selection() : onPage;
}

QString MainWindow::currentPageId() const {
    const int index = m_pages->currentIndex();
    return index < 0 ? QString() : m_entries[static_cast<std::size_t>(index)].id;
}

void MainWindow::select(const Selection& selection) { m_sidebar->setSelection(selection); }

void MainWindow::showPage(const QString& id) {
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (m_entries[i].id == id)
            m_tabs->setCurrentIndex(static_cast<int>(i));
    }
    showPageAt(m_tabs->currentIndex());
}

void MainWindow::showPageAt(int index) {
    if (index < 0)
        return;
    m_pages->setCurrentIndex(index);
    m_actions.setPage(index);
    page()->refresh();
    m_feed.look();
    updateActions();
}

void MainWindow::showBackups(const Selection& source) {
    select(source);
    showPage(QStringLiteral("backups"));
}

void MainWindow::showBackup(const BackupChoice& backup) {
    select({});
    showPage(QStringLiteral("backups"));
    page()->choose(backup);
}

} // namespace salvor
