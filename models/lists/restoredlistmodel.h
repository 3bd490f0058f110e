// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Databases that restores made on one server.
#pragma once

#include "models/lists/recordmodel.h"
#include "models/restoreddatabase.h"

namespace salvor {

class RestoredListModel final : public RecordModel<RestoredDatabase> {
    Q_OBJECT

public:
    enum Column {
        NameColumn,
        StateColumn,
        AsOfColumn,
        SizeColumn,
        CounterpartColumn,
        BackupColumn,
        kColumns
    };
    enum Role {
        NameRole = Qt::UserRole + 1, ///< QString
        StateRole,                   ///< QString: "proved" …
        AsOfRole,                    ///< QDateTime in UTC, when its backup began; invalid: cannot be told
        SizeRole,                    ///< qulonglong bytes
        CounterpartRole,             ///< QString; empty: it was not swapped
        BackupRole,                  ///< QString
        SwappedRole,                 ///< QDateTime in UTC; invalid: it was not
        HiddenRole,                  ///< bool
        DrillRole,                   ///< bool
    };
    Q_ENUM(Role)

    explicit RestoredListModel(QObject* parent = nullptr);
    QHash<int, QByteArray> roleNames() const override;

protected:
    std::string key(const RestoredDatabase& row) const override { return row.name; }
    QVariant value(const RestoredDatabase& row, int role) const override;
    int roleOfColumn(int column) const override;
};

/// When the backup of that id began, from the id itself: YYYYMMDDTHHMMSSZ-…
std::optional<Instant> startOfBackup(const std::string& backupId);

} // namespace salvor
