// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/writtenonce.h"

#include "engines/repository/format.h"
#include "engines/repository/repositoryfile.h"
#include "engines/repository/repositoryimpl.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"

#include <optional>

namespace salvor {

namespace {

constexpr std::uint64_t kLargest = 1024 * 1024;

/// What becomes of whom without it, and what to do.
Error faultOf(const std::string& key, const std::string& what) {
    std::string means = "the backups themselves are not hit";
    std::string hint = "restore this file from a copy of the repository";
    if (key == format::kWriterKey) {
        means = "no other computer can become the writer without it; the backups are not hit";
        hint = "the next backup from the computer that writes this repository writes it anew";
    } else if (key == format::kRepositoryKey) {
        means = "the repository is found by its signed catalog alone; the backups are not hit";
        hint = "the next backup from the computer that writes this repository writes it anew";
    } else if (key == format::kRecoveryKey) {
        means = "only the recovery file that was saved opens the repository on another computer";
        hint = "put the saved recovery file in its place, from its line -----BEGIN AGE on: "
               "sed -n '/^-----BEGIN AGE/,$p' FILE > keys/recovery.age";
    }
    return {ErrorCode::Corrupt, key + what + "; " + means, hint, false, {{"key", key}}};
}

std::optional<WrittenOnceFault> missingOrUnreadable(const std::string& key, const Error& error) {
    if (isRefused(error)) {
        Error refused = error;
        refused.message = key + " cannot be read by this user: " + error.message;
        refused.context["key"] = key;
        return WrittenOnceFault{key, false, std::move(refused)};
    }
    if (!isDamage(error))
        return std::nullopt;
    if (error.code == ErrorCode::NotFound)
        return WrittenOnceFault{key, true, faultOf(key, " is missing")};
    return WrittenOnceFault{key, error.code == ErrorCode::Corrupt,
                            faultOf(key, " cannot be read: " + error.message)};
}

Result<std::optional<WrittenOnceFault>> look(Store& store, const std::string& key, const std::string& hash,
                                             const CancelToken& cancel) {
    const WrittenOnceFault damaged{
        key, true, faultOf(key, " is damaged: its bytes are not those that the catalog names")};
    const auto there = store.stat(key, cancel);
    if (there && *there && (*there)->sizeBytes > kLargest)
        return std::optional(damaged);
    const auto bytes = getFile(store, key, cancel);
    if (bytes && format::hashOf(*bytes) == hash)
        return std::optional<WrittenOnceFault>();
    if (bytes)
        return std::optional(damaged);
    SALVOR_TRY(checkCancelled(cancel));
    auto fault = missingOrUnreadable(key, bytes.error());
    if (!fault)
        return failure(bytes.error());
    return fault;
}

/// With the date of the first catalog, while that is there: then these are the bytes that were lost.
Result<Bytes> repositoryFileAgain(const RepositoryImpl& repository, const CancelToken& cancel) {
    const RepositoryPin& pin = repository.pin();
    Instant created = repository.clock().now();
    if (const auto text = getText(repository.store(), format::catalogKey(1), cancel)) {
        if (const auto first = readCatalog(*text, 1, repository.trust()))
            created = first->catalog.created;
    }
    return writeRepositoryFile({pin.id, pin.title, pin.encrypted, format::kVersion}, created)
        .map([](const std::string& text) { return toBytes(text); });
}

} // namespace

Result<std::vector<WrittenOnceFault>> findWrittenOnceFaults(Store& store, const CatalogDocument& document,
                                                            const CancelToken& cancel) {
    std::vector<WrittenOnceFault> faults;
    for (const auto& [key, hash] : document.files) {
        SALVOR_ASSIGN(auto fault, look(store, key, hash, cancel));
        if (fault)
            faults.push_back(std::move(*fault));
    }
    return faults;
}

Result<> mendWrittenOnce(const RepositoryImpl& repository, const WriterKeys& keys, CatalogDocument& next,
                         const CancelToken& cancel) {
    Store& store = repository.store();
    SALVOR_ASSIGN(const auto faults, findWrittenOnceFaults(store, next, cancel));
    for (const auto& fault : faults) {
        Bytes bytes;
        if (fault.mendable && fault.key == format::kWriterKey) {
            SALVOR_ASSIGN(bytes, sealWriterKeys(keys, repository.pin().id, repository.pin().recipients));
        } else if (fault.mendable && fault.key == format::kRepositoryKey) {
            SALVOR_ASSIGN(bytes, repositoryFileAgain(repository, cancel));
        } else {
            continue;
        }
        SALVOR_TRY(removeFile(store, fault.key, cancel));
        SALVOR_TRY(putExactly(store, fault.key, bytes, cancel));
        SALVOR_TRY(store.sync(cancel));
        next.files[fault.key] = format::hashOf(bytes);
    }
    return {};
}

Result<std::vector<Error>> RepositoryImpl::writtenOnceFaults(const CancelToken& cancel) {
    SALVOR_ASSIGN(const NewestCatalog newest, newestCatalog(true, cancel));
    SALVOR_ASSIGN(auto faults, findWrittenOnceFaults(store(), newest.document, cancel));
    std::vector<Error> errors;
    for (auto& fault : faults)
        errors.push_back(std::move(fault.error));
    return errors;
}

Result<WriterKeys> RepositoryImpl::storedWriterKeys(const CancelToken& cancel) {
    if (identity() == nullptr)
        return failure(ErrorCode::SecretUnavailable,
                       "cannot take repository " + pin().id + " over without its identity",
                       "open it with its recovery file and passphrase");
    SALVOR_ASSIGN(const Bytes file, getFile(store(), format::kWriterKey, cancel));
    return openWriterKeys(file, *identity(), pin().id, pin().signingPublicKey);
}

} // namespace salvor
