// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/notify/socketguard.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace salvor {

SocketGuard::SocketGuard(const CancelToken& cancel, std::chrono::seconds total)
    : m_cancel(cancel)
    , m_until(std::chrono::steady_clock::now() + total)
    , m_thread([this] { watch(); }) {}

SocketGuard::~SocketGuard() {
    {
        const std::scoped_lock lock(m_mutex);
        m_leaving = true;
    }
    m_wake.notify_all();
}

void SocketGuard::endWithin(std::chrono::seconds span) {
    {
        const std::scoped_lock lock(m_mutex);
        m_until = std::min(m_until, std::chrono::steady_clock::now() + span);
    }
    m_wake.notify_all();
}

bool SocketGuard::isOver() const {
    const std::scoped_lock lock(m_mutex);
    return m_over;
}

void SocketGuard::watch() {
    std::unique_lock lock(m_mutex);
    while (!m_leaving && !m_over) {
        const Time until = m_until;
        const bool isChanged =
            m_wake.wait_until(lock, m_cancel, until, [&] { return m_leaving || m_until != until; });
        m_over = !isChanged;
    }
    if (m_leaving)
        return;
    for (const curl_socket_t socket : m_sockets)
        (void)::shutdown(socket, SHUT_RDWR); // one that is not connected yet answers that it is not
}

curl_socket_t SocketGuard::openSocket(void* self, curlsocktype, curl_sockaddr* address) {
    auto* const guard = static_cast<SocketGuard*>(self);
    const std::scoped_lock lock(guard->m_mutex);
    if (guard->m_over)
        return CURL_SOCKET_BAD;
    const curl_socket_t socket =
        ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (socket != CURL_SOCKET_BAD)
        guard->m_sockets.insert(socket);
    return socket;
}

/// Under the lock: its number may be another file's right after.
int SocketGuard::closeSocket(void* self, curl_socket_t socket) {
    auto* const guard = static_cast<SocketGuard*>(self);
    const std::scoped_lock lock(guard->m_mutex);
    guard->m_sockets.erase(socket);
    return ::close(socket);
}

} // namespace salvor
