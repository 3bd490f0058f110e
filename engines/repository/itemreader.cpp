// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/itemreader.h"

#include "engines/crypto/hash.h"
#include "engines/repository/chunker.h"
#include "engines/repository/storeaccess.h"

#include <algorithm>
#include <optional>

namespace salvor {

namespace {

constexpr std::uint64_t kKeepBytes = Chunker::kMaxBytes;

class ItemReader final : public ByteSource {
public:
    ItemReader(std::shared_ptr<ObjectReader> reader, const ManifestItem& item, std::vector<Digest> objects,
               CancelToken cancel)
        : m_reader(std::move(reader))
        , m_item(item)
        , m_objects(std::move(objects))
        , m_cancel(std::move(cancel))
        , m_left(item.sizeBytes)
        , m_skip(item.offset) {}

    Result<std::size_t> read(std::span<std::byte> buffer) override {
        if (m_error)
            return failure(*m_error);
        auto count = readSome(buffer);
        if (!count) {
            Error& error = count.error();
            if (!error.isCancelled()) {
                error.message = "reading item \"" + m_item.name + "\": " + error.message;
                error.context.emplace("item", m_item.id);
            }
            m_error = error;
        }
        return count;
    }

private:
    Result<std::size_t> readSome(std::span<std::byte> buffer) {
        SALVOR_TRY(checkCancelled(m_cancel));
        if (m_left == 0) {
            SALVOR_TRY(checkEnd());
            return 0;
        }
        if (!m_object)
            SALVOR_TRY(nextObject());
        const ByteView rest = ByteView(*m_object).subspan(m_at);
        const std::size_t count = std::min<std::uint64_t>({rest.size(), buffer.size(), m_left});
        std::copy_n(rest.begin(), count, buffer.begin());
        m_hash.update(rest.first(count));
        m_at += count;
        m_left -= count;
        if (m_at == m_object->size() || m_left == 0)
            m_object.reset();
        return count;
    }

    Result<> nextObject() {
        if (m_next == m_objects.size())
            return failure(ErrorCode::Corrupt,
                           "its objects hold less than its " + std::to_string(m_item.sizeBytes) + " bytes");
        // Small items share an object with their neighbours, which are read next.
        const bool keep = m_item.sizeBytes < Chunker::kMinBytes;
        SALVOR_ASSIGN(m_object, m_reader->read(m_objects[m_next], keep, m_cancel));
        ++m_next;
        m_at = std::exchange(m_skip, 0);
        if (m_at >= m_object->size())
            return failure(ErrorCode::Corrupt, "it begins behind the end of its first object");
        return {};
    }

    Result<> checkEnd() {
        if (m_next != m_objects.size())
            return failure(ErrorCode::Corrupt,
                           "its objects hold more than its " + std::to_string(m_item.sizeBytes) + " bytes");
        if (!m_ended && toHex(m_hash.finish()) != m_item.sha256)
            return failure(
                ErrorCode::Corrupt, "its SHA-256 is not the one in the manifest",
                "Every object of it is as it was stored, so it was read wrong when the backup was made; "
                "use another backup.");
        m_ended = true;
        return {};
    }

    const std::shared_ptr<ObjectReader> m_reader;
    const ManifestItem m_item;
    const std::vector<Digest> m_objects;
    const CancelToken m_cancel;
    std::uint64_t m_left;
    std::uint64_t m_skip;
    std::size_t m_next = 0;
    std::shared_ptr<const Bytes> m_object; ///< in hand, from m_at on
    std::size_t m_at = 0;
    Sha256 m_hash;
    bool m_ended = false;
    std::optional<Error> m_error;
};

} // namespace

ObjectReader::ObjectReader(Store& store, const AgeIdentity* identity, OnDamage onDamage)
    : m_store(store)
    , m_identity(identity)
    , m_onDamage(std::move(onDamage)) {}

std::shared_ptr<const Bytes> ObjectReader::kept(const Digest& name) {
    const std::lock_guard lock(m_mutex);
    const auto at = std::ranges::find(m_kept, name, &Kept::first);
    if (at == m_kept.end())
        return nullptr;
    m_kept.splice(m_kept.begin(), m_kept, at);
    return at->second;
}

void ObjectReader::keepIt(const Digest& name, const std::shared_ptr<const Bytes>& plain) {
    const std::lock_guard lock(m_mutex);
    if (std::ranges::find(m_kept, name, &Kept::first) != m_kept.end())
        return; // another thread was first
    m_kept.emplace_front(name, plain);
    m_keptBytes += plain->size();
    while (m_keptBytes > kKeepBytes && m_kept.size() > 1) {
        m_keptBytes -= m_kept.back().second->size();
        m_kept.pop_back();
    }
}

Result<std::shared_ptr<const Bytes>> ObjectReader::read(const Digest& name, bool keep,
                                                        const CancelToken& cancel) {
    if (auto plain = kept(name))
        return plain;
    auto fetched = fetch(name, cancel);
    if (!fetched) {
        Error& error = fetched.error();
        if (m_onDamage && isBad(name, error, cancel)) {
            if (const auto noted = m_onDamage(name); !noted)
                error.message += "; and noting that for the next backup failed: " + noted.error().message;
        }
        return failure(std::move(error));
    }
    auto shared = std::make_shared<const Bytes>(std::move(*fetched));
    if (keep)
        keepIt(name, shared);
    return shared;
}

/// Damaged, or lost; of a disk that was unmounted meanwhile, no file is found either.
bool ObjectReader::isBad(const Digest& name, const Error& error, const CancelToken& cancel) const {
    if (error.code != ErrorCode::NotFound)
        return error.code == ErrorCode::Corrupt;
    const auto entry = m_store.stat(objectKey(name), cancel);
    return entry && !*entry;
}

Result<Bytes> ObjectReader::fetch(const Digest& name, const CancelToken& cancel) {
    const std::string key = objectKey(name);
    auto stored = getFile(m_store, key, cancel);
    if (!stored) {
        Error& error = stored.error();
        error.context.emplace("key", key);
        if (error.code == ErrorCode::NotFound && error.hint.empty())
            error.hint =
                "Verify the repository to learn which backups it hits; a good copy of the file heals it.";
        return failure(std::move(error));
    }
    SALVOR_TRY(checkCancelled(cancel));
    return decodeNamedObject(name, *stored, m_identity);
}

Result<std::unique_ptr<ByteSource>> openItemReader(std::shared_ptr<ObjectReader> reader,
                                                   const ManifestItem& item,
                                                   const std::vector<Digest>& groupObjects,
                                                   const CancelToken& cancel) {
    if (item.firstObject > groupObjects.size() || item.objectCount > groupObjects.size() - item.firstObject)
        return failure(ErrorCode::Corrupt,
                       "reading item \"" + item.name + "\": it names objects that its group does not have",
                       {}, {{"item", item.id}});
    const auto first = groupObjects.begin() + static_cast<std::ptrdiff_t>(item.firstObject);
    std::vector<Digest> objects(first, first + static_cast<std::ptrdiff_t>(item.objectCount));
    return std::make_unique<ItemReader>(std::move(reader), item, std::move(objects), cancel);
}

} // namespace salvor
