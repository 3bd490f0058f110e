// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// GNOME Keyring's prompt, at which nobody is.
#pragma once

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVirtualObject>

namespace salvor::test {

/// Takes the keyring's wish to prompt, and never shows anything: as a window that nobody answers.
class StandingPrompter final : public QDBusVirtualObject {
public:
    ~StandingPrompter() override {
        QDBusConnection bus = QDBusConnection::sessionBus();
        bus.unregisterService(QLatin1String(kPrompterName));
        bus.unregisterObject(QLatin1String(kPrompterPath));
    }
    bool start() {
        QDBusConnection bus = QDBusConnection::sessionBus();
        return bus.registerVirtualObject(QLatin1String(kPrompterPath), this, QDBusConnection::SubPath) &&
               bus.registerService(QLatin1String(kPrompterName));
    }
    QString introspect(const QString&) const override { return {}; }
    bool handleMessage(const QDBusMessage& message, const QDBusConnection& connection) override {
        if (message.member() == QStringLiteral("BeginPrompting"))
            ++prompts;
        QDBusConnection(connection).send(message.createReply());
        return true;
    }
    int prompts = 0;

private:
    static constexpr const char* kPrompterName = "org.gnome.keyring.SystemPrompter";
    static constexpr const char* kPrompterPath = "/org/gnome/keyring/Prompter";
};

} // namespace salvor::test
