// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/namechanges.h"

#include "models/base/json.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kAll = 10'000'000;

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object.value(QLatin1String(key)).toString());
}

} // namespace

QJsonObject swapNames(const std::string& restored, const std::string& replaced) {
    return {{QStringLiteral("restored"), toQt(restored)}, {QStringLiteral("replaced"), toQt(replaced)}};
}

Result<std::vector<NameChange>> nameChanges(WorkspaceDatabase& workspace) {
    std::vector<NameChange> changes;
    for (const char* action : {"restored.swap", "restored.undo"}) {
        AuditFilter filter;
        filter.action = action;
        filter.limit = kAll;
        SALVOR_ASSIGN(const auto records, workspace.auditTrail(filter));
        for (const auto& record : records) {
            NameChange change{record.subject, record.at, {}};
            for (const char* which : {"restored", "replaced"}) {
                const std::string before = textOf(record.before, which);
                const std::string after = textOf(record.after, which);
                if (!before.empty() && !after.empty())
                    change.names[before] = after;
            }
            changes.push_back(std::move(change));
        }
    }
    std::ranges::stable_sort(changes, {}, &NameChange::at);
    return changes;
}

Result<> judgeByDatabase(std::vector<SourceStatus>& sources, CatalogDatabase& catalog,
                         const std::vector<NameChange>& changes) {
    std::map<std::string, std::map<std::string, BackupRecord>> newest; // by server, then by name
    std::map<std::string, Instant> lastChange;
    for (const auto& change : changes) {
        Instant& last = lastChange[change.profileUuid];
        last = std::max(last, change.at);
        if (newest.contains(change.profileUuid))
            continue;
        auto& byName = newest[change.profileUuid];
        BackupFilter filter;
        filter.profile = change.profileUuid;
        filter.limit = kAll;
        SALVOR_ASSIGN(const auto page, catalog.backups(filter)); // the newest first
        const auto names = namesToday(*page.rows, changes);
        for (std::size_t i = 0; i < names.size(); ++i)
            byName.emplace(names[i], (*page.rows)[i]);
    }
    for (auto& source : sources) {
        const auto server = newest.find(source.profileUuid);
        if (server == newest.end())
            continue;
        const auto found = server->second.find(source.database);
        if (found != server->second.end()) {
            source.lastGood = found->second;
            continue;
        }
        // What ran before the name came to it was another database's.
        std::erase_if(source.recentRuns,
                      [&](const RunRecord& run) { return run.started < lastChange[source.profileUuid]; });
        source.lastGood.reset();
        if (source.recentRuns.empty())
            source.state = toString(SourceState::Never);
    }
    return {};
}

} // namespace salvor
