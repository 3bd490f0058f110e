// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// salvorctl calendar: what it answers, for people and for scripts.
#include "app/ctlprocess.h"

#include <QJsonArray>
#include <QTest>

using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

CtlResult calendar(const QStringList& words) {
    const CtlHome home;
    return home.run(QStringList{s("calendar")} + words);
}

CtlResult calendarJson(const QStringList& words) {
    const CtlHome home;
    return home.run(QStringList{s("--json"), s("calendar")} + words);
}

QStringList nextOf(const CtlResult& result) {
    QStringList out;
    for (const auto& time : result.data().toObject().value(s("next")).toArray())
        out.append(time.toString());
    return out;
}

QJsonObject contextOf(const CtlResult& result) {
    return result.json().value(s("error")).toObject().value(s("context")).toObject();
}

} // namespace

class TestSalvorctlCalendar : public QObject {
    Q_OBJECT
private slots:
    void json_normalFormAndTimesInUtc() {
        const auto result = calendarJson({s("Mon..Fri 2:30 Europe/Berlin"), s("--base-time"),
                                          s("2026-03-27T12:00:00Z"), s("--iterations"), s("2")});
        QCOMPARE(result.exitCode, 0);
        QCOMPARE(result.json().value(s("schema")).toString(), s("salvor.calendar.show/1"));
        const QJsonObject data = result.data().toObject();
        QCOMPARE(data.value(s("normalized")).toString(), s("Mon..Fri *-*-* 02:30:00 Europe/Berlin"));
        QCOMPARE(data.value(s("zone")).toString(), s("Europe/Berlin"));
        QCOMPARE(data.value(s("gave_up")).toBool(true), false);
        QCOMPARE(nextOf(result), (QStringList{s("2026-03-30T00:30:00Z"), s("2026-03-31T00:30:00Z")}));
    }

    void json_fractions_areShownWhenThereAreAny() {
        const auto result = calendarJson(
            {s("*:*:0/0.5 UTC"), s("--base-time"), s("2026-01-01T00:00:00Z"), s("--iterations"), s("2")});
        QCOMPARE(nextOf(result), (QStringList{s("2026-01-01T00:00:00.500000Z"), s("2026-01-01T00:00:01Z")}));
    }

    void text_saysZoneTimeAndDistance() {
        const auto result =
            calendar({s("daily"), s("--zone"), s("Asia/Tokyo"), s("--base-time"), s("2026-11-24 21:00")});
        QCOMPARE(result.exitCode, 0);
        QVERIFY2(result.out.contains("*-*-* 00:00:00"), result.out.constData());
        QVERIFY2(result.out.contains("2026-11-25 00:00:00 JST"), result.out.constData());
        QVERIFY2(result.out.contains("2026-11-24T15:00:00Z"), result.out.constData());
        QVERIFY2(result.out.contains("in 3 h"), result.out.constData());
    }

    void baseTime_manyForms_sameInstant() {
        for (const char* form : {"2026-11-24T20:00:00Z", "2026-11-24T21:00:00+01:00", "2026-11-24 21:00:00",
                                 "2026-11-24T21:00", "@1795550400"}) {
            const auto result =
                calendarJson({s("daily"), s("--zone"), s("Europe/Berlin"), s("--base-time"), s(form)});
            QVERIFY2(result.data().toObject().value(s("base_time")).toString() == s("2026-11-24T20:00:00Z"),
                     form);
            QCOMPARE(nextOf(result), QStringList{s("2026-11-24T23:00:00Z")});
        }
    }

    void baseTime_left_isNow() {
        const auto result = calendarJson({s("*:*:*")});
        QCOMPARE(result.exitCode, 0);
        const auto time = QDateTime::fromString(nextOf(result).value(0), Qt::ISODate);
        QVERIFY(qAbs(time.secsTo(QDateTime::currentDateTimeUtc())) < 300);
    }

    void baseTime_nonsense_isUsageError() {
        for (const char* form : {"tomorrow", "@x", "2026-13-01T00:00:00Z", "@99999999999999"}) {
            const auto result = calendarJson({s("daily"), s("--base-time"), s(form)});
            QCOMPARE(result.exitCode, 2);
            QVERIFY2(result.errorText().contains(s(form)), result.out.constData());
        }
    }

    void unreadable_caretStandsBelowTheCharacter() {
        const auto result = calendar({s("Mon *-*-* 25:00")});
        QCOMPARE(result.exitCode, 2);
        QVERIFY(result.out.isEmpty());
        const auto lines = result.err.split('\n');
        const auto shown = lines.indexOf("  Mon *-*-* 25:00");
        QVERIFY2(shown > 0, result.err.constData());
        QCOMPARE(lines.value(shown + 1), QByteArray("            ^"));
        QVERIFY(lines.value(0).contains("hour 25 is not between 0 and 23"));
        QVERIFY(lines.value(0).contains("at character 11"));
    }

    void unreadable_json_hasTheOffset() {
        const auto result = calendarJson({s("Mon *-*-* 25:00")});
        QCOMPARE(result.exitCode, 2);
        QCOMPARE(result.errorCode(), s("invalid_input"));
        QCOMPARE(contextOf(result).value(s("offset")).toString(), s("10"));
        QCOMPARE(contextOf(result).value(s("expression")).toString(), s("Mon *-*-* 25:00"));
    }

    void controlCharacters_neverReachTheTerminal() {
        const auto result = calendar({QStringLiteral("\x1b[31mdaily")});
        QCOMPARE(result.exitCode, 2);
        QVERIFY(!result.err.contains('\x1b'));
        QVERIFY(result.err.contains("\\x1b[31mdaily"));
    }

    void neverElapses_isAnErrorOfItsOwn() {
        const auto result = calendarJson({s("*-02-30"), s("--base-time"), s("2026-01-01T00:00:00Z")});
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errorCode(), s("never_elapses"));
        QCOMPARE(contextOf(result).value(s("normalized")).toString(), s("*-02-30 00:00:00"));
        QVERIFY(result.errorText().contains(s("never elapses")));
    }

    void fewerTimesThanAsked_thenNeverAgain() {
        const auto result = calendar({s("2026-01..02-01 UTC"), s("--base-time"), s("2025-06-01T00:00:00Z"),
                                      s("--iterations"), s("9")});
        QCOMPARE(result.exitCode, 0);
        QCOMPARE(result.out.count(" 00:00:00 UTC  "), 2);
        QVERIFY(result.out.contains("Then never again."));
    }

    void systemdGoesInCircles_isSaid() {
        const QStringList words{s("2/4:32 Antarctica/Troll"), s("--base-time"), s("2026-03-28T20:00:00Z"),
                                s("--iterations"), s("5")};
        const auto some = calendarJson(words);
        QCOMPARE(some.exitCode, 0);
        QCOMPARE(nextOf(some), QStringList{s("2026-03-28T22:32:00Z")});
        QVERIFY(some.data().toObject().value(s("gave_up")).toBool());
        const auto none =
            calendarJson({s("2/4:32 Antarctica/Troll"), s("--base-time"), s("2026-03-28T23:00:00Z")});
        QCOMPARE(none.exitCode, 1);
        QVERIFY2(none.errorText().contains(s("goes in circles")), none.out.constData());
    }

    void debian12_differsWhereItDoes() {
        const QStringList words{s("*-*-01/9 UTC"), s("--base-time"), s("2026-12-30T00:00:00Z")};
        QCOMPARE(nextOf(calendarJson(words)), QStringList{s("2027-01-01T00:00:00Z")});
        QCOMPARE(nextOf(calendarJson(words + QStringList{s("--systemd"), s("252")})),
                 QStringList{s("2027-01-10T00:00:00Z")});
    }

    void unknownZone_isSaid() {
        const auto result = calendarJson({s("daily"), s("--zone"), s("Mars/Olympus")});
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errorCode(), s("not_found"));
    }
};

QTEST_GUILESS_MAIN(TestSalvorctlCalendar)
#include "test_salvorctl_calendar.moc"
