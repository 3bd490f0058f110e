// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// PgConnection: how a connection comes to be.
#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgerror.h"
#include "engines/postgresql/pgresolve.h"
#include "engines/postgresql/pgwaker.h"

#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace salvor {

using namespace std::chrono_literals;

namespace {

constexpr int kOldestServer = 150000;
constexpr const char* kTimedOut = "57014"; // query_canceled

// A pooler answers with a number of its own at login, and its session is another's in the next moment:
// nothing may be set there.
constexpr const char* kOwnSession = R"sql(
SELECT s.own, CASE WHEN s.own THEN pg_catalog.set_config('statement_timeout', '0', false) END,
       CASE WHEN s.own AND $2::bool THEN pg_catalog.set_config('default_transaction_read_only', 'off', false) END,
       pg_catalog.inet_client_port(), extract(epoch FROM pg_catalog.pg_postmaster_start_time())
  FROM (SELECT pg_catalog.pg_backend_pid() = $1::int4 AS own) s)sql";

// The login's own role again, where it may do at least what the role may that it was given (ALTER ROLE … SET
// role): rights come by membership, the attributes do not.
constexpr const char* kOwnRole = R"sql(
SELECT pg_catalog.set_config('role', 'none', false) FROM pg_catalog.pg_roles login, pg_catalog.pg_roles worn
 WHERE login.rolname = session_user AND worn.rolname = current_user AND login.oid <> worn.oid
   AND (login.rolsuper OR NOT worn.rolsuper AND pg_catalog.pg_has_role(login.oid, worn.oid, 'USAGE')
        AND login.rolcreatedb >= worn.rolcreatedb AND login.rolcreaterole >= worn.rolcreaterole
        AND login.rolbypassrls >= worn.rolbypassrls))sql";

/// Whether the server has the other end of this socket, as far as can be seen from here. `clientPort`: that
/// of its client, as the server sees it; "" for a socket in a folder.
bool isOfTheServer(int descriptor, const std::string& clientPort) {
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &size) != 0)
        return false;
    if (own.ss_family == AF_INET)
        return std::to_string(ntohs(reinterpret_cast<const sockaddr_in&>(own).sin_port)) == clientPort;
    if (own.ss_family == AF_INET6)
        return std::to_string(ntohs(reinterpret_cast<const sockaddr_in6&>(own).sin6_port)) == clientPort;
    ucred peer{};
    size = sizeof peer;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0)
        return false;
    std::string program;
    std::ifstream("/proc/" + std::to_string(peer.pid) + "/comm") >> program;
    return program == "postgres" || program == "postmaster";
}

void ignoreNotice(void*, const PGresult*) {}

/// Whether the other side is gone without an answer, as a server that stops just then. A server that refuses
/// TLS says so.
bool hungUp(int descriptor) {
    char first = 0;
    const auto got = ::recv(descriptor, &first, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno == ECONNRESET);
}

} // namespace

Result<std::unique_ptr<PgConnection>>
PgConnection::open(const PgEndpointPtr& endpoint, const std::string& database, const CancelToken& cancel) {
    std::unique_ptr<PgConnection> connection(new PgConnection(endpoint, database));
    if (connection->m_wakeDescriptor < 0)
        return failure(ErrorCode::IoError, "out of file descriptors", "raise the limit of open files");
    std::vector<std::string> addresses{std::string()};
    if (!endpoint->isSocket()) {
        SALVOR_ASSIGN(addresses, pgResolve(endpoint->host, cancel));
    }
    Result<> outcome;
    for (const auto& address : addresses) {
        outcome = connection->connectTo(address, cancel);
        // Another address helps only when this one cannot be reached.
        if (outcome || outcome.error().code != ErrorCode::ConnectionFailed)
            break;
    }
    SALVOR_TRY(outcome);
    if (connection->serverVersion() < kOldestServer)
        return failure(ErrorCode::Unsupported,
                       "the server " + endpoint->title() + " is PostgreSQL " +
                           connection->parameter("server_version") +
                           ", and 15 is the oldest that is supported",
                       "upgrade the server");
    SALVOR_TRY(connection->takeOffSettings(cancel));
    return connection;
}

Result<> PgConnection::takeOffSettings(const CancelToken& cancel) {
    const std::string doing = "preparing the session";
    const bool onlyReads = parameter("default_transaction_read_only") == "on";
    const std::vector<PgParam> number{std::to_string(PQbackendPID(m_handle)), onlyReads ? "true" : "false"};
    // First and alone: the timeout may be too short for what follows.
    auto session = query(doing, kOwnSession, cancel, number);
    if (!session && session.error().context["sqlstate"] == kTimedOut) { // and even for that
        SALVOR_TRY(script(doing, "SET statement_timeout = 0", cancel));
        session = query(doing, kOwnSession, cancel, number);
    }
    if (!session)
        return failure(session.error());
    if (!session->flag(0, 0))
        return failure(pgPoolerError(m_endpoint->title()));
    SALVOR_TRY(requireNoPgpool(session->text(0, 3), cancel));
    m_serverStart = session->text(0, 4);
    if (onlyReads)
        m_overrides = "-c default_transaction_read_only=off";
    SALVOR_ASSIGN(const auto own, query(doing, kOwnRole, cancel));
    if (own.size() > 0)
        m_overrides += (m_overrides.empty() ? "" : " ") + std::string("-c role=none");
    return {};
}

/// It hands on the server's own number of the session, and keeps the session: a restored database could not
/// be renamed. Source: pgpool-II, reference, SHOW POOL_VERSION, which it answers by itself. A server has no
/// such setting, and writes the error into its log: it is asked only where something stands in between.
Result<> PgConnection::requireNoPgpool(const std::string& clientPort, const CancelToken& cancel) {
    if (isOfTheServer(PQsocket(m_handle), clientPort))
        return {};
    const auto version = script("looking for a pooler", "SHOW pool_version", cancel);
    if (version)
        return failure(pgPoolerError(m_endpoint->title()));
    return usable() ? Result<>() : failure(version.error());
}

Result<> PgConnection::connectTo(const std::string& address, const CancelToken& cancel) {
    close();
    const std::string port = std::to_string(m_endpoint->port);
    std::string password(m_endpoint->password.text());
    std::vector<std::pair<const char*, const char*>> words{
        {"host", m_endpoint->host.c_str()},
        {"port", port.c_str()},
        {"user", m_endpoint->user.c_str()},
        {"dbname", m_database.c_str()},
        {"sslmode", m_endpoint->tlsMode.c_str()},
        {"gssencmode", "disable"},
        {"passfile", "/nonexistent"}, // the profile's password or none: never one that lies about
        {"application_name", "salvor"},
        {"client_encoding", "UTF8"},
        {"keepalives_idle", "30"},
        {"keepalives_interval", "10"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", "60000"}};
    if (!m_endpoint->options.empty())
        words.emplace_back("options", m_endpoint->options.c_str());
    if (!address.empty())
        words.emplace_back("hostaddr", address.c_str());
    // With "require" libpq would verify against it too, which is not what was asked for.
    if (m_endpoint->tlsMode.starts_with("verify"))
        words.emplace_back("sslrootcert", m_endpoint->tlsCaFile.c_str());
    if (m_endpoint->hasPassword)
        words.emplace_back("password", password.c_str());
    std::vector<const char*> keys;
    std::vector<const char*> values;
    for (const auto& [key, value] : words) {
        keys.push_back(key);
        values.push_back(value);
    }
    keys.push_back(nullptr);
    values.push_back(nullptr);
    m_handle = PQconnectStartParams(keys.data(), values.data(), 0);
    auto outcome = m_handle == nullptr
                       ? Result<>(failure(ErrorCode::IoError,
                                          "out of memory while connecting to " + m_endpoint->title()))
                       : pollConnection(cancel);
    explicit_bzero(password.data(), password.size());
    if (!outcome) {
        close();
        return outcome;
    }
    PQsetErrorVerbosity(m_handle, PQERRORS_DEFAULT);
    PQsetnonblocking(m_handle, 1);
    m_readAhead = PgReadAhead::begin(m_handle);
    return {};
}

Result<> PgConnection::pollConnection(const CancelToken& cancel) {
    // Errors then hold the SQLSTATE, whatever language the server speaks.
    PQsetErrorVerbosity(m_handle, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(m_handle, ignoreNotice, nullptr);
    const PgWaker waker(cancel, m_wakeDescriptor);
    const auto deadline = std::chrono::steady_clock::now() + 15s;
    auto stage = PgConnectStage::Network;
    if (PQstatus(m_handle) == CONNECTION_BAD)
        return failure(connectFailure(stage));
    auto next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        auto waited = wait("connecting to " + m_endpoint->title(),
                           next == PGRES_POLLING_READING ? POLLIN : POLLOUT, std::max(left, 1ms), cancel);
        if (!waited && waited.error().code == ErrorCode::Timeout)
            return failure({ErrorCode::ConnectionFailed,
                            "connecting to " + m_endpoint->title() + " took more than 15 seconds",
                            "check host and port, that the server is running, and the firewall",
                            true,
                            {}});
        SALVOR_TRY(waited);
        const auto status = PQstatus(m_handle);
        if (status == CONNECTION_SSL_STARTUP)
            stage = hungUp(PQsocket(m_handle)) ? PgConnectStage::Login : PgConnectStage::Tls;
        else if (status == CONNECTION_AWAITING_RESPONSE || status == CONNECTION_AUTH_OK)
            stage = PgConnectStage::Login;
        next = PQconnectPoll(m_handle);
        if (next == PGRES_POLLING_FAILED)
            return failure(connectFailure(stage));
    }
    return {};
}

Error PgConnection::connectFailure(PgConnectStage stage) const {
    return pgConnectError(m_endpoint->title(), m_endpoint->user, m_database, stage,
                          PQconnectionNeedsPassword(m_handle) != 0, m_endpoint->hasPassword,
                          PQerrorMessage(m_handle));
}

} // namespace salvor
