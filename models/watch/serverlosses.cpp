// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Of PolicyHistory: what went from a server at once, and whether the server is another one.
#include "models/base/json.h"
#include "models/watch/evaluation.h"
#include "models/watch/policyhistory.h"

#include <algorithm>

namespace salvor {

namespace {

void insertAll(std::set<std::string>& into, const std::vector<std::string>& names) {
    into.insert(names.begin(), names.end());
}

} // namespace

/// Older runs say it by their backups only.
std::string PolicyHistory::systemOf(const RunRecord& run) const {
    if (const auto noted = fromQt(run.details.value(QLatin1String("system_id")).toString()); !noted.empty())
        return noted;
    const auto found = m_systems.find(run.id);
    return found == m_systems.end() ? std::string() : found->second;
}

/// Whatever the rules are by now.
std::set<std::string> PolicyHistory::seenBy(const RunRecord& run) const {
    std::set<std::string> seen = namesNow(run);
    for (const auto& missing : namesIn(run.details, "missing_databases"))
        seen.erase(missing);
    for (const char* others : {"unselected_databases", "restored_copies"})
        insertAll(seen, namesIn(run.details, others));
    return seen;
}

/// A swap put that database aside under this name, or its undoing the restored copy, and it is no other one
/// by now: it is there until somebody does without it, and then goes.
bool PolicyHistory::isPutAside(const std::string& name) const {
    if (!m_putAside.contains(name))
        return false;
    const auto own = m_backups.find(name);
    return own == m_backups.end() || own->second.front()->databaseId == own->second.back()->databaseId;
}

/// By `restored drop`, after `last` saw it and before `since` did not.
bool PolicyHistory::wasDroppedHere(const std::string& name, const RunRecord& last,
                                   const RunRecord& since) const {
    return std::ranges::any_of(m_dropped, [&](const DroppedCopy& one) {
        return one.database == name && one.at >= std::chrono::floor<std::chrono::seconds>(last.started) &&
               one.at <= since.ended.value_or(since.started);
    });
}

/// What a run saw and no later one did. Names that were answered (excluded by a rule, their backups deleted)
/// count for how much went, or else the last one of them would be called one of a few. What Salvor itself put
/// aside or dropped counts neither as there before nor as gone.
ServerLoss PolicyHistory::lossAfter(std::size_t index, const std::set<std::string>& seenLater) const {
    const RunRecord& run = *m_byRules[index];
    ServerLoss loss{&run, m_byRules[index - 1], {}, 0, 0, {}, {}};
    for (const auto& name : namesNow(run)) {
        const bool hasBackups = m_backups.contains(name);
        if (!hasBackups && !selects(m_policy, name))
            continue;
        if (isPutAside(name) || wasDroppedHere(name, run, *loss.since))
            continue;
        ++loss.of;
        if (seenLater.contains(name) || renamed(name))
            continue;
        ++loss.count;
        if (hasBackups && isGone(name) && selects(m_policy, name) && !goodBackups(name).empty())
            loss.databases.push_back(name);
    }
    loss.systemBefore = systemOf(run);
    for (std::size_t i = index; i-- > 0 && loss.systemSince.empty();)
        loss.systemSince = systemOf(*m_byRules[i]);
    return loss;
}

std::vector<ServerLoss> PolicyHistory::losses() const {
    std::vector<ServerLoss> found;
    if (!m_chosen)
        return found;
    std::set<std::string> open; // gone, and not yet found in a run
    for (const auto& [name, backups] : m_backups) {
        if (isGone(name) && selects(m_policy, name) && !renamed(name))
            open.insert(name);
    }
    std::set<std::string> seen = *m_chosen;
    for (std::size_t i = 0; i < m_byRules.size() && !open.empty(); ++i) {
        const std::set<std::string> names = seenBy(*m_byRules[i]);
        const bool isLast =
            i > 0 && std::ranges::any_of(open, [&](const auto& name) { return names.contains(name); });
        if (isLast) {
            ServerLoss loss = lossAfter(i, seen);
            if (!loss.databases.empty() && (loss.isOtherServer() || loss.isLarge()))
                found.push_back(std::move(loss));
        }
        std::erase_if(open, [&](const auto& name) { return names.contains(name); });
        seen.insert(names.begin(), names.end());
    }
    return found;
}

std::optional<ServerChange> PolicyHistory::newServer() const {
    std::vector<ServerRun> known;
    for (const RunRecord* run : m_runs) {
        if (std::string system = systemOf(*run); !system.empty())
            known.push_back({run, std::move(system)});
    }
    return openServerChange(known, m_latest - kClockTolerance);
}

} // namespace salvor
