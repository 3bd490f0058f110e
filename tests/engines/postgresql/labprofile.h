// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of this engine share: profiles of the lab's servers, cancelling from another thread.
#pragma once

#include "engines/base/engine.h"
#include "support/labprofile.h"

#include <QJsonObject>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace salvor::test {

/// A profile and its password, with a Connection that borrows both. Stays where it is.
struct LabProfile {
    explicit LabProfile(const LabServer& server)
        : profile(profileOfLab(server))
        , password(server.password) {
        profile.uuid = "00000000-0000-4000-8000-000000000001";
    }
    LabProfile(const LabProfile&) = delete;
    LabProfile& operator=(const LabProfile&) = delete;

    Connection connection() const { return {&profile, &password}; }

    Profile profile;
    Secret password;
};

/// Options of a backup that locks nothing before its snapshot, so that a test can change any table under it.
inline QJsonObject holdingNothing() { return {{QStringLiteral("first_bytes"), 0}}; }

/// For QCOMPARE, which shows QByteArrays.
inline QByteArray nameOf(ErrorCode code) {
    const auto name = toString(code);
    return {name.data(), static_cast<qsizetype>(name.size())};
}

/// Cancels after a while, from another thread.
class CancelLater {
public:
    explicit CancelLater(std::chrono::milliseconds delay)
        : m_thread([this, delay](const std::stop_token& stop) {
            std::unique_lock lock(m_mutex);
            m_wake.wait_for(lock, stop, delay, [] { return false; });
            m_source.request_stop();
        }) {}
    CancelToken token() const { return m_source.get_token(); }

private:
    std::stop_source m_source;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::jthread m_thread;
};

} // namespace salvor::test
