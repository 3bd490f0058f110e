// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A source, a target and a writer in memory, for what a real server will not do on demand: fail at a certain
// item, hang until it is cancelled, change under the backup. What real parts can show is tried on real parts.
#pragma once

#include "engines/base/engine.h"
#include "engines/repository/backupwriter.h"
#include "support/streams.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace salvor::test {

inline Item makeItem(const std::string& id, std::uint64_t bytes, const std::string& group = "data") {
    Item item;
    item.id = id;
    item.kind = "table";
    item.name = "public." + id;
    item.group = group;
    item.sizeEstimateBytes = bytes;
    item.details = QJsonObject{{QStringLiteral("format"), QStringLiteral("text")}};
    return item;
}

/// The bytes of an item: as many as its estimate says, the same in every run, others than another item's.
inline Bytes contentOf(const Item& item) {
    static const Bytes table = makeBytes(70000);
    const std::size_t shift = std::hash<std::string>{}(item.id) % 4000;
    Bytes content;
    content.reserve(item.sizeEstimateBytes);
    while (content.size() < item.sizeEstimateBytes) {
        const auto count =
            std::min<std::uint64_t>(table.size() - shift, item.sizeEstimateBytes - content.size());
        const auto from = table.begin() + static_cast<std::ptrdiff_t>(shift);
        content.insert(content.end(), from, from + static_cast<std::ptrdiff_t>(count));
    }
    return content;
}

/// Gives the bytes it owns, then the end or, where one is set, an error.
class OwningSource final : public ByteSource {
public:
    explicit OwningSource(Bytes bytes, std::optional<Error> atEnd = {})
        : m_bytes(std::move(bytes))
        , m_atEnd(std::move(atEnd)) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        const std::size_t count = std::min(buffer.size(), m_bytes.size() - m_position);
        if (count == 0 && m_atEnd)
            return failure(*m_atEnd);
        std::copy_n(m_bytes.begin() + static_cast<std::ptrdiff_t>(m_position), count, buffer.begin());
        m_position += count;
        return count;
    }

private:
    const Bytes m_bytes;
    const std::optional<Error> m_atEnd;
    std::size_t m_position = 0;
};

/// "schema" (serial, one item), "data" (parallel: big ones and many small ones), "sequences" (serial).
inline Plan makePlan(std::size_t smallItems = 600, std::size_t bigItems = 3,
                     std::uint64_t bigBytes = 1100000) {
    Plan plan;
    plan.server = QJsonObject{{QStringLiteral("version"), QStringLiteral("fake 1")}};
    plan.phases.push_back(Phase{"schema", false, {makeItem("schema", 4000, "schema")}});
    Phase data{"data", true, {}};
    for (std::size_t i = 0; i < smallItems; ++i)
        data.items.push_back(makeItem("small" + std::to_string(i), 100 + i));
    for (std::size_t i = 0; i < bigItems; ++i)
        data.items.push_back(makeItem("big" + std::to_string(i), bigBytes + i));
    plan.phases.push_back(std::move(data));
    plan.phases.push_back(Phase{"sequences", false, {makeItem("sequences", 50, "catalog")}});
    return plan;
}

/// Blocks until the token is stopped, as a server that does not answer would.
inline Result<> hang(const CancelToken& cancel) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, cancel, [] { return false; });
    return checkCancelled(cancel);
}

/// Called before each item is read or written; an error fails it.
using ItemHook = std::function<Result<>(const Item&, const CancelToken&)>;

/// Counts what is alive and in use, over several snapshots.
struct FakeCounters {
    std::atomic<int> sessions = 0;
    std::atomic<int> openedSessions = 0;
    std::atomic<int> busy = 0;
    std::atomic<int> mostBusy = 0;
    std::atomic<int> wrongThread = 0; ///< uses of a session outside the thread that opened it
    std::atomic<int> snapshots = 0;
    std::atomic<int> taken = 0;
};

class FakeSession final : public Session {
public:
    explicit FakeSession(FakeCounters& counters)
        : m_counters(counters) {
        ++m_counters.sessions;
        ++m_counters.openedSessions;
    }
    ~FakeSession() override {
        check();
        --m_counters.sessions;
    }
    void check() const {
        if (std::this_thread::get_id() != m_thread)
            ++m_counters.wrongThread;
    }

private:
    FakeCounters& m_counters;
    const std::thread::id m_thread = std::this_thread::get_id();
};

/// In use as long as it lives.
class FakeUse {
public:
    FakeUse(FakeCounters& counters, Session& session)
        : m_counters(counters) {
        static_cast<FakeSession&>(session).check();
        const int now = ++m_counters.busy;
        int most = m_counters.mostBusy;
        while (now > most && !m_counters.mostBusy.compare_exchange_weak(most, now)) {
        }
    }
    ~FakeUse() { --m_counters.busy; }

private:
    FakeCounters& m_counters;
};

class FakeSnapshot final : public Snapshot {
public:
    FakeSnapshot(Plan plan, FakeCounters& counters, ItemHook hook = {})
        : m_plan(std::move(plan))
        , m_counters(counters)
        , m_hook(std::move(hook)) {
        ++m_counters.snapshots;
        ++m_counters.taken;
    }
    ~FakeSnapshot() override { --m_counters.snapshots; }

    const Plan& plan() const override { return m_plan; }
    Result<std::unique_ptr<Session>> openSession(const CancelToken&) override {
        if (failSessions)
            return failure(ErrorCode::ConnectionFailed, "no more connections");
        return std::make_unique<FakeSession>(m_counters);
    }
    Result<ItemReport> read(const Item& item, Session& session, ByteSink& sink,
                            const CancelToken& cancel) override {
        const FakeUse use(m_counters, session);
        if (m_hook)
            SALVOR_TRY(m_hook(item, cancel));
        const Bytes content = contentOf(item);
        for (std::size_t at = 0; at < content.size(); at += kStep) {
            SALVOR_TRY(checkCancelled(cancel));
            SALVOR_TRY(sink.write(ByteView(content).subspan(at, std::min(kStep, content.size() - at))));
        }
        return ItemReport{item.sizeEstimateBytes / 10, content.size() + extraBytesReported,
                          "hash of " + item.id, QJsonObject{{QStringLiteral("found"), true}}};
    }
    Result<QJsonObject> finish(const CancelToken&) override { return finishResult; }

    bool failSessions = false;
    std::uint64_t extraBytesReported = 0;
    Result<QJsonObject> finishResult = QJsonObject{{QStringLiteral("relations"), 7}};

private:
    static constexpr std::size_t kStep = 8192;
    const Plan m_plan;
    FakeCounters& m_counters;
    const ItemHook m_hook;
};

/// Keeps the bytes of every item, and the phases in which it was written.
class FakeTarget final : public Target {
public:
    FakeTarget(std::vector<Phase> phases, FakeCounters& counters, ItemHook hook = {})
        : m_phases(std::move(phases))
        , m_counters(counters)
        , m_hook(std::move(hook)) {}
    const std::vector<Phase>& phases() const override { return m_phases; }
    Result<std::unique_ptr<Session>> openSession(const CancelToken&) override {
        return std::make_unique<FakeSession>(m_counters);
    }
    Result<ItemReport> write(const Phase& phase, const Item& item, Session& session, ByteSource& source,
                             const CancelToken& cancel) override {
        const FakeUse use(m_counters, session);
        if (m_hook)
            SALVOR_TRY(m_hook(item, cancel));
        Bytes content;
        Bytes buffer(10000);
        while (content.size() < takeAtMost) {
            SALVOR_TRY(checkCancelled(cancel));
            SALVOR_ASSIGN(const std::size_t count, source.read(buffer));
            if (count == 0)
                break;
            content.insert(content.end(), buffer.begin(),
                           buffer.begin() + static_cast<std::ptrdiff_t>(count));
        }
        const std::lock_guard lock(mutex);
        order.push_back(phase.name + "/" + item.id);
        written[item.id] = std::move(content);
        return ItemReport{item.sizeEstimateBytes / 10 + extraRowsReported, 0, {}, {}};
    }
    Result<> finish(const CancelToken&) override {
        finished = true;
        return {};
    }
    Result<QJsonObject> reveal(const CancelToken&) override { return QJsonObject{}; }
    std::string name() const override { return "fake_target"; }

    std::mutex mutex; ///< guards what follows
    std::vector<std::string> order;
    std::map<std::string, Bytes> written;
    bool finished = false;
    std::size_t takeAtMost = SIZE_MAX; ///< bytes of an item that the server wants
    std::uint64_t extraRowsReported = 0;

private:
    const std::vector<Phase> m_phases;
    FakeCounters& m_counters;
    const ItemHook m_hook;
};

/// Takes streams apart into "objects" of 1 MiB on the runner, as the real one does, and keeps them.
class MemoryWriter final : public BackupWriter {
public:
    std::unique_ptr<ItemStream> openStream(std::uint64_t order, TaskRunner& runner,
                                           const CancelToken& cancel) override {
        return std::make_unique<Stream>(*this, order, runner, cancel);
    }
    WriterFigures figures() const override {
        WriterFigures figures;
        figures.newStoredBytes = m_storedBytes;
        return figures;
    }
    std::vector<Error> passedOver() const override { return {}; }
    Result<BackupRecord> commit(Manifest manifest, const CancelToken& cancel) override {
        SALVOR_TRY(checkCancelled(cancel));
        for (const auto& [order, items] : streams) {
            for (const auto& item : items)
                manifest.items.push_back(item);
        }
        committed = std::move(manifest);
        return committed->record;
    }

    std::map<std::uint64_t, std::vector<ManifestItem>> streams; ///< finished ones
    std::map<std::string, Bytes> contents;                      ///< by item
    std::optional<Manifest> committed;
    std::function<void()> onTask; ///< runs in each task
    std::atomic<std::size_t> heldBytes = 0;
    std::atomic<std::size_t> mostHeldBytes = 0;

private:
    static constexpr std::size_t kObjectBytes = std::size_t{1} << 20;

    class Stream final : public ItemStream {
    public:
        Stream(MemoryWriter& writer, std::uint64_t order, TaskRunner& runner, CancelToken cancel)
            : m_writer(writer)
            , m_order(order)
            , m_runner(runner)
            , m_cancel(std::move(cancel)) {}
        ~Stream() override { wait(); }
        void beginItem(const ManifestItem& item) override { m_items.push_back(item); }
        Result<> write(ByteView bytes) override {
            m_content.insert(m_content.end(), bytes.begin(), bytes.end());
            m_items.back().sizeBytes += bytes.size();
            m_pending += bytes.size();
            if (m_pending >= kObjectBytes)
                SALVOR_TRY(submit());
            return {};
        }
        Result<> endItem(std::uint64_t rows, const std::string& contentHash,
                         const QJsonObject& details) override {
            m_items.back().rows = rows;
            m_items.back().contentHash = contentHash;
            m_items.back().details = details;
            const std::lock_guard lock(m_writer.m_mutex);
            m_writer.contents[m_items.back().id] = std::move(m_content);
            m_content.clear();
            return {};
        }
        Result<> close() override { return submit(); }
        Result<> finish() override {
            SALVOR_TRY(close());
            wait();
            SALVOR_TRY(checkCancelled(m_cancel));
            const std::lock_guard lock(m_writer.m_mutex);
            m_writer.streams[m_order] = m_items;
            return {};
        }

    private:
        /// Counts itself out when the task has run, or was destroyed without.
        struct Token {
            Stream& stream;
            std::size_t bytes;
            Token(Stream& owner, std::size_t held)
                : stream(owner)
                , bytes(held) {
                const std::size_t now = stream.m_writer.heldBytes += bytes;
                std::size_t most = stream.m_writer.mostHeldBytes;
                while (now > most && !stream.m_writer.mostHeldBytes.compare_exchange_weak(most, now)) {
                }
                stream.m_writer.mostHeldBytes.notify_all();
                const std::lock_guard lock(stream.m_mutex);
                ++stream.m_tasks;
            }
            ~Token() {
                stream.m_writer.heldBytes -= bytes;
                const std::lock_guard lock(stream.m_mutex);
                --stream.m_tasks;
                stream.m_changed.notify_all();
            }
            Token(const Token&) = delete;
            Token& operator=(const Token&) = delete;
        };
        Result<> submit() {
            const std::size_t bytes = std::exchange(m_pending, 0);
            auto token = std::make_shared<Token>(*this, bytes);
            return m_runner.submit([this, bytes, token = std::move(token)] {
                if (m_writer.onTask)
                    m_writer.onTask();
                m_writer.m_storedBytes += bytes;
            });
        }
        void wait() {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return m_tasks == 0; });
        }

        MemoryWriter& m_writer;
        const std::uint64_t m_order;
        TaskRunner& m_runner;
        const CancelToken m_cancel;
        std::vector<ManifestItem> m_items;
        Bytes m_content;
        std::size_t m_pending = 0;
        std::mutex m_mutex;
        std::condition_variable m_changed;
        int m_tasks = 0;
    };

    std::mutex m_mutex;
    std::atomic<std::uint64_t> m_storedBytes = 0;
};

} // namespace salvor::test
