// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of catalog.sqlite, and its rows as records.
#pragma once

#include "models/backuprecord.h"
#include "models/database/sqlitedatabase.h"

#include <optional>

namespace salvor {

SqliteSchema catalogSchema();

/// The columns that backupFromRow() and runFromRow() expect, in their order.
QString backupColumns();
QString runColumns();
Result<BackupRecord> backupFromRow(const QSqlQuery& row);
Result<RunRecord> runFromRow(const QSqlQuery& row);

inline qint64 toMicroseconds(Instant instant) { return instant.time_since_epoch().count(); }
inline QVariant toMicroseconds(const std::optional<Instant>& instant) {
    return instant ? QVariant(toMicroseconds(*instant)) : QVariant();
}
inline Instant fromMicroseconds(const QVariant& value) {
    return Instant(std::chrono::microseconds(value.toLongLong()));
}
inline std::optional<Instant> instantIfThere(const QVariant& value) {
    return value.isNull() ? std::nullopt : std::optional(fromMicroseconds(value));
}

} // namespace salvor
