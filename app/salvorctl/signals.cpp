// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/signals.h"

#include "app/salvorctl/command.h"

#include <ctime>
#include <unistd.h>

namespace salvor::ctl {

SignalWatch::SignalWatch() {
    sigemptyset(&m_signals);
    sigaddset(&m_signals, SIGINT);
    sigaddset(&m_signals, SIGTERM);
    sigaddset(&m_signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    m_thread = std::jthread([this](const std::stop_token& stop) {
        const timespec wait{0, 100'000'000};
        while (!stop.stop_requested()) {
            if (sigtimedwait(&m_signals, nullptr, &wait) < 0)
                continue;
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
