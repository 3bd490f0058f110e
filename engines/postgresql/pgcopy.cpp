// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// PgConnection: COPY in both directions.
#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgerror.h"
#include "engines/postgresql/pgwaker.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kCopyBufferBytes = 256 * 1024;
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30U; ///< libpq counts in int

} // namespace

Result<> PgConnection::copyOut(std::string_view doing, const std::string& sql, const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    if (m_handle == nullptr)
        return failure(lost(doing));
    const PgWaker waker(cancel, m_wakeDescriptor);
    SALVOR_TRY(send(doing, PQsendQuery(m_handle, sql.c_str()) == 1, cancel));
    SALVOR_ASSIGN(PGresult * result, nextResult(doing, cancel));
    const PgRows owned(result);
    if (PQresultStatus(result) == PGRES_COPY_OUT)
        return {};
    const Error error = pgServerError(doing, result);
    const auto rest = collect(doing, cancel);
    return failure(rest ? error : pgLastWord(error, rest.error()));
}

Result<std::size_t> PgConnection::copyRead(std::string_view doing, std::span<std::byte> room,
                                           const CancelToken& cancel) {
    if (m_handle == nullptr)
        return failure(lost(doing));
    for (;;) {
        if (cancel.stop_requested()) {
            abandon();
            return failure(cancelledError());
        }
        // PQgetCopyData allocates and frees memory for each row. This one, older, copies to where the row is
        // wanted; unlike what its name says it takes the messages as they are.
        std::size_t filled = 0;
        int length = 1;
        while (filled < room.size() && length > 0) {
            length = PQgetlineAsync(m_handle, reinterpret_cast<char*>(room.data()) + filled,
                                    static_cast<int>(std::min(room.size() - filled, kMostAtOnce)));
            filled += static_cast<std::size_t>(std::max(length, 0));
        }
        if (filled > 0)
            return filled;
        const PgWaker waker(cancel, m_wakeDescriptor);
        if (length < 0) {
            // The stream has ended, in success or not. Either way the result says which.
            SALVOR_TRY(collect(doing, cancel));
            return std::size_t{0};
        }
        SALVOR_TRY(wait(doing, POLLIN, m_patience, cancel));
        if (PQconsumeInput(m_handle) == 0)
            return failure(lost(doing));
    }
}

Result<bool> PgConnection::sendCopy(std::string_view doing, ByteView bytes, const CancelToken& cancel) {
    const int state =
        PQputCopyData(m_handle, reinterpret_cast<const char*>(bytes.data()), static_cast<int>(bytes.size()));
    if (state < 0)
        return failure(lost(doing));
    if (state == 0)
        return failure(ErrorCode::IoError, std::string(doing) + ": out of memory");
    SALVOR_TRY(flush(doing, cancel));
    pollfd descriptor{PQsocket(m_handle), POLLIN, 0};
    return !m_inputSeen && ::poll(&descriptor, 1, 0) <= 0;
}

Result<> PgConnection::feed(std::string_view doing, ByteSource& source, const CancelToken& cancel) {
    Bytes buffer(kCopyBufferBytes);
    m_inputSeen = false;
    // During COPY a server speaks only to say that it failed (restoring sessions want no notices). libpq
    // would have us send the rest of the stream before it tells.
    for (bool quiet = true; quiet;) {
        SALVOR_ASSIGN(const std::size_t got, source.read(buffer));
        if (got == 0)
            return {};
        SALVOR_ASSIGN(quiet, sendCopy(doing, ByteView(buffer).first(got), cancel));
    }
    if (PQputCopyEnd(m_handle, "given up by the sender") < 0)
        return failure(lost(doing));
    SALVOR_TRY(flush(doing, cancel));
    SALVOR_TRY(collect(doing, cancel));
    return failure(ErrorCode::ServerError, std::string(doing) + ": the server interrupted the stream");
}

Result<std::uint64_t> PgConnection::copyIn(std::string_view doing, const std::string& sql, ByteSource& source,
                                           const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    if (m_handle == nullptr)
        return failure(lost(doing));
    const PgWaker waker(cancel, m_wakeDescriptor);
    SALVOR_TRY(send(doing, PQsendQuery(m_handle, sql.c_str()) == 1, cancel));
    {
        SALVOR_ASSIGN(PGresult * result, nextResult(doing, cancel));
        const PgRows owned(result);
        if (PQresultStatus(result) != PGRES_COPY_IN) {
            const Error error = pgServerError(doing, result);
            SALVOR_TRY(collect(doing, cancel));
            return failure(error);
        }
    }
    if (auto fed = feed(doing, source, cancel); !fed) {
        // What cannot be sent on must not be committed: without the end of the COPY the server rolls back.
        // Where it was the server that gave up, all has been said.
        if (m_handle == nullptr || PQtransactionStatus(m_handle) == PQTRANS_ACTIVE)
            abandon();
        return failure(fed.error());
    }
    int ended = 0;
    while ((ended = PQputCopyEnd(m_handle, nullptr)) == 0)
        SALVOR_TRY(flush(doing, cancel));
    SALVOR_TRY(send(doing, ended == 1, cancel));
    SALVOR_ASSIGN(const auto results, collect(doing, cancel));
    return results.empty() ? 0 : results.front().affected();
}

} // namespace salvor
