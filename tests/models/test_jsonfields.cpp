// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/jsonfields.h"
#include "support/check.h"

#include <QJsonArray>
#include <QTest>

#include <functional>
#include <limits>

using namespace salvor;

namespace {

const QJsonObject kObject{
    {QStringLiteral("text"), QStringLiteral("größe")},
    {QStringLiteral("empty"), QString()},
    {QStringLiteral("count"), 42},
    {QStringLiteral("negative"), -1},
    {QStringLiteral("fraction"), 1.5},
    {QStringLiteral("flag"), true},
    {QStringLiteral("null"), QJsonValue::Null},
    {QStringLiteral("time"), QStringLiteral("2026-11-21T07:40:00Z")},
    {QStringLiteral("local"), QStringLiteral("2026-11-21T07:40:00+01:00")},
    {QStringLiteral("texts"), QJsonArray{QStringLiteral("a"), QStringLiteral("b")}},
    {QStringLiteral("mixed"), QJsonArray{QStringLiteral("a"), 1}},
    {QStringLiteral("map"), QJsonObject{{QStringLiteral("k"), QStringLiteral("v")}}},
    {QStringLiteral("mixed_map"), QJsonObject{{QStringLiteral("k"), 1}}},
};

using Ask = std::function<void(JsonFields&)>;

} // namespace

class TestJsonFields : public QObject {
    Q_OBJECT
private slots:
    void fields_there_areRead() {
        JsonFields fields(kObject, "thing");
        QCOMPARE(fields.text("text"), std::string("größe"));
        QCOMPARE(fields.textOr("empty", "other"), std::string());
        QCOMPARE(fields.count("count"), std::uint64_t(42));
        QVERIFY(fields.flagOr("flag", false));
        QCOMPARE(toRfc3339(fields.time("time")), std::string("2026-11-21T07:40:00Z"));
        QVERIFY(fields.timeIfThere("time").has_value());
        QCOMPARE(fields.textsOr("texts"), (std::vector<std::string>{"a", "b"}));
        QCOMPARE(fields.textMapOr("map").at("k"), std::string("v"));
        QCOMPARE(fields.objectOr("map").size(), 1);
        QCOMPARE(fields.arrayOr("mixed").size(), 2);
        CHECK_OK(fields.finish());
    }

    void fields_absentOrNull_takeTheirDefault() {
        for (const char* key : {"absent", "null"}) {
            JsonFields fields(kObject, "thing");
            QCOMPARE(fields.textOr(key, "x"), std::string("x"));
            QCOMPARE(fields.countOr(key, 7), std::uint64_t(7));
            QVERIFY(fields.flagOr(key, true));
            QVERIFY(!fields.timeIfThere(key).has_value());
            QVERIFY(fields.textsOr(key).empty());
            QVERIFY(fields.textMapOr(key).empty());
            QVERIFY(fields.objectOr(key).isEmpty());
            CHECK_OK(fields.finish());
        }
    }

    void fields_wrong_areNamed_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<int>("which");
        QTest::newRow("text absent") << QByteArray("absent") << 0;
        QTest::newRow("text is a number") << QByteArray("count") << 0;
        QTest::newRow("text or: number") << QByteArray("count") << 1;
        QTest::newRow("count absent") << QByteArray("absent") << 2;
        QTest::newRow("count negative") << QByteArray("negative") << 2;
        QTest::newRow("count with fraction") << QByteArray("fraction") << 2;
        QTest::newRow("count or: text") << QByteArray("text") << 3;
        QTest::newRow("flag is a text") << QByteArray("text") << 4;
        QTest::newRow("time absent") << QByteArray("absent") << 5;
        QTest::newRow("time with an offset") << QByteArray("local") << 5;
        QTest::newRow("time if there: no time") << QByteArray("text") << 6;
        QTest::newRow("texts with a number") << QByteArray("mixed") << 7;
        QTest::newRow("texts is no list") << QByteArray("text") << 7;
        QTest::newRow("map with a number") << QByteArray("mixed_map") << 8;
        QTest::newRow("object is a list") << QByteArray("texts") << 9;
    }
    void fields_wrong_areNamed() {
        QFETCH(QByteArray, key);
        QFETCH(int, which);
        const char* name = key.constData();
        const std::vector<Ask> asks = {
            [&](JsonFields& f) { f.text(name); },         [&](JsonFields& f) { f.textOr(name); },
            [&](JsonFields& f) { f.count(name); },        [&](JsonFields& f) { f.countOr(name, 0); },
            [&](JsonFields& f) { f.flagOr(name, true); }, [&](JsonFields& f) { f.time(name); },
            [&](JsonFields& f) { f.timeIfThere(name); },  [&](JsonFields& f) { f.textsOr(name); },
            [&](JsonFields& f) { f.textMapOr(name); },    [&](JsonFields& f) { f.objectOr(name); },
        };
        JsonFields fields(kObject, "thing");
        asks[static_cast<std::size_t>(which)](fields);
        const auto finished = fields.finish();
        CHECK_FAILS(finished, ErrorCode::Corrupt);
        QVERIFY(finished.error().message.find("thing") != std::string::npos);
        QVERIFY(finished.error().message.find("\"" + key.toStdString() + "\"") != std::string::npos);
    }

    void finish_severalFaults_tellsTheFirst() {
        JsonFields fields(kObject, "thing");
        fields.text("first");
        fields.text("second");
        fields.fail("third", "is odd");
        QVERIFY(fields.finish().error().message.find("first") != std::string::npos);
        QVERIFY(fields.finish().error().message.find("second") == std::string::npos);
    }

    void toJsonCount_tooLarge_staysExact() {
        QCOMPARE(toJsonCount(5).toInteger(), 5);
        const qint64 bound = (qint64(1) << 53) - 1;
        QCOMPARE(toJsonCount(std::numeric_limits<std::uint64_t>::max()).toInteger(), bound);
        CHECK_OK(
            toCanonicalJson({{QStringLiteral("n"), toJsonCount(std::numeric_limits<std::uint64_t>::max())}}));
    }

    void toJson_listsAndMaps_roundTrip() {
        JsonFields fields({{QStringLiteral("l"), toJsonArray({"x", "ü"})},
                           {QStringLiteral("m"), toJsonObject({{"a", "1"}, {"b", ""}})}},
                          "thing");
        QCOMPARE(fields.textsOr("l"), (std::vector<std::string>{"x", "ü"}));
        QCOMPARE(fields.textMapOr("m"), (std::map<std::string, std::string>{{"a", "1"}, {"b", ""}}));
        CHECK_OK(fields.finish());
    }
};

QTEST_APPLESS_MAIN(TestJsonFields)
#include "test_jsonfields.moc"
