// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/storage/throttledstore.h"

#include <algorithm>

namespace salvor {

ByteRate::Time ByteRate::book(std::uint64_t bytes, Time now) {
    const std::lock_guard lock(m_mutex);
    const Time begin = std::max(now, m_free);
    const std::chrono::duration<double> takes(static_cast<double>(bytes) / static_cast<double>(m_rate));
    m_free = begin + std::chrono::ceil<Time::duration>(takes);
    return begin;
}

ThrottledStore::ThrottledStore(std::unique_ptr<Store> inner, std::uint64_t bytesPerSecond)
    : m_inner(std::move(inner))
    , m_rate(bytesPerSecond) {}

Result<> ThrottledStore::wait(std::uint64_t bytes, const CancelToken& cancel) {
    const auto begin = m_rate.book(bytes, std::chrono::steady_clock::now());
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_until(lock, cancel, begin, [] { return false; });
    return checkCancelled(cancel);
}

Result<> ThrottledStore::put(std::string_view key, ByteView bytes, const CancelToken& cancel) {
    SALVOR_TRY(wait(bytes.size(), cancel));
    return m_inner->put(key, bytes, cancel);
}

// What was got is known only when it is there: it is booked then, and the next one waits for it.
Result<Bytes> ThrottledStore::get(std::string_view key, const CancelToken& cancel) {
    SALVOR_TRY(wait(0, cancel));
    auto bytes = m_inner->get(key, cancel);
    if (bytes)
        m_rate.book(bytes->size(), std::chrono::steady_clock::now());
    return bytes;
}

Result<Bytes> ThrottledStore::getRange(std::string_view key, std::uint64_t offset, std::uint64_t length,
                                       const CancelToken& cancel) {
    SALVOR_TRY(wait(length, cancel));
    return m_inner->getRange(key, offset, length, cancel);
}

} // namespace salvor
