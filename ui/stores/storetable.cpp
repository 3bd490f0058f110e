// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stores/storetable.h"

#include "models/base/json.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <QLocale>

#include <array>

namespace salvor {

namespace {

bool isNumber(int column) {
    return column == StoreTableModel::BackupsColumn || column == StoreTableModel::StoredColumn ||
           column == StoreTableModel::DeduplicationColumn;
}

bool verifyFailed(const StoreRow& row) {
    return row.look && row.look->lastVerify &&
           (row.look->lastVerify->outcome == RunOutcome::Failed ||
            row.look->lastVerify->outcome == RunOutcome::Partial);
}

bool keyMissing(const StoreRow& row) {
    return row.look && row.info.pin.encrypted && !row.look->keysProblem && !row.look->identityThere;
}

} // namespace

Tone StoreRow::tone() const {
    if (info.problem || info.catalogOlderThanSeen || verifyFailed(*this) || keyMissing(*this))
        return Tone::Bad;
    if (!info.pin.rehearsed || (look && look->keysProblem))
        return Tone::Warning;
    return answered ? Tone::Good : Tone::Neutral;
}

bool StoreRow::isWrittenHere() const {
    return info.pin.isWriter && !cameWithAHome &&
           !(info.problem && info.problem->code == ErrorCode::ForeignWriter);
}

QString StoreRow::stateText() const {
    if (info.problem)
        return ErrorPanel::title(info.problem->code);
    if (info.catalogOlderThanSeen)
        return StoreTableModel::tr("Shows an older state than before");
    if (verifyFailed(*this))
        return StoreTableModel::tr("The last verification found damage");
    if (keyMissing(*this))
        return StoreTableModel::tr("Its key is not on this computer");
    if (look && look->keysProblem)
        return StoreTableModel::tr("Its keys cannot be read right now");
    if (!info.pin.rehearsed)
        return StoreTableModel::tr("Recovery was never rehearsed");
    return answered ? StoreTableModel::tr("Ready") : StoreTableModel::tr("Asking…");
}

double StoreRow::deduplication() const {
    return look && info.storedBytes > 0
               ? static_cast<double>(look->totals.sizeBytes) / static_cast<double>(info.storedBytes)
               : 0;
}

QString verifiedText(const StoreRow& row) {
    if (!row.look || !row.look->lastVerify)
        return row.look ? StoreTableModel::tr("never") : QString();
    const RunRecord& run = *row.look->lastVerify;
    const QString depth = run.details.value(QLatin1String("depth")).toString();
    const QString what = depth == QLatin1String("full")     ? StoreTableModel::tr("decrypted and compared")
                         : depth == QLatin1String("stored") ? StoreTableModel::tr("read back")
                                                            : StoreTableModel::tr("looked through");
    return StoreTableModel::tr("%1: %2, %3", "time, depth, outcome")
        .arg(Format::time(run.started), what, StateMark::text(run.outcome));
}

StoreTableModel::StoreTableModel(QObject* parent)
    : RecordModel(parent) {
    setColumns(kColumns);
}

QVariant StoreTableModel::value(const StoreRow& row, int role) const {
    return role == IdRole ? QVariant(toQt(row.info.pin.id)) : QVariant();
}

QString StoreTableModel::text(const StoreRow& row, int column) {
    const RepositoryInfo& info = row.info;
    switch (column) {
    case TitleColumn:
        return toQt(info.pin.title);
    case StateColumn:
        return row.stateText();
    case FreeColumn:
        return info.totalBytes > 0
                   ? tr("%1 of %2").arg(Format::size(info.freeBytes), Format::size(info.totalBytes))
                   : QString();
    case BackupsColumn:
        return row.look ? Format::count(row.look->totals.backups) : QString();
    case StoredColumn:
        return row.answered && info.answered ? Format::size(info.storedBytes) : QString();
    case DeduplicationColumn:
        return row.deduplication() > 0
                   ? tr("%1 : 1", "plain to stored").arg(QLocale().toString(row.deduplication(), 'f', 1))
                   : QString();
    case VerifiedColumn:
        return verifiedText(row);
    default:
        return {};
    }
}

QVariant StoreTableModel::data(const QModelIndex& index, int role) const {
    const StoreRow* row = record(index);
    if (row == nullptr)
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return text(*row, index.column());
    case Qt::DecorationRole:
        return index.column() == StateColumn ? QVariant(StateMark::icon(row->tone())) : QVariant();
    case Qt::TextAlignmentRole:
        return isNumber(index.column()) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    default:
        return value(*row, role);
    }
}

QVariant StoreTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && isNumber(section))
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole || section >= kColumns)
        return {};
    const std::array<QString, kColumns> names = {tr("Repository"),       tr("State"),  tr("Free"),
                                                 tr("Backups"),          tr("Stored"), tr("Plain : stored"),
                                                 tr("Last verification")};
    return names[static_cast<std::size_t>(section)];
}

} // namespace salvor
