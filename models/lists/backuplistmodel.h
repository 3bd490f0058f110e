// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Backups, page by page.
#pragma once

#include "models/backuprecord.h"
#include "models/lists/recordmodel.h"

namespace salvor {

class BackupListModel final : public RecordModel<BackupRecord> {
    Q_OBJECT

public:
    enum Column {
        StartedColumn,
        DatabaseColumn,
        ProfileColumn,
        KindColumn,
        SizeColumn,
        StoredSizeColumn,
        DurationColumn,
        TriggerColumn,
        BadgesColumn, ///< shows RestoredAtRole; a delegate paints the others beside it
        kColumns
    };
    enum Role {
        IdRole = Qt::UserRole + 1, ///< QString
        RepositoryIdRole,          ///< QString
        RunIdRole,                 ///< QString
        ProfileUuidRole,           ///< QString
        ProfileTitleRole,          ///< QString
        DatabaseRole,              ///< QString
        KindRole,                  ///< QString, stable name ("full")
        MethodRole,                ///< QString, stable name ("logical")
        TriggerRole,               ///< QString, stable name ("person")
        StartedRole,               ///< QDateTime in UTC
        EndedRole,                 ///< QDateTime in UTC
        DurationRole,              ///< qlonglong milliseconds
        ItemsRole,                 ///< qulonglong
        RowsRole,                  ///< qulonglong
        SizeRole,                  ///< qulonglong bytes of plaintext
        StoredSizeRole,            ///< qulonglong bytes of all that it references
        NewStoredSizeRole,         ///< qulonglong bytes that its run stored
        ServerVersionRole,         ///< QString
        NotesRole,                 ///< QStringList
        HeldRole,                  ///< bool
        ReadBackAtRole,            ///< QDateTime; invalid: never
        RestoredAtRole,            ///< QDateTime; invalid: never
    };
    Q_ENUM(Role)

    explicit BackupListModel(QObject* parent = nullptr);
    QHash<int, QByteArray> roleNames() const override;
    static std::string keyOf(const std::string& repositoryId, const std::string& backupId);

protected:
    std::string key(const BackupRecord& row) const override;
    QVariant value(const BackupRecord& row, int role) const override;
    int roleOfColumn(int column) const override;
};

} // namespace salvor
