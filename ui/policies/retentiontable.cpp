// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/retentiontable.h"

#include "models/base/json.h"
#include "ui/policies/policytexts.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <algorithm>

namespace salvor {

void RetentionTable::setPreview(const RetentionPreview& preview) {
    beginResetModel();
    m_rows.clear();
    for (const auto& row : preview.rows) {
        if (!row.hasRules)
            continue;
        const QString database = toQt(row.record.database);
        m_names[retentionSource(row.record)] = database;
        m_rows.push_back({row.record.started, database, !row.stays(), false, row.decision.keptBy,
                          row.record.newStoredBytes});
    }
    std::ranges::stable_sort(m_rows, std::greater{}, &Row::goes);
    endResetModel();
}

void RetentionTable::setForecast(const ForecastStep& step) {
    beginResetModel();
    m_rows.clear();
    for (const auto& one : step.survivors) {
        const auto name = m_names.find(one.source);
        m_rows.push_back({one.started, name == m_names.end() ? tr("each database") : name->second, false,
                          !one.exists, one.keptBy, 0});
    }
    endResetModel();
}

void RetentionTable::clear() {
    beginResetModel();
    m_rows.clear();
    endResetModel();
}

int RetentionTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}
int RetentionTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant RetentionTable::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    if (role == Qt::DecorationRole && index.column() == FateColumn)
        return StateMark::icon(row.goes ? Tone::Warning : row.planned ? Tone::Neutral : Tone::Good);
    if (role == Qt::TextAlignmentRole && index.column() == SizeColumn)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (index.column()) {
    case StartedColumn:
        return Format::time(row.started);
    case DatabaseColumn:
        return row.database;
    case FateColumn:
        if (row.goes)
            return tr("goes: no rule keeps it");
        return row.keptBy.empty() ? tr("stays: nothing is deleted")
                                  : tr("stays: %1").arg(PolicyTexts::reasons(row.keptBy));
    case SizeColumn:
        return row.planned ? tr("planned") : row.addedBytes > 0 ? Format::size(row.addedBytes) : QString();
    default:
        return {};
    }
}

QVariant RetentionTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case StartedColumn:
        return tr("Backup of");
    case DatabaseColumn:
        return tr("Database");
    case FateColumn:
        return tr("What becomes of it, and by which rule");
    default:
        return tr("Added");
    }
}

} // namespace salvor
