// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restored/restoredtexts.h"

#include "models/base/json.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <array>

namespace salvor {

namespace {

/// The one that a swap took out of use: the backup in its marker is the other one's.
bool isOriginal(const RestoredDatabase& database) { return database.state == "swapped_out"; }

} // namespace

RestoredTexts::RestoredTexts(RestoredListModel& model, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_model(model) {
    setSourceModel(&model);
    setSortCaseSensitivity(Qt::CaseInsensitive);
}

const RestoredDatabase* RestoredTexts::record(const QModelIndex& index) const {
    return index.isValid() ? m_model.record(mapToSource(index)) : nullptr;
}

bool RestoredTexts::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const QVariant a = left.data(Qt::DisplayRole);
    const QVariant b = right.data(Qt::DisplayRole);
    if (a.typeId() == QMetaType::QString)
        return QString::localeAwareCompare(a.toString(), b.toString()) < 0;
    return QVariant::compare(a, b) == QPartialOrdering::Less;
}

QString RestoredTexts::state(const RestoredDatabase& database) {
    if (database.drill)
        return tr("of a test restore");
    if (database.state == "proved")
        return tr("proved equal");
    if (database.state == "proved_in_part")
        return tr("proved but for what was left out");
    if (database.state == "unproven")
        return tr("not proved");
    if (database.state == "incomplete")
        return tr("not restored to its end");
    const QString when = database.swapped ? Format::date(*database.swapped) : QString();
    if (database.state == "swapped_in")
        return when.isEmpty() ? tr("live") : tr("live since %1").arg(when);
    if (database.state == "swapped_out")
        return when.isEmpty() ? tr("replaced") : tr("replaced on %1").arg(when);
    return toQt(database.state);
}

QString RestoredTexts::explanation(const RestoredDatabase& database) {
    const QString other = toQt(database.counterpart);
    if (database.drill)
        return tr("A test restore made it and drops it when it ends. If that ended badly, it can be dropped "
                  "here.");
    if (database.state == "proved")
        return tr(
            "It was compared with its backup and is equal. A swap gives it the name that clients use; the "
            "database of now is kept beside it.");
    if (database.state == "proved_in_part")
        return tr("Its rows are equal to its backup's. Constraints or indexes were left out: "
                  "Activity names them.");
    if (database.state == "unproven")
        return tr("It is whole, but nobody compared it with its backup, or clients wrote to it since.");
    if (database.state == "incomplete")
        return tr(
            "A restore did not come to its end here, or what it made differs from the backup. It can only "
            "be dropped.");
    if (database.state == "swapped_in")
        return tr("Clients use it. Undo gives the name back to %1; what was written since the swap stays in "
                  "this "
                  "one.")
            .arg(other);
    if (database.state == "swapped_out")
        return tr("Clients used it before the swap; %1 has its name now. Undo brings it back. Dropping it "
                  "ends "
                  "that possibility.")
            .arg(other);
    return {};
}

Tone RestoredTexts::tone(const RestoredDatabase& database) {
    if (database.state == "proved" || database.state == "swapped_in")
        return Tone::Good;
    if (database.state == "incomplete")
        return Tone::Bad;
    return database.state == "unproven" || database.state == "proved_in_part" ? Tone::Warning : Tone::Neutral;
}

QString RestoredTexts::text(const QModelIndex& index) const {
    const RestoredDatabase* database = record(index);
    if (database == nullptr)
        return {};
    switch (index.column()) {
    case RestoredListModel::NameColumn:
        return toQt(database->name);
    case RestoredListModel::StateColumn:
        return state(*database);
    case RestoredListModel::AsOfColumn: {
        if (isOriginal(*database)) // what it holds is no backup's
            return database->swapped ? tr("in use until %1").arg(Format::time(*database->swapped))
                                     : QString();
        const auto at = startOfBackup(database->backupId);
        return at ? Format::time(*at) : QString();
    }
    case RestoredListModel::SizeColumn:
        return Format::size(database->sizeBytes);
    case RestoredListModel::CounterpartColumn:
        return toQt(database->counterpart);
    case RestoredListModel::BackupColumn:
        return isOriginal(*database) ? QString() : toQt(database->backupId);
    default:
        return {};
    }
}

QVariant RestoredTexts::data(const QModelIndex& index, int role) const {
    const RestoredDatabase* database = record(index);
    if (database == nullptr)
        return {};
    const bool first = index.column() == RestoredListModel::NameColumn;
    switch (role) {
    case Qt::DisplayRole:
        return text(index);
    case Qt::ToolTipRole:
        if (index.column() != RestoredListModel::StateColumn)
            return text(index);
        return database->swapped ? tr("Swapped on %1.").arg(Format::timeExact(*database->swapped)) +
                                       QLatin1Char('\n') + explanation(*database)
                                 : explanation(*database);
    case Qt::AccessibleTextRole:
        return first ? text(index) + QStringLiteral(", ") + state(*database) : text(index);
    case Qt::DecorationRole:
        return first ? QVariant(StateMark::icon(tone(*database))) : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == RestoredListModel::SizeColumn ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                               : QVariant();
    default:
        return QSortFilterProxyModel::data(index, role);
    }
}

QVariant RestoredTexts::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section == RestoredListModel::SizeColumn)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, RestoredListModel::kColumns> names = {
        tr("Database"), tr("State"), tr("As of"), tr("Size"), tr("Swapped with"), tr("Backup")};
    return section < RestoredListModel::kColumns ? names[static_cast<std::size_t>(section)] : QString();
}

bool canSwap(const RestoredDatabase& database) {
    return !database.drill && !database.hidden &&
           (database.state == "proved" || database.state == "unproven" || database.state == "proved_in_part");
}

bool canUndo(const RestoredDatabase& database) {
    return database.state == "swapped_in" || database.state == "swapped_out";
}

bool canDrop(const RestoredDatabase& database) { return database.state != "swapped_in"; }

bool dropHasToBeTyped(const RestoredDatabase& database) {
    const bool finished =
        database.state == "proved" || database.state == "unproven" || database.state == "proved_in_part";
    return database.state == "swapped_out" || (finished && !database.hidden);
}

QString SwapTexts::planned(const DatabaseSwap& plan) {
    return plan.undo
               ? tr("%1 becomes %2 again, and clients use it. The restored database, %3, is kept as %4.")
                     .arg(toQt(plan.replaced), toQt(plan.replacedAs), toQt(plan.restored),
                          toQt(plan.restoredAs))
               : tr("%1 becomes %2, and clients use it. The %2 of now is kept as %3.")
                     .arg(toQt(plan.restored), toQt(plan.restoredAs), toQt(plan.replacedAs));
}

QString SwapTexts::done(const DatabaseSwap& swap) {
    return swap.undo
               ? tr("Done: clients use %1 as it was before the swap. The restored database is kept as %2.")
                     .arg(toQt(swap.replacedAs), toQt(swap.restoredAs))
               : tr("Done: %1 is what was restored. The one before is kept as %2.")
                     .arg(toQt(swap.restoredAs), toQt(swap.replacedAs));
}

QString SwapTexts::written(const DatabaseSwap& swap) {
    if (!swap.undo)
        return {};
    const QString since = swap.since ? Format::time(*swap.since) : tr("the swap", "since when");
    if (!swap.rowsChanged)
        return tr("How many rows were written since %1 is not known; they stay in %2.")
            .arg(since, toQt(swap.restoredAs));
    if (*swap.rowsChanged == 1)
        return tr("One row was written since %1; it stays in %2.").arg(since, toQt(swap.restoredAs));
    return tr("%1 rows were written since %2; they stay in %3.")
        .arg(Format::count(*swap.rowsChanged), since, toQt(swap.restoredAs));
}

QString SwapTexts::client(const DatabaseClient& client) {
    QStringList parts{toQt(client.database), toQt(client.user)};
    if (!client.application.empty())
        parts << toQt(client.application);
    parts << (client.address.empty() ? tr("on the server itself") : tr("from %1").arg(toQt(client.address)));
    if (!client.state.empty())
        parts << toQt(client.state);
    if (client.processId != 0)
        parts << tr("process %1").arg(client.processId);
    return parts.join(tr(", ", "list"));
}

} // namespace salvor
