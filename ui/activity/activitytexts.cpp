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
#include <set>

namespace salvor {

namespace {

QString capital(const QString& text) { return text.left(1).toUpper() + text.mid(1); }

/// A change has "root@vm", a run that is not in the audit who or what started it, and where.
QString whoText(const ActivityEntry& entry) {
    if (entry.change || !entry.acts.empty())
        return authorText(entry.change ? entry.change->who : entry.acts.front().who);
    const QString user = entry.run->details.value(QLatin1String("user")).toString();
    if (!user.isEmpty() && !entry.run->host.empty())
        return authorText(fromQt(user) + "@" + entry.run->host);
    return entry.run->host.empty() ? triggerText(entry.run->trigger)
                                   : ActivityTexts::tr("%1 on %2", "trigger, computer")
                                         .arg(triggerText(entry.run->trigger), toQt(entry.run->host));
}

QString textOf(const ActivityEntry& entry, int column, const ActivityNames& names) {
    const RunRecord* run = entry.run ? &*entry.run : nullptr;
    switch (column) {
    case ActivityListModel::TimeColumn:
        return Format::time(entry.at());
    case ActivityListModel::WhoColumn:
        return whoText(entry);
    case ActivityListModel::WhatColumn:
        return run != nullptr ? runKindText(run->kind) : changeText(entry.change->action);
    case ActivityListModel::OutcomeColumn:
        return run != nullptr ? StateMark::text(run->outcome) : changeOutcome(*entry.change);
    case ActivityListModel::SubjectColumn:
        return run != nullptr ? toQt(run->database) : changeSubject(*entry.change, names);
    case ActivityListModel::ProfileColumn:
        return run != nullptr ? toQt(run->profileTitle) : changeServer(*entry.change, names);
    case ActivityListModel::DurationColumn:
        return run != nullptr ? runDurationText(*run) : QString();
    case ActivityListModel::SizeColumn:
        return run != nullptr && run->sizeBytes > 0 ? Format::size(run->sizeBytes) : QString();
    default:
        return {};
    }
}

/// What the acts' records call it; fields of documents keep their names.
QString fieldText(const QString& path) {
    const std::map<QString, QString> known = {
        {QStringLiteral("at"), ActivityTexts::tr("begun at")},
        {QStringLiteral("backup"), ActivityTexts::tr("backup")},
        {QStringLiteral("database"), ActivityTexts::tr("database")},
        {QStringLiteral("databases"), ActivityTexts::tr("databases")},
        {QStringLiteral("policies"), ActivityTexts::tr("policies")},
        {QStringLiteral("restored"), ActivityTexts::tr("the restored database is called")},
        {QStringLiteral("replaced"), ActivityTexts::tr("the replaced database is called")},
        {QStringLiteral("ended_sessions"), ActivityTexts::tr("connections ended")},
        {QStringLiteral("error"), ActivityTexts::tr("error")},
        {QStringLiteral("kept_in"), ActivityTexts::tr("kept in")},
        {QStringLiteral("outcome"), ActivityTexts::tr("outcome")},
        {QStringLiteral("proved"), ActivityTexts::tr("proved equal")},
        {QStringLiteral("run"), ActivityTexts::tr("run")},
        {QStringLiteral("state"), ActivityTexts::tr("state")},
        {QStringLiteral("target"), ActivityTexts::tr("target")},
        {QStringLiteral("target_profile"), ActivityTexts::tr("target server")},
        {QStringLiteral("undo"), ActivityTexts::tr("takes a swap back")}};
    const auto found = known.find(path);
    return found != known.end() ? found->second : path;
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

/// Times in this computer's zone, and what the core says in the window's words; all else as it is recorded.
QString shownValue(const QString& path, const QString& value, const ActivityNames& names) {
    if (const auto named = names.find(value); named != names.end())
        return named->second;
    if (path == QLatin1String("error") || path.endsWith(QLatin1String(".message")) ||
        path.endsWith(QLatin1String(".hint")))
        return Format::told(fromQt(value));
    const auto at = fromRfc3339(fromQt(value));
    return at ? Format::timeExact(*at) : value;
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

QString authorText(const std::string& who) {
    const QString text = toQt(who);
    const auto at = text.lastIndexOf(QLatin1Char('@'));
    return at < 0 ? text
                  : ActivityTexts::tr("%1 on %2", "user, computer").arg(text.left(at), text.mid(at + 1));
}

QString changeText(const std::string& action) {
    const std::map<std::string, QString> known = {
        {"profile.add", ActivityTexts::tr("server added")},
        {"profile.edit", ActivityTexts::tr("server changed")},
        {"profile.remove", ActivityTexts::tr("server removed")},
        {"profile.protection_ended", ActivityTexts::tr("databases no longer backed up")},
        {"profile.password", ActivityTexts::tr("password of a server set")},
        {"channel.add", ActivityTexts::tr("channel added")},
        {"channel.edit", ActivityTexts::tr("channel changed")},
        {"channel.secret", ActivityTexts::tr("secret of a channel set")},
        {"channel.remove", ActivityTexts::tr("channel removed")},
        {"channel.notifications_ended", ActivityTexts::tr("notifications ended")},
        {"drill.run", ActivityTexts::tr("test restore")},
        {"repository.rebuild", ActivityTexts::tr("store read anew")},
        {"repository.register_reader", ActivityTexts::tr("key for proofs registered")},
        {"restored.begin", ActivityTexts::tr("swap begun")},
        {"restored.swap", ActivityTexts::tr("databases swapped")},
        {"restored.undo", ActivityTexts::tr("swap taken back")},
        {"restored.not_done", ActivityTexts::tr("swap not done")},
        {"restored.unknown", ActivityTexts::tr("swap whose end is not known")},
        {"policy.add", ActivityTexts::tr("policy added")},
        {"policy.edit", ActivityTexts::tr("policy changed")},
        {"policy.remove", ActivityTexts::tr("policy removed")},
        {"repository.add", ActivityTexts::tr("store added")},
        {"repository.edit", ActivityTexts::tr("store changed")},
        {"repository.remove", ActivityTexts::tr("store forgotten")},
        {"repository.keys", ActivityTexts::tr("keys of a store put back")},
        {"repository.rehearse", ActivityTexts::tr("recovery rehearsed")},
        {"repository.take_over", ActivityTexts::tr("store taken over")},
        {"backups.trash", ActivityTexts::tr("backups to the trash")},
        {"backups.undelete", ActivityTexts::tr("backups brought back")},
        {"backups.hold", ActivityTexts::tr("backups held")},
        {"backups.release", ActivityTexts::tr("backups released")},
        {"backups.prune", ActivityTexts::tr("backups deleted for good")},
        {"restore.run", ActivityTexts::tr("restore asked for")},
        {"restored.drop", ActivityTexts::tr("restored database dropped")},
        {"timers.plan", ActivityTexts::tr("plan of timers made")},
        {"timers.apply", ActivityTexts::tr("timers applied")},
        {"timers.remove", ActivityTexts::tr("timers removed")},
        {"timers.undo", ActivityTexts::tr("change of timers taken back")},
        {"setting.edit", ActivityTexts::tr("setting changed")},
        {"setting.remove", ActivityTexts::tr("setting removed")}};
    const auto found = known.find(action);
    return found != known.end() ? found->second : toQt(action);
}

QString changeSubject(const AuditRecord& record, const ActivityNames& names) {
    // What clients call it: an undo begins with that name at the restored one.
    const bool isUndo =
        record.action == "restored.undo" || record.after.value(QLatin1String("undo")).toBool();
    const QString live = record.before.value(QLatin1String(isUndo ? "restored" : "replaced")).toString();
    if (!live.isEmpty())
        return live;
    for (const auto& document : {record.after, record.before}) {
        const QString title = document.value(QLatin1String("title")).toString();
        if (!title.isEmpty())
            return title;
        const QString database = document.value(QLatin1String("database")).toString();
        if (!database.isEmpty())
            return database;
        const QJsonArray backups = document.value(QLatin1String("backups")).toArray();
        if (!backups.isEmpty())
            return ActivityTexts::tr("%n backup(s)", nullptr, static_cast<int>(backups.size()));
    }
    const auto named = names.find(toQt(record.subject));
    return named != names.end() ? named->second : toQt(record.subject);
}

QString changeServer(const AuditRecord& record, const ActivityNames& names) {
    if (!record.action.starts_with("restored.") && !record.action.starts_with("restore."))
        return {};
    const QString target = record.after.value(QLatin1String("target_profile")).toString();
    const auto named = names.find(target.isEmpty() ? toQt(record.subject) : target);
    return named != names.end() ? named->second : target;
}

QString changeOutcome(const AuditRecord& record) {
    const QString state = record.after.value(QLatin1String("state")).toString();
    return state == QLatin1String("started")      ? ActivityTexts::tr("begun")
           : state == QLatin1String("failed")     ? ActivityTexts::tr("failed")
           : state == QLatin1String("unfinished") ? ActivityTexts::tr("cut short")
                                                  : QString();
}

void dropBeginnings(std::vector<AuditRecord>& changes) {
    const auto hasBegun = [](const AuditRecord& change) {
        return change.after.value(QLatin1String("state")).toString() == QLatin1String("started");
    };
    // A prune deletes and puts into the trash: two acts of one run. A swap ends by what became of it.
    const auto key = [](const AuditRecord& change) {
        const bool isEndOfSwap = change.action == "restored.swap" || change.action == "restored.undo" ||
                                 change.action == "restored.not_done";
        return std::pair(isEndOfSwap ? std::string("restored.begin") : change.action,
                         change.after.value(QLatin1String("act")).toString());
    };
    std::set<std::pair<std::string, QString>> ended;
    for (const auto& change : changes) {
        if (!hasBegun(change) && !key(change).second.isEmpty())
            ended.insert(key(change));
    }
    std::erase_if(changes,
                  [&](const AuditRecord& change) { return hasBegun(change) && ended.contains(key(change)); });
}

QString changeSummaryText(const AuditRecord& record, const ActivityNames& names) {
    const QString state = record.after.value(QLatin1String("state")).toString();
    QString summary =
        ActivityTexts::tr("%1: %2, by %3", "what was done, of what, by whom")
            .arg(capital(changeText(record.action)), changeSubject(record, names), toQt(record.who));
    if (state == QLatin1String("started"))
        summary += ActivityTexts::tr(" (begun)");
    else if (state == QLatin1String("failed"))
        summary += ActivityTexts::tr(" (failed)");
    else if (state == QLatin1String("unfinished"))
        summary += ActivityTexts::tr(" (begun, and cut short: what became of it is not recorded)");
    return summary;
}

QString changeFactsText(const AuditRecord& record, const ActivityNames& names) {
    std::map<QString, QString> before;
    std::map<QString, QString> after;
    flatten({}, record.before, before);
    flatten({}, record.after, after);
    QStringList lines{
        ActivityTexts::tr("Change %1, on %2").arg(record.number).arg(Format::timeExact(record.at))};
    for (const auto& [path, value] : after) {
        const auto was = before.find(path);
        if (path.isEmpty() || path == QLatin1String("revision") || path == QLatin1String("act"))
            continue;
        const QString shown = shownValue(path, value, names);
        if (was == before.end())
            lines << ActivityTexts::tr("%1: %2", "field, value").arg(fieldText(path), shown);
        else if (was->second != value)
            lines << ActivityTexts::tr("%1: from %2 to %3", "field, value, value")
                         .arg(fieldText(path), shownValue(path, was->second, names), shown);
    }
    for (const auto& [path, value] : before) {
        if (!path.isEmpty() && after.count(path) == 0)
            lines << ActivityTexts::tr("%1: was %2", "field, value")
                         .arg(fieldText(path), shownValue(path, value, names));
    }
    lines << ActivityTexts::tr("Id %1").arg(toQt(record.subject));
    return lines.join(QLatin1Char('\n'));
}

QString activitySummaryText(const ActivityEntry& entry, const ActivityNames& names) {
    if (!entry.run)
        return changeSummaryText(*entry.change, names);
    const QString summary = runSummaryText(*entry.run);
    return entry.acts.empty() ? summary
                              : ActivityTexts::tr("%1, by %2", "what ran and how it ended, user")
                                    .arg(summary, toQt(entry.acts.front().who));
}

QString activityFactsText(const ActivityEntry& entry, const ActivityNames& names) {
    if (!entry.run)
        return changeFactsText(*entry.change, names);
    QStringList parts{runFactsText(*entry.run)};
    for (const auto& act : entry.acts)
        parts << changeSummaryText(act, names) + QLatin1Char('\n') + changeFactsText(act, names);
    return parts.join(QStringLiteral("\n\n"));
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

void ActivityTexts::setNames(ActivityNames names) {
    if (names == m_names)
        return;
    m_names = std::move(names);
    invalidate();
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
        if (textOf(one, column, m_names).contains(m_text, Qt::CaseInsensitive))
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
        return QString::localeAwareCompare(textOf(a, left.column(), m_names),
                                           textOf(b, right.column(), m_names)) < 0;
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
        return textOf(*one, index.column(), m_names);
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
