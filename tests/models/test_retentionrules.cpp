// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/json.h"
#include "models/retention/retentionrules.h"
#include "support/check.h"

using namespace salvor;
using namespace std::chrono_literals;

namespace {

RetentionRules everyRule() {
    RetentionRules rules;
    rules.keepLast = 3;
    rules.keepWithin = 48h;
    rules.hourly = 24;
    rules.daily = 7;
    rules.weekly = 4;
    rules.monthly = 12;
    rules.yearly = 5;
    rules.timeZone = "Europe/Berlin";
    return rules;
}

} // namespace

class TestRetentionRules : public QObject {
    Q_OBJECT
private slots:
    void json_roundTrip() {
        const auto read = retentionRulesFromJson(toJson(everyRule()));
        CHECK_OK(read);
        QCOMPARE(*read == everyRule(), true);
        const auto bytes = toCanonicalJson(toJson(everyRule()));
        CHECK_OK(bytes);
        QCOMPARE(*bytes, std::string(R"({"daily":7,"hourly":24,"keep_last":3,"keep_within_seconds":172800,)"
                                     R"("monthly":12,"time_zone":"Europe/Berlin","weekly":4,"yearly":5})"));
    }

    void json_leavesOutWhatIsOff() {
        RetentionRules rules;
        rules.daily = 7;
        QCOMPARE(*toCanonicalJson(toJson(rules)), std::string(R"({"daily":7,"time_zone":"UTC"})"));
        const auto read = retentionRulesFromJson(QJsonObject{{QStringLiteral("daily"), 7}});
        CHECK_OK(read);
        QCOMPARE(*read == rules, true);
    }

    void json_refuses_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("field");
        const auto row = [](const char* name, const char* text, ErrorCode code, const char* field) {
            QTest::newRow(name) << QByteArray(text) << static_cast<int>(code) << QString::fromLatin1(field);
        };
        row("nothing at all", "{}", ErrorCode::InvalidInput, "keep_last");
        row("all off", R"({"keep_last":0,"daily":0})", ErrorCode::InvalidInput, "keep_last");
        row("a rule of a newer version", R"({"daily":7,"quarterly":4})", ErrorCode::NewerFormat, "quarterly");
        row("misspelt", R"({"dayly":7})", ErrorCode::NewerFormat, "dayly");
        row("text for a count", R"({"daily":"7"})", ErrorCode::Corrupt, "");
        row("negative", R"({"daily":-7})", ErrorCode::Corrupt, "");
        row("fraction", R"({"daily":1.5})", ErrorCode::Corrupt, "");
        row("huge", R"({"daily":100001})", ErrorCode::Corrupt, "daily");
        row("beyond 32 bits", R"({"daily":4294967297})", ErrorCode::Corrupt, "daily");
        row("a long time", R"({"keep_within_seconds":3155760001})", ErrorCode::InvalidInput,
            "keep_within_seconds");
        row("unknown zone", R"({"daily":7,"time_zone":"Europe/Atlantis"})", ErrorCode::InvalidInput,
            "time_zone");
        row("a word", R"({"daily":7,"time_zone":"Atlantis"})", ErrorCode::InvalidInput, "time_zone");
        row("a rule for a zone", R"({"daily":7,"time_zone":"CET-1CEST"})", ErrorCode::InvalidInput,
            "time_zone");
        row("empty zone", R"({"daily":7,"time_zone":""})", ErrorCode::InvalidInput, "time_zone");
    }
    void json_refuses() {
        QFETCH(QByteArray, text);
        QFETCH(int, code);
        QFETCH(QString, field);
        const auto object = parseJsonObject(text.toStdString(), "test");
        CHECK_OK(object);
        const auto read = retentionRulesFromJson(*object);
        CHECK_FAILS(read, static_cast<ErrorCode>(code));
        if (!field.isEmpty())
            QCOMPARE(QString::fromStdString(read.error().context.at("field")), field);
    }

    void check_boundsOfARecord() {
        RetentionRules rules = everyRule();
        CHECK_OK(checkRetentionRules(rules));
        rules.hourly = kLargestRetentionCount + 1;
        CHECK_FAILS(checkRetentionRules(rules), ErrorCode::InvalidInput);
        rules = everyRule();
        rules.keepWithin = -1s;
        CHECK_FAILS(checkRetentionRules(rules), ErrorCode::InvalidInput);
        rules.keepWithin = kLongestKeepWithin;
        CHECK_OK(checkRetentionRules(rules));
    }

    void span_reads_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<QString>("normal");
        const auto row = [](const char* text, std::chrono::seconds span, const char* normal) {
            QTest::newRow(text) << QString::fromLatin1(text) << qint64(span.count())
                                << QString::fromLatin1(normal);
        };
        row("36h", 36h, "1d12h");
        row("30d", 30 * 24h, "30d");
        row("4w2d", 30 * 24h, "30d");
        row("8w", 56 * 24h, "8w");
        row("1y", 365 * 24h, "1y");
        row("1y30d", 395 * 24h, "1y30d");
        row("90s", 90s, "90s");
        row("0h", 0s, "0s");
    }
    void span_reads() {
        QFETCH(QString, text);
        QFETCH(qint64, seconds);
        QFETCH(QString, normal);
        const auto span = parseRetentionSpan(text.toStdString());
        CHECK_OK(span);
        QCOMPARE(qint64(span->count()), seconds);
        QCOMPARE(QString::fromStdString(toRetentionSpan(*span)), normal);
        const auto again = parseRetentionSpan(normal.toStdString());
        CHECK_OK(again);
        QCOMPARE(*again == *span, true);
    }

    void span_pointsAtTheFault_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("position");
        QTest::newRow("empty") << QString() << QStringLiteral("0");
        QTest::newRow("no unit") << QStringLiteral("30") << QStringLiteral("2");
        QTest::newRow("no number") << QStringLiteral("d") << QStringLiteral("0");
        QTest::newRow("unknown unit") << QStringLiteral("1y3q") << QStringLiteral("3");
        QTest::newRow("negative") << QStringLiteral("-1d") << QStringLiteral("0");
        QTest::newRow("space") << QStringLiteral("1d 2h") << QStringLiteral("2");
        QTest::newRow("months are not of one length") << QStringLiteral("6m") << QStringLiteral("1");
        QTest::newRow("too long") << QStringLiteral("60y60y") << QStringLiteral("3");
        QTest::newRow("overflow") << QStringLiteral("99999999999999999999999h") << QStringLiteral("0");
    }
    void span_pointsAtTheFault() {
        QFETCH(QString, text);
        QFETCH(QString, position);
        const auto span = parseRetentionSpan(text.toStdString());
        CHECK_FAILS(span, ErrorCode::InvalidInput);
        QCOMPARE(QString::fromStdString(span.error().context.at("position")), position);
        QVERIFY(!span.error().hint.empty());
    }
};

QTEST_GUILESS_MAIN(TestRetentionRules)
#include "test_retentionrules.moc"
