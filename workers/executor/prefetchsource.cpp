// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/prefetchsource.h"

#include <algorithm>
#include <cstring>

namespace salvor {

PrefetchSource::PrefetchSource(std::unique_ptr<ByteSource> source, CancelToken cancel, std::size_t blocks,
                               std::size_t blockBytes)
    : m_source(std::move(source))
    , m_cancel(std::move(cancel))
    , m_blocks(std::max<std::size_t>(blocks, 1))
    , m_blockBytes(std::max<std::size_t>(blockBytes, 1))
    , m_thread([this] { readAhead(); }) {}

PrefetchSource::~PrefetchSource() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

Result<std::size_t> PrefetchSource::fill(Bytes& block) {
    block.resize(m_blockBytes);
    std::size_t filled = 0;
    while (filled < block.size()) {
        SALVOR_ASSIGN(const std::size_t count, m_source->read(std::span(block).subspan(filled)));
        if (count == 0)
            break;
        filled += count;
    }
    block.resize(filled);
    return filled;
}

void PrefetchSource::readAhead() {
    for (;;) {
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return m_stopping || m_ready.size() < m_blocks; });
            if (m_stopping)
                return;
        }
        Bytes block;
        const auto count = fill(block);
        const std::lock_guard lock(m_mutex);
        if (!count)
            m_end = failure(count.error());
        else if (*count == 0)
            m_end = Result<>();
        else
            m_ready.push_back(std::move(block));
        m_changed.notify_all();
        if (m_end)
            return;
    }
}

Result<std::size_t> PrefetchSource::read(std::span<std::byte> buffer) {
    if (buffer.empty())
        return std::size_t{0};
    if (m_position == m_current.size()) {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait(lock, m_cancel, [this] { return !m_ready.empty() || m_end; }))
            return failure(cancelledError());
        if (m_ready.empty()) {
            if (!*m_end)
                return failure(m_end->error());
            return std::size_t{0};
        }
        m_current = std::move(m_ready.front());
        m_ready.pop_front();
        m_position = 0;
        m_changed.notify_all();
    }
    const std::size_t count = std::min(buffer.size(), m_current.size() - m_position);
    std::memcpy(buffer.data(), m_current.data() + m_position, count);
    m_position += count;
    return count;
}

} // namespace salvor
