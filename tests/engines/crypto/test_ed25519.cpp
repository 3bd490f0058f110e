// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/ed25519.h"
#include "engines/crypto/hash.h"
#include "engines/crypto/signeddocument.h"
#include "models/base/json.h"
#include "support/check.h"

#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

Bytes hex(const QByteArray& text) { return fromHex(text.toStdString()).value(); }

} // namespace

class TestEd25519 : public QObject {
    Q_OBJECT
private slots:
    // RFC 8032, section 7.1.
    void sign_rfc8032_fits_data() {
        QTest::addColumn<QByteArray>("seed");
        QTest::addColumn<QByteArray>("publicKey");
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("signature");
        QTest::newRow("1") << QByteArray("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
                           << QByteArray("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
                           << QByteArray("")
                           << QByteArray(
                                  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb88215"
                                  "90a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        QTest::newRow("2") << QByteArray("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
                           << QByteArray("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
                           << QByteArray("72")
                           << QByteArray(
                                  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e4"
                                  "3e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        QTest::newRow("3") << QByteArray("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
                           << QByteArray("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
                           << QByteArray("af82")
                           << QByteArray(
                                  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b53"
                                  "8d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    }

    void sign_rfc8032_fits() {
        QFETCH(QByteArray, seed);
        QFETCH(QByteArray, publicKey);
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, signature);
        const auto key = SigningKey::fromSeed(Secret(ByteView(hex(seed))));
        CHECK_OK(key);
        QCOMPARE(toHex(key->publicKey().raw()), publicKey.toStdString());
        const Bytes text = hex(message);
        QCOMPARE(toHex(key->sign(text).value()), signature.toStdString());
        CHECK_OK(key->publicKey().verify(text, hex(signature)));
    }

    void verify_anythingElse_isCorrupt() {
        const auto key = SigningKey::generate();
        const auto other = SigningKey::generate();
        const Bytes text = toBytes("a catalog");
        const auto signature = key->sign(text).value();
        CHECK_FAILS(other->publicKey().verify(text, signature), ErrorCode::Corrupt);
        CHECK_FAILS(key->publicKey().verify(toBytes("a katalog"), signature), ErrorCode::Corrupt);
        CHECK_FAILS(key->publicKey().verify(text, ByteView(signature).first(63)), ErrorCode::Corrupt);
        CHECK_FAILS(key->publicKey().verify(text, {}), ErrorCode::Corrupt);
        for (std::size_t i = 0; i < signature.size(); ++i) {
            auto flipped = signature;
            flipped[i] ^= std::byte{4};
            CHECK_FAILS(key->publicKey().verify(text, flipped), ErrorCode::Corrupt);
        }
    }

    void fromRaw_wrongLength_isInvalid() {
        CHECK_FAILS(VerifyKey::fromRaw(Bytes(31)), ErrorCode::InvalidInput);
        CHECK_FAILS(VerifyKey::fromRaw(Bytes(33)), ErrorCode::InvalidInput);
        CHECK_FAILS(SigningKey::fromSeed(Secret("short")), ErrorCode::InvalidInput);
    }

    void id_isTheStartOfTheKeysHash() {
        const auto key = SigningKey::generate();
        const std::string whole = toHex(sha256(key->publicKey().raw()));
        QCOMPARE(key->publicKey().id(), whole.substr(0, 16));
        const auto again = SigningKey::fromSeed(key->seed());
        QVERIFY(again->publicKey() == key->publicKey());
        QVERIFY(VerifyKey::fromRaw(key->publicKey().raw()).value() == key->publicKey());
    }

    void signDocument_twoLinesOfJson_verify() {
        const auto key = SigningKey::generate();
        const std::string payload = R"({"kind":"catalog","number":7})";
        const auto file = signDocument(payload, *key);
        CHECK_OK(file);
        const std::size_t feed = file->find('\n');
        QCOMPARE(file->substr(0, feed), payload);
        QCOMPARE(file->back(), '\n');
        const auto line = parseJsonObject(file->substr(feed + 1), "the second line");
        CHECK_OK(line);
        QCOMPARE(requireString(*line, "key", "line").value(), key->publicKey().id());
        const auto signature = fromBase64(requireString(*line, "signature", "line").value());
        CHECK_OK(key->publicKey().verify(asBytes(payload), *signature));

        QCOMPARE(verifyDocument(*file, key->publicKey()).value(), payload);
        QCOMPARE(signedDocumentKeyId(*file).value(), key->publicKey().id());
        QCOMPARE(unverifiedPayload(*file).value(), payload);
    }

    void signDocument_notOneLine_isRefused() {
        const auto key = SigningKey::generate();
        CHECK_FAILS(signDocument("", *key), ErrorCode::InvalidInput);
        CHECK_FAILS(signDocument("{}\n", *key), ErrorCode::InvalidInput);
        CHECK_FAILS(signDocument("{\n}", *key), ErrorCode::InvalidInput);
    }

    void verifyDocument_anyBitFlipped_isCorrupt() {
        const auto key = SigningKey::generate();
        const std::string file = signDocument(R"({"n":1})", *key).value();
        for (std::size_t i = 0; i < file.size(); ++i) {
            for (unsigned bit = 0; bit < 8; ++bit) {
                std::string bad = file;
                bad[i] = static_cast<char>(static_cast<unsigned char>(bad[i]) ^ (1U << bit));
                CHECK_FAILS(verifyDocument(bad, key->publicKey()), ErrorCode::Corrupt);
            }
        }
    }

    void verifyDocument_cutOrExtended_isCorrupt() {
        const auto key = SigningKey::generate();
        const std::string file = signDocument(R"({"n":1})", *key).value();
        for (std::size_t length = 0; length < file.size(); ++length)
            CHECK_FAILS(verifyDocument(file.substr(0, length), key->publicKey()), ErrorCode::Corrupt);
        CHECK_FAILS(verifyDocument(file + "\n", key->publicKey()), ErrorCode::Corrupt);
        CHECK_FAILS(verifyDocument(file + file, key->publicKey()), ErrorCode::Corrupt);
        CHECK_FAILS(verifyDocument("\n" + file, key->publicKey()), ErrorCode::Corrupt);
    }

    void verifyDocument_anotherSigner_namesBothKeys() {
        const auto key = SigningKey::generate();
        const auto other = SigningKey::generate();
        const std::string file = signDocument(R"({"n":1})", *other).value();
        const auto verified = verifyDocument(file, key->publicKey());
        CHECK_FAILS(verified, ErrorCode::Corrupt);
        QVERIFY(verified.error().message.find(other->publicKey().id()) != std::string::npos);
        QVERIFY(verified.error().message.find(key->publicKey().id()) != std::string::npos);
    }

    void verifyDocument_foreignKeyUnderOurId_isCorrupt() {
        const auto key = SigningKey::generate();
        const auto other = SigningKey::generate();
        std::string file = signDocument(R"({"n":1})", *other).value();
        const std::string id = other->publicKey().id();
        file.replace(file.find(id), id.size(), key->publicKey().id());
        CHECK_FAILS(verifyDocument(file, key->publicKey()), ErrorCode::Corrupt);
    }
};

QTEST_GUILESS_MAIN(TestEd25519)
#include "test_ed25519.moc"
