// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/watchreport.h"

#include "models/base/json.h"
#include "models/jsonfields.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace salvor {

namespace {

QJsonValue timeOrNull(const std::optional<Instant>& time) { return time ? toJsonTime(*time) : QJsonValue(); }
QJsonValue secondsOrNull(const std::optional<double>& seconds) {
    return seconds ? QJsonValue(*seconds) : QJsonValue();
}

QJsonArray toJson(const std::vector<Finding>& findings) {
    QJsonArray array;
    for (const auto& finding : findings)
        array.append(salvor::toJson(finding));
    return array;
}

QJsonObject toJson(const SourceWatch& source) {
    QJsonObject object{
        {QStringLiteral("database"), toQt(source.database)},
        {QStringLiteral("state"), toQt(toString(source.state))},
        {QStringLiteral("selected"), source.selected},
        {QStringLiteral("last_good"), timeOrNull(source.lastGood)},
        {QStringLiteral("last_good_backup"), toQt(source.lastGoodId)},
        {QStringLiteral("size_bytes"), toJsonCount(source.sizeBytes)},
        {QStringLiteral("new_stored_bytes"), toJsonCount(source.storedBytes)},
        {QStringLiteral("duration_seconds"), secondsOrNull(source.durationSeconds)},
        {QStringLiteral("last_success"), source.lastSuccess ? QJsonValue(*source.lastSuccess) : QJsonValue()},
        {QStringLiteral("proved_at"), timeOrNull(source.provedAt)},
        {QStringLiteral("recovery_seconds"), secondsOrNull(source.recoverySeconds)},
    };
    object.insert(QStringLiteral("overdue_seconds"),
                  source.overdueSeconds ? QJsonValue(static_cast<qint64>(*source.overdueSeconds))
                                        : QJsonValue());
    return object;
}

QJsonObject toJson(const StoreWatch& store) {
    return {{QStringLiteral("repository"), toQt(store.repositoryId)},
            {QStringLiteral("title"), toQt(store.title)},
            {QStringLiteral("free_bytes"), toJsonCount(store.freeBytes)},
            {QStringLiteral("total_bytes"), toJsonCount(store.totalBytes)},
            {QStringLiteral("seen_at"), toJsonTime(store.seenAt)},
            {QStringLiteral("full_at"), timeOrNull(store.fullAt)},
            {QStringLiteral("findings"), toJson(store.findings)}};
}

Severity worstOf(const std::vector<Finding>& findings) {
    Severity worst = Severity::Notice;
    for (const auto& finding : findings)
        worst = std::max(worst, finding.severity);
    return worst;
}

} // namespace

std::string_view toString(Severity severity) {
    switch (severity) {
    case Severity::Notice:
        return "notice";
    case Severity::Warning:
        return "warning";
    case Severity::Critical:
        break;
    }
    return "critical";
}

std::string_view toString(WatchState state) {
    switch (state) {
    case WatchState::Ok:
        return "ok";
    case WatchState::Paused:
        return "paused";
    case WatchState::Gone:
        return "gone";
    case WatchState::Waiting:
        return "waiting";
    case WatchState::Partial:
        return "partial";
    case WatchState::Overdue:
        return "overdue";
    case WatchState::Never:
        return "never";
    case WatchState::FutureDated:
        return "future_dated";
    case WatchState::Failed:
        break;
    }
    return "failed";
}

Severity PolicyWatch::worst() const { return worstOf(findings); }
bool PolicyWatch::well() const { return state != WatchState::Paused && worst() == Severity::Notice; }

bool WatchReport::wellFor(const std::string& policyUuid) const {
    const auto policy = std::ranges::find(policies, policyUuid, &PolicyWatch::uuid);
    if (policy == policies.end() || !policy->well())
        return false;
    const bool storeIsWell = std::ranges::all_of(stores, [&](const StoreWatch& store) {
        return store.repositoryId != policy->repositoryId || worstOf(store.findings) == Severity::Notice;
    });
    return storeIsWell && std::ranges::none_of(general, [](const Finding& finding) {
               return finding.severity == Severity::Critical || finding.code == "catalog_lost" ||
                      finding.code == "workspace_lost";
           });
}

std::vector<Finding> WatchReport::findings() const {
    std::vector<Finding> all = general;
    for (const auto& policy : policies)
        all.insert(all.end(), policy.findings.begin(), policy.findings.end());
    for (const auto& store : stores)
        all.insert(all.end(), store.findings.begin(), store.findings.end());
    std::stable_sort(all.begin(), all.end(),
                     [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
    return all;
}

QJsonObject toJson(const Finding& finding) {
    return {{QStringLiteral("severity"), toQt(toString(finding.severity))},
            {QStringLiteral("code"), toQt(finding.code)},
            {QStringLiteral("policy"), toQt(finding.policy)},
            {QStringLiteral("database"), toQt(finding.database)},
            {QStringLiteral("message"), toQt(finding.message)},
            {QStringLiteral("numbers"), finding.numbers},
            {QStringLiteral("subject"), toQt(finding.subject)}};
}

QJsonObject toJson(const PolicyWatch& policy) {
    QJsonArray sources;
    for (const auto& source : policy.sources)
        sources.append(toJson(source));
    return {{QStringLiteral("policy"), toQt(policy.uuid)},
            {QStringLiteral("title"), toQt(policy.title)},
            {QStringLiteral("profile"), toQt(policy.profileUuid)},
            {QStringLiteral("profile_title"), toQt(policy.profileTitle)},
            {QStringLiteral("repository"), toQt(policy.repositoryId)},
            {QStringLiteral("repository_title"), toQt(policy.repositoryTitle)},
            {QStringLiteral("state"), toQt(toString(policy.state))},
            {QStringLiteral("next_run"), timeOrNull(policy.nextRun)},
            {QStringLiteral("next_run_by"), !policy.nextRun         ? QJsonValue()
                                            : policy.nextRunByTimer ? QJsonValue(QStringLiteral("timer"))
                                                                    : QJsonValue(QStringLiteral("schedule"))},
            {QStringLiteral("timers_outdated"), policy.timersOutdated},
            {QStringLiteral("last_run"), toQt(policy.lastRunId)},
            {QStringLiteral("last_run_outcome"), toQt(policy.lastRunOutcome)},
            {QStringLiteral("last_run_at"), timeOrNull(policy.lastRunAt)},
            {QStringLiteral("sources"), sources},
            {QStringLiteral("findings"), toJson(policy.findings)}};
}

QJsonObject toJson(const WatchReport& report) {
    QJsonArray policies;
    for (const auto& policy : report.policies)
        policies.append(toJson(policy));
    QJsonArray stores;
    for (const auto& store : report.stores)
        stores.append(toJson(store));
    return {{QStringLiteral("at"), toJsonTime(report.at)},
            {QStringLiteral("policies"), policies},
            {QStringLiteral("stores"), stores},
            {QStringLiteral("general"), toJson(report.general)}};
}

std::string spanText(std::int64_t seconds) {
    struct Unit {
        std::int64_t seconds;
        const char* name;
    };
    constexpr std::array kUnits = {Unit{86400, "d"}, Unit{3600, "h"}, Unit{60, "min"}, Unit{1, "s"}};
    const std::string sign = seconds < 0 ? "-" : "";
    std::int64_t rest = std::abs(seconds);
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        const std::int64_t count = rest / kUnits[i].seconds;
        if (count == 0 && i + 1 < kUnits.size())
            continue;
        std::string text = sign + std::to_string(count) + " " + kUnits[i].name;
        rest -= count * kUnits[i].seconds;
        if (i + 1 < kUnits.size() && rest / kUnits[i + 1].seconds > 0)
            text += " " + std::to_string(rest / kUnits[i + 1].seconds) + " " + kUnits[i + 1].name;
        return text;
    }
    return "0 s";
}

std::string bytesText(std::uint64_t bytes) {
    constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1000 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    char text[40];
    std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
    return text;
}

} // namespace salvor
