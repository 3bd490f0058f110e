// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A short list that is edited row by row: what its kinds share. They say what a cell and a head show.
#pragma once

#include <QAbstractTableModel>

#include <cstddef>
#include <utility>
#include <vector>

namespace salvor {

/// Lives in the window's thread.
template <typename Row, int Columns>
class RowsModel : public QAbstractTableModel {
public:
    using QAbstractTableModel::QAbstractTableModel;

    const std::vector<Row>& rows() const { return m_rows; }
    void setRows(std::vector<Row> rows) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
    }
    void append(Row row) {
        beginInsertRows({}, rowCount(), rowCount());
        m_rows.push_back(std::move(row));
        endInsertRows();
    }
    void replace(int row, Row with) {
        if (row < 0 || row >= rowCount())
            return;
        m_rows[static_cast<std::size_t>(row)] = std::move(with);
        emit dataChanged(index(row, 0), index(row, Columns - 1));
    }
    void remove(int row) {
        if (row < 0 || row >= rowCount())
            return;
        beginRemoveRows({}, row, row);
        m_rows.erase(m_rows.begin() + row);
        endRemoveRows();
    }

    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : Columns; }

protected:
    /// Nothing for an index that is none of the model's.
    const Row* at(const QModelIndex& index) const {
        return checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)
                   ? &m_rows[static_cast<std::size_t>(index.row())]
                   : nullptr;
    }

private:
    std::vector<Row> m_rows;
};

} // namespace salvor
