// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which columns a table shows, how wide and in which order: chosen by people, remembered for them. Widths
// that nobody chose are the table's own, and follow what is in it.
#pragma once

#include <QObject>

class QMenu;
class QTableView;

namespace salvor {

class ColumnFit;
class WindowSettings;

/// Lives in the window's thread as a child of its table. To be made once the table has its model and its
/// first widths; `settings` is borrowed and outlives it. The first column always stays.
class ColumnChooser : public QObject {
    Q_OBJECT

public:
    /// `name` is what the settings remember it by.
    ColumnChooser(QTableView& table, WindowSettings& settings, const QString& name);
    /// Checkable entries, one a column, and the way back to the first state. Owned by the table; also the
    /// header's context menu.
    QMenu* menu() const { return m_menu; }

private:
    void restore();
    void fill();
    void remember();

    QTableView& m_table;
    WindowSettings& m_settings;
    QString m_name;
    QByteArray m_first;
    QMenu* m_menu = nullptr;
    ColumnFit* m_fit = nullptr; ///< the table's; may be none
};

} // namespace salvor
