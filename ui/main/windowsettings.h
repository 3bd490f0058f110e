// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the window remembers between starts: places and looks, nothing else.
#pragma once

#include "models/places.h"
#include "ui/support/theme.h"

#include <QByteArray>
#include <QSettings>

namespace salvor {

/// An INI file in the configuration folder. Lives in the window's thread. An unreadable file means defaults.
class WindowSettings {
public:
    explicit WindowSettings(const Places& places);

    QByteArray geometry() const { return m_file.value(QStringLiteral("window/geometry")).toByteArray(); }
    void setGeometry(const QByteArray& value) { m_file.setValue(QStringLiteral("window/geometry"), value); }
    QByteArray splitter() const { return m_file.value(QStringLiteral("window/splitter")).toByteArray(); }
    void setSplitter(const QByteArray& value) { m_file.setValue(QStringLiteral("window/splitter"), value); }
    QString page() const { return m_file.value(QStringLiteral("window/page")).toString(); }
    void setPage(const QString& id) { m_file.setValue(QStringLiteral("window/page"), id); }
    ThemeChoice theme() const;
    void setTheme(ThemeChoice choice);

private:
    QSettings m_file;
};

} // namespace salvor
