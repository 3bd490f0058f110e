// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Byte ranges and the two ends of a stream.
#pragma once

#include "models/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

using ByteView = std::span<const std::byte>;
using Bytes = std::vector<std::byte>;

inline ByteView asBytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view asText(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes toBytes(std::string_view text) {
    const auto view = asBytes(text);
    return {view.begin(), view.end()};
}

/// Takes a stream in order. Not thread safe; one owner at a time. After an error the stream is void.
class ByteSink {
public:
    virtual ~ByteSink() = default;
    /// Takes all of `bytes` (copies what it keeps). May block.
    virtual Result<> write(ByteView bytes) = 0;
};

/// Gives a stream in order. Not thread safe.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// Fills at most buffer.size() bytes; 0 means the end. May block. After an error the stream is void.
    virtual Result<std::size_t> read(std::span<std::byte> buffer) = 0;
};

/// A sink that counts and forgets (proofs read without storing).
class NullSink final : public ByteSink {
public:
    Result<> write(ByteView bytes) override {
        m_count += bytes.size();
        return {};
    }
    std::uint64_t count() const { return m_count; }

private:
    std::uint64_t m_count = 0;
};

std::string toHex(ByteView bytes);
/// InvalidInput for odd length or a character that is not lower- or upper-case hexadecimal.
Result<Bytes> fromHex(std::string_view text);
/// RFC 4648 base64 with padding.
std::string toBase64(ByteView bytes);
/// Strict: InvalidInput for a wrong alphabet, padding or non-canonical trailing bits.
Result<Bytes> fromBase64(std::string_view text);

} // namespace salvor
