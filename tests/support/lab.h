// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The real servers of tests/lab, as a test sees them: where they are, and databases of the test's own on
// them.
//
// `ctest` starts the lab (fixture `lab`); by hand it is `tests/lab/lab up`. A test names the server it needs
// with SALVOR_NEED_SERVER; without it the test is skipped with the reason, or fails when
// SALVOR_REQUIRE_SERVERS is set.
#pragma once

#include <QTest>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct pg_conn;

namespace salvor::test {

/// One server of the lab. Plain values; copied freely.
struct LabServer {
    std::string name; ///< "pg-plain" (the distribution's), "pg17", "timescale" (17 + TimescaleDB), "debian13"
                      ///< (whole machine)
    std::string host; ///< an address; its certificate is valid for it and for "localhost"
    std::uint16_t port = 0;
    std::string user;                      ///< a superuser, by password (scram-sha-256) everywhere
    std::string password;                  ///< never put it on a command line, not even in a test
    std::string caFile;                    ///< for sslmode=verify-full; empty when the server has no TLS
    std::string socketDir;                 ///< empty when the server is another machine
    std::string version;                   ///< "17.6"
    std::string binDir;                    ///< where this version's pg_dump and pg_restore are
    std::vector<std::string> toolsCommand; ///< what goes before them; empty when they start by themselves
    std::string dataDir;
    std::int64_t serverPid = 0; ///< the postmaster; only a private server's may be signalled
    bool hasTimescaleDb = false;

    int major() const { return std::stoi(version); }
    /// Connection words for libpq, with the password: for PQconnectdb in this process only.
    std::string conninfo(const std::string& database) const;
};

/// The named server from lab.json (SALVOR_LAB, else ${TMPDIR:-/tmp}/salvor-lab-<uid>/lab.json); nothing when
/// it is not there, then `*reason` says why.
std::optional<LabServer> labServer(const std::string& name, std::string* reason = nullptr);
/// Whether a missing server is a failure (SALVOR_REQUIRE_SERVERS).
bool serversAreRequired();

/// Text rows of a result; nothing in a cell is NULL.
using Rows = std::vector<std::vector<std::optional<std::string>>>;

/// A connection by libpq, for preparing and checking. Every failure is thrown as std::runtime_error with the
/// server's message: in a test that is a failed test, which is what it should be. One thread.
class LabConnection {
public:
    LabConnection(const LabServer& server, const std::string& database);
    ~LabConnection();
    LabConnection(const LabConnection&) = delete;
    LabConnection& operator=(const LabConnection&) = delete;

    /// Runs one or more statements (several in one string are one transaction). Last result's rows.
    Rows run(const std::string& sql);
    /// The first cell of the first row; empty when NULL. Throws when there is no row.
    std::string value(const std::string& sql);
    pg_conn* handle() { return m_connection; }

private:
    pg_conn* m_connection = nullptr;
};

/// A new database with a name that no other test has; dropped (with whoever is still connected) at the end.
class LabDatabase {
public:
    enum class TimescaleDb { No, Yes };
    /// `options` go behind CREATE DATABASE, for an encoding or a locale.
    explicit LabDatabase(const LabServer& server, TimescaleDb extension = TimescaleDb::No,
                         const std::string& options = {});
    ~LabDatabase();
    LabDatabase(const LabDatabase&) = delete;
    LabDatabase& operator=(const LabDatabase&) = delete;

    const std::string& name() const { return m_name; }
    const LabServer& server() const { return m_server; }
    std::string conninfo() const { return m_server.conninfo(m_name); }
    Rows run(const std::string& sql) { return m_connection->run(sql); }
    std::string value(const std::string& sql) { return m_connection->value(sql); }
    LabConnection& connection() { return *m_connection; }
    /// Gives up the own connection, so that the database can be renamed or used as a template.
    void disconnect() { m_connection.reset(); }

private:
    LabServer m_server;
    std::string m_name;
    std::unique_ptr<LabConnection> m_connection;
};

/// Drops a database that the code under test made, if it is there.
void dropDatabase(const LabServer& server, const std::string& name);
/// `name` as an SQL identifier.
std::string quoteIdentifier(const std::string& name);

/// A throw-away server of the test's own, which it may stop, freeze (SIGSTOP) or kill. Takes about a second
/// to start.
class PrivateServer {
public:
    struct Options {
        bool tls = true;
        std::vector<std::string> settings{};    ///< "max_wal_size=64MB"
        bool standby = false;                   ///< it only reads
        const PrivateServer* follows = nullptr; ///< it is a standby of that one, of the same kind
    };
    /// `kind`: "pg-plain", "pg17" or "timescale". Nothing when it cannot be started here; then `*reason` says
    /// why.
    static std::unique_ptr<PrivateServer> start(const std::string& kind, const Options& options,
                                                std::string* reason = nullptr);
    /// Stops it and removes its folder.
    ~PrivateServer();
    PrivateServer(const PrivateServer&) = delete;
    PrivateServer& operator=(const PrivateServer&) = delete;

    const LabServer& server() const { return m_server; }
    /// Sends the signal to the postmaster: SIGKILL and SIGQUIT end every session, SIGSTOP freezes new ones
    /// only.
    void signal(int number) const;

private:
    PrivateServer(LabServer server, std::string folder);
    LabServer m_server;
    std::string m_folder;
};

} // namespace salvor::test

/// `SALVOR_NEED_SERVER(server, "timescale");` declares `const LabServer& server`, or ends the test function.
#define SALVOR_NEED_SERVER(variable, serverName)                                                             \
    std::string variable##Reason_;                                                                           \
    const auto variable##Found_ = ::salvor::test::labServer(serverName, &variable##Reason_);                 \
    if (!variable##Found_) {                                                                                 \
        if (::salvor::test::serversAreRequired())                                                            \
            QFAIL(variable##Reason_.c_str());                                                                \
        QSKIP(variable##Reason_.c_str());                                                                    \
    }                                                                                                        \
    const ::salvor::test::LabServer& variable = *variable##Found_

/// `SALVOR_NEED_PRIVATE(own, "pg-plain", {});` declares `std::unique_ptr<PrivateServer> own`, or ends the
/// test function.
#define SALVOR_NEED_PRIVATE(variable, kind, ...)                                                             \
    std::string variable##Reason_;                                                                           \
    auto variable = ::salvor::test::PrivateServer::start(kind, __VA_ARGS__, &variable##Reason_);             \
    if (!variable) {                                                                                         \
        if (::salvor::test::serversAreRequired())                                                            \
            QFAIL(variable##Reason_.c_str());                                                                \
        QSKIP(variable##Reason_.c_str());                                                                    \
    }
