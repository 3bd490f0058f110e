// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/restoreflow.h"

#include "ui/jobs/jobcontroller.h"
#include "ui/jobs/jobdetails.h"
#include "ui/support/backgroundcall.h"

#include <algorithm>

namespace salvor {

namespace {

/// Whether the proof counts, and who writes the repository: from the lists of this computer.
ProofFacts withSignature(Core& core, ProofFacts facts) {
    const auto backup = core.backup(facts.backup.id);
    const bool trashed = facts.run.details.value(QLatin1String("backup_in_trash")).toBool();
    facts.isSigned = facts.good() &&
                     (trashed || (backup && backup->restoredAt && *backup->restoredAt >= facts.run.started));
    if (const auto pins = core.repositories()) {
        const auto pin = std::ranges::find(*pins, facts.run.repositoryId, &RepositoryPin::id);
        facts.isForeign = pin != pins->end() && !pin->isWriter;
    }
    return facts;
}

} // namespace

RestoreFlow::RestoreFlow(const FlowContext& context, const QString& title, QWidget* parent)
    : FlowDialog(title, parent)
    , m_context(context) {
    m_call = new BackgroundCall(context.lookups, this);
    resize(900, 650);
    connect(&context.jobs, &JobController::progressed, this, &RestoreFlow::jobProgressed);
    connect(&context.jobs, &JobController::finished, this, &RestoreFlow::jobFinished);
}

void RestoreFlow::addEndPages() {
    m_progress = new RestoreProgressPage(this);
    m_proof = new ProofPage(m_context, this);
    addPage(m_progress);
    addPage(m_proof);
    connect(m_progress, &RestoreProgressPage::cancelWanted, this, [this] { m_context.jobs.cancel(m_job); });
    connect(m_progress, &RestoreProgressPage::dropWanted, this,
            [this](const QString& profile, const QString& database) {
                emit restoredWanted(profile, database, RestoredAct::Drop);
            });
    const auto wanted = [this](RestoredAct act) {
        const auto [profile, database] = made();
        if (!database.isEmpty())
            emit restoredWanted(profile, database, act);
        accept();
    };
    connect(m_proof, &ProofPage::swapWanted, this, [wanted] { wanted(RestoredAct::Swap); });
    connect(m_proof, &ProofPage::dropWanted, this, [wanted] { wanted(RestoredAct::Drop); });
}

void RestoreFlow::startJob(const QString& title, JobRequest request) {
    m_progress->begin(title, std::holds_alternative<DrillJob>(request));
    goTo(m_progress);
    setCancelText(tr("&Hide"));
    m_job = m_context.jobs.start(title, std::move(request));
    emit restoreStarted(m_job);
}

void RestoreFlow::jobProgressed(int id) {
    const Job* running = m_context.jobs.job(id);
    if (id == m_job && id != 0 && running != nullptr)
        m_progress->showJob(*running);
}

void RestoreFlow::jobFinished(int id) {
    const Job* ended = m_context.jobs.job(id);
    if (id != m_job || id == 0 || ended == nullptr || !ended->result)
        return;
    m_job = 0;
    m_progress->showJob(*ended);
    setCancelText(tr("Close"));
    if (!*ended->result) {
        jobFailed();
        showError(ended->result->error(), jobLeftBehind(*ended));
        return;
    }
    // Whether the proof was really signed stands in the catalog, not in the report.
    const ProofFacts facts = factsFrom(**ended->result);
    m_call->run<ProofFacts>(
        [&core = m_context.core, facts](const CancelToken&) -> Result<ProofFacts> {
            return withSignature(core, facts);
        },
        [this, facts](Result<ProofFacts> known) { showProof(known ? std::move(*known) : facts); });
}

void RestoreFlow::showProof(ProofFacts facts) {
    m_proof->setResult(facts);
    goTo(m_proof);
    setCancelVisible(false);
}

void RestoreFlow::cancelBusy() { m_call->cancel(); }

} // namespace salvor
