// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A session that has nothing to do for long, as the one that holds a snapshot, is heard of all the same: a
// proxy with an idle time-out counts bytes, and TCP's keepalives are none.
//
// Source: HAProxy, configuration manual, "timeout client": "The inactivity timeout applies when the client is
// expected to acknowledge or send data."
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <QJsonObject>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace salvor {

/// Well below the half minute that is the shortest in use.
inline constexpr std::chrono::milliseconds kPgPulse{10'000};
/// Of a backup, restore or proof: kPgPulse unless its options have "pulse_ms", as those of tests.
std::chrono::milliseconds pgPulseOf(const QJsonObject& options);

/// Asks the server for nothing every so often, in a thread of its own, until it is ended or the connection
/// is. The connection is not owned, outlives it, and is used under alone() only, or after end(). The
/// destructor gives up a question that is on its way, which closes the connection: within 1.5 s.
class PgPulse {
public:
    /// `doing` opens the error of a connection that is lost: "keeping the snapshot".
    PgPulse(PgConnection& connection, std::string doing, std::chrono::milliseconds every);
    ~PgPulse();
    PgPulse(const PgPulse&) = delete;
    PgPulse& operator=(const PgPulse&) = delete;

    /// While the lock lives the connection is the caller's. Waits for the answer to a question that is on its
    /// way; a stop of `cancel` gives that up, and closes the connection.
    std::unique_lock<std::mutex> alone(const CancelToken& cancel);
    /// No more questions: the connection is the caller's. Waits as alone() does.
    void end(const CancelToken& cancel);
    /// Asks now, whether ended or not; from the first failure on, that one. Waits as alone() does. Cancelled,
    /// and what ended the connection or its transaction.
    Result<> ask(std::string_view doing, const CancelToken& cancel);
    /// A question failed. Safe in every thread, at any time, and does not wait.
    bool isLost() const { return m_isLost; }

private:
    void beat(const CancelToken& stop);
    Result<> askAlone(std::string_view doing, const CancelToken& cancel); ///< under the mutex

    PgConnection& m_connection;
    const std::string m_doing;
    const std::chrono::milliseconds m_every;
    std::mutex m_mutex; ///< for the connection, and these:
    std::condition_variable_any m_changed;
    bool m_isEnded = false;
    std::optional<Error> m_lost;
    std::atomic<bool> m_isLost = false;
    std::jthread m_thread; ///< last: it uses all of these
};

} // namespace salvor
