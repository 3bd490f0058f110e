// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One connection to a PostgreSQL server, over libpq's non-blocking calls, so that every wait is bounded and
// can be cancelled.
#pragma once

#include "engines/postgresql/pgendpoint.h"
#include "engines/postgresql/pgerror.h"
#include "engines/postgresql/pgreadahead.h"
#include "engines/postgresql/pgrows.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// A parameter of a statement, in text form; nothing is NULL.
using PgParam = std::optional<std::string>;

/// Not thread safe; moves between threads are fine. After Cancelled, Timeout or ConnectionLost it is closed,
/// and every call answers ConnectionLost. Cancel: PQcancel with a bound of one second, then the socket is
/// shut down. `doing` opens every error message: "reading table public.orders".
class PgConnection {
public:
    /// Blocks at most 15 s for each address of the host. AuthenticationFailed, ConnectionFailed, TlsFailed,
    /// NotFound (database), Busy (too many connections), Unsupported (server older than 15, or a pooler
    /// between). Settings of the login or the database that would turn the session into another role's, into
    /// one that may not write or that ends soon are taken off.
    static Result<std::unique_ptr<PgConnection>> open(const PgEndpointPtr& endpoint,
                                                      const std::string& database, const CancelToken& cancel);
    ~PgConnection();
    PgConnection(const PgConnection&) = delete;
    PgConnection& operator=(const PgConnection&) = delete;

    /// One statement.
    Result<PgRows> query(std::string_view doing, const std::string& sql, const CancelToken& cancel,
                         const std::vector<PgParam>& parameters = {});
    /// Several statements in one message: one round trip, and one transaction unless they say otherwise. The
    /// results in order.
    Result<std::vector<PgRows>> script(std::string_view doing, const std::string& sql,
                                       const CancelToken& cancel);
    /// The first value of the first row; "" when it is NULL or there is no row.
    Result<std::string> value(std::string_view doing, const std::string& sql, const CancelToken& cancel,
                              const std::vector<PgParam>& parameters = {});

    /// Begins a COPY … TO STDOUT.
    Result<> copyOut(std::string_view doing, const std::string& sql, const CancelToken& cancel);
    /// The next messages of it, as many as are there and fit; 0 bytes at the end, which is then confirmed by
    /// the server. A message is cut only where `room` (not empty) is filled to its last byte; the next call
    /// goes on with it.
    Result<std::size_t> copyRead(std::string_view doing, std::span<std::byte> room,
                                 const CancelToken& cancel);
    /// A whole COPY … FROM STDIN from `source`; the number of rows.
    Result<std::uint64_t> copyIn(std::string_view doing, const std::string& sql, ByteSource& source,
                                 const CancelToken& cancel);

    /// How long the server may be silent while a statement runs; 0: as long as the network says that it is
    /// alive.
    void setPatience(std::chrono::seconds patience) { m_patience = patience; }
    /// As an identifier, always in double quotes.
    std::string quoteName(std::string_view name) const;
    std::string quoteText(std::string_view text) const;

    int serverVersion() const; ///< 170005
    bool encrypted() const;
    bool usable() const { return m_handle != nullptr; }
    /// Also one that failed. ROLLBACK outside of it is a warning in the server's log.
    bool inTransaction() const;
    /// When the server was started, to the microsecond: the same in all sessions of one server, and of no two
    /// servers, not even of a primary and its standby. Safe in every thread, and stays when it is closed.
    const std::string& serverStart() const { return m_serverStart; }
    const PgEndpoint& endpoint() const { return *m_endpoint; }
    const std::string& database() const { return m_database; }
    /// What was taken off, as options of a connection ("-c role=none"), for programs that connect by
    /// themselves; may be empty.
    const std::string& overrides() const { return m_overrides; }
    /// A setting that the server reports by itself ("server_encoding"); "" if it does not.
    std::string parameter(const char* name) const;

private:
    PgConnection(PgEndpointPtr endpoint, std::string database);

    Result<> connectTo(const std::string& address, const CancelToken& cancel);
    Result<> pollConnection(const CancelToken& cancel);
    Result<> takeOffSettings(const CancelToken& cancel);
    Result<> requireNoPgpool(const std::string& clientPort, const CancelToken& cancel);
    Error connectFailure(PgConnectStage stage) const;
    Result<> send(std::string_view doing, bool sent, const CancelToken& cancel);
    Result<> flush(std::string_view doing, const CancelToken& cancel);
    Result<> wait(std::string_view doing, short events, std::chrono::milliseconds bound,
                  const CancelToken& cancel);
    /// The next result, null at the end of the statement.
    Result<PGresult*> nextResult(std::string_view doing, const CancelToken& cancel);
    Result<std::vector<PgRows>> collect(std::string_view doing, const CancelToken& cancel);
    /// False when the server had something to say.
    Result<bool> sendCopy(std::string_view doing, ByteView bytes, const CancelToken& cancel);
    Result<> feed(std::string_view doing, ByteSource& source, const CancelToken& cancel);
    Error lost(std::string_view doing);
    /// Ends the running statement on the server, within a bound, and closes.
    void abandon();
    void close();

    PgEndpointPtr m_endpoint;
    std::string m_database;
    std::string m_overrides;
    std::string m_serverStart;
    PGconn* m_handle = nullptr;
    int m_wakeDescriptor = -1;
    PgReadAhead m_readAhead;
    bool m_inputSeen = false; ///< the server sent something since this was last cleared
    std::chrono::seconds m_patience{900};
};

} // namespace salvor
