// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a calendar shows of some days: what is planned and what happened, in lanes by server. Pure; drawing is
// another's affair.
#pragma once

#include "models/backuprecord.h"
#include "models/schedule/calendarexpression.h"

#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace salvor {

/// One schedule of one policy.
struct CalendarRule {
    std::string policyUuid;
    std::string policyTitle;
    std::string kind; ///< of backup
    std::string profileUuid;
    std::string repositoryId;
    CalendarExpression expression;
    std::chrono::seconds randomDelay{0}; ///< it starts up to this much later
    std::chrono::seconds expected{0};    ///< how long it usually takes; 0: not known
    bool paused = false;
};

struct CalendarLane {
    std::string profileUuid;
    std::string title;
};

struct CalendarDate {
    int year = 1970;
    int month = 1;
    int day = 1;
    bool operator==(const CalendarDate&) const = default;
    int weekday() const; ///< Monday is 0
    CalendarDate plus(int days) const;
};
CalendarDate dateOf(Instant instant, const Zone& zone);
int minuteOfDay(Instant instant, const Zone& zone); ///< as clocks show it, 0 to 1439
/// When clocks first show that date.
Instant beginOf(const CalendarDate& date, const Zone& zone);

struct CalendarDay {
    CalendarDate date;
    Instant begins{};
    Instant ends{}; ///< when the next one begins
    /// By how much clocks change that day; positive: forward, the day is shorter.
    std::chrono::minutes clockChange{0};
    /// How many runs are under way, or expected to be, in each hour.
    std::array<int, 24> load{};
};

/// One thing to draw: a time that is planned, or runs that are so close that they are one mark.
struct CalendarMark {
    bool planned = false;
    std::size_t day = 0;
    std::size_t lane = 0;
    Instant at{};                  ///< of the first
    int beginMinute = 0;           ///< of the day, as clocks show it
    int endMinute = 0;             ///< with the usual or real duration; at most 1440
    int windowMinutes = 0;         ///< random delay after beginMinute
    int times = 1;                 ///< of a planned rule that comes more often than can be shown
    std::size_t rule = 0;          ///< of a planned one
    std::vector<std::size_t> runs; ///< of what happened, into CalendarRequest::runs
    RunOutcome worst = RunOutcome::Ok;
    /// Rules that want the same repository at the same time: one waits for the other, or is skipped.
    std::vector<std::size_t> collidesWith;
    int column = 0; ///< beside others of that lane and day
    int columns = 1;
};

struct CalendarRequest {
    ZonePtr zone;
    CalendarDate first;
    int days = 7;
    Instant now{};        ///< what is planned begins here
    int markMinutes = 45; ///< what is nearer than this is one mark, as a mark is at least that tall
    std::vector<CalendarLane> lanes;
    std::vector<CalendarRule> rules;
    std::vector<RunRecord> runs; ///< other kinds than backups are left out
};

struct CalendarPlan {
    std::vector<CalendarDay> days;
    std::vector<CalendarMark> marks;   ///< by day, lane and time
    std::vector<std::size_t> cutRules; ///< they come too often: only the first times were computed
};

/// Of each rule at most this many times are computed.
constexpr std::size_t kMostPlannedTimes = 1500;

CalendarPlan makeCalendarPlan(const CalendarRequest& request);
/// The median of the newest good runs of that policy, or of that server where the runs name no policy; 0:
/// none.
std::chrono::seconds usualDuration(const std::vector<RunRecord>& newestFirst, const std::string& policyUuid,
                                   const std::string& profileUuid);

} // namespace salvor
