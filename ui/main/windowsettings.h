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
    /// The state of a table's header, as long as it has so many columns; else nothing.
    QByteArray columns(const QString& table, int count) const {
        return m_file.value(columnsKey(table, count)).toByteArray();
    }
    void setColumns(const QString& table, int count, const QByteArray& value) {
        m_file.setValue(columnsKey(table, count), value);
    }
    ThemeChoice theme() const;
    void setTheme(ThemeChoice choice);

private:
    static QString columnsKey(const QString& table, int count) {
        return QStringLiteral("columns/%1-%2").arg(table).arg(count);
    }
    QSettings m_file;
};

} // namespace salvor
