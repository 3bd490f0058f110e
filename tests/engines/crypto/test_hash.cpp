// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/evp.h"
#include "engines/crypto/hash.h"
#include "support/check.h"
#include "support/streams.h"

#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

Bytes hex(const char* text) { return fromHex(text).value(); }

} // namespace

class TestHash : public QObject {
    Q_OBJECT
private slots:
    // FIPS 180-4, examples of NIST.
    void sha256_knownVectors_fit_data() {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("digest");
        QTest::newRow("empty") << QByteArray("")
                               << QByteArray(
                                      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        QTest::newRow("abc") << QByteArray("abc")
                             << QByteArray(
                                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        QTest::newRow("two blocks")
            << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
            << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        QTest::newRow("a million a")
            << QByteArray(1000000, 'a')
            << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    void sha256_knownVectors_fit() {
        QFETCH(QByteArray, input);
        QFETCH(QByteArray, digest);
        const std::string text = input.toStdString();
        QCOMPARE(toHex(sha256(asBytes(text))), digest.toStdString());
    }

    void update_anyPieces_giveTheSameDigest() {
        const Bytes bytes = makeBytes(100000);
        for (const std::size_t piece :
             {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{99999}}) {
            Sha256 hash;
            for (std::size_t i = 0; i < bytes.size(); i += piece)
                hash.update(ByteView(bytes).subspan(i, std::min(piece, bytes.size() - i)));
            QCOMPARE(toHex(hash.finish()), toHex(sha256(bytes)));
        }
    }

    void finish_startsAnew() {
        Sha256 hash;
        hash.update(asBytes("something else"));
        hash.finish();
        hash.update(asBytes("abc"));
        Sha256 moved = std::move(hash);
        QCOMPARE(toHex(moved.finish()), toHex(sha256(asBytes("abc"))));
    }

    // RFC 4231.
    void hmac_rfc4231_fits_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("digest");
        QTest::newRow("1") << QByteArray(20, '\x0b') << QByteArray("Hi There")
                           << QByteArray("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        QTest::newRow("2") << QByteArray("Jefe") << QByteArray("what do ya want for nothing?")
                           << QByteArray("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        QTest::newRow("3") << QByteArray(20, '\xaa') << QByteArray(50, '\xdd')
                           << QByteArray("773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
        QTest::newRow("6") << QByteArray(131, '\xaa')
                           << QByteArray("Test Using Larger Than Block-Size Key - Hash Key First")
                           << QByteArray("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
        QTest::newRow("empty key and text")
            << QByteArray() << QByteArray()
            << QByteArray("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    }

    void hmac_rfc4231_fits() {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, input);
        QFETCH(QByteArray, digest);
        const std::string keyText = key.toStdString();
        const std::string text = input.toStdString();
        QCOMPARE(toHex(hmacSha256(asBytes(keyText), asBytes(text))), digest.toStdString());
    }

    // RFC 5869, cases 1 and 3.
    void hkdf_rfc5869_fits() {
        const Bytes key(22, std::byte{0x0b});
        const auto first =
            evp::hkdf(key, hex("000102030405060708090a0b0c"), "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", 42);
        CHECK_OK(first);
        QCOMPARE(toHex(first->bytes()),
                 std::string("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                             "34007208d5b887185865"));
        const auto bare = evp::hkdf(key, {}, "", 42);
        CHECK_OK(bare);
        QCOMPARE(toHex(bare->bytes()),
                 std::string("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                             "9d201395faa4b61a96c8"));
    }

    // RFC 7914, section 12, the case with r 8 and p 1 (its first 32 bytes).
    void scrypt_rfc7914_fits() {
        const auto key = evp::scrypt(asBytes("pleaseletmein"), asBytes("SodiumChloride"), 14);
        CHECK_OK(key);
        QCOMPARE(toHex(key->bytes()),
                 std::string("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"));
        CHECK_FAILS(evp::scrypt(asBytes("x"), asBytes("y"), 0), ErrorCode::InvalidInput);
        CHECK_FAILS(evp::scrypt(asBytes("x"), asBytes("y"), 31), ErrorCode::InvalidInput);
    }

    // RFC 7748, section 5.2.
    void x25519_rfc7748_fits() {
        const auto out = evp::x25519(hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                                     hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"));
        CHECK_OK(out);
        QCOMPARE(toHex(out->bytes()),
                 std::string("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
    }

    void x25519_pointOfLowOrder_isRefused() {
        const Bytes secret = makeBytes(32);
        CHECK_FAILS(evp::x25519(secret, Bytes(32, std::byte{0})), ErrorCode::Corrupt);
        CHECK_FAILS(
            evp::x25519(secret, hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")),
            ErrorCode::Corrupt);
    }

    // RFC 8439, section 2.8.2, has an associated text; this one has none, so both ways and the tag are tried.
    void aead_contextReused_keepsItsKey() {
        const Bytes key = makeBytes(32);
        auto seal = evp::Aead::create(key, evp::Aead::Way::Seal);
        auto open = evp::Aead::create(key, evp::Aead::Way::Open);
        CHECK_OK(seal);
        CHECK_OK(open);
        for (std::uint8_t i = 0; i < 4; ++i) {
            const Bytes plain = makeBytes(1000U * i, i);
            const evp::Aead::Nonce nonce{std::byte{i}};
            Bytes sealed(plain.size() + evp::Aead::kTag);
            CHECK_OK(seal->seal(nonce, plain, sealed));
            Bytes fresh(sealed.size());
            auto other = evp::Aead::create(key, evp::Aead::Way::Seal);
            CHECK_OK(other->seal(nonce, plain, fresh));
            QVERIFY(fresh == sealed);
            Bytes back(plain.size());
            QVERIFY(open->open(nonce, sealed, back).value());
            QVERIFY(back == plain);
            sealed.back() ^= std::byte{1};
            QVERIFY(!open->open(nonce, sealed, back).value());
        }
        CHECK_FAILS(evp::Aead::create(makeBytes(31), evp::Aead::Way::Seal), ErrorCode::Internal);
    }

    void fillRandom_largeAndSmall_isFilled() {
        Bytes large(3 * 1024 * 1024 + 7);
        CHECK_OK(fillRandom(large));
        const auto zeros = std::count(large.end() - 70000, large.end(), std::byte{0});
        QVERIFY2(zeros > 100 && zeros < 1000, "a run of random bytes has about one zero in 256");
        const auto a = randomBytes(16);
        const auto b = randomBytes(16);
        QCOMPARE(a->size(), std::size_t{16});
        QVERIFY(*a != *b);
        QVERIFY(randomBytes(0)->empty());
    }

    void equalConstantTime_comparesLengthAndBytes() {
        QVERIFY(equalConstantTime({}, {}));
        QVERIFY(equalConstantTime(asBytes("abc"), asBytes("abc")));
        QVERIFY(!equalConstantTime(asBytes("abc"), asBytes("abd")));
        QVERIFY(!equalConstantTime(asBytes("abc"), asBytes("ab")));
    }
};

QTEST_GUILESS_MAIN(TestHash)
#include "test_hash.moc"
