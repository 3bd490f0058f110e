// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256, HMAC-SHA-256 and random bytes (OpenSSL 3, EVP).
#pragma once

#include "models/base/bytes.h"

#include <array>
#include <memory>

namespace salvor {

/// 32 bytes of SHA-256 or HMAC-SHA-256. toHex(digest) is how names and ids are written.
using Digest = std::array<std::byte, 32>;

/// Incremental SHA-256. Movable (a moved-from object may only be destroyed or assigned to), not copyable, one
/// thread at a time. Throws std::runtime_error when OpenSSL itself is unusable: no digest is better than a
/// wrong one.
class Sha256 {
public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();

    void update(ByteView bytes);
    /// The digest of everything since construction or the last finish(); starts anew.
    Digest finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// One-shot forms. Thread safe; throw like Sha256.
Digest sha256(ByteView bytes);
/// RFC 2104 over SHA-256. Key of any length, also empty.
Digest hmacSha256(ByteView key, ByteView bytes);

/// Cryptographically strong bytes. Thread safe. Internal when the generator fails.
Result<> fillRandom(std::span<std::byte> out);
Result<Bytes> randomBytes(std::size_t count);

/// Equal length and content, in a time that depends on the length only.
bool equalConstantTime(ByteView a, ByteView b);

} // namespace salvor
