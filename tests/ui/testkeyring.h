// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A real GNOME Keyring on a session bus of the test's own.
#pragma once

#include "models/profile.h"
#include "support/patience.h"

#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusObjectPath>
#include <QDBusVariant>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sys/prctl.h>

#include <csignal>
#include <cstdint>

namespace salvor::test {

/// A server whose password the keychain keeps; nobody need answer there.
inline Profile inKeychain(std::uint16_t port = 5432) {
    Profile profile;
    profile.title = "a locked one";
    profile.engine = "postgresql";
    profile.host = "127.0.0.1";
    profile.port = port;
    profile.user = "backup";
    profile.database = "postgres";
    profile.tlsMode = "disable";
    profile.secretKind = "keychain";
    return profile;
}

inline constexpr const char* kLoginPassword = "the login password of a test";

/// What the keyring's prompt hands to its daemon.
struct PlainSecret {
    QDBusObjectPath session;
    QByteArray parameters;
    QByteArray value;
    QString contentType;
};
inline QDBusArgument& operator<<(QDBusArgument& argument, const PlainSecret& secret) {
    argument.beginStructure();
    argument << secret.session << secret.parameters << secret.value << secret.contentType;
    argument.endStructure();
    return argument;
}
inline const QDBusArgument& operator>>(const QDBusArgument& argument, PlainSecret& secret) {
    argument.beginStructure();
    argument >> secret.session >> secret.parameters >> secret.value >> secret.contentType;
    argument.endStructure();
    return argument;
}

/// A session bus and a keyring, in folders of their own, that cannot outlive the test.
class Keyring {
public:
    bool start() {
        for (const char* name :
             {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"}) {
            const QString path = m_folder.filePath(QLatin1String(name));
            if (!QDir().mkdir(path) ||
                !QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner))
                return false;
            qputenv(name, path.toUtf8());
        }
        for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "DESKTOP_SESSION"})
            qunsetenv(name);
        tie(m_bus, s("dbus-daemon"),
            {s("--config-file=" SALVOR_BUS_CONFIG), s("--nofork"),
             s("--address=unix:path=") + m_folder.filePath(s("bus")), s("--print-address=1")});
        if (!m_bus.waitForStarted(kPatience) || !m_bus.waitForReadyRead(kPatience))
            return false;
        qputenv("DBUS_SESSION_BUS_ADDRESS", m_bus.readLine().trimmed());
        return QDBusConnection::sessionBus().isConnected() && startDaemon();
    }
    ~Keyring() {
        end(m_keyring);
        end(m_bus);
    }
    static bool lock() {
        return call(s("org.freedesktop.Secret.Service"), s("Lock"),
                    {QVariant::fromValue(QList<QDBusObjectPath>{QDBusObjectPath(s(kCollection))})})
                   .type() == QDBusMessage::ReplyMessage;
    }
    /// As its prompt does, once somebody has typed the password.
    static bool unlock() {
        qDBusRegisterMetaType<PlainSecret>();
        const auto session = call(s("org.freedesktop.Secret.Service"), s("OpenSession"),
                                  {s("plain"), QVariant::fromValue(QDBusVariant(QString()))});
        const PlainSecret secret{
            session.arguments().value(1).value<QDBusObjectPath>(), {}, kLoginPassword, s("text/plain")};
        return call(s("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"),
                    s("UnlockWithMasterPassword"),
                    {QVariant::fromValue(QDBusObjectPath(s(kCollection))), QVariant::fromValue(secret)})
                   .type() == QDBusMessage::ReplyMessage;
    }

private:
    static QString s(const char* text) { return QString::fromUtf8(text); }
    bool startDaemon() {
        tie(m_keyring, s("gnome-keyring-daemon"),
            {s("--foreground"), s("--unlock"), s("--components=secrets")});
        if (!m_keyring.waitForStarted(kPatience))
            return false;
        m_keyring.write(kLoginPassword);
        m_keyring.closeWriteChannel();
        return QTest::qWaitFor(
            [] {
                const auto answer = call(s("org.freedesktop.Secret.Service"), s("ReadAlias"), {s("default")});
                return answer.type() == QDBusMessage::ReplyMessage &&
                       answer.arguments().value(0).value<QDBusObjectPath>().path() == s(kCollection);
            },
            kPatience);
    }
    static constexpr const char* kCollection = "/org/freedesktop/secrets/collection/login";
    static QDBusMessage call(const QString& interface, const QString& method, const QVariantList& arguments) {
        auto message = QDBusMessage::createMethodCall(s("org.freedesktop.secrets"),
                                                      s("/org/freedesktop/secrets"), interface, method);
        message.setArguments(arguments);
        return QDBusConnection::sessionBus().call(message, QDBus::Block, 5000);
    }
    static void tie(QProcess& process, const QString& program, const QStringList& arguments) {
        process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
        process.start(program, arguments);
    }
    static void end(QProcess& process) {
        if (process.state() == QProcess::NotRunning)
            return;
        process.kill();
        process.waitForFinished(kPatience);
    }

    QTemporaryDir m_folder;
    QProcess m_bus;
    QProcess m_keyring;
};

} // namespace salvor::test

Q_DECLARE_METATYPE(salvor::test::PlainSecret)
