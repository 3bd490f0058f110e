// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/progressmeter.h"

#include "support/check.h"
#include "support/streams.h"

#include <mutex>
#include <thread>
#include <vector>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

class CollectingProgress final : public ProgressSink {
public:
    void progressed(const Progress& progress) override {
        if (m_inside.exchange(true))
            m_overlapped = true;
        pictures.push_back(progress);
        m_inside = false;
    }
    bool overlapped() const { return m_overlapped; }
    std::vector<Progress> pictures;

private:
    std::atomic<bool> m_inside = false;
    std::atomic<bool> m_overlapped = false;
};

} // namespace

class TestProgressMeter : public QObject {
    Q_OBJECT

private slots:
    void addBytes_fromManyThreads_addsUpInOrder();
    void addBytes_withinTheInterval_isHeldBack();
    void setPhase_withinTheInterval_passesAtOnce();
    void storedBytes_sourceTakenAway_keepsTheLastFigure();
    void passThrough_otherPhase_passesAtOnce();
    void meteredSink_manySmallWrites_countsAll();
    void meteredSink_failingSink_returnsItsError();
};

void TestProgressMeter::addBytes_fromManyThreads_addsUpInOrder() {
    CollectingProgress sink;
    ProgressMeter meter(sink, 0ms);
    meter.begin(400, 400000);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int item = 0; item < 100; ++item) {
                    meter.beginItem("item");
                    meter.addBytes(1000);
                    meter.endItem();
                }
            });
        }
    }
    meter.flush();
    QVERIFY(!sink.overlapped());
    QCOMPARE(sink.pictures.back().itemsDone, std::uint64_t{400});
    QCOMPARE(sink.pictures.back().bytesDone, std::uint64_t{400000});
    QCOMPARE(sink.pictures.back().bytesTotal, std::uint64_t{400000});
    std::uint64_t last = 0;
    for (const auto& picture : sink.pictures) {
        QVERIFY(picture.bytesDone >= last);
        last = picture.bytesDone;
    }
}

void TestProgressMeter::addBytes_withinTheInterval_isHeldBack() {
    CollectingProgress sink;
    ProgressMeter meter(sink, std::chrono::hours(1));
    for (int i = 0; i < 1000; ++i)
        meter.addBytes(1);
    QCOMPARE(sink.pictures.size(), std::size_t{1});
    meter.flush();
    QCOMPARE(sink.pictures.size(), std::size_t{2});
    QCOMPARE(sink.pictures.back().bytesDone, std::uint64_t{1000});
}

void TestProgressMeter::setPhase_withinTheInterval_passesAtOnce() {
    CollectingProgress sink;
    ProgressMeter meter(sink, std::chrono::hours(1));
    meter.setPhase(JobPhase::PreData);
    meter.setPhase(JobPhase::Data);
    QCOMPARE(sink.pictures.size(), std::size_t{2});
    QCOMPARE(sink.pictures.back().phase, std::string("data"));
}

void TestProgressMeter::storedBytes_sourceTakenAway_keepsTheLastFigure() {
    CollectingProgress sink;
    ProgressMeter meter(sink, 0ms);
    meter.setStoredBytes([] { return std::uint64_t{77}; });
    meter.flush();
    QCOMPARE(sink.pictures.back().bytesStored, std::uint64_t{77});
    meter.setStoredBytes({});
    QCOMPARE(meter.picture().bytesStored, std::uint64_t{77});
}

void TestProgressMeter::passThrough_otherPhase_passesAtOnce() {
    CollectingProgress sink;
    ProgressMeter meter(sink, std::chrono::hours(1));
    Progress progress;
    progress.phase = "connecting";
    meter.passThrough().progressed(progress);
    progress.itemsDone = 3;
    meter.passThrough().progressed(progress); // same phase: held back
    progress.phase = "snapshot";
    meter.passThrough().progressed(progress);
    QCOMPARE(sink.pictures.size(), std::size_t{2});
    QCOMPARE(sink.pictures.back().phase, std::string("snapshot"));
    QCOMPARE(sink.pictures.back().itemsDone, std::uint64_t{3});
}

void TestProgressMeter::meteredSink_manySmallWrites_countsAll() {
    CollectingProgress sink;
    ProgressMeter meter(sink, 0ms);
    NullSink nowhere;
    {
        MeteredSink metered(nowhere, meter);
        for (int i = 0; i < 100000; ++i)
            CHECK_OK(metered.write(asBytes("twelve bytes")));
        QCOMPARE(metered.count(), std::uint64_t{1200000});
    }
    QCOMPARE(nowhere.count(), std::uint64_t{1200000});
    QCOMPARE(meter.picture().bytesDone, std::uint64_t{1200000});
    QVERIFY2(sink.pictures.size() < 10, "a picture for each row would cost more than the row");
}

void TestProgressMeter::meteredSink_failingSink_returnsItsError() {
    class FailingSink final : public ByteSink {
        Result<> write(ByteView) override { return failure(ErrorCode::NoSpace, "full"); }
    } failing;
    NullProgress nobody;
    ProgressMeter meter(nobody);
    MeteredSink metered(failing, meter);
    CHECK_FAILS(metered.write(asBytes("x")), ErrorCode::NoSpace);
    QCOMPARE(metered.count(), std::uint64_t{0});
}

QTEST_APPLESS_MAIN(TestProgressMeter)
#include "test_progressmeter.moc"
