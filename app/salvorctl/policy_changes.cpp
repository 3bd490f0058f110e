// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/policy_changes.h"

#include "models/jsonfields.h"
#include "models/policy/documentdifference.h"
#include "models/standing.h"
#include "workers/timersroad.h"

#include <QStringList>

#include <algorithm>
#include <set>

namespace salvor::ctl {

namespace {

/// By profile and name: a policy may be given another profile.
std::set<std::string> protectedBy(const std::vector<Policy>& policies,
                                  const std::vector<SourceStatus>& sources) {
    std::set<std::string> profiles;
    for (const auto& policy : policies)
        profiles.insert(policy.profileUuid);
    std::set<std::string> keys;
    for (const auto& profile : profiles) {
        for (const auto& name : protectedDatabases(profile, policies, sources))
            keys.insert(sourceKey(profile, name));
    }
    return keys;
}

std::vector<std::string> namesOf(const std::set<std::string>& keys, const std::set<std::string>& without) {
    std::vector<std::string> names;
    for (const auto& key : keys) {
        if (!without.contains(key))
            names.push_back(key.substr(key.find('\n') + 1));
    }
    std::ranges::sort(names);
    return names;
}

QString listed(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 20;
    QStringList shown;
    for (std::size_t i = 0; i < names.size() && i < kMost; ++i)
        shown << toQt(printable(names[i]));
    QString text = shown.join(QStringLiteral(", "));
    if (names.size() > kMost)
        text = Text::tr("%1 and %2 more").arg(text).arg(names.size() - kMost);
    return text;
}

QString shown(const std::string& value) {
    return value.empty() ? Text::tr("not set") : toQt(printable(value));
}

QJsonArray sayFields(Context& context, const Policy& before, const Policy& after) {
    QJsonArray array;
    for (const auto& change : fieldChanges(toJson(before), toJson(after))) {
        if (change.field == "revision")
            continue;
        array.append(QJsonObject{{QStringLiteral("field"), toQt(change.field)},
                                 {QStringLiteral("before"), toQt(change.before)},
                                 {QStringLiteral("after"), toQt(change.after)}});
        context.out().line(text(
            Text::tr("  %1: %2 → %3").arg(toQt(change.field), shown(change.before), shown(change.after))));
    }
    if (array.isEmpty())
        context.out().line(text(Text::tr("  Nothing in it is different.")));
    return array;
}

bool has(const QJsonArray& changes, const char* field) {
    return std::ranges::any_of(changes, [&](const QJsonValue& change) {
        return change.toObject().value(QLatin1String("field")) == QLatin1String(field);
    });
}

void sayGained(Context& context, const std::vector<std::string>& gained, bool dryRun) {
    if (!gained.empty())
        context.out().line(text(
            (dryRun ? Text::tr("Would be backed up from now on: %1") : Text::tr("Backed up from now on: %1"))
                .arg(listed(gained))));
}

void sayLost(Context& context, const std::vector<std::string>& lost, bool byRules, bool dryRun) {
    if (lost.empty())
        return;
    QString said = (dryRun ? Text::tr("no policy would back these up any longer: %1.")
                           : Text::tr("no policy backs these up any longer: %1."))
                       .arg(listed(lost));
    if (byRules)
        said += QLatin1Char(' ') +
                Text::tr("--include and --exclude take the place of all rules that there were; --add-include "
                         "and --add-exclude come behind them.");
    context.out().warning(text(said), {{QStringLiteral("databases"), toJsonArray(lost)}});
}

/// In which manager's units the policy is installed: nothing where it is in neither.
std::optional<bool> installedForUser(Context& context, const std::string& uuid) {
    const auto timers = allTimers(context.core(), findTimersRoad({}), false, context.cancel());
    if (!timers)
        return std::nullopt; // timers status says it
    for (const auto& one : timers->policies) {
        const bool isThere =
            one.timers.state != TimersState::NotInstalled && one.timers.state != TimersState::OtherHome;
        if (one.timers.policyUuid == uuid && isThere)
            return one.userUnits;
    }
    return std::nullopt;
}

QJsonValue sayTimers(Context& context, const std::string& uuid, bool dryRun) {
    const auto userUnits = installedForUser(context, uuid);
    if (!userUnits)
        return {};
    const QString call = *userUnits ? QStringLiteral("salvorctl timers apply --user-units")
                                    : QStringLiteral("salvorctl timers apply");
    context.out().line(
        text((dryRun ? Text::tr("Its timers would run it as it is until this makes them follow: %1")
                     : Text::tr("Its timers run it as it was before, until this makes them follow: %1"))
                 .arg(call)));
    return QStringLiteral("outdated");
}

} // namespace

Result<PolicyBefore> policyBefore(Context& context, const std::string& uuid) {
    PolicyBefore before;
    SALVOR_ASSIGN(before.all, context.core().policies());
    const auto found = std::ranges::find(before.all, uuid, &Policy::uuid);
    if (found != before.all.end())
        before.policy = *found;
    return before;
}

QJsonObject sayChanges(Context& context, const PolicyBefore& before, const Policy& after, bool dryRun) {
    if (!before.policy)
        return {};
    QJsonObject data;
    const QJsonArray changes = sayFields(context, *before.policy, after);
    data.insert(QStringLiteral("changes"), changes);
    std::vector<Policy> all = before.all;
    std::ranges::replace_if(all, [&](const Policy& one) { return one.uuid == after.uuid; }, after);
    std::vector<std::string> lost;
    std::vector<std::string> gained;
    if (const auto sources = context.core().overview()) { // without records no database is known to lose it
        const auto was = protectedBy(before.all, *sources);
        const auto is = protectedBy(all, *sources);
        lost = namesOf(was, is);
        gained = namesOf(is, was);
    }
    sayGained(context, gained, dryRun);
    sayLost(context, lost, has(changes, "what.databases"), dryRun);
    data.insert(QStringLiteral("databases_lost"), toJsonArray(lost));
    data.insert(QStringLiteral("databases_gained"), toJsonArray(gained));
    data.insert(QStringLiteral("timers"),
                changes.isEmpty() ? QJsonValue() : sayTimers(context, after.uuid, dryRun));
    return data;
}

} // namespace salvor::ctl
