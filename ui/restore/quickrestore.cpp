// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/quickrestore.h"

#include "models/base/json.h"
#include "ui/restore/restorename.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/format.h"

namespace salvor {

namespace {

struct Loaded {
    BackupRecord backup;
    std::vector<Profile> profiles;
    std::vector<std::string> taken; ///< names that restores were given
    bool isGone = false;            ///< the original is not on its server any more
};

} // namespace

QuickRestore::QuickRestore(const FlowContext& context, QuickKind kind, const QString& repository,
                           const QString& backup, QWidget* parent)
    : RestoreFlow(context, kind == QuickKind::Drill ? tr("Test restore") : tr("Restore beside the original"),
                  parent)
    , m_kind(kind)
    , m_repository(repository.toStdString()) {
    setObjectName(QStringLiteral("quickRestore"));
    m_page = new QuickPage(kind, this);
    addPage(m_page);
    addEndPages();
    connect(m_page, &FlowPage::changed, this, &QuickRestore::updateBanner);
    load(backup.toStdString());
}

void QuickRestore::load(const std::string& backup) {
    setBusy(tr("Looking the backup up…"));
    m_call->run<Loaded>(
        [&core = m_context.core, backup](const CancelToken&) -> Result<Loaded> {
            Loaded loaded;
            SALVOR_ASSIGN(loaded.backup, core.backup(backup));
            SALVOR_ASSIGN(loaded.profiles, core.profiles());
            loaded.taken = namesOfRestores(core);
            loaded.isGone = isOffItsServer(core, loaded.backup);
            return loaded;
        },
        [this](Result<Loaded> loaded) {
            setIdle();
            if (!loaded) {
                showError(loaded.error(), tr("Nothing was changed."));
                return;
            }
            m_backup = loaded->backup;
            if (loaded->isGone)
                m_page->setOriginalGone();
            m_page->setChoices(loaded->backup, loaded->profiles,
                               loaded->isGone ? loaded->backup.database
                                              : besideName(loaded->backup, loaded->taken));
            if (m_page->problem().isEmpty())
                check();
        });
}

void QuickRestore::updateBanner() {
    if (!m_backup)
        return;
    const QString from =
        tr("%1 from %2, as of %3")
            .arg(toQt(m_backup->database), toQt(m_backup->profileTitle), Format::time(m_backup->started));
    const QString target = m_page->targetText();
    setBanner(target.isEmpty() ? from : tr("%1   →   %2").arg(from, target));
}

RestoreJob QuickRestore::restoreJob() const {
    RestoreJob job;
    job.backup = m_backup->id;
    job.repository = m_repository.empty() ? m_backup->repositoryId : m_repository;
    job.targetProfile = m_backup->profileUuid;
    job.targetDatabase = m_page->database().toStdString();
    job.noLoginRoles = m_page->rolesToMake();
    return job;
}

DrillJob QuickRestore::drillJob() const {
    DrillJob job;
    job.backup = m_backup->id;
    job.repository = m_repository.empty() ? m_backup->repositoryId : m_repository;
    job.target = m_page->drillTarget();
    job.folder = m_page->drillFolder();
    job.noLoginRoles = m_page->rolesToMake();
    return job;
}

void QuickRestore::check() {
    if (m_kind == QuickKind::Drill) {
        setBusy(m_page->drillTarget() == kThrowawayTarget
                    ? tr("Looking at the target: a private server is started and removed again…")
                    : tr("Looking at the target; nothing is changed…"));
        m_call->run<Preflight>([&core = m_context.core, job = drillJob()](
                                   const CancelToken& cancel) { return core.preflightDrill(job, cancel); },
                               [this](Result<Preflight> found) { take(std::move(found)); });
        return;
    }
    setBusy(tr("Looking at the target; nothing is changed…"));
    m_call->run<Preflight>([&core = m_context.core, job = restoreJob()](
                               const CancelToken& cancel) { return core.preflightRestore(job, cancel); },
                           [this](Result<Preflight> found) { take(std::move(found)); });
}

void QuickRestore::take(Result<Preflight> preflight) {
    setIdle();
    if (preflight)
        m_page->setPreflight(*preflight);
    else
        showError(preflight.error(), tr("Nothing was changed."));
}

void QuickRestore::nextFrom(FlowPage* page) {
    if (page != m_page)
        goOn();
    else if (m_page->isChecked())
        start();
    else
        check();
}

void QuickRestore::start() {
    const QString database = toQt(m_backup->database);
    if (m_kind == QuickKind::Drill)
        startJob(tr("Test-restoring %1").arg(database), drillJob());
    else
        startJob(tr("Restoring %1 as %2").arg(database, m_page->database()), restoreJob());
}

ProofFacts QuickRestore::factsFrom(const JobReport& report) {
    if (const auto* drill = std::get_if<DrillOutcome>(&report))
        return factsOf(*m_backup, *drill);
    const auto& outcome = std::get<RestoreOutcome>(report);
    m_made = toQt(outcome.database);
    return factsOf(*m_backup, m_page->origin().value_or(Profile()), outcome);
}

std::pair<QString, QString> QuickRestore::made() const {
    return {m_backup ? toQt(m_backup->profileUuid) : QString(), m_made};
}

/// What was looked at may have changed: Back leads through another look.
void QuickRestore::jobFailed() { m_page->forgetPreflight(); }

} // namespace salvor
