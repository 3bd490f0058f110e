// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/namechanges.h"

#include "engines/repository/statefolder.h"
#include "models/base/json.h"
#include "models/jsonfields.h"
#include "workers/core/coreprivate.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kAll = 10'000'000;
constexpr const char* kShared = "name-changes.json";

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object.value(QLatin1String(key)).toString());
}

QJsonObject toJson(const NameChange& change) {
    QJsonObject names;
    for (const auto& [before, after] : change.names)
        names.insert(toQt(before), toQt(after));
    return {{QStringLiteral("profile"), toQt(change.profileUuid)},
            {QStringLiteral("at"), toQt(toRfc3339Micros(change.at))},
            {QStringLiteral("names"), names}};
}

/// Adds those that are not there yet.
void unite(std::vector<NameChange>& changes, const std::vector<NameChange>& more) {
    for (const auto& one : more) {
        const bool isKnown = std::ranges::any_of(changes, [&](const NameChange& known) {
            return known.profileUuid == one.profileUuid && known.at == one.at && known.names == one.names;
        });
        if (!isKnown)
            changes.push_back(one);
    }
    std::ranges::stable_sort(changes, {}, &NameChange::at);
}

QJsonArray listOf(const std::vector<NameChange>& changes) {
    QJsonArray list;
    for (const auto& change : changes)
        list.append(toJson(change));
    return list;
}

Result<> writeChanges(const std::string& stateFolder, const std::vector<NameChange>& changes) {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    SALVOR_ASSIGN(const std::string text, toCanonicalJson({{QStringLiteral("changes"), listOf(changes)}}));
    return folder.write(kShared, asBytes(text));
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
            // When it was begun: a timer may have found out before that it was done.
            const auto at = fromRfc3339(textOf(record.after, "at"));
            NameChange change{record.subject, at ? *at : record.at, {}};
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

Result<> shareNameChanges(WorkspaceDatabase& workspace, const std::string& stateFolder) {
    SALVOR_ASSIGN(const auto own, nameChanges(workspace));
    if (own.empty())
        return {};
    SALVOR_ASSIGN(auto changes, sharedNameChanges(stateFolder));
    const std::size_t before = changes.size();
    unite(changes, own);
    if (changes.size() == before)
        return {};
    return writeChanges(stateFolder, changes);
}

Result<> addNameChange(const std::string& stateFolder, const NameChange& change) {
    SALVOR_ASSIGN(auto changes, sharedNameChanges(stateFolder));
    unite(changes, {change});
    return writeChanges(stateFolder, changes);
}

Result<QJsonArray> namesWith(const std::string& stateFolder, const NameChange& planned) {
    SALVOR_ASSIGN(auto changes, sharedNameChanges(stateFolder));
    unite(changes, {planned});
    return listOf(changes);
}

Result<std::vector<NameChange>> sharedNameChanges(const std::string& stateFolder) {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    SALVOR_ASSIGN(const auto text, folder.read(kShared));
    std::vector<NameChange> changes;
    if (!text)
        return changes;
    const std::string what = (folder.path() / kShared).string();
    SALVOR_ASSIGN(const QJsonObject document, parseJsonObject(*text, what));
    for (const auto& element : document.value(QLatin1String("changes")).toArray()) {
        const QJsonObject one = element.toObject();
        NameChange change;
        change.profileUuid = textOf(one, "profile");
        SALVOR_ASSIGN(change.at, fromRfc3339(textOf(one, "at")));
        const QJsonObject names = one.value(QLatin1String("names")).toObject();
        for (auto name = names.begin(); name != names.end(); ++name)
            change.names.emplace(fromQt(name.key()), fromQt(name.value().toString()));
        changes.push_back(std::move(change));
    }
    return changes;
}

Result<std::vector<NameChange>> Core::Private::nameChanges() const {
    SALVOR_ASSIGN(auto changes, sharedNameChanges(config.places.state));
    if (isTimers())
        return changes;
    SALVOR_ASSIGN(const auto database, workspace());
    SALVOR_ASSIGN(const auto own, salvor::nameChanges(*database));
    unite(changes, own);
    return changes;
}

Result<> Core::Private::shareNames() const {
    SALVOR_ASSIGN(const auto database, workspace());
    return shareNameChanges(*database, config.places.state);
}

Result<> judgeByDatabase(std::vector<SourceStatus>& sources, CatalogDatabase& catalog,
                         const std::vector<NameChange>& changes) {
    std::map<std::string, std::map<std::string, BackupRecord>> newest; // by server, then by name
    for (const auto& change : changes) {
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
        source.lastGood.reset();
        if (found != server->second.end())
            source.lastGood = found->second;
        // What ran before the name came to it was another database's.
        const std::string title = source.profileTitle;
        const auto names = nameSpans(source.database, source.profileUuid, changes);
        SALVOR_TRY(catalog.followNames(source, names));
        if (source.profileTitle.empty())
            source.profileTitle = title;
        // Nothing was ever seen that got the name when it was given away: there is no such database.
        const bool isGivenAway = names.size() == 1 && names.front().from;
        if (isGivenAway && !source.lastGood && source.recentRuns.empty())
            source.database.clear();
    }
    std::erase_if(sources, [](const SourceStatus& source) { return source.database.empty(); });
    return {};
}

} // namespace salvor
