// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/badgedelegate.h"

#include "ui/support/columnfit.h"

#include <QApplication>
#include <QPainter>

#include <algorithm>

namespace salvor {

namespace {

constexpr int kPad = 8;
constexpr int kGap = 6;
constexpr int kMargin = 6;

std::vector<BackupBadge> badgesAt(const QModelIndex& index) {
    const auto* texts = qobject_cast<const BackupTexts*>(index.model());
    return texts != nullptr ? texts->badges(index) : std::vector<BackupBadge>{};
}

int pillWidth(const BackupBadge& badge, const QFontMetrics& metrics) {
    return metrics.horizontalAdvance(badge.text) + 2 * kPad +
           (badge.tone != Tone::Neutral ? metrics.height() - 2 : 0);
}

BackupBadge counting(int leftOut) {
    return {BackupTexts::tr("+%1", "so many badges more").arg(leftOut), {}, Tone::Neutral};
}

/// The most telling one of a backup at its widest, and how many others there are.
int leastWidth(const QFontMetrics& metrics) {
    BackupRecord backup;
    backup.restoredAt = Instant(std::chrono::sys_days(std::chrono::year(2026) / 9 / 28));
    return BadgeDelegate::widthOf({badgesOf(backup).back(), counting(8)}, metrics);
}

void paintMark(QPainter& painter, const QRectF& box, Tone tone, const QColor& colour) {
    painter.setPen(QPen(colour, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const auto at = [&](double x, double y) {
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height());
    };
    if (tone == Tone::Good) {
        painter.drawPolyline(QPolygonF{at(.1, .55), at(.4, .85), at(.9, .2)});
    } else {
        painter.drawLine(at(.15, .15), at(.85, .85));
        painter.drawLine(at(.85, .15), at(.15, .85));
    }
}

} // namespace

BadgeDelegate::BadgeDelegate(QWidget* view)
    : QStyledItemDelegate(view) {
    setProperty(kLeastWidth, leastWidth(view->fontMetrics()));
}

int BadgeDelegate::widthOf(const std::vector<BackupBadge>& badges, const QFontMetrics& metrics) {
    int width = 2 * kMargin - kGap; // none behind the last
    for (const auto& badge : badges)
        width += pillWidth(badge, metrics) + kGap;
    return width;
}

std::vector<BackupBadge> BadgeDelegate::thatFit(std::vector<BackupBadge> badges, const QFontMetrics& metrics,
                                                int room) {
    int leftOut = 0;
    const auto drawn = [&] {
        auto all = badges;
        if (leftOut > 0)
            all.push_back(counting(leftOut));
        return all;
    };
    while (badges.size() > 1 && widthOf(drawn(), metrics) > room) {
        const bool firstStays = badges.front().tone == Tone::Bad;
        badges.erase(badges.begin() + (firstStays ? 1 : 0));
        ++leftOut;
    }
    if (const int missing = widthOf(drawn(), metrics) - room; missing > 0 && !badges.empty()) {
        QString& text = badges.front().text;
        text =
            metrics.elidedText(text, Qt::ElideRight, std::max(0, metrics.horizontalAdvance(text) - missing));
    }
    return drawn();
}

void BadgeDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const {
    QStyleOptionViewItem styled = option;
    initStyleOption(&styled, index);
    styled.text.clear();
    const QStyle* style = styled.widget != nullptr ? styled.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &styled, painter, styled.widget);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setClipRect(option.rect);
    const QFontMetrics metrics(styled.font);
    const int height = metrics.height() + 4;
    double x = option.rect.left() + kMargin;
    for (const auto& badge : thatFit(badgesAt(index), metrics, option.rect.width())) {
        const QRectF pill(x, option.rect.center().y() - height / 2.0 + .5, pillWidth(badge, metrics), height);
        const QColor ink = Theme::tone(badge.tone, option.palette);
        painter->setPen(QPen(ink, 1));
        painter->setBrush(Theme::toneBackground(badge.tone, option.palette));
        painter->drawRoundedRect(pill, height / 2.0, height / 2.0);
        double textLeft = pill.left() + kPad;
        if (badge.tone != Tone::Neutral) {
            const double side = metrics.height() - 8;
            paintMark(*painter, QRectF(textLeft, pill.center().y() - side / 2, side, side), badge.tone, ink);
            textLeft += metrics.height() - 2;
        }
        painter->setPen(ink);
        painter->setFont(styled.font);
        painter->drawText(QRectF(textLeft, pill.top(), pill.right() - textLeft, pill.height()),
                          Qt::AlignLeft | Qt::AlignVCenter, badge.text);
        x += pill.width() + kGap;
    }
    painter->restore();
}

QSize BadgeDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return {widthOf(badgesAt(index), option.fontMetrics), option.fontMetrics.height() + 10};
}

} // namespace salvor
