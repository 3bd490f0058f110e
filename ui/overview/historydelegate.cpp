// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/historydelegate.h"

#include "models/lists/databaselistmodel.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QDateTime>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace salvor {

namespace {

constexpr int kStep = 7;
constexpr int kMargin = 8;

QList<RunOutcome> outcomesOf(const QModelIndex& index) {
    auto outcomes = index.data(DatabaseListModel::OutcomesRole).value<QList<RunOutcome>>();
    if (outcomes.size() > HistoryDelegate::kRuns)
        outcomes = outcomes.mid(outcomes.size() - HistoryDelegate::kRuns);
    return outcomes;
}

/// Of the kRuns places as many as there is room for: those on the right, where the newest run is.
int hiddenPlaces(const QRect& rect) {
    const int room = (rect.width() - 2 * kMargin) / kStep - 1; // and one for what is overdue
    return std::clamp(HistoryDelegate::kRuns - room, 0, HistoryDelegate::kRuns);
}

QRectF cell(const QRect& rect, int position) {
    const double height = std::min(rect.height() - 12, 22);
    return {static_cast<double>(rect.left() + kMargin + (position - hiddenPlaces(rect)) * kStep),
            rect.center().y() - height / 2, static_cast<double>(kStep), height};
}

bool isOverdue(const QModelIndex& index) {
    return index.data(DatabaseListModel::ProtectionRole).value<Protection>() == Protection::Overdue;
}

/// Where the next run should have been: a hollow triangle.
void paintOverdue(QPainter& painter, const QRectF& rect, const QColor& colour) {
    const QPointF at = rect.center();
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour, 1.3));
    painter.drawPolygon(QPolygonF{at + QPointF(0, -4), at + QPointF(4, 4), at + QPointF(-4, 4)});
}

void paintRun(QPainter& painter, const QRectF& rect, RunOutcome outcome, const QColor& colour) {
    const QRectF bar = rect.adjusted(1, 0, -2, 0);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    switch (outcome) {
    case RunOutcome::Ok:
        painter.drawRect(bar);
        break;
    case RunOutcome::Partial:
        painter.drawRect(bar.adjusted(0, bar.height() * .5, 0, 0));
        break;
    case RunOutcome::Failed: {
        painter.setPen(QPen(colour, 1.8, Qt::SolidLine, Qt::FlatCap));
        const QRectF box(bar.left() - .5, bar.center().y() - 3.5, bar.width() + 1.5, 7);
        painter.drawLine(box.topLeft(), box.bottomRight());
        painter.drawLine(box.topRight(), box.bottomLeft());
        break;
    }
    case RunOutcome::Running:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, 1.2));
        painter.drawRect(bar.adjusted(.5, .5, -.5, -.5));
        break;
    case RunOutcome::Cancelled:
    case RunOutcome::Skipped:
        painter.drawRect(QRectF(bar.left() + 1, bar.bottom() - 3, 3, 3));
        break;
    }
}

} // namespace

void HistoryDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
    QStyleOptionViewItem styled = option;
    initStyleOption(&styled, index);
    styled.text.clear();
    const QStyle* style = styled.widget != nullptr ? styled.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &styled, painter, styled.widget);

    const bool selected = (option.state & QStyle::State_Selected) != 0;
    const auto outcomes = outcomesOf(index);
    const int first = kRuns - static_cast<int>(outcomes.size());
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setClipRect(option.rect);
    for (int i = hiddenPlaces(option.rect); i < kRuns; ++i) {
        const QRectF at = cell(option.rect, i);
        if (i < first) { // before the first run
            painter->setPen(Qt::NoPen);
            painter->setBrush(option.palette.color(selected ? QPalette::HighlightedText : QPalette::Mid));
            painter->drawEllipse(QPointF(at.center().x() - .5, at.bottom() - 1.5), 1, 1);
            continue;
        }
        const RunOutcome outcome = outcomes[i - first];
        paintRun(*painter, at, outcome,
                 selected ? option.palette.color(QPalette::HighlightedText)
                          : Theme::tone(StateMark::tone(outcome), option.palette));
    }
    if (isOverdue(index))
        paintOverdue(*painter, cell(option.rect, kRuns),
                     selected ? option.palette.color(QPalette::HighlightedText)
                              : Theme::tone(Tone::Warning, option.palette));
    painter->restore();
}

int HistoryDelegate::widthFor(int runs) { return (runs + 1) * kStep + 2 * kMargin; }

QSize HistoryDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {widthFor(kRuns), option.fontMetrics.height() + 10};
}

bool HistoryDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view,
                                const QStyleOptionViewItem& option, const QModelIndex& index) {
    if (event->type() != QEvent::ToolTip)
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    const auto outcomes = outcomesOf(index);
    auto times = index.data(DatabaseListModel::RunTimesRole).value<QList<QDateTime>>();
    const int first = kRuns - static_cast<int>(outcomes.size());
    const int position =
        (event->pos().x() - option.rect.left() - kMargin) / kStep + hiddenPlaces(option.rect) - first;
    if (position == outcomes.size() && isOverdue(index)) {
        QToolTip::showText(event->globalPos(), tr("The next run is overdue."), view);
        return true;
    }
    if (position < 0 || position >= outcomes.size() || times.size() < outcomes.size())
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    const QDateTime at = times[times.size() - outcomes.size() + position];
    QToolTip::showText(
        event->globalPos(),
        tr("%1: %2").arg(Format::time(Instant(std::chrono::milliseconds(at.toMSecsSinceEpoch()))),
                         StateMark::text(outcomes[position])),
        view);
    return true;
}

} // namespace salvor
