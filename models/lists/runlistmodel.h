// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Runs, page by page.
#pragma once

#include "models/backuprecord.h"
#include "models/lists/recordmodel.h"

namespace salvor {

class RunListModel final : public RecordModel<RunRecord> {
    Q_OBJECT

public:
    enum Column {
        StartedColumn,
        KindColumn,
        OutcomeColumn,
        DatabaseColumn,
        ProfileColumn,
        DurationColumn,
        SizeColumn,
        TriggerColumn,
        HostColumn,
        kColumns
    };
    enum Role {
        IdRole = Qt::UserRole + 1, ///< QString
        KindRole,                  ///< QString, stable name ("backup")
        OutcomeRole,               ///< RunOutcome
        RepositoryIdRole,          ///< QString
        ProfileUuidRole,           ///< QString
        ProfileTitleRole,          ///< QString
        DatabaseRole,              ///< QString
        TriggerRole,               ///< QString, stable name ("timer")
        HostRole,                  ///< QString
        StartedRole,               ///< QDateTime in UTC
        EndedRole,                 ///< QDateTime in UTC; invalid: runs, or nobody saw the end
        DurationRole,              ///< qlonglong milliseconds; invalid while there is no end
        SizeRole,                  ///< qulonglong bytes
        StoredSizeRole,            ///< qulonglong bytes
        ErrorCodeRole,             ///< QString, stable name ("busy"); empty: no error
        ErrorMessageRole,          ///< QString, English, for details and copying
        ErrorHintRole,             ///< QString, English
        BackupIdsRole,             ///< QStringList
    };
    Q_ENUM(Role)

    explicit RunListModel(QObject* parent = nullptr);
    QHash<int, QByteArray> roleNames() const override;

protected:
    std::string key(const RunRecord& row) const override { return row.id; }
    QVariant value(const RunRecord& row, int role) const override;
    int roleOfColumn(int column) const override;
};

} // namespace salvor
