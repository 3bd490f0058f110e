// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The pace is worked out from times that are given, not from a clock: nothing here depends on how fast it
// runs.
#include "engines/storage/throttledstore.h"

#include "engines/storage/openstore.h"
#include "support/check.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <thread>
#include <vector>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<Store> inner(const QTemporaryDir& folder) {
    static const SystemClock clock;
    auto store = createStore(folder.filePath(QStringLiteral("store")).toStdString(), clock);
    return store ? std::move(*store) : nullptr;
}

} // namespace

class TestThrottledStore : public QObject {
    Q_OBJECT
private slots:
    void rate_bookedOneAfterTheOther_followsTheRate() {
        ByteRate rate(1000);
        const ByteRate::Time start{100h};
        QVERIFY(rate.book(500, start) == start); // the first goes at once
        QVERIFY(rate.book(250, start) == start + 500ms);
        QVERIFY(rate.book(0, start) == start + 750ms);
        QVERIFY(rate.book(2000, start + 700ms) == start + 750ms);
        QVERIFY(rate.book(1, start + 1s) == start + 2750ms);
        // Time that nobody used is not saved up.
        QVERIFY(rate.book(1000, start + 60s) == start + 60s);
        QVERIFY(rate.book(1000, start + 60s) == start + 61s);
    }

    void rate_bookedFromThreads_givesEveryByteItsTime() {
        ByteRate rate(1000);
        const ByteRate::Time start{100h};
        std::vector<ByteRate::Time> begins(40);
        {
            std::vector<std::jthread> threads;
            for (std::size_t part = 0; part < 4; ++part)
                threads.emplace_back([&, part] {
                    for (std::size_t i = 0; i < 10; ++i)
                        begins[part * 10 + i] = rate.book(100, start);
                });
        }
        std::sort(begins.begin(), begins.end());
        for (std::size_t i = 0; i < begins.size(); ++i)
            QVERIFY(begins[i] == start + 100ms * i);
    }

    void store_throttled_keepsWhatIsPut() {
        const QTemporaryDir folder;
        auto store = inner(folder);
        QVERIFY(store);
        ThrottledStore throttled(std::move(store), 1ULL << 40U);
        const std::string text(100000, 'x');
        CHECK_OK(throttled.put("objects/ab/cd", asBytes(text), {}));
        CHECK_FAILS(throttled.put("objects/ab/cd", asBytes(text), {}), ErrorCode::AlreadyExists);
        QCOMPARE(throttled.get("objects/ab/cd", {})->size(), text.size());
        QCOMPARE(throttled.getRange("objects/ab/cd", 5, 10, {})->size(), std::size_t(10));
        QVERIFY((*throttled.stat("objects/ab/cd", {})).has_value());
        int listed = 0;
        CHECK_OK(throttled.list("objects/",
                                [&](const StoreEntry&) -> Result<> {
                                    ++listed;
                                    return {};
                                },
                                {}));
        QCOMPARE(listed, 1);
        CHECK_OK(throttled.remove("objects/ab/cd", {}));
        CHECK_FAILS(throttled.get("objects/ab/cd", {}), ErrorCode::NotFound);
        CHECK_OK(throttled.sync({}));
    }

    void store_waitingForItsTurn_endsWithACancel() {
        const QTemporaryDir folder;
        auto store = inner(folder);
        QVERIFY(store);
        ThrottledStore throttled(std::move(store), 1); // a byte a second
        const std::string text(100000, 'x');
        CHECK_OK(throttled.put("a", asBytes(text), {})); // now it is busy for a day
        std::stop_source stop;
        Result<> second;
        {
            const std::jthread waiting([&] { second = throttled.put("b", asBytes(text), stop.get_token()); });
            stop.request_stop();
        }
        CHECK_FAILS(second, ErrorCode::Cancelled);
        QVERIFY(!(*throttled.stat("b", {})).has_value());
    }
};

QTEST_GUILESS_MAIN(TestThrottledStore)
#include "test_throttledstore.moc"
