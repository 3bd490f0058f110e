// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/lookahead.h"

#include <algorithm>
#include <cstring>

namespace salvor {

Result<std::size_t> MemorySource::read(std::span<std::byte> buffer) {
    const std::size_t count = std::min(buffer.size(), m_left.size());
    std::copy_n(m_left.begin(), count, buffer.begin());
    m_left = m_left.subspan(count);
    return count;
}

Result<> Lookahead::fill(std::size_t count) {
    if (m_end - m_begin >= count || m_atEnd)
        return {};
    if (m_buffer.size() < std::max(count, m_bufferSize))
        m_buffer.resize(std::max(count, m_bufferSize));
    if (m_buffer.size() - m_begin < count) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
        m_end -= m_begin;
        m_begin = 0;
    }
    while (m_end - m_begin < count) {
        SALVOR_ASSIGN(const std::size_t got, m_in.read(std::span(m_buffer).subspan(m_end)));
        if (got == 0) {
            m_atEnd = true;
            break;
        }
        m_end += got;
    }
    return {};
}

Result<ByteView> Lookahead::peek(std::size_t count) {
    SALVOR_TRY(fill(count));
    return ByteView(m_buffer).subspan(m_begin, std::min(count, m_end - m_begin));
}

void Lookahead::skip(std::size_t count) {
    m_begin += count;
    m_position += count;
}

Result<std::string> Lookahead::line(std::size_t limit, std::string_view what) {
    for (std::size_t want = 128;; want *= 2) {
        SALVOR_ASSIGN(const ByteView seen, peek(std::min(want, limit + 1)));
        const std::string_view text = asText(seen);
        const std::size_t feed = text.find('\n');
        const bool exhausted = seen.size() < std::min(want, limit + 1);
        if (feed == std::string_view::npos && !exhausted && want <= limit)
            continue;
        if (feed == std::string_view::npos && !exhausted)
            return failure(ErrorCode::Corrupt,
                           std::string(what) + ": a line is longer than " + std::to_string(limit) + " bytes");
        std::string out(text.substr(0, feed == std::string_view::npos ? text.size() : feed + 1));
        skip(out.size());
        return out;
    }
}

Result<std::size_t> Lookahead::read(std::span<std::byte> buffer) {
    SALVOR_ASSIGN(const ByteView seen, peek(1));
    if (seen.empty() || buffer.empty())
        return std::size_t{0};
    const std::size_t count = std::min(buffer.size(), m_end - m_begin);
    std::copy_n(m_buffer.begin() + static_cast<std::ptrdiff_t>(m_begin), count, buffer.begin());
    skip(count);
    return count;
}

} // namespace salvor
