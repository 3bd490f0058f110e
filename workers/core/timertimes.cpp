// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/timertimes.h"

#include "models/base/json.h"
#include "models/schedule/calendarexpression.h"

#include <algorithm>

namespace salvor {

namespace {

/// From a time of a schedule, and its random delay, to the one that systemd says; AccuracySec=1s.
constexpr std::chrono::seconds kLateElapse{60};

/// The first time of the policy's schedules that the timer had to keep, where that is past by now: `last` is
/// the one it kept, or when it was installed.
std::optional<Instant> pastTime(const Policy& policy, Instant last, Instant now) {
    const std::chrono::seconds delay(static_cast<std::int64_t>(policy.randomDelaySeconds.value_or(0)));
    std::optional<Instant> first;
    for (const auto& [kind, text] : policy.schedules) {
        const auto expression = CalendarExpression::parse(text);
        const auto at = expression ? expression->next(last - delay - kLateElapse) : std::nullopt;
        if (at && *at <= now && (!first || *at < *first))
            first = at;
    }
    return first;
}

/// Of one that runs.
std::optional<Instant> firstRunOf(const TimerUnitStatus& timer, const Policy& policy, Instant now) {
    const auto past = timer.last ? pastTime(policy, *timer.last, now) : std::nullopt;
    std::optional<Instant> first;
    for (const auto& at : {timer.next, timer.began, past}) {
        if (at && (!first || *at < *first))
            first = at;
    }
    return first;
}

/// The first of those that run.
std::optional<Instant> nextOf(const InstalledStatus& status, Instant now) {
    std::optional<Instant> first;
    for (const auto& timer : status.timers) {
        if (timer.runs() && timer.next && *timer.next > now && (!first || *timer.next < *first))
            first = timer.next;
    }
    return first;
}

Finding outdatedFinding(const PolicyWatch& policy, std::int64_t version) {
    std::string said = "policy \"" + policy.title +
                       "\": its timers are not up to date: the policy, its profile or its repository was "
                       "edited since";
    if (policy.nextRun)
        said += "; the next run, at " + toRfc3339(*policy.nextRun) + ", is still as it was before";
    said += " (salvorctl timers apply makes the timers follow)";
    return {Severity::Notice,
            "timers_outdated",
            policy.uuid,
            {},
            said,
            {{QStringLiteral("installed_revision"), static_cast<qint64>(version)}}};
}

void addPolicy(WatchReport& report, const InstalledStatus& status, const JobToday& today) {
    const auto policy = std::ranges::find(report.policies, status.policy.uuid, &PolicyWatch::uuid);
    if (status.policy.uuid.empty() || policy == report.policies.end() || policy->state == WatchState::Paused)
        return;
    const auto next = nextOf(status, report.at);
    if (!next)
        return;
    // Timers of both managers: whichever comes first.
    policy->nextRun = policy->nextRunByTimer ? std::min(*policy->nextRun, *next) : *next;
    policy->nextRunByTimer = true;
    if (!today || policy->timersOutdated)
        return;
    const auto job = today(status.policy);
    if (job && *job == status.policy.jobSha256)
        return;
    policy->timersOutdated = true;
    policy->findings.push_back(outdatedFinding(*policy, status.policy.version));
}

} // namespace

std::map<std::string, Instant> firstRuns(const std::vector<Policy>& policies,
                                         const std::vector<TimersLook>& looks, Instant now) {
    std::map<std::string, Instant> first;
    for (const TimersLook& look : looks) {
        for (const auto& status : look.installed) {
            const auto policy = std::ranges::find(policies, status.policy.uuid, &Policy::uuid);
            if (policy == policies.end() || policy->schedules.empty())
                continue;
            for (const auto& timer : status.timers) {
                const auto at = timer.runs() ? firstRunOf(timer, *policy, now) : std::nullopt;
                if (!at)
                    continue;
                const auto [known, isNew] = first.emplace(policy->uuid, *at);
                known->second = std::min(known->second, *at);
            }
        }
    }
    return first;
}

void addTimerTimes(WatchReport& report, const std::vector<TimersLook>& looks, const JobToday& today) {
    for (const TimersLook& look : looks) {
        for (const auto& status : look.installed)
            addPolicy(report, status, today);
    }
}

} // namespace salvor
