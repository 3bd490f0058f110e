// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/otherserver.h"

#include "models/base/json.h"
#include "models/watch/serverchange.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kNewest = 1000; ///< records: a week of a policy that runs each ten minutes

/// Before servers were noted in the run itself.
bool saysItByBackups(const RunRecord& run) {
    return !run.backupIds.empty() && !run.details.contains(QLatin1String("system_id"));
}

std::optional<ServerChange> changeAt(const Core::Private& core, const RunRecord& present,
                                     const std::vector<Policy>& policies) {
    const auto catalog = core.catalog();
    if (!catalog)
        return std::nullopt;
    RunFilter ofServer;
    ofServer.profile = present.profileUuid;
    ofServer.kind = "backup";
    ofServer.limit = kNewest;
    const auto runs = (*catalog)->runs(ofServer);
    if (!runs)
        return std::nullopt;
    std::vector<BackupRecord> backups;
    if (std::ranges::any_of(*runs->rows, saysItByBackups)) {
        BackupFilter made;
        made.profile = present.profileUuid;
        made.limit = kNewest;
        if (const auto page = (*catalog)->backups(made))
            backups = *page->rows;
    }
    for (const Policy& policy : policies) {
        auto change = serverChangeAt(present, policy, *runs->rows, backups, core.config.clock->now());
        if (change)
            return change;
    }
    return std::nullopt;
}

std::string sentenceOf(const ServerChange& change, bool isAnswer) {
    return "the server is another one than in run " + change.lastRun + " of " + toRfc3339(change.lastAt) +
           ": its system identifier is " + change.system + ", and it was " + change.systemBefore +
           ". It came back empty or from a copy, its address leads elsewhere, or it was moved or upgraded. " +
           (isAnswer ? "This run by hand counts as the word that it is the one that is meant: if it is not, "
                       "put the profile's address right, and back that server up by hand"
                     : "If it is the one that is meant, back it up by hand once, in the window or at a "
                       "terminal; until then, or for a week, the watch warns of it");
}

} // namespace

void noteOtherServer(const Core::Private& core, RunRecorder& recorder, const std::vector<Policy>& policies,
                     bool isSeen) {
    const QString system = recorder.run().details.value(QLatin1String("system_id")).toString();
    if (system.isEmpty())
        return;
    const auto change = changeAt(core, recorder.run(), policies);
    if (!change || change->system != fromQt(system)) // by clocks another run is the newest one
        return;
    const bool isAnswer = isSeen && recorder.run().trigger == "person";
    const std::string sentence = sentenceOf(*change, isAnswer);
    QJsonObject& details = recorder.run().details;
    details.insert(QLatin1String(kSystemIdBeforeKey), toQt(change->systemBefore));
    details.insert(QLatin1String(kServerWarningKey), toQt(sentence));
    if (isAnswer)
        details.insert(QLatin1String(kServerAnsweredByKey), toQt(core.config.userName));
    recorder.note("warnings", sentence);
}

} // namespace salvor
