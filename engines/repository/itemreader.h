// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reads objects and items back. Internal to the repository.
#pragma once

#include "engines/repository/manifest.h"
#include "engines/repository/objectcodec.h"
#include "engines/storage/store.h"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace salvor {

/// Plaintext of objects. Thread safe. Keeps up to 16 MiB of objects that small items share.
class ObjectReader {
public:
    /// Told of an object that is missing or damaged, on the thread that reads it.
    using OnDamage = std::function<Result<>(const Digest&)>;

    /// `identity` null: encryption is off. Both borrowed.
    ObjectReader(Store& store, const AgeIdentity* identity, OnDamage onDamage = {});

    /// Checked against its name, decrypted, decompressed. NotFound and Corrupt name the object and have its
    /// key in context "key"; WrongIdentity, errors of the store.
    Result<std::shared_ptr<const Bytes>> read(const Digest& name, bool keep, const CancelToken& cancel);

private:
    bool isBad(const Digest& name, const Error& error, const CancelToken& cancel) const;
    Result<Bytes> fetch(const Digest& name, const CancelToken& cancel);
    using Kept = std::pair<Digest, std::shared_ptr<const Bytes>>;
    std::shared_ptr<const Bytes> kept(const Digest& name);
    void keepIt(const Digest& name, const std::shared_ptr<const Bytes>& plain);

    Store& m_store;
    const AgeIdentity* const m_identity;
    const OnDamage m_onDamage;
    std::mutex m_mutex;
    std::list<Kept> m_kept; ///< last used first
    std::uint64_t m_keptBytes = 0;
};

/// The plaintext of `item`. `groupObjects` are the names of its group's objects, of which the item's are
/// copied. Corrupt at once for an item that its group has no room for, while reading for an object that is
/// damaged or too short, and instead of the end for a SHA-256 that is not the item's. The error names the
/// item (context "item"). Holds one object at a time. The reader is shared.
Result<std::unique_ptr<ByteSource>> openItemReader(std::shared_ptr<ObjectReader> reader,
                                                   const ManifestItem& item,
                                                   const std::vector<Digest>& groupObjects,
                                                   const CancelToken& cancel);

} // namespace salvor
