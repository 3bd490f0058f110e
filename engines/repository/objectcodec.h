// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in an object, and in every other encrypted file of a repository: age(zstd(plaintext) +
// padding), or zstd(plaintext) where encryption is off. The stock programs open it: `age -d -i KEY | zstd
// -d`.
//
// zstd: one frame (RFC 8878) with content size and checksum, window at most 2^27. What does not compress
// stands in it as raw blocks. Padding (encrypted files only, as lengths tell what was stored): one skippable
// frame, magic number 0x184D2A50, of zeros, that rounds the length up as PADMÉ does (Nikitin et al., PETS
// 2019): with e = floor(log2 n), s = floor(log2 e) + 1, the lowest e - s bits of the length become zero. That
// is 3.1 % at most at 4 MiB. A frame takes eight bytes at least, so a length n that is not round becomes the
// rounded value of n + 8.
#pragma once

#include "engines/crypto/age.h"
#include "engines/repository/objectname.h"
#include "models/base/bytes.h"
#include "models/base/canceltoken.h"

#include <optional>
#include <vector>

namespace salvor {

struct EncodedObject {
    Digest name{}; ///< SHA-256 of `bytes`
    Bytes bytes;   ///< as it is stored
};

/// The PADMÉ length of `length` bytes, of which a frame of at least eight is padding; `length` itself when
/// round.
std::uint64_t paddedLength(std::uint64_t length);

/// Thread safe: each thread keeps its own zstd contexts and scratch memory until it ends.
class ObjectEncoder {
public:
    /// No recipients: encryption is off.
    explicit ObjectEncoder(std::vector<AgeRecipient> recipients);

    /// Compresses (level 1 to 19, others are clamped), pads, encrypts, and then proves it from the bytes that
    /// will be stored: every recipient's stanza, decryption and decompression to `plain`. Corrupt: the check
    /// failed, that is, a memory error; Cancelled within two seconds at any level.
    Result<EncodedObject> encode(ByteView plain, int level, const CancelToken& cancel) const;

    bool encrypted() const { return !m_recipients.empty(); }

private:
    std::vector<AgeRecipient> m_recipients;
};

struct DecodeLimits {
    std::uint64_t maxPlainBytes = std::uint64_t{16} << 20U; ///< more is refused without being unpacked
    std::optional<std::uint64_t> expectedPlainBytes;        ///< anything else is refused
};

/// The plaintext of what encode() made, or a stock program. `identity` null: encryption is off. Corrupt:
/// damaged, not zstd, a window over 2^27 or more plaintext than allowed (the memory used is bounded by the
/// limit). WrongIdentity. `what` names the file in messages ("object objects/ab/…"). Thread safe. Does not
/// look at the name.
Result<Bytes> decodeObject(ByteView stored, const AgeIdentity* identity, std::string_view what,
                           const DecodeLimits& limits = {});

/// The same, after checking the stored bytes against the name.
Result<Bytes> decodeNamedObject(const Digest& name, ByteView stored, const AgeIdentity* identity,
                                const DecodeLimits& limits = {});

} // namespace salvor
