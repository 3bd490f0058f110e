// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Check queries of drills as they are read, and when a recovery has to be rehearsed again.
#include "models/drill.h"
#include "models/repositorypin.h"

#include <QTest>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

const Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + 7h;

RepositoryPin pinOf(bool rehearsed, std::optional<Instant> at) {
    RepositoryPin pin;
    pin.id = "00112233445566778899aabbccddeeff";
    pin.title = "vault";
    pin.url = "file:///srv/backups";
    pin.formatVersion = 1;
    pin.recipients = {"age1x"};
    pin.signingPublicKey = "aa";
    pin.rehearsed = rehearsed;
    pin.rehearsedAt = at;
    return pin;
}

} // namespace

class TestDrill : public QObject {
    Q_OBJECT

private slots:
    void parse_threeForms_readThem() {
        const auto checks = parseDrillChecks(R"({"checks": [
            {"name": "orders", "sql": "SELECT 1 FROM orders"},
            {"name": "orphans", "sql": "SELECT 1", "expect": "no_rows"},
            {"name": "some", "sql": "SELECT 1", "expect": "rows"},
            {"name": "sum", "sql": "SELECT sum(x) FROM y", "value": "12.50"}]})",
                                             "checks.json");
        QVERIFY(checks);
        QCOMPARE(checks->size(), std::size_t{4});
        QVERIFY(checks->at(0).expect == DrillCheck::Expect::Rows);
        QVERIFY(checks->at(1).expect == DrillCheck::Expect::NoRows);
        QVERIFY(checks->at(2).expect == DrillCheck::Expect::Rows);
        QVERIFY(checks->at(3).expect == DrillCheck::Expect::Value);
        QCOMPARE(checks->at(3).value, std::string("12.50"));
        QCOMPARE(expectedText(checks->at(1)), std::string("no rows"));
        QCOMPARE(expectedText(checks->at(3)), std::string("\"12.50\""));
    }

    void parse_bad_namesWhatIsWrong_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("named");
        QTest::newRow("no JSON") << QByteArray("SELECT 1") << QByteArray("file.json");
        QTest::newRow("no list") << QByteArray("{}") << QByteArray("checks");
        QTest::newRow("empty list") << QByteArray(R"({"checks": []})") << QByteArray("checks");
        QTest::newRow("unknown part") << QByteArray(R"({"checks": [], "check": 1})") << QByteArray("check");
        QTest::newRow("unknown field")
            << QByteArray(R"({"checks": [{"name": "a", "sql": "SELECT 1", "expects": "rows"}]})")
            << QByteArray("expects");
        QTest::newRow("no name") << QByteArray(R"({"checks": [{"sql": "SELECT 1"}]})") << QByteArray("name");
        QTest::newRow("no query") << QByteArray(R"({"checks": [{"name": "a"}]})") << QByteArray("sql");
        QTest::newRow("empty query") << QByteArray(R"({"checks": [{"name": "a", "sql": " ; "}]})")
                                     << QByteArray("\"a\"");
        QTest::newRow("other expectation")
            << QByteArray(R"({"checks": [{"name": "a", "sql": "SELECT 1", "expect": "many"}]})")
            << QByteArray("many");
        QTest::newRow("two expectations")
            << QByteArray(R"({"checks": [{"name": "a", "sql": "SELECT 1", "expect": "rows", "value": "1"}]})")
            << QByteArray("value");
        QTest::newRow("value is no text")
            << QByteArray(R"({"checks": [{"name": "a", "sql": "SELECT 1", "value": 1}]})")
            << QByteArray("value");
        QTest::newRow("twice the same name")
            << QByteArray(
                   R"({"checks": [{"name": "a", "sql": "SELECT 1"}, {"name": "a", "sql": "SELECT 2"}]})")
            << QByteArray("twice");
        QTest::newRow("no object") << QByteArray(R"({"checks": ["SELECT 1"]})") << QByteArray("checks[0]");
    }

    void parse_bad_namesWhatIsWrong() {
        QFETCH(const QByteArray, text);
        QFETCH(const QByteArray, named);
        const auto checks = parseDrillChecks(text.toStdString(), "file.json");
        QVERIFY(!checks);
        QVERIFY(checks.error().code == ErrorCode::InvalidInput);
        QVERIFY2(checks.error().message.find(named.toStdString()) != std::string::npos,
                 checks.error().message.c_str());
        QVERIFY(!checks.error().hint.empty());
    }

    void rehearsal_byItsAge_data() {
        QTest::addColumn<bool>("rehearsed");
        QTest::addColumn<int>("hoursAgo"); // -10000: not known
        QTest::addColumn<QByteArray>("state");
        QTest::newRow("never") << false << -10000 << QByteArray("never");
        QTest::newRow("just now") << true << 0 << QByteArray("fresh");
        QTest::newRow("a day less than a year") << true << 364 * 24 << QByteArray("fresh");
        QTest::newRow("a year") << true << 365 * 24 << QByteArray("due");
        QTest::newRow("ten years") << true << 3650 * 24 << QByteArray("due");
        QTest::newRow("nobody knows when") << true << -10000 << QByteArray("due");
        QTest::newRow("an hour ahead: the clock was put back") << true << -1 << QByteArray("fresh");
        QTest::newRow("a year ahead") << true << -365 * 24 << QByteArray("due");
    }

    void rehearsal_byItsAge() {
        QFETCH(const bool, rehearsed);
        QFETCH(const int, hoursAgo);
        QFETCH(const QByteArray, state);
        const auto at = hoursAgo == -10000 ? std::optional<Instant>() : kNow - std::chrono::hours(hoursAgo);
        const RepositoryPin pin = pinOf(rehearsed, at);
        QCOMPARE(toString(rehearsalOf(pin, kNow)), std::string_view(state.constData()));
        QCOMPARE(rehearsalDueAt(pin, kNow).has_value(), state == "fresh");
        if (state == "fresh")
            QVERIFY(*rehearsalDueAt(pin, kNow) == *at + kRehearsalInterval);
    }

    void rehearsal_notEncrypted_isNotNeeded() {
        RepositoryPin pin = pinOf(false, {});
        pin.encrypted = false;
        QVERIFY(rehearsalOf(pin, kNow) == Rehearsal::NotNeeded);
        QCOMPARE(toString(rehearsalOf(pin, kNow)), std::string_view("not_needed"));
    }

    void pin_rehearsedAt_survivesItsDocument() {
        const RepositoryPin pin = pinOf(true, kNow - 5h);
        const auto again = repositoryPinFromJson(toJson(pin));
        QVERIFY(again);
        QVERIFY(again->rehearsedAt == pin.rehearsedAt);
        const auto without = repositoryPinFromJson(toJson(pinOf(true, {})));
        QVERIFY(without && !without->rehearsedAt);
        QJsonObject bad = toJson(pin);
        bad.insert(QStringLiteral("rehearsed_at"), QStringLiteral("last spring"));
        QVERIFY(!repositoryPinFromJson(bad));
    }
};

QTEST_GUILESS_MAIN(TestDrill)
#include "test_drill.moc"
