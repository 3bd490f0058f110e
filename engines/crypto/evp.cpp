// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/evp.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <algorithm>
#include <stdexcept>

namespace salvor::evp {

namespace {

template <typename T>
T* offered(T* algorithm, const char* name) {
    if (!algorithm)
        throw std::runtime_error(std::string("OpenSSL does not offer ") + name);
    return algorithm;
}

OSSL_PARAM octets(const char* name, ByteView bytes) {
    // OpenSSL takes void* for what it only reads.
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::byte*>(bytes.data()), bytes.size());
}

Result<Secret> derive(EVP_KDF* algorithm, const OSSL_PARAM* parameters, std::size_t length,
                      std::string_view what) {
    const Kdf context(EVP_KDF_CTX_new(algorithm));
    Bytes out(length);
    if (!context || EVP_KDF_derive(context.get(), rawOut(out), length, parameters) <= 0)
        return opensslFailure(what);
    Secret secret{ByteView(out)};
    OPENSSL_cleanse(out.data(), out.size());
    return secret;
}

} // namespace

const EVP_MD* sha256() {
    static const EVP_MD* const algorithm = offered(EVP_MD_fetch(nullptr, "SHA256", nullptr), "SHA-256");
    return algorithm;
}

const EVP_CIPHER* chaCha20Poly1305() {
    static const EVP_CIPHER* const algorithm =
        offered(EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr), "ChaCha20-Poly1305");
    return algorithm;
}

EVP_MAC* hmac() {
    static EVP_MAC* const algorithm = offered(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "HMAC");
    return algorithm;
}

tl::unexpected<Error> opensslFailure(std::string_view what) {
    const unsigned long code = ERR_get_error();
    const char* reason = code ? ERR_reason_error_string(code) : nullptr;
    ERR_clear_error();
    return failure(ErrorCode::Internal,
                   std::string(what) + " failed in OpenSSL: " + (reason ? reason : "no reason given"));
}

Result<Secret> hkdf(ByteView key, ByteView salt, std::string_view info, std::size_t length) {
    static EVP_KDF* const algorithm = offered(EVP_KDF_fetch(nullptr, "HKDF", nullptr), "HKDF");
    char digest[] = "SHA256";
    // OpenSSL 3.0 takes an absent salt as 32 zeros, which HMAC's padding makes the same as an empty one.
    OSSL_PARAM parameters[5] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                                octets(OSSL_KDF_PARAM_KEY, key), octets(OSSL_KDF_PARAM_INFO, asBytes(info)),
                                OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
    if (!salt.empty())
        parameters[3] = octets(OSSL_KDF_PARAM_SALT, salt);
    return derive(algorithm, parameters, length, "deriving a key");
}

Result<Secret> scrypt(ByteView passphrase, ByteView salt, unsigned logN) {
    static EVP_KDF* const algorithm = offered(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr), "scrypt");
    if (logN < 1 || logN > 30)
        return failure(ErrorCode::InvalidInput,
                       "the scrypt work factor " + std::to_string(logN) + " is out of range");
    std::uint64_t n = std::uint64_t{1} << logN;
    std::uint32_t r = 8;
    std::uint32_t p = 1;
    std::uint64_t memory = 128 * r * (n + p + 2) + (std::uint64_t{1} << 20U); // what it needs, and a little
    const OSSL_PARAM parameters[] = {octets(OSSL_KDF_PARAM_PASSWORD, passphrase),
                                     octets(OSSL_KDF_PARAM_SALT, salt),
                                     OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
                                     OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
                                     OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
                                     OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
                                     OSSL_PARAM_construct_end()};
    return derive(algorithm, parameters, 32, "deriving a key from the passphrase");
}

Result<X25519Public> x25519Public(ByteView secret) {
    const Key key(EVP_PKEY_new_raw_private_key_ex(nullptr, "X25519", nullptr, raw(secret), secret.size()));
    X25519Public out{};
    std::size_t length = out.size();
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), rawOut(out), &length) <= 0 || length != out.size())
        return opensslFailure("computing an X25519 public key");
    return out;
}

Result<Secret> x25519(ByteView secret, ByteView peer) {
    const Key own(EVP_PKEY_new_raw_private_key_ex(nullptr, "X25519", nullptr, raw(secret), secret.size()));
    const Key other(EVP_PKEY_new_raw_public_key_ex(nullptr, "X25519", nullptr, raw(peer), peer.size()));
    if (!own || !other)
        return opensslFailure("reading an X25519 key");
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr));
    if (!context || EVP_PKEY_derive_init(context.get()) <= 0 ||
        EVP_PKEY_derive_set_peer(context.get(), other.get()) <= 0)
        return opensslFailure("preparing an X25519 agreement");
    std::array<std::byte, 32> out{};
    std::size_t length = out.size();
    // OpenSSL itself refuses an all-zero result; asked again, as a provider need not.
    const bool derived = EVP_PKEY_derive(context.get(), rawOut(out), &length) > 0 && length == out.size();
    const bool zero = std::all_of(out.begin(), out.end(), [](std::byte b) { return b == std::byte{0}; });
    Secret shared{ByteView(out)};
    OPENSSL_cleanse(out.data(), out.size());
    if (!derived || zero) {
        ERR_clear_error();
        return failure(ErrorCode::Corrupt,
                       "an X25519 share is a point of low order: the shared secret is all zero");
    }
    return shared;
}

Result<Aead> Aead::create(ByteView key, Way way) {
    Cipher context(EVP_CIPHER_CTX_new());
    if (key.size() != 32 || !context ||
        EVP_CipherInit_ex2(context.get(), chaCha20Poly1305(), raw(key), nullptr, way == Way::Seal ? 1 : 0,
                           nullptr) <= 0)
        return opensslFailure("preparing ChaCha20-Poly1305");
    return Aead(std::move(context));
}

Result<> Aead::seal(const Nonce& nonce, ByteView plain, std::span<std::byte> out) {
    EVP_CIPHER_CTX* const context = m_context.get();
    int length = 0;
    const auto tag = out.subspan(plain.size());
    const bool ok = EVP_EncryptInit_ex2(context, nullptr, nullptr, raw(nonce), nullptr) > 0 &&
                    (plain.empty() || EVP_EncryptUpdate(context, rawOut(out), &length, raw(plain),
                                                        static_cast<int>(plain.size())) > 0) &&
                    EVP_EncryptFinal_ex(context, rawOut(tag), &length) > 0 &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTag, rawOut(tag)) > 0;
    if (!ok)
        return opensslFailure("encrypting with ChaCha20-Poly1305");
    return {};
}

Result<bool> Aead::open(const Nonce& nonce, ByteView sealed, std::span<std::byte> out) {
    if (sealed.size() < kTag)
        return false;
    EVP_CIPHER_CTX* const context = m_context.get();
    const auto body = sealed.first(sealed.size() - kTag);
    std::array<std::byte, kTag> tag{};
    std::copy(sealed.end() - kTag, sealed.end(), tag.begin());
    int length = 0;
    const bool ok = EVP_DecryptInit_ex2(context, nullptr, nullptr, raw(nonce), nullptr) > 0 &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) > 0 &&
                    (body.empty() || EVP_DecryptUpdate(context, rawOut(out), &length, raw(body),
                                                       static_cast<int>(body.size())) > 0);
    if (!ok)
        return opensslFailure("decrypting with ChaCha20-Poly1305");
    unsigned char none[kTag];
    if (EVP_DecryptFinal_ex(context, none, &length) > 0)
        return true;
    ERR_clear_error();
    return false;
}

} // namespace salvor::evp
