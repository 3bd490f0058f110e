// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/backupacts.h"

#include "ui/backups/deletedialog.h"

#include <map>

namespace salvor {

namespace {

std::map<std::string, std::vector<std::string>> byRepository(const std::vector<BackupRecord>& backups) {
    std::map<std::string, std::vector<std::string>> ids;
    for (const auto& backup : backups)
        ids[backup.repositoryId].push_back(backup.id);
    return ids;
}

QString doneText(BackupAct act, int count) {
    switch (act) {
    case BackupAct::Hold:
        return BackupActs::tr("%n backup(s) held.", nullptr, count);
    case BackupAct::Release:
        return BackupActs::tr("%n backup(s) released.", nullptr, count);
    case BackupAct::Undelete:
        return BackupActs::tr("%n backup(s) brought back from the trash.", nullptr, count);
    case BackupAct::Delete:
        break;
    }
    return BackupActs::tr("%n backup(s) moved to the trash.", nullptr, count);
}

} // namespace

Result<DeletePlan> planDelete(Core& core, const std::vector<BackupRecord>& backups,
                              const CancelToken& cancel) {
    DeletePlan plan;
    plan.backups = backups;
    for (const auto& [repository, ids] : byRepository(backups)) {
        BackupActRequest request;
        request.act = BackupAct::Delete;
        request.repository = repository;
        request.backups = ids;
        request.dryRun = true;
        SALVOR_ASSIGN(const auto outcome, core.changeBackups(request, cancel));
        plan.freedBytes += outcome.freed.bytes();
        plan.freedKnown = plan.freedKnown && outcome.freed.known;
        plan.large = plan.large || outcome.needsConfirmation;
    }
    plan.until = core.config().clock->now() + kTrashGrace;
    return plan;
}

Result<> changeAll(Core& core, BackupAct act, const std::vector<BackupRecord>& backups, bool confirmed,
                   const CancelToken& cancel) {
    for (const auto& [repository, ids] : byRepository(backups)) {
        BackupActRequest request;
        request.act = act;
        request.repository = repository;
        request.backups = ids;
        request.confirmLarge = confirmed;
        SALVOR_TRY(core.changeBackups(request, cancel).map([](const BackupActOutcome&) {}));
    }
    return {};
}

BackupActs::BackupActs(const WindowContext& context, QWidget* window)
    : QObject(window)
    , m_core(context.core)
    , m_clock(context.clock)
    , m_window(window) {}

void BackupActs::change(BackupAct act, std::vector<BackupRecord> backups) {
    if (backups.empty())
        return;
    const int count = static_cast<int>(backups.size());
    m_lookups.run<void>(
        this,
        [&core = m_core, act, backups = std::move(backups)](const CancelToken& cancel) {
            return changeAll(core, act, backups, false, cancel);
        },
        [this, act, count](Result<> done) {
            if (done)
                emit changed(doneText(act, count));
            else
                emit failed(done.error());
        });
}

void BackupActs::askDelete(std::vector<BackupRecord> backups) {
    if (backups.empty())
        return;
    const int count = static_cast<int>(backups.size());
    auto* dialog = new DeleteDialog(m_core, m_lookups, std::move(backups), m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &DeleteDialog::deleted, this,
            [this, count] { emit changed(doneText(BackupAct::Delete, count)); });
    dialog->open();
}

} // namespace salvor
