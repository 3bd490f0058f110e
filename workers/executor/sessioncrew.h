// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The threads that talk to a database server: each keeps one session of its own from its first unit of work
// to the end.
#pragma once

#include "engines/base/engine.h"
#include "models/base/canceltoken.h"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace salvor {

/// Owned and driven by one thread. A session is opened, used and destroyed in one and the same thread of the
/// crew. The first error stops everybody and stays: every later run() returns it.
class SessionCrew {
public:
    using OpenSession = std::function<Result<std::unique_ptr<Session>>(const CancelToken&)>;
    using Work = std::function<Result<>(std::size_t unit, Session& session, const CancelToken&)>;

    /// Sessions are opened when a thread gets its first unit.
    SessionCrew(std::size_t threads, OpenSession open, CancelToken cancel);
    ~SessionCrew(); ///< stops what runs and joins
    SessionCrew(const SessionCrew&) = delete;
    SessionCrew& operator=(const SessionCrew&) = delete;

    /// Does units 0 to `units` - 1, begun in this order, at most `width` at once (1: one after the other,
    /// always in the same thread). Blocks until none runs any more. `work` gets a token that an error of
    /// another thread stops too.
    Result<> run(std::size_t units, std::size_t width, Work work);

private:
    void serve(std::size_t thread);
    void remember(Error error); ///< under the mutex

    const OpenSession m_open;
    const CancelToken m_cancel;
    std::stop_source m_stop; ///< the crew's own: cancelled, or an error
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    Work m_work;
    std::size_t m_units = 0;
    std::size_t m_next = 0;
    std::size_t m_width = 0;
    std::size_t m_running = 0;
    std::optional<Error> m_error;
    bool m_ending = false;
    std::vector<std::jthread> m_threads;
};

} // namespace salvor
