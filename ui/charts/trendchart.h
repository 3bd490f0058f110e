// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Values over time as lines, one a database.
#pragma once

#include "ui/charts/chartdata.h"

#include <QChartView>

class QDateTimeAxis;
class QLineSeries;
class QRubberBand;
class QScatterSeries;
class QValueAxis;

namespace salvor {

/// A unit that fits the greatest value: 1.4e9 bytes are shown as 1.4 GB.
struct ChartUnit {
    QString name;
    double factor = 1; ///< shown = value / factor
    static ChartUnit of(ChartKind kind, double greatest);
    /// The value alone, for people: "1.4 GB", "2 min 05 s".
    static QString text(ChartKind kind, double value);
};

/// Drags choose a time to zoom into, the wheel and + and - zoom, 0 shows everything, arrows go from point to
/// point, Enter and a click open the backup of a point. It holds only what it is given: a zoom is a wish.
class TrendChart : public QChartView {
    Q_OBJECT

public:
    explicit TrendChart(QWidget* parent = nullptr);
    ~TrendChart() override;
    void show(ChartKind kind, std::vector<ChartSeries> series, Instant from, Instant to);
    /// "metrics on timescale, 3 Nov 2026 02:10 CET: 48.6 GB"; with what was usual where it is unusual.
    QString pointText(int series, int point) const;
    const std::vector<ChartSeries>& series() const { return m_series; }
    QPoint positionOf(int series, int point) const; ///< in the viewport
    int currentSeries() const { return m_currentSeries; }
    int currentPoint() const { return m_currentPoint; }

signals:
    void rangeWanted(salvor::Instant from, salvor::Instant to);
    void wholeWanted();
    void pointActivated(const salvor::BackupChoice& backup);
    void currentChanged(const QString& text);

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;

private:
    struct Hit {
        int series = -1;
        int point = -1;
    };
    void rebuild();
    void fill();
    void fitAxes();
    void fitTicks();
    void recolour();
    Hit nearest(const QPoint& at, int within) const;
    void setCurrent(Hit hit);
    void keepCurrent(const std::vector<ChartSeries>& before);
    void step(int by);
    void stepSeries(int by);
    void zoom(double factor, Instant around);
    Instant timeAt(int x) const;
    void activate(Hit hit);

    ChartKind m_kind = ChartKind::Size;
    ChartUnit m_unit;
    std::vector<ChartSeries> m_series;
    Instant m_from{};
    Instant m_to{};
    QList<QLineSeries*> m_lines;
    QScatterSeries* m_unusual = nullptr;
    QDateTimeAxis* m_times = nullptr;
    QValueAxis* m_values = nullptr;
    QRubberBand* m_band = nullptr;
    QPoint m_pressed;
    bool m_pressing = false;
    int m_currentSeries = -1;
    int m_currentPoint = -1;
};

} // namespace salvor
