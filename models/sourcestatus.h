// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One source as the Overview shows it.
#pragma once

#include "models/backuprecord.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// SourceStatus::state as a type.
enum class SourceState { Never, Ok, Partial, Failed, Running, Gone, Lost };
/// Failed for an unknown name: never better than it may be.
SourceState sourceStateFromString(std::string_view name);
std::string_view toString(SourceState state);

struct SourceStatus {
    std::string profileUuid;
    std::string profileTitle;
    std::string database;
    std::string
        state; ///< "never", "ok", "partial", "failed", "running", "gone", "lost": see watch/gonesources.h
    std::optional<BackupRecord> lastGood;
    std::optional<BackupRecord> damaged; ///< the newest one, where all of them are and that was asked for
    std::vector<RunRecord> recentRuns;   ///< oldest first, at most 30; each with this source's own outcome
    std::optional<RunRecord> goodRun; ///< that made `lastGood`, where it is none of those and was asked for
};

} // namespace salvor
