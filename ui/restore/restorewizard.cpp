// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/restorewizard.h"

#include "models/base/json.h"
#include "ui/profiles/profiledialog.h"
#include "ui/restore/restorename.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/format.h"

#include <algorithm>

namespace salvor {

RestoreWizard::RestoreWizard(const FlowContext& context, const QString& repository, const QString& backup,
                             QWidget* parent)
    : RestoreFlow(context, tr("Restore"), parent)
    , m_repository(repository) {
    setObjectName(QStringLiteral("restoreWizard"));
    m_what = new WhatPage(this);
    m_where = new WherePage(this);
    m_scope = new ScopePage(this);
    m_preflightPage = new PreflightPage(this);
    m_review = new ReviewPage(this);
    for (FlowPage* page :
         std::initializer_list<FlowPage*>{m_what, m_where, m_scope, m_preflightPage, m_review})
        addPage(page);
    addEndPages();
    connect(m_what, &WhatPage::chosen, this, [this] {
        m_where->setChoices(m_profiles, *m_what->backup());
        updateBanner();
    });
    connect(m_where, &FlowPage::changed, this, &RestoreWizard::updateBanner);
    connect(m_where, &WherePage::addServerWanted, this, &RestoreWizard::addServer);
    connect(m_preflightPage, &PreflightPage::againWanted, this, &RestoreWizard::check);
    load(backup.toStdString());
}

Result<RestoreWizard::Loaded> RestoreWizard::fetch(Core& core, const std::string& backup) {
    Loaded loaded;
    SALVOR_ASSIGN(loaded.backup, core.backup(backup));
    BackupQuery query;
    query.repository = loaded.backup.repositoryId;
    query.profile = loaded.backup.profileUuid;
    query.database = loaded.backup.database;
    SALVOR_ASSIGN(loaded.siblings, core.backups(query));
    SALVOR_ASSIGN(loaded.profiles, core.profiles());
    if (auto damage = core.damage()) // else the checks ask for it once more
        loaded.damage = std::move(*damage);
    loaded.taken = namesOfRestores(core);
    loaded.isGone = isOffItsServer(core, loaded.backup);
    for (auto& engine : core.engines()) {
        if (engine.id == loaded.backup.engine)
            loaded.engine = std::move(engine);
    }
    return loaded;
}

void RestoreWizard::load(const std::string& backup) {
    setBusy(tr("Looking the backup up…"));
    m_call->run<Loaded>([&core = m_context.core, backup](const CancelToken&) { return fetch(core, backup); },
                        [this](Result<Loaded> loaded) {
                            setIdle();
                            if (loaded)
                                take(std::move(*loaded));
                            else
                                showError(loaded.error(), tr("Nothing was changed."));
                        });
}

void RestoreWizard::take(Loaded loaded) {
    m_profiles = std::move(loaded.profiles);
    m_engine = std::move(loaded.engine);
    m_where->setTaken(std::move(loaded.taken), loaded.isGone);
    m_what->setDamage(loaded.damage);
    m_what->setBackups(std::move(loaded.siblings), loaded.backup);
    goTo(m_what);
}

void RestoreWizard::addServer() {
    auto* dialog = new ProfileDialog(m_context, {}, this);
    dialog->setRestoredTo();
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ProfileDialog::saved, this, [this](const QString& uuid) {
        // Not by m_call: a save that the dialog was closed over may end while the target is checked.
        m_context.lookups.run<std::vector<Profile>>(
            this, [&core = m_context.core](const CancelToken&) { return core.profiles(); },
            [this, uuid](Result<std::vector<Profile>> profiles) {
                const bool isChoosing = !isBusy() && currentPage() == m_where;
                if (!profiles) {
                    if (isChoosing)
                        showError(profiles.error());
                    return;
                }
                m_profiles = std::move(*profiles);
                if (isChoosing)
                    m_where->setChoices(m_profiles, *m_what->backup(), uuid.toStdString());
            });
    });
    dialog->open();
}

void RestoreWizard::updateBanner() {
    const auto backup = m_restoring ? m_restoring : m_what->backup();
    if (!backup)
        return;
    const auto target = m_target ? m_target : m_where->target();
    const QString server = toQt(backup->profileTitle);
    const auto origin = std::find_if(m_profiles.begin(), m_profiles.end(), [&](const Profile& profile) {
        return profile.uuid == backup->profileUuid;
    });
    const QString host = origin == m_profiles.end() ? QString() : toQt(origin->host);
    const QString source = host.isEmpty() || host == server ? server : tr("%1 (%2)").arg(server, host);
    const QString from =
        tr("%1 from %2, as of %3").arg(toQt(backup->database), source, Format::time(backup->started));
    setBanner(target ? tr("%1   →   new database %2 on %3 (%4)")
                           .arg(from, m_where->database(), toQt(target->title), toQt(target->host))
                     : from);
}

RestoreJob RestoreWizard::job() const {
    RestoreJob job;
    job.backup = m_what->backup()->id;
    job.repository =
        m_what->backup()->repositoryId.empty() ? m_repository.toStdString() : m_what->backup()->repositoryId;
    job.targetProfile = m_where->target()->uuid;
    job.targetDatabase = m_where->database().toStdString();
    job.noLoginRoles = m_review->rolesToMake();
    job.prove = m_review->wantsProof();
    job.exceptions = m_scope->exceptions();
    return job;
}

void RestoreWizard::nextFrom(FlowPage* page) {
    if (page == m_where) {
        m_scope->setBackup(*m_what->backup(), m_engine);
        goOn();
    } else if (page == m_scope) {
        check();
    } else if (page == m_review) {
        start();
    } else {
        goOn();
    }
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
                                   checkFailed(preflight.error());
                                   return;
                               }
                               m_preflight = std::move(*preflight);
                               m_preflightPage->setPreflight(m_preflight);
                               m_review->setPlan(*m_what->backup(), *m_where->target(), m_where->database(),
                                                 m_preflight);
                               m_review->setExceptions(m_scope->exceptions());
                               goTo(m_preflightPage);
                           });
}

/// A backup that is not there any longer was deleted meanwhile: back to those that are.
void RestoreWizard::checkFailed(const Error& error) {
    showError(error, tr("Nothing was changed."));
    if (error.code != ErrorCode::NotFound)
        return;
    const BackupRecord lost = *m_what->backup();
    m_call->run<std::vector<BackupRecord>>(
        [&core = m_context.core, lost](const CancelToken&) {
            BackupQuery query;
            query.repository = lost.repositoryId;
            query.profile = lost.profileUuid;
            query.database = lost.database;
            return core.backups(query);
        },
        [this, error, lost](Result<std::vector<BackupRecord>> left) {
            if (!left || left->empty() || std::ranges::find(*left, lost.id, &BackupRecord::id) != left->end())
                return;
            const BackupRecord newest = *std::ranges::max_element(*left, {}, &BackupRecord::started);
            m_what->setBackups(std::move(*left), newest);
            goTo(m_what);
            showError(error, tr("Nothing was changed. The newest of the other backups is chosen now."));
        });
}

void RestoreWizard::start() {
    m_target = m_where->target();
    m_restoring = m_what->backup();
    m_made.clear();
    startJob(tr("Restoring %1 as %2").arg(toQt(m_restoring->database), m_where->database()), job());
}

ProofFacts RestoreWizard::factsFrom(const JobReport& report) {
    const auto& outcome = std::get<RestoreOutcome>(report);
    m_made = toQt(outcome.database);
    return factsOf(*m_restoring, *m_target, outcome);
}

void RestoreWizard::jobFailed() {
    m_target.reset();
    m_restoring.reset();
}

std::pair<QString, QString> RestoreWizard::made() const {
    return {m_target ? toQt(m_target->uuid) : QString(), m_made};
}

FlowPage* RestoreWizard::pageBefore(FlowPage* page) const {
    // After a failure: back to where to, and through the checks, which say what has changed meanwhile.
    return page == m_progress ? static_cast<FlowPage*>(m_where) : RestoreFlow::pageBefore(page);
}

} // namespace salvor
