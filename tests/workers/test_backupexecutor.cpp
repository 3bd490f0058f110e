// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/backupexecutor.h"

#include "support/check.h"
#include "workers/executor/threadpool.h"
#include "workers/fakesource.h"

#include <algorithm>
#include <latch>

using namespace salvor;
using namespace salvor::test;

namespace {

/// A backup of the fake source into memory; what a test wants different it sets before run().
struct Setup {
    Plan plan = makePlan();
    FakeCounters counters;
    ItemHook hook;
    std::function<void(FakeSnapshot&)> adjust;
    std::size_t readers = 3;
    ThreadPoolLimits limits{2, 4};
    std::stop_source stop;
    std::vector<std::shared_ptr<MemoryWriter>> writers; ///< one an attempt
    std::function<void(MemoryWriter&)> onWriter;
    std::function<void(const Error&)> changed;
    NullProgress nobody;
    ProgressMeter meter{nobody};

    Result<BackupRecord> run() {
        ThreadPool pool(limits, stop.get_token());
        BackupTask task;
        task.beginWriting = [this](const CancelToken&) -> Result<std::unique_ptr<BackupWriter>> {
            auto kept = std::make_shared<MemoryWriter>();
            if (onWriter)
                onWriter(*kept);
            writers.push_back(kept);
            return std::make_unique<Borrowed>(kept);
        };
        task.prepare = [this](const CancelToken&) -> Result<std::unique_ptr<Snapshot>> {
            auto snapshot = std::make_unique<FakeSnapshot>(plan, counters, hook);
            if (adjust)
                adjust(*snapshot);
            return snapshot;
        };
        task.changed = changed;
        task.describe = [](const Plan& read, const QJsonObject& finish) {
            Manifest manifest;
            manifest.record.id = "20260101T000000Z-ABCDEF";
            manifest.server = read.server;
            manifest.finish = finish;
            return manifest;
        };
        task.runner = &pool;
        task.meter = &meter;
        task.readers = readers;
        return executeBackup(task, stop.get_token());
    }
    MemoryWriter& writer() { return *writers.back(); }

private:
    /// The executor owns its writer; the test looks into it afterwards.
    class Borrowed final : public BackupWriter {
    public:
        explicit Borrowed(std::shared_ptr<MemoryWriter> writer)
            : m_writer(std::move(writer)) {}
        std::unique_ptr<ItemStream> openStream(std::uint64_t order, TaskRunner& runner,
                                               const CancelToken& cancel) override {
            return m_writer->openStream(order, runner, cancel);
        }
        WriterFigures figures() const override { return m_writer->figures(); }
        std::vector<Error> passedOver() const override { return m_writer->passedOver(); }
        Result<BackupRecord> commit(Manifest manifest, const CancelToken& cancel) override {
            return m_writer->commit(std::move(manifest), cancel);
        }

    private:
        std::shared_ptr<MemoryWriter> m_writer;
    };
};

std::vector<std::string> idsOf(const Plan& plan) {
    std::vector<std::string> ids;
    for (const auto& phase : plan.phases) {
        for (const auto& item : phase.items)
            ids.push_back(item.id);
    }
    return ids;
}

} // namespace

class TestBackupExecutor : public QObject {
    Q_OBJECT

private slots:
    void run_wholePlan_storesEachItemInThePlansOrder();
    void run_anyNumberOfReaders_cutsStreamsAlike();
    void run_serialPhase_usesOneSession();
    void run_itemsToBeBegunFirst_areReadBeforeBiggerOnes();
    void run_sessions_stayInTheirThread();
    void run_reports_areMergedIntoTheManifest();
    void run_itemFails_stopsTheOthersAndCommitsNothing();
    void run_sessionFails_commitsNothing();
    void run_engineMiscounts_isInternal();
    void run_sourceChangedOnce_beginsAgain();
    void run_sourceChangesForEver_failsAfterThreeAttempts();
    void run_finishFails_commitsNothing();
    void run_cancelledWhileReading_endsAtOnce();
    void run_cancelledWhileStoring_endsAtOnce();
    void run_slowStore_holdsNoMoreThanTheBudget();
};

void TestBackupExecutor::run_wholePlan_storesEachItemInThePlansOrder() {
    Setup setup;
    CHECK_OK(setup.run());
    const auto& manifest = *setup.writer().committed;
    std::vector<std::string> stored;
    for (const auto& item : manifest.items)
        stored.push_back(item.id);
    QCOMPARE(stored, idsOf(setup.plan));
    for (const auto& phase : setup.plan.phases) {
        for (const auto& item : phase.items)
            QVERIFY2(setup.writer().contents.at(item.id) == contentOf(item), item.id.c_str());
    }
    QCOMPARE(setup.meter.picture().itemsDone, std::uint64_t{605});
    QCOMPARE(setup.meter.picture().bytesDone, setup.meter.picture().bytesTotal);
    QCOMPARE(setup.counters.sessions.load(), 0);
    QCOMPARE(setup.counters.snapshots.load(), 0);
}

void TestBackupExecutor::run_anyNumberOfReaders_cutsStreamsAlike() {
    std::vector<std::map<std::uint64_t, std::size_t>> cuts;
    for (const std::size_t readers : {1, 2, 5}) {
        Setup setup;
        setup.readers = readers;
        CHECK_OK(setup.run());
        std::map<std::uint64_t, std::size_t> cut;
        for (const auto& [order, items] : setup.writer().streams)
            cut[order] = items.size();
        cuts.push_back(cut);
    }
    QVERIFY(cuts[0].size() > 5);
    QCOMPARE(cuts[1], cuts[0]);
    QCOMPARE(cuts[2], cuts[0]);
}

void TestBackupExecutor::run_serialPhase_usesOneSession() {
    Setup setup;
    setup.plan.phases[1].parallel = false;
    CHECK_OK(setup.run());
    QCOMPARE(setup.counters.openedSessions.load(), 1);
    QCOMPARE(setup.counters.mostBusy.load(), 1);
}

void TestBackupExecutor::run_itemsToBeBegunFirst_areReadBeforeBiggerOnes() {
    for (const std::size_t begunFirst : {0U, 1U}) {
        Setup setup;
        setup.readers = 1;
        setup.plan.phases[1].begunFirst = begunFirst;
        std::vector<std::string> read;
        setup.hook = [&](const Item& item, const CancelToken&) -> Result<> {
            read.push_back(item.id);
            return {};
        };
        CHECK_OK(setup.run());
        QCOMPARE(read.at(1), std::string(begunFirst == 0 ? "big2" : "small0")); // behind the schema's phase
        QVERIFY(std::ranges::find(read, "big0") - read.begin() <
                std::ranges::find(read, "small599") - read.begin());
    }
}

void TestBackupExecutor::run_sessions_stayInTheirThread() {
    Setup setup;
    // The readers meet: each must have a session of its own.
    std::latch meeting(3);
    std::atomic<int> arrived = 0;
    setup.hook = [&](const Item& item, const CancelToken&) -> Result<> {
        if (item.id.starts_with("big") && arrived++ < 3)
            meeting.arrive_and_wait();
        return {};
    };
    CHECK_OK(setup.run());
    QCOMPARE(setup.counters.openedSessions.load(), 3);
    QVERIFY(setup.counters.mostBusy >= 3);
    QCOMPARE(setup.counters.wrongThread.load(), 0);
}

void TestBackupExecutor::run_reports_areMergedIntoTheManifest() {
    Setup setup;
    CHECK_OK(setup.run());
    const auto& item = setup.writer().committed->items.at(10);
    QCOMPARE(item.contentHash, "hash of " + item.id);
    QCOMPARE(item.rows, item.sizeBytes / 10);
    QCOMPARE(item.phase, std::string("data"));
    QVERIFY(item.parallelPhase);
    QVERIFY(item.details.value(QStringLiteral("found")).toBool());
    QCOMPARE(item.details.value(QStringLiteral("format")).toString(), QStringLiteral("text"));
    QCOMPARE(setup.writer().committed->finish.value(QStringLiteral("relations")).toInt(), 7);
}

void TestBackupExecutor::run_itemFails_stopsTheOthersAndCommitsNothing() {
    Setup setup;
    std::latch othersHang(2);
    setup.hook = [&](const Item& item, const CancelToken& cancel) -> Result<> {
        if (item.id == "big2") { // begun first: it is the biggest
            othersHang.wait();
            return failure(ErrorCode::ServerError, "relation vanished");
        }
        if (item.id.starts_with("big")) {
            othersHang.count_down();
            return hang(cancel);
        }
        return {};
    };
    const auto result = setup.run();
    CHECK_FAILS(result, ErrorCode::ServerError);
    QVERIFY(!setup.writer().committed);
    QCOMPARE(setup.counters.sessions.load(), 0);
    QCOMPARE(setup.counters.snapshots.load(), 0);
}

void TestBackupExecutor::run_sessionFails_commitsNothing() {
    Setup setup;
    setup.adjust = [](FakeSnapshot& snapshot) { snapshot.failSessions = true; };
    CHECK_FAILS(setup.run(), ErrorCode::ConnectionFailed);
    QVERIFY(!setup.writer().committed);
}

void TestBackupExecutor::run_engineMiscounts_isInternal() {
    Setup setup;
    setup.adjust = [](FakeSnapshot& snapshot) { snapshot.extraBytesReported = 1; };
    CHECK_FAILS(setup.run(), ErrorCode::Internal);
    QVERIFY(!setup.writer().committed);
}

void TestBackupExecutor::run_sourceChangedOnce_beginsAgain() {
    Setup setup;
    setup.hook = [&](const Item& item, const CancelToken&) -> Result<> {
        if (item.id == "big1" && setup.counters.taken == 1)
            return failure(ErrorCode::SourceChanged, "public.big1 was truncated");
        return {};
    };
    std::vector<std::string> told; // and after how many snapshots
    setup.changed = [&](const Error& error) {
        told.push_back(error.message + " " + std::to_string(setup.counters.taken.load()));
    };
    CHECK_OK(setup.run());
    QCOMPARE(told, std::vector<std::string>{"public.big1 was truncated 1"});
    QCOMPARE(setup.counters.taken.load(), 2);
    QCOMPARE(setup.writers.size(), std::size_t{2});
    QVERIFY(!setup.writers[0]->committed);
    QCOMPARE(setup.writers[1]->committed->items.size(), std::size_t{605});
    QCOMPARE(setup.meter.picture().itemsDone, std::uint64_t{605});
}

void TestBackupExecutor::run_sourceChangesForEver_failsAfterThreeAttempts() {
    Setup setup;
    setup.hook = [](const Item& item, const CancelToken&) -> Result<> {
        if (item.id == "sequences")
            return failure(ErrorCode::SourceChanged, "the sequences changed");
        return {};
    };
    const auto result = setup.run();
    CHECK_FAILS(result, ErrorCode::SourceChanged);
    QVERIFY(result.error().message.find("3 attempts") != std::string::npos);
    QCOMPARE(setup.counters.taken.load(), 3);
}

void TestBackupExecutor::run_finishFails_commitsNothing() {
    Setup setup;
    setup.adjust = [](FakeSnapshot& snapshot) {
        snapshot.finishResult = failure(ErrorCode::ConnectionLost, "the server went away");
    };
    CHECK_FAILS(setup.run(), ErrorCode::ConnectionLost);
    QVERIFY(!setup.writer().committed);
}

void TestBackupExecutor::run_cancelledWhileReading_endsAtOnce() {
    Setup setup;
    setup.hook = [&](const Item& item, const CancelToken& cancel) -> Result<> {
        if (item.id == "big0") {
            std::jthread([&] { setup.stop.request_stop(); }).join();
            // What a server says when its query is cancelled must not hide that it was us.
            if (!hang(cancel))
                return failure(ErrorCode::ServerError, "canceling statement due to user request");
        }
        return {};
    };
    CHECK_FAILS(setup.run(), ErrorCode::Cancelled);
    QVERIFY(!setup.writer().committed);
    QCOMPARE(setup.counters.sessions.load(), 0);
}

void TestBackupExecutor::run_cancelledWhileStoring_endsAtOnce() {
    Setup setup;
    setup.onWriter = [&](MemoryWriter& writer) {
        writer.onTask = [&] {
            setup.stop.request_stop();
            (void)hang(setup.stop.get_token());
        };
    };
    CHECK_FAILS(setup.run(), ErrorCode::Cancelled);
    QVERIFY(!setup.writer().committed);
}

void TestBackupExecutor::run_slowStore_holdsNoMoreThanTheBudget() {
    Setup setup;
    setup.plan = makePlan(10, 12, 1500000);
    setup.limits = ThreadPoolLimits{2, 2};
    // Slow is: nothing is stored before more than one object is waiting for it.
    constexpr std::size_t kOneObject = 1024 * 1024;
    setup.onWriter = [](MemoryWriter& writer) {
        writer.onTask = [&writer] {
            for (std::size_t most = writer.mostHeldBytes; most <= kOneObject; most = writer.mostHeldBytes)
                writer.mostHeldBytes.wait(most);
        };
    };
    CHECK_OK(setup.run());
    // The limit, and one object in hand of each of the three readers that wait with it.
    QVERIFY(setup.writer().mostHeldBytes > kOneObject);
    QVERIFY(setup.writer().mostHeldBytes <= std::size_t{(2 + 3) * (1024 + 8) * 1024});
}

QTEST_APPLESS_MAIN(TestBackupExecutor)
#include "test_backupexecutor.moc"
