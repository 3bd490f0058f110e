// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/retention/retentionforecast.h"

#include <algorithm>
#include <map>
#include <set>

namespace salvor {

namespace {

constexpr std::size_t kRecentRuns = 10;

struct Growth {
    std::uint64_t base = 0;  ///< the newest backup, in full
    std::uint64_t least = 0; ///< what a run adds
    std::uint64_t most = 0;
};

struct Living {
    RetentionBackup backup;
    bool exists = false;
    std::vector<KeepReason> keptBy;
};

std::map<std::string, Growth> growthOf(std::vector<ForecastBackup> backups) {
    std::ranges::sort(backups, std::greater{}, [](const ForecastBackup& one) { return one.backup.started; });
    std::map<std::string, Growth> growth;
    std::map<std::string, std::size_t> seen;
    for (const auto& one : backups) {
        Growth& its = growth[one.backup.source];
        const std::size_t number = seen[one.backup.source]++;
        if (number == 0)
            its = {one.storedBytes, one.newStoredBytes, one.newStoredBytes};
        // The first backup of all added everything: that is not what a run adds.
        else if (number < kRecentRuns && one.newStoredBytes < one.storedBytes) {
            its.least = std::min(its.least, one.newStoredBytes);
            its.most = std::max(its.most, one.newStoredBytes);
        }
    }
    return growth;
}

std::vector<Instant> timesOf(const ForecastRequest& request, Instant until, bool& cut) {
    std::vector<Instant> times;
    const std::size_t share = kMostForecastTimes / std::max<std::size_t>(request.schedules.size(), 1);
    for (const auto& expression : request.schedules) {
        const auto some = expression.between(request.now, until, share);
        cut = cut || some.size() == share;
        times.insert(times.end(), some.begin(), some.end());
    }
    std::ranges::sort(times);
    return times;
}

ForecastStep stepOf(Instant at, const std::vector<Living>& living,
                    const std::map<std::string, Growth>& growth) {
    ForecastStep step;
    step.at = at;
    std::map<std::string, std::uint64_t> counts;
    for (const auto& one : living) {
        step.survivors.push_back({one.backup.source, one.backup.started, one.exists, one.keptBy});
        ++counts[one.backup.source];
    }
    std::ranges::sort(step.survivors, std::greater{}, &ForecastSurvivor::started);
    for (const auto& [source, count] : counts) {
        const auto its = growth.find(source);
        if (its == growth.end())
            continue;
        step.leastBytes += its->second.base + (count - 1) * its->second.least;
        step.mostBytes += its->second.base + (count - 1) * its->second.most;
    }
    return step;
}

/// What the rules drop at that time goes.
Result<> thin(std::vector<Living>& living, const RetentionRules& rules, Instant at) {
    std::vector<RetentionBackup> backups;
    backups.reserve(living.size());
    for (const auto& one : living)
        backups.push_back(one.backup);
    SALVOR_ASSIGN(auto decisions, decideRetention(backups, rules, at));
    std::vector<Living> left;
    for (std::size_t i = 0; i < living.size(); ++i) {
        if (!decisions[i].kept())
            continue;
        living[i].keptBy = std::move(decisions[i].keptBy);
        left.push_back(std::move(living[i]));
    }
    living = std::move(left);
    return {};
}

Instant monthsAfter(Instant from, int months) {
    const auto day = std::chrono::floor<std::chrono::days>(from);
    std::chrono::year_month_day date = std::chrono::year_month_day(day) + std::chrono::months(months);
    if (!date.ok())
        date = date.year() / date.month() / std::chrono::last;
    return std::chrono::sys_days(date) + (from - day);
}

} // namespace

Result<Forecast> forecastRetention(const ForecastRequest& request, const CancelToken& cancel) {
    if (request.rules)
        SALVOR_TRY(checkRetentionRules(*request.rules));
    Forecast forecast;
    const Instant until = monthsAfter(request.now, request.months);
    const auto times = timesOf(request, until, forecast.cut);
    const auto growth = growthOf(request.backups);
    std::set<std::string> sources;
    std::vector<Living> living;
    for (const auto& one : request.backups) {
        if (!one.ended)
            sources.insert(one.backup.source);
        living.push_back({one.backup, true, {}});
    }
    if (sources.empty())
        sources.insert(std::string());
    std::size_t done = 0;
    for (Instant at = request.now;; at += std::chrono::weeks(1)) {
        if (cancel.stop_requested())
            return failure(cancelledError());
        at = std::min(at, until);
        for (; done < times.size() && times[done] <= at; ++done) {
            for (const auto& source : sources) {
                RetentionBackup planned;
                planned.id = "planned-" + std::to_string(done) + '-' + source;
                planned.source = source;
                planned.started = times[done];
                living.push_back({std::move(planned), false, {}});
            }
        }
        if (request.rules)
            SALVOR_TRY(thin(living, *request.rules, at));
        forecast.steps.push_back(stepOf(at, living, growth));
        if (at >= until)
            return forecast;
    }
}

} // namespace salvor
