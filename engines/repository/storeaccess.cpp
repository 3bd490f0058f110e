// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/storeaccess.h"

#include "engines/crypto/hash.h"
#include "engines/repository/format.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr int kAttempts = 3;

/// Whether trying again may help, also where the store could not say so.
bool mayPass(const Error& error) {
    switch (error.code) {
    case ErrorCode::ConnectionFailed:
    case ErrorCode::ConnectionLost:
    case ErrorCode::Timeout:
    case ErrorCode::IoError:
        return true;
    default:
        return error.retryable;
    }
}

Result<> compareExisting(Store& store, std::string_view key, ByteView bytes, const CancelToken& cancel) {
    SALVOR_ASSIGN(const Bytes there, getFile(store, key, cancel));
    if (std::ranges::equal(there, bytes))
        return {};
    return failure(ErrorCode::AlreadyExists,
                   "cannot write " + std::string(key) + " to " + store.location() +
                       ": it exists with another content",
                   {}, {{"key", std::string(key)}});
}

} // namespace

Result<> putExactly(Store& store, std::string_view key, ByteView bytes, const CancelToken& cancel) {
    for (int attempt = 1;; ++attempt) {
        SALVOR_TRY(checkCancelled(cancel));
        auto put = store.put(key, bytes, cancel);
        if (put)
            return put;
        if (put.error().code == ErrorCode::AlreadyExists)
            return compareExisting(store, key, bytes, cancel);
        if (attempt < kAttempts && mayPass(put.error()))
            continue;
        // It may have worked all the same, with the answer lost.
        if (mayPass(put.error()) && compareExisting(store, key, bytes, cancel))
            return {};
        return put;
    }
}

Result<Bytes> getFile(Store& store, std::string_view key, const CancelToken& cancel) {
    for (int attempt = 1;; ++attempt) {
        SALVOR_TRY(checkCancelled(cancel));
        auto got = store.get(key, cancel);
        if (got || attempt == kAttempts || !mayPass(got.error()))
            return got;
    }
}

Result<std::string> getText(Store& store, std::string_view key, const CancelToken& cancel) {
    SALVOR_ASSIGN(const Bytes bytes, getFile(store, key, cancel));
    return std::string(asText(bytes));
}

Result<> removeFile(Store& store, std::string_view key, const CancelToken& cancel) {
    for (int attempt = 1;; ++attempt) {
        SALVOR_TRY(checkCancelled(cancel));
        auto removed = store.remove(key, cancel);
        if (removed || attempt == kAttempts || !mayPass(removed.error()))
            return removed;
    }
}

Result<> ensureReserve(Store& store, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto space, store.space(cancel));
    if (!space)
        return {};
    const auto there = store.stat(format::kReserveKey, cancel);
    if (!there && there.error().code == ErrorCode::PermissionDenied)
        return {}; // it is there, whoever may open it: what is in it means nothing
    if (!there)
        return failure(there.error());
    if (*there)
        return {};
    // Random, as a file system may compress or share what repeats.
    SALVOR_ASSIGN(const Bytes bytes, randomBytes(format::kReserveBytes));
    auto put = store.put(format::kReserveKey, bytes, cancel);
    if (!put && put.error().code == ErrorCode::AlreadyExists)
        return {};
    return put;
}

} // namespace salvor
