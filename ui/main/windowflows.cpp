// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/windowflows.h"

#include "ui/profiles/profiledialog.h"
#include "ui/repository/newrepositoryflow.h"
#include "ui/repository/repositorydialogs.h"
#include "ui/restore/quickrestore.h"
#include "ui/restore/restorewizard.h"
#include "ui/restored/restoreddialog.h"
#include "ui/timers/timersplandialog.h"
#include "ui/welcome/protectflow.h"
#include "ui/welcome/recoverflow.h"

namespace salvor {

WindowFlows::WindowFlows(MainWindow& window)
    : m_window(window)
    , m_shared(window.context())
    , m_context{m_shared.core, m_lookups, m_shared.jobs} {
    connect(&window, &MainWindow::protectWanted, this, &WindowFlows::protect);
    connect(&window, &MainWindow::recoverWanted, this, &WindowFlows::recover);
    connect(&window, &MainWindow::newRepositoryWanted, this, &WindowFlows::makeRepository);
    connect(&window, &MainWindow::addServerWanted, this, [this] { editServer({}); });
    connect(&window, &MainWindow::editServerWanted, this, &WindowFlows::editServer);
    connect(&window, &MainWindow::removeServerWanted, this, &WindowFlows::removeServer);
    connect(&window, &MainWindow::restoreWanted, this, &WindowFlows::restore);
    connect(&window, &MainWindow::besideWanted, this, &WindowFlows::restoreBeside);
    connect(&window, &MainWindow::drillWanted, this, &WindowFlows::drill);
    connect(&window, &MainWindow::restoredWanted, this,
            [this](const QString& profile) { showRestored(profile, {}, RestoredAct::Show); });
    connect(&window, &MainWindow::dropWanted, this, [this](const QString& profile, const QString& database) {
        showRestored(profile, database, RestoredAct::Drop);
    });
    connect(&window, &MainWindow::repositoryInfoWanted, this, &WindowFlows::showRepository);
    connect(&window, &MainWindow::rehearsalWanted, this, &WindowFlows::rehearse);
}

void WindowFlows::open(QDialog* dialog) {
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void WindowFlows::protect() {
    // A server is chosen on the left, and nothing backs it up: that one is meant.
    const QString chosen = m_window.selection().profileUuid;
    const auto snapshot = m_shared.feed.snapshot();
    const bool isMeant = snapshot && snapshot->lacksPolicy(chosen.toStdString());
    auto* flow = new ProtectFlow(m_context, &m_window, isMeant ? chosen : QString());
    connect(flow, &ProtectFlow::repositoryMade, &m_window, &MainWindow::refresh);
    connect(flow, &ProtectFlow::backupStarted, &m_window, &MainWindow::refresh);
    connect(flow, &ProtectFlow::timersWanted, this, &WindowFlows::applyTimers);
    connect(flow, &ProtectFlow::policiesWanted, &m_window, [this](const QString& profileUuid) {
        m_window.select({profileUuid, {}});
        m_window.showPage(QStringLiteral("policies"));
    });
    open(flow);
}

void WindowFlows::recover() {
    auto* flow = new RecoverFlow(m_context, &m_window);
    connect(flow, &RecoverFlow::opened, &m_window, &MainWindow::refresh);
    connect(flow, &RecoverFlow::backupsWanted, &m_window,
            [this] { m_window.showPage(QStringLiteral("backups")); });
    connect(flow, &RecoverFlow::restoreWanted, this,
            [this](const QString& repository, const QString& backup) { restore({repository, backup}); });
    open(flow);
}

void WindowFlows::makeRepository() {
    auto* flow = new NewRepositoryFlow(m_context, &m_window);
    connect(flow, &NewRepositoryFlow::repositoryMade, &m_window, &MainWindow::refresh);
    open(flow);
}

void WindowFlows::editServer(const QString& profileUuid) {
    auto* dialog = new ProfileDialog(m_context, profileUuid, &m_window);
    connect(dialog, &ProfileDialog::saved, &m_window, &MainWindow::refresh);
    open(dialog);
}

void WindowFlows::removeServer(const QString& profileUuid) {
    const auto snapshot = m_shared.feed.snapshot();
    const Profile* profile = snapshot ? snapshot->profile(profileUuid.toStdString()) : nullptr;
    if (profile == nullptr)
        return;
    auto* dialog = new RemoveProfileDialog(m_context, *profile, &m_window);
    connect(dialog, &RemoveProfileDialog::removed, &m_window, &MainWindow::refresh);
    open(dialog);
}

void WindowFlows::restore(const BackupChoice& backup) {
    if (backup.backupId.isEmpty())
        return;
    show(new RestoreWizard(m_context, backup.repositoryId, backup.backupId, &m_window));
}

void WindowFlows::restoreBeside(const BackupChoice& backup) {
    if (!backup.backupId.isEmpty())
        show(new QuickRestore(m_context, QuickKind::Beside, backup.repositoryId, backup.backupId, &m_window));
}

void WindowFlows::drill(const BackupChoice& backup) {
    if (!backup.backupId.isEmpty())
        show(new QuickRestore(m_context, QuickKind::Drill, backup.repositoryId, backup.backupId, &m_window));
}

void WindowFlows::show(RestoreFlow* flow) {
    flow->setAttribute(Qt::WA_DeleteOnClose);
    connect(flow, &RestoreFlow::restoredWanted, this, &WindowFlows::showRestored);
    // Not modal: on the day it is needed one wants to look at the other pages too.
    flow->show();
}

void WindowFlows::showRestored(const QString& profileUuid, const QString& database, RestoredAct act) {
    auto* dialog = new RestoredDialog(m_context, profileUuid, database, act, &m_window);
    connect(dialog, &RestoredDialog::changed, &m_window, &MainWindow::refresh);
    connect(dialog, &RestoredDialog::dropped, &m_window, &MainWindow::tellDropped);
    open(dialog);
}

void WindowFlows::showRepository(const QString& repositoryId) {
    auto* dialog = new RepositoryDialog(m_context, repositoryId, &m_window);
    connect(dialog, &RepositoryDialog::rehearsalWanted, this, &WindowFlows::rehearse);
    open(dialog);
}

void WindowFlows::rehearse(const QString& repositoryId) {
    auto* dialog = new RehearsalDialog(m_context, repositoryId, &m_window);
    connect(dialog, &RehearsalDialog::rehearsed, &m_window, &MainWindow::refresh);
    open(dialog);
}

void WindowFlows::applyTimers(const QStringList& policies) {
    TimersWish wish;
    wish.unasked = true;
    for (const QString& title : policies)
        wish.policies.push_back(title.toStdString());
    auto* dialog = new TimersPlanDialog(m_shared.core, m_shared.timers, wish, &m_window);
    connect(dialog, &TimersPlanDialog::applied, &m_window, &MainWindow::refresh);
    open(dialog);
}

} // namespace salvor
