// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Ed25519 keys (RFC 8032) that sign catalogs, run records and proofs.
#pragma once

#include "models/base/bytes.h"
#include "models/base/secret.h"

#include <array>
#include <string>

namespace salvor {

using Ed25519Signature = std::array<std::byte, 64>;

/// 32 raw bytes; a value, copied freely.
class VerifyKey {
public:
    /// InvalidInput unless `raw` is 32 bytes. (That they are a point of the curve shows only in verify().)
    static Result<VerifyKey> fromRaw(ByteView raw);
    const std::array<std::byte, 32>& raw() const { return m_raw; }
    /// The first 16 hexadecimal digits of the key's SHA-256.
    std::string id() const;
    /// Corrupt unless `signature` (64 bytes) is this key's signature of `message`. Thread safe.
    Result<> verify(ByteView message, ByteView signature) const;

    bool operator==(const VerifyKey&) const = default;

private:
    std::array<std::byte, 32> m_raw{};
};

/// The private half: a seed of 32 bytes, kept in a Secret. Move only. Const methods are thread safe.
class SigningKey {
public:
    static Result<SigningKey> generate();
    /// InvalidInput unless the seed is 32 bytes.
    static Result<SigningKey> fromSeed(const Secret& seed);

    const Secret& seed() const { return m_seed; }
    const VerifyKey& publicKey() const { return m_public; }
    Result<Ed25519Signature> sign(ByteView message) const;

private:
    Secret m_seed;
    VerifyKey m_public;
};

} // namespace salvor
