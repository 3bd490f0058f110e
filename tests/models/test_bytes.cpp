// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/bytes.h"
#include "support/check.h"
#include "support/streams.h"

#include <QByteArray>
#include <QTest>

using namespace salvor;
using namespace salvor::test;

class TestBytes : public QObject {
    Q_OBJECT
private slots:
    void hex_everyByte_comesBack() {
        Bytes all;
        for (unsigned i = 0; i < 256; ++i)
            all.push_back(static_cast<std::byte>(i));
        const std::string text = toHex(all);
        QCOMPARE(text, QByteArray(reinterpret_cast<const char*>(all.data()), 256).toHex().toStdString());
        QVERIFY(fromHex(text).value() == all);
        QVERIFY(fromHex("DEADbeef").value() == fromHex("deadBEEF").value());
        QVERIFY(fromHex("")->empty());
    }

    void hex_badText_isInvalid() {
        for (const char* bad : {"a", "abc", "0g", "g0", "0x", " 0", "0\n", "\xc3\xa4"})
            CHECK_FAILS(fromHex(bad), ErrorCode::InvalidInput);
    }

    // RFC 4648, section 10.
    void base64_rfc4648_fits_data() {
        QTest::addColumn<QByteArray>("plain");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("0") << QByteArray("") << QByteArray("");
        QTest::newRow("1") << QByteArray("f") << QByteArray("Zg==");
        QTest::newRow("2") << QByteArray("fo") << QByteArray("Zm8=");
        QTest::newRow("3") << QByteArray("foo") << QByteArray("Zm9v");
        QTest::newRow("4") << QByteArray("foob") << QByteArray("Zm9vYg==");
        QTest::newRow("5") << QByteArray("fooba") << QByteArray("Zm9vYmE=");
        QTest::newRow("6") << QByteArray("foobar") << QByteArray("Zm9vYmFy");
    }

    void base64_rfc4648_fits() {
        QFETCH(QByteArray, plain);
        QFETCH(QByteArray, text);
        QCOMPARE(toBase64(toBytes(plain.toStdString())), text.toStdString());
        QCOMPARE(std::string(asText(fromBase64(text.toStdString()).value())), plain.toStdString());
    }

    void base64_anyBytes_agreeWithQt() {
        for (std::size_t size = 0; size < 200; ++size) {
            const Bytes bytes = makeBytes(size, size);
            const QByteArray array(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(size));
            QCOMPARE(toBase64(bytes), array.toBase64().toStdString());
            QVERIFY(fromBase64(toBase64(bytes)).value() == bytes);
        }
    }

    void base64_notCanonical_isInvalid() {
        for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8",
                                "Zm9vYg=", "Zg==Zg==", "Z===", "====", "=Zg=", "Z=g=", "Zm9v\n", "Zm9v ",
                                " Zm9v", "Zm-_", "Zm9\xff", "Zm9vZg==Zm9v"})
            CHECK_FAILS(fromBase64(bad), ErrorCode::InvalidInput);
    }

    void views_textAndBytes_areTheSameMemory() {
        const std::string text("a\0b", 3);
        const ByteView view = asBytes(text);
        QCOMPARE(view.size(), std::size_t{3});
        QCOMPARE(asText(view).data(), text.data());
        QCOMPARE(toBytes(text).size(), std::size_t{3});
        QVERIFY(toBytes(text)[1] == std::byte{0});
    }

    void nullSink_counts() {
        NullSink sink;
        CHECK_OK(sink.write(makeBytes(10)));
        CHECK_OK(sink.write({}));
        CHECK_OK(sink.write(makeBytes(5)));
        QCOMPARE(sink.count(), std::uint64_t{15});
    }
};

QTEST_GUILESS_MAIN(TestBytes)
#include "test_bytes.moc"
