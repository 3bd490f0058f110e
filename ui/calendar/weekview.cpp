// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calendar/weekview.h"

#include "models/base/json.h"
#include "ui/support/statemark.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace salvor {

namespace {

constexpr int kDayMinutes = 24 * 60;
constexpr int kLoadWidth = 5; ///< at the right of each day
constexpr int kLeastLane = 18;
constexpr int kSnap = 15; ///< minutes, of a drag by mouse

} // namespace

WeekView::WeekView(QWidget* parent)
    : CalendarGrid(parent) {
    setObjectName(QStringLiteral("calendarWeek"));
    setAccessibleName(tr("Week"));
}

int WeekView::gutter() const { return fontMetrics().horizontalAdvance(QStringLiteral("00:00")) + 14; }
int WeekView::headHeight() const { return fontMetrics().height() * 3 + 14; }
std::size_t WeekView::lanes() const {
    return picture() == nullptr ? 1 : std::max<std::size_t>(picture()->request.lanes.size(), 1);
}
double WeekView::hourHeight() const { return std::max(1.0, (height() - headHeight() - 2) / 24.0); }
double WeekView::dayWidth() const { return std::max(1.0, (width() - gutter()) / 7.0); }
int WeekView::y(int minute) const {
    return headHeight() + static_cast<int>(std::lround(minute * hourHeight() / 60));
}

QSize WeekView::minimumSizeHint() const {
    const int day = std::max(static_cast<int>(lanes()) * kLeastLane + kLoadWidth + 6,
                             fontMetrics().averageCharWidth() * 14);
    return {gutter() + 7 * day, headHeight() + 24 * (fontMetrics().height() + 2)};
}

QRect WeekView::dayRect(std::size_t day) const {
    const int left = gutter() + static_cast<int>(std::lround(static_cast<double>(day) * dayWidth()));
    const int right = gutter() + static_cast<int>(std::lround(static_cast<double>(day + 1) * dayWidth()));
    return {left, headHeight(), right - left, height() - headHeight() - 1};
}

QRect WeekView::rectOf(int mark) const {
    const auto& all = marks();
    return mark < 0 || mark >= static_cast<int>(all.size()) ? QRect()
                                                            : rectOf(all[static_cast<std::size_t>(mark)]);
}

QRect WeekView::rectOf(const CalendarMark& mark) const {
    const QRect day = dayRect(mark.day);
    const double lane = static_cast<double>(day.width() - kLoadWidth - 5) / static_cast<double>(lanes());
    const double part = lane / std::max(mark.columns, 1);
    const int left =
        day.left() + 2 + static_cast<int>(lane * static_cast<double>(mark.lane) + part * mark.column);
    const int least = fontMetrics().height() + 1;
    const int top = y(mark.beginMinute);
    const int tall = std::max(y(std::min(mark.endMinute, kDayMinutes)) - top, least);
    return {left, std::min(top, height() - tall - 1), std::max(static_cast<int>(part) - 2, 6), tall};
}

CalendarGrid::Shift WeekView::shiftOf(int mark, const QPoint& from, const QPoint& to) const {
    const CalendarMark& dragged = marks()[static_cast<std::size_t>(mark)];
    const auto day = static_cast<int>(std::floor((to.x() - gutter()) / dayWidth()));
    const double moved = (to.y() - from.y()) * 60.0 / hourHeight();
    const int target = static_cast<int>(std::lround((dragged.beginMinute + moved) / kSnap)) * kSnap;
    return {std::clamp(day, 0, 6) - static_cast<int>(dragged.day),
            std::clamp(target, 0, kDayMinutes - 1) - dragged.beginMinute};
}

void WeekView::paintHead(QPainter& painter) const {
    const QFontMetrics metrics = fontMetrics();
    QFont bold = font();
    bold.setBold(true);
    for (std::size_t i = 0; i < picture()->plan.days.size(); ++i) {
        const CalendarDay& day = picture()->plan.days[i];
        const QRect column = dayRect(i);
        const QRect line(column.left() + 5, 4, column.width() - 8, metrics.height());
        painter.setFont(bold);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(line, Qt::AlignLeft,
                         QFontMetrics(bold).elidedText(CalendarTexts::dateOf(day.date, true), Qt::ElideRight,
                                                       line.width()));
        painter.setFont(font());
        if (const QString change = CalendarTexts::clockChange(day); !change.isEmpty()) {
            painter.setPen(Theme::tone(Tone::Warning, palette()));
            painter.drawText(line.translated(0, metrics.height() + 1), Qt::AlignLeft,
                             metrics.elidedText(change, Qt::ElideRight, line.width()));
        }
        const auto& lanesShown = picture()->request.lanes;
        const double lane =
            static_cast<double>(column.width() - kLoadWidth - 5) / static_cast<double>(lanes());
        painter.setPen(palette().color(QPalette::PlaceholderText));
        for (std::size_t k = 0; k < lanesShown.size() && lane >= 24; ++k) {
            const QRect name(column.left() + 3 + static_cast<int>(lane * static_cast<double>(k)),
                             2 * metrics.height() + 8, static_cast<int>(lane) - 3, metrics.height());
            painter.drawText(name, Qt::AlignLeft,
                             metrics.elidedText(toQt(lanesShown[k].title), Qt::ElideRight, name.width()));
        }
    }
}

void WeekView::paintDay(QPainter& painter, std::size_t index) const {
    const CalendarDay& day = picture()->plan.days[index];
    const QRect column = dayRect(index);
    if (day.clockChange.count() != 0)
        painter.fillRect(column, Theme::toneBackground(Tone::Warning, palette()));
    QColor line = palette().color(QPalette::Mid);
    painter.setPen(line);
    painter.drawLine(column.left(), 0, column.left(), height());
    line.setAlpha(110);
    painter.setPen(line);
    const double lane = static_cast<double>(column.width() - kLoadWidth - 5) / static_cast<double>(lanes());
    for (std::size_t k = 1; k < lanes(); ++k) {
        const int x = column.left() + 1 + static_cast<int>(lane * static_cast<double>(k));
        painter.drawLine(x, column.top(), x, column.bottom());
    }
    // What runs at the same time, hour by hour.
    for (int hour = 0; hour < 24; ++hour) {
        const int load = day.load[static_cast<std::size_t>(hour)];
        if (load == 0)
            continue;
        QColor colour = palette().color(QPalette::Highlight);
        colour.setAlpha(std::min(60 + 45 * load, 255));
        painter.fillRect(QRect(column.right() - kLoadWidth, y(hour * 60) + 1, kLoadWidth - 1,
                               y(hour * 60 + 60) - y(hour * 60) - 1),
                         colour);
    }
}

void WeekView::paintMark(QPainter& painter, const CalendarMark& mark, bool ghost, bool chosen) const {
    const QRect rect = rectOf(mark);
    const Tone tone = CalendarTexts::tone(mark);
    const QColor colour = mark.planned ? Theme::tone(tone == Tone::Warning ? tone : Tone::Running, palette())
                                       : Theme::tone(tone, palette());
    if (mark.windowMinutes > 0) {
        const QRect window(
            rect.left(), rect.top(), rect.width(),
            std::max(y(std::min(mark.beginMinute + mark.windowMinutes, kDayMinutes)) - rect.top(),
                     rect.height()));
        painter.fillRect(window, QBrush(colour, Qt::BDiagPattern));
    }
    const bool faint = isDragged(mark) && !ghost;
    painter.setOpacity(faint ? 0.35 : 1.0);
    const bool paused = mark.planned && picture()->rule(mark).paused;
    const bool idle = mark.planned && !paused && !picture()->isApplied(picture()->rule(mark).policyUuid);
    painter.setPen(QPen(colour, chosen ? 2.0 : 1.0,
                        idle           ? Qt::DotLine
                        : mark.planned ? Qt::DashLine
                                       : Qt::SolidLine));
    painter.setBrush(
        mark.planned ? (ghost ? palette().brush(QPalette::AlternateBase) : palette().brush(QPalette::Base))
                     : QBrush(Theme::toneBackground(tone, palette())));
    painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5));
    if (chosen) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect.adjusted(-1, -1, 1, 1));
    }
    const int size = std::min({fontMetrics().height() - 3, rect.width() - 4, 12});
    if (size >= 5)
        StateMark::paint(
            painter,
            QRectF(rect.left() + 3,
                   rect.top() + (std::min(rect.height(), fontMetrics().height()) - size) / 2.0 + 1, size,
                   size),
            tone, palette());
    QFont written = font();
    written.setItalic(idle);
    painter.setFont(written);
    const QString text = mark.planned ? (paused ? tr("paused") : CalendarTexts::time(mark.beginMinute))
                         : mark.runs.size() > 1 ? tr("%n run(s)", nullptr, static_cast<int>(mark.runs.size()))
                                                : CalendarTexts::time(mark.beginMinute);
    const QRect place = rect.adjusted(size + 6, 0, -2, 0);
    const QString brief = mark.runs.size() > 1 ? QString::number(mark.runs.size()) : QString();
    painter.setPen(palette().color(idle ? QPalette::PlaceholderText : QPalette::Text));
    for (const QString& one : {text, brief}) {
        if (!one.isEmpty() && fontMetrics().horizontalAdvance(one) <= place.width()) {
            painter.drawText(QRect(place.left(), place.top(), place.width(),
                                   std::min(place.height(), fontMetrics().height() + 1)),
                             Qt::AlignLeft | Qt::AlignVCenter, one);
            break;
        }
    }
    painter.setFont(font());
    painter.setOpacity(1.0);
}

void WeekView::paintNow(QPainter& painter) const {
    const auto& request = picture()->request;
    for (std::size_t i = 0; i < picture()->plan.days.size(); ++i) {
        const CalendarDay& day = picture()->plan.days[i];
        if (request.now < day.begins || request.now >= day.ends)
            continue;
        const int at = y(minuteOfDay(request.now, *request.zone));
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.drawLine(dayRect(i).left(), at, dayRect(i).right(), at);
    }
}

void WeekView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().brush(QPalette::Base));
    if (picture() == nullptr)
        return;
    painter.fillRect(QRect(0, 0, width(), headHeight()), palette().brush(QPalette::Window));
    for (std::size_t day = 0; day < picture()->plan.days.size(); ++day)
        paintDay(painter, day);
    QColor line = palette().color(QPalette::Mid);
    for (int hour = 0; hour < 24; ++hour) {
        line.setAlpha(hour % 6 == 0 ? 255 : 110);
        painter.setPen(line);
        painter.drawLine(gutter(), y(hour * 60), width(), y(hour * 60));
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(QRect(0, y(hour * 60) + 1, gutter() - 6, fontMetrics().height()), Qt::AlignRight,
                         CalendarTexts::time(hour * 60));
    }
    paintHead(painter);
    paintNow(painter); // under the marks: what they say is read
    for (std::size_t i = 0; i < marks().size(); ++i)
        paintMark(painter, marks()[i], false, static_cast<int>(i) == chosen());
    for (const auto& ghost : ghosts())
        paintMark(painter, ghost, true, false);
    if (hasFocus() && chosen() < 0) {
        painter.setPen(palette().color(QPalette::Highlight));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace salvor
