// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/policytexts.h"

#include "models/base/json.h"
#include "ui/support/enginetexts.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"
#include "workers/engines.h"

#include <QLocale>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace salvor {

namespace {

QString timeText(int hour, int minute) {
    return QStringLiteral("%1:%2").arg(hour, 2, 10, QLatin1Char('0')).arg(minute, 2, 10, QLatin1Char('0'));
}

QString weekdayList(int bits) {
    if (bits == 0x1f)
        return PolicyTexts::tr("Monday to Friday");
    QStringList names;
    for (int day = 0; day < 7; ++day) {
        if ((bits >> day & 1) != 0)
            names << PolicyTexts::weekday(day, (bits & (bits - 1)) != 0);
    }
    return names.join(PolicyTexts::tr(", ", "between items of a list"));
}

/// An engine's option, as the form calls it; by its key where no engine of this version has it.
QString optionName(const std::string& key) {
    for (const EngineDescription& engine : engineDescriptions()) {
        for (const BackupMethod& method : engine.methods) {
            const auto found = std::ranges::find(method.options, key, &MethodOption::key);
            if (found != method.options.end() && !found->label.empty())
                return PolicyTexts::tr("“%1”").arg(engineName(found->label));
        }
    }
    return toQt(key);
}

} // namespace

QString PolicyTexts::weekday(int day, bool brief) {
    return QLocale().standaloneDayName(day + 1, brief ? QLocale::ShortFormat : QLocale::LongFormat);
}

QString PolicyTexts::preset(PolicyPreset preset) {
    switch (preset) {
    case PolicyPreset::EveryNight:
        return tr("Every night; keep a week of dailies, a month of weeklies, a year of monthlies");
    case PolicyPreset::EveryHour:
        return tr("Every hour; keep two days of hourlies, two weeks of dailies, two months of weeklies");
    case PolicyPreset::EveryWeek:
        return tr("Every week; keep two months of weeklies, a year of monthlies");
    case PolicyPreset::Archive:
        return tr("Every month; keep a year of monthlies, ten years of yearlies");
    case PolicyPreset::ByHand:
        break;
    }
    return tr("By hand only; keep everything");
}

QString PolicyTexts::state(PolicyState state) {
    switch (state) {
    case PolicyState::ByHand:
        return tr("by hand");
    case PolicyState::NotApplied:
        return tr("not applied on this computer");
    case PolicyState::Applied:
        return tr("applied");
    case PolicyState::Outdated:
        return tr("edited since it was applied");
    case PolicyState::Drifted:
        return tr("timers changed by hand");
    case PolicyState::NotRunning:
        return tr("timers not running");
    case PolicyState::Paused:
        return tr("paused");
    case PolicyState::Unreadable:
        break;
    }
    return tr("schedule cannot be read");
}

Tone PolicyTexts::tone(PolicyState state) {
    switch (state) {
    case PolicyState::Applied:
        return Tone::Good;
    case PolicyState::NotApplied:
    case PolicyState::Outdated:
    case PolicyState::Paused:
        return Tone::Warning;
    case PolicyState::Drifted:
    case PolicyState::NotRunning:
    case PolicyState::Unreadable:
        return Tone::Bad;
    case PolicyState::ByHand:
        break;
    }
    return Tone::Neutral;
}

QString PolicyTexts::schedule(const std::string& text) {
    const auto expression = CalendarExpression::parse(text);
    if (!expression)
        return toQt(text);
    const ScheduleChoice choice = scheduleChoiceOf(*expression);
    const QString zone = choice.zone.empty() ? QString() : QLatin1Char(' ') + toQt(choice.zone);
    const QString time = timeText(choice.hour, choice.minute) + zone;
    switch (choice.kind) {
    case ScheduleChoice::Kind::Hourly:
        return choice.everyHours == 1 ? tr("Every hour, %n minute(s) past", nullptr, choice.minute) + zone
                                      : tr("Every %1 hours from %2", "hours, time")
                                            .arg(choice.everyHours)
                                            .arg(timeText(0, choice.minute) + zone);
    case ScheduleChoice::Kind::Daily:
        return tr("Every day at %1").arg(time);
    case ScheduleChoice::Kind::Weekly:
        return tr("%1 at %2", "weekdays, time").arg(weekdayList(choice.weekdays), time);
    case ScheduleChoice::Kind::Monthly:
        return choice.dayOfMonth == 0 ? tr("The last day of every month at %1").arg(time)
                                      : tr("Day %1 of every month at %2").arg(choice.dayOfMonth).arg(time);
    case ScheduleChoice::Kind::Custom:
        break;
    }
    return toQt(choice.text);
}

QString PolicyTexts::schedules(const Policy& policy) {
    if (policy.schedules.empty())
        return tr("By hand only");
    QStringList texts;
    for (const auto& [kind, expression] : policy.schedules)
        texts << (policy.schedules.size() == 1
                      ? schedule(expression)
                      : tr("%1: %2", "kind of backup, schedule").arg(toQt(kind), schedule(expression)));
    return texts.join(tr("; ", "between sentences"));
}

QString PolicyTexts::keeps(const std::optional<RetentionRules>& rules) {
    if (!rules)
        return tr("Everything");
    QStringList parts;
    const auto add = [&](std::uint32_t count, const QString& text) {
        if (count > 0)
            parts << text;
    };
    const auto n = [](std::uint32_t count) { return static_cast<int>(count); };
    add(rules->keepLast, tr("the newest %n", nullptr, n(rules->keepLast)));
    if (rules->keepWithin.count() > 0)
        parts << tr("all of the last %1").arg(toQt(toRetentionSpan(rules->keepWithin)));
    add(rules->hourly, tr("%n hourly", nullptr, n(rules->hourly)));
    add(rules->daily, tr("%n daily", nullptr, n(rules->daily)));
    add(rules->weekly, tr("%n weekly", nullptr, n(rules->weekly)));
    add(rules->monthly, tr("%n monthly", nullptr, n(rules->monthly)));
    add(rules->yearly, tr("%n yearly", nullptr, n(rules->yearly)));
    return parts.isEmpty() ? tr("Nothing by rule") : parts.join(tr(", ", "between items of a list"));
}

QString PolicyTexts::selection(const std::vector<SelectionRule>& rules) {
    if (rules.size() == 1 && rules[0].include && rules[0].databaseGlob == "*")
        return tr("Every database, new ones too");
    QStringList parts;
    for (const auto& rule : rules)
        parts << (rule.include ? tr("include %1").arg(toQt(rule.databaseGlob))
                               : tr("exclude %1").arg(toQt(rule.databaseGlob)));
    return parts.isEmpty() ? tr("Nothing") : parts.join(tr(", ", "between items of a list"));
}

QString PolicyTexts::rule(RetentionRule rule) {
    switch (rule) {
    case RetentionRule::KeepLast:
        return tr("among the newest");
    case RetentionRule::KeepWithin:
        return tr("young enough");
    case RetentionRule::Hourly:
        return tr("hourly");
    case RetentionRule::Daily:
        return tr("daily");
    case RetentionRule::Weekly:
        return tr("weekly");
    case RetentionRule::Monthly:
        return tr("monthly");
    case RetentionRule::Yearly:
        return tr("yearly");
    case RetentionRule::Held:
        return tr("held by somebody");
    case RetentionRule::NewestComplete:
        return tr("newest complete one");
    case RetentionRule::NewestProven:
        return tr("newest proven one");
    case RetentionRule::NewestIncomplete:
        return tr("newest, not complete");
    case RetentionRule::UndecidedSize:
        return tr("tells whether a changed size lasts");
    case RetentionRule::Future:
        break;
    }
    return tr("dated in the future");
}

QString PolicyTexts::reason(const KeepReason& reason) {
    if (reason.place == 0)
        return rule(reason.rule);
    return tr("%1 no. %2", "retention rule, its place in the count").arg(rule(reason.rule)).arg(reason.place);
}

QString PolicyTexts::reasons(const std::vector<KeepReason>& reasons) {
    QStringList parts;
    for (const auto& one : reasons)
        parts << reason(one);
    return parts.join(tr(", ", "between items of a list"));
}

QString PolicyTexts::field(const std::string& path) {
    static const std::map<std::string_view, const char*> kNames{
        {"title", QT_TR_NOOP("the name")},
        {"paused", QT_TR_NOOP("whether it is paused")},
        {"profile_uuid", QT_TR_NOOP("the server")},
        {"repository_id", QT_TR_NOOP("the repository")},
        {"method", QT_TR_NOOP("the method")},
        {"kinds", QT_TR_NOOP("the kinds of backup")},
        {"compression_level", QT_TR_NOOP("the compression level")},
        {"options", QT_TR_NOOP("options of the engine")},
        {"what.databases", QT_TR_NOOP("the databases")},
        {"what.relations", QT_TR_NOOP("the tables")},
        {"when.expressions", QT_TR_NOOP("the schedule")},
        {"when.random_delay_seconds", QT_TR_NOOP("the random delay")},
        {"retention", QT_TR_NOOP("how long backups stay")},
        {"retention.keep_last", QT_TR_NOOP("how many of the newest stay")},
        {"retention.keep_within_seconds", QT_TR_NOOP("for how long all stay")},
        {"retention.hourly", QT_TR_NOOP("how many hourly ones stay")},
        {"retention.daily", QT_TR_NOOP("how many daily ones stay")},
        {"retention.weekly", QT_TR_NOOP("how many weekly ones stay")},
        {"retention.monthly", QT_TR_NOOP("how many monthly ones stay")},
        {"retention.yearly", QT_TR_NOOP("how many yearly ones stay")},
        {"retention.time_zone", QT_TR_NOOP("the time zone of what stays")},
        {"checks.verify_after", QT_TR_NOOP("the check after a backup")},
        {"checks.proof_within_seconds", QT_TR_NOOP("how old a proof may get")},
        {"checks.drill_target", QT_TR_NOOP("where test restores go")},
        {"checks.queries", QT_TR_NOOP("the queries of test restores")},
        {"limits.bandwidth_bytes_per_second", QT_TR_NOOP("the bandwidth limit")},
        {"limits.threads", QT_TR_NOOP("the number of threads")},
        {"limits.sessions", QT_TR_NOOP("the number of connections")},
        {"limits.memory_bytes", QT_TR_NOOP("the memory limit")},
        {"limits.cpu_percent", QT_TR_NOOP("the processor limit")},
        {"limits.lock_wait_seconds", QT_TR_NOOP("the wait for a busy repository")},
        {"hooks.before", QT_TR_NOOP("commands before a backup")},
        {"hooks.after", QT_TR_NOOP("commands after a backup")},
        {"notifications", QT_TR_NOOP("notifications")},
        {"notifications.mail", QT_TR_NOOP("whom mail tells")},
        {"notifications.webhook", QT_TR_NOOP("which webhooks are told")},
        {"notifications.on", QT_TR_NOOP("what is told")},
        {"executor", QT_TR_NOOP("where it runs")},
        {"notifications.heartbeat", QT_TR_NOOP("the heartbeat")},
        {"recovery_point_objective_seconds", QT_TR_NOOP("how old the newest backup may get")},
    };
    if (const auto found = kNames.find(path); found != kNames.end())
        return tr(found->second);
    constexpr std::string_view kOption = "options.";
    return path.starts_with(kOption) ? tr("the option %1").arg(optionName(path.substr(kOption.size())))
                                     : toQt(path);
}

QString PolicyTexts::refusal(ScheduleMove::Refusal refusal) {
    switch (refusal) {
    case ScheduleMove::Refusal::None:
        return {};
    case ScheduleMove::Refusal::SeveralTimes:
        return tr("This schedule has more than one time of day, so it cannot be moved as one.");
    case ScheduleMove::Refusal::EveryDay:
        return tr("This schedule runs every day: moving it to another day would change nothing.");
    case ScheduleMove::Refusal::SeveralDays:
        return tr("This schedule has several days, so it cannot be moved to another one.");
    case ScheduleMove::Refusal::LeavesDay:
        return tr("The new time lies on another day, and this schedule's days cannot be moved.");
    case ScheduleMove::Refusal::Abbreviation:
        break;
    }
    return tr("This schedule ends with the abbreviation of a zone, so it only counts in a part of the year.");
}

PolicyTable::PolicyTable(PolicyListModel& model, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_model(model) {
    setSourceModel(&model);
}

void PolicyTable::setSelection(const Selection& selection) {
    m_selection = selection;
    invalidateFilter();
}

const PolicyRow* PolicyTable::record(const QModelIndex& index) const {
    return index.isValid() ? m_model.record(mapToSource(index)) : nullptr;
}

bool PolicyTable::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const PolicyRow* record = m_model.record(m_model.index(row, 0, parent));
    return (m_selection.profileUuid.isEmpty() ||
            toQt(record->policy.profileUuid) == m_selection.profileUuid) &&
           (m_selection.database.isEmpty() || selects(record->policy, m_selection.database.toStdString()));
}

bool PolicyTable::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const PolicyRow* a = m_model.record(left);
    const PolicyRow* b = m_model.record(right);
    if (left.column() == PolicyListModel::NextColumn)
        return a->next.value_or(Instant::max()) < b->next.value_or(Instant::max());
    const int order = QString::localeAwareCompare(text(*a, left.column()), text(*b, right.column()));
    return order != 0 ? order < 0 : a->policy.uuid < b->policy.uuid;
}

QString PolicyTable::text(const PolicyRow& row, int column) {
    switch (column) {
    case PolicyListModel::TitleColumn:
        return toQt(row.policy.title);
    case PolicyListModel::StateColumn:
        return PolicyTexts::state(row.state);
    case PolicyListModel::ServerColumn:
        return toQt(row.profileTitle);
    case PolicyListModel::WhenColumn:
        return PolicyTexts::schedules(row.policy);
    case PolicyListModel::NextColumn:
        if (row.policy.paused)
            return PolicyTexts::tr("paused");
        if (row.next && row.state == PolicyState::NotApplied)
            return PolicyTexts::tr("no timer");
        if (row.next && row.state == PolicyState::NotRunning)
            return PolicyTexts::tr("timer is off");
        return row.next ? Format::time(*row.next) : PolicyTexts::tr("none", "no next run");
    case PolicyListModel::KeepsColumn:
        return PolicyTexts::keeps(row.policy.retention);
    default:
        return {};
    }
}

QVariant PolicyTable::data(const QModelIndex& index, int role) const {
    const PolicyRow* row = record(index);
    if (row == nullptr)
        return {};
    if (role == Qt::DecorationRole && index.column() == PolicyListModel::StateColumn)
        return StateMark::icon(PolicyTexts::tone(row->state));
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
        return text(*row, index.column());
    return QSortFilterProxyModel::data(index, role);
}

QVariant PolicyTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QSortFilterProxyModel::headerData(section, orientation, role);
    const std::array<QString, PolicyListModel::kColumns> titles{
        PolicyTexts::tr("Policy"), PolicyTexts::tr("State"),     PolicyTexts::tr("Server"),
        PolicyTexts::tr("When"),   PolicyTexts::tr("Next time"), PolicyTexts::tr("Keeps")};
    return titles[static_cast<std::size_t>(section)];
}

} // namespace salvor
