// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calendar/calendargrid.h"

#include <QAccessible>
#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <utility>

namespace salvor {

CalendarGrid::CalendarGrid(QWidget* parent)
    : QWidget(parent) {
    installCalendarAccess();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
}

CalendarGrid::~CalendarGrid() = default;

const std::vector<CalendarMark>& CalendarGrid::marks() const {
    static const std::vector<CalendarMark> kNone;
    return m_picture == nullptr ? kNone : m_picture->plan.marks;
}

namespace {

/// The mark that stands for what was chosen in an older picture; -1: none.
int sameMark(const CalendarPicture& old, const CalendarMark& mark, const CalendarPicture& now) {
    int best = -1;
    auto distance = Instant::duration::max();
    for (std::size_t i = 0; i < now.plan.marks.size(); ++i) {
        const CalendarMark& one = now.plan.marks[i];
        const bool same = one.planned == mark.planned &&
                          (mark.planned ? now.rule(one).policyUuid == old.rule(mark).policyUuid &&
                                              now.rule(one).kind == old.rule(mark).kind
                                        : now.request.lanes[one.lane].profileUuid ==
                                              old.request.lanes[mark.lane].profileUuid);
        const auto far = one.at > mark.at ? one.at - mark.at : mark.at - one.at;
        if (same && far < distance) {
            best = static_cast<int>(i);
            distance = far;
        }
    }
    return best;
}

} // namespace

void CalendarGrid::setPicture(PicturePtr picture) {
    leaveMove();
    const PicturePtr old = std::move(m_picture);
    m_picture = std::move(picture);
    if (m_chosen >= 0 && old != nullptr)
        m_chosen = sameMark(*old, old->plan.marks[static_cast<std::size_t>(m_chosen)], *m_picture);
    updateGeometry();
    update();
    QAccessibleEvent event(this, QAccessible::ObjectReorder);
    QAccessible::updateAccessibility(&event);
    emit chosenChanged(m_chosen);
}

void CalendarGrid::setGhosts(std::vector<CalendarMark> ghosts) {
    m_ghosts = std::move(ghosts);
    update();
}

void CalendarGrid::choose(int mark) {
    if (mark == m_chosen || mark >= static_cast<int>(marks().size()))
        return;
    leaveMove();
    m_chosen = mark;
    update();
    if (mark >= 0 && hasFocus()) {
        QAccessibleEvent focus(this, QAccessible::Focus);
        focus.setChild(mark);
        QAccessible::updateAccessibility(&focus);
    }
    emit chosenChanged(mark);
}

int CalendarGrid::markAt(const QPoint& at) const {
    for (int i = static_cast<int>(marks().size()) - 1; i >= 0; --i) {
        if (rectOf(i).contains(at))
            return i;
    }
    return -1;
}

bool CalendarGrid::isDragged(const CalendarMark& mark) const {
    return m_moving && m_chosen >= 0 && mark.planned &&
           marks()[static_cast<std::size_t>(m_chosen)].rule == mark.rule;
}

bool CalendarGrid::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int mark = markAt(help->pos());
        if (mark >= 0)
            QToolTip::showText(help->globalPos(),
                               CalendarTexts::full(*m_picture, marks()[static_cast<std::size_t>(mark)]), this,
                               rectOf(mark));
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

void CalendarGrid::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    const int mark = markAt(event->position().toPoint());
    choose(mark);
    if (mark >= 0 && marks()[static_cast<std::size_t>(mark)].planned)
        m_pressed = event->position().toPoint();
}

void CalendarGrid::mouseMoveEvent(QMouseEvent* event) {
    const QPoint at = event->position().toPoint();
    if (!m_pressed) {
        const int mark = markAt(at);
        setCursor(mark >= 0 && marks()[static_cast<std::size_t>(mark)].planned ? Qt::OpenHandCursor
                                                                               : Qt::ArrowCursor);
        return;
    }
    if (!event->buttons().testFlag(Qt::LeftButton)) { // it was let go where this widget did not see it
        leaveMove();
        return;
    }
    if (!m_moving && (at - *m_pressed).manhattanLength() < QApplication::startDragDistance())
        return;
    setCursor(Qt::ClosedHandCursor);
    shiftTo(shiftOf(m_chosen, *m_pressed, at));
}

void CalendarGrid::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_pressed)
        return;
    endMove(m_moving);
}

void CalendarGrid::mouseDoubleClickEvent(QMouseEvent* event) {
    const int mark = markAt(event->position().toPoint());
    leaveMove();
    if (mark >= 0)
        emit activated(mark);
}

void CalendarGrid::shiftTo(const Shift& shift) {
    if (m_chosen < 0 || (m_moving && shift == m_shift))
        return;
    m_moving = true;
    m_shift = shift;
    update();
    emit moving(m_chosen, shift.days, shift.minutes);
}

void CalendarGrid::leaveMove() { endMove(false); }

void CalendarGrid::endMove(bool drop) {
    if (!isHeld())
        return;
    const Shift shift = std::exchange(m_shift, {});
    m_moving = false;
    if (m_pressed) {
        m_pressed.reset();
        setCursor(Qt::ArrowCursor);
    }
    m_ghosts.clear();
    update();
    if (drop && shift != Shift{})
        emit moved(m_chosen, shift.days, shift.minutes);
    else
        emit moveEnded();
}

bool CalendarGrid::moveByKey(QKeyEvent* event) {
    if (m_chosen < 0 || !marks()[static_cast<std::size_t>(m_chosen)].planned)
        return false;
    const bool isUpOrDown = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down;
    if (isUpOrDown && minuteStep() == 0)
        return false; // here a move is by whole days
    const int step = event->modifiers().testFlag(Qt::ShiftModifier) ? 1 : minuteStep();
    Shift shift = m_shift;
    switch (event->key()) {
    case Qt::Key_Up:
        shift.minutes -= step;
        break;
    case Qt::Key_Down:
        shift.minutes += step;
        break;
    case Qt::Key_Left:
        --shift.days;
        break;
    case Qt::Key_Right:
        ++shift.days;
        break;
    default:
        return false;
    }
    shiftTo(shift);
    return true;
}

bool CalendarGrid::chooseByKey(int key) {
    const auto& all = marks();
    const int count = static_cast<int>(all.size());
    if (count == 0)
        return false;
    const int from = m_chosen;
    const auto at = [&](int i) -> const CalendarMark& { return all[static_cast<std::size_t>(i)]; };
    // To the mark of another day that is nearest in time.
    const auto across = [&](int by) {
        for (int i = from + by; i >= 0 && i < count; i += by) {
            if (at(i).day == at(from).day)
                continue;
            int best = i;
            for (int j = i; j >= 0 && j < count && at(j).day == at(i).day; j += by) {
                const auto far = [&](int k) {
                    return std::abs(at(k).beginMinute - at(from).beginMinute) +
                           (at(k).lane == at(from).lane ? 0 : 10'000);
                };
                if (far(j) < far(best))
                    best = j;
            }
            return best;
        }
        return from;
    };
    switch (key) {
    case Qt::Key_Up:
        choose(std::max(from - 1, 0));
        return true;
    case Qt::Key_Down:
        choose(std::min(from + 1, count - 1));
        return true;
    case Qt::Key_Left:
        choose(from < 0 ? 0 : across(-1));
        return true;
    case Qt::Key_Right:
        choose(from < 0 ? 0 : across(1));
        return true;
    case Qt::Key_Home:
        choose(0);
        return true;
    case Qt::Key_End:
        choose(count - 1);
        return true;
    default:
        return false;
    }
}

void CalendarGrid::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Undo)) {
        emit undoWanted();
        return;
    }
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        if (!moveByKey(event))
            QWidget::keyPressEvent(event);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (m_moving)
            endMove(true);
        else if (m_chosen >= 0)
            emit activated(m_chosen);
        return;
    case Qt::Key_Escape:
        if (m_moving) {
            endMove(false);
            return;
        }
        break;
    case Qt::Key_PageUp:
        emit pageWanted(-1);
        return;
    case Qt::Key_PageDown:
        emit pageWanted(1);
        return;
    default:
        if (chooseByKey(event->key()))
            return;
    }
    QWidget::keyPressEvent(event);
}

void CalendarGrid::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    if (m_chosen < 0 && !marks().empty())
        choose(0);
    update();
}

/// Another window in front of this one leaves the move as it is.
void CalendarGrid::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    if (!m_pressed && event->reason() != Qt::ActiveWindowFocusReason &&
        event->reason() != Qt::PopupFocusReason)
        leaveMove();
}

void CalendarGrid::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    leaveMove();
}

} // namespace salvor
