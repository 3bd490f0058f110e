// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/namechanges.h"

#include <algorithm>

namespace salvor {

namespace {

std::string identityOf(const BackupRecord& backup) {
    return backup.databaseId.empty() ? "\n" + backup.database : backup.systemId + "/" + backup.databaseId;
}

/// Which database has which name on one server, at one moment.
class Names {
public:
    void see(const BackupRecord& backup) {
        const std::string id = identityOf(backup);
        std::erase_if(m_ids, [&](const auto& one) { return one.second == id; });
        m_ids[backup.database] = id;
    }
    /// What takes a name without ever having been backed up leaves nothing known of that name.
    void apply(const NameChange& change) {
        auto next = m_ids;
        for (const auto& [before, after] : change.names) {
            next.erase(before);
            next.erase(after);
        }
        for (const auto& [before, after] : change.names) {
            if (const auto had = m_ids.find(before); had != m_ids.end())
                next[after] = had->second;
        }
        m_ids = std::move(next);
    }
    std::map<std::string, std::string> byIdentity() const {
        std::map<std::string, std::string> names;
        for (const auto& [name, id] : m_ids)
            names[id] = name;
        return names;
    }

private:
    std::map<std::string, std::string> m_ids; ///< by name
};

std::map<std::string, std::string> namesOnOne(std::vector<const BackupRecord*> backups,
                                              std::vector<const NameChange*> changes) {
    std::ranges::stable_sort(backups, {}, &BackupRecord::started);
    std::ranges::stable_sort(changes, {}, &NameChange::at);
    Names names;
    auto change = changes.begin();
    for (const BackupRecord* backup : backups) {
        for (; change != changes.end() && (*change)->at <= backup->started; ++change)
            names.apply(**change);
        names.see(*backup);
    }
    for (; change != changes.end(); ++change)
        names.apply(**change);
    return names.byIdentity();
}

} // namespace

std::vector<std::string> namesToday(const std::vector<BackupRecord>& backups,
                                    std::vector<NameChange> changes) {
    std::map<std::string, std::vector<const NameChange*>> byServer;
    for (const auto& change : changes)
        byServer[change.profileUuid].push_back(&change);
    std::map<std::string, std::vector<const BackupRecord*>> backupsOf;
    for (const auto& backup : backups) {
        if (byServer.contains(backup.profileUuid))
            backupsOf[backup.profileUuid].push_back(&backup);
    }
    std::map<std::string, std::map<std::string, std::string>> names;
    for (auto& [server, own] : backupsOf)
        names[server] = namesOnOne(std::move(own), byServer[server]);
    std::vector<std::string> today;
    today.reserve(backups.size());
    for (const auto& backup : backups) {
        const auto server = names.find(backup.profileUuid);
        const auto found = server == names.end() ? std::map<std::string, std::string>::const_iterator{}
                                                 : server->second.find(identityOf(backup));
        const bool isNamed = server != names.end() && found != server->second.end();
        today.push_back(isNamed ? found->second : backup.database);
    }
    return today;
}

std::vector<NameSpan> nameSpans(const std::string& database, const std::string& profileUuid,
                                std::vector<NameChange> changes) {
    std::erase_if(changes, [&](const NameChange& change) { return change.profileUuid != profileUuid; });
    if (changes.empty())
        return {};
    std::ranges::stable_sort(changes, {}, &NameChange::at);
    std::vector<NameSpan> spans;
    NameSpan span{database, std::nullopt, std::nullopt};
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
        const auto before =
            std::ranges::find_if(change->names, [&](const auto& one) { return one.second == span.name; });
        const bool isTaken = before != change->names.end();
        if (!isTaken && !change->names.contains(span.name))
            continue;
        span.from = change->at;
        spans.push_back(span);
        if (!isTaken)
            return spans; // it was another one's until then, and nothing is known of this one
        span = {before->first, std::nullopt, change->at};
    }
    spans.push_back(span);
    return spans;
}

} // namespace salvor
