// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/standing.h"

#include "models/base/json.h"
#include "models/dataasof.h"
#include "models/policy/leftout.h"
#include "models/policy/missedschedule.h"
#include "models/schedule/calendarexpression.h"

#include <QJsonArray>

#include <algorithm>

namespace salvor {

namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

constexpr std::chrono::hours kForever{100 * 365 * 24};

/// Works out one source.
class Standing {
public:
    Standing(SourceStatus&& source, const StandingInput& input)
        : m_input(input) {
        static_cast<SourceStatus&>(m_out) = std::move(source);
        for (const auto& policy : input.policies) {
            if (policy.profileUuid != m_out.profileUuid || !selects(policy, m_out.database))
                continue;
            m_out.policies.push_back(policy.title);
            ++m_selecting;
            if (!policy.paused)
                m_active.push_back(&policy);
        }
    }

    SourceStanding result() {
        const std::string key = sourceKey(m_out.profileUuid, m_out.database);
        if (const auto found = m_input.measured.find(key); found != m_input.measured.end())
            m_out.recovery = found->second;
        if (const auto found = m_input.proved.find(key); found != m_input.proved.end())
            m_out.provedAt = found->second;
        if (m_out.lastGood && m_out.lastGood->restoredAt &&
            (!m_out.provedAt || *m_out.lastGood->restoredAt > *m_out.provedAt))
            m_out.provedAt = m_out.lastGood->restoredAt;
        plan();
        judge();
        m_out.proven = m_out.provedAt && m_input.now - *m_out.provedAt <= proofLimit();
        return std::move(m_out);
    }

private:
    void plan() {
        if (m_selecting == 0) {
            m_out.next = isRemoved() ? NextRunKind::NoServer : NextRunKind::NoPolicy;
            return;
        }
        m_out.next = m_active.empty() ? NextRunKind::Paused : NextRunKind::ByHand;
        for (const Policy* policy : m_active) {
            for (const auto& [kind, text] : policy->schedules)
                take(*policy, text);
        }
    }

    /// A time that a timer will keep is worth more than an earlier one that nobody will.
    void take(const Policy& policy, const std::string& text) {
        const auto expression = CalendarExpression::parse(text);
        const NextRunKind kind = !expression                                 ? NextRunKind::Unreadable
                                 : !m_input.followed                         ? NextRunKind::NotKnown
                                 : m_input.followed->count(policy.uuid) == 0 ? NextRunKind::NoTimer
                                                                             : NextRunKind::Timer;
        const auto at = expression ? expression->next(m_input.now) : std::nullopt;
        const bool better = rank(kind) > rank(m_out.next);
        const bool earlier = kind == m_out.next && at && (!m_out.nextRun || *at < *m_out.nextRun);
        if (!better && !earlier)
            return;
        m_out.next = kind;
        m_out.nextRun = at;
        m_out.randomDelaySeconds = policy.randomDelaySeconds.value_or(0);
    }

    static int rank(NextRunKind kind) {
        switch (kind) {
        case NextRunKind::Timer:
            return 4;
        case NextRunKind::NotKnown:
            return 3;
        case NextRunKind::NoTimer:
            return 2;
        case NextRunKind::Unreadable:
            return 1;
        default:
            return 0;
        }
    }

    void judge() {
        for (const Policy* policy : m_active) {
            const seconds objective(
                static_cast<std::int64_t>(policy->recoveryPointObjectiveSeconds.value_or(0)));
            if (objective.count() > 0)
                m_out.limit = std::min(objective, m_out.limit.value_or(objective));
            else
                m_out.bySchedule = m_out.bySchedule || !policy->schedules.empty();
        }
        Protection state = protectionOf(m_out, m_input.now,
                                        m_out.byDefault() ? seconds(kProtectionAge)
                                                          : m_out.limit.value_or(seconds(kForever)));
        if (state != Protection::Gone && isRemoved())
            state = Protection::Removed;
        if (isPast(state)) {
            m_out.protection = state;
            return;
        }
        m_out.overdueBy = overdueBy();
        if (m_out.lastGood)
            m_out.behindBy = duration_cast<seconds>(m_out.lastGood->started - recoveryPointOf(m_out));
        if (isProtected(state) && m_out.overdueBy.count() > 0)
            state = Protection::Overdue;
        else if (isProtected(state) && isOfOldData())
            state = Protection::Behind;
        if (m_out.lastGood && m_out.lastGood->started > m_input.now + kClockTolerance)
            state = std::max(state, Protection::FutureDated);
        // What nobody will back up again is no better for having been backed up once.
        if (m_selecting == 0)
            state = Protection::Unprotected;
        else if (m_active.empty())
            state = Protection::Paused;
        else if (state == Protection::Protected && m_out.next == NextRunKind::NoTimer)
            state = Protection::Untimed;
        if (m_out.lastGood && m_input.lostStores.contains(m_out.lastGood->repositoryId))
            state = Protection::StoreLost;
        m_out.protection = state;
    }

    /// A policy that selects it all the same is kept to.
    bool isRemoved() const { return m_selecting == 0 && m_input.removed.contains(m_out.profileUuid); }

    /// A policy with an objective says itself how old what a backup holds may be.
    bool isOfOldData() const {
        return m_out.behindBy > kOldData && std::ranges::any_of(m_active, [](const Policy* policy) {
                   return policy->recoveryPointObjectiveSeconds.value_or(0) == 0;
               });
    }

    seconds proofLimit() const {
        std::optional<seconds> limit;
        for (const Policy* policy : m_active) {
            const seconds within(static_cast<std::int64_t>(policy->proofWithinSeconds.value_or(0)));
            if (within.count() > 0)
                limit = std::min(within, limit.value_or(within));
        }
        return limit.value_or(kProofAge);
    }

    seconds overdueBy() const {
        if (!m_out.lastGood)
            return seconds(0);
        const Instant begun = m_out.lastGood->started;
        const auto age = duration_cast<seconds>(m_input.now - recoveryPointOf(m_out));
        seconds late = std::max(seconds(0), age - m_out.limit.value_or(age));
        if (m_out.byDefault())
            late = std::max(seconds(0), age - seconds(kProtectionAge));
        for (const Policy* policy : m_active) {
            if (policy->recoveryPointObjectiveSeconds.value_or(0) == 0)
                late = std::max(late, missedSchedule(*policy, begun, m_input.now).value_or(seconds(0)));
        }
        return late;
    }

    const StandingInput& m_input;
    SourceStanding m_out;
    std::vector<const Policy*> m_active;
    std::size_t m_selecting = 0;
};

/// The newest run of each profile that says which databases it did not select.
std::map<std::string, const RunRecord*> newestSelections(const std::vector<SourceStatus>& sources) {
    std::map<std::string, const RunRecord*> newest;
    for (const auto& source : sources) {
        for (const auto& run : source.recentRuns) {
            if (!run.details.contains(QLatin1String("unselected_databases")))
                continue;
            const RunRecord*& best = newest[source.profileUuid];
            if (best == nullptr || run.started > best->started)
                best = &run;
        }
    }
    return newest;
}

std::vector<SourceStatus> unselected(const std::vector<SourceStatus>& sources, const StandingInput& input) {
    std::set<std::string> known;
    for (const auto& source : sources)
        known.insert(sourceKey(source.profileUuid, source.database));
    std::vector<SourceStatus> found;
    for (const auto& [profile, run] : newestSelections(sources)) {
        if (input.removed.contains(profile)) // nothing is left of them that could be shown
            continue;
        for (const auto& value : run->details.value(QLatin1String("unselected_databases")).toArray()) {
            SourceStatus source;
            source.profileUuid = profile;
            source.profileTitle = run->profileTitle;
            source.database = fromQt(value.toString());
            source.state = "never";
            const bool spokenOf =
                std::any_of(input.policies.begin(), input.policies.end(), [&](const Policy& policy) {
                    return policy.profileUuid == source.profileUuid &&
                           (selects(policy, source.database) || leavesOut(policy, source.database));
                });
            if (!spokenOf && known.insert(sourceKey(profile, source.database)).second)
                found.push_back(std::move(source));
        }
    }
    return found;
}

} // namespace

std::string sourceKey(const std::string& profileUuid, const std::string& database) {
    return profileUuid + '\n' + database;
}

SourceStanding standingOf(SourceStatus source, const StandingInput& input) {
    return Standing(std::move(source), input).result();
}

std::vector<SourceStanding> standingsOf(std::vector<SourceStatus> sources, const StandingInput& input) {
    auto bare = unselected(sources, input);
    std::vector<SourceStanding> standings;
    standings.reserve(sources.size() + bare.size());
    for (auto* list : {&sources, &bare}) {
        for (auto& source : *list)
            standings.push_back(standingOf(std::move(source), input));
    }
    return standings;
}

ProtectionSummary summarize(const std::vector<SourceStanding>& sources) {
    ProtectionSummary summary;
    for (const auto& source : sources) {
        if (isPast(source.protection))
            continue;
        ++summary.total;
        if (isProtected(source.protection)) {
            ++summary.protectedNow;
            summary.incomplete += source.protection == Protection::Incomplete ? 1 : 0;
            summary.untimed += source.protection == Protection::Untimed ? 1 : 0;
            summary.proven += source.proven ? 1 : 0;
            continue;
        }
        summary.concerns.push_back(
            {source.database, source.profileTitle, source.protection, source.overdueBy, source.behindBy});
    }
    std::stable_sort(summary.concerns.begin(), summary.concerns.end(),
                     [](const Concern& a, const Concern& b) { return a.state > b.state; });
    return summary;
}

std::vector<std::string> protectedDatabases(const std::string& profileUuid,
                                            const std::vector<Policy>& policies,
                                            const std::vector<SourceStatus>& sources) {
    std::vector<std::string> names;
    for (const auto& source : sources) {
        const bool selected = std::ranges::any_of(policies, [&](const Policy& policy) {
            return policy.profileUuid == profileUuid && selects(policy, source.database);
        });
        const bool isThere =
            source.state != toString(SourceState::Gone) && source.state != toString(SourceState::Lost);
        if (source.profileUuid == profileUuid && selected && isThere)
            names.push_back(source.database);
    }
    std::ranges::sort(names);
    return names;
}

} // namespace salvor
