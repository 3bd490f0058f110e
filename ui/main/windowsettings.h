// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the window remembers between starts: places, looks, and how it behaves.
#pragma once

#include "models/places.h"
#include "ui/support/theme.h"

#include <QByteArray>
#include <QDateTime>
#include <QRect>
#include <QSettings>

namespace salvor {

/// Which jobs the desktop is told of when they end while nobody looks at the window.
enum class NotifyChoice { Always, Troubled, Never };

/// Where the window is before anybody gave it a place: most of a usual screen, in its middle, not so wide
/// that lines are hard to follow, and never more than fits there with the frame and title bar that the
/// desktop puts around it. The corner is the frame's, the size is without it. Pixels of the desktop.
QRect firstWindowPlace(const QRect& available);

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
    /// The widths among it are somebody's choice; else they only were what fitted then.
    bool hasOwnWidths(const QString& table) const {
        return m_file.value(QStringLiteral("columns/%1-own").arg(table), false).toBool();
    }
    void setOwnWidths(const QString& table, bool own) {
        m_file.setValue(QStringLiteral("columns/%1-own").arg(table), own);
    }
    ThemeChoice theme() const;
    void setTheme(ThemeChoice choice);
    NotifyChoice notify() const;
    void setNotify(NotifyChoice choice);
    /// The close button leaves it in the tray, where there is one.
    bool closesToTray() const { return flag("window/closesToTray", false); }
    void setClosesToTray(bool on) { m_file.setValue(QStringLiteral("window/closesToTray"), on); }
    bool startsInTray() const { return flag("window/startsInTray", false); }
    void setStartsInTray(bool on) { m_file.setValue(QStringLiteral("window/startsInTray"), on); }
    /// What ran meanwhile is told at the start.
    bool tellsOfAbsence() const { return flag("window/tellsOfAbsence", true); }
    void setTellsOfAbsence(bool on) { m_file.setValue(QStringLiteral("window/tellsOfAbsence"), on); }
    /// When somebody last had the window open; invalid: never.
    QDateTime lastOpen() const { return m_file.value(QStringLiteral("window/lastOpen")).toDateTime(); }
    void setLastOpen(const QDateTime& utc) { m_file.setValue(QStringLiteral("window/lastOpen"), utc); }

private:
    bool flag(const char* key, bool otherwise) const {
        return m_file.value(QLatin1String(key), otherwise).toBool();
    }
    static QString columnsKey(const QString& table, int count) {
        return QStringLiteral("columns/%1-%2").arg(table).arg(count);
    }
    QSettings m_file;
};

} // namespace salvor
