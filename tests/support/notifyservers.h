// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A real mail server and a real https server for notifications, on loopback, with certificates of a CA of
// their own. Started by the test, stopped with the object.
#pragma once

#include <QByteArray>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <memory>
#include <string>
#include <vector>

namespace salvor::test {

/// Certificates for localhost and 127.0.0.1 in a folder, by openssl(1); another CA that did not sign them.
class NotifyCertificates {
public:
    NotifyCertificates();
    bool made() const { return m_made; }
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    std::string ca() const { return path("ca.crt").toStdString(); }
    std::string otherCa() const { return path("other.crt").toStdString(); }

private:
    bool makeAuthority(const QString& name) const;
    QTemporaryDir m_folder;
    bool m_made = false;
};

/// One of tests/support/*.py; it ends with its standard input, at the latest with this object.
class NotifyServer {
public:
    /// "smtpserver.py" or "hookserver.py". Without port() it did not start; why() says why.
    NotifyServer(const NotifyCertificates& certificates, const QString& script, QStringList arguments = {},
                 const char* certificate = "server");
    ~NotifyServer();
    std::uint16_t port() const { return m_port; }
    QString why() const { return m_why; }
    /// Whether /usr/bin/python3 has what the script needs.
    static bool canRun();

    /// What it took: mails, or bodies of webhooks, in their order.
    std::vector<QByteArray> taken() const;
    QString requests() const; ///< of hookserver.py: one line each
    /// Of hookserver.py's /held: whether a request waits there, and that it goes on.
    bool isHeld() const;
    bool letGo() const;

    /// The password of "salvor", and the key of signatures.
    static QByteArray secret() { return QByteArrayLiteral("c0rrect horse {battery}"); }

private:
    QTemporaryDir m_folder;
    QProcess m_process;
    std::uint16_t m_port = 0;
    QString m_why;
};

} // namespace salvor::test
