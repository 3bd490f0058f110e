// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts items into chunks and has them stored on a TaskRunner. Internal to the repository.
//
// A stream's bytes fall into segments, each of which is chunked by itself: an item of 1 MiB or more is a
// segment, and so is each run of smaller items between two such. So the objects of a stream depend on its
// items' bytes and order only, not on the sizes of the writes.
#pragma once

#include "engines/repository/backupwriter.h"
#include "engines/repository/chunker.h"
#include "engines/repository/compressionlevel.h"
#include "engines/repository/objectstore.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace salvor {

/// What a finished stream came to. The items' firstObject counts from the stream's first object; where a
/// group has several streams, their lists are joined in `order` and firstObject moves along.
struct StreamResult {
    std::uint64_t order = 0;
    std::string group; ///< of all its items
    std::vector<StoredObject> objects;
    std::vector<ManifestItem>
        items; ///< complete: rows, contentHash, details, sizeBytes, sha256, where its bytes are
};

/// Chunk buffers that are used again, shared by the streams of a run. Thread safe.
class ChunkBuffers {
public:
    explicit ChunkBuffers(std::size_t kept = 4); ///< how many to keep while they are not in use
    Bytes take();                                ///< empty, with room for the largest chunk
    void giveBack(Bytes buffer);

private:
    std::mutex m_mutex;
    const std::size_t m_kept;
    std::vector<Bytes> m_free;
};

struct ItemStreamSetup {
    std::uint64_t order = 0;
    ObjectStore* objects = nullptr;
    CompressionLevel* level = nullptr;
    ChunkBuffers* buffers = nullptr;
    std::atomic<std::uint64_t>* plainBytes = nullptr; ///< counts what was written; may be null
    TaskRunner* runner = nullptr;                     ///< all borrowed, must outlive the stream
    std::function<void(StreamResult)> finished; ///< called once, by a finish() that succeeds and had items
};

/// As ItemStream says. Items of another group than the first, two items at once and the like are Internal.
/// The first error of any task or call is kept: every later call returns it. Memory: one chunk being filled,
/// up to 1 MiB of an item not known to be large yet, and the chunks that the runner has taken. Destroying
/// waits for the tasks.
std::unique_ptr<ItemStream> makeItemStream(ItemStreamSetup setup, const CancelToken& cancel);

} // namespace salvor
