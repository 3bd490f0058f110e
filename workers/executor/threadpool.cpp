// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/threadpool.h"

#include <algorithm>

namespace salvor {

namespace {

ThreadPoolLimits usable(ThreadPoolLimits limits) {
    limits.threads = std::max<std::size_t>(limits.threads, 1);
    limits.outstandingTasks = std::max(limits.outstandingTasks, limits.threads);
    return limits;
}

} // namespace

ThreadPool::ThreadPool(const ThreadPoolLimits& limits, CancelToken cancel)
    : m_limits(usable(limits))
    , m_cancel(std::move(cancel))
    , m_accountedTo(std::chrono::steady_clock::now())
    , m_lastHalved(m_accountedTo) {
    m_threads.reserve(m_limits.threads);
    for (std::size_t i = 0; i < m_limits.threads; ++i)
        m_threads.emplace_back([this] { runTasks(); });
}

ThreadPool::~ThreadPool() {
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_taskAdded.notify_all();
}

Result<> ThreadPool::submit(std::function<void()> task) {
    SALVOR_TRY(checkCancelled(m_cancel));
    std::unique_lock lock(m_mutex);
    if (!hasRoom()) {
        account();
        ++m_blockedSubmitters;
        const bool room = m_roomChanged.wait(lock, m_cancel, [this] { return hasRoom(); });
        account();
        --m_blockedSubmitters;
        if (!room)
            return failure(cancelledError());
    }
    ++m_outstandingTasks;
    m_queue.push_back(std::move(task));
    lock.unlock();
    m_taskAdded.notify_one();
    return {};
}

void ThreadPool::runTasks() {
    std::unique_lock lock(m_mutex);
    for (;;) {
        account();
        ++m_idleThreads;
        m_taskAdded.wait(lock, [this] { return m_ending || !m_queue.empty(); });
        account();
        --m_idleThreads;
        if (m_queue.empty())
            return;
        auto task = std::move(m_queue.front());
        m_queue.pop_front();
        lock.unlock();
        if (!m_cancel.stop_requested())
            task();
        task = nullptr; // what it holds goes before its place counts as free
        lock.lock();
        --m_outstandingTasks;
        m_roomChanged.notify_all();
    }
}

void ThreadPool::waitIdle() {
    std::unique_lock lock(m_mutex);
    m_roomChanged.wait(lock, [this] { return m_outstandingTasks == 0; });
}

bool ThreadPool::poolIsBottleneck() const {
    const std::lock_guard lock(m_mutex);
    account();
    return m_blockedSeconds > m_idleSeconds;
}

void ThreadPool::account() const {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - m_accountedTo).count();
    m_blockedSeconds += seconds * static_cast<double>(m_blockedSubmitters);
    m_idleSeconds += seconds * static_cast<double>(m_idleThreads);
    m_accountedTo = now;
    if (now - m_lastHalved >= std::chrono::seconds(1)) {
        m_blockedSeconds /= 2;
        m_idleSeconds /= 2;
        m_lastHalved = now;
    }
}

} // namespace salvor
