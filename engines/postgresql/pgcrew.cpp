// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgcrew.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace salvor {

namespace {

class Crew {
public:
    Crew(std::size_t count, const PgOpener& open, const PgPiece& piece, const CancelToken& cancel)
        : m_count(count)
        , m_open(open)
        , m_piece(piece)
        , m_cancel(cancel) {}

    Result<> run(std::size_t sessions) {
        const std::stop_callback cancelled(m_cancel, [this] { m_stop.request_stop(); });
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < std::min(std::max<std::size_t>(sessions, 1), m_count); ++i)
                threads.emplace_back([this] { serve(); });
        }
        if (m_error)
            return failure(*m_error);
        return checkCancelled(m_cancel);
    }

private:
    void serve() {
        std::unique_ptr<PgConnection> connection;
        for (auto next = take(); next; next = take()) {
            if (auto done = work(connection, *next); !done) {
                remember(std::move(done).error());
                return;
            }
        }
    }
    Result<> work(std::unique_ptr<PgConnection>& connection, std::size_t piece) {
        if (!connection) {
            SALVOR_ASSIGN(connection, m_open(m_stop.get_token()));
        }
        return m_piece(piece, *connection, m_stop.get_token());
    }
    std::optional<std::size_t> take() {
        const std::lock_guard lock(m_mutex);
        if (m_next == m_count || m_stop.stop_requested())
            return std::nullopt;
        return m_next++;
    }
    void remember(Error error) {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_error) // the first one is the cause; the others are its echo
                m_error = m_cancel.stop_requested() ? cancelledError() : std::move(error);
        }
        m_stop.request_stop();
    }

    const std::size_t m_count;
    const PgOpener& m_open;
    const PgPiece& m_piece;
    const CancelToken& m_cancel;
    std::stop_source m_stop; ///< cancelled, or an error
    std::mutex m_mutex;
    std::size_t m_next = 0;
    std::optional<Error> m_error;
};

} // namespace

Result<> pgInParallel(std::size_t count, std::size_t sessions, const PgOpener& open, const PgPiece& piece,
                      const CancelToken& cancel) {
    return Crew(count, open, piece, cancel).run(sessions);
}

} // namespace salvor
