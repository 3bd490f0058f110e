// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What painted widgets that show many small things share: each is a cell that the keyboard reaches and a
// screen reader finds.
#pragma once

#include <QWidget>

namespace salvor {

/// One cell is the current one while there are any. Arrows, Home and End move; Enter, Space and a double
/// click activate; hovering tells the cell's text. Lives in the window's thread.
class CellWidget : public QWidget {
    Q_OBJECT

public:
    explicit CellWidget(QWidget* parent = nullptr);
    virtual int cellCount() const = 0;
    virtual QRect cellRect(int cell) const = 0;   ///< in the widget's coordinates
    virtual QString cellText(int cell) const = 0; ///< whole, as a tooltip and for screen readers
    /// The one that lies there; `key` is an arrow. Default: the one before or after.
    virtual int cellBeside(int cell, int key) const;
    virtual int cellAt(const QPoint& at) const; ///< -1: none

    int currentCell() const { return m_current; } ///< -1: there are none
    void setCurrentCell(int cell);

signals:
    void currentCellChanged(int cell);
    void cellActivated(int cell);

protected:
    /// To be called after the cells are other ones.
    void resetCells(int current);
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    void tellFocus();
    int m_current = -1;
};

} // namespace salvor
