// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The sockets of one transfer, which shut when its time is over or it is cancelled. libcurl alone does not
// end then: its SMTP waits for the answer to a QUIT once more as long as for any other (smtp.c,
// smtp_disconnect).
#pragma once

#include "models/base/canceltoken.h"

#include <curl/curl.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace salvor {

/// Outlives the handle whose callbacks it is. A thread of its own waits for the end; methods from any.
class SocketGuard {
public:
    SocketGuard(const CancelToken& cancel, std::chrono::seconds total);
    SocketGuard(const SocketGuard&) = delete;
    SocketGuard& operator=(const SocketGuard&) = delete;
    ~SocketGuard();

    /// At the latest: what is left to say is a farewell.
    void endWithin(std::chrono::seconds span);
    /// Whether the sockets were shut: what libcurl says of its errors is then no news.
    bool isOver() const;

    static curl_socket_t openSocket(void* self, curlsocktype, curl_sockaddr* address);
    static int closeSocket(void* self, curl_socket_t socket);

private:
    using Time = std::chrono::steady_clock::time_point;
    void watch();

    const CancelToken m_cancel;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::set<curl_socket_t> m_sockets;
    Time m_until;
    bool m_over = false;
    bool m_leaving = false;
    std::jthread m_thread; ///< last: it uses all of these
};

} // namespace salvor
