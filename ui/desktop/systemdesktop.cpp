// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/desktop/desktop.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusUnixFileDescriptor>
#include <QSystemTrayIcon>
#include <QVariantMap>

namespace salvor {

namespace {

const QString kNotifications = QStringLiteral("org.freedesktop.Notifications");
const QString kNotificationsPath = QStringLiteral("/org/freedesktop/Notifications");
const QString kLogin = QStringLiteral("org.freedesktop.login1");
constexpr uchar kNormal = 1;
constexpr uchar kCritical = 2;
constexpr int kMostWaitMs = 5000; ///< for an answer that nobody waits for

class SystemDesktop final : public Desktop {
    Q_OBJECT

public:
    SystemDesktop() {
        QDBusConnection bus = QDBusConnection::sessionBus();
        if (bus.isConnected())
            bus.connect(kNotifications, kNotificationsPath, kNotifications, QStringLiteral("ActionInvoked"),
                        this, SLOT(actionInvoked(uint, QString)));
    }

    bool hasTray() const override { return QSystemTrayIcon::isSystemTrayAvailable(); }

    void notify(const QString& title, const QString& text, bool urgent) override {
        auto call = QDBusMessage::createMethodCall(kNotifications, kNotificationsPath, kNotifications,
                                                   QStringLiteral("Notify"));
        const QVariantMap hints{
            {QStringLiteral("urgency"), QVariant::fromValue(urgent ? kCritical : kNormal)},
            {QStringLiteral("desktop-entry"), QStringLiteral("salvor")}};
        call.setArguments({QStringLiteral("Salvor"), 0U, QStringLiteral("salvor"), title,
                           text.toHtmlEscaped(), QStringList{QStringLiteral("default"), tr("Show")}, hints,
                           -1});
        auto* watcher =
            new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call, kMostWaitMs), this);
        connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher, title, text] {
            watcher->deleteLater();
            const QDBusPendingReply<uint> reply = *watcher;
            if (reply.isError())
                emit notNotified(title, text);
            else
                m_own.append(reply.value());
        });
    }

    void inhibitSleep(const QString& why) override {
        if (std::exchange(m_wanted, true))
            return;
        auto call = QDBusMessage::createMethodCall(kLogin, QStringLiteral("/org/freedesktop/login1"),
                                                   QStringLiteral("org.freedesktop.login1.Manager"),
                                                   QStringLiteral("Inhibit"));
        call.setArguments(
            {QStringLiteral("sleep:idle"), QStringLiteral("Salvor"), why, QStringLiteral("block")});
        auto* watcher =
            new QDBusPendingCallWatcher(QDBusConnection::systemBus().asyncCall(call, kMostWaitMs), this);
        connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
            watcher->deleteLater();
            const QDBusPendingReply<QDBusUnixFileDescriptor> reply = *watcher;
            if (m_wanted && !reply.isError())
                m_lock = reply.value(); // closed when it goes: that ends it
            emit sleepInhibited(m_lock.isValid());
        });
    }

    void releaseSleep() override {
        m_wanted = false;
        m_lock = {};
    }

private slots:
    void actionInvoked(uint id, const QString&) {
        if (m_own.contains(id))
            emit notificationActivated();
    }

private:
    QList<uint> m_own; ///< notifications of this process: the bus tells everybody's
    QDBusUnixFileDescriptor m_lock;
    bool m_wanted = false;
};

} // namespace

std::unique_ptr<Desktop> makeSystemDesktop() { return std::make_unique<SystemDesktop>(); }

} // namespace salvor

#include "systemdesktop.moc"
