// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the calendar shows: days with changes of clocks, lanes, marks, collisions.
#include "models/schedule/calendarplan.h"
#include "support/check.h"

#include <QTest>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

Instant at(const char* rfc3339) { return fromRfc3339(rfc3339).value(); }
ZonePtr berlin() { return Zone::named("Europe/Berlin").value(); }

CalendarRule rule(const std::string& policy, const std::string& profile, const char* expression) {
    CalendarRule made;
    made.policyUuid = policy;
    made.policyTitle = policy;
    made.kind = "full";
    made.profileUuid = profile;
    made.repositoryId = "nas";
    made.expression = CalendarExpression::parse(expression, berlin()).value();
    return made;
}

RunRecord run(const std::string& profile, const char* started, std::chrono::seconds took,
              RunOutcome outcome) {
    RunRecord made;
    made.id = started;
    made.kind = "backup";
    made.profileUuid = profile;
    made.started = at(started);
    made.ended = made.started + took;
    made.outcome = outcome;
    return made;
}

CalendarRequest week(const CalendarDate& monday, const char* now) {
    CalendarRequest request;
    request.zone = berlin();
    request.first = monday;
    request.now = at(now);
    request.lanes = {{"p1", "prod-eu"}, {"p2", "office"}};
    return request;
}

} // namespace

class TestCalendarPlan : public QObject {
    Q_OBJECT

private slots:
    void days_clocksGoBack_isLongerAndMarked() {
        const auto plan = makeCalendarPlan(week({2026, 10, 19}, "2026-10-19T00:00:00Z"));
        QCOMPARE(plan.days.size(), std::size_t(7));
        QCOMPARE(plan.days[6].date.day, 25);
        QCOMPARE(plan.days[6].ends - plan.days[6].begins, Instant::duration(25h));
        QCOMPARE(plan.days[6].clockChange, std::chrono::minutes(-60));
        QCOMPARE(plan.days[5].clockChange, std::chrono::minutes(0));
        const auto spring = makeCalendarPlan(week({2026, 3, 23}, "2026-03-23T00:00:00Z"));
        QCOMPARE(spring.days[6].ends - spring.days[6].begins, Instant::duration(23h));
        QCOMPARE(spring.days[6].clockChange, std::chrono::minutes(60));
    }

    void dates_monthsAndYears_areCounted() {
        QVERIFY((CalendarDate{2026, 12, 31}.plus(1) == CalendarDate{2027, 1, 1}));
        QVERIFY((CalendarDate{2024, 3, 1}.plus(-1) == CalendarDate{2024, 2, 29}));
        QCOMPARE((CalendarDate{2026, 11, 23}.weekday()), 0);
        QVERIFY((dateOf(at("2026-11-22T23:30:00Z"), *berlin()) == CalendarDate{2026, 11, 23}));
        QCOMPARE(minuteOfDay(at("2026-11-22T23:30:00Z"), *berlin()), 30);
    }

    void planned_beginsAfterNow_atWallClockTimes() {
        auto request = week({2026, 3, 23}, "2026-03-25T12:00:00Z");
        request.rules = {rule("nightly", "p1", "02:30")};
        request.rules[0].randomDelay = 20min;
        request.rules[0].expected = 10min;
        const auto plan = makeCalendarPlan(request);
        // Thursday to Saturday; on Sunday clocks leave 02:30 out.
        QCOMPARE(plan.marks.size(), std::size_t(3));
        QCOMPARE(plan.marks[0].day, std::size_t(3));
        QVERIFY(plan.marks[0].planned);
        QCOMPARE(plan.marks[0].beginMinute, 150);
        QCOMPARE(plan.marks[0].endMinute, 160);
        QCOMPARE(plan.marks[0].windowMinutes, 20);
        QCOMPARE(plan.days[3].load[2], 1);
        QCOMPARE(plan.days[3].load[3], 0);
    }

    void runs_closeTogether_areOneMarkOfTheWorstOutcome() {
        auto request = week({2026, 11, 16}, "2026-11-21T07:40:00Z");
        request.runs = {run("p1", "2026-11-17T01:14:00Z", 90s, RunOutcome::Ok),
                        run("p1", "2026-11-17T01:07:00Z", 60s, RunOutcome::Failed),
                        run("p1", "2026-11-17T01:00:00Z", 60s, RunOutcome::Ok),
                        run("p1", "2026-11-17T09:00:00Z", 60s, RunOutcome::Partial),
                        run("p2", "2026-11-17T01:00:00Z", 60s, RunOutcome::Ok),
                        run("gone", "2026-11-17T01:00:00Z", 60s, RunOutcome::Ok),
                        run("p1", "2026-11-10T01:00:00Z", 60s, RunOutcome::Ok)};
        request.runs[4].kind = "verify";
        const auto plan = makeCalendarPlan(request);
        QCOMPARE(plan.marks.size(), std::size_t(2));
        QCOMPARE(plan.marks[0].runs, (std::vector<std::size_t>{2, 1, 0}));
        QVERIFY(plan.marks[0].worst == RunOutcome::Failed);
        QCOMPARE(plan.marks[0].endMinute, 2 * 60 + 16);
        QVERIFY(plan.marks[1].worst == RunOutcome::Partial);
        QCOMPARE(plan.marks[1].columns, 1);
    }

    void lanes_overlapping_standSideBySide() {
        auto request = week({2026, 11, 23}, "2026-11-23T00:00:00Z");
        request.days = 1;
        request.rules = {rule("a", "p1", "02:00"), rule("b", "p1", "02:20"), rule("c", "p2", "02:00"),
                         rule("d", "p1", "02:50")};
        const auto plan = makeCalendarPlan(request);
        QCOMPARE(plan.marks.size(), std::size_t(4));
        QCOMPARE(plan.marks[0].column, 0);
        QCOMPARE(plan.marks[1].column, 1);
        QCOMPARE(plan.marks[2].column, 0); // the first is over
        QCOMPARE(plan.marks[2].columns, 2);
        QCOMPARE(plan.marks[3].lane, std::size_t(1));
        QCOMPARE(plan.marks[3].columns, 1);
    }

    void collisions_oneRepositoryAtATime_arePerRepositoryAndWindow() {
        auto request = week({2026, 11, 23}, "2026-11-23T00:00:00Z");
        request.days = 1;
        request.rules = {rule("a", "p1", "02:00"), rule("b", "p2", "02:20"), rule("c", "p2", "02:20"),
                         rule("d", "p2", "02:20")};
        request.rules[0].randomDelay = 15min;
        request.rules[0].expected = 10min;
        request.rules[2].repositoryId = "other";
        request.rules[3].paused = true;
        auto plan = makeCalendarPlan(request);
        QCOMPARE(plan.marks[0].collidesWith, std::vector<std::size_t>{1});
        QCOMPARE(plan.marks[1].collidesWith, std::vector<std::size_t>{0});
        QVERIFY(plan.marks[2].collidesWith.empty());
        QVERIFY(plan.marks[3].collidesWith.empty());
        request.rules[0].expected = 4min;
        plan = makeCalendarPlan(request);
        QVERIFY(plan.marks[0].collidesWith.empty());
    }

    void rules_tooOften_areCutAndSaid() {
        auto request = week({2026, 11, 23}, "2026-11-23T00:00:00Z");
        request.rules = {rule("often", "p1", "minutely"), rule("nightly", "p1", "02:00")};
        const auto plan = makeCalendarPlan(request);
        QCOMPARE(plan.cutRules, std::vector<std::size_t>{0});
        QVERIFY(plan.marks[0].times > 1);
        QVERIFY(plan.marks.size() < 200);
    }

    void usualDuration_isTheMedianOfGoodRuns() {
        std::vector<RunRecord> runs{run("p1", "2026-11-17T01:00:00Z", 60s, RunOutcome::Ok),
                                    run("p1", "2026-11-16T01:00:00Z", 6000s, RunOutcome::Failed),
                                    run("p1", "2026-11-15T01:00:00Z", 100s, RunOutcome::Ok),
                                    run("p1", "2026-11-14T01:00:00Z", 900s, RunOutcome::Ok),
                                    run("p2", "2026-11-14T01:00:00Z", 5s, RunOutcome::Ok)};
        QCOMPARE(usualDuration(runs, "a", "p1"), std::chrono::seconds(100));
        runs[3].policyUuid = "b";
        QCOMPARE(usualDuration(runs, "b", "p9"), std::chrono::seconds(900));
        QCOMPARE(usualDuration({}, "a", "p1"), std::chrono::seconds(0));
    }
};

QTEST_GUILESS_MAIN(TestCalendarPlan)
#include "test_calendarplan.moc"
