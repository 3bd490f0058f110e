// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgconnection.h"

#include "engines/postgresql/pgerror.h"
#include "engines/postgresql/pgwaker.h"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace salvor {

using namespace std::chrono_literals;

namespace {

Error silentError(std::string_view doing, std::chrono::milliseconds bound) {
    return {ErrorCode::Timeout,
            std::string(doing) + ": the server gave no sign for " + std::to_string(bound.count() / 1000) +
                " seconds",
            "check the server and the network, then try again",
            true,
            {}};
}

/// PQcancel opens a connection of its own and blocks; a dead network must not hold us up for longer than the
/// bound.
void cancelOnServer(PGconn* handle, std::chrono::milliseconds bound) {
    PGcancel* request = PQgetCancel(handle);
    if (request == nullptr)
        return;
    struct State {
        std::mutex mutex;
        std::condition_variable done;
        bool finished = false;
    };
    auto state = std::make_shared<State>();
    std::thread([state, request] {
        std::array<char, 256> text{};
        PQcancel(request, text.data(), static_cast<int>(text.size()));
        PQfreeCancel(request);
        const std::lock_guard lock(state->mutex);
        state->finished = true;
        state->done.notify_all();
    }).detach();
    std::unique_lock lock(state->mutex);
    state->done.wait_for(lock, bound, [&] { return state->finished; });
}

} // namespace

PgConnection::PgConnection(PgEndpointPtr endpoint, std::string database)
    : m_endpoint(std::move(endpoint))
    , m_database(std::move(database))
    , m_wakeDescriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

PgConnection::~PgConnection() {
    close();
    if (m_wakeDescriptor >= 0)
        ::close(m_wakeDescriptor);
}

void PgConnection::close() {
    m_readAhead = {};
    if (m_handle != nullptr)
        PQfinish(std::exchange(m_handle, nullptr));
}

void PgConnection::abandon() {
    if (m_handle == nullptr)
        return;
    if (PQstatus(m_handle) == CONNECTION_OK && PQtransactionStatus(m_handle) == PQTRANS_ACTIVE)
        cancelOnServer(m_handle, 1000ms);
    if (const int descriptor = PQsocket(m_handle); descriptor >= 0)
        ::shutdown(descriptor, SHUT_RDWR);
    close();
}

Error PgConnection::lost(std::string_view doing) {
    const std::string reason =
        pgFirstLine(m_handle != nullptr ? PQerrorMessage(m_handle) : "it was closed before");
    close();
    Error error{ErrorCode::ConnectionLost,
                std::string(doing) + ": the connection to " + m_endpoint->title() + " was lost: " + reason,
                "check the server and the network, then try again",
                true,
                {}};
    error.context["server"] = m_endpoint->title();
    return error;
}

Result<> PgConnection::wait(std::string_view doing, short events, std::chrono::milliseconds bound,
                            const CancelToken& cancel) {
    if (events == POLLIN && m_readAhead.holdsInput() && !cancel.stop_requested()) {
        m_inputSeen = true;
        return {};
    }
    std::array<pollfd, 2> descriptors{pollfd{PQsocket(m_handle), events, 0},
                                      pollfd{m_wakeDescriptor, POLLIN, 0}};
    const int milliseconds =
        bound.count() <= 0 ? -1 : static_cast<int>(std::min<std::int64_t>(bound.count(), 1 << 30));
    int ready = 0;
    do {
        ready = ::poll(descriptors.data(), descriptors.size(), milliseconds);
    } while (ready < 0 && errno == EINTR);
    if (cancel.stop_requested()) {
        abandon();
        return failure(cancelledError());
    }
    if (ready < 0)
        return failure(lost(doing));
    m_inputSeen = m_inputSeen || (descriptors[0].revents & POLLIN) != 0;
    if (ready == 0) {
        abandon();
        return failure(silentError(doing, bound));
    }
    return {};
}

Result<> PgConnection::send(std::string_view doing, bool sent, const CancelToken& cancel) {
    if (!sent)
        return failure(lost(doing));
    return flush(doing, cancel);
}

Result<> PgConnection::flush(std::string_view doing, const CancelToken& cancel) {
    for (;;) {
        const int state = PQflush(m_handle);
        if (state == 0)
            return {};
        if (state < 0)
            return failure(lost(doing));
        SALVOR_TRY(wait(doing, POLLIN | POLLOUT, m_patience, cancel));
        // The server may be stuck writing to us (an error, a notice) before it reads on.
        if (PQconsumeInput(m_handle) == 0)
            return failure(lost(doing));
    }
}

Result<PGresult*> PgConnection::nextResult(std::string_view doing, const CancelToken& cancel) {
    while (PQisBusy(m_handle) != 0) {
        SALVOR_TRY(wait(doing, POLLIN, m_patience, cancel));
        if (PQconsumeInput(m_handle) == 0)
            return failure(lost(doing));
    }
    return PQgetResult(m_handle);
}

Result<std::vector<PgRows>> PgConnection::collect(std::string_view doing, const CancelToken& cancel) {
    std::vector<PgRows> out;
    std::optional<Error> first;
    for (;;) {
        const auto next = nextResult(doing, cancel);
        if (!next)
            return failure(first ? pgLastWord(*first, next.error()) : next.error());
        PGresult* result = *next;
        if (result == nullptr)
            break;
        PgRows rows(result);
        const auto status = PQresultStatus(result);
        if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
            if (!first)
                first = pgServerError(doing, result);
            if (PQstatus(m_handle) == CONNECTION_BAD)
                break;
        } else {
            out.push_back(std::move(rows));
        }
    }
    if (PQstatus(m_handle) == CONNECTION_BAD) {
        const Error gone = lost(doing);
        return failure(first ? pgLastWord(*first, gone) : gone);
    }
    if (first)
        return failure(*first);
    return out;
}

Result<PgRows> PgConnection::query(std::string_view doing, const std::string& sql, const CancelToken& cancel,
                                   const std::vector<PgParam>& parameters) {
    SALVOR_TRY(checkCancelled(cancel));
    if (m_handle == nullptr)
        return failure(lost(doing));
    const PgWaker waker(cancel, m_wakeDescriptor);
    std::vector<const char*> values;
    for (const auto& parameter : parameters)
        values.push_back(parameter ? parameter->c_str() : nullptr);
    const bool sent = PQsendQueryParams(m_handle, sql.c_str(), static_cast<int>(values.size()), nullptr,
                                        values.data(), nullptr, nullptr, 0) == 1;
    SALVOR_TRY(send(doing, sent, cancel));
    SALVOR_ASSIGN(auto results, collect(doing, cancel));
    return results.empty() ? PgRows() : std::move(results.back());
}

Result<std::vector<PgRows>> PgConnection::script(std::string_view doing, const std::string& sql,
                                                 const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    if (m_handle == nullptr)
        return failure(lost(doing));
    const PgWaker waker(cancel, m_wakeDescriptor);
    SALVOR_TRY(send(doing, PQsendQuery(m_handle, sql.c_str()) == 1, cancel));
    return collect(doing, cancel);
}

Result<std::string> PgConnection::value(std::string_view doing, const std::string& sql,
                                        const CancelToken& cancel, const std::vector<PgParam>& parameters) {
    SALVOR_ASSIGN(const auto rows, query(doing, sql, cancel, parameters));
    return rows.size() > 0 && rows.columns() > 0 ? rows.text(0, 0) : std::string();
}

std::string PgConnection::quoteName(std::string_view name) const {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"')
            out.push_back('"');
        out.push_back(c);
    }
    return out + "\"";
}

std::string PgConnection::quoteText(std::string_view text) const {
    // E'' means the same whatever standard_conforming_strings says.
    std::string out = "E'";
    for (const char c : text) {
        if (c == '\'' || c == '\\')
            out.push_back(c);
        out.push_back(c);
    }
    return out + "'";
}

int PgConnection::serverVersion() const { return m_handle != nullptr ? PQserverVersion(m_handle) : 0; }
bool PgConnection::encrypted() const { return m_handle != nullptr && PQsslInUse(m_handle) != 0; }

bool PgConnection::inTransaction() const {
    return m_handle != nullptr && PQtransactionStatus(m_handle) != PQTRANS_IDLE;
}

std::string PgConnection::parameter(const char* name) const {
    const char* text = m_handle != nullptr ? PQparameterStatus(m_handle, name) : nullptr;
    return text != nullptr ? text : "";
}

} // namespace salvor
