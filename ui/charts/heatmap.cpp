// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/heatmap.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>

namespace salvor {

namespace {

constexpr int kWeeks = 53;
constexpr int kGap = 3;
constexpr int kLeastSide = 9;
constexpr int kMostSide = 22;

DayOutcomes example(std::uint64_t ok, std::uint64_t partial, std::uint64_t failed, std::uint64_t other) {
    return {{}, ok, partial, failed, other};
}

} // namespace

HeatMap::HeatMap(QWidget* parent)
    : CellWidget(parent) {
    setObjectName(QStringLiteral("heatMap"));
    setAccessibleName(tr("Backup runs by day, one year"));
}

void HeatMap::setDays(const std::vector<DayOutcomes>& days, const QDate& today) {
    // The data come anew with every run that ends: who walked to a day stays on it.
    const QString before = currentCell() >= 0 ? cellText(currentCell()) : QString();
    const QDate chosen = currentCell() >= 0 && currentCell() < cellCount() - 1 ? dayOf(currentCell()) : today;
    m_first = today.addDays(1 - today.dayOfWeek()).addDays(-7 * (kWeeks - 1));
    m_days.clear();
    for (QDate day = m_first; day <= today; day = day.addDays(1))
        m_days.push_back({day, 0, 0, 0, 0});
    for (const DayOutcomes& day : days) {
        const qint64 cell = m_first.daysTo(day.day);
        if (cell >= 0 && cell < cellCount())
            m_days[static_cast<std::size_t>(cell)] = day;
    }
    resetCells(static_cast<int>(m_first.daysTo(chosen)));
    if (!before.isEmpty() && chosen != today && cellText(currentCell()) != before)
        emit currentCellChanged(currentCell());
    updateGeometry();
}

int HeatMap::left() const {
    int widest = 0;
    for (int day = 1; day <= 7; ++day)
        widest =
            std::max(widest, fontMetrics().horizontalAdvance(QLocale().dayName(day, QLocale::ShortFormat)));
    return widest + 10;
}

int HeatMap::side() const {
    return std::clamp((width() - left() - 8) / kWeeks - kGap, kLeastSide, kMostSide);
}

QRect HeatMap::cellRect(int cell) const {
    const int step = side() + kGap;
    return {left() + cell / 7 * step, fontMetrics().height() + 8 + cell % 7 * step, side(), side()};
}

QString HeatMap::textOf(const DayOutcomes& day) {
    QStringList parts;
    const auto add = [&](std::uint64_t count, const QString& text) {
        if (count > 0)
            parts << text.arg(count);
    };
    add(day.ok, tr("%1 ok"));
    add(day.partial, tr("%1 partial"));
    add(day.failed, tr("%1 failed"));
    add(day.other, tr("%1 cancelled or skipped"));
    return parts.isEmpty() ? tr("no run") : parts.join(QStringLiteral(", "));
}

QString HeatMap::cellText(int cell) const {
    const DayOutcomes& day = m_days[static_cast<std::size_t>(cell)];
    return tr("%1: %2", "day, runs")
        .arg(QLocale().toString(day.day, tr("ddd d MMM yyyy", "date format")), textOf(day));
}

int HeatMap::cellBeside(int cell, int key) const {
    const int step = key == Qt::Key_Left ? -7 : key == Qt::Key_Right ? 7 : key == Qt::Key_Up ? -1 : 1;
    const int wanted = cell + step;
    return wanted >= 0 && wanted < cellCount() ? wanted : cell;
}

QSize HeatMap::minimumSizeHint() const {
    return {left() + kWeeks * (kLeastSide + kGap) + 8,
            2 * fontMetrics().height() + 40 + 7 * (kLeastSide + kGap)};
}

QSize HeatMap::sizeHint() const {
    return {left() + kWeeks * (kMostSide + kGap) + 8,
            2 * fontMetrics().height() + 40 + 7 * (kMostSide + kGap)};
}

void HeatMap::paintDay(QPainter& painter, const QRect& box, const DayOutcomes& day) const {
    const QRectF cell(box);
    const bool any = day.ok + day.partial + day.failed + day.other > 0;
    const Tone tone = day.failed > 0    ? Tone::Bad
                      : day.partial > 0 ? Tone::Warning
                      : day.ok > 0      ? Tone::Good
                                        : Tone::Neutral;
    const QColor colour = Theme::tone(tone, palette());
    painter.setPen(QPen(any ? colour : palette().color(QPalette::Mid), 1));
    painter.setBrush(Qt::NoBrush);
    if (day.failed > 0) {
        painter.setBrush(Theme::toneBackground(tone, palette()));
        painter.drawRect(cell.adjusted(.5, .5, -.5, -.5));
        painter.setPen(QPen(colour, 2));
        const QRectF cross = cell.adjusted(3, 3, -3, -3);
        painter.drawLine(cross.topLeft(), cross.bottomRight());
        painter.drawLine(cross.topRight(), cross.bottomLeft());
    } else if (day.partial > 0) {
        painter.drawRect(cell.adjusted(.5, .5, -.5, -.5));
        painter.fillRect(cell.adjusted(0, cell.height() / 2, 0, 0), colour);
    } else if (day.ok > 0) {
        painter.fillRect(cell, colour);
    } else {
        painter.drawRect(cell.adjusted(.5, .5, -.5, -.5));
        if (any) {
            painter.setBrush(colour);
            painter.drawEllipse(cell.center(), 2, 2);
        }
    }
}

void HeatMap::paintLabels(QPainter& painter) const {
    painter.setPen(palette().color(QPalette::PlaceholderText));
    for (int row = 0; row < 7; row += 2) {
        const QRect box = cellRect(row);
        painter.drawText(QRect(0, box.top(), left() - 6, box.height()), Qt::AlignRight | Qt::AlignVCenter,
                         QLocale().dayName(row + 1, QLocale::ShortFormat));
    }
    int free = 0;
    for (int cell = 0; cell < cellCount(); cell += 7) {
        const QDate monday = dayOf(cell);
        const bool newMonth = cell == 0 || monday.day() <= 7;
        const QString text = QLocale().monthName(monday.month(), QLocale::ShortFormat);
        if (!newMonth || cellRect(cell).left() < free)
            continue;
        painter.drawText(cellRect(cell).left(), fontMetrics().ascent() + 2, text);
        free = cellRect(cell).left() + fontMetrics().horizontalAdvance(text) + 12;
    }
}

void HeatMap::paintLegend(QPainter& painter) const {
    const std::pair<DayOutcomes, QString> entries[] = {{example(1, 0, 0, 0), tr("all good")},
                                                       {example(0, 1, 0, 0), tr("some partial")},
                                                       {example(0, 0, 1, 0), tr("some failed")},
                                                       {example(0, 0, 0, 1), tr("cancelled or skipped")},
                                                       {example(0, 0, 0, 0), tr("no run")}};
    const int size = std::min(side(), 14);
    int x = left();
    const int y = cellRect(6).bottom() + 16;
    for (const auto& [day, text] : entries) {
        paintDay(painter, QRect(x, y, size, size), day);
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(QRect(x + size + 6, y - 4, width(), size + 8), Qt::AlignLeft | Qt::AlignVCenter,
                         text);
        x += size + 6 + fontMetrics().horizontalAdvance(text) + 20;
    }
}

void HeatMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    if (m_days.empty())
        return;
    for (int cell = 0; cell < cellCount(); ++cell)
        paintDay(painter, cellRect(cell), m_days[static_cast<std::size_t>(cell)]);
    paintLabels(painter);
    paintLegend(painter);
    if (currentCell() >= 0 && hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Text), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(cellRect(currentCell()).adjusted(-2, -2, 1, 1));
    }
}

} // namespace salvor
