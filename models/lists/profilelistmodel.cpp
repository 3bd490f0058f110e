// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/profilelistmodel.h"

#include "models/base/json.h"
#include "models/lists/rolenames.h"

#include <array>

namespace salvor {

ProfileListModel::ProfileListModel(QObject* parent)
    : RecordModel(parent) {
    setColumns(kColumns);
}

QHash<int, QByteArray> ProfileListModel::roleNames() const { return roleNamesOf<Role>(); }

int ProfileListModel::roleOfColumn(int column) const {
    static constexpr std::array<int, kColumns> kRoles = {TitleRole, EngineRole, HostRole, PortRole, UserRole};
    return kRoles[static_cast<std::size_t>(column)];
}

QVariant ProfileListModel::value(const Profile& row, int role) const {
    switch (role) {
    case UuidRole:
        return toQt(row.uuid);
    case TitleRole:
        return toQt(row.title);
    case EngineRole:
        return toQt(row.engine);
    case HostRole:
        return toQt(row.host);
    case PortRole:
        return int(row.port);
    case UserRole:
        return toQt(row.user);
    case DatabaseRole:
        return toQt(row.database);
    case TlsModeRole:
        return toQt(row.tlsMode);
    case SecretKindRole:
        return toQt(row.secretKind);
    case RevisionRole:
        return QVariant::fromValue<qlonglong>(row.revision);
    default:
        return {};
    }
}

} // namespace salvor
