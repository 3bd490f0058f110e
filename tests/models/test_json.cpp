// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/json.h"
#include "models/base/printable.h"
#include "models/base/strictjson.h"
#include "support/check.h"

#include <QTest>

using namespace salvor;

class TestJson : public QObject {
    Q_OBJECT
private slots:
    void canonical_keysAreSortedAndNothingIsSpaced() {
        QJsonObject inner{{QStringLiteral("z"), 1}, {QStringLiteral("a"), QJsonValue()}};
        const QJsonObject object{{QStringLiteral("name"), QString::fromUtf8("Grüße \"q\" \n")},
                                 {QStringLiteral("list"), QJsonArray{3, false, inner}},
                                 {QStringLiteral("Big"), qint64{9007199254740991}}};
        QCOMPARE(toCanonicalJson(object).value(),
                 std::string("{\"Big\":9007199254740991,\"list\":[3,false,{\"a\":null,\"z\":1}],"
                             "\"name\":\"Grüße \\\"q\\\" \\n\"}"));
        QCOMPARE(toCanonicalJson({}).value(), std::string("{}"));
    }

    void canonical_readAgain_isTheSameBytes() {
        const std::string text = R"({"a":[1,2,{"b":-5}],"c":"x","d":9007199254740991,"e":true})";
        QCOMPARE(toCanonicalJson(parseJsonObject(text, "text").value()).value(), text);
    }

    void canonical_numbersOutOfForm_areRefused() {
        const QString key = QStringLiteral("n");
        CHECK_FAILS(toCanonicalJson({{key, 0.5}}), ErrorCode::Internal);
        CHECK_FAILS(toCanonicalJson({{key, 9007199254740992.0}}), ErrorCode::Internal);
        CHECK_FAILS(toCanonicalJson({{key, -9007199254740992.0}}), ErrorCode::Internal);
        CHECK_FAILS(toCanonicalJson({{key, QJsonArray{1, QJsonObject{{key, 1.5}}}}}), ErrorCode::Internal);
        QCOMPARE(toCanonicalJson({{key, -9007199254740991.0}}).value(),
                 std::string("{\"n\":-9007199254740991}"));
    }

    void parse_anythingElse_isCorruptAndNamed() {
        for (const char* bad : {"", "[]", "1", "{", "{}x", "{\"a\":1,}", "{'a':1}", "null", "{\"a\":1}{}"}) {
            const auto parsed = parseJsonObject(bad, "the catalog");
            CHECK_FAILS(parsed, ErrorCode::Corrupt);
            QVERIFY(parsed.error().message.starts_with("the catalog: not "));
        }
        QCOMPARE(parseJsonObject(" {\"a\": 1} \n", "x")->size(), 1);
    }

    void strict_keyThatIsThereTwice_isRefusedWithIt() {
        for (const char* bad :
             {R"({"a":1,"a":2})", R"({"x":{"k":1,"k":1}})", "{\"x\":[{\"b\":1,\"c\":\"{\",\"b\":2}]}",
              R"({"retention":1,"re\u0074ention":2})"}) {
            const auto parsed = parseStrictJsonObject(bad, "the policy");
            CHECK_FAILS(parsed, ErrorCode::Corrupt);
            QVERIFY2(parsed.error().message.find("is there twice") != std::string::npos,
                     parsed.error().message.c_str());
        }
        const auto good = parseStrictJsonObject("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}],\"c\":\"a\","
                                                "\"d\":\"\\\\\\\"\",\"e\":[\"a\",\"a\"],\"A\":1}",
                                                "x");
        CHECK_OK(good);
        QCOMPARE(good->size(), 6);
        CHECK_FAILS(parseStrictJsonObject("{", "x"), ErrorCode::Corrupt);
    }

    void strict_halfOfACharacter_isRefused() {
        for (const char* bad : {R"({"title":"a\ud800b"})", R"({"title":"\udc00\ud800"})", R"({"\ud800":1})"})
            CHECK_FAILS(parseStrictJsonObject(bad, "x"), ErrorCode::Corrupt);
        CHECK_OK(parseStrictJsonObject(R"({"title":"\ud83d\ude00 \u00e4 😀"})", "x"));
    }

    void printable_whatWouldShowAnotherName_isEscaped() {
        QCOMPARE(printable("a\nb\tc\x1b[0m"), std::string("a\\nb\\tc\\x1b[0m"));
        QCOMPARE(printable("a\u202eb\u200fc\u2066d\u2028e\u0085f"),
                 std::string("a\\u202eb\\u200fc\\u2066d\\u2028e\\u0085f"));
        QCOMPARE(printable("Grüße … 日本 😀 שלום"), std::string("Grüße … 日本 😀 שלום"));
        QCOMPARE(printable("\xe2\x80"), std::string("\xe2\x80")); // cut
    }

    void require_field_isGivenOrNamed() {
        const auto object =
            parseJsonObject(R"({"s":"text","n":7,"o":{"k":1},"a":[1],"neg":-1,"f":1.5,"z":null})", "x");
        QCOMPARE(requireString(*object, "s", "x").value(), std::string("text"));
        QCOMPARE(requireCount(*object, "n", "x").value(), std::uint64_t{7});
        QCOMPARE(requireObject(*object, "o", "x")->size(), 1);
        QCOMPARE(requireArray(*object, "a", "x")->size(), 1);
        CHECK_FAILS(requireString(*object, "n", "x"), ErrorCode::Corrupt);
        CHECK_FAILS(requireString(*object, "z", "x"), ErrorCode::Corrupt);
        CHECK_FAILS(requireCount(*object, "s", "x"), ErrorCode::Corrupt);
        CHECK_FAILS(requireCount(*object, "neg", "x"), ErrorCode::Corrupt);
        CHECK_FAILS(requireCount(*object, "f", "x"), ErrorCode::Corrupt);
        CHECK_FAILS(requireObject(*object, "a", "x"), ErrorCode::Corrupt);
        CHECK_FAILS(requireArray(*object, "o", "x"), ErrorCode::Corrupt);
        const auto absent = requireArray(*object, "gone", "the manifest");
        CHECK_FAILS(absent, ErrorCode::Corrupt);
        QVERIFY(absent.error().message.find("the manifest") != std::string::npos);
        QVERIFY(absent.error().message.find("\"gone\"") != std::string::npos);
    }

    void requireCount_limits_areKept() {
        const auto object =
            parseJsonObject(R"({"zero":0,"most":9007199254740991,"more":9007199254740992})", "x");
        QCOMPARE(requireCount(*object, "zero", "x").value(), std::uint64_t{0});
        QCOMPARE(requireCount(*object, "most", "x").value(), std::uint64_t{9007199254740991});
        CHECK_FAILS(requireCount(*object, "more", "x"), ErrorCode::Corrupt);
    }

    void qtText_utf8_comesBack() {
        const std::string text("Grüße\0\xf0\x9f\x92\xbe", 12);
        QCOMPARE(fromQt(toQt(text)), text);
        QVERIFY(toQt("").isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestJson)
#include "test_json.moc"
