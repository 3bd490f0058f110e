// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/damagedbackups.h"

#include "models/base/json.h"

#include <QJsonArray>

#include <algorithm>
#include <map>

namespace salvor {

namespace {

/// Sizes only, stored bytes, or all of it: see VerifyDepth.
int depthOf(const RunRecord& run) {
    const QString depth = run.details.value(QLatin1String("depth")).toString();
    return depth == QLatin1String("full") ? 3 : depth == QLatin1String("stored") ? 2 : 1;
}

} // namespace

std::set<std::string> damagedBackups(const std::vector<RunRecord>& runs) {
    std::vector<const RunRecord*> verifications;
    for (const RunRecord& run : runs) {
        if (run.kind == "verify")
            verifications.push_back(&run);
    }
    // The newest first: its word is the last.
    std::ranges::sort(verifications, [](const RunRecord* a, const RunRecord* b) {
        return a->started != b->started ? a->started > b->started : a->id > b->id;
    });
    std::map<std::string, int> intact; ///< by how deep a look, of the newer ones
    std::set<std::string> damaged;
    for (const RunRecord* run : verifications) {
        const int depth = depthOf(*run);
        for (const auto& value : run->details.value(QLatin1String("damaged_backups")).toArray()) {
            const std::string id = fromQt(value.toString());
            const auto later = intact.find(id);
            if (later == intact.end() || later->second < depth)
                damaged.insert(id);
        }
        for (const auto& id : run->backupIds)
            intact[id] = std::max(intact[id], depth);
    }
    return damaged;
}

} // namespace salvor
