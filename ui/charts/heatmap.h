// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A year of backup runs, a cell a day.
#pragma once

#include "models/catalog/catalogtrends.h"
#include "ui/support/cellwidget.h"
#include "ui/support/theme.h"

#include <vector>

namespace salvor {

/// Weeks from left to right, Monday on top. All good: filled; some partial: half; any failed: a cross; only
/// cancelled or skipped ones: a dot; none: an outline. A shape as well as a colour.
class HeatMap final : public CellWidget {
    Q_OBJECT

public:
    explicit HeatMap(QWidget* parent = nullptr);
    /// Of `days` those in the 53 weeks that end with `today`.
    void setDays(const std::vector<DayOutcomes>& days, const QDate& today);
    QDate dayOf(int cell) const { return m_first.addDays(cell); }
    static QString textOf(const DayOutcomes& day);

    int cellCount() const override { return static_cast<int>(m_days.size()); }
    QRect cellRect(int cell) const override;
    QString cellText(int cell) const override;
    int cellBeside(int cell, int key) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

private:
    void paintEvent(QPaintEvent* event) override;
    void paintDay(QPainter& painter, const QRect& box, const DayOutcomes& day) const;
    void paintLabels(QPainter& painter) const;
    void paintLegend(QPainter& painter) const;
    int side() const;
    int left() const;

    std::vector<DayOutcomes> m_days; ///< every day, from a Monday
    QDate m_first;
};

} // namespace salvor
