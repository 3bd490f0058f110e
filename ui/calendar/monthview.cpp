// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calendar/monthview.h"

#include "models/base/json.h"
#include "ui/policies/policytexts.h"
#include "ui/support/statemark.h"

#include <QPainter>

#include <algorithm>

namespace salvor {

MonthView::MonthView(QWidget* parent)
    : CalendarGrid(parent) {
    setObjectName(QStringLiteral("calendarMonth"));
    setAccessibleName(tr("Month"));
}

void MonthView::setMonth(int month) {
    m_month = month;
    update();
}

std::size_t MonthView::weeks() const {
    return picture() == nullptr ? 5 : std::max<std::size_t>(picture()->plan.days.size() / 7, 1);
}
int MonthView::headHeight() const { return fontMetrics().height() + 8; }
int MonthView::lineHeight() const { return fontMetrics().height() + 3; }

QSize MonthView::minimumSizeHint() const {
    return {7 * fontMetrics().averageCharWidth() * 14,
            headHeight() + static_cast<int>(weeks()) * 3 * lineHeight()};
}

QRect MonthView::cellRect(std::size_t day) const {
    const int column = static_cast<int>(day % 7);
    const int row = static_cast<int>(day / 7);
    const int count = static_cast<int>(weeks());
    const int left = column * width() / 7;
    const int tall = height() - headHeight();
    const int top = headHeight() + row * tall / count;
    return {left, top, (column + 1) * width() / 7 - left, headHeight() + (row + 1) * tall / count - top};
}

int MonthView::linesPerCell() const {
    return std::max(1, (cellRect(0).height() - lineHeight() - 3) / lineHeight());
}

QRect MonthView::lineRect(std::size_t day, int line) const {
    const QRect cell = cellRect(day);
    return {cell.left() + 4, cell.top() + 2 + lineHeight() * (line + 1), cell.width() - 7, lineHeight() - 1};
}

int MonthView::lineOf(int mark) const {
    const auto& all = marks();
    int line = 0;
    for (int i = mark - 1;
         i >= 0 && all[static_cast<std::size_t>(i)].day == all[static_cast<std::size_t>(mark)].day; --i)
        ++line;
    return line;
}

QRect MonthView::rectOf(int mark) const {
    if (mark < 0 || mark >= static_cast<int>(marks().size()))
        return {};
    const std::size_t day = marks()[static_cast<std::size_t>(mark)].day;
    const int line = lineOf(mark);
    const auto inDay = std::ranges::count(marks(), day, &CalendarMark::day);
    const bool full = inDay > linesPerCell();
    return line < linesPerCell() - (full ? 1 : 0) ? lineRect(day, line) : QRect();
}

QRect MonthView::rectOf(const CalendarMark& mark) const { return lineRect(mark.day, 0); }

CalendarGrid::Shift MonthView::shiftOf(int mark, const QPoint&, const QPoint& to) const {
    const auto& days = picture()->plan.days;
    for (std::size_t day = 0; day < days.size(); ++day) {
        if (cellRect(day).contains(to))
            return {static_cast<int>(day) - static_cast<int>(marks()[static_cast<std::size_t>(mark)].day), 0};
    }
    return {};
}

void MonthView::paintCell(QPainter& painter, std::size_t index) const {
    const CalendarDay& day = picture()->plan.days[index];
    const QRect cell = cellRect(index);
    const bool now = picture()->request.now >= day.begins && picture()->request.now < day.ends;
    if (day.date.month != m_month)
        painter.fillRect(cell, palette().brush(QPalette::AlternateBase));
    if (day.clockChange.count() != 0)
        painter.fillRect(cell, Theme::toneBackground(Tone::Warning, palette()));
    painter.setPen(palette().color(QPalette::Mid));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(cell.adjusted(0, 0, -1, -1));
    const QRect head(cell.left() + 6, cell.top() + 2, cell.width() - 10, lineHeight());
    QFont numbers = font();
    numbers.setBold(now);
    painter.setFont(numbers);
    painter.setPen(palette().color(now                         ? QPalette::Link
                                   : day.date.month == m_month ? QPalette::Text
                                                               : QPalette::PlaceholderText));
    painter.drawText(head, Qt::AlignLeft,
                     now ? tr("%1, today").arg(day.date.day) : QString::number(day.date.day));
    painter.setFont(font());
    if (const QString change = CalendarTexts::clockChange(day); !change.isEmpty()) {
        painter.setPen(Theme::tone(Tone::Warning, palette()));
        painter.drawText(head.adjusted(lineHeight() * 2, 0, 0, 0), Qt::AlignRight,
                         fontMetrics().elidedText(change, Qt::ElideRight, head.width() - lineHeight() * 2));
    }
}

void MonthView::paintMark(QPainter& painter, const CalendarMark& mark, const QRect& rect, bool chosen) const {
    const Tone tone = CalendarTexts::tone(mark);
    painter.setOpacity(isDragged(mark) ? 0.4 : 1.0);
    if (chosen) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect.adjusted(-1, 0, 1, 0));
    }
    const int size = std::min(fontMetrics().height() - 3, 12);
    StateMark::paint(painter, QRectF(rect.left() + 2, rect.top() + (rect.height() - size) / 2.0, size, size),
                     tone, palette());
    const QString server = CalendarTexts::server(*picture(), mark);
    const bool paused = mark.planned && picture()->rule(mark).paused;
    const QString text =
        paused ? tr("paused, %1", "server").arg(server)
        : mark.planned
            ? (mark.times > 1
                   ? tr("%1 × %2", "times, server").arg(mark.times).arg(server)
                   : tr("%1 %2", "time, server").arg(CalendarTexts::time(mark.beginMinute), server))
        : mark.runs.size() > 1
            ? tr("%n run(s), %1", nullptr, static_cast<int>(mark.runs.size())).arg(server)
            : tr("%1 %2", "time, server").arg(CalendarTexts::time(mark.beginMinute), server);
    QFont shown = font();
    shown.setItalic(mark.planned);
    painter.setFont(shown);
    const bool idle = mark.planned && !paused && !picture()->isApplied(picture()->rule(mark).policyUuid);
    painter.setPen(palette().color(idle ? QPalette::PlaceholderText : QPalette::Text));
    const QRect place = rect.adjusted(size + 7, 0, -1, 0);
    painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetrics(shown).elidedText(text, Qt::ElideRight, place.width()));
    painter.setFont(font());
    painter.setOpacity(1.0);
}

void MonthView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().brush(QPalette::Base));
    if (picture() == nullptr)
        return;
    painter.fillRect(QRect(0, 0, width(), headHeight()), palette().brush(QPalette::Window));
    painter.setPen(palette().color(QPalette::WindowText));
    for (int day = 0; day < 7; ++day)
        painter.drawText(
            QRect(day * width() / 7 + 6, 3, width() / 7 - 8, fontMetrics().height()), Qt::AlignLeft,
            fontMetrics().elidedText(PolicyTexts::weekday(day), Qt::ElideRight, width() / 7 - 8));
    for (std::size_t day = 0; day < picture()->plan.days.size(); ++day)
        paintCell(painter, day);
    std::vector<int> hidden(picture()->plan.days.size(), 0);
    for (int i = 0; i < static_cast<int>(marks().size()); ++i) {
        const CalendarMark& mark = marks()[static_cast<std::size_t>(i)];
        const QRect place = rectOf(i);
        if (place.isEmpty())
            ++hidden[mark.day];
        else
            paintMark(painter, mark, place, i == chosen());
    }
    painter.setPen(palette().color(QPalette::PlaceholderText));
    for (std::size_t day = 0; day < hidden.size(); ++day) {
        if (hidden[day] > 0)
            painter.drawText(lineRect(day, linesPerCell() - 1).adjusted(4, 0, 0, 0), Qt::AlignLeft,
                             tr("and %n more", nullptr, hidden[day]));
    }
    for (const auto& ghost : ghosts()) {
        const QRect place = rectOf(ghost).adjusted(0, -1, 0, 1);
        painter.fillRect(place, palette().brush(QPalette::AlternateBase));
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1, Qt::DashLine));
        painter.drawRect(place.adjusted(0, 0, -1, -1));
        CalendarMark plain = ghost;
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(
            place.adjusted(6, 0, -2, 0), Qt::AlignLeft | Qt::AlignVCenter,
            tr("%1 %2", "time, server")
                .arg(CalendarTexts::time(plain.beginMinute), CalendarTexts::server(*picture(), plain)));
    }
}

} // namespace salvor
