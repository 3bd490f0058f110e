// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The connection against real servers: logging in, each way to fail, cancelling, a server that goes away.
#include "engines/postgresql/pgconnection.h"

#include "labprofile.h"
#include "support/patience.h"

#include <QElapsedTimer>
#include <QTest>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

using namespace salvor;
using namespace salvor::test;

namespace {

Result<std::unique_ptr<PgConnection>>
openWith(const LabProfile& lab, const std::string& database = "postgres", const CancelToken& cancel = {}) {
    return makePgEndpoint(lab.connection()).and_then([&](const PgEndpointPtr& endpoint) {
        return PgConnection::open(endpoint, database, cancel);
    });
}

class TextSource final : public ByteSource {
public:
    explicit TextSource(std::string text, std::size_t repeats = 1)
        : m_text(std::move(text))
        , m_left(repeats) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        if (m_left == 0)
            return 0;
        --m_left;
        const auto bytes = asBytes(m_text);
        std::copy(bytes.begin(), bytes.end(), buffer.begin());
        return bytes.size();
    }

private:
    std::string m_text;
    std::size_t m_left;
};

} // namespace

class TestPgConnection : public QObject {
    Q_OBJECT

private slots:
    void open_verifyFull_isEncrypted() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto connection = openWith(lab);
        QVERIFY2(connection, connection ? "" : connection.error().toText().c_str());
        QVERIFY((*connection)->encrypted());
        QVERIFY((*connection)->serverVersion() >= 150000);
        const auto value = (*connection)->value("asking", "SELECT $1::text || 'b'", {}, {"a'"});
        QCOMPARE(*value, std::string("a'b"));
    }

    void open_wrongPassword_authenticationFailedWithHint() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabProfile lab(server);
        lab.password = Secret("not the password");
        const auto connection = openWith(lab);
        QVERIFY(!connection);
        QCOMPARE(nameOf(connection.error().code), nameOf(ErrorCode::AuthenticationFailed));
        QCOMPARE(connection.error().context.at("sqlstate"), std::string("28P01"));
        QVERIFY(connection.error().hint.find("password") != std::string::npos);
        QVERIFY(connection.error().toText().find("not the password") == std::string::npos);
    }

    void open_noPassword_saysThatTheServerWantsOne() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabProfile lab(server);
        lab.password = Secret();
        const auto connection = openWith(lab);
        QVERIFY(!connection);
        QCOMPARE(nameOf(connection.error().code), nameOf(ErrorCode::AuthenticationFailed));
        QVERIFY(connection.error().message.find("wants a password") != std::string::npos);
    }

    void open_wrongDatabase_notFound() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto connection = openWith(lab, "no such database");
        QVERIFY(!connection);
        QCOMPARE(nameOf(connection.error().code), nameOf(ErrorCode::NotFound));
        QVERIFY(connection.error().message.find("no such database") != std::string::npos);
    }

    void open_unknownHost_connectionFailed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabProfile lab(server);
        lab.profile.host = "no-such-host.invalid";
        const auto connection = openWith(lab);
        QVERIFY(!connection);
        QCOMPARE(nameOf(connection.error().code), nameOf(ErrorCode::ConnectionFailed));
        QVERIFY(connection.error().message.find("no-such-host.invalid") != std::string::npos);
    }

    void open_wrongPort_connectionFailedWithHint() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabProfile lab(server);
        lab.profile.port = 1;
        const auto connection = openWith(lab);
        QVERIFY(!connection);
        QCOMPARE(nameOf(connection.error().code), nameOf(ErrorCode::ConnectionFailed));
        QVERIFY(connection.error().retryable);
        QVERIFY(connection.error().hint.find("port") != std::string::npos);
    }

    void open_serverWithoutTls_tlsFailed() {
        PrivateServer::Options options;
        options.tls = false;
        SALVOR_NEED_PRIVATE(own, "pg-plain", options);
        LabProfile lab(own->server());
        lab.profile.tlsMode = "require";
        const auto connection = openWith(lab);
        QVERIFY(!connection);
        QCOMPARE(nameOf(connection.error().code), nameOf(ErrorCode::TlsFailed));
        QVERIFY(connection.error().hint.find("TLS") != std::string::npos);
    }

    void open_serverHangsUpBeforeTls_connectionLost() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        // A real server does this only in the moment in which it stops.
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        QVERIFY(listener >= 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        QCOMPARE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
        QCOMPARE(::listen(listener, 4), 0);
        QCOMPARE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
        std::jthread peer([listener] {
            const int accepted = ::accept(listener, nullptr, nullptr);
            std::array<char, 8> request{}; // SSLRequest: read, so that closing is an end and not a reset
            (void)::recv(accepted, request.data(), request.size(), MSG_WAITALL);
            ::close(accepted);
        });
        LabProfile lab(server);
        lab.profile.port = ntohs(address.sin_port);
        lab.profile.host = "127.0.0.1";
        const auto connection = openWith(lab);
        peer.join();
        ::close(listener);
        QVERIFY(!connection);
        QCOMPARE(nameOf(connection.error().code), nameOf(ErrorCode::ConnectionLost));
        QVERIFY(connection.error().retryable);
    }

    void open_certificateOfAnotherCa_tlsFailed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabProfile lab(server);
        lab.profile.tlsCaFile.clear(); // the system's CAs did not sign the lab's certificate
        const auto connection = openWith(lab);
        QVERIFY(!connection);
        QCOMPARE(nameOf(connection.error().code), nameOf(ErrorCode::TlsFailed));
    }

    void open_hostThatDropsEverything_cancelledWithinTwoSeconds() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabProfile lab(server);
        lab.profile.host = "192.0.2.1"; // TEST-NET-1: nobody answers
        CancelLater later(std::chrono::milliseconds(300));
        QElapsedTimer timer;
        timer.start();
        const auto connection = openWith(lab, "postgres", later.token());
        QVERIFY(!connection);
        QVERIFY2(timer.elapsed() < 2300, std::to_string(timer.elapsed()).c_str());
        // Where there is no route at all, the answer may be earlier than the cancel.
        QVERIFY(connection.error().isCancelled() || connection.error().code == ErrorCode::ConnectionFailed);
    }

    void query_cancelled_endsOnTheServerToo() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto connection = openWith(lab);
        QVERIFY(connection);
        const auto pid = (*connection)->value("asking", "SELECT pg_backend_pid()", {});
        CancelLater later(std::chrono::milliseconds(200));
        QElapsedTimer timer;
        timer.start();
        const auto rows = (*connection)->query("sleeping", "SELECT pg_sleep(60)", later.token());
        QVERIFY(!rows);
        QCOMPARE(nameOf(rows.error().code), nameOf(ErrorCode::Cancelled));
        QVERIFY2(timer.elapsed() < 2200, std::to_string(timer.elapsed()).c_str());
        LabConnection observer(server, "postgres");
        QTRY_COMPARE_WITH_TIMEOUT(observer.value("SELECT count(*) FROM pg_stat_activity WHERE pid = " + *pid),
                                  std::string("0"), kPatience);
        QVERIFY(!(*connection)->usable());
        QCOMPARE(nameOf((*connection)->query("again", "SELECT 1", {}).error().code),
                 nameOf(ErrorCode::ConnectionLost));
    }

    void query_serverSilent_timesOutWithinThePatience() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto connection = openWith(lab);
        QVERIFY(connection);
        (*connection)->setPatience(std::chrono::seconds(1));
        const auto rows = (*connection)->query("sleeping", "SELECT pg_sleep(60)", {});
        QVERIFY(!rows);
        QCOMPARE(nameOf(rows.error().code), nameOf(ErrorCode::Timeout));
    }

    void query_error_keepsTheConnectionAndNamesTheState() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto connection = openWith(lab);
        const auto rows = (*connection)->query("looking", "SELECT * FROM nowhere", {});
        QVERIFY(!rows);
        QCOMPARE(rows.error().context.at("sqlstate"), std::string("42P01"));
        QVERIFY(rows.error().message.starts_with("looking: "));
        QCOMPARE(*(*connection)->value("again", "SELECT 1", {}), std::string("1"));
    }

    void transaction_isKnown_alsoOneThatFailed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto connection = openWith(lab);
        QVERIFY(connection);
        PgConnection& open = **connection;
        QVERIFY(!open.inTransaction());
        QVERIFY(open.query("beginning", "BEGIN", {}));
        QVERIFY(open.inTransaction());
        QVERIFY(!open.query("looking", "SELECT * FROM nowhere", {}));
        QVERIFY(open.inTransaction());
        QVERIFY(open.query("ending", "ROLLBACK", {}));
        QVERIFY(!open.inTransaction());
    }

    void query_serverKilled_connectionLost() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        const LabProfile lab(own->server());
        const auto connection = openWith(lab);
        QVERIFY(connection);
        std::jthread killer([&] { own->signal(SIGQUIT); });
        const auto rows = (*connection)->query("sleeping", "SELECT pg_sleep(60)", {});
        QVERIFY(!rows);
        QCOMPARE(nameOf(rows.error().code), nameOf(ErrorCode::ConnectionLost));
        QVERIFY(rows.error().retryable);
    }

    void copyIn_serverRefusesARow_stopsEarlyAndSaysWhy() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase database(server);
        database.run("CREATE TABLE numbers (n int)");
        const LabProfile lab(server);
        const auto connection = openWith(lab, database.name());
        std::string rows = "one\n";
        while (rows.size() < 200000)
            rows += "12345\n";
        TextSource source(rows, 5000); // a gigabyte: it must not all be sent
        const auto written = (*connection)->copyIn("writing", "COPY numbers FROM STDIN", source, {});
        QVERIFY(!written);
        QCOMPARE(written.error().context.at("sqlstate"), std::string("22P02"));
        std::vector<std::byte> rest(200100);
        const auto left = source.read(rest);
        QVERIFY2(left && *left > 0, "the whole stream was read although the server had failed");
        QCOMPARE(database.value("SELECT count(*) FROM numbers"), std::string("0"));
    }

    void copyIn_goodRows_areCounted() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase database(server);
        database.run("CREATE TABLE numbers (n int)");
        const LabProfile lab(server);
        const auto connection = openWith(lab, database.name());
        TextSource source("1\n2\n", 100);
        const auto written = (*connection)->copyIn("writing", "COPY numbers FROM STDIN", source, {});
        QVERIFY2(written, written ? "" : written.error().toText().c_str());
        QCOMPARE(*written, std::uint64_t{200});
    }

    /// Rows of all sizes, so that messages end anywhere in a record of TLS, and records anywhere in what is
    /// read ahead; the smallest room cuts most of them.
    void copyRead_rowsOfAllSizes_comeWholeAndInOrder_data() {
        QTest::addColumn<int>("roomBytes");
        QTest::newRow("a byte over") << 1001;
        QTest::newRow("a record") << 8192;
        QTest::newRow("large") << 300000;
    }

    void copyRead_rowsOfAllSizes_comeWholeAndInOrder() {
        QFETCH(int, roomBytes);
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto connection = openWith(lab);
        QVERIFY((*connection)->encrypted());
        std::string expected;
        for (int i = 1; i <= 3000; ++i)
            expected +=
                std::string(static_cast<std::size_t>(i * 7919 % 2500), static_cast<char>('a' + i % 26)) +
                "\n";
        for (int round = 0; round < 2; ++round) { // the connection is in order behind a COPY
            QVERIFY((*connection)
                        ->copyOut("reading",
                                  "COPY (SELECT repeat(chr(97 + i % 26), i * 7919 % 2500) FROM "
                                  "generate_series(1, 3000) i) TO STDOUT",
                                  {}));
            std::string got;
            Bytes room(static_cast<std::size_t>(roomBytes));
            for (std::size_t count = 1; count != 0;) {
                const auto read = (*connection)->copyRead("reading", room, {});
                QVERIFY2(read, read ? "" : read.error().toText().c_str());
                count = *read;
                got += asText(ByteView(room).first(count));
            }
            QVERIFY(got == expected);
            const auto after = (*connection)->value("asking", "SELECT 42", {});
            QVERIFY(after);
            QCOMPARE(*after, std::string("42"));
        }
    }

    void copyOut_cancelledInTheMiddle_endsWithinTwoSeconds() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto connection = openWith(lab);
        std::stop_source stop;
        QVERIFY((*connection)
                    ->copyOut("reading", "COPY (SELECT generate_series(1, 1000000000)) TO STDOUT",
                              stop.get_token()));
        Bytes room(100);
        for (int piece = 0; piece < 1000; ++piece)
            QVERIFY((*connection)->copyRead("reading", room, stop.get_token()));
        stop.request_stop();
        QElapsedTimer timer;
        timer.start();
        const auto next = (*connection)->copyRead("reading", room, stop.get_token());
        QVERIFY(!next);
        QVERIFY(next.error().isCancelled());
        QVERIFY(timer.elapsed() < 2000);
    }

    void errorCode_sqlStates_haveTheirMeaning() {
        QCOMPARE(nameOf(pgErrorCode("53100")), nameOf(ErrorCode::NoSpace));
        QCOMPARE(nameOf(pgErrorCode("42501")), nameOf(ErrorCode::MissingRight));
        QCOMPARE(nameOf(pgErrorCode("57P01")), nameOf(ErrorCode::ConnectionLost));
        QCOMPARE(nameOf(pgErrorCode("08006")), nameOf(ErrorCode::ConnectionLost));
        QCOMPARE(nameOf(pgErrorCode("XX000")), nameOf(ErrorCode::ServerError));
        QCOMPARE(nameOf(pgErrorCode("40001")), nameOf(ErrorCode::SourceChanged));
        QCOMPARE(pgSqlStateIn("connection to server failed: FATAL:  28P01: password"), std::string("28P01"));
        QCOMPARE(pgSqlStateIn("connection refused"), std::string());
    }

    void lastWord_ofASessionThatEnded_isTheServersWhereItMeansSomething() {
        const Error gone{ErrorCode::ConnectionLost, "the connection was lost", {}, true, {}};
        const Error conflict{ErrorCode::SourceChanged, "conflict with recovery", {}, true, {}};
        const Error plain{ErrorCode::ServerError, "something", {}, false, {}};
        QCOMPARE(pgLastWord(conflict, gone).message, conflict.message);
        QCOMPARE(pgLastWord(plain, gone).message, gone.message);
        QVERIFY(pgLastWord(conflict, cancelledError()).isCancelled());
    }

    /// PgBouncer takes no options, and libpq's other words for it would send people to their firewall.
    void connectError_ofAPooler_namesTheServersOwnAddress() {
        const auto error = pgConnectError("host:6432", "u", "d", PgConnectStage::Login, false, false,
                                          "FATAL:  08P01: unsupported startup parameter: options");
        QCOMPARE(nameOf(error.code), nameOf(ErrorCode::Unsupported));
        QVERIFY(!error.retryable);
        QVERIFY2(error.hint.find("server itself") != std::string::npos, error.hint.c_str());
        const auto other = pgConnectError("host:5432", "u", "d", PgConnectStage::Login, false, false,
                                          "FATAL:  08P01: invalid startup packet layout");
        QCOMPARE(nameOf(other.code), nameOf(ErrorCode::ConnectionLost));
    }

    void toolConninfo_awkwardNames_areQuoted() {
        PgEndpoint endpoint;
        endpoint.host = "h";
        endpoint.user = "o'neill";
        endpoint.tlsMode = "disable";
        const auto words = pgToolConninfo(endpoint, "a b\\c");
        QVERIFY(words.find("user='o\\'neill'") != std::string::npos);
        QVERIFY(words.find("dbname='a b\\\\c'") != std::string::npos);
        QVERIFY(words.find("password") == std::string::npos);
    }

    void passfile_specialCharacters_areEscaped() {
        PgEndpoint endpoint;
        endpoint.password = Secret("a:b\\c");
        QCOMPARE(std::string(pgPassfile(endpoint)->text()), std::string("*:*:*:*:a\\:b\\\\c\n"));
        endpoint.password = Secret("a\nb");
        QCOMPARE(nameOf(pgPassfile(endpoint).error().code), nameOf(ErrorCode::InvalidInput));
    }
};

QTEST_GUILESS_MAIN(TestPgConnection)
#include "test_pgconnection.moc"
