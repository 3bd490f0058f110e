// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/lab.h"

#include "support/machine.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <libpq-fe.h>

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <unistd.h>

namespace salvor::test {

namespace {

constexpr int kPrivateStartMs = 600'000; // the first one may have to make the Debian 13 root
constexpr int kPrivateStopMs = 60'000;

std::string text(const QJsonObject& object, const char* key) {
    return object.value(QLatin1String(key)).toString().toStdString();
}

QString labJson() {
    const QString given = qEnvironmentVariable("SALVOR_LAB");
    if (!given.isEmpty())
        return given;
    const QString base = qEnvironmentVariable("TMPDIR", QStringLiteral("/tmp"));
    return base + QStringLiteral("/salvor-lab-%1/lab.json").arg(getuid());
}

std::string conninfoValue(const std::string& value) {
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + "'";
}

std::string newName() {
    static std::atomic<unsigned> s_count{0};
    return "salvor_test_" + std::to_string(getpid()) + "_" + std::to_string(++s_count);
}

} // namespace

std::string LabServer::conninfo(const std::string& database) const {
    return "host=" + conninfoValue(host) + " port=" + std::to_string(port) + " user=" + conninfoValue(user) +
           " password=" + conninfoValue(password) + " dbname=" + conninfoValue(database) +
           " connect_timeout=20 application_name=salvor_test";
}

LabServer labServerFromJson(const QJsonObject& object) {
    LabServer server;
    server.name = text(object, "name");
    server.host = text(object, "host");
    server.port = static_cast<std::uint16_t>(object.value(QLatin1String("port")).toInt());
    server.user = text(object, "user");
    server.caFile = text(object, "ca_file");
    server.socketDir = text(object, "socket_dir");
    server.version = text(object, "version");
    server.binDir = text(object, "bin_dir");
    server.dataDir = text(object, "data_dir");
    server.serverPid = object.value(QLatin1String("server_pid")).toInteger();
    server.hasTimescaleDb = object.value(QLatin1String("timescaledb")).toBool();
    for (const auto& word : object.value(QLatin1String("tools_command")).toArray())
        server.toolsCommand.push_back(word.toString().toStdString());
    QFile password(object.value(QLatin1String("password_file")).toString());
    if (password.open(QIODevice::ReadOnly))
        server.password = password.readAll().trimmed().toStdString();
    return server;
}

std::optional<LabServer> labServer(const std::string& name, std::string* reason) {
    const auto missing = [&](const std::string& why) -> std::optional<LabServer> {
        if (reason)
            *reason = "server " + name + ": " + why;
        return std::nullopt;
    };
    QFile file(labJson());
    if (!file.open(QIODevice::ReadOnly))
        return missing("the lab is not up (tests/lab/lab up), no " + file.fileName().toStdString());
    const auto servers =
        QJsonDocument::fromJson(file.readAll()).object().value(QLatin1String("servers")).toObject();
    const auto object = servers.value(QString::fromStdString(name)).toObject();
    if (object.isEmpty())
        return missing("not in " + file.fileName().toStdString());
    if (!object.value(QLatin1String("available")).toBool())
        return missing(text(object, "reason"));
    return labServerFromJson(object);
}

bool serversAreRequired() {
    const QByteArray value = qgetenv("SALVOR_REQUIRE_SERVERS");
    return !value.isEmpty() && value != "0";
}

LabConnection::LabConnection(const LabServer& server, const std::string& database)
    : m_connection(PQconnectdb(server.conninfo(database).c_str())) {
    if (PQstatus(m_connection) == CONNECTION_OK) {
        PQsetNoticeProcessor(m_connection, [](void*, const char*) {}, nullptr);
        return;
    }
    const std::string message = PQerrorMessage(m_connection);
    PQfinish(m_connection);
    throw std::runtime_error("connecting to " + database + " on " + server.name + ": " + message);
}

LabConnection::~LabConnection() { PQfinish(m_connection); }

Rows LabConnection::run(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(m_connection, sql.c_str()), &PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        throw std::runtime_error(std::string(PQerrorMessage(m_connection)) + "in: " + sql.substr(0, 400));
    Rows rows;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        auto& cells = rows.emplace_back();
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            if (PQgetisnull(result.get(), row, column))
                cells.emplace_back(std::nullopt);
            else
                cells.emplace_back(
                    std::string(PQgetvalue(result.get(), row, column),
                                static_cast<std::size_t>(PQgetlength(result.get(), row, column))));
        }
    }
    return rows;
}

std::string LabConnection::value(const std::string& sql) {
    const Rows rows = run(sql);
    if (rows.empty() || rows.front().empty())
        throw std::runtime_error("no row from: " + sql.substr(0, 400));
    return rows.front().front().value_or("");
}

LabDatabase::LabDatabase(const LabServer& server, TimescaleDb extension, const std::string& options)
    : m_server(server)
    , m_name(newName()) {
    LabConnection(m_server, "postgres")
        .run("CREATE DATABASE " + quoteIdentifier(m_name) + " TEMPLATE template0 " + options);
    m_connection = std::make_unique<LabConnection>(m_server, m_name);
    if (extension == TimescaleDb::Yes)
        m_connection->run("CREATE EXTENSION timescaledb");
}

LabDatabase::~LabDatabase() {
    m_connection.reset();
    try {
        dropDatabase(m_server, m_name);
    } catch (const std::exception& error) {
        qWarning("database %s was not dropped: %s", m_name.c_str(), error.what());
    }
}

void dropDatabase(const LabServer& server, const std::string& name) {
    LabConnection(server, "postgres")
        .run("DROP DATABASE IF EXISTS " + quoteIdentifier(name) + " WITH (FORCE)");
}

std::string quoteIdentifier(const std::string& name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"')
            out += '"';
        out += c;
    }
    return out + "\"";
}

PrivateServer::PrivateServer(LabServer server, std::string folder)
    : m_server(std::move(server))
    , m_folder(std::move(folder)) {}

std::unique_ptr<PrivateServer> PrivateServer::start(const std::string& kind, const Options& options,
                                                    std::string* reason) {
    QTemporaryDir parent(QDir::tempPath() + QStringLiteral("/salvor-private-XXXXXX"));
    parent.setAutoRemove(false);
    // The server runs as a user of its own and has to get through.
    QFile::setPermissions(parent.path(),
                          QFile::permissions(parent.path()) | QFile::ExeOther | QFile::ExeGroup);
    const QString folder = parent.filePath(QStringLiteral("server"));
    QStringList words{QStringLiteral("private"), QStringLiteral("--kind"), QString::fromStdString(kind),
                      folder};
    if (!options.tls)
        words << QStringLiteral("--no-tls");
    if (options.standby)
        words << QStringLiteral("--standby");
    if (options.follows != nullptr)
        words << QStringLiteral("--follow") << QString::fromStdString(options.follows->m_folder);
    for (const auto& setting : options.settings)
        words << QStringLiteral("--set") << QString::fromStdString(setting);
    QProcess lab;
    lab.start(QStringLiteral(SALVOR_LAB_SCRIPT), words);
    const bool ended = lab.waitForFinished(kPrivateStartMs);
    const auto entry = QJsonDocument::fromJson(lab.readAllStandardOutput()).object();
    if (!ended || lab.exitCode() != 0 || entry.isEmpty()) {
        if (reason)
            *reason = "private server " + kind + ": " + lab.readAllStandardError().trimmed().toStdString();
        QProcess::execute(QStringLiteral(SALVOR_LAB_SCRIPT), {QStringLiteral("private-stop"), folder});
        QDir(parent.path()).removeRecursively();
        return nullptr;
    }
    return std::unique_ptr<PrivateServer>(new PrivateServer(labServerFromJson(entry), folder.toStdString()));
}

PrivateServer::~PrivateServer() {
    QProcess lab;
    const QString folder = QString::fromStdString(m_folder);
    lab.start(QStringLiteral(SALVOR_LAB_SCRIPT), {QStringLiteral("private-stop"), folder});
    if (!lab.waitForFinished(kPrivateStopMs) || lab.exitCode() != 0)
        qWarning("private server in %s: %s", m_folder.c_str(), lab.readAllStandardError().constData());
    QDir(QFileInfo(folder).path()).removeRecursively();
}

void PrivateServer::signal(int number) const { ::kill(static_cast<pid_t>(m_server.serverPid), number); }

} // namespace salvor::test
