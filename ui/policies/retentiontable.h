// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Backups and the rules that keep them: what is, or what a forecast says will be.
#pragma once

#include "models/retention/retentionforecast.h"
#include "workers/retentionjobs.h"

#include <QAbstractTableModel>

#include <map>

namespace salvor {

/// Lives in the window's thread.
class RetentionTable final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { StartedColumn, DatabaseColumn, FateColumn, SizeColumn, kColumns };
    using QAbstractTableModel::QAbstractTableModel;
    /// Only those that a rule is for; what goes comes first.
    void setPreview(const RetentionPreview& preview);
    /// Databases are named as in the last preview.
    void setForecast(const ForecastStep& step);
    void clear();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        Instant started{};
        QString database;
        bool goes = false;
        bool planned = false;
        std::vector<KeepReason> keptBy;
        std::uint64_t addedBytes = 0;
    };
    std::vector<Row> m_rows;
    std::map<std::string, QString> m_names; ///< retentionSource() → database
};

} // namespace salvor
