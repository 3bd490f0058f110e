// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The asynchronous shell: started, progressed, exactly one finished, cancel, and destruction while running.
#include "support/patience.h"
#include "workers/jobworker.h"

#include <QSignalSpy>
#include <QTest>

#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace salvor;
using salvor::test::kPatience;

namespace {

/// Blocks until cancelled; the way every long call must behave.
Result<JobReport> untilCancelled(const CancelToken& cancel) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait(lock, cancel, [] { return false; });
    return failure(cancelledError());
}

} // namespace

class TestJobWorker : public QObject {
    Q_OBJECT

private slots:
    void start_success_emitsOneFinishedWithTheReport();
    void start_job_givesWayToTheWindowWithAllThatItStarts();
    void progress_manyPictures_areThrottledAndTheLastArrives();
    void cancel_whileRunning_finishesAsCancelled();
    void destructor_whileRunning_cancelsAndWaits();
    void lookups_runInOrderOffThisThread();
    void lookups_contextGone_dropsTheAnswer();
    void lookups_destroyedWhileRunning_cancels();
};

void TestJobWorker::start_success_emitsOneFinishedWithTheReport() {
    JobWorker worker;
    QSignalSpy started(&worker, &JobWorker::started);
    QSignalSpy finished(&worker, &JobWorker::finished);
    worker.start([](ProgressSink&, const CancelToken&) -> Result<JobReport> {
        VerifyOutcome outcome;
        outcome.report.objects = 42;
        return JobReport(outcome);
    });
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
    QCOMPARE(started.size(), 1);
    QVERIFY(!worker.isRunning());
    QVERIFY(worker.result());
    QCOMPARE(std::get<VerifyOutcome>(*worker.result()).report.objects, std::uint64_t{42});
    QCoreApplication::processEvents();
    QCOMPARE(finished.size(), 1);
}

void TestJobWorker::start_job_givesWayToTheWindowWithAllThatItStarts() {
    const int window = getpriority(PRIO_PROCESS, 0);
    int job = window;
    int crew = window;
    JobWorker worker;
    QSignalSpy finished(&worker, &JobWorker::finished);
    worker.startCall([&](ProgressSink&, const CancelToken&) {
        job = getpriority(PRIO_PROCESS, 0);
        std::jthread([&crew] { crew = getpriority(PRIO_PROCESS, 0); }).join();
    });
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
    QCOMPARE(job, std::max(window, 5)); // a test that runs at a lower priority yet stays there
    QCOMPARE(crew, job);
    QCOMPARE(getpriority(PRIO_PROCESS, 0), window);
}

void TestJobWorker::progress_manyPictures_areThrottledAndTheLastArrives() {
    JobWorker worker;
    QSignalSpy progressed(&worker, &JobWorker::progressed);
    QSignalSpy finished(&worker, &JobWorker::finished);
    worker.start([](ProgressSink& sink, const CancelToken&) -> Result<JobReport> {
        for (std::uint64_t i = 1; i <= 20000; ++i) {
            Progress progress;
            progress.phase = "data";
            progress.bytesDone = i;
            sink.progressed(progress);
        }
        return JobReport(VerifyOutcome{});
    });
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
    QVERIFY(!progressed.isEmpty());
    QVERIFY2(progressed.size() < 200, qPrintable(QString::number(progressed.size())));
    QCOMPARE(progressed.last().at(0).value<Progress>().bytesDone, std::uint64_t{20000});
}

void TestJobWorker::cancel_whileRunning_finishesAsCancelled() {
    JobWorker worker;
    QSignalSpy finished(&worker, &JobWorker::finished);
    worker.start([](ProgressSink&, const CancelToken& cancel) { return untilCancelled(cancel); });
    QVERIFY(worker.isRunning());
    worker.cancel();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 2000);
    QVERIFY(!worker.result());
    QVERIFY(worker.result().error().isCancelled());
}

void TestJobWorker::destructor_whileRunning_cancelsAndWaits() {
    std::atomic<bool> ended = false;
    {
        JobWorker worker;
        worker.start([&ended](ProgressSink&, const CancelToken& cancel) {
            auto result = untilCancelled(cancel);
            ended = true;
            return result;
        });
    }
    QVERIFY(ended);
}

void TestJobWorker::lookups_runInOrderOffThisThread() {
    Lookups lookups;
    std::vector<int> order;
    const auto here = std::this_thread::get_id();
    for (int i = 0; i < 5; ++i) {
        lookups.run<bool>(
            this, [here](const CancelToken&) -> Result<bool> { return std::this_thread::get_id() != here; },
            [&order, i](const Result<bool>& elsewhere) {
                if (elsewhere && *elsewhere)
                    order.push_back(i);
            });
    }
    QTRY_COMPARE_WITH_TIMEOUT(order, (std::vector<int>{0, 1, 2, 3, 4}), kPatience);
}

void TestJobWorker::lookups_contextGone_dropsTheAnswer() {
    Lookups lookups;
    bool answered = false;
    bool second = false;
    auto context = std::make_unique<QObject>();
    lookups.run<int>(
        context.get(), [](const CancelToken&) -> Result<int> { return 1; },
        [&answered](const Result<int>&) { answered = true; });
    context.reset();
    lookups.run<int>(
        this, [](const CancelToken&) -> Result<int> { return 2; },
        [&second](const Result<int>&) { second = true; });
    QTRY_VERIFY_WITH_TIMEOUT(second, kPatience);
    QVERIFY(!answered);
}

void TestJobWorker::lookups_destroyedWhileRunning_cancels() {
    std::atomic<bool> cancelled = false;
    std::atomic<bool> running = false;
    {
        Lookups lookups;
        lookups.run<int>(
            this,
            [&](const CancelToken& cancel) -> Result<int> {
                running = true;
                cancelled = !untilCancelled(cancel).has_value();
                return 0;
            },
            [](const Result<int>&) {});
        QTRY_VERIFY_WITH_TIMEOUT(running.load(), kPatience);
    }
    QVERIFY(cancelled);
}

QTEST_GUILESS_MAIN(TestJobWorker)
#include "test_jobworker.moc"
