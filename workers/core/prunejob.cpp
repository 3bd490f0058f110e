// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: retention's drops go to the trash, and what was there long enough goes for good.
#include "models/base/json.h"
#include "models/jsonfields.h"
#include "workers/core/auditedact.h"
#include "workers/core/coreprivate.h"
#include "workers/core/runlock.h"
#include "workers/core/runrecorder.h"

#include <QJsonArray>

#include <algorithm>
#include <set>

namespace salvor {

namespace {

RunRecord beginning(const Core::Private& core, const PruneJob& job) {
    RunRecord run;
    run.kind = "prune";
    run.trigger = job.trigger;
    if (core.config.job) {
        run.policyUuid = core.config.job->policy.uuid;
        run.profileUuid = core.config.job->profile.uuid;
        run.profileTitle = core.config.job->profile.title;
    }
    return run;
}

/// `of`: the options that name the same backups.
Error unconfirmed(const RetentionPreview& preview, const std::string& of) {
    return {ErrorCode::Conflict,
            std::to_string(preview.dropped) + " of " + std::to_string(preview.live) +
                " backups would be deleted at once, more than a quarter; nothing of them was changed",
            "look at: salvorctl retention preview" + of +
                " — if it is meant, run: salvorctl prune --confirm-large" + of +
                " — else keep more: salvorctl policy set, and salvorctl timers apply where timers prune",
            false,
            {{"dropped", std::to_string(preview.dropped)}, {"live", std::to_string(preview.live)}}};
}

/// Runs one prune with the record around it.
class PruneJobRun {
public:
    PruneJobRun(const Core::Private& core, const PruneJob& job, ProgressSink& progress,
                const CancelToken& cancel)
        : m_core(core)
        , m_job(job)
        , m_progress(progress)
        , m_cancel(cancel)
        , m_recorder(core, beginning(core, job)) {}

    Result<PruneOutcome> run() {
        auto outcome = prune();
        if (!outcome) {
            const Error& error = outcome.error();
            if (error.code == ErrorCode::Busy)
                m_recorder.end(RunOutcome::Skipped, error, repositories());
            else
                m_recorder.fail(error, repositories());
            return outcome;
        }
        const PruneReport& report = outcome->report;
        const auto end = report.failedBecause ? RunOutcome::Partial : RunOutcome::Ok;
        outcome->run = m_recorder.end(end, report.failedBecause, repositories());
        return outcome;
    }

private:
    Result<PruneOutcome> prune() {
        SALVOR_ASSIGN(const auto pin, m_core.pinOf(m_job.repository));
        m_recorder.run().repositoryId = pin.id;
        m_recorder.update();
        SALVOR_ASSIGN(const auto lock, lockForRun(m_core, pin.id, "prune"));
        SALVOR_ASSIGN(m_opened, m_core.open(pin, RepositoryUse::Write, m_cancel));
        PruneOutcome outcome;
        SALVOR_ASSIGN(outcome.preview, m_core.decide(m_opened, {{}, m_job.policy, {}}, m_cancel));
        notePolicies(outcome.preview);
        if (needsWord(outcome.preview))
            return refused(outcome);
        // What the trash is emptied of was in it when that was asked and confirmed: what the rules drop now
        // comes after it, and has its grace.
        if (m_job.freeSpaceNow) {
            SALVOR_TRY(purge(outcome));
            SALVOR_TRY(trash(outcome));
        } else {
            SALVOR_TRY(trash(outcome));
            SALVOR_TRY(purge(outcome));
        }
        return outcome;
    }

    Result<> purge(PruneOutcome& outcome) {
        PruneRequest request;
        request.freeSpaceNow = m_job.freeSpaceNow;
        AuditedAct act(m_core, m_opened, "backups.prune", m_recorder.run().id);
        if (const auto due = dueForPurge(); !due.empty()) {
            SALVOR_TRY(act.begin(due));
            intend("to_purge", due);
        }
        auto pruned = m_opened.repository->prune(request, m_progress, m_cancel);
        // Also after an error: what went is told to the catalog database.
        (void)m_core.catalogChanged(m_opened, {});
        if (!pruned)
            return failure(act.fail(std::move(pruned).error()));
        outcome.report = std::move(*pruned);
        describe(outcome.report);
        return act.end(outcome.report.purged,
                       {{QStringLiteral("freed_bytes"), toJsonCount(outcome.report.freedBytes())},
                        {QStringLiteral("free_space_now"), m_job.freeSpaceNow}});
    }

    /// What the prune is about to delete for good.
    std::vector<std::string> dueForPurge() const {
        std::vector<std::string> ids;
        const Instant now = m_core.config.clock->now();
        for (const auto& entry : m_opened.catalog.entries) {
            if (entry.trashed && (m_job.freeSpaceNow || entry.expires() <= now))
                ids.push_back(entry.backupId);
        }
        return ids;
    }

    /// In the running record: a timer's prune has no audit, and one that is killed leaves it so.
    void intend(const char* what, const std::vector<std::string>& ids) {
        m_recorder.run().details.insert(QLatin1String(what), toJsonArray(ids));
        m_recorder.update();
    }

    /// Whose rules were applied, for the watch: also of a prune by hand, which ends what it says of a
    /// timer's.
    void notePolicies(const RetentionPreview& preview) {
        std::set<std::string> uuids;
        for (const RetentionRow& row : preview.rows) {
            if (row.hasRules)
                uuids.insert(row.record.policyUuid);
        }
        QJsonArray list;
        for (const auto& uuid : uuids)
            list.append(toQt(uuid));
        if (!list.isEmpty())
            m_recorder.run().details.insert(QStringLiteral("policies"), list);
    }

    bool needsWord(const RetentionPreview& preview) const {
        return !preview.dropIds.empty() && preview.needsConfirmation && !m_job.confirmLarge;
    }

    /// The refusal is of what the rules drop now. What is in the trash was confirmed, or was no large share,
    /// when it went there.
    Result<PruneOutcome> refused(PruneOutcome& outcome) {
        if (!m_job.freeSpaceNow) // that is an act of its own, and refused as a whole
            SALVOR_TRY(purge(outcome));
        std::string of = " --repository " + m_opened.pin.id;
        if (m_core.config.job)
            of += " --policy " + m_core.config.job->policy.uuid;
        else if (!m_job.policy.empty())
            of += " --policy \"" + m_job.policy + "\"";
        Error error = unconfirmed(outcome.preview, of);
        if (const std::size_t gone = outcome.report.purged.size(); gone > 0) {
            error.message += "; " + std::to_string(gone) +
                             " backups whose time in the trash was over were deleted for good";
            error.context.emplace("purged", std::to_string(gone));
        }
        return failure(std::move(error));
    }

    Result<> trash(PruneOutcome& outcome) {
        const RetentionPreview& preview = outcome.preview;
        if (preview.dropIds.empty()) {
            set("trashed_backups", 0);
            return {};
        }
        BackupChanges changes;
        changes.trash = preview.dropIds;
        AuditedAct act(m_core, m_opened, "backups.trash", m_recorder.run().id);
        SALVOR_TRY(act.begin(preview.dropIds));
        intend("to_trash", preview.dropIds);
        auto changed = m_opened.repository->changeBackups(changes, m_cancel);
        if (!changed)
            return failure(act.fail(std::move(changed).error()));
        set("trashed_backups", preview.dropIds.size());
        if (m_job.freeSpaceNow)
            nowInTrash(*changed, outcome.report);
        return act.end(preview.dropIds, {{QStringLiteral("by"), QStringLiteral("retention")}});
    }

    /// After the purge's own report: what went into the trash behind it is there too.
    void nowInTrash(const Catalog& catalog, PruneReport& report) {
        (void)m_core.catalogChanged(m_opened, {}); // the database is only a copy: the change is made
        report.inTrash = 0;
        report.nextExpiry.reset();
        for (const CatalogEntry& entry : catalog.entries) {
            if (!entry.trashed)
                continue;
            ++report.inTrash;
            report.nextExpiry = std::min(entry.expires(), report.nextExpiry.value_or(entry.expires()));
        }
        set("in_trash", report.inTrash);
    }

    void set(const char* key, std::uint64_t value) {
        m_recorder.run().details.insert(QLatin1String(key), toJsonCount(value));
    }

    void describe(const PruneReport& report) {
        RunRecord& run = m_recorder.run();
        run.backupIds = report.purged;
        set("pruned_backups", report.purged.size());
        set("freed_bytes", report.freedBytes());
        set("orphan_files", report.orphans.files);
        set("retained_files", report.retained.files);
        set("retained_bytes", report.retained.bytes);
        set("failed_files", report.failed.files);
        set("in_trash", report.inTrash);
        run.details.insert(QStringLiteral("clock_jumped"), report.clockJumped);
        run.details.insert(QStringLiteral("used_reserve"), report.usedReserve);
    }

    std::vector<Repository*> repositories() const {
        if (!m_opened.repository)
            return {};
        return {m_opened.repository.get()};
    }

    const Core::Private& m_core;
    const PruneJob& m_job;
    ProgressSink& m_progress;
    const CancelToken& m_cancel;
    OpenedRepository m_opened;
    RunRecorder m_recorder;
};

} // namespace

Result<PruneOutcome> Core::prune(const PruneJob& job, ProgressSink& progress, const CancelToken& cancel) {
    if (job.freeSpaceNow && !job.policy.empty())
        return failure(
            ErrorCode::InvalidInput,
            "to free space now empties the repository's whole trash, also of what is not policy \"" +
                job.policy + "\"'s; nothing was changed",
            "leave the policy out if all of the trash is meant (salvorctl backups trash lists it), or prune "
            "the "
            "policy without freeing space now",
            {{"policy", job.policy}});
    if (job.freeSpaceNow && !job.confirmed && !job.dryRun)
        return failure(
            ErrorCode::Conflict,
            "to free space now deletes the trash for good, before its grace ends; nothing was changed",
            "look at it with --dry-run; if it is meant, add --yes");
    if (!job.dryRun)
        return PruneJobRun(*m_private, job, progress, cancel).run();
    SALVOR_ASSIGN(const auto pin, m_private->pinOf(job.repository));
    SALVOR_ASSIGN(const auto opened, m_private->open(pin, RepositoryUse::Write, cancel));
    PruneOutcome outcome;
    SALVOR_ASSIGN(outcome.preview, m_private->decide(opened, {{}, job.policy, {}}, cancel));
    PruneRequest request;
    request.dryRun = true;
    request.freeSpaceNow = job.freeSpaceNow;
    SALVOR_ASSIGN(outcome.report, opened.repository->prune(request, progress, cancel));
    return outcome;
}

} // namespace salvor
