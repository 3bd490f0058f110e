// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What every flow that ends in a restore has: the job, its progress, its proof.
#pragma once

#include "ui/restore/proofpage.h"
#include "ui/restore/restoredact.h"
#include "ui/restore/restorepages.h"

namespace salvor {

/// Lives in the window's thread. Closed while the job runs, the job goes on in the job panel.
class RestoreFlow : public FlowDialog {
    Q_OBJECT

public:
    RestoreFlow(const FlowContext& context, const QString& title, QWidget* parent = nullptr);

signals:
    void restoreStarted(int job);
    /// Something is to be done with the database that was made.
    void restoredWanted(const QString& profileUuid, const QString& database, salvor::RestoredAct act);

protected:
    /// After the flow's own pages.
    void addEndPages();
    void startJob(const QString& title, JobRequest request);
    bool isRunning() const { return m_job != 0; }
    /// The report of the job that ran.
    virtual ProofFacts factsFrom(const JobReport& report) = 0;
    /// Where the restored database is: profile and name; empty: nowhere.
    virtual std::pair<QString, QString> made() const { return {}; }
    virtual void jobFailed() {}
    void cancelBusy() override;

    FlowContext m_context;
    BackgroundCall* m_call = nullptr;
    RestoreProgressPage* m_progress = nullptr;
    ProofPage* m_proof = nullptr;

private:
    void jobProgressed(int id);
    void jobFinished(int id);
    void showProof(ProofFacts facts);

    int m_job = 0; ///< 0: none runs
};

} // namespace salvor
