// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/proofexecutor.h"
#include "workers/executor/restoreexecutor.h"

#include "support/check.h"
#include "workers/fakesource.h"

#include <QJsonArray>

#include <latch>

using namespace salvor;
using namespace salvor::test;

namespace {

/// What a backup of the plan would leave: small items eight to an object, big ones in objects of their own.
Manifest manifestOf(const Plan& plan) {
    Manifest manifest;
    manifest.finish = QJsonObject{{QStringLiteral("relations"), 7}};
    std::uint64_t position = 0;
    for (const auto& phase : plan.phases) {
        for (const auto& item : phase.items) {
            ManifestItem stored;
            stored.phase = phase.name;
            stored.parallelPhase = phase.parallel;
            stored.id = item.id;
            stored.name = item.name;
            stored.group = item.group;
            stored.details = item.details;
            stored.rows = item.sizeEstimateBytes / 10;
            stored.sizeBytes = item.sizeEstimateBytes;
            stored.contentHash = "hash of " + item.id;
            const bool big = item.sizeEstimateBytes > 1000000;
            stored.firstObject = big ? 1000 + position : position / 8;
            ++position;
            stored.objectCount = 1;
            manifest.items.push_back(stored);
        }
    }
    return manifest;
}

struct Setup {
    Plan plan = makePlan();
    Manifest manifest = manifestOf(plan);
    FakeCounters counters;
    ItemHook hook;
    std::function<void(FakeTarget&)> adjust;
    std::string damagedItem;
    std::stop_source stop;
    std::unique_ptr<FakeTarget> target;
    NullProgress nobody;
    ProgressMeter meter{nobody};

    Result<RestoreFigures> run() {
        if (!target)
            target = std::make_unique<FakeTarget>(plan.phases, counters, hook);
        if (adjust)
            adjust(*target);
        RestoreTask task;
        task.target = target.get();
        task.manifest = &manifest;
        task.meter = &meter;
        task.writers = 3;
        task.open = [this](std::size_t index, const CancelToken&) -> Result<std::unique_ptr<ByteSource>> {
            const ManifestItem& item = manifest.items[index];
            std::optional<Error> damage;
            if (item.id == damagedItem)
                damage = Error{ErrorCode::Corrupt, item.name + ": hash differs", {}, false, {}};
            return std::make_unique<OwningSource>(contentOf(makeItem(item.id, item.sizeBytes)), damage);
        };
        return executeRestore(task, stop.get_token());
    }
};

Result<std::vector<ItemDifference>> prove(const Manifest& manifest, FakeSnapshot& snapshot,
                                          const CancelToken& cancel = {}) {
    NullProgress nobody;
    ProgressMeter meter(nobody);
    return executeProof(ProofTask{&snapshot, &manifest, &meter, 3}, cancel);
}

} // namespace

class TestRestoreExecutor : public QObject {
    Q_OBJECT

private slots:
    void restore_wholePlan_writesTheSameBytes();
    void restore_phases_runOneAfterTheOther();
    void restore_itemInTwoPhases_isOpenedTwice();
    void restore_damagedItem_failsAndDoesNotFinish_data();
    void restore_damagedItem_failsAndDoesNotFinish();
    void restore_damageBehindWhatTheServerTook_isFound();
    void restore_firstError_stopsTheOthers();
    void restore_serverTookOtherRows_isProofFailed();
    void restore_itemNotInTheManifest_isInternal();
    void restore_cancelled_endsAtOnce();
    void contentsOf_manifest_givesPhasesAndReports();
    void proof_equal_hasNoDifferences();
    void proof_changes_areListed();
    void proof_missingAndExtraItems_areListed();
    void proof_otherFinish_isListed();
    void proof_itemLeftOutByName_isNoDifference();
    void proof_itemThatTakesLong_isBegunFirst();
    void proof_cancelled_isCancelled();
};

void TestRestoreExecutor::restore_wholePlan_writesTheSameBytes() {
    Setup setup;
    const auto figures = setup.run();
    CHECK_OK(figures);
    QCOMPARE(figures->items, std::uint64_t{605});
    std::uint64_t bytes = 0;
    for (const auto& phase : setup.plan.phases) {
        for (const auto& item : phase.items) {
            QVERIFY2(setup.target->written.at(item.id) == contentOf(item), item.id.c_str());
            bytes += item.sizeEstimateBytes;
        }
    }
    QCOMPARE(figures->bytes, bytes);
    QCOMPARE(setup.meter.picture().bytesDone, bytes);
    QVERIFY(setup.target->finished);
    QCOMPARE(setup.counters.wrongThread.load(), 0);
    QCOMPARE(setup.counters.sessions.load(), 0);
}

void TestRestoreExecutor::restore_phases_runOneAfterTheOther() {
    Setup setup;
    CHECK_OK(setup.run());
    QCOMPARE(setup.target->order.front(), std::string("schema/schema"));
    QCOMPARE(setup.target->order.back(), std::string("sequences/sequences"));
}

void TestRestoreExecutor::restore_itemInTwoPhases_isOpenedTwice() {
    Setup setup;
    std::vector<Phase> phases = setup.plan.phases;
    phases.push_back(Phase{"post-data", false, phases[0].items});
    setup.target = std::make_unique<FakeTarget>(phases, setup.counters);
    const auto figures = setup.run();
    CHECK_OK(figures);
    QCOMPARE(setup.target->order.back(), std::string("post-data/schema"));
    QVERIFY(setup.target->written.at("schema") == contentOf(setup.plan.phases[0].items[0]));
    QCOMPARE(figures->items, std::uint64_t{605});
}

void TestRestoreExecutor::restore_damagedItem_failsAndDoesNotFinish_data() {
    QTest::addColumn<QString>("item");
    QTest::newRow("serial") << QStringLiteral("schema");
    QTest::newRow("small") << QStringLiteral("small77");
    QTest::newRow("read ahead") << QStringLiteral("big1");
}

void TestRestoreExecutor::restore_damagedItem_failsAndDoesNotFinish() {
    QFETCH(QString, item);
    Setup setup;
    setup.damagedItem = item.toStdString();
    CHECK_FAILS(setup.run(), ErrorCode::Corrupt);
    QVERIFY(!setup.target->finished);
    QVERIFY(!setup.target->written.contains(setup.damagedItem));
}

void TestRestoreExecutor::restore_damageBehindWhatTheServerTook_isFound() {
    Setup setup;
    setup.damagedItem = "schema";
    setup.adjust = [](FakeTarget& target) { target.takeAtMost = 100; };
    CHECK_FAILS(setup.run(), ErrorCode::Corrupt);
    QVERIFY(!setup.target->finished);
}

void TestRestoreExecutor::restore_firstError_stopsTheOthers() {
    Setup setup;
    std::latch othersHang(2);
    setup.hook = [&](const Item& item, const CancelToken& cancel) -> Result<> {
        if (item.id == "big2") {
            othersHang.wait();
            return failure(ErrorCode::NoSpace, "could not extend file");
        }
        if (item.id.starts_with("big")) {
            othersHang.count_down();
            return hang(cancel);
        }
        return {};
    };
    CHECK_FAILS(setup.run(), ErrorCode::NoSpace);
    QVERIFY(!setup.target->finished);
}

void TestRestoreExecutor::restore_serverTookOtherRows_isProofFailed() {
    Setup setup;
    setup.adjust = [](FakeTarget& target) { target.extraRowsReported = 1; };
    CHECK_FAILS(setup.run(), ErrorCode::ProofFailed);
    QVERIFY(!setup.target->finished);
}

void TestRestoreExecutor::restore_itemNotInTheManifest_isInternal() {
    Setup setup;
    setup.manifest.items.erase(setup.manifest.items.begin() + 5);
    CHECK_FAILS(setup.run(), ErrorCode::Internal);
}

void TestRestoreExecutor::restore_cancelled_endsAtOnce() {
    Setup setup;
    setup.hook = [&](const Item& item, const CancelToken& cancel) -> Result<> {
        if (item.id != "big0")
            return {};
        setup.stop.request_stop();
        return hang(cancel);
    };
    CHECK_FAILS(setup.run(), ErrorCode::Cancelled);
    QVERIFY(!setup.target->finished);
    QCOMPARE(setup.counters.sessions.load(), 0);
}

void TestRestoreExecutor::contentsOf_manifest_givesPhasesAndReports() {
    const Plan plan = makePlan();
    const auto contents = contentsOf(manifestOf(plan));
    QCOMPARE(contents.plan.phases.size(), std::size_t{3});
    QCOMPARE(contents.plan.phases[1].name, std::string("data"));
    QVERIFY(contents.plan.phases[1].parallel);
    QCOMPARE(contents.plan.phases[1].items.size(), plan.phases[1].items.size());
    QCOMPARE(contents.reports.size(), std::size_t{605});
    QCOMPARE(contents.reports[1].contentHash, "hash of " + plan.phases[1].items[0].id);
    QCOMPARE(contents.plan.phases[1].items[3].details, plan.phases[1].items[3].details);
}

void TestRestoreExecutor::proof_equal_hasNoDifferences() {
    FakeCounters counters;
    FakeSnapshot snapshot(makePlan(), counters);
    const auto differences = prove(manifestOf(makePlan()), snapshot);
    CHECK_OK(differences);
    QVERIFY(differences->empty());
    QVERIFY(counters.openedSessions >= 1);
    QCOMPARE(counters.sessions.load(), 0);
}

void TestRestoreExecutor::proof_changes_areListed() {
    FakeCounters counters;
    FakeSnapshot snapshot(makePlan(), counters);
    Manifest manifest = manifestOf(makePlan());
    manifest.items[3].rows += 1;
    manifest.items[5].contentHash = "another";
    manifest.items[603].rows += 1;
    manifest.items[604].sizeBytes += 1; // not compared
    const auto differences = prove(manifest, snapshot);
    CHECK_OK(differences);
    QCOMPARE(differences->size(), std::size_t{3});
    QCOMPARE(differences->at(0).item, manifest.items[603].name); // by name
    QCOMPARE(differences->at(1).item, manifest.items[3].name);
    QCOMPARE(differences->at(1).expected, std::string("11 rows"));
    QCOMPARE(differences->at(1).found, std::string("10 rows"));
    QCOMPARE(differences->at(2).expected, std::string("hash another"));
}

void TestRestoreExecutor::proof_missingAndExtraItems_areListed() {
    FakeCounters counters;
    Plan plan = makePlan();
    const Manifest manifest = manifestOf(plan);
    plan.phases[1].items.erase(plan.phases[1].items.begin());
    plan.phases[1].items.push_back(makeItem("uninvited", 30));
    FakeSnapshot snapshot(plan, counters);
    const auto differences = prove(manifest, snapshot);
    CHECK_OK(differences);
    QCOMPARE(differences->size(), std::size_t{2});
    QCOMPARE(differences->at(0).item, std::string("public.small0"));
    QCOMPARE(differences->at(0).found, std::string("not in the restored database"));
    QCOMPARE(differences->at(1).item, std::string("public.uninvited"));
    QCOMPARE(differences->at(1).expected, std::string("not in the backup"));
}

void TestRestoreExecutor::proof_otherFinish_isListed() {
    FakeCounters counters;
    FakeSnapshot snapshot(makePlan(), counters);
    snapshot.finishResult = QJsonObject{{QStringLiteral("relations"), 8}, {QStringLiteral("only_here"), 1}};
    Manifest manifest = manifestOf(makePlan());
    manifest.finish = QJsonObject{{QStringLiteral("relations"), 7}, {QStringLiteral("indexes"), 1}};
    const auto differences = prove(manifest, snapshot);
    CHECK_OK(differences);
    QCOMPARE(differences->size(), std::size_t{2});
    QCOMPARE(differences->at(0).item, std::string("indexes"));
    QCOMPARE(differences->at(0).found, std::string("absent"));
    QCOMPARE(differences->at(1).found, std::string("{\"relations\":8}"));
}

void TestRestoreExecutor::proof_itemLeftOutByName_isNoDifference() {
    FakeCounters counters;
    Plan plan = makePlan();
    const Manifest manifest = manifestOf(plan);
    plan.phases.erase(plan.phases.begin());
    FakeSnapshot unnamed(plan, counters);
    const auto missing = prove(manifest, unnamed);
    CHECK_OK(missing);
    QCOMPARE(missing->size(), std::size_t{1});
    QCOMPARE(missing->front().item, std::string("public.schema"));
    FakeSnapshot named(plan, counters);
    named.finishResult->insert(QStringLiteral("not_compared"), QJsonArray{QStringLiteral("schema")});
    const auto differences = prove(manifest, named);
    CHECK_OK(differences);
    QVERIFY(differences->empty());
}

void TestRestoreExecutor::proof_itemThatTakesLong_isBegunFirst() {
    Plan plan = makePlan(5, 2);
    Phase& data = plan.phases[1];
    data.items.push_back(makeItem("definitions", 50));
    const Manifest manifest = manifestOf(plan); // few bytes were saved of it
    data.items.back().sizeEstimateBytes = 2000000;
    FakeCounters counters;
    std::vector<std::string> begun;
    FakeSnapshot snapshot(plan, counters, [&](const Item& item, const CancelToken&) -> Result<> {
        begun.push_back(item.id);
        return {};
    });
    NullProgress nobody;
    ProgressMeter meter(nobody);
    CHECK_OK(executeProof(ProofTask{&snapshot, &manifest, &meter, 1}, {}));
    QCOMPARE(begun.size(), std::size_t{10});
    QCOMPARE(begun[1], std::string("definitions")); // behind the phase before
    QCOMPARE(begun[2], std::string("big1"));
}

void TestRestoreExecutor::proof_cancelled_isCancelled() {
    FakeCounters counters;
    std::stop_source stop;
    FakeSnapshot snapshot(makePlan(), counters, [&](const Item& item, const CancelToken& cancel) -> Result<> {
        if (item.id != "big0")
            return {};
        stop.request_stop();
        return hang(cancel);
    });
    CHECK_FAILS(prove(manifestOf(makePlan()), snapshot, stop.get_token()), ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(TestRestoreExecutor)
#include "test_restoreexecutor.moc"
