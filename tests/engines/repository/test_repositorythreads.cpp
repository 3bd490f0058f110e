// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Storing and reading objects from several threads at once. A plain program without Qt Test, whose watchdog
// thread the thread sanitizer reports.
#include "repository/objectfixture.h"

#include <barrier>
#include <cstdio>
#include <map>
#include <thread>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

Error diskFull() { return {ErrorCode::NoSpace, "disk full", {}, false, {}}; }

/// Runs `work(number)` in as many threads, which begin together.
void inThreads(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::barrier start(static_cast<std::ptrdiff_t>(count));
    std::vector<std::jthread> threads;
    for (std::size_t number = 0; number < count; ++number) {
        threads.emplace_back([&, number] {
            start.arrive_and_wait();
            work(number);
        });
    }
}

bool put_manyThreads_storeEachPlaintextOnce() {
    constexpr std::size_t kThreads = 8;
    constexpr std::uint64_t kPlaintexts = 40;
    ObjectFixture run;
    std::vector<std::vector<StoredObject>> got(kThreads);
    inThreads(kThreads, [&](std::size_t thread) {
        for (std::uint64_t number = 0; number < kPlaintexts; ++number)
            got[thread].push_back(run.objects->put(rowData(2000, number), 1, {}).value());
    });
    bool same = true;
    for (const auto& objects : got)
        same = same && objects == got[0];
    return same && run.filesInStore() == kPlaintexts && run.objects->figures().newObjects == kPlaintexts;
}

bool put_firstOfTwoThreadsFails_secondStoresIt() {
    ObjectFixture run;
    run.store.inject({.error = diskFull(), .op = StoreOp::Put});
    std::atomic<int> stored{0};
    std::atomic<int> refused{0};
    inThreads(2, [&](std::size_t) { ++(run.objects->put(rowData(500'000, 1), 1, {}) ? stored : refused); });
    return stored == 1 && refused == 1 && run.filesInStore() == 1;
}

bool put_waitingForAnotherThread_canBeCancelled() {
    ObjectFixture run;
    const Bytes plain = rowData(1000, 1);
    std::stop_source stop;
    std::atomic<bool> inPut{false};
    std::atomic<bool> go{false};
    run.store.onOperation([&](StoreOp op, std::string_view) {
        if (op == StoreOp::Put) {
            inPut = true;
            inPut.notify_all();
            go.wait(false);
        }
    });
    bool stored = false;
    bool cancelled = false;
    std::jthread first([&] { stored = run.objects->put(plain, 1, {}).has_value(); });
    inPut.wait(false);
    std::jthread second(
        [&] { cancelled = failsWith(run.objects->put(plain, 1, stop.get_token()), ErrorCode::Cancelled); });
    stop.request_stop();
    second.join();
    go = true;
    go.notify_all();
    first.join();
    return stored && cancelled && run.filesInStore() == 1;
}

bool streams_manyAtOnce_eachReadsBack() {
    constexpr std::uint64_t kStreams = 6;
    ObjectFixture run;
    PoolRunner runner(3);
    std::map<std::uint64_t, std::vector<Bytes>> items;
    for (std::uint64_t order = 0; order < kStreams; ++order) {
        items[order] = {
            rowData(2000, order), rowData(3 * kMiB, order), rowData(50'000, 99), {}, rowData(2 * kMiB, 77)};
    }
    std::atomic<int> failures{0};
    inThreads(kStreams, [&](std::size_t order) {
        const auto stream = run.stream(runner, order);
        for (std::size_t i = 0; i < items.at(order).size(); ++i)
            failures += writeItem(*stream, std::to_string(i), items.at(order)[i]) ? 0 : 1;
        failures += stream->finish() ? 0 : 1;
    });
    if (failures != 0 || run.results.size() != kStreams)
        return false;
    const auto reader = run.reader();
    std::atomic<int> different{0};
    inThreads(kStreams, [&](std::size_t number) {
        const StreamResult& result = run.results[number];
        for (std::size_t i = 0; i < result.items.size(); ++i) {
            const auto back = readItem(reader, result.items[i], names(result));
            different += back && *back == items.at(result.order)[i] ? 0 : 1;
        }
    });
    // What streams have in common was stored once.
    return different == 0 && run.filesInStore() == run.objects->figures().newObjects &&
           run.filesInStore() < kStreams * 4;
}

bool streams_storeFailsWhileManyWrite_allEnd() {
    constexpr std::uint64_t kStreams = 4;
    ObjectFixture run;
    run.store.inject({.error = diskFull(), .op = StoreOp::Put, .at = 5, .sticky = true});
    PoolRunner runner(3);
    std::atomic<std::size_t> refused{0};
    inThreads(kStreams, [&](std::size_t order) {
        const auto stream = run.stream(runner, order);
        Result<> outcome = writeItem(*stream, "a", randomData(12 * kMiB, order + 1));
        if (outcome)
            outcome = stream->finish();
        refused += failsWith(outcome, ErrorCode::NoSpace) ? 1 : 0;
    });
    // Four puts succeeded, and each stream needs one at least.
    return refused >= 2 && run.results.size() == kStreams - refused;
}

bool write_cancelledInMidPut_endsWithoutAResult() {
    std::stop_source stop;
    ObjectFixture run;
    PoolRunner runner(2, 3, stop.get_token());
    run.store.onOperation([&](StoreOp op, std::string_view) {
        if (op == StoreOp::Put)
            stop.request_stop();
    });
    const auto stream = run.stream(runner, 0, stop.get_token());
    const Bytes part = randomData(8 * kMiB, 1);
    Result<> outcome;
    stream->beginItem(itemNamed("endless"));
    for (int i = 0; i < 100 && outcome; ++i)
        outcome = stream->write(part);
    return failsWith(outcome, ErrorCode::Cancelled) && failsWith(stream->finish(), ErrorCode::Cancelled) &&
           run.results.empty();
}

bool destroy_chunksUnderWay_waitsForThem() {
    ObjectFixture run;
    PoolRunner runner(2);
    bool taken = false;
    {
        const auto stream = run.stream(runner);
        taken = writeItem(*stream, "large", randomData(30 * kMiB, 1)).has_value();
    }
    run.objects.reset(); // nothing uses it any more: the sanitizers watch
    return taken && run.results.empty();
}

bool encode_manyThreads_eachComesBack() {
    ObjectFixture run;
    std::atomic<int> failures{0};
    inThreads(6, [&](std::size_t number) {
        for (std::size_t round = 0; round < 5; ++round) {
            const Bytes plain = rowData(100'000 + number * 1000, round);
            const auto object = run.encoder.encode(plain, 1 + static_cast<int>(round), {});
            const auto back = decodeNamedObject(object->name, object->bytes, &run.identity);
            failures += back && *back == plain ? 0 : 1;
        }
    });
    return failures == 0;
}

bool compressionLevel_manyThreads_staysInItsRange() {
    CompressionLevel level(6, true);
    std::atomic<int> outside{0};
    inThreads(4, [&](std::size_t number) {
        for (std::size_t i = 0; i < 2000; ++i) {
            const int now = level.next((i / 16 + number) % 2 == 0);
            outside += now >= 1 && now <= 6 ? 0 : 1;
        }
    });
    return outside == 0;
}

} // namespace

int main() {
    int failures = 0;
    const auto check = [&](const char* name, bool (*test)()) {
        const bool good = test();
        std::printf("%s  : %s\n", good ? "PASS " : "FAIL!", name);
        std::fflush(stdout);
        failures += good ? 0 : 1;
    };
#define CHECK_CASE(name) check(#name, name)
    CHECK_CASE(put_manyThreads_storeEachPlaintextOnce);
    CHECK_CASE(put_firstOfTwoThreadsFails_secondStoresIt);
    CHECK_CASE(put_waitingForAnotherThread_canBeCancelled);
    CHECK_CASE(streams_manyAtOnce_eachReadsBack);
    CHECK_CASE(streams_storeFailsWhileManyWrite_allEnd);
    CHECK_CASE(write_cancelledInMidPut_endsWithoutAResult);
    CHECK_CASE(destroy_chunksUnderWay_waitsForThem);
    CHECK_CASE(encode_manyThreads_eachComesBack);
    CHECK_CASE(compressionLevel_manyThreads_staysInItsRange);
    return failures == 0 ? 0 : 1;
}
