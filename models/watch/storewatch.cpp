// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/storewatch.h"

#include "models/base/json.h"
#include "models/watch/policyhistory.h"

#include <algorithm>
#include <cmath>

namespace salvor {

namespace {

using std::chrono::hours;

constexpr std::size_t kNewestSamples = 30;
constexpr std::size_t kLeastSamples = 4;
constexpr hours kLongestPast{60 * 24};
constexpr hours kLeastSpan{24};
constexpr double kDay = 86400;
constexpr double kWarnDays = 14;
constexpr double kCriticalDays = 3;

struct Sample {
    Instant at;
    double freeBytes;
    double totalBytes;
};

std::map<std::string, std::vector<Sample>> samplesOf(const WatchInput& input, Instant now) {
    std::map<std::string, std::vector<Sample>> samples;
    for (const auto& run : input.runs) {
        const auto free = run.details.value(QLatin1String("store_free_bytes"));
        const Instant at = run.ended.value_or(run.started);
        if (!free.isDouble() || at > now + kClockTolerance || run.repositoryId.empty())
            continue;
        samples[run.repositoryId].push_back(
            {at, free.toDouble(), run.details.value(QLatin1String("store_total_bytes")).toDouble()});
    }
    for (auto& [id, list] : samples) {
        std::sort(list.begin(), list.end(), [](const Sample& a, const Sample& b) { return a.at > b.at; });
        if (list.size() > kNewestSamples)
            list.resize(kNewestSamples);
    }
    return samples;
}

/// Bytes that go each second; nothing when it does not shrink, or too little is known.
std::optional<double> paceOf(const std::vector<Sample>& samples) {
    std::vector<std::pair<double, double>> points;
    for (const auto& sample : samples) {
        if (samples.front().at - sample.at <= kLongestPast)
            points.emplace_back(std::chrono::duration<double>(sample.at - samples.front().at).count(),
                                sample.freeBytes);
    }
    if (points.size() < kLeastSamples ||
        -points.back().first < std::chrono::duration<double>(kLeastSpan).count())
        return std::nullopt;
    const auto slope = medianSlope(points);
    return slope && *slope < 0 ? std::optional(-*slope) : std::nullopt;
}

void judge(StoreWatch& store, const std::vector<Sample>& samples, Instant now) {
    const auto find = [&](Severity severity, const char* code, const std::string& text, QJsonObject numbers) {
        numbers.insert(QStringLiteral("free_bytes"), static_cast<qint64>(store.freeBytes));
        numbers.insert(QStringLiteral("total_bytes"), static_cast<qint64>(store.totalBytes));
        store.findings.push_back({severity, code, {}, {}, "store \"" + store.title + "\" " + text, numbers});
    };
    const double share = store.totalBytes == 0
                             ? 1.0
                             : static_cast<double>(store.freeBytes) / static_cast<double>(store.totalBytes);
    if (share < 0.1)
        find(share < 0.05 ? Severity::Critical : Severity::Warning, "store_low",
             "is nearly full: " + bytesText(store.freeBytes) + " of " + bytesText(store.totalBytes) +
                 " are free",
             {});
    const auto pace = paceOf(samples);
    if (!pace)
        return;
    const double secondsLeft = static_cast<double>(store.freeBytes) / *pace;
    if (secondsLeft > 3650 * kDay)
        return;
    store.fullAt = store.seenAt + std::chrono::seconds(static_cast<std::int64_t>(secondsLeft));
    const double days = std::chrono::duration<double>(*store.fullAt - now).count() / kDay;
    if (days < kWarnDays)
        find(days < kCriticalDays ? Severity::Critical : Severity::Warning, "store_full_soon",
             "will be full " +
                 (days <= 0 ? std::string("by now")
                            : "in " + spanText(static_cast<std::int64_t>(days * kDay))) +
                 " at the pace of its last " + std::to_string(samples.size()) + " runs, " +
                 bytesText(static_cast<std::uint64_t>(*pace * kDay)) + " a day",
             {{QStringLiteral("bytes_per_day"), static_cast<qint64>(*pace * kDay)},
              {QStringLiteral("samples"), static_cast<qint64>(samples.size())},
              {QStringLiteral("full_in_seconds"), static_cast<qint64>(std::llround(days * kDay))}});
}

/// "exclude" matched last in one of the profile's policies: somebody meant it.
bool isLeftOutByRule(const std::vector<Policy>& policies, const std::string& profile,
                     const std::string& name) {
    return std::any_of(policies.begin(), policies.end(), [&](const Policy& policy) {
        return policy.profileUuid == profile &&
               std::any_of(policy.rules.begin(), policy.rules.end(), [&](const SelectionRule& rule) {
                   return !rule.include && matchesGlob(rule.databaseGlob, name);
               });
    });
}

} // namespace

std::vector<StoreWatch> watchStores(const WatchInput& input, Instant now) {
    std::vector<StoreWatch> stores;
    for (const auto& [id, samples] : samplesOf(input, now)) {
        const bool used =
            std::any_of(input.policies.begin(), input.policies.end(),
                        [&, &wanted = id](const Policy& p) { return p.repositoryId == wanted; });
        if (!used)
            continue;
        StoreWatch store;
        store.repositoryId = id;
        const auto title = input.titles.find(id);
        store.title = title == input.titles.end() ? id : title->second;
        store.freeBytes = static_cast<std::uint64_t>(samples.front().freeBytes);
        store.totalBytes = static_cast<std::uint64_t>(samples.front().totalBytes);
        store.seenAt = samples.front().at;
        judge(store, samples, now);
        stores.push_back(std::move(store));
    }
    return stores;
}

std::vector<Finding> unprotectedDatabases(const WatchInput& input, Instant now) {
    std::map<std::string, const RunRecord*> newest; // by profile
    for (const auto& run : input.runs) {
        const bool watched =
            std::any_of(input.policies.begin(), input.policies.end(),
                        [&](const Policy& policy) { return policy.profileUuid == run.profileUuid; });
        if (!watched || !run.details.contains(QLatin1String("unselected_databases")) ||
            run.started > now + kClockTolerance)
            continue;
        const RunRecord*& best = newest[run.profileUuid];
        if (best == nullptr || run.started > best->started)
            best = &run;
    }
    std::vector<Finding> findings;
    for (const auto& [profile, run] : newest) {
        const auto title = input.titles.find(profile);
        for (const auto& name : PolicyHistory::namesIn(run->details, "unselected_databases")) {
            const bool selected = std::any_of(input.policies.begin(), input.policies.end(),
                                              [&, &whose = profile](const Policy& p) {
                                                  return p.profileUuid == whose && selects(p, name);
                                              });
            if (selected)
                continue;
            const bool meant = isLeftOutByRule(input.policies, profile, name);
            findings.push_back({meant ? Severity::Notice : Severity::Warning,
                                meant ? "left_out" : "unprotected",
                                {},
                                name,
                                "\"" + name + "\" on \"" +
                                    (title == input.titles.end() ? run->profileTitle : title->second) +
                                    (meant ? "\" is left out by a rule"
                                           : "\" is selected by no policy: nothing backs it up"),
                                {}});
        }
    }
    return findings;
}

} // namespace salvor
