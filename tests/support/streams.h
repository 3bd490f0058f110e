// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Sources and sinks for tests.
#pragma once

#include "models/base/bytes.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

namespace salvor::test {

/// Keeps what it is given.
class CollectingSink final : public ByteSink {
public:
    Result<> write(ByteView bytes) override {
        m_text.append(asText(bytes));
        if (m_onWrite)
            m_onWrite(m_text);
        return {};
    }
    const std::string& text() const { return m_text; }
    /// Called with all that came so far, on the writing thread.
    void onWrite(std::function<void(const std::string&)> call) { m_onWrite = std::move(call); }

private:
    std::string m_text;
    std::function<void(const std::string&)> m_onWrite;
};

/// Gives a text that outlives it.
class TextSource final : public ByteSource {
public:
    explicit TextSource(std::string_view text)
        : m_rest(asBytes(text)) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        const std::size_t count = std::min(buffer.size(), m_rest.size());
        std::copy_n(m_rest.begin(), count, buffer.begin());
        m_rest = m_rest.subspan(count);
        return count;
    }

private:
    ByteView m_rest;
};

/// One step of a reproducible sequence of bytes (xorshift64*); never cryptographic.
class ByteSequence {
public:
    explicit ByteSequence(std::uint64_t seed)
        : m_state(seed * 2 + 1) {}
    std::byte next() {
        m_state ^= m_state >> 12;
        m_state ^= m_state << 25;
        m_state ^= m_state >> 27;
        return static_cast<std::byte>((m_state * 2685821657736338717ULL) >> 56);
    }

private:
    std::uint64_t m_state;
};

inline Bytes makeBytes(std::size_t count, std::uint64_t seed = 1) {
    ByteSequence sequence(seed);
    Bytes bytes(count);
    std::generate(bytes.begin(), bytes.end(), [&] { return sequence.next(); });
    return bytes;
}

/// Gives `total` reproducible bytes, then the end or, where one is set, an error.
class SequenceSource final : public ByteSource {
public:
    explicit SequenceSource(std::uint64_t total, std::uint64_t seed = 1)
        : m_left(total)
        , m_sequence(seed) {}
    void failAtEnd(Error error) { m_error = std::move(error), m_fails = true; }
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        if (m_left == 0 && m_fails)
            return failure(m_error);
        const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), m_left));
        std::generate_n(buffer.begin(), count, [this] { return m_sequence.next(); });
        m_left -= count;
        return count;
    }
    std::uint64_t left() const { return m_left; }

private:
    std::uint64_t m_left;
    ByteSequence m_sequence;
    Error m_error;
    bool m_fails = false;
};

/// Compares what comes with a reproducible sequence, without keeping it.
class SequenceSink final : public ByteSink {
public:
    explicit SequenceSink(std::uint64_t seed = 1)
        : m_sequence(seed) {}
    Result<> write(ByteView bytes) override {
        for (const std::byte byte : bytes) {
            if (byte != m_sequence.next())
                return failure(ErrorCode::Corrupt, "byte " + std::to_string(m_count) + " differs");
            ++m_count;
        }
        return {};
    }
    std::uint64_t count() const { return m_count; }

private:
    ByteSequence m_sequence;
    std::uint64_t m_count = 0;
};

} // namespace salvor::test
