// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/damagedbackups.h"

#include "models/base/json.h"

#include <QJsonArray>

#include <algorithm>

namespace salvor {

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
    std::set<std::string> judged;
    std::set<std::string> damaged;
    for (const RunRecord* run : verifications) {
        std::set<std::string> hit;
        for (const auto& id : run->details.value(QLatin1String("damaged_backups")).toArray())
            hit.insert(fromQt(id.toString()));
        for (const auto& id : hit) {
            if (judged.insert(id).second)
                damaged.insert(id);
        }
        judged.insert(run->backupIds.begin(), run->backupIds.end());
    }
    return damaged;
}

} // namespace salvor
