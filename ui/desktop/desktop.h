// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the desktop around the window can do for it: a tray, notifications, and not to go to sleep.
#pragma once

#include <QObject>
#include <QString>

#include <memory>

namespace salvor {

/// Lives in the window's thread; no call waits for anybody. A desktop that cannot do something leaves it out.
class Desktop : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    virtual bool hasTray() const = 0;
    /// Goes away by itself. `urgent`: something failed.
    virtual void notify(const QString& title, const QString& text, bool urgent) = 0;
    /// Until releaseSleep(); more than once is once.
    virtual void inhibitSleep(const QString& why) = 0;
    virtual void releaseSleep() = 0;

signals:
    void notificationActivated();                                ///< the user clicked on one
    void notNotified(const QString& title, const QString& text); ///< there is nobody who shows any
    void sleepInhibited(bool held); ///< the answer of who decides; false: nobody does, or it was refused
};

/// The real one. Notifications: org.freedesktop.Notifications (Desktop Notifications Specification 1.2) on
/// the session bus. Sleep: Inhibit() of org.freedesktop.login1 on the system bus (systemd's "Inhibitor
/// Locks").
std::unique_ptr<Desktop> makeSystemDesktop();

} // namespace salvor
