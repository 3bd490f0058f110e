// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A real folder as store, keys, and what a run needs to write objects into it and to read them back.
#pragma once

#include "engines/repository/itemreader.h"
#include "engines/repository/itemstream.h"
#include "engines/storage/localstore.h"
#include "repository/poolrunner.h"
#include "repository/randomdata.h"
#include "support/check.h"
#include "support/faultstore.h"

#include <QTemporaryDir>

namespace salvor::test {

/// One run. The index and the known objects are empty until rememberEverything().
class ObjectFixture {
public:
    explicit ObjectFixture(bool encrypted = true)
        : m_encrypted(encrypted)
        , m_local(openLocalStore(m_folder.path().toStdString(), m_clock).value())
        , store(*m_local)
        , encoder(encrypted ? std::vector{identity.recipient()} : std::vector<AgeRecipient>())
        , idKey(asBytes("0123456789abcdef0123456789abcdef")) {
        nextRun();
    }

    void nextRun(bool forceStore = false) {
        objects = std::make_unique<ObjectStore>(
            ObjectStoreSetup{&store, &encoder, &idKey, &index, &known, forceStore, {}});
    }
    /// What a commit and the begin of the next run do: all of this run's objects are named, and listed.
    void rememberEverything() {
        objects->visit([this](const Digest& keyedId, const StoredObject& object, bool) {
            index.add(keyedId, object);
            known.name(object.name);
        });
        listAgain();
        nextRun();
    }
    void listAgain() {
        const auto visit = [this](const StoreEntry& entry) -> Result<> {
            known.listed(objectNameOfKey(entry.key).value(), entry.sizeBytes);
            return {};
        };
        if (!m_local->list("objects/", visit, {}))
            qFatal("cannot list");
    }

    std::unique_ptr<ItemStream> stream(TaskRunner& runner, std::uint64_t order = 0, CancelToken cancel = {}) {
        const auto keep = [this](StreamResult result) {
            const std::lock_guard lock(m_mutex);
            results.push_back(std::move(result));
        };
        return makeItemStream({order, objects.get(), &level, &buffers, &plainBytes, &runner, keep}, cancel);
    }
    std::shared_ptr<ObjectReader> reader() {
        return std::make_shared<ObjectReader>(store, m_encrypted ? &identity : nullptr);
    }
    std::uint64_t filesInStore() {
        std::uint64_t count = 0;
        const auto visit = [&](const StoreEntry&) -> Result<> {
            ++count;
            return {};
        };
        return m_local->list("objects/", visit, {}) ? count : 0;
    }
    /// Another content for an object, behind the store's back.
    void overwrite(const Digest& name, ByteView bytes) {
        if (!m_local->remove(objectKey(name), {}) || !m_local->put(objectKey(name), bytes, {}))
            qFatal("cannot overwrite");
    }
    Store& local() { return *m_local; }

private:
    const bool m_encrypted;
    QTemporaryDir m_folder;
    SystemClock m_clock;
    std::unique_ptr<LocalStore> m_local;
    std::mutex m_mutex;

public:
    FaultStore store;
    AgeIdentity identity = AgeIdentity::generate().value();
    ObjectEncoder encoder;
    Secret idKey;
    WriterIndex index;
    KnownObjects known;
    std::unique_ptr<ObjectStore> objects;
    CompressionLevel level{1, false};
    ChunkBuffers buffers;
    std::atomic<std::uint64_t> plainBytes{0};
    std::vector<StreamResult> results; ///< of the streams that finished, in the order in which they did
};

inline ManifestItem itemNamed(const std::string& id, const std::string& group = "group") {
    ManifestItem item;
    item.phase = "data";
    item.id = id;
    item.name = "name of " + id;
    item.group = group;
    return item;
}

/// Writes an item in pieces; the first error.
inline Result<> writeItem(ItemStream& stream, const std::string& id, ByteView bytes,
                          std::size_t piece = 65536) {
    stream.beginItem(itemNamed(id));
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        SALVOR_TRY(stream.write(bytes.subspan(at, std::min(piece, bytes.size() - at))));
    return stream.endItem(bytes.size() / 10, "hash of " + id, {});
}

inline std::vector<Digest> names(const StreamResult& result) {
    std::vector<Digest> out;
    for (const StoredObject& object : result.objects)
        out.push_back(object.name);
    return out;
}

inline Result<Bytes> readAll(ByteSource& source, std::size_t piece = 100'000) {
    Bytes out;
    Bytes buffer(piece);
    while (true) {
        SALVOR_ASSIGN(const std::size_t count, source.read(buffer));
        if (count == 0)
            return out;
        out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
    }
}

inline Result<Bytes> readItem(std::shared_ptr<ObjectReader> reader, const ManifestItem& item,
                              const std::vector<Digest>& objects, std::size_t piece = 100'000) {
    SALVOR_ASSIGN(const auto source, openItemReader(std::move(reader), item, objects, {}));
    return readAll(*source, piece);
}

} // namespace salvor::test
