// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/badgedelegate.h"

#include "ui/backups/backuptexts.h"
#include "ui/support/theme.h"

#include <QApplication>
#include <QPainter>

namespace salvor {

namespace {

constexpr int kPad = 8;
constexpr int kGap = 6;
constexpr int kMargin = 6;

const BackupRecord* recordOf(const QModelIndex& index) {
    const auto* texts = qobject_cast<const BackupTexts*>(index.model());
    return texts != nullptr ? texts->record(index) : nullptr;
}

int widthOf(const BackupBadge& badge, const QFontMetrics& metrics) {
    return metrics.horizontalAdvance(badge.text) + 2 * kPad + (badge.proven ? metrics.height() - 2 : 0);
}

void paintTick(QPainter& painter, const QRectF& box, const QColor& colour) {
    painter.setPen(QPen(colour, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const auto at = [&](double x, double y) {
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height());
    };
    painter.drawPolyline(QPolygonF{at(.1, .55), at(.4, .85), at(.9, .2)});
}

} // namespace

void BadgeDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const {
    QStyleOptionViewItem styled = option;
    initStyleOption(&styled, index);
    styled.text.clear();
    const QStyle* style = styled.widget != nullptr ? styled.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &styled, painter, styled.widget);
    const BackupRecord* record = recordOf(index);
    if (record == nullptr)
        return;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setClipRect(option.rect);
    const QFontMetrics metrics(styled.font);
    const int height = metrics.height() + 4;
    double x = option.rect.left() + kMargin;
    for (const auto& badge : badgesOf(*record)) {
        const QRectF pill(x, option.rect.center().y() - height / 2.0 + .5, widthOf(badge, metrics), height);
        const Tone tone = badge.proven ? Tone::Good : Tone::Neutral;
        const QColor ink = Theme::tone(tone, option.palette);
        painter->setPen(QPen(ink, 1));
        painter->setBrush(Theme::toneBackground(tone, option.palette));
        painter->drawRoundedRect(pill, height / 2.0, height / 2.0);
        double textLeft = pill.left() + kPad;
        if (badge.proven) {
            const double side = metrics.height() - 8;
            paintTick(*painter, QRectF(textLeft, pill.center().y() - side / 2, side, side), ink);
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
    int width = 2 * kMargin;
    if (const BackupRecord* record = recordOf(index)) {
        for (const auto& badge : badgesOf(*record))
            width += widthOf(badge, option.fontMetrics) + kGap;
    }
    return {width, option.fontMetrics.height() + 10};
}

} // namespace salvor
