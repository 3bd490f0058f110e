// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/sessioncrew.h"

#include <algorithm>

namespace salvor {

SessionCrew::SessionCrew(std::size_t threads, OpenSession open, CancelToken cancel)
    : m_open(std::move(open))
    , m_cancel(std::move(cancel)) {
    threads = std::max<std::size_t>(threads, 1);
    m_threads.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i)
        m_threads.emplace_back([this, i] { serve(i); });
}

SessionCrew::~SessionCrew() {
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_stop.request_stop();
    m_changed.notify_all();
    m_threads.clear();
}

Result<> SessionCrew::run(std::size_t units, std::size_t width, Work work) {
    // Only while something runs: the callback runs in the cancelling thread and must not find a dead crew.
    const std::stop_callback cancelled(m_cancel, [this] { m_stop.request_stop(); });
    std::unique_lock lock(m_mutex);
    if (!m_error && m_cancel.stop_requested())
        remember(cancelledError());
    if (m_error)
        return failure(*m_error);
    m_work = std::move(work);
    m_units = units;
    m_next = 0;
    m_width = std::max<std::size_t>(width, 1);
    m_changed.notify_all();
    m_changed.wait(lock, [this] { return m_running == 0 && (m_next == m_units || m_error); });
    m_units = 0;
    m_next = 0;
    m_work = nullptr;
    if (m_error)
        return failure(*m_error);
    return {};
}

void SessionCrew::serve(std::size_t thread) {
    std::unique_ptr<Session> session;
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [&] { return m_ending || (m_next < m_units && thread < m_width && !m_error); });
        if (m_ending)
            return; // the session goes here, in its own thread
        const std::size_t unit = m_next++;
        ++m_running;
        const Work& work = m_work; // stays until m_running is back to 0
        lock.unlock();
        Result<> result;
        if (!session) {
            auto opened = m_open(m_stop.get_token());
            if (opened)
                session = std::move(*opened);
            else
                result = failure(std::move(opened).error());
        }
        if (session)
            result = work(unit, *session, m_stop.get_token());
        lock.lock();
        --m_running;
        if (!result)
            remember(std::move(result).error());
        m_changed.notify_all();
        if (m_error) {
            lock.unlock(); // what is called back may take its time (a cancel request to the server)
            m_stop.request_stop();
            lock.lock();
        }
    }
}

void SessionCrew::remember(Error error) {
    if (!m_error) // the first one is the cause; the others are its echo
        m_error = m_cancel.stop_requested() ? cancelledError() : std::move(error);
}

} // namespace salvor
