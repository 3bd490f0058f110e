// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/secrets/keychain/secretservice.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusVariant>
#include <QElapsedTimer>
#include <QLibrary>
#include <QStringList>

#include <optional>

namespace salvor {

namespace {

const QString kSecrets = QStringLiteral("org.freedesktop.secrets");
const QStringList kWallets{QStringLiteral("org.kde.kwalletd5"), QStringLiteral("org.kde.kwalletd6")};

/// Blocking calls that share one time limit.
class Caller {
public:
    Caller(QDBusConnection bus, std::chrono::milliseconds limit)
        : m_bus(std::move(bus))
        , m_limit(limit) {
        m_timer.start();
    }

    /// The first value of the answer; nothing after an error, which `timedOut` tells from one that is too
    /// late.
    std::optional<QVariant> call(const QDBusMessage& message) {
        const auto left = m_limit.count() - m_timer.elapsed();
        if (left <= 0) {
            timedOut = true;
            return {};
        }
        const QDBusMessage answer = m_bus.call(message, QDBus::Block, static_cast<int>(left));
        if (answer.type() == QDBusMessage::ErrorMessage &&
            answer.errorName().endsWith(QStringLiteral(".NoReply")))
            timedOut = true;
        if (answer.type() != QDBusMessage::ReplyMessage || answer.arguments().isEmpty())
            return {};
        return answer.arguments().constFirst();
    }

    bool timedOut = false;

private:
    QDBusConnection m_bus;
    std::chrono::milliseconds m_limit;
    QElapsedTimer m_timer;
};

QDBusMessage busCall(const QString& method) {
    return QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.DBus"), QStringLiteral("/"),
                                          QStringLiteral("org.freedesktop.DBus"), method);
}

/// Running, or started by the bus when it is asked for.
bool isOffered(const QStringList& names) { return names.contains(kSecrets); }
bool isWallet(const QStringList& names) { return names.contains(kWallets[0]) || names.contains(kWallets[1]); }

} // namespace

void outliveSessionBus() {
    // Of GIO's stable interface: GBusType has 2 for the session bus; the connection is the one that libsecret
    // shares.
    using BusGetSync = void* (*)(int type, void* cancellable, void** error);
    using SetExitOnClose = void (*)(void* connection, int exit);
    QLibrary gio(QStringLiteral("gio-2.0"), 0);
    const auto busGetSync = reinterpret_cast<BusGetSync>(gio.resolve("g_bus_get_sync"));
    const auto setExitOnClose =
        reinterpret_cast<SetExitOnClose>(gio.resolve("g_dbus_connection_set_exit_on_close"));
    if (busGetSync == nullptr || setExitOnClose == nullptr)
        return;
    if (void* connection =
            busGetSync(2, nullptr, nullptr)) // stays referenced, so that libsecret gets the same one
        setExitOnClose(connection, 0);
}

KeychainState askKeychain(std::chrono::milliseconds limit) {
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return KeychainState::Absent;
    Caller caller(bus, limit);
    QStringList names;
    for (const char* method : {"ListNames", "ListActivatableNames"})
        names += caller.call(busCall(QLatin1String(method))).value_or(QVariant()).toStringList();
    if (caller.timedOut)
        return KeychainState::Unanswered;
    if (!isOffered(names))
        return isWallet(names) ? KeychainState::Usable : KeychainState::Absent;

    QDBusMessage alias = QDBusMessage::createMethodCall(kSecrets, QStringLiteral("/org/freedesktop/secrets"),
                                                        QStringLiteral("org.freedesktop.Secret.Service"),
                                                        QStringLiteral("ReadAlias"));
    alias << QStringLiteral("default");
    const auto collection = caller.call(alias);
    if (!collection)
        return caller.timedOut ? KeychainState::Unanswered : KeychainState::Absent;
    const QString path = collection->value<QDBusObjectPath>().path();
    if (path.isEmpty() || path == QStringLiteral("/"))
        return KeychainState::Empty;

    QDBusMessage locked = QDBusMessage::createMethodCall(
        kSecrets, path, QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("Get"));
    locked << QStringLiteral("org.freedesktop.Secret.Collection") << QStringLiteral("Locked");
    const auto value = caller.call(locked);
    if (!value)
        return caller.timedOut ? KeychainState::Unanswered : KeychainState::Absent;
    return value->value<QDBusVariant>().variant().toBool() ? KeychainState::Locked : KeychainState::Usable;
}

} // namespace salvor
