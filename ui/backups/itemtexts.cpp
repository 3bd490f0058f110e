// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/itemtexts.h"

#include "models/backuprecord.h"
#include "models/lists/backupitemtreemodel.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"

#include <QFont>

namespace salvor {

namespace {

using Model = BackupItemTreeModel;

/// TimescaleDB's times are UTC, and so they are shown: a chunk begins and ends at UTC's midnight.
QString bound(const QJsonObject& range, const char* key) {
    const QString text = range.value(QLatin1String(key)).toString();
    const auto instant = fromRfc3339(text.toStdString());
    return instant ? Format::utc(*instant) : text;
}

QString timeRange(const QJsonObject& details) {
    const QJsonObject range = details.value(QStringLiteral("time_range")).toObject();
    const QString from = bound(range, "from");
    const QString until = bound(range, "to");
    if (from.isEmpty() && until.isEmpty())
        return {};
    if (from.isEmpty())
        return ItemTexts::tr("before %1").arg(until);
    if (until.isEmpty())
        return ItemTexts::tr("from %1").arg(from);
    return ItemTexts::tr("%1 to %2").arg(from, until);
}

QString sectionText(const QModelIndex& index) {
    const int count = index.data(Model::CountRole).toInt();
    switch (index.data(Model::SectionRole).value<BackupItemSection>()) {
    case BackupItemSection::Hypertables:
        return ItemTexts::tr("Hypertables, %n chunk(s)", nullptr, count);
    case BackupItemSection::Tables:
        return ItemTexts::tr("Tables, %n item(s)", nullptr, count);
    case BackupItemSection::Others:
        return ItemTexts::tr("Everything else, %n item(s)", nullptr, count);
    }
    return {};
}

} // namespace

QString itemKindText(const QString& kind) {
    struct Name {
        const char* kind;
        QString text;
    };
    const Name names[] = {{"chunk", ItemTexts::tr("chunk")},
                          {"table", ItemTexts::tr("table")},
                          {"table_range", ItemTexts::tr("part of a table")},
                          {"catalog_table", ItemTexts::tr("extension's configuration")},
                          {"schema", ItemTexts::tr("schema")},
                          {"sequences", ItemTexts::tr("sequences")},
                          {"globals", ItemTexts::tr("roles and settings")},
                          {"large_objects", ItemTexts::tr("large objects")}};
    for (const auto& name : names) {
        if (kind == QLatin1String(name.kind))
            return name.text;
    }
    return kind;
}

QString ItemTexts::nameText(const QModelIndex& index) const {
    if (index.data(Model::IsSectionRole).toBool())
        return sectionText(index);
    const QString name = index.data(Model::NameRole).toString();
    if (!index.data(Model::IsItemRole).toBool()) {
        const int count = index.data(Model::CountRole).toInt();
        const bool chunks =
            index.data(Model::SectionRole).value<BackupItemSection>() == BackupItemSection::Hypertables;
        return (chunks ? tr("%1, %n chunk(s)", "name of a hypertable", count)
                       : tr("%1, %n part(s)", "name of a table", count))
            .arg(name);
    }
    const QString range = timeRange(index.data(Model::DetailsRole).toJsonObject());
    return range.isEmpty() ? name : range;
}

QString ItemTexts::toolTip(const QModelIndex& index) const {
    if (!index.data(Model::IsItemRole).toBool())
        return nameText(index);
    QStringList lines{tr("%1: %2").arg(itemKindText(index.data(Model::KindRole).toString()),
                                       index.data(Model::NameRole).toString())};
    if (const QString range = timeRange(index.data(Model::DetailsRole).toJsonObject()); !range.isEmpty())
        lines << range;
    if (const QString hash = index.data(Model::ContentHashRole).toString(); !hash.isEmpty())
        lines << tr("SHA-256 of the contents: %1").arg(hash);
    return lines.join(QLatin1Char('\n'));
}

QVariant ItemTexts::data(const QModelIndex& index, int role) const {
    const QModelIndex first = index.siblingAtColumn(Model::NameColumn);
    const auto raw = [&](int wanted) { return QIdentityProxyModel::data(first, wanted); };
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        if (index.column() == Model::RowsColumn)
            return Format::count(raw(Model::RowsRole).toULongLong());
        if (index.column() == Model::SizeColumn)
            return Format::size(raw(Model::SizeRole).toULongLong());
        return nameText(first);
    case Qt::DecorationRole: {
        if (index.column() != Model::NameColumn || raw(Model::IsSectionRole).toBool())
            return {};
        const bool chunk = raw(Model::KindRole).toString() == QStringLiteral("chunk");
        return Icons::of(chunk ? Icons::Chunk : Icons::Table);
    }
    case Qt::FontRole: {
        QFont font;
        font.setBold(raw(Model::IsSectionRole).toBool());
        return font;
    }
    case Qt::TextAlignmentRole:
        return index.column() == Model::NameColumn ? QVariant() : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::ToolTipRole:
        return toolTip(first);
    default:
        return raw(role);
    }
}

QVariant ItemTexts::headerData(int section, Qt::Orientation, int role) const {
    if (role == Qt::TextAlignmentRole && section != Model::NameColumn)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    return section == Model::NameColumn   ? tr("Contents")
           : section == Model::RowsColumn ? tr("Rows")
                                          : tr("Size");
}

} // namespace salvor
