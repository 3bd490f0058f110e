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

int JobController::start(const QString& title, JobRequest request) {
    auto job = std::make_unique<Job>();
    const int id = m_nextId++;
    job->id = id;
    job->title = title;
    job->request = request;
    job->startedMs = job->phaseStartedMs = monotonicMs();
    job->worker = std::make_shared<JobWorker>();
    JobWorker* worker = job->worker.get();
    connect(worker, &JobWorker::progressed, this, [this, id](const Progress& progress) {
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
    connect(worker, &JobWorker::finished, this, [this, id] {
        if (Job* found = find(id)) {
            found->result.emplace(found->worker->result());
            emit finished(id);
        }
    });
    m_jobs.push_back(std::move(job));
    worker->start(
        [&core = m_core, request = std::move(request)](ProgressSink& sink, const CancelToken& cancel) {
            return core.runJob(request, sink, cancel);
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
    return std::any_of(m_jobs.begin(), m_jobs.end(),
                       [](const auto& job) { return !job->result.has_value(); });
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
    if (found == m_jobs.end() || !(*found)->result)
        return;
    m_jobs.erase(found);
    emit dismissed(id);
}

} // namespace salvor
