// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/protection.h"

#include "models/dataasof.h"

#include <QJsonArray>

#include <algorithm>

namespace salvor {

namespace {

bool counts(const RunRecord& run) {
    return run.outcome == RunOutcome::Ok || run.outcome == RunOutcome::Partial ||
           run.outcome == RunOutcome::Failed;
}

bool couldNotReach(const RunRecord& run) {
    return run.error &&
           (run.error->code == ErrorCode::ConnectionFailed || run.error->code == ErrorCode::Timeout);
}

/// The run's reading back was made up for by a verification, which found nothing else missing.
bool wasReadBackSince(const SourceStatus& source, const RunRecord& run) {
    const auto hooks = run.details.value(QLatin1String("hooks")).toArray();
    const bool hadFailedHook = std::ranges::any_of(
        hooks, [](const auto& hook) { return hook.toObject().contains(QLatin1String("error")); });
    return lacksReadBack(run) && !hadFailedHook && source.lastGood->readBackAt &&
           *source.lastGood->readBackAt > run.started;
}

} // namespace

bool isWhole(const SourceStatus& source, const RunRecord& run) {
    return source.lastGood && !run.id.empty() && source.lastGood->runId == run.id;
}

bool lacksReadBack(const RunRecord& run) {
    if (!run.error)
        return false;
    const auto phase = run.error->context.find("phase");
    return phase != run.error->context.end() && phase->second == "verify";
}

Protection protectionOf(const SourceStatus& source, Instant now, std::chrono::seconds maximumAge) {
    if (sourceStateFromString(source.state) == SourceState::Gone)
        return Protection::Gone;
    if (sourceStateFromString(source.state) == SourceState::Lost)
        return Protection::Lost;
    Protection good = Protection::Protected;
    const auto newest = std::find_if(source.recentRuns.rbegin(), source.recentRuns.rend(), counts);
    if (newest != source.recentRuns.rend()) {
        if (newest->outcome == RunOutcome::Failed)
            return couldNotReach(*newest) ? Protection::Unreachable : Protection::Failed;
        if (newest->outcome == RunOutcome::Partial && !isWhole(source, *newest))
            return Protection::Partial;
        if (newest->outcome == RunOutcome::Partial && !wasReadBackSince(source, *newest))
            good = Protection::Incomplete;
    } else if (sourceStateFromString(source.state) == SourceState::Failed) {
        return Protection::Failed;
    }
    if (!source.lastGood)
        return Protection::Never;
    return now - recoveryPointOf(source) > maximumAge ? Protection::Overdue : good;
}

} // namespace salvor
