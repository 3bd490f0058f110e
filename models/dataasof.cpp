// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/dataasof.h"

#include "models/base/json.h"

#include <algorithm>

namespace salvor {

void noteDataAsOf(QJsonObject& details, const std::string& backupId, const QJsonObject& server) {
    const QLatin1String key(kDataAsOfKey);
    if (!server.contains(key))
        return;
    QJsonObject times = details.value(key).toObject();
    times.insert(toQt(backupId), server.value(key));
    details.insert(key, times);
}

Instant recoveryPointOf(const BackupRecord& backup, std::span<const RunRecord> runs) {
    const QLatin1String key(kDataAsOfKey);
    for (const RunRecord& run : runs) {
        if (!backup.runId.empty() && run.id != backup.runId)
            continue;
        const QJsonObject times = run.details.value(key).toObject();
        const auto found = times.constFind(toQt(backup.id));
        if (found == times.constEnd())
            continue;
        const auto at = fromRfc3339(fromQt(found->toString()));
        return at ? std::min(*at, backup.started) : backup.started;
    }
    return backup.started;
}

Instant recoveryPointOf(const SourceStatus& source) {
    if (source.goodRun && source.goodRun->id == source.lastGood->runId)
        return recoveryPointOf(*source.lastGood, std::span(&*source.goodRun, 1));
    return recoveryPointOf(*source.lastGood, source.recentRuns);
}

} // namespace salvor
