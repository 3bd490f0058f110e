// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/timertimes.h"

#include "models/base/json.h"

#include <algorithm>

namespace salvor {

namespace {

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

void addTimerTimes(WatchReport& report, const std::vector<TimersLook>& looks, const JobToday& today) {
    for (const TimersLook& look : looks) {
        for (const auto& status : look.installed)
            addPolicy(report, status, today);
    }
}

} // namespace salvor
