// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/threadpool.h"

#include "support/check.h"

#include <atomic>
#include <latch>
#include <memory>

using namespace salvor;

class TestThreadPool : public QObject {
    Q_OBJECT

private slots:
    void submit_manyTasksFromSeveralThreads_runsEachOnce();
    void submit_tasksAreFull_waitsUntilOneEnds();
    void submit_cancelledWhileItWaits_endsWithCancelled();
    void cancel_tasksNotBegun_areDestroyedNotRun();
    void poolIsBottleneck_submitterWaits_isTrue();
    void poolIsBottleneck_poolIdles_isFalse();
    void destructor_acceptedTasks_haveEnded();
};

void TestThreadPool::submit_manyTasksFromSeveralThreads_runsEachOnce() {
    ThreadPool pool({3, 5}, {});
    std::vector<std::atomic<int>> runs(400);
    {
        std::vector<std::jthread> submitters;
        for (std::size_t part = 0; part < 4; ++part) {
            submitters.emplace_back([&, part] {
                for (std::size_t i = part * 100; i < part * 100 + 100; ++i) {
                    if (!pool.submit([&runs, i] { ++runs[i]; }))
                        runs[i] = -1000;
                }
            });
        }
    }
    pool.waitIdle();
    for (const auto& count : runs)
        QCOMPARE(count.load(), 1);
}

void TestThreadPool::submit_tasksAreFull_waitsUntilOneEnds() {
    ThreadPool pool({1, 2}, {});
    std::latch release(1);
    std::atomic<int> ended = 0;
    for (int i = 0; i < 2; ++i)
        CHECK_OK(pool.submit([&] {
            release.wait();
            ++ended;
        }));
    std::atomic<int> endedWhenTaken = -1;
    std::jthread third([&] {
        if (pool.submit([] {}))
            endedWhenTaken = ended.load();
    });
    release.count_down();
    third.join();
    QVERIFY(endedWhenTaken >= 1);
}

void TestThreadPool::submit_cancelledWhileItWaits_endsWithCancelled() {
    std::stop_source stop;
    ThreadPool pool({1, 1}, stop.get_token());
    std::latch begun(1);
    std::latch release(1);
    CHECK_OK(pool.submit([&] {
        begun.count_down();
        release.wait();
    }));
    begun.wait();
    std::optional<Result<>> second;
    std::jthread submitter([&] { second = pool.submit([] {}); });
    stop.request_stop();
    submitter.join();
    CHECK_FAILS(*second, ErrorCode::Cancelled);
    CHECK_FAILS(pool.submit([] {}), ErrorCode::Cancelled);
    release.count_down();
}

void TestThreadPool::cancel_tasksNotBegun_areDestroyedNotRun() {
    std::stop_source stop;
    const auto witness = std::make_shared<int>(0);
    std::atomic<bool> ran = false;
    {
        ThreadPool pool({1, 3}, stop.get_token());
        std::latch begun(1);
        std::latch release(1);
        CHECK_OK(pool.submit([&] {
            begun.count_down();
            release.wait();
        }));
        begun.wait();
        CHECK_OK(pool.submit([&ran, witness] { ran = true; }));
        stop.request_stop();
        release.count_down();
        pool.waitIdle();
    }
    QVERIFY(!ran);
    QCOMPARE(witness.use_count(), 1L);
}

void TestThreadPool::poolIsBottleneck_submitterWaits_isTrue() {
    ThreadPool pool({1, 1}, {});
    // The one thread is always busy, and the submitter waits for it each time.
    for (int i = 0; i < 5; ++i) {
        CHECK_OK(pool.submit([] {
            const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
            while (std::chrono::steady_clock::now() < until) {
            }
        }));
    }
    QVERIFY(pool.poolIsBottleneck());
}

void TestThreadPool::poolIsBottleneck_poolIdles_isFalse() {
    ThreadPool pool({2, 8}, {});
    CHECK_OK(pool.submit([] {}));
    pool.waitIdle();
    QVERIFY(!pool.poolIsBottleneck());
}

void TestThreadPool::destructor_acceptedTasks_haveEnded() {
    std::atomic<int> runs = 0;
    {
        ThreadPool pool({2, 50}, {});
        for (int i = 0; i < 50; ++i)
            CHECK_OK(pool.submit([&] { ++runs; }));
    }
    QCOMPARE(runs.load(), 50);
}

QTEST_APPLESS_MAIN(TestThreadPool)
#include "test_threadpool.moc"
