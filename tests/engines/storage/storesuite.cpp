// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "storesuite.h"

#include "support/check.h"
#include "support/streams.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace salvor::test {

namespace {

std::vector<std::string> keysOf(Store& store, std::string_view prefix) {
    std::vector<std::string> keys;
    const auto keep = [&](const StoreEntry& entry) {
        keys.push_back(entry.key);
        return Result<>();
    };
    if (auto listed = store.list(prefix, keep, {}); !listed)
        return {"cannot list: " + listed.error().toText()};
    std::sort(keys.begin(), keys.end());
    return keys;
}

CancelToken stoppedToken() {
    std::stop_source stop;
    stop.request_stop();
    return stop.get_token();
}

using Keys = std::vector<std::string>;

} // namespace

void StoreSuite::init() {
    m_store = makeStore();
    QVERIFY(m_store);
    QVERIFY(!m_store->location().empty());
}

void StoreSuite::cleanup() { m_store.reset(); }

void StoreSuite::put_get_areEqual_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<int>("size");
    QTest::newRow("empty") << "salvor-repository.json" << 0;
    QTest::newRow("one byte") << "keys/recovery.age" << 1;
    QTest::newRow("deep") << "wal/6f/00000001/000000010000000000000001.9f-_X" << 70000;
    QTest::newRow("dots") << "a/.hidden/..name/name.." << 10;
    QTest::newRow("large") << "objects/ab/abcdef" << (17 << 20);
}

void StoreSuite::put_get_areEqual() {
    QFETCH(QString, key);
    QFETCH(int, size);
    const Bytes bytes = makeBytes(static_cast<std::size_t>(size));
    CHECK_OK(store().put(key.toStdString(), bytes, {}));
    const auto got = store().get(key.toStdString(), {});
    CHECK_OK(got);
    QVERIFY(*got == bytes);
}

void StoreSuite::put_twice_isAlreadyExists() {
    CHECK_OK(store().put("catalog/1.json", asBytes("first"), {}));
    CHECK_FAILS(store().put("catalog/1.json", asBytes("second"), {}), ErrorCode::AlreadyExists);
    CHECK_FAILS(store().put("catalog/1.json", asBytes("first"), {}), ErrorCode::AlreadyExists);
    const auto got = store().get("catalog/1.json", {});
    CHECK_OK(got);
    QCOMPARE(asText(*got), std::string_view("first"));
    QCOMPARE(keysOf(store(), ""), Keys{"catalog/1.json"});
}

void StoreSuite::put_atOnceFromManyThreads_oneWins() {
    constexpr int kThreads = 6;
    constexpr int kRounds = 10;
    for (int round = 0; round < kRounds; ++round) {
        const std::string key = "catalog/" + std::to_string(round) + ".json";
        std::latch start(kThreads);
        std::atomic<int> winners = 0;
        std::atomic<int> winner = -1;
        std::atomic<int> refused = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < kThreads; ++i) {
                threads.emplace_back([&, i] {
                    const Bytes bytes = makeBytes(100000, static_cast<std::uint64_t>(i));
                    start.arrive_and_wait();
                    const auto done = store().put(key, bytes, {});
                    if (done) {
                        ++winners;
                        winner = i;
                    } else if (done.error().code == ErrorCode::AlreadyExists) {
                        ++refused;
                    }
                });
            }
        }
        QCOMPARE(winners.load(), 1);
        QCOMPARE(refused.load(), kThreads - 1);
        const auto got = store().get(key, {});
        CHECK_OK(got);
        QVERIFY(*got == makeBytes(100000, static_cast<std::uint64_t>(winner.load())));
    }
    QCOMPARE(keysOf(store(), "").size(), std::size_t(kRounds));
}

void StoreSuite::put_badKey_isInvalidInput_data() {
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("absolute") << QByteArray("/etc/passwd");
    QTest::newRow("parent") << QByteArray("objects/../../etc/passwd");
    QTest::newRow("here") << QByteArray("objects/./x");
    QTest::newRow("only dots") << QByteArray("..");
    QTest::newRow("ends with a slash") << QByteArray("objects/");
    QTest::newRow("two slashes") << QByteArray("objects//x");
    QTest::newRow("NUL") << QByteArray("objects/a\0b", 11);
    QTest::newRow("blank") << QByteArray("objects/a b");
    QTest::newRow("plus") << QByteArray("objects/+tmp.1");
    QTest::newRow("line") << QByteArray("objects/a\nb");
    QTest::newRow("not ASCII") << QByteArray("objects/\xc3\xa4");
    QTest::newRow("long step") << QByteArray(256, 'a');
    QTest::newRow("long key") << QByteArray("ab/").repeated(400) + "x";
}

void StoreSuite::put_badKey_isInvalidInput() {
    QFETCH(QByteArray, key);
    const std::string_view name(key.constData(), static_cast<std::size_t>(key.size()));
    CHECK_FAILS(store().put(name, asBytes("x"), {}), ErrorCode::InvalidInput);
    CHECK_FAILS(store().get(name, {}), ErrorCode::InvalidInput);
    CHECK_FAILS(store().getRange(name, 0, 1, {}), ErrorCode::InvalidInput);
    CHECK_FAILS(store().remove(name, {}), ErrorCode::InvalidInput);
    CHECK_FAILS(store().stat(name, {}), ErrorCode::InvalidInput);
    QCOMPARE(keysOf(store(), ""), Keys{});
}

void StoreSuite::put_cancelled_leavesNothing() {
    CHECK_FAILS(store().put("objects/aa/x", makeBytes(1 << 20), stoppedToken()), ErrorCode::Cancelled);
    QCOMPARE(keysOf(store(), ""), Keys{});
    CHECK_OK(store().put("objects/aa/x", asBytes("x"), {}));
    CHECK_FAILS(store().get("objects/aa/x", stoppedToken()), ErrorCode::Cancelled);
    CHECK_FAILS(store().remove("objects/aa/x", stoppedToken()), ErrorCode::Cancelled);
    CHECK_FAILS(store().stat("objects/aa/x", stoppedToken()), ErrorCode::Cancelled);
    QCOMPARE(keysOf(store(), ""), Keys{"objects/aa/x"});
}

void StoreSuite::put_reopened_isThere() {
    CHECK_OK(store().put("objects/aa/x", asBytes("kept"), {}));
    CHECK_OK(store().sync({}));
    const auto other = reopenStore();
    QVERIFY(other);
    const auto got = other->get("objects/aa/x", {});
    CHECK_OK(got);
    QCOMPARE(asText(*got), std::string_view("kept"));
    CHECK_FAILS(other->put("objects/aa/x", asBytes("other"), {}), ErrorCode::AlreadyExists);
}

void StoreSuite::get_missing_isNotFound() {
    CHECK_FAILS(store().get("objects/aa/x", {}), ErrorCode::NotFound);
    CHECK_FAILS(store().getRange("x", 0, 0, {}), ErrorCode::NotFound);
    CHECK_OK(store().put("objects/aa/y", asBytes("y"), {}));
    CHECK_FAILS(store().get("objects/aa/x", {}), ErrorCode::NotFound);
}

void StoreSuite::getRange_insideAndBeyond_isExactOrCorrupt() {
    const Bytes bytes = makeBytes(3 << 20);
    CHECK_OK(store().put("objects/aa/x", bytes, {}));
    const auto range = [&](std::uint64_t offset, std::uint64_t length) {
        return store().getRange("objects/aa/x", offset, length, {});
    };
    const auto middle = range(1000001, 1200000);
    CHECK_OK(middle);
    QVERIFY(std::equal(middle->begin(), middle->end(), bytes.begin() + 1000001, bytes.begin() + 2200001));
    const auto whole = range(0, bytes.size());
    CHECK_OK(whole);
    QVERIFY(*whole == bytes);
    const auto nothing = range(bytes.size(), 0);
    CHECK_OK(nothing);
    QVERIFY(nothing->empty());
    CHECK_FAILS(range(bytes.size() - 1, 2), ErrorCode::Corrupt);
    CHECK_FAILS(range(bytes.size() + 1, 0), ErrorCode::Corrupt);
    CHECK_FAILS(range(~std::uint64_t(0), 2), ErrorCode::Corrupt);
}

void StoreSuite::list_prefix_givesExactlyThose() {
    Keys all{"objects/aa/1", "objects/aa/2", "objects/ab/1", "objects/b", "objectsx/1", "refs/aa/1", "top"};
    for (const std::string& key : all)
        CHECK_OK(store().put(key, asBytes(key), {}));
    QCOMPARE(keysOf(store(), ""), all);
    QCOMPARE(keysOf(store(), "objects/"), Keys(all.begin(), all.begin() + 4));
    QCOMPARE(keysOf(store(), "objects"), Keys(all.begin(), all.begin() + 5));
    QCOMPARE(keysOf(store(), "objects/a"), Keys(all.begin(), all.begin() + 3));
    QCOMPARE(keysOf(store(), "objects/aa/"), Keys(all.begin(), all.begin() + 2));
    QCOMPARE(keysOf(store(), "objects/aa/1"), Keys{"objects/aa/1"});
    QCOMPARE(keysOf(store(), "to"), Keys{"top"});
    std::uint64_t bytes = 0;
    const auto add = [&](const StoreEntry& entry) {
        bytes += entry.sizeBytes;
        return Result<>();
    };
    CHECK_OK(store().list("objects/", add, {}));
    QCOMPARE(bytes, std::uint64_t(12 + 12 + 12 + 9));
    CHECK_FAILS(store().list("../", add, {}), ErrorCode::InvalidInput);
    CHECK_FAILS(store().list("/", add, {}), ErrorCode::InvalidInput);
}

void StoreSuite::list_nothingThere_isEmpty() {
    QCOMPARE(keysOf(store(), ""), Keys{});
    QCOMPARE(keysOf(store(), "objects/"), Keys{});
    CHECK_OK(store().put("objects/aa/1", asBytes("x"), {}));
    CHECK_OK(store().remove("objects/aa/1", {}));
    QCOMPARE(keysOf(store(), "objects/"), Keys{});
    QCOMPARE(keysOf(store(), "objects/aa/"), Keys{});
}

void StoreSuite::list_visitorFails_endsWithItsError() {
    for (int i = 0; i < 5; ++i)
        CHECK_OK(store().put("refs/" + std::to_string(i), asBytes("x"), {}));
    int calls = 0;
    const auto stop = [&](const StoreEntry&) -> Result<> {
        if (++calls == 3)
            return failure(ErrorCode::Conflict, "enough");
        return {};
    };
    CHECK_FAILS(store().list("refs/", stop, {}), ErrorCode::Conflict);
    QCOMPARE(calls, 3);
}

void StoreSuite::list_cancelled_isCancelled() {
    for (int i = 0; i < 5; ++i)
        CHECK_OK(store().put("refs/" + std::to_string(i), asBytes("x"), {}));
    std::stop_source stop;
    int calls = 0;
    const auto visit = [&](const StoreEntry&) {
        ++calls;
        stop.request_stop();
        return Result<>();
    };
    CHECK_FAILS(store().list("refs/", visit, stop.get_token()), ErrorCode::Cancelled);
    QVERIFY(calls < 5);
}

void StoreSuite::list_whileRemoving_givesAll() {
    constexpr int kCount = 300;
    for (int i = 0; i < kCount; ++i)
        CHECK_OK(store().put("objects/aa/" + std::to_string(i), asBytes("x"), {}));
    std::vector<std::string> seen;
    const auto take = [&](const StoreEntry& entry) {
        seen.push_back(entry.key);
        return store().remove(entry.key, {});
    };
    CHECK_OK(store().list("objects/", take, {}));
    std::sort(seen.begin(), seen.end());
    QVERIFY(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    QCOMPARE(seen.size(), std::size_t(kCount));
    QCOMPARE(keysOf(store(), ""), Keys{});
}

void StoreSuite::remove_thenGone_andAbsentIsFine() {
    CHECK_OK(store().remove("objects/aa/x", {}));
    CHECK_OK(store().put("objects/aa/x", asBytes("one"), {}));
    CHECK_OK(store().put("objects/aa/y", asBytes("two"), {}));
    CHECK_OK(store().remove("objects/aa/x", {}));
    CHECK_FAILS(store().get("objects/aa/x", {}), ErrorCode::NotFound);
    CHECK_OK(store().remove("objects/aa/x", {}));
    QCOMPARE(keysOf(store(), ""), Keys{"objects/aa/y"});
    CHECK_OK(store().put("objects/aa/x", asBytes("again"), {}));
    const auto got = store().get("objects/aa/x", {});
    CHECK_OK(got);
    QCOMPARE(asText(*got), std::string_view("again"));
}

void StoreSuite::stat_presentAndMissing_areTold() {
    const auto missing = store().stat("objects/aa/x", {});
    CHECK_OK(missing);
    QVERIFY(!missing->has_value());
    CHECK_OK(store().put("objects/aa/x", makeBytes(12345), {}));
    const auto there = store().stat("objects/aa/x", {});
    CHECK_OK(there);
    QVERIFY(there->has_value());
    QCOMPARE((*there)->key, std::string("objects/aa/x"));
    QCOMPARE((*there)->sizeBytes, std::uint64_t(12345));
    const auto age = SystemClock().now() - (*there)->modified;
    QVERIFY(age > std::chrono::minutes(-10) && age < std::chrono::minutes(10));
}

void StoreSuite::folderName_isNotABlob() {
    CHECK_OK(store().put("objects/aa/x", asBytes("x"), {}));
    CHECK_FAILS(store().get("objects/aa", {}), ErrorCode::NotFound);
    const auto info = store().stat("objects/aa", {});
    CHECK_OK(info);
    QVERIFY(!info->has_value());
    CHECK_OK(store().remove("objects/aa", {}));
    QCOMPARE(keysOf(store(), ""), Keys{"objects/aa/x"});
}

void StoreSuite::sync_afterPuts_isOk() {
    CHECK_OK(store().sync({}));
    for (int i = 0; i < 20; ++i)
        CHECK_OK(store().put("objects/" + std::to_string(i) + "/x", asBytes("x"), {}));
    CHECK_FAILS(store().sync(stoppedToken()), ErrorCode::Cancelled);
    CHECK_OK(store().sync({}));
    CHECK_OK(store().sync({}));
}

void StoreSuite::space_isPlausible() {
    const auto space = store().space({});
    CHECK_OK(space);
    if (*space)
        QVERIFY((*space)->totalBytes > 0 && (*space)->freeBytes <= (*space)->totalBytes);
}

} // namespace salvor::test
