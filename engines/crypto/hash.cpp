// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/hash.h"

#include "engines/crypto/evp.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace salvor {

namespace {

void demand(bool ok, const char* what) {
    if (!ok)
        throw std::runtime_error(std::string(what) + " failed in OpenSSL");
}

} // namespace

struct Sha256::State {
    evp::Hash context{EVP_MD_CTX_new()};
};

Sha256::Sha256()
    : m_state(std::make_unique<State>()) {
    demand(m_state->context && EVP_DigestInit_ex2(m_state->context.get(), evp::sha256(), nullptr) > 0,
           "SHA-256");
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(ByteView bytes) {
    demand(EVP_DigestUpdate(m_state->context.get(), bytes.data(), bytes.size()) > 0, "SHA-256");
}

Digest Sha256::finish() {
    Digest out{};
    unsigned int length = 0;
    EVP_MD_CTX* const context = m_state->context.get();
    demand(EVP_DigestFinal_ex(context, evp::rawOut(out), &length) > 0 && length == out.size(), "SHA-256");
    demand(EVP_DigestInit_ex2(context, nullptr, nullptr) > 0, "SHA-256");
    return out;
}

Digest sha256(ByteView bytes) {
    Digest out{};
    unsigned int length = 0;
    demand(EVP_Digest(bytes.data(), bytes.size(), evp::rawOut(out), &length, evp::sha256(), nullptr) > 0 &&
               length == out.size(),
           "SHA-256");
    return out;
}

Digest hmacSha256(ByteView key, ByteView bytes) {
    const evp::Mac context(EVP_MAC_CTX_new(evp::hmac()));
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    // A null key would mean "keep the one before".
    static const unsigned char noKey = 0;
    Digest out{};
    std::size_t length = 0;
    demand(
        context &&
            EVP_MAC_init(context.get(), key.empty() ? &noKey : evp::raw(key), key.size(), parameters) > 0 &&
            EVP_MAC_update(context.get(), evp::raw(bytes), bytes.size()) > 0 &&
            EVP_MAC_final(context.get(), evp::rawOut(out), &length, out.size()) > 0 && length == out.size(),
        "HMAC-SHA-256");
    return out;
}

Result<> fillRandom(std::span<std::byte> out) {
    // RAND_bytes takes an int.
    constexpr std::size_t kStep = std::size_t{1} << 20U;
    for (std::size_t done = 0; done < out.size(); done += kStep) {
        const auto part = out.subspan(done, std::min(kStep, out.size() - done));
        if (RAND_bytes(evp::rawOut(part), static_cast<int>(part.size())) <= 0)
            return evp::opensslFailure("making random bytes");
    }
    return {};
}

Result<Bytes> randomBytes(std::size_t count) {
    Bytes out(count);
    SALVOR_TRY(fillRandom(out));
    return out;
}

bool equalConstantTime(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

} // namespace salvor
