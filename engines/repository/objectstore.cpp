// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/objectstore.h"

#include "engines/repository/chunker.h"

#include <algorithm>

namespace salvor {

ObjectStore::ObjectStore(const ObjectStoreSetup& setup)
    : m_setup(setup) {}

/// The slot is given up when the upload fails or throws, so that who waits for it may try.
class ObjectStore::Claim {
public:
    Claim(ObjectStore& objects, const Digest& keyedId)
        : m_objects(objects)
        , m_keyedId(keyedId) {}
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    ~Claim() {
        {
            const std::lock_guard lock(m_objects.m_mutex);
            if (!m_fulfilled)
                m_objects.m_slots.erase(m_keyedId);
        }
        m_objects.m_changed.notify_all();
    }

    void fulfil(const StoredObject& object, bool isNew) {
        const std::lock_guard lock(m_objects.m_mutex);
        m_objects.m_slots.at(m_keyedId) = {true, isNew, object};
        ObjectFigures& figures = m_objects.m_figures;
        figures.storedBytes += object.storedBytes;
        if (isNew) {
            figures.newStoredBytes += object.storedBytes;
            ++figures.newObjects;
        }
        m_fulfilled = true;
    }

private:
    ObjectStore& m_objects;
    const Digest m_keyedId;
    bool m_fulfilled = false;
};

Result<StoredObject> ObjectStore::put(ByteView plain, int level, const CancelToken& cancel) {
    if (plain.empty() || plain.size() > Chunker::kMaxBytes)
        return failure(ErrorCode::Internal, "storing a chunk of " + std::to_string(plain.size()) + " bytes");
    SALVOR_TRY(checkCancelled(cancel));
    const Digest keyedId = hmacSha256(m_setup.idKey->bytes(), plain);
    {
        std::unique_lock lock(m_mutex);
        while (!m_slots.try_emplace(keyedId).second) {
            const auto settled = [&] {
                const auto at = m_slots.find(keyedId);
                return at == m_slots.end() || at->second.done;
            };
            if (!m_changed.wait(lock, cancel, settled))
                return failure(cancelledError());
            if (const auto at = m_slots.find(keyedId); at != m_slots.end())
                return at->second.object;
        }
    }
    Claim claim(*this, keyedId);
    if (const auto shared = find(keyedId, plain)) {
        claim.fulfil(*shared, false);
        return *shared;
    }
    SALVOR_ASSIGN(const EncodedObject encoded, m_setup.encoder->encode(plain, level, cancel));
    SALVOR_TRY(upload(encoded, cancel));
    if (m_setup.uploaded)
        m_setup.uploaded(objectKey(encoded.name));
    const StoredObject object{encoded.name, static_cast<std::uint32_t>(encoded.bytes.size()),
                              static_cast<std::uint32_t>(plain.size())};
    claim.fulfil(object, true);
    return object;
}

std::optional<StoredObject> ObjectStore::find(const Digest& keyedId, ByteView plain) const {
    if (m_setup.forceStore)
        return std::nullopt;
    const auto object = m_setup.index->find(keyedId);
    if (!object || object->plainBytes != plain.size() ||
        m_setup.known->size(object->name) != object->storedBytes)
        return std::nullopt;
    return object;
}

Result<> ObjectStore::upload(const EncodedObject& object, const CancelToken& cancel) {
    constexpr int kAttempts = 3;
    const std::string key = objectKey(object.name);
    Result<> outcome;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        outcome = m_setup.store->put(key, object.bytes, cancel);
        if (outcome)
            return outcome;
        // Ours, of an attempt that worked without saying so, or an orphan's, or a damaged one's.
        if (outcome.error().code == ErrorCode::AlreadyExists)
            return replaceIfDifferent(key, object.bytes, cancel);
        if (!outcome.error().retryable)
            return outcome;
        SALVOR_TRY(checkCancelled(cancel));
    }
    return outcome;
}

Result<> ObjectStore::replaceIfDifferent(const std::string& key, ByteView bytes, const CancelToken& cancel) {
    const auto there = m_setup.store->get(key, cancel);
    if (there && std::ranges::equal(*there, bytes))
        return {};
    // Removed only when it is known to be wrong: an older backup may need it, and the new bytes may not
    // arrive.
    if (!there && there.error().code != ErrorCode::Corrupt && there.error().code != ErrorCode::NotFound)
        return failure(there.error());
    SALVOR_TRY(m_setup.store->remove(key, cancel));
    return m_setup.store->put(key, bytes, cancel);
}

ObjectFigures ObjectStore::figures() const {
    const std::lock_guard lock(m_mutex);
    return m_figures;
}

void ObjectStore::visit(const std::function<void(const Digest&, const StoredObject&, bool)>& visitor) const {
    const std::lock_guard lock(m_mutex);
    for (const auto& [keyedId, slot] : m_slots) {
        if (slot.done)
            visitor(keyedId, slot.object, slot.isNew);
    }
}

} // namespace salvor
