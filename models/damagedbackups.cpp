// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/damagedbackups.h"

#include "models/base/json.h"

#include <QJsonArray>

#include <algorithm>
#include <sstream>

namespace salvor {

namespace {

/// Sizes only, stored bytes, or all of it: see VerifyDepth.
int depthOf(const QString& depth) {
    return depth == QLatin1String("full") ? 3 : depth == QLatin1String("stored") ? 2 : 1;
}
int depthOf(const RunRecord& run) {
    const char* const key = run.kind == "verify" ? "depth" : "verified";
    return depthOf(run.details.value(QLatin1String(key)).toString());
}

/// A backup run looks when it has made everything.
Instant lookedAt(const RunRecord& run) {
    return run.kind == "verify" ? run.started : run.ended.value_or(run.started);
}

} // namespace

std::vector<std::string> damagedIn(const Error& error) {
    std::vector<std::string> out;
    const auto found = error.context.find(kDamagedBackupsKey);
    std::istringstream ids(found == error.context.end() ? "" : found->second);
    for (std::string id; ids >> id;)
        out.push_back(id);
    return out;
}

bool wasCutShort(const RunRecord& run) { return run.error && !damagedIn(*run.error).empty(); }

bool foundIntact(const RunRecord& run, const std::string& backupId, const std::string& depth) {
    return run.kind == "verify" && depthOf(run) >= depthOf(toQt(depth)) &&
           std::ranges::find(run.backupIds, backupId) != run.backupIds.end();
}

std::map<std::string, Damage> damageIn(const std::vector<RunRecord>& runs) {
    std::vector<const RunRecord*> looks;
    for (const RunRecord& run : runs) {
        if (run.kind == "verify" ||
            (run.kind == "backup" && run.details.contains(QLatin1String("damaged_backups"))))
            looks.push_back(&run);
    }
    // The newest first: its word is the last.
    std::ranges::sort(looks, [](const RunRecord* a, const RunRecord* b) {
        return lookedAt(*a) != lookedAt(*b) ? lookedAt(*a) > lookedAt(*b) : a->id > b->id;
    });
    std::map<std::string, int> intact; ///< by how deep a look, of the newer ones
    std::map<std::string, Damage> damaged;
    for (const RunRecord* run : looks) {
        const int depth = depthOf(*run);
        for (const auto& value : run->details.value(QLatin1String("damaged_backups")).toArray()) {
            const std::string id = fromQt(value.toString());
            const auto later = intact.find(id);
            if (later == intact.end() || later->second < depth)
                damaged.try_emplace(id, Damage{run->id, lookedAt(*run), run->kind == "backup"});
        }
        if (run->kind != "verify")
            continue; // its backups are those that it made
        for (const auto& id : run->backupIds)
            intact[id] = std::max(intact[id], depth);
    }
    return damaged;
}

std::set<std::string> damagedBackups(const std::vector<RunRecord>& runs) {
    std::set<std::string> ids;
    for (const auto& [id, damage] : damageIn(runs))
        ids.insert(id);
    return ids;
}

} // namespace salvor
