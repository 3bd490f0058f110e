// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/trendchart.h"

#include "ui/support/format.h"
#include "ui/support/theme.h"

#include <QApplication>
#include <QDateTimeAxis>
#include <QLegend>
#include <QLegendMarker>
#include <QLineSeries>
#include <QLocale>
#include <QMouseEvent>
#include <QRubberBand>
#include <QScatterSeries>
#include <QToolTip>
#include <QValueAxis>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace salvor {

namespace {

constexpr int kNear = 24; ///< pixels to a point that the mouse means
constexpr int kDrag = 8;  ///< less is a click
constexpr int kFewPoints = 60;
constexpr int kBesidePlot = 110;   ///< the labels of the values, and the margins
constexpr int kBetweenLabels = 16; ///< of two times

qint64 toMs(Instant at) {
    return std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
}
Instant fromMs(double ms) { return Instant(std::chrono::milliseconds(std::llround(ms))); }

/// Eight that can be told apart; from the fifth on the line is broken as well.
QColor lineColour(int number, const QPalette& palette) {
    static constexpr std::array<QRgb, 8> kLight = {0xff1f5fbf, 0xffb5480a, 0xff0b7a5b, 0xff7a3ce0,
                                                   0xff8a5a00, 0xffb0306a, 0xff4d5a6b, 0xff00748a};
    static constexpr std::array<QRgb, 8> kDark = {0xff7db0ff, 0xffff9d5c, 0xff4fd1a5, 0xffc39bff,
                                                  0xfff0d24a, 0xffff8ac0, 0xffb8c2cf, 0xff5fd4ea};
    const auto& colours = Theme::isDark(palette) ? kDark : kLight;
    return QColor(colours[static_cast<std::size_t>(std::max(0, number)) % colours.size()]);
}

} // namespace

ChartUnit ChartUnit::of(ChartKind kind, double greatest) {
    if (kind == ChartKind::AlreadyStored)
        return {QStringLiteral("%"), 1};
    if (kind == ChartKind::Duration) {
        if (greatest < 120)
            return {TrendChart::tr("s", "seconds"), 1};
        return greatest < 7200 ? ChartUnit{TrendChart::tr("min", "minutes"), 60}
                               : ChartUnit{TrendChart::tr("h", "hours"), 3600};
    }
    static constexpr const char* kNames[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    int step = 0;
    double factor = 1;
    while (step < 5 && greatest >= 1000 * factor) {
        factor *= 1000;
        ++step;
    }
    const QString name = QLatin1String(kNames[step]);
    return {kind == ChartKind::Throughput ? TrendChart::tr("%1/s", "a data rate").arg(name) : name, factor};
}

QString ChartUnit::text(ChartKind kind, double value) {
    if (kind == ChartKind::AlreadyStored)
        return TrendChart::tr("%1 %").arg(QLocale().toString(value, 'f', 1));
    if (kind == ChartKind::Duration)
        return Format::duration(value);
    return kind == ChartKind::Throughput ? Format::rate(value)
                                         : Format::size(static_cast<std::uint64_t>(std::max(0.0, value)));
}

TrendChart::TrendChart(QWidget* parent)
    : QChartView(new QChart, parent) {
    setObjectName(QStringLiteral("trendChart"));
    setAccessibleName(tr("Chart"));
    setFocusPolicy(Qt::StrongFocus);
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    viewport()->setObjectName(QStringLiteral("trendChartViewport"));
    viewport()->setAccessibleName(tr("Chart"));
    viewport()->setFocusPolicy(Qt::NoFocus); // the view has it
    setMinimumSize(320, 220);
    chart()->setAnimationOptions(QChart::NoAnimation);
    chart()->setBackgroundRoundness(0);
    chart()->setMargins(QMargins(4, 4, 12, 4));
    chart()->setLocalizeNumbers(true);
    chart()->legend()->setAlignment(Qt::AlignBottom);
    chart()->legend()->setMarkerShape(QLegend::MarkerShapeFromSeries);
    m_times = new QDateTimeAxis(chart());
    m_values = new QValueAxis(chart());
    chart()->addAxis(m_times, Qt::AlignBottom);
    chart()->addAxis(m_values, Qt::AlignLeft);
    m_band = new QRubberBand(QRubberBand::Rectangle, viewport());
    recolour();
}

TrendChart::~TrendChart() = default;

void TrendChart::show(ChartKind kind, std::vector<ChartSeries> series, Instant from, Instant to) {
    const bool sameLines =
        kind == m_kind && series.size() == m_series.size() &&
        std::equal(series.begin(), series.end(), m_series.begin(),
                   [](const auto& a, const auto& b) { return a.name == b.name && a.dashed == b.dashed; });
    const bool sameKind = kind == m_kind;
    const std::vector<ChartSeries> before = std::exchange(m_series, std::move(series));
    m_kind = kind;
    m_from = from;
    m_to = to;
    keepCurrent(sameKind ? before : std::vector<ChartSeries>());
    if (!sameLines || m_unusual == nullptr)
        rebuild();
    fitAxes();
    fill();
    recolour();
}

/// The data come anew with every run that ends: who walked to a point stays on it as long as it is drawn.
void TrendChart::keepCurrent(const std::vector<ChartSeries>& before) {
    const Hit old{std::exchange(m_currentSeries, -1), std::exchange(m_currentPoint, -1)};
    if (old.series < 0 || old.point < 0)
        return;
    if (!before.empty()) {
        const ChartSeries& was = before[static_cast<std::size_t>(old.series)];
        const auto line = std::find_if(m_series.begin(), m_series.end(),
                                       [&](const ChartSeries& one) { return one.name == was.name; });
        if (line != m_series.end()) {
            const Instant at = was.points[static_cast<std::size_t>(old.point)].at;
            const auto point = std::find_if(line->points.begin(), line->points.end(),
                                            [&](const ChartPoint& one) { return one.at == at; });
            if (point != line->points.end()) {
                m_currentSeries = static_cast<int>(line - m_series.begin());
                m_currentPoint = static_cast<int>(point - line->points.begin());
            }
        }
    }
    const QString text = m_currentSeries < 0 ? QString() : pointText(m_currentSeries, m_currentPoint);
    if (text == accessibleDescription())
        return;
    setAccessibleDescription(text);
    emit currentChanged(text);
}

void TrendChart::rebuild() {
    chart()->removeAllSeries();
    m_lines.clear();
    for (const ChartSeries& one : m_series) {
        auto* line = new QLineSeries;
        line->setUseOpenGL(false);
        line->setName(one.name.toHtmlEscaped());
        chart()->addSeries(line);
        line->attachAxis(m_times);
        line->attachAxis(m_values);
        m_lines << line;
    }
    m_unusual = new QScatterSeries;
    m_unusual->setUseOpenGL(false);
    m_unusual->setName(tr("unusual"));
    m_unusual->setMarkerShape(QScatterSeries::MarkerShapeTriangle);
    m_unusual->setMarkerSize(13);
    chart()->addSeries(m_unusual);
    m_unusual->attachAxis(m_times);
    m_unusual->attachAxis(m_values);
}

void TrendChart::fill() {
    QList<QPointF> unusual;
    for (std::size_t i = 0; i < m_series.size(); ++i) {
        QList<QPointF> points;
        for (const ChartPoint& point : m_series[i].points) {
            points << QPointF(static_cast<double>(toMs(point.at)), point.value / m_unit.factor);
            if (point.anomaly)
                unusual << points.back();
        }
        m_lines[static_cast<int>(i)]->setPointsVisible(points.size() <= kFewPoints);
        m_lines[static_cast<int>(i)]->replace(points);
    }
    m_unusual->replace(unusual);
    m_unusual->setVisible(!unusual.isEmpty());
    chart()->legend()->setVisible(m_series.size() > 1 || !unusual.isEmpty());
}

void TrendChart::fitAxes() {
    double greatest = 0;
    Instant last = m_to;
    for (const ChartSeries& one : m_series) {
        for (const ChartPoint& point : one.points) {
            greatest = std::max(greatest, point.value);
            last = std::max(last, point.at); // a forecast lies ahead
        }
    }
    m_unit = ChartUnit::of(m_kind, greatest);
    m_times->setRange(QDateTime::fromMSecsSinceEpoch(toMs(m_from)),
                      QDateTime::fromMSecsSinceEpoch(toMs(last)));
    const double days = std::chrono::duration<double>(last - m_from).count() / 86400;
    m_times->setFormat(days <= 3     ? tr("d MMM HH:mm", "date and time format")
                       : days <= 120 ? tr("d MMM", "date format")
                                     : tr("MMM yyyy", "date format"));
    fitTicks();
    const double top = greatest / m_unit.factor * 1.08;
    m_values->setRange(0, m_kind == ChartKind::AlreadyStored ? 100 : std::max(top, 1e-3));
    m_values->setTickCount(6);
    if (m_kind != ChartKind::AlreadyStored)
        m_values->applyNiceNumbers();
    const double apart = m_values->max() / (m_values->tickCount() - 1);
    m_values->setLabelFormat(apart < .1  ? QStringLiteral("%.2f")
                             : apart < 1 ? QStringLiteral("%.1f")
                                         : QStringLiteral("%.0f"));
    m_values->setTitleText(m_unit.name);
}

/// As many as their labels have room for: one that is cut says no time.
void TrendChart::fitTicks() {
    const int label = fontMetrics().horizontalAdvance(QLocale().toString(m_times->max(), m_times->format()));
    const int room = (width() - kBesidePlot) / (label + kBetweenLabels) + 1;
    m_times->setTickCount(std::clamp(std::min(width() / 120, room), 2, 8));
}

void TrendChart::resizeEvent(QResizeEvent* event) {
    QChartView::resizeEvent(event);
    fitTicks();
}

void TrendChart::recolour() {
    const QPalette basis = QApplication::palette();
    const QColor text = basis.color(QPalette::Text);
    const QColor muted = basis.color(QPalette::PlaceholderText);
    chart()->setBackgroundBrush(basis.color(QPalette::Base));
    setBackgroundBrush(basis.color(QPalette::Base));
    chart()->legend()->setLabelColor(text);
    chart()->legend()->setFont(font());
    const QColor grid = Theme::toneBackground(Tone::Neutral, basis);
    for (QAbstractAxis* axis : std::initializer_list<QAbstractAxis*>{m_times, m_values}) {
        axis->setLabelsColor(muted);
        axis->setLabelsFont(font());
        axis->setTitleFont(font());
        axis->setTitleBrush(muted);
        axis->setLinePenColor(basis.color(QPalette::Mid));
        axis->setGridLineColor(grid);
    }
    int colour = -1;
    for (int i = 0; i < m_lines.size(); ++i) {
        const bool dashed = m_series[static_cast<std::size_t>(i)].dashed;
        if (!dashed || colour < 0) // an estimate has the colour of what it goes on from
            ++colour;
        QPen pen(lineColour(colour, basis), 2);
        pen.setStyle(dashed || colour >= 4 ? Qt::DashLine : Qt::SolidLine);
        m_lines[i]->setPen(pen);
        m_lines[i]->setColor(pen.color());
    }
    if (m_unusual != nullptr) {
        m_unusual->setColor(Theme::tone(Tone::Bad, basis));
        m_unusual->setBorderColor(basis.color(QPalette::Base));
    }
}

QString TrendChart::pointText(int series, int point) const {
    const ChartSeries& one = m_series[static_cast<std::size_t>(series)];
    const ChartPoint& found = one.points[static_cast<std::size_t>(point)];
    const QString text = tr("%1, %2: %3", "series, time, value")
                             .arg(one.name, Format::time(found.at), ChartUnit::text(m_kind, found.value));
    return found.anomaly ? tr("%1 (unusual; usually %2)").arg(text, ChartUnit::text(m_kind, found.usual))
                         : text;
}

QPoint TrendChart::positionOf(int series, int point) const {
    const ChartPoint& found =
        m_series[static_cast<std::size_t>(series)].points[static_cast<std::size_t>(point)];
    const QPointF at = chart()->mapToPosition(
        QPointF(static_cast<double>(toMs(found.at)), found.value / m_unit.factor), m_lines[series]);
    return mapFromScene(chart()->mapToScene(at));
}

TrendChart::Hit TrendChart::nearest(const QPoint& at, int within) const {
    Hit best;
    int distance = within * within;
    const Instant from = timeAt(at.x() - within);
    const Instant to = timeAt(at.x() + within);
    for (int series = 0; series < static_cast<int>(m_series.size()); ++series) {
        const auto& points = m_series[static_cast<std::size_t>(series)].points;
        auto one = std::lower_bound(points.begin(), points.end(), from,
                                    [](const ChartPoint& point, Instant time) { return point.at < time; });
        for (; one != points.end() && one->at <= to; ++one) {
            const int point = static_cast<int>(one - points.begin());
            const QPoint gap = positionOf(series, point) - at;
            const int square = QPoint::dotProduct(gap, gap);
            if (square > distance)
                continue;
            distance = square;
            best = {series, point};
        }
    }
    return best;
}

Instant TrendChart::timeAt(int x) const {
    const QPointF in = chart()->mapFromScene(mapToScene(QPoint(x, 0)));
    return m_lines.isEmpty() ? m_from : fromMs(chart()->mapToValue(in, m_lines.front()).x());
}

void TrendChart::setCurrent(Hit hit) {
    if (hit.series < 0)
        return;
    m_currentSeries = hit.series;
    m_currentPoint = hit.point;
    const QString text = pointText(hit.series, hit.point);
    setAccessibleDescription(text);
    viewport()->update();
    emit currentChanged(text);
}

void TrendChart::activate(Hit hit) {
    if (hit.series < 0)
        return;
    const BackupChoice& backup =
        m_series[static_cast<std::size_t>(hit.series)].points[static_cast<std::size_t>(hit.point)].backup;
    if (!backup.backupId.isEmpty())
        emit pointActivated(backup);
}

void TrendChart::step(int by) {
    if (m_series.empty())
        return;
    const int series = std::max(0, m_currentSeries);
    const int count = static_cast<int>(m_series[static_cast<std::size_t>(series)].points.size());
    if (count > 0)
        setCurrent({series, m_currentPoint < 0 ? count - 1 : std::clamp(m_currentPoint + by, 0, count - 1)});
}

void TrendChart::stepSeries(int by) {
    const int count = static_cast<int>(m_series.size());
    for (int i = 1; i < count; ++i) {
        const int series = (std::max(0, m_currentSeries) + by * i + count * i) % count;
        const auto points = m_series[static_cast<std::size_t>(series)].points.size();
        if (points > 0) {
            setCurrent({series, std::clamp(m_currentPoint, 0, static_cast<int>(points) - 1)});
            return;
        }
    }
}

void TrendChart::zoom(double factor, Instant around) {
    const auto left = std::chrono::duration<double>(around - m_from).count();
    const auto right = std::chrono::duration<double>(m_to - around).count();
    const auto seconds = [factor](double old) {
        return std::chrono::seconds(std::llround(std::max(1800.0, old * factor)));
    };
    emit rangeWanted(around - seconds(left), around + seconds(right));
}

void TrendChart::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    setFocus(Qt::MouseFocusReason);
    m_pressed = event->pos();
    m_pressing = true;
}

void TrendChart::mouseMoveEvent(QMouseEvent* event) {
    if (m_pressing) {
        const QRectF plot = chart()->plotArea();
        const int left = std::min(m_pressed.x(), event->pos().x());
        const int width = std::abs(m_pressed.x() - event->pos().x());
        m_band->setGeometry(left, static_cast<int>(plot.top()), width, static_cast<int>(plot.height()));
        m_band->setVisible(width >= kDrag);
        return;
    }
    const Hit hit = nearest(event->pos(), kNear);
    if (hit.series < 0) {
        QToolTip::hideText();
        return;
    }
    setCurrent(hit);
    QToolTip::showText(event->globalPosition().toPoint(), pointText(hit.series, hit.point), this);
}

void TrendChart::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_pressing)
        return;
    m_pressing = false;
    m_band->hide();
    if (std::abs(m_pressed.x() - event->pos().x()) < kDrag) {
        activate(nearest(event->pos(), kNear));
        return;
    }
    emit rangeWanted(timeAt(std::min(m_pressed.x(), event->pos().x())),
                     timeAt(std::max(m_pressed.x(), event->pos().x())));
}

void TrendChart::wheelEvent(QWheelEvent* event) {
    if (event->angleDelta().y() != 0)
        zoom(event->angleDelta().y() > 0 ? .7 : 1 / .7, timeAt(event->position().toPoint().x()));
    event->accept();
}

void TrendChart::keyPressEvent(QKeyEvent* event) {
    const Instant middle = m_currentPoint >= 0 ? m_series[static_cast<std::size_t>(m_currentSeries)]
                                                     .points[static_cast<std::size_t>(m_currentPoint)]
                                                     .at
                                               : m_from + (m_to - m_from) / 2;
    const auto half = (m_to - m_from) / 2;
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
        step(event->key() == Qt::Key_Left ? -1 : 1);
        break;
    case Qt::Key_Up:
    case Qt::Key_Down:
        stepSeries(event->key() == Qt::Key_Up ? -1 : 1);
        break;
    case Qt::Key_Plus:
    case Qt::Key_Minus:
        zoom(event->key() == Qt::Key_Plus ? .5 : 2, middle);
        break;
    case Qt::Key_PageUp:
        emit rangeWanted(m_from - half, m_to - half);
        break;
    case Qt::Key_PageDown:
        emit rangeWanted(m_from + half, m_to + half);
        break;
    case Qt::Key_0:
        emit wholeWanted();
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        activate({m_currentSeries, m_currentPoint});
        break;
    default:
        QChartView::keyPressEvent(event);
    }
}

void TrendChart::changeEvent(QEvent* event) {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange || event->type() == QEvent::PaletteChange)
        recolour();
}

void TrendChart::drawForeground(QPainter* painter, const QRectF&) {
    if (m_currentSeries < 0 || m_currentPoint < 0)
        return;
    const QPointF at = mapToScene(positionOf(m_currentSeries, m_currentPoint));
    painter->setPen(QPen(QApplication::palette().color(QPalette::Text), 2));
    painter->setBrush(Qt::NoBrush);
    painter->drawEllipse(at, 6, 6);
}

} // namespace salvor
