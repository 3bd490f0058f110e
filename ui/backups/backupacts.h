// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done to backups by name: hold, release, delete to the trash, undelete.
#pragma once

#include "ui/main/windowcontext.h"

#include <QObject>

#include <vector>

class QWidget;

namespace salvor {

/// What deleting some backups would do, before anybody says yes.
struct DeletePlan {
    std::vector<BackupRecord> backups;
    std::uint64_t freedBytes = 0; ///< once they are gone for good; what others share is not counted
    bool freedKnown = true;
    Instant until{};    ///< they can be brought back
    bool large = false; ///< more than a quarter, or the last ones of a database
};

/// Lives in the window's thread. Has a worker of its own: a slow store holds up no other page. Backups may be
/// of several repositories; one after the other is changed, and what was changed before an error stays.
class BackupActs : public QObject {
    Q_OBJECT

public:
    BackupActs(const WindowContext& context, QWidget* window);

    /// Anything but Delete, at once.
    void change(BackupAct act, std::vector<BackupRecord> backups);
    /// Opens a dialog that says what it frees and asks.
    void askDelete(std::vector<BackupRecord> backups);

    Lookups& lookups() { return m_lookups; }

signals:
    void changed(const QString& what); ///< a sentence that says what was done
    void failed(const salvor::Error& error);

private:
    Core& m_core;
    const Clock& m_clock;
    QWidget* m_window;
    Lookups m_lookups;
};

/// Blocking, for workers: `act` on all of them, repository by repository.
Result<DeletePlan> planDelete(Core& core, const std::vector<BackupRecord>& backups,
                              const CancelToken& cancel);
Result<> changeAll(Core& core, BackupAct act, const std::vector<BackupRecord>& backups, bool confirmed,
                   const CancelToken& cancel);

} // namespace salvor
