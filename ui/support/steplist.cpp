// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/steplist.h"

#include "ui/support/theme.h"

#include <QPainter>

#include <algorithm>

namespace salvor {

namespace {

constexpr int kMargin = 18;
constexpr int kMark = 20;
constexpr int kGap = 10;

} // namespace

StepList::StepList(QWidget* parent)
    : QWidget(parent) {
    setObjectName(QStringLiteral("steps"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
}

void StepList::setSteps(const QStringList& steps) {
    m_steps = steps;
    updateGeometry();
    tell();
}

void StepList::setCurrent(int step) {
    for (int between = m_current + 1; between < step; ++between)
        m_leftOut.insert(between);
    m_leftOut.erase(step);
    m_current = step;
    tell();
}

void StepList::tell() {
    QStringList done;
    for (int step = 0; step < std::min(m_current, static_cast<int>(m_steps.size())); ++step) {
        if (!m_leftOut.contains(step))
            done << m_steps.at(step);
    }
    if (m_current >= 0 && m_current < m_steps.size())
        setAccessibleName(
            tr("Step %1 of %2: %3").arg(m_current + 1).arg(m_steps.size()).arg(m_steps.at(m_current)));
    setAccessibleDescription(
        done.isEmpty() ? QString() : tr("Done: %1").arg(done.join(tr(", ", "between items of a list"))));
    update();
}

int StepList::rowHeight() const { return std::max(kMark, fontMetrics().height()) + 16; }

QSize StepList::sizeHint() const {
    QFont bold = font();
    bold.setBold(true);
    int width = 0;
    for (const auto& step : m_steps)
        width = std::max(width, QFontMetrics(bold).horizontalAdvance(step));
    return {width + 2 * kMargin + kMark + kGap, rowHeight() * static_cast<int>(m_steps.size()) + 2 * kMargin};
}

void StepList::paintMark(QPainter& painter, const QRectF& rect, int step) const {
    const QPalette& colours = palette();
    const QColor accent = colours.color(QPalette::Highlight);
    const QColor done = Theme::tone(Tone::Good, colours);
    QFont small = font();
    small.setPixelSize(11);
    small.setBold(true);
    painter.setFont(small);
    if (step < m_current && m_leftOut.contains(step)) {
        painter.setPen(QPen(colours.color(QPalette::PlaceholderText), 2, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(rect.center() - QPointF(rect.width() / 4, 0),
                         rect.center() + QPointF(rect.width() / 4, 0));
    } else if (step < m_current) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(done);
        painter.drawEllipse(rect);
        painter.setPen(QPen(colours.color(QPalette::Base), 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        const double unit = rect.width() / 20;
        const QPointF tick[] = {rect.topLeft() + QPointF(5.5, 10.5) * unit,
                                rect.topLeft() + QPointF(9, 14) * unit,
                                rect.topLeft() + QPointF(14.5, 6.5) * unit};
        painter.drawPolyline(tick, 3);
    } else {
        const bool current = step == m_current;
        painter.setPen(QPen(current ? accent : colours.color(QPalette::PlaceholderText), 1.5));
        painter.setBrush(current ? QBrush(accent) : QBrush(Qt::NoBrush));
        painter.drawEllipse(rect);
        painter.setPen(colours.color(current ? QPalette::HighlightedText : QPalette::PlaceholderText));
        painter.drawText(rect, Qt::AlignCenter, QString::number(step + 1));
    }
}

void StepList::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(QPointF(width() - 0.5, 0), QPointF(width() - 0.5, height()));
    for (int i = 0; i < m_steps.size(); ++i) {
        const int top = kMargin + i * rowHeight();
        const QRectF mark(kMargin + 0.5, top + (rowHeight() - kMark) / 2.0, kMark, kMark);
        paintMark(painter, mark.adjusted(0.75, 0.75, -0.75, -0.75), i);
        QFont text = font();
        text.setBold(i == m_current);
        painter.setFont(text);
        const bool isQuiet = i > m_current || (i < m_current && m_leftOut.contains(i));
        painter.setPen(palette().color(isQuiet ? QPalette::PlaceholderText : QPalette::Text));
        painter.drawText(QRect(kMargin + kMark + kGap, top, width(), rowHeight()),
                         Qt::AlignVCenter | Qt::AlignLeft, m_steps.at(i));
    }
}

} // namespace salvor
