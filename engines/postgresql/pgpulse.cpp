// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgpulse.h"

#include <stop_token>
#include <utility>

namespace salvor {

std::chrono::milliseconds pgPulseOf(const QJsonObject& options) {
    const int given = options[QStringLiteral("pulse_ms")].toInt();
    return given > 0 ? std::chrono::milliseconds(given) : kPgPulse;
}

PgPulse::PgPulse(PgConnection& connection, std::string doing, std::chrono::milliseconds every)
    : m_connection(connection)
    , m_doing(std::move(doing))
    , m_every(every)
    , m_thread([this](const std::stop_token& stop) { beat(stop); }) {}

PgPulse::~PgPulse() = default; // the thread is told to stop, and waited for, before all else goes

void PgPulse::beat(const CancelToken& stop) {
    std::unique_lock lock(m_mutex);
    for (;;) {
        const bool isEnded = m_changed.wait_for(lock, stop, m_every, [this] { return m_isEnded; });
        if (isEnded || stop.stop_requested() || !askAlone(m_doing, stop))
            return;
    }
}

Result<> PgPulse::askAlone(std::string_view doing, const CancelToken& cancel) {
    if (m_lost)
        return failure(*m_lost);
    const auto asked = m_connection.query(doing, "SELECT 1", cancel);
    if (asked)
        return {};
    if (!asked.error().isCancelled()) {
        m_lost = asked.error();
        m_isLost = true;
    }
    return failure(asked.error());
}

std::unique_lock<std::mutex> PgPulse::alone(const CancelToken& cancel) {
    const std::stop_callback giveUp(cancel, [this] { m_thread.request_stop(); });
    return std::unique_lock(m_mutex);
}

void PgPulse::end(const CancelToken& cancel) {
    {
        const auto lock = alone(cancel);
        m_isEnded = true;
    }
    m_changed.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

Result<> PgPulse::ask(std::string_view doing, const CancelToken& cancel) {
    const auto lock = alone(cancel);
    return askAlone(doing, cancel);
}

} // namespace salvor
