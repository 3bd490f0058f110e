// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A desktop that remembers what it was asked for.
#pragma once

#include "ui/desktop/desktop.h"

#include <QStringList>

namespace salvor::test {

class FakeDesktop final : public Desktop {
public:
    explicit FakeDesktop(bool tray)
        : m_tray(tray) {}
    bool hasTray() const override { return m_tray; }
    void notify(const QString& title, const QString& text, bool urgent) override {
        told << title + QStringLiteral("|") + text + (urgent ? QStringLiteral("|urgent") : QString());
    }
    void inhibitSleep(const QString& why) override { inhibited << why; }
    void releaseSleep() override { ++released; }

    QStringList told;
    QStringList inhibited;
    int released = 0;

private:
    bool m_tray;
};

} // namespace salvor::test
