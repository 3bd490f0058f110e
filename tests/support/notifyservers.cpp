// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/notifyservers.h"
#include "support/patience.h"

#include <QDir>
#include <QFile>

namespace salvor::test {

namespace {

const QString kPython = QStringLiteral("/usr/bin/python3"); // Debian's: the packages are its

bool runs(const QString& program, const QStringList& arguments, const QString& folder) {
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(program, arguments);
    return process.waitForFinished(kPatience) && process.exitStatus() == QProcess::NormalExit &&
           process.exitCode() == 0;
}

bool write(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

QByteArray readAll(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

bool NotifyCertificates::makeAuthority(const QString& name) const {
    return runs(QStringLiteral("openssl"),
                {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"),
                 QStringLiteral("ec"), QStringLiteral("-pkeyopt"), QStringLiteral("ec_paramgen_curve:P-256"),
                 QStringLiteral("-nodes"), QStringLiteral("-days"), QStringLiteral("30"),
                 QStringLiteral("-subj"), QStringLiteral("/CN=") + name, QStringLiteral("-keyout"),
                 name + QStringLiteral(".key"), QStringLiteral("-out"), name + QStringLiteral(".crt")},
                m_folder.path());
}

NotifyCertificates::NotifyCertificates() {
    const auto certificate = [this](const QString& name, const QByteArray& names) {
        return write(m_folder.filePath(name + QStringLiteral(".ext")), "subjectAltName=" + names + "\n") &&
               runs(QStringLiteral("openssl"),
                    {QStringLiteral("req"), QStringLiteral("-new"), QStringLiteral("-newkey"),
                     QStringLiteral("ec"), QStringLiteral("-pkeyopt"),
                     QStringLiteral("ec_paramgen_curve:P-256"), QStringLiteral("-nodes"),
                     QStringLiteral("-subj"), QStringLiteral("/CN=") + name, QStringLiteral("-keyout"),
                     name + QStringLiteral(".key"), QStringLiteral("-out"), name + QStringLiteral(".csr")},
                    m_folder.path()) &&
               runs(QStringLiteral("openssl"),
                    {QStringLiteral("x509"), QStringLiteral("-req"), QStringLiteral("-in"),
                     name + QStringLiteral(".csr"), QStringLiteral("-CA"), QStringLiteral("ca.crt"),
                     QStringLiteral("-CAkey"), QStringLiteral("ca.key"), QStringLiteral("-CAcreateserial"),
                     QStringLiteral("-days"), QStringLiteral("30"), QStringLiteral("-extfile"),
                     name + QStringLiteral(".ext"), QStringLiteral("-out"), name + QStringLiteral(".crt")},
                    m_folder.path());
    };
    m_made = makeAuthority(QStringLiteral("ca")) && makeAuthority(QStringLiteral("other")) &&
             certificate(QStringLiteral("server"), "DNS:localhost,IP:127.0.0.1") &&
             certificate(QStringLiteral("stranger"), "DNS:elsewhere.example");
}

NotifyServer::NotifyServer(const NotifyCertificates& certificates, const QString& script,
                           QStringList arguments, const char* certificate) {
    const QString secretFile = m_folder.filePath(QStringLiteral("secret"));
    write(secretFile, secret());
    const bool smtp = script.startsWith(QLatin1String("smtp"));
    QStringList words{QString::fromLatin1(SALVOR_TEST_SUPPORT "/") + script, m_folder.path(),
                      certificates.path((QByteArray(certificate) + ".crt").constData()),
                      certificates.path((QByteArray(certificate) + ".key").constData())};
    if (smtp)
        words << QStringLiteral("--user") << QStringLiteral("salvor") << QStringLiteral("--password-file");
    else
        words << QStringLiteral("--key-file");
    words << secretFile;
    words += arguments;
    m_process.start(kPython, words);
    QByteArray line;
    while (!line.endsWith('\n') && m_process.waitForReadyRead(kPatience))
        line += m_process.readLine();
    m_port = static_cast<std::uint16_t>(line.trimmed().toUInt());
    if (m_port == 0)
        m_why = QString::fromUtf8(m_process.readAllStandardError()) + m_process.errorString();
}

NotifyServer::~NotifyServer() {
    m_process.closeWriteChannel();
    if (!m_process.waitForFinished(10000)) {
        m_process.kill();
        m_process.waitForFinished(10000);
    }
}

bool NotifyServer::canRun() {
    return runs(kPython, {QStringLiteral("-c"), QStringLiteral("import aiosmtpd.smtp")}, QDir::tempPath());
}

std::vector<QByteArray> NotifyServer::taken() const {
    std::vector<QByteArray> all;
    for (int number = 1;; ++number) {
        QByteArray one;
        for (const char* end : {".eml", ".json"}) {
            const QString path = m_folder.filePath(QString::number(number) + QString::fromLatin1(end));
            if (QFile::exists(path))
                one = readAll(path);
        }
        if (one.isEmpty())
            return all;
        all.push_back(one);
    }
}

QString NotifyServer::requests() const {
    return QString::fromUtf8(readAll(m_folder.filePath(QStringLiteral("requests"))));
}

bool NotifyServer::isHeld() const { return QFile::exists(m_folder.filePath(QStringLiteral("held"))); }
bool NotifyServer::letGo() const { return write(m_folder.filePath(QStringLiteral("go")), "go"); }

} // namespace salvor::test
