// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/protection.h"

#include <algorithm>

namespace salvor {

namespace {

bool counts(const RunRecord& run) {
    return run.outcome == RunOutcome::Ok || run.outcome == RunOutcome::Partial ||
           run.outcome == RunOutcome::Failed;
}

} // namespace

Protection protectionOf(const SourceStatus& source, Instant now, std::chrono::seconds maximumAge) {
    if (sourceStateFromString(source.state) == SourceState::Gone)
        return Protection::Gone;
    const auto newest = std::find_if(source.recentRuns.rbegin(), source.recentRuns.rend(), counts);
    if (newest != source.recentRuns.rend()) {
        if (newest->outcome == RunOutcome::Failed)
            return Protection::Failed;
        if (newest->outcome == RunOutcome::Partial)
            return Protection::Partial;
    } else if (sourceStateFromString(source.state) == SourceState::Failed) {
        return Protection::Failed;
    }
    if (!source.lastGood)
        return Protection::Never;
    return now - source.lastGood->started > maximumAge ? Protection::Overdue : Protection::Protected;
}

ProtectionSummary summarize(const std::vector<SourceStatus>& sources, Instant now,
                            std::chrono::seconds maximumAge) {
    ProtectionSummary summary;
    for (const auto& source : sources) {
        const Protection state = protectionOf(source, now, maximumAge);
        if (state == Protection::Gone)
            continue;
        ++summary.total;
        if (state == Protection::Protected) {
            ++summary.protectedNow;
            summary.proven += source.lastGood->restoredAt ? 1 : 0;
            continue;
        }
        Concern concern{source.database, source.profileTitle, state, {}};
        if (state == Protection::Overdue)
            concern.overdueBy =
                std::chrono::duration_cast<std::chrono::seconds>(now - source.lastGood->started - maximumAge);
        summary.concerns.push_back(std::move(concern));
    }
    std::stable_sort(summary.concerns.begin(), summary.concerns.end(),
                     [](const Concern& a, const Concern& b) { return a.state > b.state; });
    return summary;
}

} // namespace salvor
