// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The backups of one database over time, each with what is known of it.
#pragma once

#include "models/damagedbackups.h"
#include "ui/support/cellwidget.h"

#include <vector>

namespace salvor {

/// One mark a backup: a ring when it is stored, a disc when its checksums were read back, a tick when a
/// restore proved it, a cross when it is known to be damaged. The current one is what will be restored.
class BackupTimeline final : public CellWidget {
    Q_OBJECT

public:
    explicit BackupTimeline(QWidget* parent = nullptr);
    /// In any order; shown oldest first. `current`: an id; not among them: the newest.
    void setBackups(std::vector<BackupRecord> backups, const std::string& current);
    /// Core::damage().
    void setDamage(std::map<std::string, Damage> damage);
    /// Null when there are none. Valid until other backups are set.
    const BackupRecord* backup(int cell) const;
    int cellOf(const std::string& id) const; ///< -1: not there

    int cellCount() const override { return static_cast<int>(m_backups.size()); }
    QRect cellRect(int cell) const override;
    QString cellText(int cell) const override;
    /// What stands below the line, from left to right: days, or times where all is of one.
    QStringList axisTexts() const;
    int cellAt(const QPoint& at) const override; ///< the nearest one close by
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

private:
    void paintEvent(QPaintEvent* event) override;
    void paintAxis(QPainter& painter) const;
    struct AxisMark {
        Instant at;
        QString text; ///< empty: as the one before
    };
    std::vector<AxisMark> axisMarks() const;
    void paintMark(QPainter& painter, int cell) const;
    const Damage* damageOf(const BackupRecord& backup) const; ///< null: none is known
    int lineY() const;
    double xOf(Instant at) const;

    std::vector<BackupRecord> m_backups; ///< oldest first
    std::map<std::string, Damage> m_damage;
};

} // namespace salvor
