// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A TaskRunner of plain threads with a bounded number of chunks under way, as a job has one.
#pragma once

#include "engines/repository/backupwriter.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace salvor::test {

class PoolRunner final : public TaskRunner {
public:
    explicit PoolRunner(std::size_t threads, std::size_t room = 0, CancelToken cancel = {})
        : m_room(room == 0 ? threads + 1 : room)
        , m_cancel(std::move(cancel)) {
        for (std::size_t i = 0; i < threads; ++i)
            m_threads.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
    ~PoolRunner() override {
        for (auto& thread : m_threads)
            thread.request_stop();
    }

    Result<> submit(std::function<void()> task) override {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait(lock, m_cancel, [this] { return m_underWay < m_room; }))
            return failure(cancelledError());
        m_most = std::max(m_most, ++m_underWay);
        m_tasks.push_back(std::move(task));
        m_changed.notify_all();
        return {};
    }
    bool poolIsBottleneck() const override { return m_bottleneck; }

    void setBottleneck(bool on) { m_bottleneck = on; }
    std::size_t mostUnderWay() const {
        const std::lock_guard lock(m_mutex);
        return m_most;
    }

private:
    void work(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        while (m_changed.wait(lock, stop, [this] { return !m_tasks.empty(); })) {
            auto task = std::move(m_tasks.front());
            m_tasks.pop_front();
            lock.unlock();
            if (!m_cancel.stop_requested())
                task();
            task = nullptr;
            lock.lock();
            --m_underWay;
            m_changed.notify_all();
        }
    }

    const std::size_t m_room;
    const CancelToken m_cancel;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<std::function<void()>> m_tasks;
    std::size_t m_underWay = 0;
    std::size_t m_most = 0;
    std::atomic<bool> m_bottleneck{false};
    std::vector<std::jthread> m_threads; ///< last: joined before the rest goes
};

} // namespace salvor::test
