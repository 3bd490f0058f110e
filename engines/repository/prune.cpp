// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Pruning: a catalog without the backups that go, then the files that nothing needs any longer. What an
// interruption leaves behind is nobody's, and goes with the next prune.
#include "engines/repository/pruneplan.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/unfinished.h"
#include "models/jobphase.h"

namespace salvor {

namespace {

/// How many files go between two looks at whether somebody else has begun to write.
constexpr std::size_t kFilesBetweenLooks = 256;
/// Nobody puts one blob for as long.
constexpr std::chrono::hours kLeftoverAge{24};

class PruneRun {
public:
    PruneRun(RepositoryImpl& repository, ProgressSink& progress, const CancelToken& cancel,
             CatalogDocument base, PrunePlan plan)
        : m_repository(repository)
        , m_progress(progress)
        , m_cancel(cancel)
        , m_newest(std::move(base))
        , m_plan(std::move(plan)) {}

    /// What would be.
    PruneReport report() const {
        PruneReport report;
        for (const auto& entry : m_plan.purge)
            report.purged.push_back(entry.backupId);
        report.ofBackups = m_plan.ofBackups;
        report.proofs = m_plan.proofs;
        report.orphans = m_plan.orphans;
        report.young = m_plan.young;
        report.clockJumped = m_plan.clockJumped;
        for (const auto& entry : m_plan.stay) {
            if (!entry.trashed)
                continue;
            ++report.inTrash;
            if (!report.nextExpiry || entry.expires() < *report.nextExpiry)
                report.nextExpiry = entry.expires();
        }
        return report;
    }

    Result<PruneReport> run() {
        m_report = report();
        m_now.phase = jobPhaseId(JobPhase::Prune);
        m_now.itemsTotal = m_plan.files.size();
        m_progress.progressed(m_now);
        if (!m_plan.purge.empty() || m_plan.redates)
            SALVOR_TRY(publish());
        SALVOR_TRY(sweep(false));
        SALVOR_TRY(sweep(true));
        SALVOR_TRY(removeLeftovers());
        if (m_report.retained.files == 0 && m_report.failed.files == 0)
            (void)clearUnfinished(m_repository.state());     // what is gone may stay on the list
        (void)ensureReserve(m_repository.store(), m_cancel); // else the next backup makes it
        m_progress.progressed(m_now);
        return m_report;
    }

private:
    Result<> publish() {
        CatalogDocument next = m_newest;
        next.catalog.entries = m_plan.stay;
        SALVOR_ASSIGN(next, m_repository.numberAfter(std::move(next), m_newest, m_newest.catalog.number));
        SALVOR_TRY(m_repository.checkStillNewest(m_newest, m_cancel));
        SALVOR_TRY(checkCancelled(m_cancel));
        const auto keep = [this](const Digest& name) { return m_plan.needed.contains(name); };
        // What no catalog names may go before the new one is there.
        SALVOR_ASSIGN(m_report.usedReserve,
                      m_repository.publishWithReserve(next, m_newest, keep, [this] { return sweep(true); }));
        m_newest = std::move(next);
        return {};
    }

    /// Removes the orphans, or the files of the purged backups; each once.
    Result<> sweep(bool orphans) {
        for (PruneFile& file : m_plan.files) {
            if (file.orphan != orphans || file.key.empty())
                continue;
            if (m_now.itemsDone % kFilesBetweenLooks == 0)
                SALVOR_TRY(m_repository.checkStillNewest(m_newest, m_cancel));
            SALVOR_TRY(remove(file));
            file.key.clear();
            ++m_now.itemsDone;
            m_progress.progressed(m_now);
        }
        return {};
    }

    Result<> remove(const PruneFile& file) {
        const auto removed = removeFile(m_repository.store(), file.key, m_cancel);
        if (removed)
            return {};
        const Error& error = removed.error();
        switch (error.code) {
        case ErrorCode::PermissionDenied:
            note(m_report.retained, m_report.retainedBecause, file, error);
            return {};
        case ErrorCode::IoError:
        case ErrorCode::NoSpace: // a file system may need room for removing, too
        case ErrorCode::Timeout:
            note(m_report.failed, m_report.failedBecause, file, error);
            return {};
        default: // cancelled, or the store is gone: the others would fail alike
            return failure(error);
        }
    }

    Result<> removeLeftovers() {
        if (m_plan.clockJumped)
            return {}; // what looks old may be of this minute
        const auto removed = m_repository.store().removeLeftovers(kLeftoverAge, m_cancel);
        if (!removed && removed.error().isCancelled())
            return failure(removed.error());
        if (!removed)
            note(m_report.failed, m_report.failedBecause, PruneFile{}, removed.error());
        return {};
    }

    static void note(FileCount& count, std::optional<Error>& because, const PruneFile& file,
                     const Error& error) {
        count.add(file.bytes);
        if (!because)
            because = error;
    }

    RepositoryImpl& m_repository;
    ProgressSink& m_progress;
    const CancelToken& m_cancel;
    CatalogDocument m_newest;
    PrunePlan m_plan;
    PruneReport m_report;
    Progress m_now;
};

} // namespace

Result<PruneReport> RepositoryImpl::prune(const PruneRequest& request, ProgressSink& progress,
                                          const CancelToken& cancel) {
    SALVOR_TRY(requireWriter());
    std::optional<RepositoryLock> held;
    if (!request.dryRun) {
        SALVOR_ASSIGN(RepositoryLock taken, lock("prune"));
        held.emplace(std::move(taken));
    }
    SALVOR_ASSIGN(CatalogDocument base, writableCatalog(cancel));
    SALVOR_ASSIGN(PrunePlan plan, planPrune(*this, base, request, cancel));
    PruneRun run(*this, progress, cancel, std::move(base), std::move(plan));
    if (request.dryRun)
        return run.report();
    return run.run();
}

} // namespace salvor
