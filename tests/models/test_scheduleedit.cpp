// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Schedules as choices, presets, and what a drag makes of an expression.
#include "models/policy/policypresets.h"
#include "models/schedule/schedulechoice.h"
#include "models/schedule/schedulemove.h"
#include "support/check.h"

#include <QTest>

using namespace salvor;
using Kind = ScheduleChoice::Kind;
using Refusal = ScheduleMove::Refusal;

namespace {

CalendarExpression read(const QString& text) {
    return CalendarExpression::parse(text.toStdString(), Zone::utc()).value();
}
QString s(const char* text) { return QString::fromLatin1(text); }
QString moved(const char* text, int days, int minutes) {
    const auto move = moveSchedule(read(s(text)), days, minutes);
    return move.refusal == Refusal::None ? QString::fromStdString(move.expression)
                                         : QStringLiteral("refused %1").arg(static_cast<int>(move.refusal));
}
QString refused(Refusal why) { return QStringLiteral("refused %1").arg(static_cast<int>(why)); }

} // namespace

class TestScheduleEdit : public QObject {
    Q_OBJECT

private slots:
    void choice_ofExpression_isWhatItSays_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("kind");
        const auto row = [](const char* text, Kind kind) {
            QTest::newRow(text) << s(text) << static_cast<int>(kind);
        };
        row("02:30", Kind::Daily);
        row("daily", Kind::Daily);
        row("hourly", Kind::Hourly);
        row("*-*-* 00/6:15", Kind::Hourly);
        row("Mon..Fri 22:00", Kind::Weekly);
        row("weekly", Kind::Weekly);
        row("*-*-15 04:00 Europe/Berlin", Kind::Monthly);
        row("*-*~01 23:00", Kind::Monthly);
        row("*-*~02 23:00", Kind::Custom);
        row("*-*-31 23:00", Kind::Custom);
        row("Mon *-*-01 23:00", Kind::Custom);
        row("02:30:15", Kind::Custom);
        row("*:0/15", Kind::Custom);
        row("00/5:00", Kind::Custom);
        row("01/2:00", Kind::Custom);
        row("2026-01-01", Kind::Custom);
        row("01,13:00", Kind::Custom);
    }
    void choice_ofExpression_isWhatItSays() {
        QFETCH(QString, text);
        QFETCH(int, kind);
        const auto expression = read(text);
        const ScheduleChoice choice = scheduleChoiceOf(expression);
        QCOMPARE(static_cast<int>(choice.kind), kind);
        QCOMPARE(QString::fromStdString(toExpression(choice)),
                 QString::fromStdString(expression.normalForm()));
    }

    void choice_parts_areRead() {
        const auto choice = scheduleChoiceOf(read(s("Sat,Sun 06:45 Europe/Berlin")));
        QCOMPARE(choice.weekdays, 96);
        QCOMPARE(choice.hour, 6);
        QCOMPARE(choice.minute, 45);
        QCOMPARE(choice.zone, std::string("Europe/Berlin"));
        QCOMPARE(scheduleChoiceOf(read(s("*-*~01 23:00"))).dayOfMonth, 0);
        QCOMPARE(scheduleChoiceOf(read(s("00/8:05 UTC"))).everyHours, 8);
        QCOMPARE(scheduleChoiceOf(read(s("00/8:05 UTC"))).zone, std::string("UTC"));
    }

    void presets_applied_areRecognised() {
        for (const PolicyPreset preset : policyPresets()) {
            Policy policy = makeDefaultPolicy("p", "prod", "r");
            applyPreset(policy, preset, "Europe/Berlin");
            CHECK_OK(validate([&] {
                Policy whole = policy;
                whole.uuid = whole.profileUuid = "11111111-2222-4333-8444-555555555550";
                whole.repositoryId = "r";
                return whole;
            }()));
            QVERIFY2(presetOf(policy) == preset, std::string(toString(preset)).c_str());
            QCOMPARE(policy.schedules.empty(), preset == PolicyPreset::ByHand);
        }
    }

    void presets_otherTimeIsTheSame_otherRhythmIsNone() {
        Policy policy = makeDefaultPolicy("p", "prod", "r");
        applyPreset(policy, PolicyPreset::EveryNight, {});
        QCOMPARE(policy.schedules.at("full"), std::string("*-*-* 02:00:00"));
        policy.schedules["full"] = "*-*-* 04:40:00";
        QVERIFY(presetOf(policy) == PolicyPreset::EveryNight);
        policy.schedules["full"] = "Mon,Tue *-*-* 04:40:00";
        QVERIFY(!presetOf(policy));
        policy.schedules["full"] = "no expression";
        QVERIFY(!presetOf(policy));
        applyPreset(policy, PolicyPreset::EveryNight, {});
        policy.retention->daily = 8;
        QVERIFY(!presetOf(policy));
    }

    void move_singleTime_changesTheTimeOnly() {
        QCOMPARE(moved("02:00", 0, 90), s("*-*-* 03:30:00"));
        QCOMPARE(moved("Mon..Fri 02:00", 0, -120), s("Mon..Fri *-*-* 00:00:00"));
        QCOMPARE(moved("*-*-15 04:00 Europe/Berlin", 0, 15), s("*-*-15 04:15:00 Europe/Berlin"));
        QCOMPARE(moved("*-*-* 23:30 UTC", 0, 60), s("*-*-* 00:30:00 UTC")); // every day stays every day
    }

    void move_singleWeekday_goesAcrossDays() {
        QCOMPARE(moved("Mon 02:00", 2, 0), s("Wed *-*-* 02:00:00"));
        QCOMPARE(moved("Mon 02:00", -1, 30), s("Sun *-*-* 02:30:00"));
        QCOMPARE(moved("Sun 23:30", 0, 60), s("Mon *-*-* 00:30:00"));
        QCOMPARE(moved("Sun 23:30", 14, -60), s("Sun *-*-* 22:30:00"));
        QVERIFY(movesAcrossDays(read(s("Mon 02:00"))));
        QVERIFY(!movesAcrossDays(read(s("Mon,Tue 02:00"))));
        QVERIFY(!movesAcrossDays(read(s("02:00"))));
    }

    void move_whatIsNotOneMovement_isRefusedWithItsReason() {
        QCOMPARE(moved("hourly", 0, 60), refused(Refusal::SeveralTimes));
        QCOMPARE(moved("01,13:00", 0, 60), refused(Refusal::SeveralTimes));
        QCOMPARE(moved("02:00:30", 0, 60), refused(Refusal::SeveralTimes));
        QCOMPARE(moved("02:00", 1, 0), refused(Refusal::EveryDay));
        QCOMPARE(moved("Mon,Thu 02:00", 1, 0), refused(Refusal::SeveralDays));
        QCOMPARE(moved("*-*-15 02:00", 1, 0), refused(Refusal::SeveralDays));
        QCOMPARE(moved("Mon *-*-01..07 02:00", 1, 0), refused(Refusal::SeveralDays));
        QCOMPARE(moved("*-*-15 23:00", 0, 120), refused(Refusal::LeavesDay));
        QCOMPARE(moved("Mon,Thu 00:30", 0, -60), refused(Refusal::LeavesDay));
        const auto summer = CalendarExpression::parse("12:00 CEST", Zone::named("Europe/Berlin").value());
        CHECK_OK(summer);
        QVERIFY(refusalToMove(*summer) == Refusal::Abbreviation);
    }

    void move_thereAndBack_isTheSame() {
        for (int minutes = -3000; minutes <= 3000; minutes += 35) {
            const auto there = moveSchedule(read(s("Wed 11:10")), 3, minutes);
            const auto back = moveSchedule(read(QString::fromStdString(there.expression)), -3, -minutes);
            QCOMPARE(back.expression, std::string("Wed *-*-* 11:10:00"));
        }
    }
};

QTEST_GUILESS_MAIN(TestScheduleEdit)
#include "test_scheduleedit.moc"
