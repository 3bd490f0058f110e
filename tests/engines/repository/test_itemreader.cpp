// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "repository/objectfixture.h"

#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

/// Three items, the second of several objects.
struct Written {
    ObjectFixture run;
    std::vector<Bytes> plain{rowData(70'000, 1), randomData(14 * kMiB, 2), rowData(90'000, 3)};
    StreamResult result;
    std::vector<Digest> objects;

    explicit Written(bool encrypted = true)
        : run(encrypted) {
        PoolRunner runner(2);
        const auto stream = run.stream(runner);
        for (std::size_t i = 0; i < plain.size(); ++i) {
            if (!writeItem(*stream, "table:" + std::to_string(i), plain[i]))
                qFatal("cannot write");
        }
        if (!stream->finish())
            qFatal("cannot finish");
        result = run.results.at(0);
        objects = names(result);
    }
    Result<Bytes> read(std::size_t item) { return readItem(run.reader(), result.items[item], objects); }
    /// The name of one of the second item's objects.
    Digest ofLarge(std::size_t number) const { return objects[result.items[1].firstObject + number]; }
};

/// Reads to the error: how many bytes came before, and the error.
std::pair<Bytes, Error> readToError(Written& written, std::size_t item) {
    const auto source =
        openItemReader(written.run.reader(), written.result.items[item], written.objects, {}).value();
    Bytes out;
    Bytes buffer(64 * 1024);
    while (true) {
        const auto count = source->read(buffer);
        if (!count) {
            const auto again = source->read(buffer);
            return {out, again ? Error{} : again.error()}; // it stays that error
        }
        if (*count == 0)
            return {out, Error{ErrorCode::Internal, "the end came, not an error", {}, false, {}}};
        out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
    }
}

} // namespace

class TestItemReader : public QObject {
    Q_OBJECT
private slots:
    void read_anySizeOfPieces_givesTheItem() {
        for (const bool encrypted : {true, false}) {
            Written written(encrypted);
            const auto reader = written.run.reader();
            for (std::size_t i = 0; i < written.plain.size(); ++i) {
                for (const std::size_t piece : {std::size_t{4099}, 30 * kMiB}) {
                    const auto back = readItem(reader, written.result.items[i], written.objects, piece);
                    CHECK_OK(back);
                    QVERIFY(*back == written.plain[i]);
                }
            }
        }
    }

    void read_afterTheEnd_isTheEndAgain() {
        Written written;
        const auto source =
            openItemReader(written.run.reader(), written.result.items[0], written.objects, {}).value();
        QVERIFY(test::readAll(*source).value() == written.plain[0]);
        Bytes buffer(10);
        QCOMPARE(source->read(buffer).value(), std::size_t{0});
    }

    void read_objectDamagedInAnyWay_isCorruptAndNamed_data() {
        QTest::addColumn<QString>("what");
        for (const char* what : {"bit", "cut", "empty", "swapped"})
            QTest::newRow(what) << QString::fromLatin1(what);
    }
    void read_objectDamagedInAnyWay_isCorruptAndNamed() {
        QFETCH(QString, what);
        Written written;
        const Digest name = written.ofLarge(1);
        Bytes bytes = written.run.store.get(objectKey(name), {}).value();
        if (what == QLatin1String("bit"))
            bytes[bytes.size() - 1] ^= std::byte{128};
        else if (what == QLatin1String("cut"))
            bytes.pop_back();
        else if (what == QLatin1String("empty"))
            bytes.clear();
        else
            bytes = written.run.store.get(objectKey(written.ofLarge(0)), {}).value();
        written.run.overwrite(name, bytes);
        const auto [before, error] = readToError(written, 1);
        QVERIFY(error.code == ErrorCode::Corrupt);
        QCOMPARE(error.context.at("key"), objectKey(name));
        QCOMPARE(error.context.at("item"), std::string("table:1"));
        QVERIFY(error.message.find("name of table:1") != std::string::npos);
        // What was given before is right.
        QVERIFY(before.size() >= kMiB && before.size() < written.plain[1].size());
        QVERIFY(std::equal(before.begin(), before.end(), written.plain[1].begin()));
        // Other items are not hit.
        CHECK_OK(written.read(0));
        CHECK_OK(written.read(2));
    }

    void read_objectMissing_isNotFoundAndNamed() {
        Written written;
        CHECK_OK(written.run.store.remove(objectKey(written.ofLarge(2)), {}));
        const auto [before, error] = readToError(written, 1);
        QVERIFY(error.code == ErrorCode::NotFound);
        QCOMPARE(error.context.at("key"), objectKey(written.ofLarge(2)));
        QVERIFY(!error.hint.empty());
    }

    void read_storeFlipsABit_isCorrupt() {
        Written written;
        written.run.store.inject({.kind = StoreFault::Kind::FlipBit, .at = 2});
        QVERIFY(readToError(written, 1).second.code == ErrorCode::Corrupt);
        // The bytes in the store are good: the next reading says so.
        QVERIFY(written.read(1).value() == written.plain[1]);
    }

    void read_storeFailsForAMoment_goesOn() {
        Written written;
        written.run.store.inject({.op = StoreOp::Get, .at = 2});
        QVERIFY(written.read(1).value() == written.plain[1]);
    }

    void read_storeFails_isThatError() {
        Written written;
        written.run.store.inject({.op = StoreOp::Get, .at = 2, .sticky = true});
        QVERIFY(readToError(written, 1).second.code == ErrorCode::IoError);
    }

    void read_manifestSaysOtherwise_isCorruptInsteadOfTheEnd() {
        Written written;
        const ManifestItem good = written.result.items[1];
        const auto reader = written.run.reader();
        const auto refused = [&](const std::function<void(ManifestItem&)>& change) {
            ManifestItem item = good;
            change(item);
            const auto back = readItem(reader, item, written.objects);
            return failsWith(back, ErrorCode::Corrupt);
        };
        QVERIFY(refused([](ManifestItem& item) { item.sha256[0] = item.sha256[0] == '0' ? '1' : '0'; }));
        QVERIFY(refused([](ManifestItem& item) { item.sha256.clear(); }));
        QVERIFY(refused([](ManifestItem& item) { ++item.sizeBytes; }));
        QVERIFY(refused([](ManifestItem& item) { --item.sizeBytes; }));
        QVERIFY(refused([](ManifestItem& item) { item.sizeBytes = 10; }));
        QVERIFY(refused([](ManifestItem& item) { item.offset = 1; }));
        QVERIFY(refused([](ManifestItem& item) { item.offset = 1ULL << 60U; }));
        QVERIFY(refused([](ManifestItem& item) { ++item.objectCount; }));
        QVERIFY(refused([](ManifestItem& item) { --item.objectCount; }));
        QVERIFY(refused([](ManifestItem& item) { item.firstObject = 1ULL << 63U; }));
        QVERIFY(refused([](ManifestItem& item) { item.objectCount = ~0ULL; }));
        QVERIFY(refused([](ManifestItem& item) { item.objectCount = 0; }));
    }

    void read_wrongIdentity_isSaid() {
        Written written;
        const AgeIdentity stranger = AgeIdentity::generate().value();
        const auto reader = std::make_shared<ObjectReader>(written.run.store, &stranger);
        CHECK_FAILS(readItem(reader, written.result.items[0], written.objects), ErrorCode::WrongIdentity);
    }

    void read_cancelled_ends() {
        Written written;
        std::stop_source stop;
        const auto source =
            openItemReader(written.run.reader(), written.result.items[1], written.objects, stop.get_token())
                .value();
        Bytes buffer(1000);
        CHECK_OK(source->read(buffer));
        stop.request_stop();
        CHECK_FAILS(source->read(buffer), ErrorCode::Cancelled);
    }

    void read_smallItemsInAnyOrder_keepsLittle() {
        // More objects than are kept, read around in a circle.
        ObjectFixture run;
        PoolRunner runner(2);
        const auto stream = run.stream(runner);
        std::vector<Bytes> items;
        for (std::size_t i = 0; i < 40; ++i) {
            items.push_back(randomData(900'000, i + 1));
            CHECK_OK(writeItem(*stream, std::to_string(i), items.back()));
        }
        CHECK_OK(stream->finish());
        const StreamResult& result = run.results[0];
        QVERIFY(result.objects.size() > 4);
        const auto reader = run.reader();
        for (std::size_t i = 0; i < 80; ++i) {
            const std::size_t at = (i * 7) % items.size();
            QVERIFY(readItem(reader, result.items[at], names(result)).value() == items[at]);
        }
    }
};

QTEST_APPLESS_MAIN(TestItemReader)
#include "test_itemreader.moc"
