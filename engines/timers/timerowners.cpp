// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/timerowners.h"

#include <vector>

namespace salvor {

Result<TimerOwners> TimerOwners::load(const HostFiles& files, const TimersLayout& layout,
                                      const std::string& user) {
    TimerOwners owners;
    if (layout.scope == UnitScope::User)
        return owners;
    // A unit says itself whose it is, so it comes first.
    for (const auto& unit : findUnits(files, layout)) {
        if (unit.user != user)
            owners.add(unit);
        else
            owners.m_paths.emplace(unit.path, std::string()); // whatever a record says
    }
    const std::string folder = layout.settings + "/timers/";
    for (const auto& path : files.list(layout.settings + "/timers")) {
        const std::string name = path.substr(folder.size());
        if (!name.ends_with(".json") || name == user + ".json")
            continue;
        const std::string other = name.substr(0, name.size() - 5);
        const auto record = loadTimersRecord(files, layout, other);
        if (record)
            owners.add(*record, other);
        else if (record.error().code == ErrorCode::IoError)
            return failure(record.error());
        // Of one that is damaged or newer the units were asked, and root reads them all.
    }
    return owners;
}

std::string TimerOwners::find(const Owned& owned, const std::string& key) {
    const auto found = owned.find(key);
    return found == owned.end() ? std::string() : found->second;
}

void TimerOwners::add(const FoundUnit& unit) {
    m_paths.emplace(unit.path, unit.user);
    for (const auto& name : unit.credentials)
        m_credentials.emplace(name, unit.user);
    if (!unit.policyUuid.empty())
        m_stems.emplace(unit.policyUuid.substr(0, 8), unit.user);
}

void TimerOwners::add(const TimersRecord& record, const std::string& user) {
    for (const auto& file : record.files())
        m_paths.emplace(file.path, user);
    for (const auto& name : record.credentials())
        m_credentials.emplace(name, user);
    for (const auto& policy : record.policies)
        m_stems.emplace(policy.uuid.substr(0, 8), user);
}

TimersRecord TimerOwners::without(TimersRecord record, const TimersLayout& layout) const {
    const auto strip = [&](std::vector<InstalledFile>& list) {
        std::erase_if(list, [&](const InstalledFile& file) { return !ofPath(file.path).empty(); });
    };
    const auto stripNames = [&](std::vector<std::string>& list) {
        std::erase_if(list, [&](const std::string& name) { return !ofCredential(name).empty(); });
    };
    for (auto& policy : record.policies) {
        strip(policy.files);
        stripNames(policy.credentials);
        std::erase_if(policy.timers, [&](const auto& one) { return !ofPath(layout.unit(one)).empty(); });
    }
    std::erase_if(record.policies, [](const auto& one) { return one.files.empty() && one.timers.empty(); });
    strip(record.watchFiles);
    stripNames(record.watchCredentials);
    if (!record.watchTimer.empty() && !ofPath(layout.unit(record.watchTimer)).empty())
        record.watchTimer.clear();
    return record;
}

tl::unexpected<Error> belongsToAnother(const std::string& what, const std::string& owner,
                                       const std::string& user, const std::string& hint) {
    return failure(
        ErrorCode::AlreadyExists,
        what + " belongs to what is installed for the user " + owner + ": nothing was installed for " + user,
        hint + "; of a user who is gone root removes the units and the record by hand", {{"owner", owner}});
}

} // namespace salvor
