// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What charts show of the catalog: few points, whatever the length of the history.
#pragma once

#include "models/base/clock.h"
#include "models/statistics/forecast.h"

#include <QDate>

#include <cstddef>
#include <cstdint>
#include <string>

namespace salvor {

enum class TrendMeasure {
    Size,          ///< bytes of plaintext
    StoredSize,    ///< bytes of all that a backup references
    Duration,      ///< seconds
    Throughput,    ///< bytes of plaintext a second
    AlreadyStored, ///< percent of what it references that its run did not have to store
};

/// One source's backups that began in [from, to).
struct TrendQuery {
    std::string profileUuid;
    std::string database;
    TrendMeasure measure = TrendMeasure::Size;
    Instant from{};
    Instant to{};
    /// The time is divided into so many; of each the least, the greatest and the last value are given, so a
    /// peak is never lost. Two thirds of the pixels make two points a pixel.
    std::size_t buckets = 600;
};
struct TrendPoint {
    Instant at{};
    double value = 0; ///< in the measure's unit
    std::string repositoryId;
    std::string backupId;
    bool anomaly = false; ///< far from what is usual of the backups before it
    double usual = 0;     ///< their median; 0 where there were too few
};

/// Backup runs by day, local time. Empty fields do not narrow.
struct OutcomeQuery {
    std::string profileUuid;
    std::string database;
    Instant from{};
    Instant to{};
};
/// A run over several databases counts once for each.
struct DayOutcomes {
    QDate day;
    std::uint64_t ok = 0;
    std::uint64_t partial = 0;
    std::uint64_t failed = 0;
    std::uint64_t other = 0; ///< cancelled, skipped, running
};

struct CatalogTotals {
    std::uint64_t backups = 0;
    std::uint64_t sizeBytes = 0; ///< of plaintext
};

} // namespace salvor
