// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Stores plaintext chunks as objects, each plaintext once. Internal to the repository.
#pragma once

#include "engines/repository/knownobjects.h"
#include "engines/repository/objectcodec.h"
#include "engines/repository/writerindex.h"
#include "engines/storage/store.h"
#include "models/base/secret.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace salvor {

/// What an ObjectStore works with; all borrowed, and they must outlive it.
struct ObjectStoreSetup {
    Store* store = nullptr;
    const ObjectEncoder* encoder = nullptr;
    const Secret* idKey = nullptr;
    const WriterIndex* index = nullptr; ///< not changed while this lives
    const KnownObjects* known = nullptr;
    bool forceStore = false;                              ///< the index is not asked
    std::function<void(const std::string& key)> uploaded; ///< told of each file, in the uploading thread
};

/// Figures of one run so far. Every object counts once.
struct ObjectFigures {
    std::uint64_t storedBytes = 0;    ///< of all objects that the run refers to
    std::uint64_t newStoredBytes = 0; ///< of those uploaded by it
    std::uint64_t newObjects = 0;
};

/// One run's way to the objects. Thread safe.
class ObjectStore {
public:
    explicit ObjectStore(const ObjectStoreSetup& setup);

    /// The object that holds `plain` (1 byte to 16 MiB): one this run has stored (a thread that comes second
    /// waits for the first), one that the index finds, that signed refs name and that is listed with the
    /// right size, or a new one. When it returns, the store has the bytes. A name that exists already is
    /// read: it stays when its bytes are right and is written anew when they are not. Errors of the store, of
    /// encode(), Cancelled.
    Result<StoredObject> put(ByteView plain, int level, const CancelToken& cancel);

    ObjectFigures figures() const;
    /// What the run refers to: keyed id and object, in no order. Call when no put() is under way.
    void
    visit(const std::function<void(const Digest& keyedId, const StoredObject&, bool isNew)>& visitor) const;

private:
    class Claim;
    struct Slot {
        bool done = false; ///< else some thread is at it
        bool isNew = false;
        StoredObject object;
    };
    std::optional<StoredObject> find(const Digest& keyedId, ByteView plain) const;
    Result<> upload(const EncodedObject& object, const CancelToken& cancel);
    Result<> replaceIfDifferent(const std::string& key, ByteView bytes, const CancelToken& cancel);

    const ObjectStoreSetup m_setup;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::unordered_map<Digest, Slot, DigestHash> m_slots; ///< by keyed id
    ObjectFigures m_figures;
};

} // namespace salvor
