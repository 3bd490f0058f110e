// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs that the window starts, and the names that it gives to what they work on.
#include "ui/main/mainwindow.h"

#include "ui/jobs/jobdetails.h"
#include "ui/jobs/jobpanel.h"

#include <algorithm>

namespace salvor {

void MainWindow::startBackup(const Selection& source) {
    if (source.profileUuid.isEmpty())
        return;
    BackupJob job;
    job.profile = source.profileUuid.toStdString();
    if (!source.database.isEmpty())
        job.databases = {source.database.toStdString()};
    m_jobs.start(tr("Backing up %1").arg(sourceName(source)), job);
}

void MainWindow::startVerification(const BackupChoice& backup, VerifyDepth depth) {
    if (backup.backupId.isEmpty())
        return;
    VerifyJob job;
    job.repository = backup.repositoryId.toStdString();
    job.backups = {backup.backupId.toStdString()};
    job.depth = depth;
    m_jobs.start(tr("Verifying backup %1").arg(backup.backupId), job);
}

void MainWindow::showJobDetails(int id) {
    if (const Job* job = m_jobs.job(id))
        (new JobDetails(*job, this))->open();
}

void MainWindow::tellDropped(const QString& profileUuid, const QString& database) {
    m_jobPanel->tellDropped(profileUuid, database);
}

QString MainWindow::nameOf(const Selection& source) const {
    const auto snapshot = m_feed.snapshot();
    const Profile* profile = snapshot ? snapshot->profile(source.profileUuid.toStdString()) : nullptr;
    if (profile == nullptr)
        return {};
    return source.database.isEmpty() ? QString::fromStdString(profile->title) : source.database;
}

QString MainWindow::sourceName(const Selection& source) const {
    const auto snapshot = m_feed.snapshot();
    const Profile* profile = snapshot ? snapshot->profile(source.profileUuid.toStdString()) : nullptr;
    const QString server = profile != nullptr ? QString::fromStdString(profile->title) : source.profileUuid;
    return source.database.isEmpty() ? server : tr("%1 on %2").arg(source.database, server);
}

/// A server that is only restored to has no policy, which would say where its backups go.
bool MainWindow::canBackUp(const Selection& source) const {
    const auto snapshot = m_feed.snapshot();
    return snapshot && !nameOf(source).isEmpty() &&
           std::ranges::any_of(snapshot->policies, [&](const Policy& policy) {
               return policy.profileUuid == source.profileUuid.toStdString();
           });
}

QString MainWindow::backUpText(const Selection& source) const {
    return tr("&Back up “%1” now", "a database, or all of a server")
        .arg(nameOf(source).replace(u'&', QStringLiteral("&&")));
}

} // namespace salvor
