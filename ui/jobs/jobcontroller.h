// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The window's jobs: starts them on workers of their own, keeps the last ones, says when something changed.
#pragma once

#include "workers/jobworker.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// One job of this window.
struct Job {
    int id = 0;
    QString title;                 ///< "Backing up metrics on db1"
    JobRequest request;            ///< of a job of the core's
    std::optional<PruneJob> prune; ///< else of a prune
    bool queued = false;           ///< not begun: a prune that waits for others of this window
    std::shared_ptr<JobWorker> worker;
    Progress progress;
    /// Ids of phases that are over, in their order; of a job over several databases those of the one in hand.
    std::vector<std::string> phasesDone;
    qint64 startedMs = 0; ///< monotonic
    qint64 phaseStartedMs = 0;
    std::uint64_t phaseStartBytes = 0;
    std::optional<Result<JobReport>> result;    ///< once finished
    std::optional<Result<PruneOutcome>> pruned; ///< once a prune finished

    bool isFinished() const { return result || pruned; }
    /// Of a finished one that failed; null: it did not.
    const Error* error() const {
        return result && !*result ? &result->error() : pruned && !*pruned ? &pruned->error() : nullptr;
    }
};

/// `was` is over, `now` begins: what comes again, of the next database, is over no longer, nor what came
/// after it. The empty id, before the first, is none.
void notePhase(std::vector<std::string>& done, const std::string& was, const std::string& now);

/// Lives in the window's thread. Backups that meet on one repository queue in the core: they wait for its
/// lock, in the phase "waiting". A prune does not wait there, so it does here, in the same phase, until no
/// job of this window writes.
class JobController : public QObject {
    Q_OBJECT

public:
    explicit JobController(Core& core, QObject* parent = nullptr);
    ~JobController() override;

    /// Starts at once; the id that the signals name. A backup waits up to an hour where it does not say how
    /// long.
    int start(const QString& title, JobRequest request);
    int startPrune(const QString& title, const PruneJob& prune);
    void cancel(int id);
    void cancelAll();
    bool anyRunning() const;
    const Job* job(int id) const; ///< null when it was dismissed
    const std::vector<std::unique_ptr<Job>>& jobs() const { return m_jobs; }
    void dismiss(int id);  ///< finished ones only
    static qint64 nowMs(); ///< monotonic, as Job::startedMs

signals:
    void started(int id);
    void progressed(int id);
    void finished(int id);
    void dismissed(int id);

private:
    Job* find(int id);
    Job& add(const QString& title);
    bool anyWriting() const;
    void startNextPrune();
    void runPrune(Job& job);

    Core& m_core;
    int m_nextId = 1;
    std::vector<std::unique_ptr<Job>> m_jobs;
};

} // namespace salvor
