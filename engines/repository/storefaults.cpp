// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/storefaults.h"

#include "engines/crypto/hash.h"
#include "engines/repository/format.h"

#include <cstring>

namespace salvor {

namespace {

constexpr int kAttempts = 3;
constexpr std::uint64_t kPieceBytes = 4096;

Result<> ask(Store& store, std::string_view key, std::uint64_t offset, std::uint64_t length,
             const CancelToken& cancel) {
    for (int attempt = 1;; ++attempt) {
        SALVOR_TRY(checkCancelled(cancel));
        const auto got = store.getRange(key, offset, length, cancel);
        if (got)
            return {};
        if (attempt == kAttempts)
            return failure(got.error());
    }
}

/// Of a disk that was pulled out, the kernel goes on giving what it has in memory, which the catalog is.
/// Nobody reads the reserve. Two places of it, as one may be a bad sector like the one that led here.
Result<> askReserve(Store& store, const CancelToken& cancel) {
    Result<> answer;
    for (int place = 0; place < 2; ++place) {
        SALVOR_ASSIGN(const Bytes random, randomBytes(sizeof(std::uint32_t)));
        std::uint32_t number = 0;
        std::memcpy(&number, random.data(), sizeof number);
        const std::uint64_t offset = number % (format::kReserveBytes / kPieceBytes) * kPieceBytes;
        answer = ask(store, format::kReserveKey, offset, kPieceBytes, cancel);
        if (answer || answer.error().isCancelled())
            return answer;
        if (answer.error().code != ErrorCode::IoError) // it may be absent, or another's
            return {};
    }
    return answer;
}

} // namespace

bool isDamage(const Error& error) {
    switch (error.code) {
    case ErrorCode::Corrupt:
    case ErrorCode::PinMismatch:   // signed by another key
    case ErrorCode::WrongIdentity: // a file in the place of another, encrypted for somebody else
    case ErrorCode::NotFound:
    case ErrorCode::IoError: // one bad sector must not hide what else is bad
        return !error.retryable;
    default:
        return false;
    }
}

bool isRefused(const Error& error) { return error.code == ErrorCode::PermissionDenied; }

Error asRefused(Error error) {
    error.hint = (error.hint.empty() ? "check who owns it, and its permissions" : error.hint) +
                 "; what root copied belongs to root, and what another user wrote to that one. Whether it is "
                 "whole is not known until this user may read it: verify again then";
    return error;
}

Error recordFault(const std::string& what, const std::string& key, Error error) {
    error.message =
        what + " " + key + " cannot be read" + (isRefused(error) ? " by this user: " : ": ") + error.message;
    error.hint = (error.code == ErrorCode::Corrupt || error.hint.empty()
                      ? "restore this file from a copy of the repository"
                      : error.hint) +
                 "; no backup depends on it";
    error.context["key"] = key;
    return error;
}

Result<> requireAnswer(Store& store, std::uint64_t newestCatalog, const Error& error,
                       const CancelToken& cancel) {
    if (!isDamage(error) && !isRefused(error))
        return failure(error);
    const bool isOfBytes =
        error.code != ErrorCode::NotFound && error.code != ErrorCode::IoError && !isRefused(error);
    if (isOfBytes) // they were given
        return {};
    auto answer = ask(store, format::catalogKey(newestCatalog), 0, 1, cancel);
    if (answer && error.code == ErrorCode::IoError)
        answer = askReserve(store, cancel);
    if (answer || answer.error().isCancelled())
        return answer;
    Error away = std::move(answer).error();
    away.message = "the store at " + store.location() +
                   " no longer gives what it gave before, so nothing is said of its files: " + away.message;
    if (away.hint.empty())
        away.hint = "is the disk connected, or the share mounted? Try again then";
    return failure(std::move(away));
}

} // namespace salvor
