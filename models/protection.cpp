// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/protection.h"

#include "models/dataasof.h"

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

} // namespace

Protection protectionOf(const SourceStatus& source, Instant now, std::chrono::seconds maximumAge) {
    if (sourceStateFromString(source.state) == SourceState::Gone)
        return Protection::Gone;
    if (sourceStateFromString(source.state) == SourceState::Lost)
        return Protection::Lost;
    const auto newest = std::find_if(source.recentRuns.rbegin(), source.recentRuns.rend(), counts);
    if (newest != source.recentRuns.rend()) {
        if (newest->outcome == RunOutcome::Failed)
            return couldNotReach(*newest) ? Protection::Unreachable : Protection::Failed;
        if (newest->outcome == RunOutcome::Partial)
            return Protection::Partial;
    } else if (sourceStateFromString(source.state) == SourceState::Failed) {
        return Protection::Failed;
    }
    if (!source.lastGood)
        return Protection::Never;
    return now - recoveryPointOf(source) > maximumAge ? Protection::Overdue : Protection::Protected;
}

} // namespace salvor
