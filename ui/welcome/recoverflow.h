// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// "Recover from a backup": a store, its recovery file and the passphrase, on a computer that never saw it.
#pragma once

#include "models/damagedbackups.h"
#include "ui/support/flowcontext.h"
#include "ui/support/flowdialog.h"

#include <map>
#include <optional>

class QComboBox;
class QLineEdit;
class QTableView;

namespace salvor {

class BackgroundCall;
class PathField;

/// Lives in the window's thread, as the flow.
class OpenPage : public FlowPage {
    Q_OBJECT

public:
    explicit OpenPage(QWidget* parent = nullptr);
    QString store() const;
    QString recoveryFile() const;
    QString title() const;
    std::string secretKind() const; ///< as it is shown
    /// Empty while nobody chose: the keys of a repository that is known here go where they were.
    std::string chosenKind() const;
    Secret passphrase() const;
    void clearPassphrase();
    QString problem() const override;

private:
    void suggest();

    PathField* m_store = nullptr;
    PathField* m_file = nullptr;
    QLineEdit* m_passphrase = nullptr;
    QLineEdit* m_title = nullptr;
    QComboBox* m_kind = nullptr;
    bool m_isKindChosen = false;
    QString m_suggested;
};

/// The backups that were found, newest first; one is chosen.
class FoundPage : public FlowPage {
    Q_OBJECT

public:
    explicit FoundPage(QWidget* parent = nullptr);
    /// `trashed`: only told, as a restore from the trash begins elsewhere. `keys`: what became of them, of a
    /// repository that was known here. `damage`: Core::damage(), of any backups.
    void setBackups(std::vector<BackupRecord> backups, const std::vector<TrashedBackup>& trashed = {},
                    const QString& keys = {}, const std::map<std::string, Damage>& damage = {});
    /// Nothing when there is no backup.
    std::optional<BackupRecord> chosen() const;
    QString problem() const override;

signals:
    void onlyShowWanted();

private:
    void chooseFirst(const std::map<std::string, Damage>& damage);

    QTableView* m_table = nullptr;
    std::vector<BackupRecord> m_backups;
};

/// Reads only: the store is not changed, and stays the other computer's to write.
class RecoverFlow : public FlowDialog {
    Q_OBJECT

public:
    explicit RecoverFlow(const FlowContext& context, QWidget* parent = nullptr);

signals:
    void opened(const QString& repositoryId);
    void restoreWanted(const QString& repositoryId, const QString& backupId);
    void backupsWanted();

private:
    void openStore();
    void nextFrom(FlowPage* page) override;
    FlowPage* pageBefore(FlowPage* page) const override;
    void cancelBusy() override;

    FlowContext m_context;
    BackgroundCall* m_call = nullptr;
    OpenPage* m_open = nullptr;
    FoundPage* m_found = nullptr;
};

} // namespace salvor
