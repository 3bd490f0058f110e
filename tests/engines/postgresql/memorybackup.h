// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A backup held in memory: what the engine's tests use in a repository's place.
#pragma once

#include "engines/base/engine.h"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace salvor::test {

class BytesSink final : public ByteSink {
public:
    Result<> write(ByteView view) override {
        bytes.insert(bytes.end(), view.begin(), view.end());
        return {};
    }
    Bytes bytes;
};

class BytesSource final : public ByteSource {
public:
    explicit BytesSource(const Bytes& bytes)
        : m_rest(bytes) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        const auto count = std::min(buffer.size(), m_rest.size());
        std::copy_n(m_rest.begin(), count, buffer.begin());
        m_rest = m_rest.subspan(count);
        return count;
    }

private:
    ByteView m_rest;
};

inline std::vector<Item> itemsOf(const Plan& plan) {
    std::vector<Item> out;
    for (const auto& phase : plan.phases)
        out.insert(out.end(), phase.items.begin(), phase.items.end());
    return out;
}

struct MemoryBackup {
    BackupContents contents;
    std::map<std::string, Bytes> bytes; ///< by item id

    const Item* find(const std::string& id) const {
        for (const auto& phase : contents.plan.phases) {
            for (const auto& item : phase.items) {
                if (item.id == id)
                    return &item;
            }
        }
        return nullptr;
    }
    const ItemReport* report(const std::string& id) const {
        std::size_t at = 0;
        for (const auto& phase : contents.plan.phases) {
            for (const auto& item : phase.items) {
                if (item.id == id)
                    return &contents.reports[at];
                ++at;
            }
        }
        return nullptr;
    }
    std::size_t count(const std::string& kind) const {
        std::size_t n = 0;
        for (const auto& phase : contents.plan.phases) {
            for (const auto& item : phase.items)
                n += item.kind == kind ? 1 : 0;
        }
        return n;
    }
};

/// Calls `work(index, session)` for each index below `count`, over two sessions when `parallel`. The first
/// error wins.
template <typename Opener, typename Work>
Result<> overSessions(Opener& opener, std::size_t count, bool parallel, const CancelToken& cancel,
                      Work work) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::optional<Error> first;
    const auto run = [&] {
        auto session = opener.openSession(cancel);
        for (std::size_t i = next++; i < count; i = next++) {
            Result<> done = session ? work(i, **session) : Result<>(failure(session.error()));
            const std::lock_guard lock(mutex);
            if (!done && !first)
                first = done.error();
            if (first)
                return;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < (parallel ? 2 : 1); ++i)
            threads.emplace_back(run);
    }
    if (first)
        return failure(*first);
    return {};
}

/// Reads everything a snapshot has.
inline Result<MemoryBackup> readAll(Snapshot& snapshot, const CancelToken& cancel = {}) {
    MemoryBackup backup;
    backup.contents.plan = snapshot.plan();
    std::vector<ItemReport> reports;
    std::mutex mutex;
    for (const auto& phase : snapshot.plan().phases) {
        const std::size_t base = reports.size();
        reports.resize(base + phase.items.size());
        SALVOR_TRY(overSessions(snapshot, phase.items.size(), phase.parallel, cancel,
                                [&](std::size_t i, Session& session) -> Result<> {
                                    BytesSink sink;
                                    SALVOR_ASSIGN(auto report,
                                                  snapshot.read(phase.items[i], session, sink, cancel));
                                    const std::lock_guard lock(mutex);
                                    reports[base + i] = std::move(report);
                                    backup.bytes[phase.items[i].id] = std::move(sink.bytes);
                                    return {};
                                }));
    }
    SALVOR_ASSIGN(backup.contents.finish, snapshot.finish(cancel));
    backup.contents.reports = std::move(reports);
    return backup;
}

/// Writes everything a target asks for, and finishes it.
inline Result<> writeAll(Target& target, const MemoryBackup& backup, const CancelToken& cancel = {}) {
    for (const auto& phase : target.phases()) {
        SALVOR_TRY(overSessions(
            target, phase.items.size(), phase.parallel, cancel,
            [&](std::size_t i, Session& session) -> Result<> {
                BytesSource source(backup.bytes.at(phase.items[i].id));
                return target.write(phase, phase.items[i], session, source, cancel).map([](const auto&) {});
            }));
    }
    return target.finish(cancel);
}

} // namespace salvor::test
