// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A cancel token that stops by itself: for what must be tried after a cancel, and must not take long either.
#pragma once

#include "models/base/canceltoken.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace salvor {

class TimeLimit {
public:
    explicit TimeLimit(std::chrono::milliseconds limit)
        : m_thread([this, limit](const std::stop_token& ended) {
            std::unique_lock lock(m_mutex);
            m_changed.wait_for(lock, ended, limit, [] { return false; });
            if (!ended.stop_requested())
                m_stop.request_stop();
        }) {}
    CancelToken token() const { return m_stop.get_token(); }

private:
    std::stop_source m_stop;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::jthread m_thread; ///< last: stopped and joined first
};

} // namespace salvor
