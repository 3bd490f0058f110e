// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A folder on a disk or a mounted share as a store: one file per key.
#pragma once

#include "engines/storage/store.h"
#include "models/base/uniquefd.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace salvor {

/// put(): a temporary in the same folder is written, fsynced, and renamed without replacing (link(2) where
/// the file system cannot). Under "objects/" the folder's own fsync waits for sync(); for every other key it
/// is done before put() returns. After a failed fsync the bytes are given up (the kernel may have dropped
/// them): the put fails and its file goes; a failed fsync of a folder makes every later sync() of this object
/// fail.
///
/// Files are 0600, folders 0700. Who does not own the root makes them for its owner: root gives them to owner
/// and group of the root; anybody else gives those of "proofs/" (which readers write), where its group may
/// write to the root, to that group, 0640 and 0770. The root is never made here and may be a symbolic link,
/// nothing below it may. Blobs are at most 1 GiB (InvalidInput; Corrupt when one is found). Thread safe. A
/// cancel is seen between pieces of 1 MiB; an fsync that hangs in the kernel cannot be interrupted.
class LocalStore final : public Store {
public:
    StoreFeatures features() const override { return {}; }
    std::string location() const override { return m_root; }
    Result<> put(std::string_view key, ByteView bytes, const CancelToken& cancel) override;
    Result<Bytes> get(std::string_view key, const CancelToken& cancel) override;
    Result<Bytes> getRange(std::string_view key, std::uint64_t offset, std::uint64_t length,
                           const CancelToken& cancel) override;
    Result<> list(std::string_view prefix, const std::function<Result<>(const StoreEntry&)>& visit,
                  const CancelToken& cancel) override;
    Result<> remove(std::string_view key, const CancelToken& cancel) override;
    Result<std::optional<StoreEntry>> stat(std::string_view key, const CancelToken& cancel) override;
    Result<std::optional<StoreSpace>> space(const CancelToken& cancel) override;
    Result<> sync(const CancelToken& cancel) override;
    Result<std::uint64_t> removeLeftovers(std::chrono::seconds age, const CancelToken& cancel) override;

private:
    struct Identity {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        bool operator==(const Identity&) const = default;
    };
    struct Blob {
        UniqueFd file;
        StoreEntry entry;
    };
    using Visit = std::function<Result<>(int folder, const StoreEntry&)>;

    friend Result<std::unique_ptr<LocalStore>> openLocalStore(const std::string& path, const Clock& clock);
    LocalStore(std::string root, const Clock& clock, Identity identity);
    static Result<Identity> identify(int root, const std::string& path);

    Result<UniqueFd> openRoot() const;
    Result<UniqueFd> makeFolder(int root, const std::string& folder) const;
    Result<> publish(int root, int folder, std::string_view key, ByteView bytes,
                     const CancelToken& cancel) const;
    Result<> settle(int root, int folder, std::string_view key);
    Result<> syncFolder(int root, const std::string& folder);
    void noteUsed(const std::string& folder);
    void noteMet(const std::string& folder);
    Result<Blob> openBlob(std::string_view key) const;
    Result<Bytes> readBlob(const Blob& blob, std::uint64_t offset, std::uint64_t length,
                           const CancelToken& cancel) const;
    Result<> walk(std::string_view prefix, bool leftovers, const Visit& visit,
                  const CancelToken& cancel) const;
    std::string shown(std::string_view key) const { return m_root + "/" + std::string(key); }

    const std::string m_root;
    const Clock& m_clock;
    const Identity m_identity; ///< of the root: another folder in its place means that the disk went away

    std::mutex m_syncMutex; ///< held while folders are synced; taken before m_mutex
    std::mutex m_mutex;
    std::set<std::string> m_usedFolders;  ///< whose way from the root was noted as dirty once
    std::set<std::string> m_dirtyFolders; ///< whose entries may not be durable yet
    std::optional<Error> m_syncFailure;
};

/// An existing folder. NotFound with a hint (is the disk mounted?), PermissionDenied, InvalidInput unless
/// `path` is absolute. `clock` outlives the store.
Result<std::unique_ptr<LocalStore>> openLocalStore(const std::string& path, const Clock& clock);
/// Makes the folder (0700) when it is not there; the folder that holds it must exist. Errors as
/// openLocalStore, and NoSpace, IoError.
Result<std::unique_ptr<LocalStore>> createLocalStore(const std::string& path, const Clock& clock);

} // namespace salvor
