// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/ed25519.h"

#include "engines/crypto/evp.h"
#include "engines/crypto/hash.h"

#include <openssl/err.h>

#include <algorithm>

namespace salvor {

Result<VerifyKey> VerifyKey::fromRaw(ByteView raw) {
    VerifyKey key;
    if (raw.size() != key.m_raw.size())
        return failure(ErrorCode::InvalidInput,
                       "an Ed25519 public key has 32 bytes, this one has " + std::to_string(raw.size()));
    std::copy(raw.begin(), raw.end(), key.m_raw.begin());
    return key;
}

std::string VerifyKey::id() const {
    const Digest digest = sha256(m_raw);
    return toHex(ByteView(digest).first(8));
}

Result<> VerifyKey::verify(ByteView message, ByteView signature) const {
    const evp::Key key(
        EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, evp::raw(m_raw), m_raw.size()));
    const evp::Hash context(EVP_MD_CTX_new());
    if (!key || !context ||
        EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) <= 0)
        return evp::opensslFailure("preparing to verify a signature");
    if (signature.size() != 64 || EVP_DigestVerify(context.get(), evp::raw(signature), signature.size(),
                                                   evp::raw(message), message.size()) != 1) {
        ERR_clear_error();
        return failure(ErrorCode::Corrupt, "the signature does not fit the document and the key " + id());
    }
    return {};
}

Result<SigningKey> SigningKey::generate() {
    std::array<std::byte, 32> seed{};
    SALVOR_TRY(fillRandom(seed));
    const Secret secret{ByteView(seed)};
    OPENSSL_cleanse(seed.data(), seed.size());
    return fromSeed(secret);
}

Result<SigningKey> SigningKey::fromSeed(const Secret& seed) {
    const ByteView bytes = seed.bytes();
    if (bytes.size() != 32)
        return failure(ErrorCode::InvalidInput,
                       "an Ed25519 seed has 32 bytes, this one has " + std::to_string(bytes.size()));
    const evp::Key key(
        EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, evp::raw(bytes), bytes.size()));
    std::array<std::byte, 32> pub{};
    std::size_t length = pub.size();
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), evp::rawOut(pub), &length) <= 0)
        return evp::opensslFailure("computing an Ed25519 public key");
    SigningKey out;
    out.m_seed = seed.clone();
    SALVOR_ASSIGN(out.m_public, VerifyKey::fromRaw(pub));
    return out;
}

Result<Ed25519Signature> SigningKey::sign(ByteView message) const {
    const ByteView seed = m_seed.bytes();
    const evp::Key key(
        EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, evp::raw(seed), seed.size()));
    const evp::Hash context(EVP_MD_CTX_new());
    Ed25519Signature out{};
    std::size_t length = out.size();
    if (!key || !context ||
        EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) <= 0 ||
        EVP_DigestSign(context.get(), evp::rawOut(out), &length, evp::raw(message), message.size()) <= 0 ||
        length != out.size())
        return evp::opensslFailure("signing a document");
    return out;
}

} // namespace salvor
