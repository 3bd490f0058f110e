// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/retention/retention.h"

#include "models/base/json.h"
#include "models/retention/zoneperiods.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace salvor {

namespace {

constexpr std::array kNames = {
    std::pair{RetentionRule::KeepLast, std::string_view("keep_last")},
    std::pair{RetentionRule::KeepWithin, std::string_view("keep_within")},
    std::pair{RetentionRule::Hourly, std::string_view("hourly")},
    std::pair{RetentionRule::Daily, std::string_view("daily")},
    std::pair{RetentionRule::Weekly, std::string_view("weekly")},
    std::pair{RetentionRule::Monthly, std::string_view("monthly")},
    std::pair{RetentionRule::Yearly, std::string_view("yearly")},
    std::pair{RetentionRule::Held, std::string_view("held")},
    std::pair{RetentionRule::NewestComplete, std::string_view("newest_complete")},
    std::pair{RetentionRule::NewestProven, std::string_view("newest_proven")},
    std::pair{RetentionRule::NewestIncomplete, std::string_view("newest_incomplete")},
    std::pair{RetentionRule::UndecidedSize, std::string_view("undecided_size")},
    std::pair{RetentionRule::Future, std::string_view("future")},
};

/// The backups of one source, and what becomes of them.
struct Candidate {
    const RetentionBackup* backup = nullptr;
    ZonePeriods periods;
    RetentionDecision* decision = nullptr;
};
using Candidates = std::vector<Candidate*>;

/// The newest first; the id decides between equals, so that no order of the input matters.
bool isNewer(const Candidate* a, const Candidate* b) {
    return std::tie(a->backup->started, a->backup->id) > std::tie(b->backup->started, b->backup->id);
}

class SourceRules {
public:
    SourceRules(Candidates all, const RetentionRules& rules, Instant now)
        : m_rules(rules) {
        std::ranges::sort(all, isNewer);
        for (Candidate* one : all) {
            if (one->backup->started > now)
                m_future.push_back(one);
            else
                (one->backup->complete() ? m_complete : m_incomplete).push_back(one);
        }
    }

    void apply() {
        using enum RetentionRule;
        count(KeepLast, m_rules.keepLast,
              [](const Candidate& c) -> const std::string& { return c.backup->id; });
        within();
        count(Hourly, m_rules.hourly,
              [](const Candidate& c) -> const std::string& { return c.periods.hour; });
        count(Daily, m_rules.daily, [](const Candidate& c) -> const std::string& { return c.periods.day; });
        count(Weekly, m_rules.weekly,
              [](const Candidate& c) -> const std::string& { return c.periods.week; });
        count(Monthly, m_rules.monthly,
              [](const Candidate& c) -> const std::string& { return c.periods.month; });
        count(Yearly, m_rules.yearly,
              [](const Candidate& c) -> const std::string& { return c.periods.year; });
        always();
    }

private:
    static void keep(Candidate& one, RetentionRule rule, std::uint32_t place = 0, std::string period = {}) {
        one.decision->keptBy.push_back({rule, place, std::move(period)});
    }

    /// The newest of each of the last `limit` periods that have one. What is not complete takes the places
    /// that are left then.
    template <typename Period>
    void count(RetentionRule rule, std::uint32_t limit, Period periodOf) {
        std::unordered_set<std::string_view> taken;
        for (const Candidates* some : {&m_complete, &m_incomplete}) {
            for (Candidate* one : *some) {
                if (taken.size() >= limit)
                    return;
                const std::string& period = periodOf(*one);
                if (taken.insert(period).second)
                    keep(*one, rule, static_cast<std::uint32_t>(taken.size()),
                         rule == RetentionRule::KeepLast ? std::string() : period);
            }
        }
    }

    /// Counted back from a backup and not from now: a clock that runs ahead, or a source that is not backed
    /// up any longer, drops nothing.
    void within() {
        const Candidates& anchors = m_complete.empty() ? m_incomplete : m_complete;
        if (m_rules.keepWithin == std::chrono::seconds(0) || anchors.empty())
            return;
        const Instant oldest = anchors.front()->backup->started - m_rules.keepWithin;
        for (const Candidates* some : {&m_complete, &m_incomplete}) {
            for (Candidate* one : *some) {
                if (one->backup->started >= oldest)
                    keep(*one, RetentionRule::KeepWithin);
            }
        }
    }

    void always() {
        for (const Candidates* some : {&m_complete, &m_incomplete, &m_future}) {
            for (Candidate* one : *some) {
                if (one->backup->held)
                    keep(*one, RetentionRule::Held);
            }
        }
        if (!m_complete.empty())
            keep(*m_complete.front(), RetentionRule::NewestComplete);
        Candidate* proven = nullptr;
        for (const Candidates* some : {&m_complete, &m_incomplete}) {
            for (Candidate* one : *some) {
                if (one->backup->proven && !one->backup->verifyFailed &&
                    (proven == nullptr || isNewer(one, proven)))
                    proven = one;
            }
        }
        if (proven != nullptr)
            keep(*proven, RetentionRule::NewestProven);
        if (!m_incomplete.empty() &&
            (m_complete.empty() || isNewer(m_incomplete.front(), m_complete.front())))
            keep(*m_incomplete.front(), RetentionRule::NewestIncomplete);
        for (const Candidates* some : {&m_complete, &m_incomplete}) {
            for (Candidate* one : *some) {
                if (one->backup->undecidedSize && !one->backup->verifyFailed)
                    keep(*one, RetentionRule::UndecidedSize);
            }
        }
        for (Candidate* one : m_future)
            keep(*one, RetentionRule::Future);
    }

    const RetentionRules& m_rules;
    Candidates m_complete; ///< each the newest first
    Candidates m_incomplete;
    Candidates m_future;
};

} // namespace

std::string_view toString(RetentionRule rule) {
    for (const auto& [value, name] : kNames) {
        if (value == rule)
            return name;
    }
    return "unknown";
}

std::string retentionSource(const BackupRecord& record) {
    return record.policyUuid + "/" + record.profileUuid + "/" + record.systemId + "/" + record.databaseId;
}

namespace {

/// Of the sources whose newest backup has the name of `current`, and that are not its own.
std::vector<std::string> formerIds(const std::vector<const BackupRecord*>& records,
                                   const std::map<std::string, const BackupRecord*>& newest,
                                   const BackupRecord& current) {
    std::vector<std::string> ids;
    for (const BackupRecord* record : records) {
        const std::string source = retentionSource(*record);
        if (record->policyUuid == current.policyUuid && record->profileUuid == current.profileUuid &&
            newest.at(source)->database == current.database && source != retentionSource(current))
            ids.push_back(record->id);
    }
    return ids;
}

} // namespace

std::vector<FormerSources> formerSources(const std::vector<const BackupRecord*>& records) {
    // One that has another name by now was not dropped: it counts under that.
    std::map<std::string, const BackupRecord*> newest; // by source
    for (const BackupRecord* record : records) {
        const BackupRecord*& last = newest[retentionSource(*record)];
        if (last == nullptr || std::tie(last->started, last->id) < std::tie(record->started, record->id))
            last = record;
    }
    using Name = std::tuple<std::string, std::string, std::string>;
    std::map<Name, std::size_t> sources;
    std::map<Name, const BackupRecord*> current; // the newest of all that had the name
    for (const auto& [source, record] : newest) {
        const Name name{record->policyUuid, record->profileUuid, record->database};
        ++sources[name];
        const BackupRecord*& last = current[name];
        if (last == nullptr || std::tie(last->started, last->id) < std::tie(record->started, record->id))
            last = record;
    }
    std::vector<FormerSources> found;
    for (const BackupRecord* record : records) {
        const auto own = sources.find({record->policyUuid, record->profileUuid, record->database});
        if (own == sources.end())
            continue;
        if (own->second > 1)
            found.push_back({record->policyUuid, record->profileTitle, record->database, own->second - 1,
                             formerIds(records, newest, *current.at(own->first))});
        sources.erase(own); // said once
    }
    return found;
}

RetentionBackup retentionBackupOf(const BackupRecord& record) {
    RetentionBackup backup;
    backup.id = record.id;
    backup.source = retentionSource(record);
    backup.started = record.started;
    backup.held = record.held;
    backup.proven = record.restoredAt.has_value();
    return backup;
}

bool keepsOneOnly(const RetentionRules& rules) {
    const std::uint64_t places = std::uint64_t{rules.keepLast} + rules.hourly + rules.daily + rules.weekly +
                                 rules.monthly + rules.yearly;
    return places == 1 && rules.keepWithin == std::chrono::seconds(0);
}

Result<std::vector<RetentionDecision>> decideRetention(const std::vector<RetentionBackup>& backups,
                                                       const RetentionRules& rules, Instant now) {
    SALVOR_TRY(checkRetentionRules(rules));
    const QTimeZone zone(toQt(rules.timeZone).toUtf8());
    std::vector<RetentionDecision> decisions(backups.size());
    std::vector<Candidate> candidates(backups.size());
    std::map<std::string_view, Candidates> sources;
    for (std::size_t i = 0; i < backups.size(); ++i) {
        decisions[i].backupId = backups[i].id;
        decisions[i].complete = backups[i].complete();
        candidates[i] = {&backups[i], zonePeriods(backups[i].started, zone), &decisions[i]};
        sources[backups[i].source].push_back(&candidates[i]);
    }
    for (auto& [source, members] : sources)
        SourceRules(std::move(members), rules, now).apply();
    return decisions;
}

} // namespace salvor
