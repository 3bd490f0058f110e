// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/jobcontroller.h"

#include "models/jobphase.h"

#include <QElapsedTimer>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::chrono::hours kLongestWait{1};

qint64 monotonicMs() {
    static QElapsedTimer timer = [] {
        QElapsedTimer started;
        started.start();
        return started;
    }();
    return timer.elapsed();
}

} // namespace

void notePhase(std::vector<std::string>& done, const std::string& was, const std::string& now) {
    if (!was.empty())
        done.push_back(was);
    done.erase(std::ranges::find(done, now), done.end());
}

JobController::JobController(Core& core, QObject* parent)
    : QObject(parent)
    , m_core(core) {}
JobController::~JobController() = default;

qint64 JobController::nowMs() { return monotonicMs(); }

Job& JobController::add(const QString& title) {
    auto job = std::make_unique<Job>();
    const int id = m_nextId++;
    job->id = id;
    job->title = title;
    job->startedMs = job->phaseStartedMs = monotonicMs();
    job->worker = std::make_shared<JobWorker>();
    connect(job->worker.get(), &JobWorker::progressed, this, [this, id](const Progress& progress) {
        Job* found = find(id);
        if (found == nullptr)
            return;
        if (progress.phase != found->progress.phase) {
            found->phaseStartedMs = monotonicMs();
            found->phaseStartBytes = progress.bytesDone;
            notePhase(found->phasesDone, found->progress.phase, progress.phase);
        }
        found->progress = progress;
        emit progressed(id);
    });
    m_jobs.push_back(std::move(job));
    return *m_jobs.back();
}

int JobController::start(const QString& title, JobRequest request) {
    Job& job = add(title);
    const int id = job.id;
    // Somebody looks on and can cancel it: being told that it is in use helps nobody.
    if (auto* backup = std::get_if<BackupJob>(&request); backup != nullptr && !backup->lockWait)
        backup->lockWait = kLongestWait;
    job.request = request;
    connect(job.worker.get(), &JobWorker::finished, this, [this, id] {
        if (Job* found = find(id)) {
            found->result.emplace(found->worker->result());
            emit finished(id);
            startNextPrune();
        }
    });
    job.worker->start(
        [&core = m_core, request = std::move(request)](ProgressSink& sink, const CancelToken& cancel) {
            return core.runJob(request, sink, cancel);
        });
    emit started(id);
    return id;
}

int JobController::startPrune(const QString& title, const PruneJob& prune) {
    Job& job = add(title);
    const int id = job.id;
    job.prune = prune;
    job.queued = anyWriting();
    if (job.queued)
        job.progress.phase = jobPhaseId(JobPhase::Waiting);
    else
        runPrune(job);
    emit started(id);
    if (job.queued)
        emit progressed(id);
    return id;
}

void JobController::runPrune(Job& job) {
    // Written by the worker's thread, read once it has ended.
    auto outcome = std::make_shared<std::optional<Result<PruneOutcome>>>();
    connect(job.worker.get(), &JobWorker::finished, this, [this, id = job.id, outcome] {
        if (Job* found = find(id)) {
            found->pruned = std::move(*outcome);
            emit finished(id);
            startNextPrune();
        }
    });
    job.queued = false;
    job.worker->startCall(
        [&core = m_core, prune = *job.prune, outcome](ProgressSink& sink, const CancelToken& cancel) {
            outcome->emplace(core.prune(prune, sink, cancel));
        });
}

bool JobController::anyWriting() const {
    return std::ranges::any_of(m_jobs, [](const auto& job) {
        return !job->isFinished() && !job->queued &&
               (job->prune ? job->worker->isRunning() : std::holds_alternative<BackupJob>(job->request));
    });
}

void JobController::startNextPrune() {
    const auto next = std::ranges::find_if(m_jobs, [](const auto& job) { return job->queued; });
    if (next != m_jobs.end() && !anyWriting())
        runPrune(**next);
}

void JobController::cancel(int id) {
    Job* found = find(id);
    if (found == nullptr)
        return;
    if (!found->queued) {
        found->worker->cancel();
        return;
    }
    found->queued = false;
    found->pruned.emplace(failure(ErrorCode::Cancelled, "the prune was cancelled before it began"));
    emit finished(id);
}

void JobController::cancelAll() {
    std::vector<int> ids; // what listens may dismiss one
    for (const auto& job : m_jobs)
        ids.push_back(job->id);
    for (const int id : ids)
        cancel(id);
}

bool JobController::anyRunning() const {
    return std::any_of(m_jobs.begin(), m_jobs.end(), [](const auto& job) { return !job->isFinished(); });
}

const Job* JobController::job(int id) const { return const_cast<JobController*>(this)->find(id); }

Job* JobController::find(int id) {
    const auto found =
        std::find_if(m_jobs.begin(), m_jobs.end(), [id](const auto& job) { return job->id == id; });
    return found == m_jobs.end() ? nullptr : found->get();
}

void JobController::dismiss(int id) {
    const auto found =
        std::find_if(m_jobs.begin(), m_jobs.end(), [id](const auto& job) { return job->id == id; });
    if (found == m_jobs.end() || !(*found)->isFinished())
        return;
    m_jobs.erase(found);
    emit dismissed(id);
}

} // namespace salvor
