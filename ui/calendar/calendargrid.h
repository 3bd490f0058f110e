// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A painted calendar: cells that can be chosen, dragged by mouse or keys, and read by screen readers. How
// they lie is the derived class's affair.
#pragma once

#include "ui/calendar/calendarpicture.h"

#include <QWidget>

#include <optional>

namespace salvor {

/// Lives in the window's thread.
class CalendarGrid : public QWidget {
    Q_OBJECT

public:
    explicit CalendarGrid(QWidget* parent = nullptr);
    ~CalendarGrid() override;
    /// Ends a move that is under way: its marks may be gone.
    void setPicture(PicturePtr picture);
    const PicturePtr& picture() const { return m_picture; }
    /// Where the rule's times would be, while it is moved; drawn over everything else.
    void setGhosts(std::vector<CalendarMark> ghosts);

    int chosen() const { return m_chosen; } ///< index of a mark; -1: none
    void choose(int mark);
    /// By mark; empty where it is not shown.
    virtual QRect rectOf(int mark) const = 0;
    /// A run is held by the mouse, or moved by keys: not the time for another picture.
    bool isHeld() const { return m_pressed || m_moving; }
    void leaveMove();                   ///< as by Escape
    int markAt(const QPoint& at) const; ///< -1: none

signals:
    void chosenChanged(int mark);
    void activated(int mark);
    /// A drag is under way; both 0: back where it was.
    void moving(int mark, int days, int minutes);
    void moved(int mark, int days, int minutes); ///< it was dropped
    void moveEnded();        ///< without a drop; also where a held run was not moved at all
    void pageWanted(int by); ///< earlier (-1) or later (1) days
    void undoWanted();

protected:
    /// What a movement of the mouse means.
    struct Shift {
        int days = 0;
        int minutes = 0;
        bool operator==(const Shift&) const = default;
    };
    virtual Shift shiftOf(int mark, const QPoint& from, const QPoint& to) const = 0;
    /// The steps of Ctrl with the arrows up and down, in minutes; 0: none.
    virtual int minuteStep() const = 0;
    virtual QRect rectOf(const CalendarMark& mark) const = 0;

    const std::vector<CalendarMark>& marks() const;
    const std::vector<CalendarMark>& ghosts() const { return m_ghosts; }
    bool isDragged(const CalendarMark& mark) const;

    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    bool moveByKey(QKeyEvent* event);
    bool chooseByKey(int key);
    void shiftTo(const Shift& shift);
    void endMove(bool drop);

    PicturePtr m_picture;
    std::vector<CalendarMark> m_ghosts;
    int m_chosen = -1;
    std::optional<QPoint> m_pressed;
    bool m_moving = false;
    Shift m_shift;
};

/// Makes the marks of every CalendarGrid children in the accessible tree. Once a process.
void installCalendarAccess();

} // namespace salvor
