// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/faultstore.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace salvor::test {

namespace {

using Kind = StoreFault::Kind;

bool spoils(const StoreFault& fault, StoreOp op) {
    if (fault.op)
        return *fault.op == op;
    switch (fault.kind) {
    case Kind::FlipBit:
    case Kind::Truncate:
        return op == StoreOp::Get;
    case Kind::PartialList:
    case Kind::DoubledList:
    case Kind::StaleList:
        return op == StoreOp::List;
    default:
        return true;
    }
}

} // namespace

void FaultStore::inject(StoreFault fault) {
    Armed armed{std::move(fault), 0, {}};
    if (armed.fault.kind == Kind::StaleList) {
        const auto keep = [&](const StoreEntry& entry) {
            armed.before.push_back(entry);
            return Result<>();
        };
        if (auto listed = m_inner.list("", keep, {});
            !listed) // a store that cannot be listed: then that is stale
            armed.before.clear();
    }
    const std::lock_guard lock(m_mutex);
    m_faults.push_back(std::move(armed));
}

void FaultStore::heal() {
    const std::lock_guard lock(m_mutex);
    m_faults.clear();
}

std::uint64_t FaultStore::operations() const {
    const std::lock_guard lock(m_mutex);
    std::uint64_t sum = 0;
    for (const std::uint64_t count : m_counts)
        sum += count;
    return sum;
}

std::uint64_t FaultStore::operations(StoreOp op) const {
    const std::lock_guard lock(m_mutex);
    return m_counts[static_cast<std::size_t>(op)];
}

void FaultStore::startRecording() {
    const std::lock_guard lock(m_mutex);
    m_recording = true;
    m_record.clear();
}

std::vector<RecordedOp> FaultStore::recording() const {
    const std::lock_guard lock(m_mutex);
    return m_record;
}

void FaultStore::onOperation(std::function<void(StoreOp, std::string_view)> call) {
    const std::lock_guard lock(m_mutex);
    m_onOperation = std::move(call);
}

/// Counts the operation, and gives the fault that hits it.
std::optional<FaultStore::Armed> FaultStore::begin(StoreOp op, std::string_view key) {
    std::function<void(StoreOp, std::string_view)> call;
    std::optional<Armed> hit;
    {
        const std::lock_guard lock(m_mutex);
        ++m_counts[static_cast<std::size_t>(op)];
        call = m_onOperation;
        for (Armed& armed : m_faults) {
            if (!spoils(armed.fault, op) || !key.starts_with(armed.fault.keyPrefix))
                continue;
            ++armed.seen;
            const bool hits =
                armed.seen == armed.fault.at || (armed.fault.sticky && armed.seen > armed.fault.at);
            if (hits && !hit)
                hit = armed;
        }
    }
    if (call)
        call(op, key);
    return hit;
}

void FaultStore::record(StoreOp op, std::string_view key, ByteView bytes, bool succeeded) {
    const std::lock_guard lock(m_mutex);
    if (!m_recording)
        return;
    std::shared_ptr<const Bytes> kept;
    if (op == StoreOp::Put)
        kept = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
    m_record.push_back({op, std::string(key), std::move(kept), succeeded});
}

/// `call` gets the fault that spoils it, if it is one that changes the answer.
template <typename T, typename Call>
Result<T> FaultStore::perform(StoreOp op, std::string_view key, ByteView bytes, Call call) {
    const std::optional<Armed> hit = begin(op, key);
    if (hit && hit->fault.kind == Kind::Fail) {
        record(op, key, bytes, false);
        return failure(hit->fault.error);
    }
    Result<T> result = call(hit ? &*hit : nullptr);
    record(op, key, bytes, result.has_value());
    if (hit && hit->fault.kind == Kind::FailAfterwards)
        return failure(hit->fault.error);
    if constexpr (std::is_same_v<T, Bytes>) {
        if (hit && result && !result->empty() && hit->fault.kind == Kind::FlipBit)
            (*result)[result->size() / 2] ^= std::byte{0x10};
        if (hit && result && hit->fault.kind == Kind::Truncate)
            result->resize(result->size() / 2);
    }
    return result;
}

Result<> FaultStore::put(std::string_view key, ByteView bytes, const CancelToken& cancel) {
    return perform<void>(StoreOp::Put, key, bytes,
                         [&](const Armed*) { return m_inner.put(key, bytes, cancel); });
}

Result<Bytes> FaultStore::get(std::string_view key, const CancelToken& cancel) {
    return perform<Bytes>(StoreOp::Get, key, {}, [&](const Armed*) { return m_inner.get(key, cancel); });
}

Result<Bytes> FaultStore::getRange(std::string_view key, std::uint64_t offset, std::uint64_t length,
                                   const CancelToken& cancel) {
    return perform<Bytes>(StoreOp::Get, key, {},
                          [&](const Armed*) { return m_inner.getRange(key, offset, length, cancel); });
}

Result<> FaultStore::list(std::string_view prefix, const std::function<Result<>(const StoreEntry&)>& visit,
                          const CancelToken& cancel) {
    return perform<void>(StoreOp::List, prefix, {}, [&](const Armed* hit) -> Result<> {
        if (hit == nullptr || (hit->fault.kind != Kind::PartialList && hit->fault.kind != Kind::DoubledList &&
                               hit->fault.kind != Kind::StaleList))
            return m_inner.list(prefix, visit, cancel);
        if (hit->fault.kind == Kind::StaleList) {
            for (const StoreEntry& entry : hit->before) {
                if (entry.key.starts_with(prefix))
                    SALVOR_TRY(visit(entry));
            }
            return {};
        }
        std::uint64_t count = 0;
        const bool doubled = hit->fault.kind == Kind::DoubledList;
        const auto spoiled = [&](const StoreEntry& entry) -> Result<> {
            if (!doubled && count++ % 2 == 0)
                return {};
            SALVOR_TRY(visit(entry));
            return doubled ? visit(entry) : Result<>();
        };
        return m_inner.list(prefix, spoiled, cancel);
    });
}

Result<> FaultStore::remove(std::string_view key, const CancelToken& cancel) {
    return perform<void>(StoreOp::Remove, key, {}, [&](const Armed*) { return m_inner.remove(key, cancel); });
}

Result<std::optional<StoreEntry>> FaultStore::stat(std::string_view key, const CancelToken& cancel) {
    return perform<std::optional<StoreEntry>>(StoreOp::Stat, key, {},
                                              [&](const Armed*) { return m_inner.stat(key, cancel); });
}

Result<std::optional<StoreSpace>> FaultStore::space(const CancelToken& cancel) {
    return perform<std::optional<StoreSpace>>(StoreOp::Space, {}, {},
                                              [&](const Armed*) { return m_inner.space(cancel); });
}

Result<> FaultStore::sync(const CancelToken& cancel) {
    return perform<void>(StoreOp::Sync, {}, {}, [&](const Armed*) { return m_inner.sync(cancel); });
}

PowerCut::PowerCut(std::vector<RecordedOp> operations, std::function<bool(std::string_view)> durableAtOnce)
    : m_operations(std::move(operations))
    , m_durableAtOnce(std::move(durableAtOnce)) {
    if (!m_durableAtOnce)
        m_durableAtOnce = [](std::string_view key) { return !key.starts_with("objects/"); };
}

std::vector<std::size_t> PowerCut::uncertain(std::size_t count) const {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < std::min(count, m_operations.size()); ++i) {
        const RecordedOp& each = m_operations[i];
        if (!each.succeeded)
            continue;
        if (each.op == StoreOp::Sync)
            result.clear();
        const bool changes =
            (each.op == StoreOp::Put && !m_durableAtOnce(each.key)) || each.op == StoreOp::Remove;
        if (changes)
            result.push_back(i);
    }
    return result;
}

Result<> PowerCut::replay(std::size_t count, const std::set<std::size_t>& lost, Store& into) const {
    for (std::size_t i = 0; i < std::min(count, m_operations.size()); ++i) {
        const RecordedOp& each = m_operations[i];
        if (!each.succeeded || lost.contains(i))
            continue;
        if (each.op == StoreOp::Remove)
            SALVOR_TRY(into.remove(each.key, {}));
        if (each.op != StoreOp::Put)
            continue;
        Result<> done = into.put(each.key, *each.bytes, {});
        // The removal before it was lost: then so was its own effect, and the old bytes are there.
        if (!done && done.error().code != ErrorCode::AlreadyExists)
            return done;
    }
    return {};
}

} // namespace salvor::test
