// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The bounded pool on which a backup's chunks are compressed, encrypted, checked and uploaded.
#pragma once

#include "engines/repository/backupwriter.h"
#include "models/base/canceltoken.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace salvor {

struct ThreadPoolLimits {
    std::size_t threads = 1;          ///< at least one is started
    std::size_t outstandingTasks = 4; ///< not ended yet, running ones included; at least `threads`
};

/// Belongs to one job. A task holds one chunk at most, so the number of tasks bounds the memory. submit() and
/// the hint are thread safe. Once the token is stopped, tasks that did not begin are destroyed instead of
/// run. Destructor: waits for what was accepted, then joins.
class ThreadPool final : public TaskRunner {
public:
    ThreadPool(const ThreadPoolLimits& limits, CancelToken cancel);
    ~ThreadPool() override;
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    /// Blocks while the limits are reached; Cancelled as soon as the token is stopped.
    Result<> submit(std::function<void()> task) override;
    /// True when, over the last second or so, submitters waited longer than threads idled.
    bool poolIsBottleneck() const override;

    /// Blocks until every accepted task has ended.
    void waitIdle();

private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    void runTasks();
    bool hasRoom() const { return m_outstandingTasks < m_limits.outstandingTasks; }
    void account() const; ///< brings the two integrals below up to now; under the mutex

    const ThreadPoolLimits m_limits;
    const CancelToken m_cancel;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_roomChanged;
    std::condition_variable_any m_taskAdded;
    std::deque<std::function<void()>> m_queue;
    std::size_t m_outstandingTasks = 0;
    bool m_ending = false;

    // Who waits for whom: waiting time of both sides, halved once a second so that the past fades.
    std::size_t m_blockedSubmitters = 0;
    std::size_t m_idleThreads = 0;
    mutable double m_blockedSeconds = 0;
    mutable double m_idleSeconds = 0;
    mutable SteadyTime m_accountedTo;
    mutable SteadyTime m_lastHalved;

    std::vector<std::jthread> m_threads; ///< last: joined before the rest goes
};

} // namespace salvor
