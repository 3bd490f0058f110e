// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/chunkaxis.h"

#include "ui/support/format.h"
#include "ui/support/theme.h"

#include <QDateTime>
#include <QLocale>
#include <QPainter>
#include <QTimeZone>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace salvor {

namespace {

constexpr int kMargin = 10;
constexpr int kBarHeight = 44;
constexpr int kTick = 5;

std::optional<Instant> bound(const BackupItemRow& item, const char* key) {
    const QJsonObject range = item.details.value(QLatin1String("time_range")).toObject();
    const auto instant = fromRfc3339(range.value(QLatin1String(key)).toString().toStdString());
    return instant ? std::optional(*instant) : std::nullopt;
}

QString hypertableOf(const BackupItemRow& item) {
    const QString name = item.details.value(QLatin1String("hypertable")).toString();
    return name.isEmpty() ? QString::fromStdString(item.group) : name;
}

QDateTime utc(Instant at) {
    return QDateTime::fromSecsSinceEpoch(
        std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count(), QTimeZone::utc());
}

} // namespace

ChunkAxis::ChunkAxis(QWidget* parent)
    : CellWidget(parent) {
    setObjectName(QStringLiteral("chunkAxis"));
    setAccessibleName(tr("Chunks by the time they cover"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void ChunkAxis::setItems(const std::vector<BackupItemRow>& items) {
    m_rows.clear();
    m_chunks.clear();
    m_withoutRange = 0;
    std::map<QString, std::size_t> rows;
    for (const BackupItemRow& item : items) {
        if (item.kind != "chunk")
            continue;
        const auto from = bound(item, "from");
        const auto to = bound(item, "to");
        if (!from || !to || *to <= *from) {
            ++m_withoutRange;
            continue;
        }
        const auto [row, isNew] = rows.try_emplace(hypertableOf(item), m_rows.size());
        if (isNew)
            m_rows.push_back({row->first, 1});
        m_rows[row->second].largest = std::max(m_rows[row->second].largest, item.sizeBytes);
        m_chunks.push_back(
            {row->second, *from, *to, QString::fromStdString(item.name), item.rows, item.sizeBytes});
    }
    std::sort(m_chunks.begin(), m_chunks.end(), [](const Chunk& a, const Chunk& b) {
        return std::tie(a.row, a.from, a.name) < std::tie(b.row, b.from, b.name);
    });
    m_from = Instant::max();
    m_to = Instant::min();
    for (const Chunk& chunk : m_chunks) {
        m_from = std::min(m_from, chunk.from);
        m_to = std::max(m_to, chunk.to);
    }
    resetCells(0);
    updateGeometry();
}

int ChunkAxis::rowTop(std::size_t row) const {
    return 4 + static_cast<int>(row) * (fontMetrics().height() + kBarHeight + 8);
}

double ChunkAxis::xOf(Instant at) const {
    const auto span = static_cast<double>((m_to - m_from).count());
    const double share = span > 0 ? static_cast<double>((at - m_from).count()) / span : 0;
    return kMargin + share * (width() - 2 * kMargin);
}

QRect ChunkAxis::cellRect(int cell) const {
    const Chunk& chunk = m_chunks[static_cast<std::size_t>(cell)];
    const double left = xOf(chunk.from);
    const double right = std::max(left + 2, xOf(chunk.to));
    const double share =
        static_cast<double>(chunk.sizeBytes) / static_cast<double>(m_rows[chunk.row].largest);
    const int height = 4 + static_cast<int>(std::lround(share * (kBarHeight - 4)));
    const int bottom = rowTop(chunk.row) + fontMetrics().height() + 2 + kBarHeight;
    return {static_cast<int>(std::lround(left)), bottom - height,
            std::max(2, static_cast<int>(std::lround(right - left))), height};
}

QString ChunkAxis::cellText(int cell) const {
    const Chunk& chunk = m_chunks[static_cast<std::size_t>(cell)];
    return tr("%1: %2 to %3, %4, %5 (%6)")
        .arg(m_rows[chunk.row].name, Format::utc(chunk.from), Format::utc(chunk.to),
             Format::size(chunk.sizeBytes), Format::rows(chunk.rows), chunk.name);
}

int ChunkAxis::cellBeside(int cell, int key) const {
    if (key == Qt::Key_Left || key == Qt::Key_Right)
        return CellWidget::cellBeside(cell, key);
    // To the chunk of the next hypertable that covers the same time, or lies nearest.
    const Chunk& from = m_chunks[static_cast<std::size_t>(cell)];
    const std::size_t wanted = key == Qt::Key_Up ? from.row - 1 : from.row + 1;
    int best = cell;
    auto distance = std::chrono::microseconds::max();
    for (int i = 0; i < cellCount(); ++i) {
        const Chunk& one = m_chunks[static_cast<std::size_t>(i)];
        if (one.row != wanted || std::chrono::abs(one.from - from.from) >= distance)
            continue;
        best = i;
        distance = std::chrono::abs(one.from - from.from);
    }
    return best;
}

QSize ChunkAxis::sizeHint() const {
    return {360, rowTop(m_rows.size()) + kTick + fontMetrics().height() + 6};
}

QSize ChunkAxis::minimumSizeHint() const { return {200, sizeHint().height()}; }

void ChunkAxis::paintTicks(QPainter& painter) const {
    const int top = rowTop(m_rows.size());
    const int needed = fontMetrics().horizontalAdvance(QStringLiteral("28 Sept 2026")) + 16;
    const int ticks = std::max(1, (width() - 2 * kMargin) / needed);
    const auto step = (m_to - m_from) / ticks;
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(kMargin, top, width() - kMargin, top);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    for (int i = 0; i <= ticks; ++i) {
        const Instant at = m_from + step * i;
        const int x = static_cast<int>(std::lround(xOf(at)));
        painter.drawLine(x, top, x, top + kTick);
        const QString text = QLocale().toString(utc(at).date(), tr("d MMM yyyy", "date format"));
        const int wide = fontMetrics().horizontalAdvance(text);
        painter.drawText(std::clamp(x - wide / 2, 0, std::max(0, width() - wide)),
                         top + kTick + fontMetrics().ascent() + 1, text);
    }
}

void ChunkAxis::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    if (m_chunks.empty())
        return;
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(kMargin, rowTop(row) + fontMetrics().ascent(),
                         fontMetrics().elidedText(m_rows[row].name, Qt::ElideRight, width() - 2 * kMargin));
        painter.setPen(palette().color(QPalette::Mid));
        const int line = rowTop(row) + fontMetrics().height() + 2 + kBarHeight;
        painter.drawLine(kMargin, line, width() - kMargin, line);
    }
    const QColor fill = Theme::tone(Tone::Running, palette());
    for (int i = 0; i < cellCount(); ++i) {
        const QRect bar = cellRect(i);
        // A gap between neighbours where there is room for one.
        painter.fillRect(bar.width() > 4 ? bar.adjusted(0, 0, -1, 0) : bar,
                         i == currentCell() && hasFocus() ? palette().color(QPalette::Text) : fill);
    }
    paintTicks(painter);
    if (hasFocus() && currentCell() >= 0) {
        painter.setPen(QPen(palette().color(QPalette::Text), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(cellRect(currentCell()).adjusted(-2, -2, 1, 1));
    }
}

} // namespace salvor
