// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/backuplistmodel.h"

#include "models/base/json.h"
#include "models/lists/rolenames.h"
#include "models/units.h"

#include <array>

namespace salvor {

namespace {

QVariant count(std::uint64_t value) { return QVariant::fromValue<qulonglong>(value); }

QStringList texts(const std::vector<std::string>& values) {
    QStringList list;
    for (const auto& value : values)
        list << toQt(value);
    return list;
}

} // namespace

BackupListModel::BackupListModel(QObject* parent)
    : RecordModel(parent) {
    setColumns(kColumns);
}

QHash<int, QByteArray> BackupListModel::roleNames() const { return roleNamesOf<Role>(); }

std::string BackupListModel::keyOf(const std::string& repositoryId, const std::string& backupId) {
    return repositoryId + '\n' + backupId;
}

std::string BackupListModel::key(const BackupRecord& row) const { return keyOf(row.repositoryId, row.id); }

int BackupListModel::roleOfColumn(int column) const {
    static constexpr std::array<int, kColumns> kRoles = {StartedRole,  DatabaseRole, ProfileTitleRole,
                                                         KindRole,     SizeRole,     StoredSizeRole,
                                                         DurationRole, TriggerRole,  RestoredAtRole};
    return kRoles[static_cast<std::size_t>(column)];
}

QVariant BackupListModel::value(const BackupRecord& row, int role) const {
    switch (role) {
    case IdRole:
        return toQt(row.id);
    case RepositoryIdRole:
        return toQt(row.repositoryId);
    case RunIdRole:
        return toQt(row.runId);
    case ProfileUuidRole:
        return toQt(row.profileUuid);
    case ProfileTitleRole:
        return toQt(row.profileTitle);
    case DatabaseRole:
        return toQt(row.database);
    case KindRole:
        return toQt(row.kind);
    case MethodRole:
        return toQt(row.method);
    case TriggerRole:
        return toQt(row.trigger);
    case StartedRole:
        return toQDateTime(row.started);
    case EndedRole:
        return toQDateTime(row.ended);
    case DurationRole:
        return QVariant::fromValue<qlonglong>(
            std::chrono::duration_cast<std::chrono::milliseconds>(row.ended - row.started).count());
    case ItemsRole:
        return count(row.items);
    case RowsRole:
        return count(row.rows);
    case SizeRole:
        return count(row.sizeBytes);
    case StoredSizeRole:
        return count(row.storedBytes);
    case NewStoredSizeRole:
        return count(row.newStoredBytes);
    case ServerVersionRole:
        return toQt(row.serverVersion);
    case NotesRole:
        return texts(row.notes);
    case HeldRole:
        return row.held;
    case ReadBackAtRole:
        return toQDateTime(row.readBackAt);
    case RestoredAtRole:
        return toQDateTime(row.restoredAt);
    default:
        return {};
    }
}

} // namespace salvor
