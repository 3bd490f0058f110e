// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/restorename.h"

#include "workers/core.h"
#include "workers/engines.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kRunsLookedAt = 2000;
constexpr std::size_t kDay = 8; // of an id: YYYYMMDD

/// Whole characters of UTF-8 only.
std::string cutTo(std::string name, std::size_t bytes) {
    while (name.size() > bytes) {
        while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xC0U) == 0x80U)
            name.pop_back();
        if (!name.empty())
            name.pop_back();
    }
    return name;
}

} // namespace

std::vector<std::string> namesOfRestores(Core& core) {
    std::vector<std::string> names;
    const auto runs = core.runs(kRunsLookedAt);
    if (!runs)
        return names;
    for (const auto& run : *runs) {
        if (run.kind == "restore" && (run.outcome == RunOutcome::Ok || run.outcome == RunOutcome::Partial))
            names.push_back(run.database);
    }
    return names;
}

bool isOffItsServer(Core& core, const BackupRecord& backup) {
    const auto sources = core.overview();
    return sources && std::ranges::any_of(*sources, [&](const SourceStatus& source) {
               const SourceState state = sourceStateFromString(source.state);
               return source.profileUuid == backup.profileUuid && source.database == backup.database &&
                      (state == SourceState::Gone || state == SourceState::Lost);
           });
}

std::string freeRestoreName(const BackupRecord& backup, const std::string& tail,
                            const std::vector<std::string>& taken) {
    const EngineDescription* engine = engineById(engineDescriptions(), backup.engine);
    const std::size_t longest = engine != nullptr ? engine->longestDatabaseName : 0;
    const auto with = [&](const std::string& end) {
        if (longest == 0)
            return backup.database + end;
        return cutTo(backup.database, longest - std::min(longest, end.size())) + end;
    };
    std::string name = with(tail);
    for (int next = 2; std::ranges::find(taken, name) != taken.end(); ++next)
        name = with(tail + "_" + std::to_string(next));
    return name;
}

std::string besideName(const BackupRecord& backup, const std::vector<std::string>& taken) {
    return freeRestoreName(backup, "_restored_" + toCompactUtc(backup.started).substr(0, kDay), taken);
}

} // namespace salvor
