// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/databaselistmodel.h"

#include "models/base/json.h"
#include "models/lists/rolenames.h"
#include "models/units.h"

#include <array>

namespace salvor {

namespace {

template <typename T, typename Map>
QVariant listOf(const std::vector<RunRecord>& runs, Map map) {
    QList<T> list;
    for (const auto& run : runs)
        list << map(run);
    return QVariant::fromValue(list);
}

} // namespace

DatabaseListModel::DatabaseListModel(QObject* parent)
    : RecordModel(parent) {
    setColumns(kColumns);
}

QHash<int, QByteArray> DatabaseListModel::roleNames() const { return roleNamesOf<Role>(); }

std::string DatabaseListModel::keyOf(const std::string& profileUuid, const std::string& database) {
    return sourceKey(profileUuid, database);
}

std::string DatabaseListModel::key(const SourceStanding& row) const {
    return keyOf(row.profileUuid, row.database);
}

int DatabaseListModel::roleOfColumn(int column) const {
    static constexpr std::array<int, kColumns> kRoles = {
        DatabaseRole, ProfileTitleRole,    ProtectionRole, OutcomesRole,    LastGoodAtRole,
        NextRunRole,  RecoverySecondsRole, ProvedAtRole,   LastGoodSizeRole};
    return kRoles[static_cast<std::size_t>(column)];
}

QVariant DatabaseListModel::value(const SourceStanding& row, int role) const {
    switch (role) {
    case ProfileUuidRole:
        return toQt(row.profileUuid);
    case ProfileTitleRole:
        return toQt(row.profileTitle);
    case DatabaseRole:
        return toQt(row.database);
    case StateRole:
        return QVariant::fromValue(sourceStateFromString(row.state));
    case ProtectionRole:
        return QVariant::fromValue(row.protection);
    case NextRunKindRole:
        return QVariant::fromValue(row.next);
    case NextRunRole:
        return toQDateTime(row.nextRun);
    case RecoverySecondsRole:
        return row.recovery ? QVariant(row.recovery->seconds) : QVariant();
    case ProvedAtRole:
        return toQDateTime(row.provedAt);
    case LastGoodIdRole:
        return row.lastGood ? toQt(row.lastGood->id) : QString();
    case LastGoodAtRole:
        return row.lastGood ? toQDateTime(row.lastGood->started) : QDateTime();
    case LastGoodSizeRole:
        return row.lastGood ? QVariant::fromValue<qulonglong>(row.lastGood->sizeBytes) : QVariant();
    case LastRestoredAtRole:
        return row.lastGood ? toQDateTime(row.lastGood->restoredAt) : QDateTime();
    case OutcomesRole:
        return listOf<RunOutcome>(row.recentRuns, [](const RunRecord& run) { return run.outcome; });
    case RunIdsRole:
        return listOf<QString>(row.recentRuns, [](const RunRecord& run) { return toQt(run.id); });
    case RunTimesRole:
        return listOf<QDateTime>(row.recentRuns,
                                 [](const RunRecord& run) { return toQDateTime(run.started); });
    default:
        return {};
    }
}

} // namespace salvor
