// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/runlistmodel.h"

#include "models/base/json.h"
#include "models/lists/rolenames.h"
#include "models/units.h"

#include <array>

namespace salvor {

namespace {

QVariant duration(const RunRecord& run) {
    if (!run.ended)
        return {};
    return QVariant::fromValue<qlonglong>(
        std::chrono::duration_cast<std::chrono::milliseconds>(*run.ended - run.started).count());
}

QStringList texts(const std::vector<std::string>& values) {
    QStringList list;
    for (const auto& value : values)
        list << toQt(value);
    return list;
}

} // namespace

RunListModel::RunListModel(QObject* parent)
    : RecordModel(parent) {
    setColumns(kColumns);
}

QHash<int, QByteArray> RunListModel::roleNames() const { return roleNamesOf<Role>(); }

int RunListModel::roleOfColumn(int column) const {
    static constexpr std::array<int, kColumns> kRoles = {StartedRole,  KindRole,         OutcomeRole,
                                                         DatabaseRole, ProfileTitleRole, DurationRole,
                                                         SizeRole,     TriggerRole,      HostRole};
    return kRoles[static_cast<std::size_t>(column)];
}

QVariant RunListModel::value(const RunRecord& row, int role) const {
    switch (role) {
    case IdRole:
        return toQt(row.id);
    case KindRole:
        return toQt(row.kind);
    case OutcomeRole:
        return QVariant::fromValue(row.outcome);
    case RepositoryIdRole:
        return toQt(row.repositoryId);
    case ProfileUuidRole:
        return toQt(row.profileUuid);
    case ProfileTitleRole:
        return toQt(row.profileTitle);
    case DatabaseRole:
        return toQt(row.database);
    case TriggerRole:
        return toQt(row.trigger);
    case HostRole:
        return toQt(row.host);
    case StartedRole:
        return toQDateTime(row.started);
    case EndedRole:
        return toQDateTime(row.ended);
    case DurationRole:
        return duration(row);
    case SizeRole:
        return QVariant::fromValue<qulonglong>(row.sizeBytes);
    case StoredSizeRole:
        return QVariant::fromValue<qulonglong>(row.storedBytes);
    case ErrorCodeRole:
        return row.error ? toQt(toString(row.error->code)) : QString();
    case ErrorMessageRole:
        return row.error ? toQt(row.error->message) : QString();
    case ErrorHintRole:
        return row.error ? toQt(row.error->hint) : QString();
    case BackupIdsRole:
        return texts(row.backupIds);
    default:
        return {};
    }
}

} // namespace salvor
