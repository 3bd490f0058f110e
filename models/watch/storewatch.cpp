// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/storewatch.h"

#include "models/base/json.h"
#include "models/policy/leftout.h"
#include "models/watch/policyhistory.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace salvor {

namespace {

using std::chrono::hours;

constexpr std::size_t kNewestSamples = 30;
constexpr std::size_t kLeastSamples = 4;
constexpr hours kLeastPast{24 * 7}; ///< of a store with many runs, where that much is known
constexpr double kOtherSize = 0.1;  ///< a store whose size jumps by more than this share is another one
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

/// Newest first. What was seen before the store moved, or was made larger, says nothing of how it fills.
void leaveFormerStoreOut(std::vector<Sample>& list) {
    const auto jumps = [](const Sample& newer, const Sample& older) {
        return std::abs(newer.totalBytes - older.totalBytes) > kOtherSize * newer.totalBytes;
    };
    const auto former = std::ranges::adjacent_find(list, jumps);
    if (former != list.end())
        list.erase(former + 1, list.end());
}

/// The newest kNewestSamples, or as many of a week: a store with a run each half hour shows in a day nothing
/// but that day.
void thin(std::vector<Sample>& list) {
    if (list.size() <= kNewestSamples)
        return;
    const auto span =
        std::max<std::chrono::microseconds>(list.front().at - list[kNewestSamples - 1].at, kLeastPast);
    const auto part = span / static_cast<int>(kNewestSamples);
    std::vector<Sample> kept;
    for (const Sample& sample : list) {
        if (list.front().at - sample.at > span || kept.size() == kNewestSamples)
            break;
        if (kept.empty() || list.front().at - sample.at >= part * static_cast<int>(kept.size()))
            kept.push_back(sample);
    }
    list = std::move(kept);
}

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
        leaveFormerStoreOut(list);
        thin(list);
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
        store.findings.push_back(
            {severity, code, {}, {}, "store \"" + store.title + "\" " + text, numbers, store.repositoryId});
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
                 " at the pace that " + std::to_string(samples.size()) + " runs of the last " +
                 spanText(
                     std::chrono::duration_cast<std::chrono::seconds>(samples.front().at - samples.back().at)
                         .count()) +
                 " show, " + bytesText(static_cast<std::uint64_t>(*pace * kDay)) + " a day",
             {{QStringLiteral("bytes_per_day"), static_cast<qint64>(*pace * kDay)},
              {QStringLiteral("samples"), static_cast<qint64>(samples.size())},
              {QStringLiteral("full_in_seconds"), static_cast<qint64>(std::llround(days * kDay))}});
}

bool isWithin(const RunRecord& run, Instant now) { return run.started <= now + kClockTolerance; }

/// What is known to be on the servers that are known here, whoever backed it up or not.
class SeenDatabases {
public:
    SeenDatabases(const WatchInput& input, Instant now)
        : m_input(input)
        , m_now(now) {
        for (const auto& run : input.runs) {
            if (run.kind != "backup" || !isWithin(run, now) || !isKnown(run.profileUuid))
                continue;
            // One that the rules chose for has the server's whole list.
            if (!run.details.contains(QLatin1String("unselected_databases")))
                continue;
            const RunRecord*& best = m_lists[run.profileUuid];
            if (best == nullptr || run.started > best->started)
                best = &run;
        }
        for (const auto& [profile, run] : m_lists) {
            for (const char* key : {"databases", "unselected_databases"}) {
                for (auto& name : PolicyHistory::namesIn(run->details, key))
                    m_names[profile].insert(std::move(name));
            }
        }
        addBackedUp();
    }

    const std::map<std::string, std::set<std::string>>& names() const { return m_names; } ///< by profile
    std::string titleOf(const std::string& profile) const {
        if (const auto title = m_input.titles.find(profile); title != m_input.titles.end())
            return title->second;
        const auto list = m_lists.find(profile);
        return list == m_lists.end() ? profile : list->second->profileTitle;
    }

private:
    /// Also after its last policy is gone: a profile that is still here stands for a server of somebody's.
    bool isKnown(const std::string& profile) const {
        return m_input.titles.contains(profile) ||
               std::ranges::any_of(m_input.policies,
                                   [&](const Policy& policy) { return policy.profileUuid == profile; });
    }

    /// Those that a list is too old for, or that there is no list of.
    void addBackedUp() {
        for (const auto& backup : m_input.backups) {
            if (backup.started > m_now + kClockTolerance || !isKnown(backup.profileUuid))
                continue;
            const auto list = m_lists.find(backup.profileUuid);
            if (list == m_lists.end() || backup.started > list->second->started)
                m_names[backup.profileUuid].insert(backup.database);
        }
    }

    const WatchInput& m_input;
    const Instant m_now;
    std::map<std::string, const RunRecord*> m_lists; ///< by profile
    std::map<std::string, std::set<std::string>> m_names;
};

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
    const SeenDatabases seen(input, now);
    std::vector<Finding> findings;
    for (const auto& [profile, names] : seen.names()) {
        for (const auto& name : names) {
            const auto some = [&, &whose = profile](bool (*asks)(const Policy&, const std::string&)) {
                return std::ranges::any_of(input.policies, [&](const Policy& policy) {
                    return policy.profileUuid == whose && asks(policy, name);
                });
            };
            if (some(selects))
                continue;
            const bool meant = some(leavesOut);
            findings.push_back({meant ? Severity::Notice : Severity::Warning,
                                meant ? "left_out" : "unprotected",
                                {},
                                name,
                                "\"" + name + "\" on \"" + seen.titleOf(profile) +
                                    (meant ? "\" is left out by a rule"
                                           : "\" is selected by no policy: nothing backs it up"),
                                {},
                                profile});
        }
    }
    return findings;
}

} // namespace salvor
