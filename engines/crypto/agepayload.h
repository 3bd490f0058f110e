// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The payload of an age file: a nonce, then chunks of 64 KiB under ChaCha20-Poly1305, the last one marked.
// Internal to engines/crypto.
#pragma once

#include "engines/crypto/evp.h"

#include <array>
#include <cstdint>
#include <optional>

namespace salvor {

constexpr std::size_t kAgeChunk = std::size_t{64} * 1024;
constexpr std::size_t kAgeSealedChunk = kAgeChunk + evp::Aead::kTag;
constexpr std::size_t kAgePayloadNonce = 16;

/// Bytes of the chunks that hold `plainBytes` (without the nonce). Nothing still is one chunk.
constexpr std::size_t ageChunksSize(std::size_t plainBytes) {
    const std::size_t chunks = plainBytes == 0 ? 1 : (plainBytes + kAgeChunk - 1) / kAgeChunk;
    return plainBytes + chunks * evp::Aead::kTag;
}

class AgeChunkSealer {
public:
    static Result<AgeChunkSealer> create(const Secret& fileKey, ByteView nonce);
    /// plain: 64 KiB, less only in the last. out: plain and 16 bytes.
    Result<> seal(ByteView plain, bool last, std::span<std::byte> out);
    /// A whole payload; out has ageChunksSize(plain.size()) bytes.
    Result<> sealAll(ByteView plain, std::span<std::byte> out);

private:
    explicit AgeChunkSealer(evp::Aead aead)
        : m_aead(std::move(aead)) {}
    evp::Aead m_aead;
    std::uint64_t m_index = 0;
};

class AgeChunkOpener {
public:
    struct Opened {
        std::size_t size = 0; ///< authenticated bytes that stand in `out`, true even when there is a fault
        bool last = false;
        std::optional<Error> fault; ///< Corrupt, beginning with "age payload:"; nothing may follow
    };

    static Result<AgeChunkOpener> create(const Secret& fileKey, ByteView nonce);
    /// sealed: 64 KiB and 16 bytes, less only at the end of the file. more: bytes follow it. out: 64 KiB or,
    /// at the end, what is left.
    Result<Opened> open(ByteView sealed, bool more, std::span<std::byte> out);

private:
    explicit AgeChunkOpener(evp::Aead aead)
        : m_aead(std::move(aead)) {}
    evp::Aead m_aead;
    std::uint64_t m_index = 0;
};

} // namespace salvor
