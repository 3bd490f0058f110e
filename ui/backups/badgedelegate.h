// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Badges as pills: what is known of a backup.
#pragma once

#include "ui/backups/backuptexts.h"

#include <QStyledItemDelegate>

class QFontMetrics;

namespace salvor {

/// For a column of BackupTexts, whose tooltip names all badges in full. Proven ones carry a tick, damage a
/// cross, as well as the colour.
class BadgeDelegate final : public QStyledItemDelegate {
    Q_OBJECT

public:
    /// `view`: the table, whose font it measures.
    explicit BadgeDelegate(QWidget* view);
    /// What is drawn of them where there are so many pixels: from the least on they give way to one that
    /// counts them ("+2"), damage never does; a last one that has no room either is cut with an ellipsis.
    static std::vector<BackupBadge> thatFit(std::vector<BackupBadge> badges, const QFontMetrics& metrics,
                                            int room);
    static int widthOf(const std::vector<BackupBadge>& badges, const QFontMetrics& metrics); ///< pixels
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace salvor
