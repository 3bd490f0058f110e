// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A pooler between Salvor and the server is refused, as the sessions that it hands out are not Salvor's own.
#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgendpoint.h"

#include "relay.h"
#include "roundtrip.h"
#include "support/need.h"
#include "support/patience.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <pwd.h>
#include <unistd.h>

using namespace salvor;
using namespace salvor::test;

namespace {

QString pgbouncer() {
    const QString name = QStringLiteral("pgbouncer");
    const QString found = QStandardPaths::findExecutable(name);
    return found.isEmpty() ? QStandardPaths::findExecutable(name, {QStringLiteral("/usr/sbin")}) : found;
}

/// PgBouncer before one server, reached by a socket in a folder of its own. As root it runs as nobody.
class Pooler {
public:
    Pooler(const LabServer& server, const std::string& more)
        : m_folder(QDir::tempPath() + QStringLiteral("/salvor-pool-XXXXXX"))
        , m_server(server) {
        m_server.host = m_folder.path().toStdString();
        m_server.port = 6432;
        m_server.caFile.clear();
        write("users", "\"" + server.user + "\" \"" + server.password + "\"\n");
        write("pgbouncer.ini", "[databases]\n* = host=" + server.host +
                                   " port=" + std::to_string(server.port) +
                                   "\n[pgbouncer]\nlisten_port = 6432\n"
                                   "unix_socket_dir = " +
                                   m_server.host + "\nauth_type = trust\nauth_file = " + m_server.host +
                                   "/users\ndefault_pool_size = 1\n" + more);
        QStringList words{file("pgbouncer.ini")};
        if (const auto* nobody = ::geteuid() == 0 ? ::getpwnam("nobody") : nullptr) {
            for (const QString& path : {m_folder.path(), file("users"), file("pgbouncer.ini")})
                m_whole =
                    ::chown(path.toLocal8Bit().constData(), nobody->pw_uid, nobody->pw_gid) == 0 && m_whole;
            words = QStringList{QStringLiteral("-u"), QStringLiteral("nobody")} + words;
        }
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(pgbouncer(), words);
    }
    ~Pooler() {
        m_process.kill();
        m_process.waitForFinished();
    }

    bool isUp() {
        while (m_whole && !m_said.contains("process up") && m_process.waitForReadyRead(kPatience))
            m_said += m_process.readAll();
        return m_said.contains("process up");
    }
    const QByteArray& said() const { return m_said; }
    const LabServer& server() const { return m_server; }

private:
    QString file(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    void write(const char* name, const std::string& text) {
        QFile out(file(name));
        m_whole = out.open(QIODevice::WriteOnly) &&
                  out.setPermissions(QFile::ReadOwner | QFile::WriteOwner) &&
                  out.write(QByteArray::fromStdString(text)) == qint64(text.size()) && m_whole;
    }

    QTemporaryDir m_folder;
    LabServer m_server;
    QProcess m_process;
    QByteArray m_said;
    bool m_whole = true;
};

QString pgpool() {
    const QString name = QStringLiteral("pgpool");
    const QString found = QStandardPaths::findExecutable(name);
    return found.isEmpty() ? QStandardPaths::findExecutable(name, {QStringLiteral("/usr/sbin")}) : found;
}

/// pgpool-II before one server, with what it does by default, reached by a socket in a folder of its own, or
/// by TCP. As root it runs as nobody.
class Pgpool {
public:
    explicit Pgpool(const LabServer& server)
        : m_folder(QDir::tempPath() + QStringLiteral("/salvor-pool-XXXXXX"))
        , m_server(server) {
        const std::string folder = m_folder.path().toStdString();
        m_server.port = freePort();
        m_server.caFile.clear();
        // Each process has a backend of its own; the logins are the server's.
        write("pgpool.conf", "backend_clustering_mode = 'raw'\nbackend_hostname0 = '" + server.host +
                                 "'\nbackend_port0 = " + std::to_string(server.port) +
                                 "\nlisten_addresses = '127.0.0.1'\nport = " + std::to_string(m_server.port) +
                                 "\nunix_socket_directories = '" + folder + "'\nsocket_dir = '" + folder +
                                 "'\npcp_listen_addresses = ''\n" + "pcp_socket_dir = '" + folder +
                                 "'\nlogdir = '" + folder + "'\npid_file_name = '" + folder +
                                 "/pid'\nnum_init_children = 8\npool_passwd = 'users'\n"
                                 "allow_clear_text_frontend_auth = on\n");
        write("users", server.user + ":TEXT" + server.password + "\n");
        write("hba", "");
        write("pcp", "");
        QStringList words{pgpool(),
                          QStringLiteral("-n"),
                          QStringLiteral("-f"),
                          file("pgpool.conf"),
                          QStringLiteral("-F"),
                          file("pcp"),
                          QStringLiteral("-a"),
                          file("hba")};
        if (const auto* nobody = ::geteuid() == 0 ? ::getpwnam("nobody") : nullptr) {
            for (const char* name : {"", "pgpool.conf", "users", "hba", "pcp"})
                m_whole =
                    ::chown(file(name).toLocal8Bit().constData(), nobody->pw_uid, nobody->pw_gid) == 0 &&
                    m_whole;
            words = QStringList{QStringLiteral("setpriv"), QStringLiteral("--reuid=nobody"),
                                QStringLiteral("--regid=nogroup"), QStringLiteral("--clear-groups")} +
                    words;
        }
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        const QString program = words.takeFirst();
        m_process.start(program, words);
    }
    ~Pgpool() {
        m_process.terminate(); // its children too, which a kill would leave
        if (!m_process.waitForFinished(kPatience))
            m_process.kill();
    }

    bool isUp() {
        while (m_whole && !m_said.contains("successfully started") && m_process.waitForReadyRead(kPatience))
            m_said += m_process.readAll();
        return m_said.contains("successfully started");
    }
    const QByteArray& said() const { return m_said; }
    const LabServer& byTcp() const { return m_server; }
    LabServer bySocket() const {
        LabServer out = m_server;
        out.host = m_folder.path().toStdString();
        return out;
    }

private:
    static std::uint16_t freePort() {
        const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        const bool found = ::bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                           ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
        ::close(probe);
        return found ? ntohs(address.sin_port) : std::uint16_t{0};
    }
    QString file(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    void write(const char* name, const std::string& text) {
        QFile out(file(name));
        m_whole = out.open(QIODevice::WriteOnly) &&
                  out.setPermissions(QFile::ReadOwner | QFile::WriteOwner) &&
                  out.write(QByteArray::fromStdString(text)) == qint64(text.size()) && m_whole;
    }

    QTemporaryDir m_folder;
    LabServer m_server;
    QProcess m_process;
    QByteArray m_said;
    bool m_whole = true;
};

template <typename T>
void isRefused(const Result<T>& result) {
    QVERIFY2(!result, "what goes through a pooler was taken");
    QCOMPARE(nameOf(result.error().code), nameOf(ErrorCode::Unsupported));
    QVERIFY2(result.error().message.find("pooler") != std::string::npos, why(result));
    QVERIFY2(result.error().hint.find("PostgreSQL server itself") != std::string::npos, why(result));
    QVERIFY(!result.error().retryable);
}

} // namespace

class TestPgPooler : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { SALVOR_NEED(!pgbouncer().isEmpty(), "the program pgbouncer is not installed"); }

    void everything_throughAPooler_isRefused_data() {
        QTest::addColumn<QString>("settings");
        QTest::newRow("transactions") << "pool_mode = transaction\n";
        QTest::newRow("sessions") << "pool_mode = session\n";
        QTest::newRow("options ignored") << "pool_mode = transaction\nignore_startup_parameters = options\n";
    }
    void everything_throughAPooler_isRefused() {
        QFETCH(QString, settings);
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (i int)");
        QVERIFY2(trip.backUp(), "the backup without a pooler failed");
        Pooler pooler(server, settings.toStdString());
        QVERIFY2(pooler.isUp(), pooler.said());
        const LabProfile pooled(pooler.server());
        isRefused(trip.engine.testConnection(pooled.connection(), {}));
        isRefused(trip.engine.listSources(pooled.connection(), {}));
        isRefused(
            trip.engine.prepareBackup({pooled.connection(), trip.source.name(), {}}, trip.progress, {}));
        auto spec = trip.spec();
        spec.connection = pooled.connection();
        isRefused(trip.engine.preflight(spec, {}));
        isRefused(trip.engine.prepareRestore(spec, trip.progress, {}));
    }

    /// The session that a pooler lends is the next client's in the next moment.
    void refusing_leavesThePoolersSessionAsItWas() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("ALTER DATABASE " + quoteIdentifier(trip.source.name()) +
                        " SET statement_timeout = '9s'; ALTER DATABASE " +
                        quoteIdentifier(trip.source.name()) + " SET default_transaction_read_only = on");
        Pooler pooler(server, "pool_mode = transaction\n");
        QVERIFY2(pooler.isUp(), pooler.said());
        const LabProfile pooled(pooler.server());
        isRefused(
            trip.engine.prepareBackup({pooled.connection(), trip.source.name(), {}}, trip.progress, {}));
        LabConnection next(pooler.server(), trip.source.name());
        QCOMPARE(next.value("SHOW statement_timeout"), std::string("9s"));
        QCOMPARE(next.value("SHOW default_transaction_read_only"), std::string("on"));
    }

    void open_withOptionsThatAPoolerDoesNotTake_isRefused() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Pooler pooler(server, "pool_mode = session\n");
        QVERIFY2(pooler.isUp(), pooler.said());
        const LabProfile pooled(pooler.server());
        const auto endpoint = makePgEndpoint(pooled.connection());
        QVERIFY2(endpoint, why(endpoint));
        isRefused(PgConnection::open(pgWithOptions(**endpoint, "-c work_mem=1MB"), "postgres", {}));
    }

    /// It hands on the server's own number of the session, so that nothing else gives it away.
    void open_throughPgpool_isRefused() {
        if (pgpool().isEmpty())
            QSKIP("the program pgpool is not installed, which not every release has");
        SALVOR_NEED_SERVER(server, "pg-plain");
        Pgpool pooler(server);
        QVERIFY2(pooler.isUp(), pooler.said());
        for (const LabServer& way : {pooler.byTcp(), pooler.bySocket()}) {
            const LabProfile pooled(way);
            const auto endpoint = makePgEndpoint(pooled.connection());
            QVERIFY2(endpoint, why(endpoint));
            isRefused(PgConnection::open(*endpoint, "postgres", {}));
        }
    }

    /// It passes on what it gets, and the server sees another client: not a pooler for that.
    void open_throughAProxy_isNoPooler() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const Relay relay({server});
        const LabProfile proxied(relay.server());
        const auto endpoint = makePgEndpoint(proxied.connection());
        QVERIFY2(endpoint, why(endpoint));
        const auto connection = PgConnection::open(*endpoint, "postgres", {});
        QVERIFY2(connection, why(connection));
        QVERIFY2((*connection)->query("asking", "SELECT 1", {}), "the session is not what it should be");
    }

    /// Each session would put an error into its log.
    void open_ofTheServerItself_asksForNoPooler() {
        SALVOR_NEED_PRIVATE(own, "pg-plain",
                            {.settings = {"log_destination=stderr", "logging_collector=on",
                                          "log_directory=log", "log_filename=all.log"}});
        const LabServer server = own->server();
        LabServer bySocket = server;
        bySocket.host = server.socketDir;
        bySocket.caFile.clear();
        for (const LabServer& way : {server, bySocket}) {
            const LabProfile lab(way);
            const auto endpoint = makePgEndpoint(lab.connection());
            QVERIFY2(endpoint, why(endpoint));
            const auto connection = PgConnection::open(*endpoint, "postgres", {});
            QVERIFY2(connection, why(connection));
        }
        LabConnection look(server, "postgres");
        look.run("DO $$ BEGIN RAISE LOG 'all of it was written'; END $$");
        const auto log = [&] { return look.value("SELECT pg_read_file('log/all.log')"); };
        QTRY_VERIFY_WITH_TIMEOUT(log().find("all of it was written") != std::string::npos, kPatience);
        QVERIFY2(log().find("pool_version") == std::string::npos, log().c_str());
    }

    void open_ofTheServersOwnSocket_isNoPooler() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabServer bySocket = server;
        bySocket.host = server.socketDir;
        bySocket.caFile.clear();
        const LabProfile lab(bySocket);
        const auto endpoint = makePgEndpoint(lab.connection());
        QVERIFY2(endpoint, why(endpoint));
        const auto connection = PgConnection::open(*endpoint, "postgres", {});
        QVERIFY2(connection, why(connection));
    }
};

QTEST_GUILESS_MAIN(TestPgPooler)
#include "test_pgpooler.moc"
