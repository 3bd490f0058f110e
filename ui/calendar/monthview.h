// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Weeks of one month, a day a cell; in a cell a line for each server and rule.
#pragma once

#include "ui/calendar/calendargrid.h"

namespace salvor {

/// Lives in the window's thread.
class MonthView final : public CalendarGrid {
    Q_OBJECT

public:
    explicit MonthView(QWidget* parent = nullptr);
    /// Days of other months are shown fainter.
    void setMonth(int month);
    QRect rectOf(int mark) const override;
    QSize minimumSizeHint() const override;
    QSize sizeHint() const override { return minimumSizeHint(); }
    static constexpr int kMarkMinutes = 24 * 60; ///< one mark a day, lane and rule

protected:
    Shift shiftOf(int mark, const QPoint& from, const QPoint& to) const override;
    int minuteStep() const override { return 0; }
    QRect rectOf(const CalendarMark& mark) const override;
    void paintEvent(QPaintEvent* event) override;

private:
    std::size_t weeks() const;
    int headHeight() const;
    int lineHeight() const;
    int linesPerCell() const;
    QRect cellRect(std::size_t day) const;
    QRect lineRect(std::size_t day, int line) const;
    int lineOf(int mark) const;
    void paintCell(QPainter& painter, std::size_t day) const;
    void paintMark(QPainter& painter, const CalendarMark& mark, const QRect& rect, bool chosen) const;

    int m_month = 1;
};

} // namespace salvor
