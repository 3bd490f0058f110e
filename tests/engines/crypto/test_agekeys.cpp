// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/agekeys.h"
#include "engines/crypto/bech32.h"
#include "support/check.h"
#include "support/streams.h"

#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

// A pair that age-keygen 1.1.1 made.
constexpr std::string_view kIdentity =
    "AGE-SECRET-KEY-1LQ86VFK3JEP07ZGRXLEE709A6NW7LG8KR354TWQFUHDWDGXM79SSLDF5DJ";
constexpr std::string_view kRecipient = "age1jt9dlue9lhgmmjmhrlzu38w4cksvggsg8lwqzmna3yr52n354acs3f3v3g";

std::string lower(std::string text) {
    for (char& c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

} // namespace

class TestAgeKeys : public QObject {
    Q_OBJECT
private slots:
    // BIP 173, "Test vectors", but for its limit of 90 characters.
    void bech32_validOfBip173_survive_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("upper case") << QByteArray("A12UEL5L");
        QTest::newRow("lower case") << QByteArray("a12uel5l");
        QTest::newRow("long prefix") << QByteArray(
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs");
        QTest::newRow("whole alphabet") << QByteArray("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
        QTest::newRow("prefix 1") << QByteArray("11" + QByteArray(82, 'q') + "c8247j");
        QTest::newRow("split") << QByteArray("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w");
        QTest::newRow("question mark") << QByteArray("?1ezyfcl");
    }

    void bech32_validOfBip173_survive() {
        QFETCH(QByteArray, text);
        const auto decoded = bech32Decode(text.toStdString());
        CHECK_OK(decoded);
        QCOMPARE(decoded->upperCase, text == "A12UEL5L");
        QCOMPARE(bech32Encode(decoded->prefix, decoded->data).value(), lower(text.toStdString()));
    }

    void bech32_invalidOfBip173_isRefused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("space in the prefix") << QByteArray("\x20"
                                                           "1nwldj5");
        QTest::newRow("control in the prefix") << QByteArray("\x7f"
                                                             "1axkwrx");
        QTest::newRow("not ASCII") << QByteArray("\x80"
                                                 "1eym55h");
        QTest::newRow("no separator") << QByteArray("pzry9x0s0muk");
        QTest::newRow("empty prefix") << QByteArray("1pzry9x0s0muk");
        QTest::newRow("foreign character") << QByteArray("x1b4n0q5v");
        QTest::newRow("short checksum") << QByteArray("li1dgmt3");
        QTest::newRow("not ASCII in the checksum") << QByteArray("de1lg7wt\xff");
        QTest::newRow("checksum of upper case") << QByteArray("A1G7SGD8");
        QTest::newRow("empty prefix 2") << QByteArray("10a06t8");
        QTest::newRow("empty prefix 3") << QByteArray("1qzzfhee");
        QTest::newRow("mixed case") << QByteArray("A12uEL5L");
        QTest::newRow("wrong checksum") << QByteArray("a12uel5k");
        QTest::newRow("nothing") << QByteArray("");
    }

    void bech32_invalidOfBip173_isRefused() {
        QFETCH(QByteArray, text);
        CHECK_FAILS(bech32Decode(text.toStdString()), ErrorCode::InvalidInput);
    }

    void bech32_anyLength_comesBack() {
        for (const std::size_t size : {0U, 1U, 2U, 3U, 4U, 5U, 31U, 32U, 33U, 1000U}) {
            const Bytes bytes = makeBytes(size, size + 1);
            const auto text = bech32Encode("salvor", bytes);
            CHECK_OK(text);
            const auto decoded = bech32Decode(*text);
            CHECK_OK(decoded);
            QVERIFY(decoded->data == bytes);
            QCOMPARE(decoded->prefix, std::string("salvor"));
        }
        CHECK_FAILS(bech32Encode("", {}), ErrorCode::InvalidInput);
        CHECK_FAILS(bech32Encode("Upper", {}), ErrorCode::InvalidInput);
    }

    void bech32_paddingNotZero_isRefused() {
        // Checksums that fit, made elsewhere: a byte whose two bits of padding are set, and a lone symbol of
        // five bits.
        CHECK_FAILS(bech32Decode("a1ql2pu6jt"), ErrorCode::InvalidInput);
        const auto lone = bech32Decode("a1q3g6mn3");
        CHECK_FAILS(lone, ErrorCode::InvalidInput);
        QVERIFY(lone.error().message.find("padding") != std::string::npos);
    }

    void identity_ofAgeKeygen_givesItsRecipient() {
        const auto identity = AgeIdentity::parse(kIdentity);
        CHECK_OK(identity);
        QCOMPARE(identity->recipient().toString(), std::string(kRecipient));
        QCOMPARE(std::string(identity->toText().text()), std::string(kIdentity));
        QVERIFY(AgeRecipient::parse(kRecipient).value() == identity->recipient());
        QVERIFY(identity->clone().recipient() == identity->recipient());
        QCOMPARE(toHex(identity->clone().raw().bytes()), toHex(identity->raw().bytes()));
    }

    void identity_generated_comesBackFromText() {
        const auto identity = AgeIdentity::generate();
        const auto other = AgeIdentity::generate();
        QVERIFY(!(identity->recipient() == other->recipient()));
        const auto again = AgeIdentity::parse(identity->toText().text());
        CHECK_OK(again);
        QVERIFY(again->recipient() == identity->recipient());
    }

    void parse_anythingElse_isRefusedWithoutRepeatingIt() {
        const std::string identity(kIdentity);
        const std::string recipient(kRecipient);
        for (std::string bad : {lower(identity), identity + " ", " " + identity, identity.substr(1),
                                identity.substr(0, identity.size() - 1), recipient, std::string()}) {
            const auto parsed = AgeIdentity::parse(bad);
            CHECK_FAILS(parsed, ErrorCode::InvalidInput);
            QVERIFY(parsed.error().toText().find(identity.substr(20, 12)) == std::string::npos);
        }
        for (std::string bad :
             {identity, recipient + "\n", recipient.substr(0, 30), std::string("age1"),
              bech32Encode("age", Bytes(31)).value(), bech32Encode("agf", Bytes(32)).value()})
            CHECK_FAILS(AgeRecipient::parse(bad), ErrorCode::InvalidInput);
        std::string upper = recipient;
        for (char& c : upper)
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        CHECK_FAILS(AgeRecipient::parse(upper), ErrorCode::InvalidInput);
        CHECK_FAILS(AgeRecipient::fromRaw(Bytes(31)), ErrorCode::InvalidInput);
    }

    void parse_oneCharacterMistyped_isRefused() {
        for (std::size_t i = 0; i < kIdentity.size(); ++i) {
            std::string bad(kIdentity);
            bad[i] = bad[i] == 'Q' ? 'P' : 'Q';
            CHECK_FAILS(AgeIdentity::parse(bad), ErrorCode::InvalidInput);
        }
    }

    void identityFile_commentsAndLineEnds_areTaken() {
        const auto second = AgeIdentity::generate();
        const std::string text = "# created: 2026-01-01T00:00:00Z\r\n# public key: x\r\n" +
                                 std::string(kIdentity) + "\r\n\n" + std::string(second->toText().text());
        const auto identities = parseIdentityFile(text);
        CHECK_OK(identities);
        QCOMPARE(identities->size(), std::size_t{2});
        QCOMPARE(identities->at(0).recipient().toString(), std::string(kRecipient));
        QVERIFY(identities->at(1).recipient() == second->recipient());

        const Secret written = toIdentityFile(*second);
        const auto again = parseIdentityFile(written.text());
        CHECK_OK(again);
        QVERIFY(again->at(0).recipient() == second->recipient());
        QVERIFY(written.text().starts_with("# public key: " + second->recipient().toString()));
    }

    void identityFile_badLine_isNamed() {
        const auto bad = parseIdentityFile("# a comment\n" + std::string(kIdentity) + "\nssh-ed25519 AAAA\n");
        CHECK_FAILS(bad, ErrorCode::InvalidInput);
        QVERIFY(bad.error().message.find("line 3") != std::string::npos);
        CHECK_FAILS(parseIdentityFile("# nothing but a comment\n"), ErrorCode::InvalidInput);
        CHECK_FAILS(parseIdentityFile(""), ErrorCode::InvalidInput);
    }
};

QTEST_GUILESS_MAIN(TestAgeKeys)
#include "test_agekeys.moc"
