// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One page of the main window.
#pragma once

#include "models/base/clock.h"
#include "models/verifyreport.h"

#include <QWidget>

namespace salvor {

/// What the user chose on the left: nothing, a server, or one database of it.
struct Selection {
    QString profileUuid;
    QString database;
    bool operator==(const Selection&) const = default;
};

/// One backup of one repository; an empty id: none.
struct BackupChoice {
    QString repositoryId;
    QString backupId;
    bool operator==(const BackupChoice&) const = default;
};

/// Lives in the window's thread. A page asks the core through Lookups only. What it wants done it says by
/// signal; the window does it, or a flow.
class WindowPage : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;
    /// Fetches what it shows again; called when it becomes visible and after every job.
    virtual void refresh() = 0;
    /// The same, though nobody asked: somebody else wrote meanwhile, or time went by. Asks no keychain.
    virtual void keepUp() { refresh(); }
    /// Narrows what it shows.
    virtual void select(const Selection& selection) = 0;
    /// Shows that backup, where the page shows backups.
    virtual void choose(const BackupChoice&) {}
    /// Shows what happened from that time on, where the page shows what happened.
    virtual void showSince(Instant, bool /*onlyTroubled*/) {}
    /// What "Back up now" in the menu means on this page; empty: what is chosen on the left.
    virtual Selection chosenSource() const { return {}; }
    /// What "Restore" and "Verify" in the menu mean on this page.
    virtual BackupChoice chosenBackup() const { return {}; }

signals:
    void choiceChanged(); ///< chosenSource() or chosenBackup()
    void backupWanted(const salvor::Selection& source);
    void restoreWanted(const salvor::BackupChoice& backup);
    void besideWanted(const salvor::BackupChoice& backup); ///< restore it beside its original, by one sheet
    void drillWanted(const salvor::BackupChoice& backup);  ///< restore it for a trial, by one sheet
    /// The databases that restores made on it; of a server that is not known here, on the one restored to
    /// last.
    void restoredWanted(const QString& profileUuid);
    void dropWanted(const QString& profileUuid, const QString& database); ///< what a restore left half made
    void verifyWanted(const salvor::BackupChoice& backup, salvor::VerifyDepth depth);
    void backupsWanted(const salvor::Selection& source);       ///< show the backups of it
    void showBackupWanted(const salvor::BackupChoice& backup); ///< in full, on the Backups page
    void protectWanted();                                      ///< protect (another) database
    void newRepositoryWanted();
    void rehearsalWanted(const QString& repositoryId);
    void repositoryInfoWanted(const QString& repositoryId);
};

} // namespace salvor
