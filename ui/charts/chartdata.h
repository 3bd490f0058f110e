// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the charts show, as it comes from the core, and the same as a table.
#pragma once

#include "ui/main/windowpage.h"
#include "workers/core.h"

#include <QVariantList>

#include <vector>

namespace salvor {

enum class ChartKind { Size, StoredSize, Duration, Throughput, AlreadyStored, Success, Capacity };

struct ChartPoint {
    Instant at{};
    double value = 0; ///< bytes, seconds, bytes a second, percent
    double usual = 0; ///< 0: not known
    bool anomaly = false;
    BackupChoice backup; ///< empty where a point is none
};
struct ChartSeries {
    QString name;
    bool dashed = false;       ///< an estimate or a limit, not something measured
    std::uint64_t backups = 0; ///< its own in this time; more than `points` where they were put together
    std::vector<ChartPoint> points;
    /// Since when the database has its name, where a swap or its undoing gave it that; and the backups of
    /// that name in this time that are another database's, which are no points of this line.
    std::optional<Instant> namedSince;
    std::uint64_t ofFormer = 0;
};
/// One repository's room.
struct StoreRoom {
    QString title;
    std::uint64_t storedBytes = 0;
    std::uint64_t freeBytes = 0; ///< 0: not known
    std::optional<CapacityForecast> forecast;
};

struct ChartSource {
    Selection source;
    QString name;
};
struct ChartRequest {
    ChartKind kind = ChartKind::Size;
    std::vector<ChartSource> sources;
    Selection chosen; ///< what the success map counts
    std::vector<RepositoryInfo> stores;
    Instant from{}; ///< the epoch: everything
    Instant to{};
    Instant now{};
    int pixels = 800;
    bool trimmed = false; ///< `from` may be later: a little before the first backup
};
struct ChartAnswer {
    Instant from{}; ///< as asked, or the first backup where the whole history was asked for
    std::vector<ChartSeries> series;
    std::vector<DayOutcomes> days;
    std::vector<StoreRoom> stores;
};

/// Blocking, for a worker.
Result<ChartAnswer> fetchChart(Core& core, const ChartRequest& request, const CancelToken& cancel);

/// One row of the table beside a chart: texts for people, values for files.
struct ChartRow {
    QStringList texts;
    QVariantList values;
    BackupChoice backup;
    bool marked = false;
};
struct ChartTable {
    QStringList headers;
    QStringList fileHeaders; ///< with units, the same in every language
    std::vector<ChartRow> rows;
};
/// RFC 4180, UTF-8, CRLF; a text that a spreadsheet would take for a formula gets an apostrophe in front.
QByteArray toCsv(const ChartTable& table);

} // namespace salvor
