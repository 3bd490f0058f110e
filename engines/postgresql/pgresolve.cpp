// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgresolve.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace salvor {

namespace {

using namespace std::chrono_literals;

/// Shared with a thread that may outlive the call: getaddrinfo cannot be interrupted.
struct Lookup {
    std::mutex mutex;
    std::condition_variable_any done;
    bool finished = false;
    int status = 0;
    std::vector<std::string> addresses;
};

std::vector<std::string> numericAddresses(const addrinfo* list) {
    std::vector<std::string> out;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                        NI_NUMERICHOST) != 0)
            continue;
        if (std::string address(text.data()); std::find(out.begin(), out.end(), address) == out.end())
            out.push_back(std::move(address));
    }
    return out;
}

void lookUp(const std::shared_ptr<Lookup>& lookup, const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int status = getaddrinfo(host.c_str(), nullptr, &hints, &list);
    auto addresses = numericAddresses(status == 0 ? list : nullptr);
    if (status == 0)
        freeaddrinfo(list);
    const std::lock_guard lock(lookup->mutex);
    lookup->status = status;
    lookup->addresses = std::move(addresses);
    lookup->finished = true;
    lookup->done.notify_all();
}

} // namespace

Result<std::vector<std::string>> pgResolve(const std::string& host, const CancelToken& cancel) {
    auto lookup = std::make_shared<Lookup>();
    std::thread([lookup, host] { lookUp(lookup, host); }).detach();
    std::unique_lock lock(lookup->mutex);
    lookup->done.wait_for(lock, cancel, 10s, [&] { return lookup->finished; });
    if (cancel.stop_requested())
        return failure(cancelledError());
    const std::string hint = "check the host name, and this computer's name service";
    if (!lookup->finished)
        return failure(ErrorCode::ConnectionFailed,
                       "looking up the host " + host + " took more than 10 seconds", hint, {{"host", host}});
    if (lookup->status != 0 || lookup->addresses.empty())
        return failure(ErrorCode::ConnectionFailed,
                       "looking up the host " + host + " failed: " + gai_strerror(lookup->status), hint,
                       {{"host", host}});
    return std::move(lookup->addresses);
}

} // namespace salvor
