// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/calendarplan.h"

#include "models/schedule/civil.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace salvor {

namespace {

constexpr int kDayMinutes = 24 * 60;

std::int64_t secondsOf(Instant instant) {
    return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

WallTime shown(Instant instant, const Zone& zone) {
    return WallClock(zone, SystemdRules::V257, secondsOf(instant)).show(secondsOf(instant));
}

int minutesOf(std::chrono::seconds span) {
    return static_cast<int>(std::chrono::ceil<std::chrono::minutes>(span).count());
}

/// The worse one is what the mark says.
int badness(RunOutcome outcome) {
    switch (outcome) {
    case RunOutcome::Failed:
        return 5;
    case RunOutcome::Partial:
        return 4;
    case RunOutcome::Running:
        return 3;
    case RunOutcome::Skipped:
        return 2;
    case RunOutcome::Cancelled:
        return 1;
    case RunOutcome::Ok:
        break;
    }
    return 0;
}

std::chrono::minutes changeOf(const CalendarDay& day, const Zone& zone) {
    const auto& spans = zone.spans();
    const auto offset = [&](Instant at) { return spans[zone.indexAt(secondsOf(at))].offset; };
    return std::chrono::minutes((offset(day.ends) - offset(day.begins)) / 60);
}

class Planner {
public:
    explicit Planner(const CalendarRequest& request)
        : m_request(request) {
        for (std::size_t i = 0; i < request.lanes.size(); ++i)
            m_lanes.emplace(request.lanes[i].profileUuid, i);
    }

    CalendarPlan make() {
        makeDays();
        for (std::size_t i = 0; i < m_request.runs.size(); ++i)
            addRun(i);
        for (std::size_t i = 0; i < m_request.rules.size(); ++i)
            addRule(i);
        findCollisions();
        std::ranges::stable_sort(m_plan.marks, {}, [](const CalendarMark& mark) {
            return std::tuple(mark.day, mark.lane, mark.beginMinute);
        });
        merge();
        arrange();
        return std::move(m_plan);
    }

private:
    void makeDays() {
        CalendarDate date = m_request.first;
        for (int i = 0; i < m_request.days; ++i) {
            CalendarDay day;
            day.date = date;
            day.begins = beginOf(date, *m_request.zone);
            date = date.plus(1);
            day.ends = beginOf(date, *m_request.zone);
            day.clockChange = changeOf(day, *m_request.zone);
            m_plan.days.push_back(day);
        }
    }

    /// The day that an instant lies on; nothing outside of what is shown.
    std::optional<std::size_t> dayOf(Instant at) const {
        const auto& days = m_plan.days;
        const auto after = std::ranges::upper_bound(days, at, {}, &CalendarDay::begins);
        if (after == days.begin() || at >= days.back().ends)
            return std::nullopt;
        return static_cast<std::size_t>(after - days.begin()) - 1;
    }

    CalendarMark markAt(std::size_t day, std::size_t lane, Instant at, std::chrono::seconds takes) {
        CalendarMark mark;
        mark.day = day;
        mark.lane = lane;
        mark.at = at;
        mark.beginMinute = minuteOfDay(at, *m_request.zone);
        mark.endMinute = std::min(mark.beginMinute + minutesOf(takes), kDayMinutes);
        return mark;
    }

    void addLoad(const CalendarMark& mark) {
        auto& load = m_plan.days[mark.day].load;
        const int last = std::max(mark.endMinute - 1, mark.beginMinute) / 60;
        for (int hour = mark.beginMinute / 60; hour <= std::min(last, 23); ++hour)
            ++load[static_cast<std::size_t>(hour)];
    }

    void addRun(std::size_t index) {
        const RunRecord& run = m_request.runs[index];
        const auto lane = m_lanes.find(run.profileUuid);
        if (run.kind != "backup" || lane == m_lanes.end())
            return;
        const auto day = dayOf(run.started);
        if (!day)
            return;
        const Instant end =
            run.ended.value_or(run.outcome == RunOutcome::Running ? m_request.now : run.started);
        CalendarMark mark = markAt(
            *day, lane->second, run.started,
            std::chrono::duration_cast<std::chrono::seconds>(std::max(end, run.started) - run.started));
        mark.runs = {index};
        mark.worst = run.outcome;
        addLoad(mark);
        m_plan.marks.push_back(std::move(mark));
    }

    void addRule(std::size_t index) {
        const CalendarRule& rule = m_request.rules[index];
        const auto lane = m_lanes.find(rule.profileUuid);
        if (lane == m_lanes.end() || m_plan.days.empty())
            return;
        const Instant from =
            std::max(m_request.now, m_plan.days.front().begins - std::chrono::microseconds(1));
        const Instant until = m_plan.days.back().ends - std::chrono::microseconds(1);
        const auto times = rule.expression.between(from, until, kMostPlannedTimes);
        if (times.size() == kMostPlannedTimes)
            m_plan.cutRules.push_back(index);
        for (const Instant at : times) {
            const auto day = dayOf(at);
            if (!day)
                continue;
            CalendarMark mark = markAt(*day, lane->second, at, rule.expected);
            mark.planned = true;
            mark.rule = index;
            mark.windowMinutes = minutesOf(rule.randomDelay);
            addLoad(mark);
            m_plan.marks.push_back(std::move(mark));
        }
    }

    /// A repository takes one run at a time.
    void findCollisions() {
        struct Wanted {
            Instant from;
            Instant until;
            std::size_t mark;
        };
        std::map<std::string, std::vector<Wanted>> byRepository;
        for (std::size_t i = 0; i < m_plan.marks.size(); ++i) {
            const CalendarMark& mark = m_plan.marks[i];
            if (!mark.planned || m_request.rules[mark.rule].paused)
                continue;
            const CalendarRule& rule = m_request.rules[mark.rule];
            byRepository[rule.repositoryId].push_back(
                {mark.at, mark.at + rule.randomDelay + std::max(rule.expected, std::chrono::seconds(1)), i});
        }
        for (auto& [id, wanted] : byRepository) {
            std::ranges::sort(wanted, {}, &Wanted::from);
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                for (std::size_t j = i + 1; j < wanted.size() && wanted[j].from < wanted[i].until; ++j)
                    collide(m_plan.marks[wanted[i].mark], m_plan.marks[wanted[j].mark]);
            }
        }
    }

    static void collide(CalendarMark& one, CalendarMark& other) {
        const auto note = [](CalendarMark& mark, std::size_t rule) {
            if (std::ranges::find(mark.collidesWith, rule) == mark.collidesWith.end())
                mark.collidesWith.push_back(rule);
        };
        note(one, other.rule);
        note(other, one.rule);
    }

    bool isOne(const CalendarMark& mark, const CalendarMark& next) const {
        return mark.day == next.day && mark.lane == next.lane && mark.planned == next.planned &&
               (!mark.planned || mark.rule == next.rule) &&
               next.beginMinute < std::max(mark.endMinute, mark.beginMinute + m_request.markMinutes);
    }

    /// Marks are at least so tall; what would lie on one another becomes one.
    void merge() {
        std::vector<CalendarMark> merged;
        for (auto& mark : m_plan.marks) {
            auto into = std::find_if(merged.rbegin(), merged.rend(), [&](const CalendarMark& one) {
                return one.day != mark.day || one.lane != mark.lane ||
                       (one.planned == mark.planned && (!mark.planned || one.rule == mark.rule));
            });
            if (into == merged.rend() || !isOne(*into, mark)) {
                merged.push_back(std::move(mark));
                continue;
            }
            into->endMinute = std::max(into->endMinute, mark.endMinute);
            into->runs.insert(into->runs.end(), mark.runs.begin(), mark.runs.end());
            into->times += mark.planned ? 1 : 0;
            if (badness(mark.worst) > badness(into->worst))
                into->worst = mark.worst;
            for (const std::size_t rule : mark.collidesWith) {
                if (std::ranges::find(into->collidesWith, rule) == into->collidesWith.end())
                    into->collidesWith.push_back(rule);
            }
        }
        m_plan.marks = std::move(merged);
    }

    int bottom(const CalendarMark& mark) const {
        return std::max(mark.endMinute, mark.beginMinute + m_request.markMinutes);
    }

    /// What overlaps in a lane stands side by side.
    void arrange() {
        auto& marks = m_plan.marks;
        for (std::size_t begin = 0; begin < marks.size();) {
            std::size_t end = begin;
            int reach = 0;
            std::vector<int> free; // per column: until when it is taken
            for (; end < marks.size() && marks[end].day == marks[begin].day &&
                   marks[end].lane == marks[begin].lane && (end == begin || marks[end].beginMinute < reach);
                 ++end) {
                const auto place =
                    std::ranges::find_if(free, [&](int until) { return until <= marks[end].beginMinute; });
                marks[end].column = static_cast<int>(place - free.begin());
                if (place == free.end())
                    free.push_back(0);
                free[static_cast<std::size_t>(marks[end].column)] = bottom(marks[end]);
                reach = std::max(reach, bottom(marks[end]));
            }
            for (std::size_t i = begin; i < end; ++i)
                marks[i].columns = static_cast<int>(free.size());
            begin = end;
        }
    }

    const CalendarRequest& m_request;
    std::map<std::string, std::size_t> m_lanes;
    CalendarPlan m_plan;
};

} // namespace

int CalendarDate::weekday() const { return weekdayOf(daysTo(year, month, day)); }

CalendarDate CalendarDate::plus(int days) const {
    const std::chrono::sys_days at{std::chrono::days(daysTo(year, month, day) + days)};
    const std::chrono::year_month_day date(at);
    return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
            static_cast<int>(static_cast<unsigned>(date.day()))};
}

CalendarDate dateOf(Instant instant, const Zone& zone) {
    const WallTime wall = shown(instant, zone);
    return {wall[WallTime::Year], wall[WallTime::Month], wall[WallTime::Day]};
}

int minuteOfDay(Instant instant, const Zone& zone) {
    const WallTime wall = shown(instant, zone);
    return wall[WallTime::Hour] * 60 + wall[WallTime::Minute];
}

Instant beginOf(const CalendarDate& date, const Zone& zone) {
    const std::int64_t utc = daysTo(date.year, date.month, date.day) * kDaySeconds;
    WallTime wall;
    wall.fields = {date.year, date.month, date.day, 0, 0, 0};
    const auto at = WallClock(zone, SystemdRules::V257, utc).settle(wall);
    return Instant(std::chrono::seconds(at.value_or(utc)));
}

CalendarPlan makeCalendarPlan(const CalendarRequest& request) { return Planner(request).make(); }

std::chrono::seconds usualDuration(const std::vector<RunRecord>& newestFirst, const std::string& policyUuid,
                                   const std::string& profileUuid) {
    constexpr std::size_t kNewest = 15;
    std::vector<std::chrono::seconds> took;
    for (const RunRecord& run : newestFirst) {
        const bool its =
            run.policyUuid.empty() ? run.profileUuid == profileUuid : run.policyUuid == policyUuid;
        const bool named = // by hand, a part of what the policy says
            run.details.value(QLatin1String("selection")).toString() == QLatin1String("named");
        if (run.kind != "backup" || !its || named || run.outcome != RunOutcome::Ok || !run.ended)
            continue;
        took.push_back(std::chrono::duration_cast<std::chrono::seconds>(*run.ended - run.started));
        if (took.size() == kNewest)
            break;
    }
    if (took.empty())
        return std::chrono::seconds(0);
    const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
    std::nth_element(took.begin(), middle, took.end());
    return *middle;
}

} // namespace salvor
