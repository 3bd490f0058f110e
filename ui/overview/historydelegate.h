// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The strip of a source's last runs: one sign a run, newest on the right.
#pragma once

#include <QStyledItemDelegate>

namespace salvor {

/// Ok: a tall bar. Partial: a half bar. Failed: a cross. Running: a hollow bar. Cancelled, skipped: a dot. A
/// source that is overdue has a hollow triangle where its next run should be. The model's AccessibleTextRole
/// tells the same in words; a tooltip tells each run.
class HistoryDelegate final : public QStyledItemDelegate {
    Q_OBJECT

public:
    static constexpr int kRuns = 30;
    static constexpr int kFewest = 8; ///< that stay in sight when other columns need the room
    static int widthFor(int runs);    ///< pixels
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override;
};

} // namespace salvor
