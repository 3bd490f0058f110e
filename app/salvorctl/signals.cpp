// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/signals.h"

#include "app/salvorctl/command.h"

#include <ctime>
#include <unistd.h>

namespace salvor::ctl {

namespace {

/// By nohup, a shell's background job, trap: it is meant to survive that. A blocked signal is queued all the
/// same, so it must not be fetched.
bool wasIgnored(int signal) {
    struct sigaction inherited{};
    return sigaction(signal, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN;
}

} // namespace

SignalWatch::SignalWatch() {
    sigemptyset(&m_signals);
    sigaddset(&m_signals, SIGTERM);
    for (const int signal : {SIGINT, SIGHUP}) {
        if (!wasIgnored(signal))
            sigaddset(&m_signals, signal);
    }
    pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    m_thread = std::jthread([this](const std::stop_token& stop) {
        const timespec wait{0, 100'000'000};
        while (!stop.stop_requested()) {
            const int signal = sigtimedwait(&m_signals, nullptr, &wait);
            if (signal < 0)
                continue;
            int none = 0;
            m_signal.compare_exchange_strong(none, signal); // before anybody sees the cancel
            if (!m_source.request_stop())
                _exit(static_cast<int>(Exit::Cancelled));
        }
    });
}

SignalWatch::~SignalWatch() {
    m_thread.request_stop();
    m_thread.join();
}

} // namespace salvor::ctl
