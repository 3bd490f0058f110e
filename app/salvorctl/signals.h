// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// SIGINT, SIGTERM and SIGHUP as a cancel.
#pragma once

#include "models/base/canceltoken.h"

#include <atomic>
#include <csignal>
#include <thread>

namespace salvor::ctl {

/// The first signal cancels; the second ends the process at once with the exit code of a cancel (nothing
/// visible was written: a backup exists only once its catalog does). SIGINT and SIGHUP stay ignored where
/// whoever started the process ignored them (nohup). Make one before any other thread.
class SignalWatch {
public:
    SignalWatch();
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;
    CancelToken token() const { return m_source.get_token(); }
    /// The signal that cancelled; 0: none yet.
    int signal() const { return m_signal; }

private:
    std::stop_source m_source;
    std::atomic<int> m_signal{0};
    sigset_t m_signals{};
    std::jthread m_thread;
};

} // namespace salvor::ctl
