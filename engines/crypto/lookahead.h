// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A stream read with look-ahead: lines for headers and armor, whole chunks for payloads. Internal to
// engines/crypto.
#pragma once

#include "models/base/bytes.h"

#include <cstdint>
#include <string>

namespace salvor {

/// A view as a source. The view must outlive it.
class MemorySource final : public ByteSource {
public:
    explicit MemorySource(ByteView bytes)
        : m_left(bytes) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    ByteView m_left;
};

/// Borrows its source. One thread. Errors are those of the source.
class Lookahead final : public ByteSource {
public:
    // As it stands some four chunks of 64 KiB, so that the rest is moved to the front once in several chunks.
    explicit Lookahead(ByteSource& in, std::size_t bufferSize = std::size_t{272} * 1024)
        : m_in(in)
        , m_bufferSize(bufferSize) {}

    /// The next `count` bytes without taking them, fewer only at the end. Valid until the next call.
    Result<ByteView> peek(std::size_t count);
    /// Takes bytes that were peeked at.
    void skip(std::size_t count);
    /// The next line with its line feed, or what is left at the end (empty: nothing). Corrupt, as `what`,
    /// when it is longer than `limit`.
    Result<std::string> line(std::size_t limit, std::string_view what);
    Result<std::size_t> read(std::span<std::byte> buffer) override;
    /// Bytes taken so far.
    std::uint64_t position() const { return m_position; }

private:
    Result<> fill(std::size_t count);

    ByteSource& m_in;
    std::size_t m_bufferSize;
    Bytes m_buffer;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
    bool m_atEnd = false;
    std::uint64_t m_position = 0;
};

} // namespace salvor
