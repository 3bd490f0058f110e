// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Restoring a whole backup into a new database: what, where, checks, review, restore, proof.
#pragma once

#include "ui/restore/restorepages.h"

#include <optional>

namespace salvor {

/// Lives in the window's thread. Until the review nothing is changed. Hidden while it restores, the job goes
/// on in the job panel.
class RestoreWizard : public FlowDialog {
    Q_OBJECT

public:
    RestoreWizard(const FlowContext& context, const QString& repository, const QString& backup,
                  QWidget* parent = nullptr);

signals:
    void restoreStarted(int job);

private:
    void load();
    void check();
    void start();
    void jobProgressed(int id);
    void jobFinished(int id);
    void updateBanner();
    RestoreJob job() const;
    void nextFrom(FlowPage* page) override;
    FlowPage* pageBefore(FlowPage* page) const override;
    void cancelBusy() override;

    FlowContext m_context;
    QString m_repository;
    QString m_backupId;
    BackgroundCall* m_call = nullptr;
    WhatPage* m_what = nullptr;
    WherePage* m_where = nullptr;
    PreflightPage* m_preflightPage = nullptr;
    ReviewPage* m_review = nullptr;
    RestoreProgressPage* m_progress = nullptr;
    ProofPage* m_proof = nullptr;
    std::optional<BackupRecord> m_backup;
    QString m_sourceHost;
    Preflight m_preflight;
    std::optional<Profile> m_target; ///< of the job that runs
    int m_job = 0;                   ///< 0: none yet
};

} // namespace salvor
