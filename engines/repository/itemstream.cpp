// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/itemstream.h"

#include <condition_variable>
#include <exception>
#include <optional>
#include <utility>

namespace salvor {

namespace {

/// What the tasks of a stream and the stream itself share.
class StreamState {
public:
    void begin() {
        const std::lock_guard lock(m_mutex);
        ++m_underWay;
        m_objects.emplace_back();
    }
    void end(std::size_t index, const Result<StoredObject>& outcome) {
        // Notified under the lock: whoever waits may destroy this as soon as it has it.
        const std::lock_guard lock(m_mutex);
        --m_underWay;
        if (outcome)
            m_objects[index] = *outcome;
        else if (!m_error)
            m_error = outcome.error();
        m_changed.notify_all();
    }
    void fail(const Error& error) {
        const std::lock_guard lock(m_mutex);
        if (!m_error)
            m_error = error;
    }
    Result<> status() const {
        const std::lock_guard lock(m_mutex);
        return m_error ? Result<>(failure(*m_error)) : Result<>();
    }
    void wait() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_underWay == 0; });
    }
    std::vector<StoredObject> takeObjects() {
        const std::lock_guard lock(m_mutex);
        return std::move(m_objects);
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::size_t m_underWay = 0;
    std::vector<StoredObject> m_objects;
    std::optional<Error> m_error;
};

/// One chunk on its way to the store. Destroyed without having run, it counts as cancelled.
class ChunkTask {
public:
    ChunkTask(std::shared_ptr<StreamState> state, std::size_t index, Bytes chunk,
              const ItemStreamSetup& setup, CancelToken cancel)
        : m_state(std::move(state))
        , m_index(index)
        , m_chunk(std::move(chunk))
        , m_objects(setup.objects)
        , m_buffers(setup.buffers)
        , m_level(setup.level->next(setup.runner->poolIsBottleneck()))
        , m_cancel(std::move(cancel)) {
        m_state->begin();
    }
    ChunkTask(const ChunkTask&) = delete;
    ChunkTask& operator=(const ChunkTask&) = delete;
    ~ChunkTask() {
        if (!m_ended)
            end(failure(cancelledError()));
    }

    void run() { end(store()); }

private:
    Result<StoredObject> store() {
        // The stream is void already: no work for nothing.
        if (const auto status = m_state->status(); !status)
            return failure(status.error());
        try {
            return m_objects->put(m_chunk, m_level, m_cancel);
        } catch (const std::exception& exception) {
            return failure(ErrorCode::Internal, std::string("storing a chunk: ") + exception.what());
        }
    }
    void end(const Result<StoredObject>& outcome) {
        m_ended = true;
        m_buffers->giveBack(std::exchange(m_chunk, {}));
        m_state->end(m_index, outcome); // from here on the stream may be gone
    }

    const std::shared_ptr<StreamState> m_state;
    const std::size_t m_index;
    Bytes m_chunk;
    ObjectStore* const m_objects;
    ChunkBuffers* const m_buffers;
    const int m_level;
    const CancelToken m_cancel;
    bool m_ended = false;
};

class ItemStreamWriter final : public ItemStream {
public:
    ItemStreamWriter(ItemStreamSetup setup, CancelToken cancel)
        : m_setup(std::move(setup))
        , m_cancel(std::move(cancel)) {
        m_result.order = m_setup.order;
    }
    ~ItemStreamWriter() override {
        if (!m_finished)
            m_state->fail(cancelledError()); // chunks that did not begin need not
        m_state->wait();
        m_setup.buffers->giveBack(std::move(m_chunk));
    }

    void beginItem(const ManifestItem& item) override;
    Result<> write(ByteView bytes) override;
    Result<> endItem(std::uint64_t rows, const std::string& contentHash, const QJsonObject& details) override;
    Result<> close() override;
    Result<> finish() override;

private:
    enum class Phase { Between, Undecided, Large }; ///< Undecided: in an item that is below 1 MiB so far

    Result<> misuse(const std::string& what);
    Result<> check();
    Result<> feed(ByteView bytes);
    Result<> beginLarge();
    Result<> placeSmall();
    Result<> cut();

    const ItemStreamSetup m_setup;
    const CancelToken m_cancel;
    const std::shared_ptr<StreamState> m_state = std::make_shared<StreamState>();
    StreamResult m_result;
    Phase m_phase = Phase::Between;
    bool m_finished = false;
    ManifestItem m_item;
    Sha256 m_hash;
    Bytes m_pending;        ///< the item's bytes while undecided, when they would not begin a chunk
    bool m_atStart = false; ///< the item begins a chunk, be it small or large
    Bytes m_chunk;          ///< being filled; no capacity = none in hand
    Chunker m_chunker;
    std::uint64_t m_chunks = 0; ///< cut so far
};

Result<> ItemStreamWriter::misuse(const std::string& what) {
    m_state->fail(Error{ErrorCode::Internal, "writing item \"" + m_item.id + "\": " + what, {}, false, {}});
    return m_state->status();
}

Result<> ItemStreamWriter::check() {
    if (m_cancel.stop_requested())
        m_state->fail(cancelledError());
    return m_state->status();
}

void ItemStreamWriter::beginItem(const ManifestItem& item) {
    const bool first = m_result.items.empty() && m_phase == Phase::Between;
    if (m_phase != Phase::Between || m_finished) {
        misuse("item \"" + item.id + "\" was begun before it ended");
        return;
    }
    m_item = item;
    m_item.sizeBytes = 0;
    m_phase = Phase::Undecided;
    m_atStart = m_chunk.empty();
    if (first)
        m_result.group = item.group;
    else if (item.group != m_result.group)
        misuse("its group \"" + item.group + "\" is not the stream's, \"" + m_result.group + "\"");
}

Result<> ItemStreamWriter::write(ByteView bytes) {
    SALVOR_TRY(check());
    if (m_phase == Phase::Between)
        return misuse("bytes came outside an item");
    m_hash.update(bytes);
    m_item.sizeBytes += bytes.size();
    if (m_setup.plainBytes != nullptr)
        *m_setup.plainBytes += bytes.size();
    if (m_phase == Phase::Undecided) {
        const bool small = m_item.sizeBytes < Chunker::kMinBytes;
        if (small && m_atStart)
            return feed(bytes); // no chunk is cut within 1 MiB
        if (small) {
            m_pending.insert(m_pending.end(), bytes.begin(), bytes.end());
            return {};
        }
        SALVOR_TRY(beginLarge());
    }
    return feed(bytes);
}

/// The item is not small: it begins an object.
Result<> ItemStreamWriter::beginLarge() {
    if (!m_atStart)
        SALVOR_TRY(cut());
    m_phase = Phase::Large;
    m_item.firstObject = m_chunks;
    m_item.offset = 0;
    SALVOR_TRY(feed(m_pending));
    m_pending.clear();
    return {};
}

/// The item is small: it goes behind the small ones before it.
Result<> ItemStreamWriter::placeSmall() {
    const bool empty = m_item.sizeBytes == 0;
    m_item.firstObject = empty ? 0 : m_chunks;
    m_item.offset = empty || m_atStart ? 0 : m_chunk.size();
    SALVOR_TRY(feed(m_pending));
    const std::uint64_t end = m_chunks + (m_chunk.empty() ? 0 : 1);
    m_item.objectCount = empty ? 0 : end - m_item.firstObject;
    m_pending.clear();
    return {};
}

Result<> ItemStreamWriter::endItem(std::uint64_t rows, const std::string& contentHash,
                                   const QJsonObject& details) {
    SALVOR_TRY(check());
    if (m_phase == Phase::Between)
        return misuse("it was ended twice");
    if (m_phase == Phase::Large) {
        SALVOR_TRY(cut());
        m_item.objectCount = m_chunks - m_item.firstObject;
    } else {
        SALVOR_TRY(placeSmall());
    }
    m_item.rows = rows;
    m_item.contentHash = contentHash;
    m_item.details = details;
    m_item.sha256 = toHex(m_hash.finish());
    m_result.items.push_back(m_item);
    m_phase = Phase::Between;
    return {};
}

Result<> ItemStreamWriter::feed(ByteView bytes) {
    while (!bytes.empty()) {
        if (m_chunk.capacity() == 0)
            m_chunk = m_setup.buffers->take();
        const Chunker::Step step = m_chunker.take(bytes);
        const ByteView taken = bytes.first(step.taken);
        m_chunk.insert(m_chunk.end(), taken.begin(), taken.end());
        bytes = bytes.subspan(step.taken);
        if (step.cut)
            SALVOR_TRY(cut());
    }
    return {};
}

/// Hands the chunk over. While the runner is full the stream has no other buffer.
Result<> ItemStreamWriter::cut() {
    m_chunker.restart();
    if (m_chunk.empty())
        return {};
    auto task = std::make_shared<ChunkTask>(m_state, m_chunks, std::exchange(m_chunk, {}), m_setup, m_cancel);
    ++m_chunks;
    if (const auto submitted = m_setup.runner->submit([task] { task->run(); }); !submitted)
        m_state->fail(submitted.error());
    return m_state->status();
}

Result<> ItemStreamWriter::close() {
    if (m_phase != Phase::Between)
        return misuse("the stream was finished before it ended");
    SALVOR_TRY(check());
    return cut();
}

Result<> ItemStreamWriter::finish() {
    if (m_finished)
        return m_state->status();
    SALVOR_TRY(close());
    m_state->wait();
    SALVOR_TRY(m_state->status());
    m_finished = true;
    m_result.objects = m_state->takeObjects();
    if (m_setup.finished && !m_result.items.empty())
        m_setup.finished(std::move(m_result));
    return {};
}

} // namespace

ChunkBuffers::ChunkBuffers(std::size_t kept)
    : m_kept(kept) {}

Bytes ChunkBuffers::take() {
    const std::lock_guard lock(m_mutex);
    Bytes buffer;
    if (!m_free.empty()) {
        buffer = std::move(m_free.back());
        m_free.pop_back();
    } else {
        // Pages that are not written to take no memory.
        buffer.reserve(Chunker::kMaxBytes);
    }
    return buffer;
}

void ChunkBuffers::giveBack(Bytes buffer) {
    const std::lock_guard lock(m_mutex);
    if (buffer.capacity() < Chunker::kMaxBytes || m_free.size() >= m_kept)
        return;
    buffer.clear();
    m_free.push_back(std::move(buffer));
}

std::unique_ptr<ItemStream> makeItemStream(ItemStreamSetup setup, const CancelToken& cancel) {
    return std::make_unique<ItemStreamWriter>(std::move(setup), cancel);
}

} // namespace salvor
