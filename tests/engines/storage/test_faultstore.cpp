// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The store that other tests rely on to fail.
#include "engines/storage/localstore.h"

#include "storesuite.h"
#include "support/check.h"
#include "support/faultstore.h"
#include "support/streams.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <bit>
#include <memory>
#include <set>

using namespace salvor;
using namespace salvor::test;
using Kind = StoreFault::Kind;

namespace {

/// Owns what it wraps, for the suite.
class OwningFaultStore final : public Store {
public:
    explicit OwningFaultStore(std::unique_ptr<Store> inner)
        : m_inner(std::move(inner))
        , m_faults(*m_inner) {}
    StoreFeatures features() const override { return m_faults.features(); }
    std::string location() const override { return m_faults.location(); }
    Result<> put(std::string_view key, ByteView bytes, const CancelToken& cancel) override {
        return m_faults.put(key, bytes, cancel);
    }
    Result<Bytes> get(std::string_view key, const CancelToken& cancel) override {
        return m_faults.get(key, cancel);
    }
    Result<Bytes> getRange(std::string_view key, std::uint64_t offset, std::uint64_t length,
                           const CancelToken& cancel) override {
        return m_faults.getRange(key, offset, length, cancel);
    }
    Result<> list(std::string_view prefix, const std::function<Result<>(const StoreEntry&)>& visit,
                  const CancelToken& cancel) override {
        return m_faults.list(prefix, visit, cancel);
    }
    Result<> remove(std::string_view key, const CancelToken& cancel) override {
        return m_faults.remove(key, cancel);
    }
    Result<std::optional<StoreEntry>> stat(std::string_view key, const CancelToken& cancel) override {
        return m_faults.stat(key, cancel);
    }
    Result<std::optional<StoreSpace>> space(const CancelToken& cancel) override {
        return m_faults.space(cancel);
    }
    Result<std::uint64_t> removeLeftovers(std::chrono::seconds age, const CancelToken& cancel) override {
        return m_faults.removeLeftovers(age, cancel);
    }
    Result<> sync(const CancelToken& cancel) override { return m_faults.sync(cancel); }
    FaultStore& faults() { return m_faults; }

private:
    std::unique_ptr<Store> m_inner;
    FaultStore m_faults;
};

StoreFault fault(Kind kind, std::optional<StoreOp> op = {}, ErrorCode code = ErrorCode::IoError) {
    StoreFault result;
    result.kind = kind;
    result.op = op;
    result.error.code = code;
    return result;
}

} // namespace

class TestFaultStore : public StoreSuite {
    Q_OBJECT

protected:
    std::unique_ptr<Store> makeStore() override {
        m_dir = std::make_unique<QTemporaryDir>();
        return reopenStore();
    }
    std::unique_ptr<Store> reopenStore() override {
        auto opened = openLocalStore(m_dir->path().toStdString(), m_clock);
        return opened ? std::make_unique<OwningFaultStore>(std::move(*opened)) : nullptr;
    }

private slots:
    void fail_nthOperation_failsOnce();
    void fail_sticky_failsUntilHealed();
    void fail_keyPrefix_hitsOnlyThose();
    void failAfterwards_put_hasWorked();
    void flipBit_get_changesOneBit();
    void truncate_get_isShorter();
    void lists_partialDoubledStale_areWrong();
    void onOperation_seesEach();
    void powerCut_uncertain_endsWithSync();
    void powerCut_replay_losesOnlyTheLost();

private:
    FaultStore& faults() { return dynamic_cast<OwningFaultStore&>(store()).faults(); }
    std::vector<std::string> keys() {
        std::vector<std::string> result;
        const auto keep = [&](const StoreEntry& entry) {
            result.push_back(entry.key);
            return Result<>();
        };
        if (!store().list("", keep, {}))
            return {"failed"};
        std::sort(result.begin(), result.end());
        return result;
    }

    SystemClock m_clock;
    std::unique_ptr<QTemporaryDir> m_dir;
};

using Keys = std::vector<std::string>;

void TestFaultStore::fail_nthOperation_failsOnce() {
    StoreFault second = fault(Kind::Fail, StoreOp::Put, ErrorCode::NoSpace);
    second.at = 2;
    faults().inject(second);
    CHECK_OK(store().put("a", asBytes("a"), {}));
    CHECK_FAILS(store().get("x", {}), ErrorCode::NotFound); // does not count
    CHECK_FAILS(store().put("b", asBytes("b"), {}), ErrorCode::NoSpace);
    CHECK_OK(store().put("c", asBytes("c"), {}));
    QCOMPARE(keys(), (Keys{"a", "c"}));
    QCOMPARE(faults().operations(StoreOp::Put), std::uint64_t(3));
    QCOMPARE(faults().operations(), std::uint64_t(5));
}

void TestFaultStore::fail_sticky_failsUntilHealed() {
    StoreFault all = fault(Kind::Fail);
    all.sticky = true;
    all.at = 2;
    faults().inject(all);
    CHECK_OK(store().put("a", asBytes("a"), {}));
    CHECK_FAILS(store().put("b", asBytes("b"), {}), ErrorCode::IoError);
    CHECK_FAILS(store().sync({}), ErrorCode::IoError);
    CHECK_FAILS(store().space({}), ErrorCode::IoError);
    CHECK_FAILS(store().stat("a", {}), ErrorCode::IoError);
    CHECK_FAILS(store().remove("a", {}), ErrorCode::IoError);
    faults().heal();
    QCOMPARE(keys(), Keys{"a"});
}

void TestFaultStore::fail_keyPrefix_hitsOnlyThose() {
    StoreFault manifests = fault(Kind::Fail, StoreOp::Put);
    manifests.keyPrefix = "manifests/";
    faults().inject(manifests);
    CHECK_OK(store().put("objects/aa/x", asBytes("x"), {}));
    CHECK_FAILS(store().put("manifests/x", asBytes("x"), {}), ErrorCode::IoError);
    CHECK_OK(store().put("manifests/x", asBytes("x"), {}));
}

void TestFaultStore::failAfterwards_put_hasWorked() {
    faults().inject(fault(Kind::FailAfterwards, StoreOp::Put, ErrorCode::Timeout));
    CHECK_FAILS(store().put("a", asBytes("a"), {}), ErrorCode::Timeout);
    CHECK_FAILS(store().put("a", asBytes("a"), {}), ErrorCode::AlreadyExists);
    QCOMPARE(keys(), Keys{"a"});
}

void TestFaultStore::flipBit_get_changesOneBit() {
    const Bytes bytes = makeBytes(1000);
    CHECK_OK(store().put("a", bytes, {}));
    faults().inject(fault(Kind::FlipBit));
    const auto spoiled = store().get("a", {});
    CHECK_OK(spoiled);
    QCOMPARE(spoiled->size(), bytes.size());
    int bits = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bits += std::popcount(std::to_integer<unsigned>((*spoiled)[i] ^ bytes[i]));
    QCOMPARE(bits, 1);
    const auto good = store().get("a", {});
    CHECK_OK(good);
    QVERIFY(*good == bytes);
}

void TestFaultStore::truncate_get_isShorter() {
    CHECK_OK(store().put("a", makeBytes(1000), {}));
    faults().inject(fault(Kind::Truncate));
    const auto spoiled = store().getRange("a", 0, 100, {});
    CHECK_OK(spoiled);
    QCOMPARE(spoiled->size(), std::size_t(50));
}

void TestFaultStore::lists_partialDoubledStale_areWrong() {
    for (const char* key : {"a", "b", "c", "d"})
        CHECK_OK(store().put(key, asBytes(key), {}));
    faults().inject(fault(Kind::PartialList));
    QCOMPARE(keys().size(), std::size_t(2));
    faults().heal();
    faults().inject(fault(Kind::DoubledList));
    QCOMPARE(keys(), (Keys{"a", "a", "b", "b", "c", "c", "d", "d"}));
    faults().heal();
    StoreFault stale = fault(Kind::StaleList);
    stale.sticky = true;
    faults().inject(stale);
    CHECK_OK(store().put("e", asBytes("e"), {}));
    CHECK_OK(store().remove("a", {}));
    QCOMPARE(keys(), (Keys{"a", "b", "c", "d"}));
    faults().heal();
    QCOMPARE(keys(), (Keys{"b", "c", "d", "e"}));
}

void TestFaultStore::onOperation_seesEach() {
    std::stop_source stop;
    faults().onOperation([&](StoreOp op, std::string_view key) {
        if (op == StoreOp::Put && key == "b")
            stop.request_stop();
    });
    CHECK_OK(store().put("a", asBytes("a"), stop.get_token()));
    CHECK_FAILS(store().put("b", asBytes("b"), stop.get_token()), ErrorCode::Cancelled);
}

void TestFaultStore::powerCut_uncertain_endsWithSync() {
    faults().startRecording();
    CHECK_OK(store().put("objects/aa/1", asBytes("1"), {})); // 0
    CHECK_OK(store().put("objects/aa/2", asBytes("2"), {})); // 1
    CHECK_OK(store().put("manifests/m", asBytes("m"), {}));  // 2: durable at once
    CHECK_OK(store().sync({}));                              // 3
    CHECK_OK(store().put("objects/aa/3", asBytes("3"), {})); // 4
    CHECK_FAILS(store().put("objects/aa/3", asBytes("3"), {}), ErrorCode::AlreadyExists); // 5
    CHECK_OK(store().remove("objects/aa/1", {}));                                         // 6
    const PowerCut cut(faults().recording());
    using Indexes = std::vector<std::size_t>;
    QCOMPARE(cut.length(), std::size_t(7));
    QCOMPARE(cut.uncertain(0), Indexes{});
    QCOMPARE(cut.uncertain(3), (Indexes{0, 1}));
    QCOMPARE(cut.uncertain(4), Indexes{});
    QCOMPARE(cut.uncertain(7), (Indexes{4, 6}));
    const PowerCut weak(faults().recording(), [](std::string_view) { return false; });
    QCOMPARE(weak.uncertain(3), (Indexes{0, 1, 2}));
}

void TestFaultStore::powerCut_replay_losesOnlyTheLost() {
    faults().startRecording();
    CHECK_OK(store().put("objects/aa/1", asBytes("1"), {}));
    CHECK_OK(store().put("objects/aa/2", asBytes("2"), {}));
    CHECK_OK(store().put("manifests/m", asBytes("m"), {}));
    CHECK_OK(store().remove("objects/aa/2", {}));
    const PowerCut cut(faults().recording());
    const auto after = [&](std::size_t count, const std::set<std::size_t>& lost) {
        QTemporaryDir dir;
        auto copy = openLocalStore(dir.path().toStdString(), m_clock);
        Keys result;
        if (!copy || !cut.replay(count, lost, **copy))
            return Keys{"failed"};
        const auto keep = [&](const StoreEntry& entry) {
            result.push_back(entry.key);
            return Result<>();
        };
        if (!(*copy)->list("", keep, {}))
            return Keys{"failed"};
        std::sort(result.begin(), result.end());
        return result;
    };
    QCOMPARE(after(4, {}), (Keys{"manifests/m", "objects/aa/1"}));
    QCOMPARE(after(4, {3}), (Keys{"manifests/m", "objects/aa/1", "objects/aa/2"}));
    QCOMPARE(after(4, {0}), Keys{"manifests/m"});
    QCOMPARE(after(1, {}), Keys{"objects/aa/1"});
    QCOMPARE(after(0, {}), Keys{});
}

QTEST_GUILESS_MAIN(TestFaultStore)
#include "test_faultstore.moc"
