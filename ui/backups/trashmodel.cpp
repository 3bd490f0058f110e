// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/trashmodel.h"

#include "models/base/json.h"
#include "models/units.h"
#include "ui/support/format.h"

#include <array>

namespace salvor {

namespace {

bool isNumber(int column) {
    return column == TrashModel::SizeColumn || column == TrashModel::StoredSizeColumn;
}

QVariant sortValue(const TrashedBackup& row, int column) {
    switch (column) {
    case TrashModel::StartedColumn:
        return toQDateTime(row.record.started);
    case TrashModel::DatabaseColumn:
        return toQt(row.record.database);
    case TrashModel::ProfileColumn:
        return toQt(row.record.profileTitle);
    case TrashModel::SizeColumn:
        return QVariant::fromValue<qulonglong>(row.record.sizeBytes);
    case TrashModel::StoredSizeColumn:
        return QVariant::fromValue<qulonglong>(row.record.storedBytes);
    case TrashModel::TrashedColumn:
        return toQDateTime(row.trashedAt);
    default:
        return toQDateTime(row.expires);
    }
}

} // namespace

TrashModel::TrashModel(const Clock& clock, QObject* parent)
    : RecordModel(parent)
    , m_clock(clock) {
    setColumns(kColumns);
}

QVariant TrashModel::value(const TrashedBackup& row, int role) const {
    return role == IdRole ? QVariant(toQt(row.record.id)) : QVariant();
}

QString TrashModel::text(const TrashedBackup& row, int column) const {
    switch (column) {
    case StartedColumn:
        return Format::time(row.record.started);
    case DatabaseColumn:
        return toQt(row.record.database);
    case ProfileColumn:
        return toQt(row.record.profileTitle);
    case SizeColumn:
        return Format::size(row.record.sizeBytes);
    case StoredSizeColumn:
        return Format::size(row.record.storedBytes);
    case TrashedColumn:
        return Format::time(row.trashedAt);
    case ExpiresColumn:
        return row.expires <= m_clock.now()
                   ? tr("%1, with the next prune").arg(Format::time(row.expires))
                   : tr("%1, %2", "time, distance to it")
                         .arg(Format::time(row.expires), Format::ago(row.expires, m_clock.now()));
    default:
        return {};
    }
}

QVariant TrashModel::data(const QModelIndex& index, int role) const {
    const TrashedBackup* row = record(index);
    if (row == nullptr)
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return text(*row, index.column());
    case Qt::TextAlignmentRole:
        return isNumber(index.column()) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case ValueRole:
        return sortValue(*row, index.column());
    default:
        return value(*row, role);
    }
}

QVariant TrashModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && isNumber(section))
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole || section >= kColumns)
        return {};
    const std::array<QString, kColumns> names = {tr("Started"),      tr("Database"), tr("Server"),
                                                 tr("Size"),         tr("Stored"),   tr("Deleted"),
                                                 tr("Goes for good")};
    return names[static_cast<std::size_t>(section)];
}

TrashFilter::TrashFilter(TrashModel& model, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_model(model) {
    setSourceModel(&model);
    setSortRole(TrashModel::ValueRole);
}

void TrashFilter::setSelection(const Selection& selection) {
    m_selection = selection;
    invalidateFilter();
}

const TrashedBackup* TrashFilter::record(const QModelIndex& index) const {
    return index.isValid() ? m_model.record(mapToSource(index)) : nullptr;
}

bool TrashFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const BackupRecord& record = m_model.record(m_model.index(row, 0, parent))->record;
    if (!m_selection.profileUuid.isEmpty() && toQt(record.profileUuid) != m_selection.profileUuid)
        return false;
    return m_selection.database.isEmpty() || toQt(record.database) == m_selection.database;
}

} // namespace salvor
