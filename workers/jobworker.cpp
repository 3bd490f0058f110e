// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/jobworker.h"

#include <QElapsedTimer>
#include <QMetaObject>
#include <QMutex>
#include <QThread>

#include <sys/resource.h>

#include <atomic>
#include <chrono>

namespace salvor {

namespace {

constexpr qint64 kProgressIntervalMs = 100;
/// A cancel ends within two seconds by contract; more than this is a bug in what was called.
constexpr unsigned long kLongestEndMs = 10000;
constexpr int kJobNice = 5;

/// The window answers first: with two jobs a processor it would otherwise wait its turn among their threads.
/// On Linux this is the calling thread's own, and what it starts has the same. Where it is refused, it is
/// slower.
void giveWayToWindow() {
    const int now = getpriority(PRIO_PROCESS, 0);
    if (now < kJobNice)
        setpriority(PRIO_PROCESS, 0, kJobNice);
}

} // namespace

/// Takes progress from any thread and hands at most ten pictures a second to the window's thread.
class JobWorker::Private : public ProgressSink {
public:
    explicit Private(JobWorker* owner)
        : m_owner(owner) {}

    void progressed(const Progress& progress) override {
        const QMutexLocker lock(&m_mutex);
        if (m_owner == nullptr)
            return;
        m_latest = progress;
        const bool due =
            !m_timer.isValid() || m_timer.elapsed() >= kProgressIntervalMs || progress.phase != m_shownPhase;
        if (!due || m_posted)
            return;
        m_posted = true;
        m_shownPhase = progress.phase;
        m_timer.start();
        // The analyzer takes the functor for leaked: Qt's event owns it, where it cannot look.
#ifndef __clang_analyzer__
        QMetaObject::invokeMethod(m_owner, [this] { show(); }, Qt::QueuedConnection);
#endif
    }

    /// In the window's thread: the newest picture, whichever call posted.
    void show() {
        Progress latest;
        {
            const QMutexLocker lock(&m_mutex);
            m_posted = false;
            latest = m_latest;
        }
        emit m_owner->progressed(latest);
    }

    /// The owner goes although the job has not ended: nothing is posted to it any more.
    void detach() {
        const QMutexLocker lock(&m_mutex);
        m_owner = nullptr;
    }

    JobWorker* m_owner;
    std::stop_source m_cancel;
    std::unique_ptr<QThread> m_thread;
    Result<JobReport> m_result = failure(ErrorCode::Internal, "the job has not finished");
    bool m_finished = false;

private:
    QMutex m_mutex;
    QElapsedTimer m_timer;
    Progress m_latest;
    std::string m_shownPhase;
    bool m_posted = false;
};

JobWorker::JobWorker(QObject* parent)
    : QObject(parent)
    , m_private(std::make_unique<Private>(this)) {}

JobWorker::~JobWorker() {
    m_private->m_cancel.request_stop();
    if (m_private->m_thread && !m_private->m_thread->wait(kLongestEndMs)) {
        // The thread still uses what this object owns: leaking it is the only safe way on.
        qCritical("a job did not end within ten seconds of its cancel");
        m_private->detach();
        m_private.release(); // NOLINT(bugprone-unused-return-value)
    }
}

void JobWorker::start(Function function) {
    startCall([shared = m_private.get(), function = std::move(function)](ProgressSink& sink,
                                                                         const CancelToken& cancel) {
        shared->m_result = function(sink, cancel);
    });
}

void JobWorker::startCall(std::function<void(ProgressSink&, const CancelToken&)> call) {
    Q_ASSERT(!m_private->m_thread);
    Private* shared = m_private.get();
    shared->m_thread.reset(QThread::create([shared, call = std::move(call)] {
        giveWayToWindow();
        call(*shared, shared->m_cancel.get_token());
    }));
    shared->m_thread->setObjectName(QStringLiteral("job"));
    connect(shared->m_thread.get(), &QThread::finished, this, [this] {
        m_private->m_finished = true;
        m_private->show(); // the last picture always arrives
        emit finished();
    });
    shared->m_thread->start();
    emit started();
}

void JobWorker::cancel() { m_private->m_cancel.request_stop(); }
bool JobWorker::isRunning() const { return m_private->m_thread && !m_private->m_finished; }
const Result<JobReport>& JobWorker::result() const { return m_private->m_result; }

} // namespace salvor
