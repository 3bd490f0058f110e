// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The chunks of a backup's hypertables over the time they cover.
#pragma once

#include "models/backuprecord.h"
#include "ui/support/cellwidget.h"

#include <vector>

namespace salvor {

/// One row a hypertable, one bar a chunk: as wide as its time range, as high as its size among the others of
/// its hypertable. Times are UTC, as TimescaleDB's chunks begin and end there.
class ChunkAxis final : public CellWidget {
    Q_OBJECT

public:
    explicit ChunkAxis(QWidget* parent = nullptr);
    void setItems(const std::vector<BackupItemRow>& items);
    int hypertables() const { return static_cast<int>(m_rows.size()); }
    int withoutRange() const { return m_withoutRange; } ///< chunks that cannot be shown

    int cellCount() const override { return static_cast<int>(m_chunks.size()); }
    QRect cellRect(int cell) const override;
    QString cellText(int cell) const override;
    int cellBeside(int cell, int key) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

private:
    struct Chunk {
        std::size_t row = 0;
        Instant from{};
        Instant to{};
        QString name;
        std::uint64_t rows = 0;
        std::uint64_t sizeBytes = 0;
    };
    struct Row {
        QString name;
        std::uint64_t largest = 1;
    };
    void paintEvent(QPaintEvent* event) override;
    void paintTicks(QPainter& painter) const;
    int rowTop(std::size_t row) const;
    double xOf(Instant at) const;

    std::vector<Row> m_rows;
    std::vector<Chunk> m_chunks; ///< by row, then time
    Instant m_from{};
    Instant m_to{};
    int m_withoutRange = 0;
};

} // namespace salvor
