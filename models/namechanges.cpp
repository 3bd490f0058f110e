// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/namechanges.h"

#include <algorithm>
#include <set>

namespace salvor {

namespace {

std::string identityOf(const BackupRecord& backup) {
    return backup.databaseId.empty() ? "\n" + backup.database : backup.systemId + "/" + backup.databaseId;
}

/// Which database has which name on one server, at one moment.
class Names {
public:
    void see(const std::string& id, const std::string& name) {
        std::erase_if(m_ids, [&](const auto& one) { return one.second == id; });
        m_ids[name] = id;
    }
    /// Empty: not known.
    std::string nameOf(const std::string& id) const {
        const auto found = std::ranges::find_if(m_ids, [&](const auto& one) { return one.second == id; });
        return found == m_ids.end() ? std::string() : found->first;
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

/// What the databases of these backups are called by now, as far as that is known.
class NamesOnOne {
public:
    NamesOnOne(std::vector<const BackupRecord*> backups, std::vector<const NameChange*> changes,
               RenamesByHand renames) {
        std::ranges::stable_sort(backups, {}, &BackupRecord::started);
        std::ranges::stable_sort(changes, {}, &NameChange::at);
        auto change = changes.begin();
        for (const BackupRecord* backup : backups) {
            for (; change != changes.end() && (*change)->at <= backup->started; ++change)
                m_names.apply(**change);
            std::string id = idNow(*backup);
            if (renames == RenamesByHand::Keep && isNewName(*backup, id)) {
                m_left[id] = m_names.nameOf(id);
                ++m_renames[identityOf(*backup)];
                id = idNow(*backup);
            }
            m_had[identityOf(*backup)].insert(backup->database);
            m_names.see(id, backup->database);
            m_ids[backup] = id;
        }
        for (; change != changes.end(); ++change)
            m_names.apply(**change);
        m_today = m_names.byIdentity();
    }
    std::string today(const BackupRecord& backup) const {
        const std::string& id = m_ids.at(&backup);
        if (const auto left = m_left.find(id); left != m_left.end())
            return left->second;
        const auto found = m_today.find(id);
        return found == m_today.end() ? backup.database : found->second;
    }

private:
    /// One that was renamed by hand counts as another from then on.
    std::string idNow(const BackupRecord& backup) const {
        const std::string id = identityOf(backup);
        const auto renames = m_renames.find(id);
        return renames == m_renames.end() ? id : id + "\n" + std::to_string(renames->second);
    }
    /// No change gave it that name. One that it had before came back, by an undo.
    bool isNewName(const BackupRecord& backup, const std::string& id) const {
        const std::string name = m_names.nameOf(id);
        const auto had = m_had.find(identityOf(backup));
        return !name.empty() && name != backup.database &&
               (had == m_had.end() || !had->second.contains(backup.database));
    }

    Names m_names;
    std::map<std::string, int> m_renames;               ///< by identity
    std::map<std::string, std::set<std::string>> m_had; ///< names, by identity
    std::map<std::string, std::string> m_left;          ///< the last name before a rename
    std::map<const BackupRecord*, std::string> m_ids;
    std::map<std::string, std::string> m_today;
};

} // namespace

bool isOfSameDatabase(const BackupRecord& a, const BackupRecord& b) {
    return a.databaseId.empty() || b.databaseId.empty() ||
           (a.systemId == b.systemId && a.databaseId == b.databaseId);
}

std::vector<std::string> namesToday(const std::vector<BackupRecord>& backups, std::vector<NameChange> changes,
                                    RenamesByHand renames) {
    std::map<std::string, std::vector<const NameChange*>> byServer;
    for (const auto& change : changes)
        byServer[change.profileUuid].push_back(&change);
    std::map<std::string, std::vector<const BackupRecord*>> backupsOf;
    for (const auto& backup : backups) {
        if (byServer.contains(backup.profileUuid))
            backupsOf[backup.profileUuid].push_back(&backup);
    }
    std::map<std::string, NamesOnOne> names;
    for (auto& [server, own] : backupsOf)
        names.emplace(server, NamesOnOne(std::move(own), byServer[server], renames));
    std::vector<std::string> today;
    today.reserve(backups.size());
    for (const auto& backup : backups) {
        const auto server = names.find(backup.profileUuid);
        today.push_back(server == names.end() ? backup.database : server->second.today(backup));
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
