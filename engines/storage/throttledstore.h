// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A store behind a limit of bytes per second: what is put and what is got together.
#pragma once

#include "engines/storage/store.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace salvor {

/// Hands out time for bytes. A call of `bytes` is let through at once and those after it wait for it: on
/// average, over any time from the first call on, no more than the rate plus one call. Thread safe.
class ByteRate {
public:
    using Time = std::chrono::steady_clock::time_point;
    explicit ByteRate(std::uint64_t bytesPerSecond)
        : m_rate(bytesPerSecond) {}

    /// When a transfer of `bytes` that is asked for at `now` may begin; books it.
    Time book(std::uint64_t bytes, Time now);

private:
    const std::uint64_t m_rate;
    std::mutex m_mutex;
    Time m_free{}; ///< when everything booked so far has had its time
};

/// Everything but the pace is the inner store's.
class ThrottledStore final : public Store {
public:
    ThrottledStore(std::unique_ptr<Store> inner, std::uint64_t bytesPerSecond);

    StoreFeatures features() const override { return m_inner->features(); }
    std::string location() const override { return m_inner->location(); }
    Result<> put(std::string_view key, ByteView bytes, const CancelToken& cancel) override;
    Result<Bytes> get(std::string_view key, const CancelToken& cancel) override;
    Result<Bytes> getRange(std::string_view key, std::uint64_t offset, std::uint64_t length,
                           const CancelToken& cancel) override;
    Result<> list(std::string_view prefix, const std::function<Result<>(const StoreEntry&)>& visit,
                  const CancelToken& cancel) override {
        return m_inner->list(prefix, visit, cancel);
    }
    Result<> remove(std::string_view key, const CancelToken& cancel) override {
        return m_inner->remove(key, cancel);
    }
    Result<std::optional<StoreEntry>> stat(std::string_view key, const CancelToken& cancel) override {
        return m_inner->stat(key, cancel);
    }
    Result<std::optional<StoreSpace>> space(const CancelToken& cancel) override {
        return m_inner->space(cancel);
    }
    Result<> sync(const CancelToken& cancel) override { return m_inner->sync(cancel); }
    Result<std::uint64_t> removeLeftovers(std::chrono::seconds age, const CancelToken& cancel) override {
        return m_inner->removeLeftovers(age, cancel);
    }

private:
    Result<> wait(std::uint64_t bytes, const CancelToken& cancel);

    const std::unique_ptr<Store> m_inner;
    ByteRate m_rate;
};

} // namespace salvor
