// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/agepayload.h"

#include <algorithm>

namespace salvor {

namespace {

/// 11 bytes of counter, big endian, of which 8 are ever used; then the mark of the last chunk.
evp::Aead::Nonce nonceOf(std::uint64_t index, bool last) {
    evp::Aead::Nonce nonce{};
    for (std::size_t i = 0; i < 8; ++i)
        nonce[10 - i] = static_cast<std::byte>((index >> (8 * i)) & 0xffU);
    nonce[11] = static_cast<std::byte>(last ? 1 : 0);
    return nonce;
}

Result<evp::Aead> aeadOf(const Secret& fileKey, ByteView nonce, evp::Aead::Way way) {
    SALVOR_ASSIGN(const Secret key, evp::hkdf(fileKey.bytes(), nonce, "payload", 32));
    return evp::Aead::create(key.bytes(), way);
}

Error corrupt(std::uint64_t index, std::string_view what) {
    return Error{ErrorCode::Corrupt,
                 "age payload: chunk " + std::to_string(index) + " " + std::string(what),
                 {},
                 false,
                 {{"chunk", std::to_string(index)}}};
}

} // namespace

Result<AgeChunkSealer> AgeChunkSealer::create(const Secret& fileKey, ByteView nonce) {
    SALVOR_ASSIGN(evp::Aead aead, aeadOf(fileKey, nonce, evp::Aead::Way::Seal));
    return AgeChunkSealer(std::move(aead));
}

Result<> AgeChunkSealer::seal(ByteView plain, bool last, std::span<std::byte> out) {
    return m_aead.seal(nonceOf(m_index++, last), plain, out);
}

Result<> AgeChunkSealer::sealAll(ByteView plain, std::span<std::byte> out) {
    for (bool last = false; !last;) {
        const ByteView chunk = plain.first(std::min(plain.size(), kAgeChunk));
        plain = plain.subspan(chunk.size());
        last = plain.empty();
        SALVOR_TRY(seal(chunk, last, out.first(chunk.size() + evp::Aead::kTag)));
        out = out.subspan(chunk.size() + evp::Aead::kTag);
    }
    return {};
}

Result<AgeChunkOpener> AgeChunkOpener::create(const Secret& fileKey, ByteView nonce) {
    SALVOR_ASSIGN(evp::Aead aead, aeadOf(fileKey, nonce, evp::Aead::Way::Open));
    return AgeChunkOpener(std::move(aead));
}

Result<AgeChunkOpener::Opened> AgeChunkOpener::open(ByteView sealed, bool more, std::span<std::byte> out) {
    const std::uint64_t index = m_index++;
    if (sealed.size() < evp::Aead::kTag)
        return Opened{0, false, corrupt(index, "is missing or cut off: the file is truncated")};
    const std::size_t size = sealed.size() - evp::Aead::kTag;
    // What the place in the file suggests is tried first; the other mark tells truncation and trailing data
    // apart from damage. A short chunk can only be the last.
    SALVOR_ASSIGN(const bool expected, m_aead.open(nonceOf(index, !more), sealed, out));
    if (expected && !more && size == 0 && index > 0)
        return Opened{0, false, corrupt(index, "is an empty last chunk after others")};
    if (expected)
        return Opened{size, !more, {}};
    if (size < kAgeChunk)
        return Opened{0, false, corrupt(index, "does not authenticate: it was damaged or cut off")};
    SALVOR_ASSIGN(const bool otherwise, m_aead.open(nonceOf(index, more), sealed, out));
    if (!otherwise)
        return Opened{0, false, corrupt(index, "does not authenticate: it was damaged")};
    return Opened{size, false,
                  corrupt(index, more ? "is the last one, but data follows it"
                                      : "is not marked as the last: the file is truncated after it")};
}

} // namespace salvor
