// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/activity/runtexts.h"

#include "ui/backups/backuptexts.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <array>

namespace salvor {

namespace {

QString qt(const std::string& text) { return QString::fromStdString(text); }

} // namespace

QString runKindText(const std::string& kind) {
    return kind == "backup"    ? RunTexts::tr("backup")
           : kind == "verify"  ? RunTexts::tr("verification")
           : kind == "restore" ? RunTexts::tr("restore")
           : kind == "drill"   ? RunTexts::tr("restore drill")
           : kind == "prune"   ? RunTexts::tr("prune")
                               : qt(kind);
}

QString runDurationText(const RunRecord& run) {
    return run.ended ? Format::duration(std::chrono::duration<double>(*run.ended - run.started).count())
                     : QString();
}

RunTexts::RunTexts(RunListModel& model, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_model(model) {
    setSourceModel(&model);
}

void RunTexts::setSelection(const Selection& selection) {
    m_selection = selection;
    invalidateFilter();
}

void RunTexts::setOnlyTroubled(bool only) {
    m_onlyTroubled = only;
    invalidateFilter();
}

const RunRecord* RunTexts::record(const QModelIndex& index) const {
    return index.isValid() ? m_model.record(mapToSource(index)) : nullptr;
}

bool RunTexts::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const RunRecord* run = m_model.record(m_model.index(row, 0, parent));
    if (m_onlyTroubled && run->outcome != RunOutcome::Failed && run->outcome != RunOutcome::Partial)
        return false;
    if (!m_selection.profileUuid.isEmpty() && qt(run->profileUuid) != m_selection.profileUuid)
        return false;
    return m_selection.database.isEmpty() ||
           qt(run->database).split(QStringLiteral(", ")).contains(m_selection.database);
}

bool RunTexts::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    if (left.column() == RunListModel::OutcomeColumn)
        return m_model.record(left)->outcome < m_model.record(right)->outcome;
    const QVariant a = left.data(Qt::DisplayRole);
    const QVariant b = right.data(Qt::DisplayRole);
    if (!a.isValid() || !b.isValid())
        return !a.isValid() && b.isValid();
    if (a.typeId() == QMetaType::QString)
        return QString::localeAwareCompare(a.toString(), b.toString()) < 0;
    return QVariant::compare(a, b) == QPartialOrdering::Less;
}

QString RunTexts::text(const QModelIndex& index) const {
    const RunRecord* run = record(index);
    if (run == nullptr)
        return {};
    switch (index.column()) {
    case RunListModel::StartedColumn:
        return Format::time(run->started);
    case RunListModel::KindColumn:
        return runKindText(run->kind);
    case RunListModel::OutcomeColumn:
        return StateMark::text(run->outcome);
    case RunListModel::DatabaseColumn:
        return qt(run->database);
    case RunListModel::ProfileColumn:
        return qt(run->profileTitle);
    case RunListModel::DurationColumn:
        return runDurationText(*run);
    case RunListModel::SizeColumn:
        return run->sizeBytes > 0 ? Format::size(run->sizeBytes) : QString();
    case RunListModel::TriggerColumn:
        return triggerText(run->trigger);
    case RunListModel::HostColumn:
        return qt(run->host);
    default:
        return {};
    }
}

QVariant RunTexts::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return text(index);
    case Qt::DecorationRole:
        if (index.column() != RunListModel::OutcomeColumn)
            return {};
        return StateMark::icon(StateMark::tone(record(index)->outcome));
    case Qt::TextAlignmentRole:
        if (index.column() == RunListModel::SizeColumn || index.column() == RunListModel::DurationColumn)
            return QVariant(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    default:
        return QSortFilterProxyModel::data(index, role);
    }
}

QVariant RunTexts::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole &&
        (section == RunListModel::SizeColumn || section == RunListModel::DurationColumn))
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, RunListModel::kColumns> names = {tr("Started"),  tr("Kind"),    tr("Outcome"),
                                                               tr("Database"), tr("Server"),  tr("Took"),
                                                               tr("Size"),     tr("Trigger"), tr("Ran on")};
    return section < RunListModel::kColumns ? names[static_cast<std::size_t>(section)] : QString();
}

} // namespace salvor
