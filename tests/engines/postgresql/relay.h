// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A proxy on the way to PostgreSQL servers, without TLS: it cuts off who is silent for too long, as HAProxy's
// "timeout client" does, and leads to several servers by turns, as its "balance roundrobin".
#pragma once

#include "support/lab.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

namespace salvor::test {

class Relay {
public:
    /// `silence`: how long a connection may pass no byte; zero: for ever.
    explicit Relay(std::vector<LabServer> servers, std::chrono::milliseconds silence = {})
        : m_servers(std::move(servers))
        , m_silence(silence)
        , m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(m_listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(m_listener, 16) != 0 ||
            ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("the relay cannot listen");
        m_port = ntohs(address.sin_port);
        m_thread = std::jthread([this](const std::stop_token& stop) { accept(stop); });
    }
    ~Relay() {
        m_thread.request_stop();
        m_thread.join();
        ::close(m_listener);
    }
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    /// The first of the servers, by way of this.
    LabServer server() const {
        LabServer through = m_servers.front();
        through.host = "127.0.0.1";
        through.port = m_port;
        through.caFile.clear();
        return through;
    }
    int cutOff() const { return m_cutOff; } ///< connections that were silent for too long
    /// A connection is there that lived twice as long as one that is silent may.
    bool hasOldOne() const { return m_hasOldOne; }

private:
    using Clock = std::chrono::steady_clock;
    static constexpr int kGlance = 50; ///< milliseconds until an end is noticed

    void accept(const std::stop_token& stop) {
        std::vector<std::jthread> connections; // end with it
        std::size_t turn = 0;
        while (!stop.stop_requested()) {
            pollfd listener{m_listener, POLLIN, 0};
            if (::poll(&listener, 1, kGlance) != 1)
                continue;
            const int client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0)
                continue;
            const LabServer& to = m_servers[turn++ % m_servers.size()];
            connections.emplace_back([this, client, &to](const std::stop_token& ending) {
                const int server = connectTo(to);
                if (server >= 0)
                    serve(client, server, ending);
                ::close(client);
                if (server >= 0)
                    ::close(server);
            });
        }
    }

    static int connectTo(const LabServer& to) {
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(to.port);
        if (::inet_pton(AF_INET, to.host.c_str(), &address.sin_addr) == 1 &&
            ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
            return server;
        ::close(server);
        return -1;
    }

    void serve(int client, int server, const std::stop_token& stop) {
        const auto begun = Clock::now();
        auto heard = begun;
        while (!stop.stop_requested()) {
            std::array<pollfd, 2> both{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
            if (::poll(both.data(), both.size(), kGlance) > 0) {
                heard = Clock::now();
                if ((both[1].revents != 0 && !pass(server, client)) ||
                    (both[0].revents != 0 && !pass(client, server)))
                    return;
            }
            if (m_silence.count() == 0)
                continue;
            if (Clock::now() - heard > m_silence) {
                ++m_cutOff;
                return;
            }
            if (Clock::now() - begun > 2 * m_silence)
                m_hasOldOne = true;
        }
    }

    static bool pass(int from, int to) {
        std::array<char, 65536> bytes{};
        const ssize_t count = ::recv(from, bytes.data(), bytes.size(), 0);
        if (count <= 0)
            return false;
        std::string_view text(bytes.data(), static_cast<std::size_t>(count));
        while (!text.empty()) {
            const ssize_t sent = ::send(to, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    const std::vector<LabServer> m_servers;
    const std::chrono::milliseconds m_silence;
    const int m_listener;
    std::uint16_t m_port = 0;
    std::atomic<int> m_cutOff = 0;
    std::atomic<bool> m_hasOldOne = false;
    std::jthread m_thread; ///< last: it uses all of these
};

} // namespace salvor::test
