// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/restoredlistmodel.h"

#include "models/base/json.h"
#include "models/lists/rolenames.h"
#include "models/units.h"

#include <QTimeZone>

#include <array>

namespace salvor {

namespace {

constexpr qsizetype kTimeLength = 16; // YYYYMMDDTHHMMSSZ

} // namespace

std::optional<Instant> startOfBackup(const std::string& backupId) {
    QDateTime at = QDateTime::fromString(toQt(backupId).left(kTimeLength).toUpper(),
                                         QStringLiteral("yyyyMMdd'T'HHmmss'Z'"));
    if (!at.isValid())
        return std::nullopt;
    at.setTimeZone(QTimeZone::utc());
    return Instant(std::chrono::milliseconds(at.toMSecsSinceEpoch()));
}

RestoredListModel::RestoredListModel(QObject* parent)
    : RecordModel(parent) {
    setColumns(kColumns);
}

QHash<int, QByteArray> RestoredListModel::roleNames() const { return roleNamesOf<Role>(); }

int RestoredListModel::roleOfColumn(int column) const {
    static constexpr std::array<int, kColumns> kRoles = {NameRole, StateRole,       AsOfRole,
                                                         SizeRole, CounterpartRole, BackupRole};
    return kRoles[static_cast<std::size_t>(column)];
}

QVariant RestoredListModel::value(const RestoredDatabase& row, int role) const {
    switch (role) {
    case NameRole:
        return toQt(row.name);
    case StateRole:
        return toQt(row.state);
    case AsOfRole:
        return toQDateTime(startOfBackup(row.backupId));
    case SizeRole:
        return QVariant::fromValue<qulonglong>(row.sizeBytes);
    case CounterpartRole:
        return toQt(row.counterpart);
    case BackupRole:
        return toQt(row.backupId);
    case SwappedRole:
        return toQDateTime(row.swapped);
    case HiddenRole:
        return row.hidden;
    case DrillRole:
        return row.drill;
    default:
        return {};
    }
}

} // namespace salvor
