// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Shares a table's room among its columns: nothing is cut off beside room that is free.
#pragma once

#include <QObject>
#include <QTimer>

class QTableView;

namespace salvor {

/// A delegate's property: the pixels that it can do with, where it can do with less than its sizeHint().
inline constexpr const char* kLeastWidth = "leastWidth";

/// Each column gets what its rows in sight need, as long as there is room; else what is drawn gives way first
/// (kLeastWidth), then a long name in the first column, then the widest ones, but for their heads. Ends with
/// the first column that is dragged, until goOn(). Lives in the window's thread as a child of its table,
/// which has its model.
class ColumnFit : public QObject {
    Q_OBJECT

public:
    explicit ColumnFit(QTableView& table);
    /// The widths are somebody's own from now on.
    void stop();
    /// They are the table's again.
    void goOn();
    bool isStopped() const { return m_stopped; }
    /// It is this class that changes a width.
    bool isFitting() const { return m_fitting; }

private:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void fit();

    QTableView& m_table;
    const QObject* m_head = nullptr; ///< only compared: events come also while the table is destroyed
    QTimer m_soon;
    bool m_anew = true; ///< not only the values changed
    bool m_fitting = false;
    bool m_headHeld = false; ///< a button of the mouse is down on the head
    bool m_stopped = false;
};

} // namespace salvor
