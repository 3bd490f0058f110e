// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Seven days, downwards by time of day; in each day a lane a server.
#pragma once

#include "ui/calendar/calendargrid.h"

namespace salvor {

/// Lives in the window's thread.
class WeekView final : public CalendarGrid {
    Q_OBJECT

public:
    explicit WeekView(QWidget* parent = nullptr);
    QRect rectOf(int mark) const override;
    QSize minimumSizeHint() const override;
    QSize sizeHint() const override { return minimumSizeHint(); }
    /// Minutes of a day that the smallest mark takes, for CalendarRequest::markMinutes.
    static constexpr int kMarkMinutes = 48;

protected:
    Shift shiftOf(int mark, const QPoint& from, const QPoint& to) const override;
    int minuteStep() const override { return 15; }
    QRect rectOf(const CalendarMark& mark) const override;
    void paintEvent(QPaintEvent* event) override;

private:
    int gutter() const;
    int headHeight() const;
    double hourHeight() const;
    double dayWidth() const;
    std::size_t lanes() const;
    int y(int minute) const;
    QRect dayRect(std::size_t day) const;
    void paintHead(QPainter& painter) const;
    void paintDay(QPainter& painter, std::size_t day) const;
    void paintMark(QPainter& painter, const CalendarMark& mark, bool ghost, bool chosen) const;
    void paintNow(QPainter& painter) const;
};

} // namespace salvor
