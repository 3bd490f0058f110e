// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stores/prunedialog.h"

#include "models/base/json.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/busybar.h"
#include "ui/support/errorpanel.h"
#include "ui/support/tables.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace salvor {

PruneDialog::PruneDialog(Core& core, Lookups& lookups, JobController& jobs, RepositoryPin pin,
                         QWidget* parent)
    : QDialog(parent)
    , m_core(core)
    , m_jobs(jobs)
    , m_pin(std::move(pin)) {
    setObjectName(QStringLiteral("pruneDialog"));
    setWindowTitle(tr("Prune %1").arg(toQt(m_pin.title)));
    m_call = new BackgroundCall(lookups, this);
    connect(m_call, &BackgroundCall::runningChanged, this, &PruneDialog::updateButtons);
    connect(&jobs, &JobController::finished, this, &PruneDialog::ended);
    build();
    plan();
}

void PruneDialog::build() {
    m_summary = new QLabel(this);
    m_summary->setObjectName(QStringLiteral("pruneSummary"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    m_table = new QTableView(this);
    setUpTable(*m_table, "pruneTable", tr("What would go"));
    m_table->setSortingEnabled(false);
    m_table->setModel(&m_model);
    setColumnWidths(*m_table, {18, 17, 15, 26, 12, 30});
    m_trashNow = new QCheckBox(tr("Delete what is in the &trash as well, before its time is over"), this);
    m_trashNow->setObjectName(QStringLiteral("pruneTrashNow"));
    connect(m_trashNow, &QCheckBox::toggled, this, [this] {
        m_meant->setChecked(false);
        plan();
    });
    m_meant = new QCheckBox(tr("&Yes, this is what I mean"), this);
    m_meant->setObjectName(QStringLiteral("pruneMeant"));
    connect(m_meant, &QCheckBox::toggled, this, &PruneDialog::updateButtons);
    m_bar = makeBusyBar(this, "pruneBusy");
    m_error = new ErrorPanel(this);
    auto* buttons = new QDialogButtonBox(this);
    m_prune = buttons->addButton(tr("&Prune now"), QDialogButtonBox::ActionRole);
    m_prune->setObjectName(QStringLiteral("pruneStart"));
    m_prune->setAutoDefault(false);
    m_close = buttons->addButton(QDialogButtonBox::Cancel);
    m_close->setObjectName(QStringLiteral("pruneClose"));
    m_close->setDefault(true);
    connect(m_prune, &QPushButton::clicked, this, &PruneDialog::prune);
    connect(buttons, &QDialogButtonBox::rejected, this, &PruneDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->setSpacing(10);
    layout->addWidget(m_summary);
    layout->addWidget(m_table, 1);
    for (QWidget* one : std::initializer_list<QWidget*>{m_trashNow, m_meant, m_error, m_bar, buttons})
        layout->addWidget(one);
    resize(860, 500);
}

void PruneDialog::plan() {
    m_planned = false;
    m_error->clear();
    m_summary->setText(tr("Working out what would go…"));
    m_call->run<PruneProposal>([&core = m_core, id = m_pin.id, now = m_trashNow->isChecked()](
                                   const CancelToken& cancel) { return proposePrune(core, id, now, cancel); },
                               [this](Result<PruneProposal> planned) {
                                   if (planned) {
                                       showPlan(*planned);
                                   } else {
                                       m_summary->clear();
                                       m_error->showError(planned.error(), tr("Nothing was changed."));
                                   }
                                   updateButtons();
                               });
}

void PruneDialog::showPlan(const PruneProposal& plan) {
    m_planned = true;
    const PruneReport& report = plan.outcome.report;
    m_something = !plan.lines.empty() || report.orphans.files > 0 || report.proofs.files > 0;
    m_needsYes =
        plan.outcome.preview.needsConfirmation || (m_trashNow->isChecked() && !report.purged.empty());
    m_summary->setText(proposalText(plan));
    m_model.setRows(std::make_shared<const std::vector<PruneLine>>(plan.lines));
}

void PruneDialog::updateButtons() {
    const bool busy = m_call->isRunning() || m_job != 0;
    m_bar->setVisible(busy);
    m_trashNow->setEnabled(!busy && !m_done);
    m_meant->setVisible(m_planned && m_needsYes && !m_done);
    m_meant->setEnabled(!busy);
    m_prune->setEnabled(!busy && !m_done && m_planned && m_something &&
                        (!m_needsYes || m_meant->isChecked()));
    m_close->setText(m_done || m_job != 0 ? tr("Close") : tr("Cancel"));
}

void PruneDialog::prune() {
    m_error->clear();
    m_summary->setText(tr("Pruning… It goes on when this is closed; the foot of the window has it."));
    PruneJob job;
    job.repository = m_pin.id;
    job.freeSpaceNow = m_trashNow->isChecked();
    job.confirmed = m_needsYes && m_meant->isChecked();
    job.confirmLarge = job.confirmed;
    m_job = m_jobs.startPrune(tr("Pruning %1").arg(toQt(m_pin.title)), job);
    updateButtons();
}

void PruneDialog::ended(int id) {
    const Job* job = m_jobs.job(id);
    if (id != m_job || m_job == 0 || job == nullptr || !job->pruned)
        return;
    m_job = 0;
    emit pruned();
    if (*job->pruned) {
        showDone(**job->pruned);
        return;
    }
    const Error error = job->pruned->error();
    plan(); // what is left
    m_error->showError(error, tr("What had gone by then is gone; the plan shows what is left."));
}

void PruneDialog::showDone(const PruneOutcome& outcome) {
    m_done = true;
    m_summary->setText(prunedText(outcome));
    m_model.setRows(std::make_shared<const std::vector<PruneLine>>());
    if (outcome.report.failedBecause)
        m_error->showError(*outcome.report.failedBecause,
                           tr("The next prune tries again what could not be deleted."));
    updateButtons();
    m_close->setFocus();
}

void PruneDialog::reject() {
    if (m_call->isRunning() && m_planned)
        m_call->cancel(); // the answer still comes
    else
        QDialog::reject();
}

} // namespace salvor
