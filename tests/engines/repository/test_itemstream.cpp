// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "repository/objectfixture.h"

#include <QJsonObject>
#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

/// Writes the items as one stream and gives what came of it.
StreamResult written(ObjectFixture& run, const std::vector<Bytes>& items, std::size_t piece = 65536) {
    PoolRunner runner(2);
    const auto stream = run.stream(runner);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (const auto result = writeItem(*stream, "item " + std::to_string(i), items[i], piece); !result)
            qFatal("%s", result.error().message.c_str());
    }
    if (const auto result = stream->finish(); !result)
        qFatal("%s", result.error().message.c_str());
    return run.results.back();
}

std::vector<std::uint32_t> plainSizes(const StreamResult& result) {
    std::vector<std::uint32_t> out;
    for (const StoredObject& object : result.objects)
        out.push_back(object.plainBytes);
    return out;
}

} // namespace

class TestItemStream : public QObject {
    Q_OBJECT
private slots:
    void finish_itemOfAnySize_readsBack_data() {
        QTest::addColumn<qulonglong>("size");
        QTest::addColumn<int>("objects");
        QTest::newRow("0") << qulonglong{0} << 0;
        QTest::newRow("1") << qulonglong{1} << 1;
        QTest::newRow("1 MiB - 1") << qulonglong{kMiB - 1} << 1;
        QTest::newRow("1 MiB") << qulonglong{kMiB} << 1;
        QTest::newRow("1 MiB + 1") << qulonglong{kMiB + 1} << 1;
        QTest::newRow("16 MiB") << qulonglong{16 * kMiB} << -1;
        QTest::newRow("16 MiB + 1") << qulonglong{16 * kMiB + 1} << -1;
        QTest::newRow("33 MiB") << qulonglong{33 * kMiB + 12345} << -1;
    }
    void finish_itemOfAnySize_readsBack() {
        QFETCH(qulonglong, size);
        QFETCH(int, objects);
        ObjectFixture run;
        const Bytes plain = rowData(size, 1);
        const StreamResult result = written(run, {plain});
        QCOMPARE(result.items.size(), std::size_t{1});
        const ManifestItem& item = result.items[0];
        QCOMPARE(item.sizeBytes, std::uint64_t{size});
        QCOMPARE(item.sha256, toHex(sha256(plain)));
        QCOMPARE(item.firstObject, std::uint64_t{0});
        QCOMPARE(item.offset, std::uint64_t{0});
        QCOMPARE(item.objectCount, std::uint64_t{result.objects.size()});
        if (objects >= 0)
            QCOMPARE(result.objects.size(), static_cast<std::size_t>(objects));
        const auto back = readItem(run.reader(), item, names(result));
        CHECK_OK(back);
        QVERIFY(*back == plain);
        QCOMPARE(run.plainBytes.load(), std::uint64_t{size});
    }

    void endItem_reportOfTheEngine_isInTheResult() {
        ObjectFixture run;
        PoolRunner runner(1);
        const auto stream = run.stream(runner, 42);
        ManifestItem item = itemNamed("table:a", "hypertable 1");
        item.changeKey = "7/1";
        item.parallelPhase = true;
        stream->beginItem(item);
        CHECK_OK(stream->write(asBytes("rows")));
        CHECK_OK(
            stream->endItem(3, "abc", QJsonObject{{QStringLiteral("format"), QStringLiteral("binary")}}));
        CHECK_OK(stream->finish());
        const StreamResult& result = run.results.at(0);
        QCOMPARE(result.order, std::uint64_t{42});
        QCOMPARE(result.group, std::string("hypertable 1"));
        const ManifestItem& out = result.items.at(0);
        QCOMPARE(out.id, std::string("table:a"));
        QCOMPARE(out.changeKey, std::string("7/1"));
        QVERIFY(out.parallelPhase);
        QCOMPARE(out.rows, std::uint64_t{3});
        QCOMPARE(out.contentHash, std::string("abc"));
        QCOMPARE(out.details.value(QStringLiteral("format")).toString(), QStringLiteral("binary"));
    }

    void finish_smallItems_shareObjects() {
        ObjectFixture run;
        std::vector<Bytes> items;
        for (std::size_t i = 0; i < 300; ++i)
            items.push_back(rowData(i % 10 == 0 ? 0 : 100 + i, i));
        const StreamResult result = written(run, items);
        QCOMPARE(result.objects.size(), std::size_t{1});
        const auto reader = run.reader();
        const auto before = run.store.operations(StoreOp::Get);
        for (std::size_t i = 0; i < items.size(); ++i) {
            QCOMPARE(result.items[i].objectCount, std::uint64_t{items[i].empty() ? 0U : 1U});
            QVERIFY(readItem(reader, result.items[i], names(result)).value() == items[i]);
        }
        // The object they share is read once.
        QCOMPARE(run.store.operations(StoreOp::Get) - before, std::uint64_t{1});
    }

    void finish_smallItemsOverSeveralObjects_readBack() {
        ObjectFixture run;
        std::vector<Bytes> items;
        for (std::size_t i = 0; i < 40; ++i)
            items.push_back(randomData(700'000 + i * 1111, i + 1));
        const StreamResult result = written(run, items);
        QVERIFY(result.objects.size() > 3);
        bool anyAcross = false;
        for (std::size_t i = 0; i < items.size(); ++i) {
            anyAcross = anyAcross || result.items[i].objectCount == 2;
            QVERIFY(readItem(run.reader(), result.items[i], names(result), 33'333).value() == items[i]);
        }
        QVERIFY(anyAcross);
    }

    void finish_largeItemAmongSmall_beginsAndEndsOnABoundary() {
        ObjectFixture run;
        const std::vector<Bytes> items{rowData(1000, 1),     rowData(2000, 2), rowData(kMiB, 3),
                                       rowData(kMiB + 5, 4), rowData(500, 5),  {},
                                       rowData(600, 6)};
        const StreamResult result = written(run, items);
        const std::vector<std::uint32_t> expected{3000, kMiB, kMiB + 5, 1100};
        QCOMPARE(plainSizes(result), expected);
        for (const std::size_t large : {2U, 3U}) {
            QCOMPARE(result.items[large].offset, std::uint64_t{0});
            QCOMPARE(result.items[large].firstObject, std::uint64_t{large - 1});
            QCOMPARE(result.items[large].objectCount, std::uint64_t{1});
        }
        QCOMPARE(result.items[1].offset, std::uint64_t{1000});
        QCOMPARE(result.items[6].offset, std::uint64_t{500});
        QCOMPARE(result.items[6].firstObject, std::uint64_t{3});
        for (std::size_t i = 0; i < items.size(); ++i)
            QVERIFY(readItem(run.reader(), result.items[i], names(result)).value() == items[i]);
    }

    void finish_largeItem_hasTheSameObjectsWhereverItStands() {
        const Bytes large = randomData(12 * kMiB, 1);
        ObjectFixture run;
        const auto alone = written(run, {large});
        run.rememberEverything();
        const auto among = written(run, {rowData(5000, 2), large, rowData(100, 3)});
        QCOMPARE(run.objects->figures().newObjects, std::uint64_t{2}); // the small ones
        const std::vector<Digest> all = names(among);
        QVERIFY(names(alone) == std::vector<Digest>(all.begin() + 1, all.end() - 1));
    }

    void finish_anySizeOfWrites_givesTheSameObjects() {
        const std::vector<Bytes> items{rowData(900'000, 1), randomData(9 * kMiB, 2), rowData(400'000, 3),
                                       rowData(800'000, 4)};
        ObjectFixture run(false); // names of objects depend on the content alone
        const auto first = written(run, items, 65536);
        const auto second = written(run, items, 1013);
        const auto third = written(run, items, 20 * kMiB);
        QVERIFY(first.objects == second.objects);
        QVERIFY(first.objects == third.objects);
        for (std::size_t i = 0; i < items.size(); ++i) {
            QCOMPARE(second.items[i].firstObject, first.items[i].firstObject);
            QCOMPARE(second.items[i].offset, first.items[i].offset);
            QCOMPARE(third.items[i].objectCount, first.items[i].objectCount);
        }
    }

    void finish_changedRows_storeLittleAnew() {
        Bytes table = randomData(40 * kMiB, 1);
        ObjectFixture run;
        const auto first = written(run, {table});
        run.rememberEverything();
        table.insert(table.begin() + 17 * static_cast<std::ptrdiff_t>(kMiB), 333, std::byte{'n'});
        const auto second = written(run, {table});
        QVERIFY(first.objects.size() > 5);
        QVERIFY2(run.objects->figures().newObjects <= 3, "an insertion changes the chunks near it only");
        QVERIFY(readItem(run.reader(), second.items[0], names(second)).value() == table);
    }

    void write_poolIsSlow_memoryStaysBounded() {
        ObjectFixture run;
        PoolRunner runner(2, 3);
        const auto stream = run.stream(runner);
        CHECK_OK(writeItem(*stream, "large", Bytes(120 * kMiB)));
        CHECK_OK(stream->finish());
        QVERIFY(runner.mostUnderWay() <= 3);
        // All chunks are equal but the last.
        QCOMPARE(run.filesInStore(), std::uint64_t{2});
        QCOMPARE(run.results[0].objects.size(), std::size_t{8});
    }

    void chunkBuffers_givenBack_areUsedAgain() {
        ChunkBuffers buffers(1);
        Bytes first = buffers.take();
        QVERIFY(first.empty() && first.capacity() >= Chunker::kMaxBytes);
        first.push_back(std::byte{1});
        const std::byte* const at = first.data();
        buffers.giveBack(std::move(first));
        buffers.giveBack(Bytes(10)); // not one of them
        Bytes again = buffers.take();
        QVERIFY(again.empty());
        again.push_back(std::byte{2});
        QVERIFY(again.data() == at);
    }

    void write_storeFails_isSaidAndNothingFinishes_data() {
        QTest::addColumn<qulonglong>("at");
        for (const qulonglong at : {1U, 2U, 4U})
            QTest::newRow(qPrintable(QString::number(at))) << at;
    }
    void write_storeFails_isSaidAndNothingFinishes() {
        QFETCH(qulonglong, at);
        ObjectFixture run;
        run.store.inject({.error = {ErrorCode::NoSpace, "disk full", {}, false, {}},
                          .op = StoreOp::Put,
                          .at = at,
                          .sticky = true});
        PoolRunner runner(2);
        const auto stream = run.stream(runner);
        Result<> outcome = writeItem(*stream, "large", randomData(40 * kMiB, 1));
        if (outcome)
            outcome = stream->finish();
        CHECK_FAILS(outcome, ErrorCode::NoSpace);
        // It stays the first error, whatever comes.
        CHECK_FAILS(stream->write(asBytes("more")), ErrorCode::NoSpace);
        CHECK_FAILS(stream->endItem(0, {}, {}), ErrorCode::NoSpace);
        QVERIFY(!stream->finish());
        QVERIFY(run.results.empty());
    }

    void write_misused_isABug() {
        ObjectFixture run;
        PoolRunner runner(1);
        auto stream = run.stream(runner);
        CHECK_FAILS(stream->write(asBytes("x")), ErrorCode::Internal);
        stream = run.stream(runner);
        CHECK_FAILS(stream->endItem(0, {}, {}), ErrorCode::Internal);
        stream = run.stream(runner);
        stream->beginItem(itemNamed("a"));
        CHECK_FAILS(stream->finish(), ErrorCode::Internal);
        stream = run.stream(runner);
        stream->beginItem(itemNamed("a"));
        stream->beginItem(itemNamed("b"));
        CHECK_FAILS(stream->write(asBytes("x")), ErrorCode::Internal);
        stream = run.stream(runner);
        CHECK_OK(writeItem(*stream, "a", asBytes("x")));
        stream->beginItem(itemNamed("b", "another group"));
        const auto refused = stream->write(asBytes("x"));
        CHECK_FAILS(refused, ErrorCode::Internal);
        QVERIFY(refused.error().message.find("another group") != std::string::npos);
        QVERIFY(run.results.empty());
    }

    void finish_nothingWritten_isNoResult() {
        ObjectFixture run;
        PoolRunner runner(1);
        const auto stream = run.stream(runner, 5);
        CHECK_OK(stream->finish());
        CHECK_OK(stream->finish());
        QVERIFY(run.results.empty());
    }

    void destroy_withoutFinish_waitsAndReportsNothing() {
        ObjectFixture run;
        PoolRunner runner(2);
        {
            const auto stream = run.stream(runner);
            CHECK_OK(writeItem(*stream, "large", randomData(30 * kMiB, 1)));
        }
        QVERIFY(run.results.empty());
        run.objects.reset(); // nothing uses it any more: the sanitizers watch
    }

    void finish_tasksDropped_isCancelled() {
        // A runner that is stopped destroys what it will not run; the stream must not wait for it for ever.
        class Dropping final : public TaskRunner {
        public:
            Result<> submit(std::function<void()>) override { return {}; }
            bool poolIsBottleneck() const override { return false; }
        } runner;
        ObjectFixture run;
        const auto stream = run.stream(runner);
        stream->beginItem(itemNamed("a"));
        CHECK_OK(stream->write(asBytes("x")));
        CHECK_OK(stream->endItem(1, {}, {}));
        CHECK_FAILS(stream->finish(), ErrorCode::Cancelled);
    }

    void compressionLevel_sourceWaits_stepsDownAndUp() {
        CompressionLevel level(3, true);
        QCOMPARE(level.next(false), 3);
        QCOMPARE(level.next(true), 3);
        QCOMPARE(level.next(true), 2);
        QCOMPARE(level.next(true), 2);
        QCOMPARE(level.next(false), 2); // not twice in a row
        QCOMPARE(level.next(true), 2);
        QCOMPARE(level.next(true), 1);
        for (int i = 0; i < 6; ++i)
            QCOMPARE(level.next(true), 1);
        for (int i = 0; i < 7; ++i)
            QCOMPARE(level.next(false), 1);
        QCOMPARE(level.next(false), 2);
        for (int i = 0; i < 40; ++i)
            level.next(false);
        QCOMPARE(level.next(false), 3);
    }

    void compressionLevel_notAdaptive_stays() {
        CompressionLevel level(5, false);
        for (int i = 0; i < 10; ++i)
            QCOMPARE(level.next(true), 5);
        QCOMPARE(CompressionLevel(0, false).next(false), 1);
        QCOMPARE(CompressionLevel(50, true).next(false), 19);
    }
};

QTEST_APPLESS_MAIN(TestItemStream)
#include "test_itemstream.moc"
