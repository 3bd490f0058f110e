// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/activity/activitytexts.h"

#include "models/base/json.h"
#include "ui/activity/runtexts.h"
#include "ui/backups/backuptexts.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/statemark.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <array>
#include <map>

namespace salvor {

namespace {

QString capital(const QString& text) { return text.left(1).toUpper() + text.mid(1); }

QString whoText(const ActivityEntry& entry) {
    if (entry.change)
        return toQt(entry.change->who);
    return entry.run->host.empty() ? triggerText(entry.run->trigger)
                                   : ActivityTexts::tr("%1 on %2", "trigger, computer")
                                         .arg(triggerText(entry.run->trigger), toQt(entry.run->host));
}

QString textOf(const ActivityEntry& entry, int column) {
    const RunRecord* run = entry.run ? &*entry.run : nullptr;
    switch (column) {
    case ActivityListModel::TimeColumn:
        return Format::time(entry.at());
    case ActivityListModel::WhoColumn:
        return whoText(entry);
    case ActivityListModel::WhatColumn:
        return run != nullptr ? runKindText(run->kind) : changeText(entry.change->action);
    case ActivityListModel::OutcomeColumn:
        return run != nullptr ? StateMark::text(run->outcome) : QString();
    case ActivityListModel::SubjectColumn:
        return run != nullptr ? toQt(run->database) : changeSubject(*entry.change);
    case ActivityListModel::ProfileColumn:
        return run != nullptr ? toQt(run->profileTitle) : QString();
    case ActivityListModel::DurationColumn:
        return run != nullptr ? runDurationText(*run) : QString();
    case ActivityListModel::SizeColumn:
        return run != nullptr && run->sizeBytes > 0 ? Format::size(run->sizeBytes) : QString();
    default:
        return {};
    }
}

bool isNumber(int column) {
    return column == ActivityListModel::SizeColumn || column == ActivityListModel::DurationColumn;
}

/// Every value of a document by its path: "retention.daily".
void flatten(const QString& path, const QJsonValue& value, std::map<QString, QString>& into) {
    if (value.isObject() && !value.toObject().isEmpty()) {
        const QJsonObject object = value.toObject();
        for (auto one = object.begin(); one != object.end(); ++one)
            flatten(path.isEmpty() ? one.key() : path + QLatin1Char('.') + one.key(), one.value(), into);
        return;
    }
    QString text = value.toVariant().toString();
    if (value.isArray())
        text = QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    else if (value.isNull() || value.isObject())
        text = QStringLiteral("–");
    into[path] = text;
}

bool isOf(const AuditRecord& change, const QString& profileUuid) {
    if (toQt(change.subject) == profileUuid)
        return true;
    for (const auto& document : {change.before, change.after}) {
        for (const char* key : {"profile", "profile_uuid", "profile_id"}) {
            if (document.value(QLatin1String(key)).toString() == profileUuid)
                return true;
        }
    }
    return false;
}

} // namespace

QString changeText(const std::string& action) {
    const std::map<std::string, QString> known = {
        {"profile.add", ActivityTexts::tr("server added")},
        {"profile.edit", ActivityTexts::tr("server changed")},
        {"profile.remove", ActivityTexts::tr("server removed")},
        {"policy.add", ActivityTexts::tr("policy added")},
        {"policy.edit", ActivityTexts::tr("policy changed")},
        {"policy.remove", ActivityTexts::tr("policy removed")},
        {"repository.add", ActivityTexts::tr("store added")},
        {"repository.edit", ActivityTexts::tr("store changed")},
        {"repository.remove", ActivityTexts::tr("store forgotten")},
        {"repository.rehearse", ActivityTexts::tr("recovery rehearsed")},
        {"repository.take_over", ActivityTexts::tr("store taken over")},
        {"backups.trash", ActivityTexts::tr("backups to the trash")},
        {"backups.undelete", ActivityTexts::tr("backups brought back")},
        {"backups.hold", ActivityTexts::tr("backups held")},
        {"backups.release", ActivityTexts::tr("backups released")},
        {"backups.prune", ActivityTexts::tr("backups deleted for good")},
        {"restore.run", ActivityTexts::tr("database restored")},
        {"restored.drop", ActivityTexts::tr("restored database dropped")},
        {"setting.edit", ActivityTexts::tr("setting changed")},
        {"setting.remove", ActivityTexts::tr("setting removed")}};
    const auto found = known.find(action);
    return found != known.end() ? found->second : toQt(action);
}

QString changeSubject(const AuditRecord& record) {
    for (const auto& document : {record.after, record.before}) {
        const QString title = document.value(QLatin1String("title")).toString();
        if (!title.isEmpty())
            return title;
        const QJsonArray backups = document.value(QLatin1String("backups")).toArray();
        if (!backups.isEmpty())
            return ActivityTexts::tr("%n backup(s)", nullptr, static_cast<int>(backups.size()));
    }
    return toQt(record.subject);
}

QString changeSummaryText(const AuditRecord& record) {
    const QString state = record.after.value(QLatin1String("state")).toString();
    QString summary = ActivityTexts::tr("%1: %2, by %3", "what was done, of what, by whom")
                          .arg(capital(changeText(record.action)), changeSubject(record), toQt(record.who));
    if (state == QLatin1String("started"))
        summary += ActivityTexts::tr(" (begun)");
    else if (state == QLatin1String("failed"))
        summary += ActivityTexts::tr(" (failed)");
    else if (state == QLatin1String("unfinished"))
        summary += ActivityTexts::tr(" (begun, and cut short: what became of it is not recorded)");
    return summary;
}

QString changeFactsText(const AuditRecord& record) {
    std::map<QString, QString> before;
    std::map<QString, QString> after;
    flatten({}, record.before, before);
    flatten({}, record.after, after);
    QStringList lines{
        ActivityTexts::tr("Change %1, on %2").arg(record.number).arg(Format::timeExact(record.at))};
    for (const auto& [path, value] : after) {
        const auto was = before.find(path);
        if (path.isEmpty() || path == QLatin1String("revision"))
            continue;
        if (was == before.end())
            lines << ActivityTexts::tr("%1: %2", "field, value").arg(path, value);
        else if (was->second != value)
            lines << ActivityTexts::tr("%1: from %2 to %3", "field, value, value")
                         .arg(path, was->second, value);
    }
    for (const auto& [path, value] : before) {
        if (!path.isEmpty() && after.count(path) == 0)
            lines << ActivityTexts::tr("%1: was %2", "field, value").arg(path, value);
    }
    lines << ActivityTexts::tr("Id %1").arg(toQt(record.subject));
    return lines.join(QLatin1Char('\n'));
}

ActivityTexts::ActivityTexts(ActivityListModel& model, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_model(model) {
    setSourceModel(&model);
}

void ActivityTexts::setSelection(const Selection& selection) {
    m_selection = selection;
    invalidateFilter();
}

void ActivityTexts::setFilterText(const QString& text) {
    m_text = text.trimmed();
    invalidateFilter();
}

const ActivityEntry* ActivityTexts::entry(const QModelIndex& index) const {
    return index.isValid() ? m_model.record(mapToSource(index)) : nullptr;
}

bool ActivityTexts::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const ActivityEntry& one = *m_model.record(m_model.index(row, 0, parent));
    if (one.change && !m_selection.profileUuid.isEmpty() && !isOf(*one.change, m_selection.profileUuid))
        return false;
    if (m_text.isEmpty())
        return true;
    for (int column = ActivityListModel::WhoColumn; column <= ActivityListModel::ProfileColumn; ++column) {
        if (textOf(one, column).contains(m_text, Qt::CaseInsensitive))
            return true;
    }
    return one.run && toQt(one.run->id).contains(m_text, Qt::CaseInsensitive);
}

bool ActivityTexts::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const ActivityEntry& a = *m_model.record(left);
    const ActivityEntry& b = *m_model.record(right);
    switch (left.column()) {
    case ActivityListModel::TimeColumn:
        return a.at() < b.at();
    case ActivityListModel::DurationColumn:
    case ActivityListModel::SizeColumn:
        return left.data(Qt::DisplayRole).toLongLong() < right.data(Qt::DisplayRole).toLongLong();
    default:
        return QString::localeAwareCompare(textOf(a, left.column()), textOf(b, right.column())) < 0;
    }
}

QVariant ActivityTexts::data(const QModelIndex& index, int role) const {
    const ActivityEntry* one = entry(index);
    if (one == nullptr)
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return textOf(*one, index.column());
    case Qt::DecorationRole:
        if (index.column() == ActivityListModel::OutcomeColumn && one->run)
            return StateMark::icon(StateMark::tone(one->run->outcome));
        return {};
    case Qt::TextAlignmentRole:
        return isNumber(index.column()) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    default:
        return QSortFilterProxyModel::data(index, role);
    }
}

QVariant ActivityTexts::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && isNumber(section))
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole || section >= ActivityListModel::kColumns)
        return {};
    const std::array<QString, ActivityListModel::kColumns> names = {
        tr("When"), tr("Who"), tr("What"), tr("Outcome"), tr("Of"), tr("Server"), tr("Took"), tr("Size")};
    return names[static_cast<std::size_t>(section)];
}

} // namespace salvor
