// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The table beside a chart.
#pragma once

#include "ui/charts/chartdata.h"

#include <QAbstractTableModel>

#include <vector>

namespace salvor {

class ChartTableModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Role { ValueRole = Qt::UserRole + 1 }; ///< what is sorted by
    using QAbstractTableModel::QAbstractTableModel;
    void setTable(ChartTable table);
    const ChartTable& table() const { return m_table; }
    const ChartRow* row(int number) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// Some row has a figure there.
    bool isNumber(int column) const;

private:
    ChartTable m_table;
    std::vector<bool> m_numbers; ///< by column
};

} // namespace salvor
