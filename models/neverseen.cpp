// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/neverseen.h"

#include "models/base/json.h"

#include <QJsonArray>

#include <algorithm>
#include <map>

namespace salvor {

namespace {

constexpr qsizetype kMostNames = 1000; ///< of unselected databases in a record: there may be more

QJsonArray listIn(const RunRecord& run, const char* key) {
    return run.details.value(QLatin1String(key)).toArray();
}

bool names(const RunRecord& run, const char* key, const std::string& database) {
    return listIn(run, key).contains(toQt(database));
}

bool isByName(const RunRecord& run) {
    return run.details.value(QLatin1String("selection")).toString() == QLatin1String("named");
}

/// The newest of each server.
std::map<std::string, const RunRecord*> newestOfAll(const std::vector<SourceStatus>& sources) {
    std::map<std::string, const RunRecord*> newest;
    for (const auto& source : sources) {
        for (const auto& run : source.recentRuns) {
            if (!sawAll(run))
                continue;
            const RunRecord*& best = newest[source.profileUuid];
            if (best == nullptr || run.started > best->started)
                best = &run;
        }
    }
    return newest;
}

/// Whether this run is no reason to believe that there is such a database.
bool saysNothing(const RunRecord& run, const std::string& database, const RunRecord* all) {
    if (!isByName(run) || run.outcome == RunOutcome::Ok || run.outcome == RunOutcome::Partial)
        return false;
    return names(run, "missing_databases", database) ||
           (all != nullptr && all->started > run.started && !saw(*all, database));
}

} // namespace

bool sawAll(const RunRecord& run) {
    return run.details.contains(QLatin1String("unselected_databases")) &&
           listIn(run, "unselected_databases").size() < kMostNames;
}

bool saw(const RunRecord& run, const std::string& database) {
    return names(run, "databases", database) || names(run, "unselected_databases", database) ||
           names(run, "restored_copies", database);
}

void dropNeverSeen(std::vector<SourceStatus>& sources) {
    const auto newest = newestOfAll(sources);
    std::vector<bool> drop(sources.size());
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const SourceStatus& source = sources[i];
        const auto all = newest.find(source.profileUuid);
        drop[i] =
            !source.lastGood && !source.recentRuns.empty() &&
            (source.profileUuid.empty() || std::ranges::all_of(source.recentRuns, [&](const RunRecord& run) {
                 return saysNothing(run, source.database, all == newest.end() ? nullptr : all->second);
             }));
    }
    std::size_t at = 0; // `newest` looks into the list, so it is changed last
    std::erase_if(sources, [&](const SourceStatus&) { return drop[at++]; });
}

} // namespace salvor
