// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A place that keeps named blobs. One suite of tests for every kind of store.
#pragma once

#include "models/base/bytes.h"
#include "models/base/canceltoken.h"
#include "models/base/clock.h"
#include "models/base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace salvor {

struct StoreFeatures {
    bool createOnlyPut = true; ///< put() refuses an existing key atomically
    bool deleteAllowed = true;
    bool objectLock = false;
    bool serverTime = false;
};

struct StoreEntry {
    std::string key;
    std::uint64_t sizeBytes = 0;
    Instant modified{};
};

struct StoreSpace {
    std::uint64_t freeBytes = 0;
    std::uint64_t totalBytes = 0;
};

/// Keys are relative paths of [A-Za-z0-9._-] segments joined by '/', no "." or ".." segment; others are
/// InvalidInput. Thread safe. Every call blocks and ends within two seconds of a cancel.
class Store {
public:
    virtual ~Store() = default;
    virtual StoreFeatures features() const = 0;
    /// For people: "/srv/backups/db1".
    virtual std::string location() const = 0;
    /// Create-only and atomic: afterwards either all bytes are durable under the key, or the key is as
    /// before. AlreadyExists, NoSpace, PermissionDenied, IoError, NotFound (the place itself is gone).
    virtual Result<> put(std::string_view key, ByteView bytes, const CancelToken& cancel) = 0;
    /// The whole blob, or `length` bytes from `offset`. NotFound; Corrupt when it is shorter than asked for.
    virtual Result<Bytes> get(std::string_view key, const CancelToken& cancel) = 0;
    virtual Result<Bytes> getRange(std::string_view key, std::uint64_t offset, std::uint64_t length,
                                   const CancelToken& cancel) = 0;
    /// Every key that starts with `prefix` ("objects/"), in any order; the visitor may end it by returning an
    /// error. A listing that could not be completed is an error, never a shorter listing.
    virtual Result<> list(std::string_view prefix, const std::function<Result<>(const StoreEntry&)>& visit,
                          const CancelToken& cancel) = 0;
    /// Absent is success.
    virtual Result<> remove(std::string_view key, const CancelToken& cancel) = 0;
    /// NotFound is an empty optional, not an error.
    virtual Result<std::optional<StoreEntry>> stat(std::string_view key, const CancelToken& cancel) = 0;
    /// Empty where the store cannot say.
    virtual Result<std::optional<StoreSpace>> space(const CancelToken& cancel) = 0;
    /// Makes everything put so far durable (folders). Called before a catalog is written.
    virtual Result<> sync(const CancelToken& cancel) = 0;
    /// Removes what killed writers left of blobs that they were putting, when it is older than `age`; how
    /// many. No key names it and list() does not show it, but it takes room. Errors as list() and remove().
    virtual Result<std::uint64_t> removeLeftovers(std::chrono::seconds age, const CancelToken& cancel) = 0;
};

} // namespace salvor
