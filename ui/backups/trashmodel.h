// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The backups in the trash, with their texts.
#pragma once

#include "models/lists/recordmodel.h"
#include "ui/main/windowpage.h"
#include "workers/retentionjobs.h"

#include <QSortFilterProxyModel>

namespace salvor {

class TrashModel final : public RecordModel<TrashedBackup> {
    Q_OBJECT

public:
    enum Column {
        StartedColumn,
        DatabaseColumn,
        ProfileColumn,
        SizeColumn,
        StoredSizeColumn,
        TrashedColumn,
        ExpiresColumn,
        kColumns
    };
    enum Role { IdRole = Qt::UserRole + 1, ValueRole }; ///< ValueRole: by the column, what is sorted by

    explicit TrashModel(const Clock& clock, QObject* parent = nullptr);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// The order is the proxy's.
    void sort(int, Qt::SortOrder) override {}

protected:
    std::string key(const TrashedBackup& row) const override {
        return row.record.repositoryId + '\n' + row.record.id;
    }
    QVariant value(const TrashedBackup& row, int role) const override;
    int roleOfColumn(int) const override { return IdRole; }

private:
    QString text(const TrashedBackup& row, int column) const;
    const Clock& m_clock;
};

/// Narrowed to what is chosen on the left.
class TrashFilter final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit TrashFilter(TrashModel& model, QObject* parent = nullptr);
    void setSelection(const Selection& selection);
    const TrashedBackup* record(const QModelIndex& index) const;

private:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    TrashModel& m_model;
    Selection m_selection;
};

} // namespace salvor
