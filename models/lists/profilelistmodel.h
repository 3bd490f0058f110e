// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The profiles of the workspace.
#pragma once

#include "models/lists/recordmodel.h"
#include "models/profile.h"

namespace salvor {

class ProfileListModel final : public RecordModel<Profile> {
    Q_OBJECT

public:
    enum Column { TitleColumn, EngineColumn, HostColumn, PortColumn, UserColumn, kColumns };
    enum Role {
        UuidRole = Qt::UserRole + 1, ///< QString
        TitleRole,                   ///< QString
        EngineRole,                  ///< QString, EngineDescription::id
        HostRole,                    ///< QString
        PortRole,                    ///< int
        UserRole,                    ///< QString
        DatabaseRole,                ///< QString, the one to connect to first
        TlsModeRole,                 ///< QString, stable name ("verify-full")
        SecretKindRole,              ///< QString, stable name ("keychain"); empty: no password
        RevisionRole,                ///< qlonglong
    };
    Q_ENUM(Role)

    explicit ProfileListModel(QObject* parent = nullptr);
    QHash<int, QByteArray> roleNames() const override;

protected:
    std::string key(const Profile& row) const override { return row.uuid; }
    QVariant value(const Profile& row, int role) const override;
    int roleOfColumn(int column) const override;
};

} // namespace salvor
