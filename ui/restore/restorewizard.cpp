// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/restorewizard.h"

#include "models/base/json.h"
#include "ui/jobs/jobdetails.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/format.h"

namespace salvor {

namespace {

struct Loaded {
    BackupRecord backup;
    std::vector<Profile> profiles;
};

} // namespace

RestoreWizard::RestoreWizard(const FlowContext& context, const QString& repository, const QString& backup,
                             QWidget* parent)
    : FlowDialog(tr("Restore"), parent)
    , m_context(context)
    , m_repository(repository)
    , m_backupId(backup) {
    setObjectName(QStringLiteral("restoreWizard"));
    m_call = new BackgroundCall(context.lookups, this);
    m_what = new WhatPage(this);
    m_where = new WherePage(this);
    m_preflightPage = new PreflightPage(this);
    m_review = new ReviewPage(this);
    m_progress = new RestoreProgressPage(this);
    m_proof = new ProofPage(context, this);
    for (FlowPage* page :
         std::initializer_list<FlowPage*>{m_what, m_where, m_preflightPage, m_review, m_progress, m_proof})
        addPage(page);
    connect(m_where, &FlowPage::changed, this, &RestoreWizard::updateBanner);
    connect(m_preflightPage, &PreflightPage::againWanted, this, &RestoreWizard::check);
    connect(m_progress, &RestoreProgressPage::cancelWanted, this, [this] { m_context.jobs.cancel(m_job); });
    connect(&context.jobs, &JobController::progressed, this, &RestoreWizard::jobProgressed);
    connect(&context.jobs, &JobController::finished, this, &RestoreWizard::jobFinished);
    load();
}

void RestoreWizard::load() {
    setBusy(tr("Looking the backup up…"));
    m_call->run<Loaded>(
        [&core = m_context.core, id = m_backupId.toStdString()](const CancelToken&) -> Result<Loaded> {
            Loaded loaded;
            SALVOR_ASSIGN(loaded.backup, core.backup(id));
            SALVOR_ASSIGN(loaded.profiles, core.profiles());
            return loaded;
        },
        [this](Result<Loaded> loaded) {
            setIdle();
            if (!loaded) {
                showError(loaded.error(), tr("Nothing was changed."));
                return;
            }
            m_backup = std::move(loaded->backup);
            for (const auto& profile : loaded->profiles) {
                if (profile.uuid == m_backup->profileUuid)
                    m_sourceHost = toQt(profile.host);
            }
            m_where->setChoices(std::move(loaded->profiles), *m_backup);
            m_what->setBackup(*m_backup);
            goTo(m_what);
        });
}

void RestoreWizard::updateBanner() {
    if (!m_backup)
        return;
    const auto target = m_target ? m_target : m_where->target();
    const QString server = toQt(m_backup->profileTitle);
    const QString source =
        m_sourceHost.isEmpty() || m_sourceHost == server ? server : tr("%1 (%2)").arg(server, m_sourceHost);
    const QString from =
        tr("%1 from %2, as of %3").arg(toQt(m_backup->database), source, Format::time(m_backup->started));
    setBanner(target ? tr("%1   →   new database %2 on %3 (%4)")
                           .arg(from, m_where->database(), toQt(target->title), toQt(target->host))
                     : from);
}

RestoreJob RestoreWizard::job() const {
    RestoreJob job;
    job.backup = m_backup->id;
    job.repository = m_repository.isEmpty() ? m_backup->repositoryId : m_repository.toStdString();
    job.targetProfile = m_where->target()->uuid;
    job.targetDatabase = m_where->database().toStdString();
    job.noLoginRoles = m_review->rolesToMake();
    job.prove = m_review->wantsProof();
    return job;
}

void RestoreWizard::nextFrom(FlowPage* page) {
    if (page == m_where)
        check();
    else if (page == m_review)
        start();
    else
        goOn();
}

void RestoreWizard::check() {
    setBusy(tr("Checking the target; nothing is changed…"));
    RestoreJob wanted = job();
    wanted.noLoginRoles.clear();
    m_call->run<Preflight>([&core = m_context.core, wanted](
                               const CancelToken& cancel) { return core.preflightRestore(wanted, cancel); },
                           [this](Result<Preflight> preflight) {
                               setIdle();
                               if (!preflight) {
                                   showError(preflight.error(), tr("Nothing was changed."));
                                   return;
                               }
                               m_preflight = std::move(*preflight);
                               m_preflightPage->setPreflight(m_preflight);
                               m_review->setPlan(*m_backup, *m_where->target(), m_where->database(),
                                                 m_preflight);
                               goTo(m_preflightPage);
                           });
}

void RestoreWizard::start() {
    m_target = m_where->target();
    const QString title = tr("Restoring %1 as %2").arg(toQt(m_backup->database), m_where->database());
    m_progress->begin(title);
    goTo(m_progress);
    setCancelText(tr("&Hide"));
    m_job = m_context.jobs.start(title, job());
    emit restoreStarted(m_job);
}

void RestoreWizard::jobProgressed(int id) {
    const Job* running = m_context.jobs.job(id);
    if (id == m_job && id != 0 && running != nullptr)
        m_progress->showJob(*running);
}

void RestoreWizard::jobFinished(int id) {
    const Job* ended = m_context.jobs.job(id);
    if (id != m_job || id == 0 || ended == nullptr || !ended->result)
        return;
    m_progress->showJob(*ended);
    if (!*ended->result) {
        setCancelText(tr("Close"));
        showError(ended->result->error(), jobLeftBehind(ended->request));
        m_target.reset();
        m_job = 0;
        return;
    }
    if (const auto* outcome = std::get_if<RestoreOutcome>(&**ended->result)) {
        m_proof->setResult({*m_backup, *m_target, *outcome});
        goTo(m_proof);
        setCancelVisible(false);
    }
}

FlowPage* RestoreWizard::pageBefore(FlowPage* page) const {
    // After a failure: back to the checks, which say what has changed meanwhile.
    return page == m_progress ? static_cast<FlowPage*>(m_where) : FlowDialog::pageBefore(page);
}

void RestoreWizard::cancelBusy() { m_call->cancel(); }

} // namespace salvor
