// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/charttablemodel.h"

#include "ui/support/statemark.h"

#include <QIcon>
#include <QPixmap>

namespace salvor {

namespace {

/// Rows without a mark leave its room free, so that the texts stand in one line.
QVariant markOf(const ChartRow& row) {
    static const QIcon none = [] {
        QPixmap clear(16, 16);
        clear.fill(Qt::transparent);
        return QIcon(clear);
    }();
    return row.marked ? StateMark::icon(Tone::Warning) : none;
}

/// Where a row has no figure, its value is an empty text.
bool holdsNumber(const ChartRow& row, int column) {
    return column < row.values.size() && row.values[column].typeId() != QMetaType::QString &&
           row.values[column].typeId() != QMetaType::QDateTime;
}

} // namespace

void ChartTableModel::setTable(ChartTable table) {
    beginResetModel();
    m_table = std::move(table);
    m_numbers.assign(static_cast<std::size_t>(m_table.headers.size()), false);
    for (const ChartRow& one : m_table.rows) {
        for (std::size_t column = 0; column < m_numbers.size(); ++column)
            m_numbers[column] = m_numbers[column] || holdsNumber(one, static_cast<int>(column));
    }
    endResetModel();
}

const ChartRow* ChartTableModel::row(int number) const {
    return number >= 0 && number < rowCount() ? &m_table.rows[static_cast<std::size_t>(number)] : nullptr;
}

int ChartTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_table.rows.size());
}

int ChartTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_table.headers.size());
}

bool ChartTableModel::isNumber(int column) const {
    return column >= 0 && static_cast<std::size_t>(column) < m_numbers.size() &&
           m_numbers[static_cast<std::size_t>(column)];
}

QVariant ChartTableModel::data(const QModelIndex& index, int role) const {
    const ChartRow* found = index.isValid() ? row(index.row()) : nullptr;
    if (found == nullptr || index.column() >= found->texts.size())
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return found->texts[index.column()];
    case Qt::DecorationRole:
        return index.column() == 0 ? markOf(*found) : QVariant();
    case Qt::TextAlignmentRole:
        return isNumber(index.column()) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case ValueRole:
        return found->values[index.column()];
    default:
        return {};
    }
}

QVariant ChartTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && isNumber(section))
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    return role == Qt::DisplayRole && section < m_table.headers.size() ? QVariant(m_table.headers[section])
                                                                       : QVariant();
}

} // namespace salvor
