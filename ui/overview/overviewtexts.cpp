// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/overviewtexts.h"

#include "models/dataasof.h"
#include "models/lists/databaselistmodel.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <array>

namespace salvor {

namespace {

QList<RunOutcome> outcomesAt(const QModelIndex& index) {
    return index.data(DatabaseListModel::OutcomesRole).value<QList<RunOutcome>>();
}

bool isNotThere(const SourceStanding& source) {
    return source.protection == Protection::Gone || source.protection == Protection::Lost;
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
    const SourceStanding* standing = m_model.record(source);
    return standing == nullptr ? Protection::Never : standing->protection;
}

bool OverviewTexts::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    if (left.column() == DatabaseListModel::StateColumn)
        return protectionAt(left) < protectionAt(right);
    if (left.column() == DatabaseListModel::HistoryColumn)
        return outcomesAt(left).count(RunOutcome::Failed) < outcomesAt(right).count(RunOutcome::Failed);
    const bool byAge = left.column() == DatabaseListModel::IfLostColumn; // without a backup all would be lost
    const QVariant a = byAge ? right.data(DatabaseListModel::LastGoodAtRole) : left.data(Qt::DisplayRole);
    const QVariant b = byAge ? left.data(DatabaseListModel::LastGoodAtRole) : right.data(Qt::DisplayRole);
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
    const bool overdue = protectionAt(mapToSource(index)) == Protection::Overdue;
    QStringList parts;
    for (const auto outcome : {RunOutcome::Ok, RunOutcome::Partial, RunOutcome::Failed, RunOutcome::Running,
                               RunOutcome::Cancelled, RunOutcome::Skipped}) {
        if (const auto count = outcomes.count(outcome); count > 0)
            parts << QStringLiteral("%1 %2").arg(count).arg(StateMark::text(outcome));
    }
    const QString runs = tr("last %n run(s): %1; the newest: %2", nullptr, static_cast<int>(outcomes.size()))
                             .arg(parts.join(QStringLiteral(", ")), StateMark::text(outcomes.last()));
    return overdue ? tr("%1; the next one is overdue").arg(runs) : runs;
}

QString OverviewTexts::stateText(const SourceStanding& source) const {
    const QString state =
        source.protection == Protection::Overdue
            ? tr("overdue by %1").arg(Format::distance(static_cast<double>(source.overdueBy.count())))
        : source.protection == Protection::Behind
            ? tr("old data, %1 behind").arg(Format::distance(static_cast<double>(source.behindBy.count())))
        : source.protection == Protection::Incomplete && wasNotReadBack(source)
            ? tr("protected, not read back")
        : hasNoneLeft(source) ? tr("no good backup left")
                              : StateMark::text(source.protection);
    return sourceStateFromString(source.state) == SourceState::Running ? tr("%1, running").arg(state) : state;
}

QString OverviewTexts::nextText(const SourceStanding& source) const {
    if (isNotThere(source))
        return tr("none", "a next run");
    switch (source.next) {
    case NextRunKind::Timer:
        return source.nextRun ? Format::timeShort(*source.nextRun, m_now) : tr("never again");
    case NextRunKind::NoTimer:
        return tr("no timer");
    case NextRunKind::NotKnown:
        return tr("not known");
    case NextRunKind::ByHand:
        return tr("not scheduled");
    case NextRunKind::Paused:
        return tr("paused");
    case NextRunKind::Unreadable:
        return tr("unreadable");
    case NextRunKind::NoServer:
        return tr("none", "a next run");
    case NextRunKind::NoPolicy:
        break;
    }
    return tr("no policy");
}

QString OverviewTexts::nextTip(const SourceStanding& source) const {
    if (isNotThere(source))
        return tr("It is not on its server: no run finds anything of it to back up.");
    const QString at = source.nextRun ? Format::time(*source.nextRun) : tr("never again", "a time");
    switch (source.next) {
    case NextRunKind::Timer:
        return source.randomDelaySeconds == 0
                   ? tr("A timer of this computer runs it next: %1.").arg(at)
                   : tr("A timer of this computer runs it next: %1, up to %2 later.")
                         .arg(at, Format::duration(static_cast<double>(source.randomDelaySeconds)));
    case NextRunKind::NoTimer:
        return tr("Scheduled for %1, but no timer that runs on this computer follows the policy as it is "
                  "now. See the page Policies.")
            .arg(at);
    case NextRunKind::NotKnown:
        return tr("Scheduled for %1; whether a timer follows it cannot be seen from here.").arg(at);
    case NextRunKind::ByHand:
        return tr("Its policy has no schedule: it is backed up when somebody does it.");
    case NextRunKind::Paused:
        return tr("Paused: timers skip it until its policy is resumed.");
    case NextRunKind::Unreadable:
        return tr("The schedule of its policy cannot be read here.");
    case NextRunKind::NoServer:
        return tr("Its server was removed: nothing backs it up any more.");
    case NextRunKind::NoPolicy:
        break;
    }
    return tr("No policy selects this database: nothing will back it up.");
}

QString OverviewTexts::lostText(const SourceStanding& source) const {
    if (!source.lastGood)
        return tr("everything lost");
    if (isPast(source.protection))
        return tr("backups kept", "of a server that was removed");
    if (source.protection == Protection::StoreLost)
        return tr("everything lost, until its store answers");
    const double age = std::chrono::duration<double>(m_now - recoveryPointOf(source)).count();
    const QString lost = age < 60 ? tr("< 1 min", "of work that is lost") : Format::distance(age);
    return source.recovery ? tr("%1 lost · back in %2").arg(lost, Format::duration(source.recovery->seconds))
                           : tr("%1 lost · not yet measured").arg(lost);
}

QString OverviewTexts::lostTip(const SourceStanding& source) const {
    if (!source.lastGood)
        return tr("There is no good backup to bring anything back from.");
    if (source.protection == Protection::Gone)
        return tr("It is not on its server any more. Its backups stay until somebody deletes them, and can "
                  "be restored.");
    if (source.protection == Protection::Removed)
        return tr(
            "Its server was removed and is not expected to be backed up. Its backups stay until somebody "
            "deletes them, and can be restored to another server.");
    if (source.protection == Protection::StoreLost)
        return tr("The store that holds its newest good backup does not answer. See the page Stores.");
    const QString lost =
        tr("What was changed since %1 would be lost.").arg(Format::timeExact(recoveryPointOf(source)));
    if (!source.recovery)
        return lost + QLatin1Char('\n') +
               tr("How long a restore takes was not measured yet: a test restore does it.");
    return lost + QLatin1Char('\n') +
           (source.recovery->drill
                ? tr("A test restore on %1 took %2 until it could be used, the proof included.")
                : tr("A restore on %1 took %2 until it could be used, the proof included."))
               .arg(Format::time(source.recovery->at), Format::duration(source.recovery->seconds));
}

QString OverviewTexts::provenTip(const SourceStanding& source) const {
    if (!source.provedAt)
        return tr("None of its backups was ever restored as a trial.");
    const QString when = tr("Restored and proved equal on %1").arg(Format::time(*source.provedAt));
    return source.proven ? when : tr("%1: too long ago to rely on.").arg(when);
}

QString OverviewTexts::text(const QModelIndex& index) const {
    const SourceStanding* source = m_model.record(mapToSource(index));
    if (source == nullptr)
        return {};
    switch (index.column()) {
    case DatabaseListModel::DatabaseColumn:
        return QString::fromStdString(source->database);
    case DatabaseListModel::ProfileColumn:
        return QString::fromStdString(source->profileTitle);
    case DatabaseListModel::StateColumn:
        return stateText(*source);
    case DatabaseListModel::LastGoodColumn:
        return source->lastGood ? Format::timeShort(source->lastGood->started, m_now) : tr("none");
    case DatabaseListModel::NextRunColumn:
        return nextText(*source);
    case DatabaseListModel::IfLostColumn:
        return lostText(*source);
    case DatabaseListModel::ProvenColumn:
        return source->provedAt ? Format::ago(*source->provedAt, m_now) : tr("never");
    case DatabaseListModel::SizeColumn:
        return source->lastGood ? Format::size(source->lastGood->sizeBytes) : QString();
    default:
        return {};
    }
}

namespace {

/// Until when a good backup counts, by whose word.
QString limitText(const SourceStanding& source) {
    const QString policies = QStringList([&] {
                                 QStringList names;
                                 for (const auto& name : source.policies)
                                     names << QString::fromStdString(name);
                                 return names;
                             }())
                                 .join(OverviewTexts::tr(", ", "list"));
    if (source.protection == Protection::Removed)
        return OverviewTexts::tr(
            "Somebody removed its server here and kept its backups: it is listed and not "
            "counted.");
    if (source.protection == Protection::Gone)
        return OverviewTexts::tr("The newest run by the rules did not see it on its server any more. Its "
                                 "backups stay; it is listed and not counted.");
    if (source.protection == Protection::Lost)
        return OverviewTexts::tr(
            "The newest run by the rules did not see it on its server any more: it went "
            "with half of all databases, or with the server itself. Its backups stay. If "
            "it went on purpose, leave it out in its policy, by its name, or delete its "
            "backups.");
    if (source.policies.empty())
        return OverviewTexts::tr("No policy selects it.");
    if (source.protection == Protection::Incomplete)
        return wasNotReadBack(source)
                   ? OverviewTexts::tr(
                         "Its newest backup is there and whole. Its policy wants each read back "
                         "after it was made, and that was cut short: “Verify” on the page Stores "
                         "does it.")
                   : OverviewTexts::tr("Its newest backup is there and whole. Its run ended as partial, as "
                                       "something after it failed (a hook): Activity says what.");
    if (source.protection == Protection::Behind)
        return OverviewTexts::tr(
            "Its server, a standby, was behind when the newest good backup was made: see the notes of that "
            "backup. How old what it holds may be the policy does not say (a recovery point objective).");
    const auto distance = [](std::chrono::seconds span) {
        return Format::distance(static_cast<double>(span.count()));
    };
    if (source.limit)
        return OverviewTexts::tr("A good backup counts for %1, as the policy says: %2.")
            .arg(distance(*source.limit), policies);
    if (source.bySchedule)
        return OverviewTexts::tr("Overdue when two times of its schedule in a row passed without a good "
                                 "backup, as the policy sets no objective: %1.")
            .arg(policies);
    return OverviewTexts::tr("A good backup counts for %1, as the policy has neither an objective nor a "
                             "schedule: %2.")
        .arg(distance(kProtectionAge), policies);
}

} // namespace

QString OverviewTexts::toolTip(const QModelIndex& index) const {
    const SourceStanding* source = m_model.record(mapToSource(index));
    if (source == nullptr)
        return {};
    switch (index.column()) {
    case DatabaseListModel::StateColumn:
        return stateText(*source) + QLatin1Char('\n') + limitText(*source);
    case DatabaseListModel::LastGoodColumn:
        return source->lastGood ? tr("%1, %2; %3")
                                      .arg(Format::timeExact(source->lastGood->started),
                                           Format::ago(source->lastGood->started, m_now),
                                           Format::size(source->lastGood->sizeBytes))
                                : tr("There is no good backup.");
    case DatabaseListModel::NextRunColumn:
        return nextTip(*source);
    case DatabaseListModel::IfLostColumn:
        return lostTip(*source);
    case DatabaseListModel::ProvenColumn:
        return provenTip(*source);
    case DatabaseListModel::HistoryColumn:
        return historyText(index);
    default:
        return text(index);
    }
}

QVariant OverviewTexts::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const Protection protection = protectionAt(mapToSource(index));
    const bool first = index.column() == DatabaseListModel::DatabaseColumn;
    switch (role) {
    case Qt::DisplayRole:
        return text(index);
    case Qt::DecorationRole:
        return first ? QVariant(StateMark::icon(StateMark::tone(protection))) : QVariant();
    case Qt::TextAlignmentRole:
        if (index.column() == DatabaseListModel::SizeColumn)
            return QVariant(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case Qt::ToolTipRole:
        return toolTip(index);
    case Qt::AccessibleTextRole:
        if (index.column() == DatabaseListModel::HistoryColumn)
            return historyText(index);
        return first ? text(index) + QStringLiteral(", ") + StateMark::text(protection) : text(index);
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
        tr("Database"), tr("Server"),         tr("State"),  tr("Last runs"), tr("Last good"),
        tr("Next run"), tr("If it died now"), tr("Proven"), tr("Size")};
    return section < DatabaseListModel::kColumns ? names[static_cast<std::size_t>(section)] : QString();
}

} // namespace salvor
