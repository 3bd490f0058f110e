// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/jobcontroller.h"

#include <QElapsedTimer>

#include <algorithm>

namespace salvor {

namespace {

qint64 monotonicMs() {
    static QElapsedTimer timer = [] {
        QElapsedTimer started;
        started.start();
        return started;
    }();
    return timer.elapsed();
}

} // namespace

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
    job.request = request;
    connect(job.worker.get(), &JobWorker::finished, this, [this, id] {
        if (Job* found = find(id)) {
            found->result.emplace(found->worker->result());
            emit finished(id);
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
    // Written by the worker's thread, read once it has ended.
    auto outcome = std::make_shared<std::optional<Result<PruneOutcome>>>();
    connect(job.worker.get(), &JobWorker::finished, this, [this, id, outcome] {
        if (Job* found = find(id)) {
            found->pruned = std::move(*outcome);
            emit finished(id);
        }
    });
    job.worker->startCall([&core = m_core, prune, outcome](ProgressSink& sink, const CancelToken& cancel) {
        outcome->emplace(core.prune(prune, sink, cancel));
    });
    emit started(id);
    return id;
}

void JobController::cancel(int id) {
    if (Job* found = find(id))
        found->worker->cancel();
}

void JobController::cancelAll() {
    for (const auto& job : m_jobs)
        job->worker->cancel();
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
