// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the library takes from OpenSSL 3, in one place: algorithms fetched once for the process, and contexts
// that free themselves. Internal to engines/crypto. Everything here is thread safe; a context belongs to one
// thread.
#pragma once

#include "models/base/bytes.h"
#include "models/base/secret.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace salvor::evp {

template <auto Free>
struct Freer {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
using Hash = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using Mac = std::unique_ptr<EVP_MAC_CTX, Freer<EVP_MAC_CTX_free>>;
using Kdf = std::unique_ptr<EVP_KDF_CTX, Freer<EVP_KDF_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;

/// Fetched at first use and kept for the process. Throw std::runtime_error if OpenSSL does not offer them.
const EVP_MD* sha256();
const EVP_CIPHER* chaCha20Poly1305();
EVP_MAC* hmac();

/// Internal, with the reason that OpenSSL left on its error queue (reasons hold no secrets).
tl::unexpected<Error> opensslFailure(std::string_view what);

/// The bytes of a range as OpenSSL wants them: for writing (rawOut) and for reading (raw).
inline unsigned char* rawOut(std::span<std::byte> bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}
inline const unsigned char* raw(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// RFC 5869 over SHA-256, `length` up to 8160 bytes.
Result<Secret> hkdf(ByteView key, ByteView salt, std::string_view info, std::size_t length);
/// RFC 7914 with r 8, p 1, 32 bytes. Needs 2^logN KiB of memory.
Result<Secret> scrypt(ByteView passphrase, ByteView salt, unsigned logN);

using X25519Public = std::array<std::byte, 32>;
Result<X25519Public> x25519Public(ByteView secret);
/// RFC 7748. Corrupt when the shared secret would be all zero (a point of low order).
Result<Secret> x25519(ByteView secret, ByteView peer);

/// RFC 8439 with an empty associated text, whole messages under one key and many nonces. One thread.
class Aead {
public:
    static constexpr std::size_t kTag = 16;
    using Nonce = std::array<std::byte, 12>;
    enum class Way { Seal, Open };

    static Result<Aead> create(ByteView key, Way way);
    /// out has plain.size() + kTag bytes.
    Result<> seal(const Nonce& nonce, ByteView plain, std::span<std::byte> out);
    /// out has sealed.size() - kTag bytes; false when the tag does not fit (out is then to be thrown away).
    Result<bool> open(const Nonce& nonce, ByteView sealed, std::span<std::byte> out);

private:
    explicit Aead(Cipher context)
        : m_context(std::move(context)) {}
    Cipher m_context;
};

} // namespace salvor::evp
