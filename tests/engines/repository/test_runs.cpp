// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/fixture.h"

using namespace salvor;
using namespace salvor::test;

namespace {

RunRecord endedRun(int number) {
    RunRecord run;
    run.id = backupId(number);
    run.kind = "backup";
    run.database = "app";
    run.started = fromRfc3339("2026-11-21T07:40:00Z").value();
    run.ended = fromRfc3339("2026-11-21T07:41:00Z").value();
    run.outcome = RunOutcome::Failed;
    run.error = Error{ErrorCode::NoSpace, "disk full", "free some", false, {{"path", "/x"}}};
    return run;
}

std::size_t spooled(const Fixture& fixture, const std::string& who) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(fixture.statePath(who) / "spool"))
        count += entry.is_regular_file() ? 1 : 0;
    return count;
}

} // namespace

class TestRuns : public QObject {
    Q_OBJECT

private slots:
    void recordRun_storeAnswers_isInTheStoreAndReadByAll() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK((*writer)->recordRun(endedRun(1), {}));
        QVERIFY(fixture.existsRaw("runs/" + backupId(1) + ".json"));
        QCOMPARE(spooled(fixture, "alice"), std::size_t{0});
        const auto runs = (*fixture.openReader())->runs({});
        CHECK_OK(runs);
        QCOMPARE(runs->size(), std::size_t{1});
        QCOMPARE(toJson(runs->front()), toJson(endedRun(1)));
    }

    /// As the other times in the file, with whole seconds: who does not know the fields beside them is right
    /// too.
    void recordRun_partsOfASecond_areInFieldsOfTheirOwn() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        RunRecord run = endedRun(1);
        run.started += std::chrono::microseconds(700'001);
        run.ended = run.started + std::chrono::milliseconds(350);
        CHECK_OK((*fixture.openWriter())->recordRun(run, {}));
        const auto text = fixture.readRaw("runs/" + backupId(1) + ".json");
        for (const char* part : {R"("started":"2026-11-21T07:40:00Z")", R"("started_microseconds":700001)",
                                 R"("ended":"2026-11-21T07:40:01Z")", R"("ended_microseconds":50001)"})
            QVERIFY2(text.find(part) != std::string::npos, part);
        const auto runs = (*fixture.openReader())->runs({});
        CHECK_OK(runs);
        QVERIFY(runs->front().started == run.started && runs->front().ended == run.ended);
    }

    void recordRun_storeDown_isKeptAndSentWithTheNextOpen() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        {
            const auto writer = fixture.openWriter();
            fixture.store().inject(
                {.error = {ErrorCode::NoSpace, "full", {}, false, {}}, .op = StoreOp::Put, .sticky = true});
            CHECK_OK((*writer)->recordRun(endedRun(1), {}));
            QCOMPARE(spooled(fixture, "alice"), std::size_t{1});
            QCOMPARE((*writer)->runs({})->size(), std::size_t{1});
        }
        fixture.store().heal();
        QVERIFY(!fixture.existsRaw("runs/" + backupId(1) + ".json"));
        CHECK_OK(fixture.openWriter());
        QVERIFY(fixture.existsRaw("runs/" + backupId(1) + ".json"));
        QCOMPARE(spooled(fixture, "alice"), std::size_t{0});
    }

    void recordRun_putTimesOutAfterItWorked_isSentOnce() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        fixture.store().inject({.kind = StoreFault::Kind::FailAfterwards,
                                .error = {ErrorCode::Timeout, "no answer", {}, true, {}},
                                .op = StoreOp::Put});
        CHECK_OK((*writer)->recordRun(endedRun(1), {}));
        QCOMPARE(spooled(fixture, "alice"), std::size_t{0});
        QCOMPARE((*writer)->runs({})->size(), std::size_t{1});
    }

    void recordRun_running_staysInTheSpoolUntilItEnds() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        RunRecord run = endedRun(1);
        run.ended.reset();
        run.error.reset();
        run.outcome = RunOutcome::Running;
        CHECK_OK((*writer)->recordRun(run, {}));
        QVERIFY(fixture.keys("runs/").empty());
        QVERIFY((*writer)->runs({})->front().outcome == RunOutcome::Running);
        CHECK_OK((*writer)->recordRun(endedRun(1), {}));
        QVERIFY((*writer)->runs({})->front().outcome == RunOutcome::Failed);
        QCOMPARE(fixture.keys("runs/").size(), std::size_t{1});
    }

    void beginBackup_runLeftByADeadProcess_isEndedAndSent() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(writeStreams(**writer, backupId(1), tinyContent())); // dropped, as by a kill
        QCOMPARE(spooled(fixture, "alice"), std::size_t{1});
        fixture.clock.advance(std::chrono::hours(1));
        CHECK_OK(backUp(**writer, backupId(2), tinyContent()));
        const auto runs = (*fixture.openReader())->runs({});
        QCOMPARE(runs->size(), std::size_t{1});
        QCOMPARE(runs->front().id, backupId(1));
        QVERIFY(runs->front().outcome == RunOutcome::Failed);
        QVERIFY(runs->front().error->code == ErrorCode::Interrupted);
        QCOMPARE(toRfc3339(*runs->front().ended), std::string("2026-11-21T08:40:00Z"));
    }

    void recordRun_reader_keepsItToItself() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto reader = fixture.openReader();
        RunRecord run = endedRun(1);
        run.kind = "restore";
        CHECK_OK((*reader)->recordRun(run, {}));
        QVERIFY(fixture.keys("runs/").empty());
        QCOMPARE((*reader)->runs({})->size(), std::size_t{1});
    }

    void recordRun_malformedId_isRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        RunRecord run = endedRun(1);
        run.id = "../../catalog/9";
        CHECK_FAILS((*writer)->recordRun(run, {}), ErrorCode::InvalidInput);
    }

    void runs_forgedReplayedOrDamaged_areLeftOutAndNamedByVerify() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        for (int i = 1; i <= 3; ++i)
            CHECK_OK((*writer)->recordRun(endedRun(i), {}));
        Fixture other;
        CHECK_OK(other.init());
        CHECK_OK((*other.openWriter())->recordRun(endedRun(1), {}));
        const auto key = [](int number) { return "runs/" + backupId(number) + ".json"; };
        fixture.writeRaw(key(1), other.readRaw(key(1)));                 // signed by another writer
        fixture.writeRaw(key(4), fixture.readRaw(key(2)));               // a copy under another name
        fixture.writeRaw(key(3), fixture.readRaw(key(3)).substr(0, 50)); // cut
        fixture.writeRaw(key(5), fixture.readRaw("catalog/1.json"));     // another kind of document
        const auto reader = fixture.openReader();
        const auto runs = (*reader)->runs({});
        CHECK_OK(runs);
        QCOMPARE(runs->size(), std::size_t{1});
        QCOMPARE(runs->front().id, backupId(2));
        NullProgress progress;
        const auto report = (*reader)->verify({VerifyDepth::Quick, {}}, progress, {});
        CHECK_OK(report);
        std::set<std::string> named;
        for (const auto& problem : report->problems)
            named.insert(problem.error.context.at("key"));
        const std::set<std::string> expected{key(1), key(3), key(4), key(5)};
        QVERIFY(named == expected);
    }

    void runs_unreadable_areLeftOutAndNamed_data() {
        QTest::addColumn<int>("code");
        QTest::newRow("bad sector") << static_cast<int>(ErrorCode::IoError);
        QTest::newRow("another owner") << static_cast<int>(ErrorCode::PermissionDenied);
    }
    void runs_unreadable_areLeftOutAndNamed() {
        QFETCH(int, code);
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        for (int i = 1; i <= 3; ++i)
            CHECK_OK((*writer)->recordRun(endedRun(i), {}));
        const std::string key = "runs/" + backupId(2) + ".json";
        const Error error{static_cast<ErrorCode>(code), "injected", "ask its owner", false, {}};
        fixture.store().inject({.error = error, .op = StoreOp::Get, .keyPrefix = key, .sticky = true});
        std::vector<Error> leftOut;
        const auto runs = (*writer)->runs({}, &leftOut);
        CHECK_OK(runs);
        QCOMPARE(runs->size(), std::size_t{2});
        QCOMPARE(leftOut.size(), std::size_t{1});
        QCOMPARE(leftOut.front().context.at("key"), key);
        QVERIFY(leftOut.front().message.find(key) != std::string::npos);
        QVERIFY(leftOut.front().hint.starts_with("ask its owner; "));
        // The whole folder: its own spool is all there is.
        fixture.store().inject({.error = error, .op = StoreOp::List, .keyPrefix = "runs/", .sticky = true});
        leftOut.clear();
        QVERIFY((*writer)->runs({}, &leftOut)->empty());
        QCOMPARE(leftOut.front().context.at("key"), std::string("runs/"));
    }

    void runs_storeFails_isAnError() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK((*writer)->recordRun(endedRun(1), {}));
        // A share that is away for now; a disk that gives errors for everything; one that is unmounted.
        const Error away[] = {{ErrorCode::IoError, "host is down", {}, true, {}},
                              {ErrorCode::IoError, "input/output error", {}, false, {}},
                              {ErrorCode::NotFound, "not the folder that was opened", {}, false, {}}};
        for (const Error& error : away) {
            fixture.store().inject(
                {.error = error, .keyPrefix = error.retryable ? "runs/" : "", .sticky = true});
            CHECK_FAILS((*writer)->runs({}), error.code);
            fixture.store().heal();
        }
        CHECK_OK((*writer)->runs({}));
    }
};

QTEST_GUILESS_MAIN(TestRuns)
#include "test_runs.moc"
