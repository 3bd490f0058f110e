// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/overviewtexts.h"

#include "models/lists/databaselistmodel.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <array>

namespace salvor {

namespace {

Instant toInstant(const QDateTime& time) {
    return Instant(std::chrono::milliseconds(time.toMSecsSinceEpoch()));
}

QList<RunOutcome> outcomesAt(const QModelIndex& index) {
    return index.data(DatabaseListModel::OutcomesRole).value<QList<RunOutcome>>();
}

} // namespace

OverviewTexts::OverviewTexts(DatabaseListModel& model, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_model(model) {
    setSourceModel(&model);
    setSortCaseSensitivity(Qt::CaseInsensitive);
}

void OverviewTexts::setNow(Instant now) { m_now = now; }

void OverviewTexts::setSelection(const Selection& selection) {
    m_selection = selection;
    invalidateFilter();
}

bool OverviewTexts::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    if (!m_selection.profileUuid.isEmpty() &&
        index.data(DatabaseListModel::ProfileUuidRole).toString() != m_selection.profileUuid)
        return false;
    return m_selection.database.isEmpty() ||
           index.data(DatabaseListModel::DatabaseRole).toString() == m_selection.database;
}

Protection OverviewTexts::protectionAt(const QModelIndex& source) const {
    const SourceStatus* status = m_model.record(source);
    return status == nullptr ? Protection::Never : protectionOf(*status, m_now);
}

bool OverviewTexts::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    if (left.column() == DatabaseListModel::StateColumn)
        return protectionAt(left) < protectionAt(right);
    if (left.column() == DatabaseListModel::HistoryColumn)
        return outcomesAt(left).count(RunOutcome::Failed) < outcomesAt(right).count(RunOutcome::Failed);
    const QVariant a = left.data(Qt::DisplayRole);
    const QVariant b = right.data(Qt::DisplayRole);
    if (a.typeId() == QMetaType::QString)
        return QString::localeAwareCompare(a.toString(), b.toString()) < 0;
    if (a.isNull() || b.isNull())
        return a.isNull() && !b.isNull();
    return QVariant::compare(a, b) == QPartialOrdering::Less;
}

QString OverviewTexts::historyText(const QModelIndex& index) const {
    const auto outcomes = outcomesAt(index);
    if (outcomes.isEmpty())
        return tr("no run yet");
    QStringList parts;
    for (const auto outcome : {RunOutcome::Ok, RunOutcome::Partial, RunOutcome::Failed, RunOutcome::Running,
                               RunOutcome::Cancelled, RunOutcome::Skipped}) {
        if (const auto count = outcomes.count(outcome); count > 0)
            parts << QStringLiteral("%1 %2").arg(count).arg(StateMark::text(outcome));
    }
    return tr("last %n run(s): %1; the newest: %2", nullptr, static_cast<int>(outcomes.size()))
        .arg(parts.join(QStringLiteral(", ")), StateMark::text(outcomes.last()));
}

QString OverviewTexts::text(const QModelIndex& index) const {
    const QModelIndex source = mapToSource(index);
    const SourceStatus* status = m_model.record(source);
    if (status == nullptr)
        return {};
    switch (index.column()) {
    case DatabaseListModel::DatabaseColumn:
        return QString::fromStdString(status->database);
    case DatabaseListModel::ProfileColumn:
        return QString::fromStdString(status->profileTitle);
    case DatabaseListModel::StateColumn: {
        const QString state = StateMark::text(protectionAt(source));
        const bool running = sourceStateFromString(status->state) == SourceState::Running;
        return running ? tr("%1, running").arg(state) : state;
    }
    case DatabaseListModel::LastGoodColumn:
        return status->lastGood ? tr("%1, %2").arg(Format::time(status->lastGood->started),
                                                   Format::ago(status->lastGood->started, m_now))
                                : tr("none");
    case DatabaseListModel::SizeColumn:
        return status->lastGood ? Format::size(status->lastGood->sizeBytes) : QString();
    case DatabaseListModel::ProvenColumn:
        if (!status->lastGood)
            return {};
        return status->lastGood->restoredAt ? Format::ago(*status->lastGood->restoredAt, m_now)
                                            : tr("not proven");
    default:
        return {};
    }
}

QVariant OverviewTexts::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const QModelIndex source = mapToSource(index);
    switch (role) {
    case Qt::DisplayRole:
        return text(index);
    case Qt::DecorationRole:
        if (index.column() == DatabaseListModel::DatabaseColumn)
            return StateMark::icon(StateMark::tone(protectionAt(source)));
        return {};
    case Qt::TextAlignmentRole:
        if (index.column() == DatabaseListModel::SizeColumn)
            return QVariant(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case Qt::ToolTipRole:
        if (index.column() == DatabaseListModel::ProvenColumn) {
            const QDateTime at = index.data(DatabaseListModel::LastRestoredAtRole).toDateTime();
            return at.isValid() ? tr("Restored and proved equal on %1").arg(Format::time(toInstant(at)))
                                : tr("The newest good backup was never restored as a trial.");
        }
        if (index.column() != DatabaseListModel::HistoryColumn)
            return text(index);
        return historyText(index);
    case Qt::AccessibleTextRole:
        if (index.column() == DatabaseListModel::HistoryColumn)
            return historyText(index);
        if (index.column() == DatabaseListModel::DatabaseColumn)
            return text(index) + QStringLiteral(", ") + StateMark::text(protectionAt(source));
        return text(index);
    default:
        return QSortFilterProxyModel::data(index, role);
    }
}

QVariant OverviewTexts::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section == DatabaseListModel::SizeColumn)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, DatabaseListModel::kColumns> names = {
        tr("Database"), tr("Server"), tr("State"),    tr("Last good backup"),
        tr("Size"),     tr("Proven"), tr("Last runs")};
    return section < DatabaseListModel::kColumns ? names[static_cast<std::size_t>(section)] : QString();
}

} // namespace salvor
