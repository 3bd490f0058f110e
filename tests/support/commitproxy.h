// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A network that fails in the worst moment: between a client and a PostgreSQL server, without TLS, it cuts
// the first connection on which a COMMIT is sent.
#pragma once

#include "support/lab.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

namespace salvor::test {

class CommitProxy {
public:
    enum class Cut {
        Before, ///< the server never gets the COMMIT
        After,  ///< it answers, and the answer does not arrive
        Hold,   ///< it never gets it, and does not learn that the client has gone
        Gone,   ///< as After, and nobody is let through any more
        // The client is not cut off, and waits for an answer until somebody ends it.
        Stall,       ///< the server commits
        StallBefore, ///< the server never gets the COMMIT, and loses the session when the client ends
    };

    CommitProxy(const LabServer& server, Cut cut)
        : m_server(server)
        , m_cut(cut)
        , m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(m_listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(m_listener, 16) != 0 ||
            ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("the proxy cannot listen");
        m_port = ntohs(address.sin_port);
        m_thread = std::jthread([this](const std::stop_token& stop) { accept(stop); });
    }
    ~CommitProxy() {
        m_thread.request_stop();
        m_thread.join();
        ::close(m_listener);
    }
    CommitProxy(const CommitProxy&) = delete;
    CommitProxy& operator=(const CommitProxy&) = delete;

    /// The same server, by way of this.
    LabServer server() const {
        LabServer through = m_server;
        through.host = "127.0.0.1";
        through.port = m_port;
        through.caFile.clear();
        return through;
    }
    bool hasCut() const { return m_hasCut; }

private:
    static constexpr int kGlance = 50; ///< milliseconds until an end is noticed

    struct Pair {
        int client;
        int server;
        Pair(int ofClient, int ofServer)
            : client(ofClient)
            , server(ofServer) {}
        Pair(const Pair&) = delete;
        Pair& operator=(const Pair&) = delete;
        ~Pair() {
            ::close(client);
            if (server >= 0)
                ::close(server);
        }
    };

    void accept(const std::stop_token& stop) {
        std::vector<std::jthread> connections; // end with it
        while (!stop.stop_requested()) {
            pollfd listener{m_listener, POLLIN, 0};
            if (::poll(&listener, 1, kGlance) != 1)
                continue;
            const int client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (client >= 0)
                connections.emplace_back(
                    [this, client, stop](const std::stop_token& ending) { serve(client, stop, ending); });
        }
    }

    int connectToServer() const {
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(m_server.port);
        if (::inet_pton(AF_INET, m_server.host.c_str(), &address.sin_addr) == 1 &&
            ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
            return server;
        ::close(server);
        return -1;
    }

    void serve(int client, const std::stop_token& stop, const std::stop_token& ending) {
        const Pair pair(client, m_isShut ? -1 : connectToServer());
        if (pair.server < 0)
            return;
        bool isLast = false; // the next answer is to the COMMIT
        while (!stop.stop_requested() && !ending.stop_requested()) {
            std::array<pollfd, 2> both{pollfd{pair.client, POLLIN, 0}, pollfd{pair.server, POLLIN, 0}};
            if (::poll(both.data(), both.size(), kGlance) <= 0)
                continue;
            if (both[1].revents != 0 && (isLast || !pass(pair.server, pair.client)))
                return;
            if (both[0].revents == 0)
                continue;
            std::array<char, 65536> bytes{};
            const ssize_t count = ::recv(pair.client, bytes.data(), bytes.size(), 0);
            if (count <= 0)
                return;
            const std::string_view text(bytes.data(), static_cast<std::size_t>(count));
            const bool isCommit = text.find(std::string_view("COMMIT\0", 7)) != std::string_view::npos;
            if (isCommit && !m_hasCut.exchange(true)) {
                if (m_cut == Cut::Before)
                    return;
                m_isShut = m_cut == Cut::Gone;
                isLast = true;
                if (m_cut == Cut::Hold) {
                    hold(pair, stop);
                    return;
                }
                if (m_cut == Cut::Stall || m_cut == Cut::StallBefore) {
                    if (m_cut == Cut::Stall)
                        sendAll(pair.server, text);
                    stall(pair, stop);
                    return;
                }
            }
            if (!sendAll(pair.server, text))
                return;
        }
    }

    /// The client is cut off; to the server all is quiet.
    static void hold(const Pair& pair, const std::stop_token& stop) {
        ::shutdown(pair.client, SHUT_RDWR);
        while (!stop.stop_requested())
            (void)::poll(nullptr, 0, kGlance);
    }

    /// Until the client ends; the server's answer is read by nobody.
    static void stall(const Pair& pair, const std::stop_token& stop) {
        std::array<char, 4096> ignored{};
        while (!stop.stop_requested()) {
            pollfd client{pair.client, POLLIN, 0};
            if (::poll(&client, 1, kGlance) == 1 &&
                ::recv(pair.client, ignored.data(), ignored.size(), 0) <= 0)
                return;
        }
    }

    static bool pass(int from, int to) {
        std::array<char, 65536> bytes{};
        const ssize_t count = ::recv(from, bytes.data(), bytes.size(), 0);
        return count > 0 && sendAll(to, {bytes.data(), static_cast<std::size_t>(count)});
    }
    static bool sendAll(int to, std::string_view text) {
        while (!text.empty()) {
            const ssize_t sent = ::send(to, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    const LabServer m_server;
    const Cut m_cut;
    const int m_listener;
    std::uint16_t m_port = 0;
    std::atomic<bool> m_hasCut = false;
    std::atomic<bool> m_isShut = false;
    std::jthread m_thread; ///< last: it uses all of these
};

} // namespace salvor::test
