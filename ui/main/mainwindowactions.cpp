// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the menus of the window do, and what of it can be done now.
#include "ui/main/mainwindow.h"

#include "ui/channels/channelsdialog.h"
#include "ui/main/firstrunpage.h"
#include "ui/main/preferencesdialog.h"
#include "ui/main/sidebar.h"
#include "ui/support/backgroundcall.h"

#include <QMenu>
#include <QMessageBox>
#include <QStackedWidget>
#include <QTabBar>

namespace salvor {

void MainWindow::connectActions() {
    connect(&m_actions, &WindowActions::protectWanted, this, &MainWindow::protectWanted);
    connect(&m_actions, &WindowActions::recoverWanted, this, &MainWindow::recoverWanted);
    connect(&m_actions, &WindowActions::newRepositoryWanted, this, &MainWindow::newRepositoryWanted);
    connect(&m_actions, &WindowActions::addServerWanted, this, &MainWindow::addServerWanted);
    connect(&m_actions, &WindowActions::editServerWanted, this,
            [this] { emit editServerWanted(selection().profileUuid); });
    connect(&m_actions, &WindowActions::removeServerWanted, this,
            [this] { emit removeServerWanted(selection().profileUuid); });
    connect(&m_actions, &WindowActions::repositoryInfoWanted, this, &MainWindow::repositoryInfoWanted);
    connect(&m_actions, &WindowActions::rehearsalWanted, this, &MainWindow::rehearsalWanted);
    connect(&m_actions, &WindowActions::backUpWanted, this, [this] { startBackup(chosenSource()); });
    connect(&m_actions, &WindowActions::restoreWanted, this,
            [this] { emit restoreWanted(page()->chosenBackup()); });
    connect(&m_actions, &WindowActions::drillWanted, this,
            [this] { emit drillWanted(page()->chosenBackup()); });
    connect(&m_actions, &WindowActions::restoredWanted, this,
            [this] { emit restoredWanted(chosenSource().profileUuid); });
    connect(&m_actions, &WindowActions::verifyWanted, this,
            [this](VerifyDepth depth) { startVerification(page()->chosenBackup(), depth); });
    connect(&m_actions, &WindowActions::refreshWanted, this, &MainWindow::refresh);
    connect(&m_actions, &WindowActions::pageWanted, m_tabs, &QTabBar::setCurrentIndex);
    connect(&m_actions, &WindowActions::themeWanted, this, [this](ThemeChoice choice) {
        m_theme.apply(choice);
        m_settings.setTheme(choice);
    });
    connect(&m_actions, &WindowActions::preferencesWanted, this, &MainWindow::showPreferences);
    connect(&m_actions, &WindowActions::aboutWanted, this, &MainWindow::showAbout);
    connect(&m_actions, &WindowActions::quitWanted, this, [this] { m_closing->quit(); });
    connect(m_firstRun, &FirstRunPage::protectWanted, this, &MainWindow::protectWanted);
    connect(m_firstRun, &FirstRunPage::recoverWanted, this, &MainWindow::recoverWanted);
    connect(m_sidebar, &Sidebar::contextMenuWanted, this, &MainWindow::showSourceMenu);
    connect(m_sidebar, &Sidebar::selected, this, [this](const Selection& chosen) {
        for (int i = 0; i < m_pages->count(); ++i)
            static_cast<WindowPage*>(m_pages->widget(i))->select(chosen);
        updateActions();
    });
}

void MainWindow::updateActions() {
    const auto snapshot = m_feed.snapshot();
    WindowActions::Possible possible;
    const auto known = [&](const QString& uuid) {
        return snapshot != nullptr && snapshot->profile(uuid.toStdString()) != nullptr;
    };
    possible.server = known(selection().profileUuid);
    possible.backUp = canBackUp(chosenSource());
    possible.backUpText = possible.backUp ? backUpText(chosenSource()) : QString();
    possible.restore = page() != nullptr && !page()->chosenBackup().backupId.isEmpty();
    possible.restored = snapshot != nullptr && !snapshot->profiles.empty();
    possible.pages = snapshot != nullptr && !snapshot->isEmpty();
    m_actions.setPossible(possible);
}

/// What is chosen on the left, whatever the page has chosen.
void MainWindow::showSourceMenu(const QPoint& at) {
    const Selection source = selection();
    if (nameOf(source).isEmpty())
        return;
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("sidebarMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* backUp = menu->addAction(Icons::of(Icons::Backup), backUpText(source), this,
                                      [this, source] { startBackup(source); });
    backUp->setObjectName(QStringLiteral("sidebarBackUp"));
    backUp->setEnabled(canBackUp(source));
    menu->addAction(Icons::of(Icons::Backups), tr("&Show backups"), this,
                    [this, source] { showBackups(source); });
    menu->addAction(Icons::of(Icons::Database), tr("Restored &databases…"), this,
                    [this, source] { emit restoredWanted(source.profileUuid); });
    menu->addSeparator();
    menu->addAction(tr("&Edit the server…"), this,
                    [this, source] { emit editServerWanted(source.profileUuid); });
    menu->popup(at);
}

void MainWindow::showPreferences() {
    auto* dialog = new PreferencesDialog(m_settings, m_desktop->hasTray(), this);
    connect(dialog, &PreferencesDialog::themeWanted, this, [this](ThemeChoice choice) {
        m_theme.apply(choice);
        m_actions.setTheme(choice);
    });
    connect(dialog, &PreferencesDialog::channelsWanted, this, [this, dialog] {
        (new ChannelsDialog(m_core, lookupsOf(*this, "channelLookups"), dialog))->open();
    });
    dialog->open();
}

void MainWindow::showAbout() {
    auto* box =
        new QMessageBox(QMessageBox::NoIcon, tr("About Salvor"),
                        tr("Salvor %1").arg(QStringLiteral(SALVOR_VERSION)), QMessageBox::Close, this);
    box->setObjectName(QStringLiteral("aboutBox"));
    box->setIconPixmap(Icons::application().pixmap(64, 64));
    box->setInformativeText(tr("Backs up and restores database servers, and proves that the backups are "
                               "good.\n\nFree software under the GNU General Public License, version 3 or "
                               "later. Qt %1.")
                                .arg(QLatin1String(qVersion())));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

} // namespace salvor
