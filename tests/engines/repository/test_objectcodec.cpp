// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/objectcodec.h"
#include "engines/repository/zstdframes.h"
#include "repository/randomdata.h"
#include "support/check.h"

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <set>
#include <thread>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;
constexpr int kProcessMs = 60'000;

QByteArray toArray(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

/// What the shell makes of a script in `folder`; fails the test's check when it does not succeed.
Bytes shell(const QString& folder, const QString& script, int* code = nullptr) {
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(QStringLiteral("bash"),
                  {QStringLiteral("-c"), QStringLiteral("set -o pipefail; ") + script});
    if (!process.waitForFinished(kProcessMs) || (code == nullptr && process.exitCode() != 0))
        qWarning("%s", process.readAllStandardError().constData());
    if (code != nullptr)
        *code = process.exitCode();
    return toBytes(process.readAllStandardOutput().toStdString());
}

void writeFile(const QString& path, ByteView bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(toArray(bytes)), static_cast<qint64>(bytes.size()));
}

struct Keys {
    AgeIdentity identity = AgeIdentity::generate().value();
    ObjectEncoder encoder{{identity.recipient()}};
};

EncodedObject encoded(const ObjectEncoder& encoder, ByteView plain, int level = 3) {
    return encoder.encode(plain, level, {}).value();
}

} // namespace

class TestObjectCodec : public QObject {
    Q_OBJECT
private slots:
    void encode_anyPlaintext_comesBack_data() {
        QTest::addColumn<QByteArray>("plain");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("one byte") << QByteArray("x");
        QTest::newRow("text") << QByteArray("a row\n").repeated(100'000);
        QTest::newRow("random") << toArray(randomData(3 * kMiB + 11, 1));
        QTest::newRow("rows") << toArray(rowData(5 * kMiB + 3, 1));
        QTest::newRow("16 MiB") << toArray(rowData(16 * kMiB, 2));
    }
    void encode_anyPlaintext_comesBack() {
        QFETCH(QByteArray, plain);
        const Bytes bytes = toBytes(plain.toStdString());
        Keys keys;
        for (const bool encrypt : {true, false}) {
            const ObjectEncoder plainEncoder({});
            const auto object = encoded(encrypt ? keys.encoder : plainEncoder, bytes);
            QCOMPARE(toHex(object.name), toHex(sha256(object.bytes)));
            const auto decoded =
                decodeNamedObject(object.name, object.bytes, encrypt ? &keys.identity : nullptr);
            CHECK_OK(decoded);
            QVERIFY(*decoded == bytes);
            CHECK_OK(decodeObject(object.bytes, encrypt ? &keys.identity : nullptr, "test",
                                  {bytes.size(), bytes.size()}));
        }
    }

    void encode_encrypted_opensWithTheStockPrograms() {
        QTemporaryDir folder;
        Keys keys;
        writeFile(folder.filePath(QStringLiteral("key")), asBytes(toIdentityFile(keys.identity).text()));
        for (const std::size_t size : {std::size_t{0}, std::size_t{1000}, 4 * kMiB + 1}) {
            for (const Bytes& plain : {rowData(size, 1), randomData(size, 1)}) {
                const auto object = encoded(keys.encoder, plain);
                writeFile(folder.filePath(QStringLiteral("object")), object.bytes);
                QVERIFY(shell(folder.path(), QStringLiteral("age -d -i key < object | zstd -d")) == plain);
            }
        }
    }

    void encode_notEncrypted_opensWithZstdAndIsNotPadded() {
        QTemporaryDir folder;
        const Bytes plain = rowData(4 * kMiB + 1, 1);
        const auto object = encoded(ObjectEncoder({}), plain);
        writeFile(folder.filePath(QStringLiteral("object.zst")), object.bytes);
        QVERIFY(shell(folder.path(), QStringLiteral("zstd -t object.zst && zstd -dc object.zst")) == plain);
        const QString list = QString::fromStdString(
            std::string(asText(shell(folder.path(), QStringLiteral("zstd -lv object.zst 2>&1")))));
        QVERIFY2(list.contains(QLatin1String("Skippable Frames: 0")) ||
                     !list.contains(QLatin1String("Skippable")),
                 qPrintable(list));
        QVERIFY2(list.contains(QLatin1String("XXH64")), qPrintable(list));
    }

    void encode_twice_differsOnlyWhenEncrypted() {
        Keys keys;
        const Bytes plain = rowData(100'000, 1);
        QVERIFY(encoded(keys.encoder, plain).name != encoded(keys.encoder, plain).name);
        QVERIFY(encoded(ObjectEncoder({}), plain).bytes == encoded(ObjectEncoder({}), plain).bytes);
    }

    void encode_twoRecipients_eachOpens() {
        const AgeIdentity first = AgeIdentity::generate().value();
        const AgeIdentity second = AgeIdentity::generate().value();
        const AgeIdentity stranger = AgeIdentity::generate().value();
        const ObjectEncoder encoder({first.recipient(), second.recipient()});
        const Bytes plain = rowData(70'000, 1);
        const auto object = encoded(encoder, plain);
        QVERIFY(decodeNamedObject(object.name, object.bytes, &first).value() == plain);
        QVERIFY(decodeNamedObject(object.name, object.bytes, &second).value() == plain);
        const auto refused = decodeNamedObject(object.name, object.bytes, &stranger);
        CHECK_FAILS(refused, ErrorCode::WrongIdentity);
        QCOMPARE(refused.error().context.at("key"), objectKey(object.name));
    }

    void encode_incompressible_takesRawBlocksOnly() {
        const Bytes plain = randomData(4 * kMiB, 1);
        const auto object = encoded(ObjectEncoder({}), plain);
        // A header of at most 18 bytes, 3 bytes for each block of 128 KiB, 4 of checksum.
        QVERIFY(object.bytes.size() <= plain.size() + 18 + 3 * 32 + 4);
    }

    void encode_level_isClampedAndCounts() {
        const Bytes plain = rowData(kMiB, 1);
        const ObjectEncoder encoder({});
        QVERIFY(encoded(encoder, plain, -5).bytes == encoded(encoder, plain, 1).bytes);
        QVERIFY(encoded(encoder, plain, 100).bytes == encoded(encoder, plain, 19).bytes);
        QVERIFY(encoded(encoder, plain, 19).bytes.size() < encoded(encoder, plain, 1).bytes.size());
    }

    void encode_cancelled_endsInTime() {
        const Bytes plain = rowData(16 * kMiB, 1);
        const ObjectEncoder encoder({});
        std::stop_source stop;
        QElapsedTimer sinceStop;
        std::jthread canceller([&] {
            sinceStop.start();
            stop.request_stop();
        });
        const auto result = encoder.encode(plain, 19, stop.get_token());
        canceller.join();
        CHECK_FAILS(result, ErrorCode::Cancelled);
        QVERIFY2(sinceStop.elapsed() < 2000, qPrintable(QString::number(sinceStop.elapsed())));
    }

    void paddedLength_anyLength_isRoundAndNotMuchMore() {
        for (std::uint64_t length = 1; length < (std::uint64_t{1} << 25U); length += 1 + length / 997) {
            const std::uint64_t padded = paddedLength(length);
            QVERIFY(padded == length || padded >= length + 8);
            QCOMPARE(paddedLength(padded), padded);
            // Little data takes what a frame takes.
            QVERIFY2(padded <= length + 16 + length / 8, qPrintable(QString::number(length)));
            if (length >= 4 * kMiB)
                QVERIFY2(padded - length <= length / 32, qPrintable(QString::number(length)));
        }
        // Examples by hand: e = 22, s = 5, so the lowest 17 bits of a length from 4 to 8 MiB are zero.
        QCOMPARE(paddedLength(4 * kMiB), std::uint64_t{4 * kMiB});
        QCOMPARE(paddedLength(4 * kMiB + 1), std::uint64_t{4 * kMiB + 131072});
        QCOMPARE(paddedLength(4 * kMiB + 131072 - 3), std::uint64_t{4 * kMiB + 2 * 131072});
    }

    void encode_lengthsThatAreClose_lookTheSame() {
        Keys keys;
        std::set<std::size_t> sizes;
        for (std::size_t more = 0; more < 20; ++more)
            sizes.insert(
                encoded(keys.encoder, randomData(4 * kMiB + 40'000 + more * 1000, more)).bytes.size());
        QCOMPARE(sizes.size(), std::size_t{1});
    }

    void encode_fourMiB_costsThreePercentAtMost() {
        Keys keys;
        for (std::size_t seed = 0; seed < 5; ++seed) {
            const Bytes plain = randomData(4 * kMiB + seed * 25'000, seed);
            const auto object = encoded(keys.encoder, plain);
            QVERIFY(object.bytes.size() <= plain.size() + plain.size() * 32 / 1000);
        }
    }

    void decode_bitFlippedAnywhere_isRefused() {
        Keys keys;
        const Bytes plain =
            toBytes("some rows of a table, and some more rows of it, and some more rows of it");
        const ObjectEncoder plainEncoder({});
        for (const bool encrypt : {true, false}) {
            const auto object = encoded(encrypt ? keys.encoder : plainEncoder, plain);
            for (std::size_t bit = 0; bit < object.bytes.size() * 8; ++bit) {
                Bytes bytes = object.bytes;
                bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
                const auto* identity = encrypt ? &keys.identity : nullptr;
                CHECK_FAILS(decodeNamedObject(object.name, bytes, identity), ErrorCode::Corrupt);
                // Nor does anything wrong come out where the name is not known.
                const auto decoded = decodeObject(bytes, identity, "test");
                QVERIFY2(encrypt ? !decoded : !decoded || *decoded == plain,
                         qPrintable(QString::number(bit)));
            }
        }
    }

    void decode_bitFlippedInLargeObject_isRefused() {
        Keys keys;
        const auto object = encoded(keys.encoder, rowData(2 * kMiB, 1));
        for (std::size_t at = 0; at < object.bytes.size(); at += 9973) {
            Bytes bytes = object.bytes;
            bytes[at] ^= std::byte{1};
            QVERIFY(!decodeObject(bytes, &keys.identity, "test"));
        }
    }

    void decode_cutOrLengthened_isRefused() {
        Keys keys;
        const Bytes plain = rowData(1000, 1);
        const ObjectEncoder plainEncoder({});
        for (const bool encrypt : {true, false}) {
            const auto object = encoded(encrypt ? keys.encoder : plainEncoder, plain);
            const auto* identity = encrypt ? &keys.identity : nullptr;
            for (std::size_t length = 0; length < object.bytes.size(); ++length)
                QVERIFY(!decodeObject(ByteView(object.bytes).first(length), identity, "test"));
            Bytes longer = object.bytes;
            longer.push_back(std::byte{0});
            CHECK_FAILS(decodeObject(longer, identity, "test"), ErrorCode::Corrupt);
        }
    }

    void decode_bomb_isRefusedWithoutUnpackingIt_data() {
        QTest::addColumn<QString>("script");
        QTest::newRow("length not said") << QStringLiteral("head -c 512M /dev/zero | zstd -c");
        QTest::newRow("length said") << QStringLiteral("truncate -s 512M zeros; zstd -c zeros; rm zeros");
        QTest::newRow("many frames") << QStringLiteral(
            "head -c 1M /dev/zero | zstd -c > one; for i in {1..64}; do cat one; done");
        QTest::newRow("one byte too much") << QStringLiteral("head -c 16777217 /dev/zero | zstd -c");
        QTest::newRow("window of 2^30")
            << QStringLiteral("head -c 1000 /dev/zero | zstd -c --ultra --long=30");
    }
    void decode_bomb_isRefusedWithoutUnpackingIt() {
        QFETCH(QString, script);
        QTemporaryDir folder;
        const Bytes bomb = shell(folder.path(), script);
        QVERIFY(!bomb.empty());
        QVERIFY(bomb.size() < kMiB);
        const auto decoded = decodeObject(bomb, nullptr, "object x");
        CHECK_FAILS(decoded, ErrorCode::Corrupt);
        QVERIFY(decoded.error().message.find("object x") != std::string::npos);
    }

    void decode_upToTheLimit_works() {
        QTemporaryDir folder;
        const Bytes bytes = shell(folder.path(), QStringLiteral("head -c 16M /dev/zero | zstd -c --long=27"));
        const auto decoded = decodeObject(bytes, nullptr, "test");
        CHECK_OK(decoded);
        QCOMPARE(decoded->size(), 16 * kMiB);
        CHECK_FAILS(decodeObject(bytes, nullptr, "test", {16 * kMiB - 1, {}}), ErrorCode::Corrupt);
        CHECK_FAILS(decodeObject(bytes, nullptr, "test", {16 * kMiB, 16 * kMiB - 1}), ErrorCode::Corrupt);
    }

    void decode_otherFrames_areJoined() {
        QTemporaryDir folder;
        const Bytes bytes =
            shell(folder.path(), QStringLiteral("printf '\\x50\\x2a\\x4d\\x18\\x01\\x00\\x00\\x00z';"
                                                "printf one | zstd -c; printf two | zstd -c"));
        const auto decoded = decodeObject(bytes, nullptr, "test");
        CHECK_OK(decoded);
        QCOMPARE(std::string(asText(*decoded)), std::string("onetwo"));
    }

    void decode_noZstd_isRefused() {
        CHECK_FAILS(decodeObject({}, nullptr, "test"), ErrorCode::Corrupt);
        CHECK_FAILS(decodeObject(asBytes("not zstd at all"), nullptr, "test"), ErrorCode::Corrupt);
        Keys keys;
        QVERIFY(!decodeObject(asBytes("not age at all"), &keys.identity, "test"));
    }

    void decompressesTo_anyDifference_isSeen() {
        const Bytes plain = rowData(600'000, 1);
        const auto object = encoded(ObjectEncoder({}), plain);
        QVERIFY(zstd::decompressesTo(object.bytes, plain));
        for (const std::size_t at : {std::size_t{0}, std::size_t{300'000}, plain.size() - 1}) {
            Bytes other = plain;
            other[at] ^= std::byte{0x10};
            QVERIFY(!zstd::decompressesTo(object.bytes, other));
        }
        QVERIFY(!zstd::decompressesTo(object.bytes, ByteView(plain).first(plain.size() - 1)));
        Bytes longer = plain;
        longer.push_back(std::byte{0});
        QVERIFY(!zstd::decompressesTo(object.bytes, longer));
        QVERIFY(!zstd::decompressesTo(ByteView(object.bytes).first(object.bytes.size() - 1), plain));
    }

    void objectName_inKeys_isStrict() {
        const Digest name = sha256(asBytes("x"));
        const std::string key = objectKey(name);
        QCOMPARE(key.substr(0, 8), "objects/");
        QVERIFY(objectNameOfKey(key).value() == name);
        for (const std::string& bad :
             {std::string(), std::string("objects/"), key + "0", key.substr(0, key.size() - 1),
              "objects/00/" + toHex(name), "refs/" + key.substr(8)})
            CHECK_FAILS(objectNameOfKey(bad), ErrorCode::Corrupt);
        std::string upper = toHex(name);
        upper[upper.find_first_of("abcdef")] = 'A';
        CHECK_FAILS(digestFromHex(upper), ErrorCode::Corrupt);
    }
};

QTEST_APPLESS_MAIN(TestObjectCodec)
#include "test_objectcodec.moc"
