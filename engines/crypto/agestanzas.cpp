// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The stanzas that are understood: X25519 and scrypt.
#include "engines/crypto/ageheader.h"
#include "engines/crypto/evp.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::string_view kX25519 = "X25519";
constexpr std::string_view kScrypt = "scrypt";
constexpr std::string_view kX25519Info = "age-encryption.org/v1/X25519";
constexpr std::string_view kScryptLabel = "age-encryption.org/v1/scrypt";
constexpr std::size_t kSalt = 16;
constexpr std::size_t kWrapped = kAgeFileKey + evp::Aead::kTag;

tl::unexpected<Error> corrupt(std::string_view what) {
    return failure(ErrorCode::Corrupt, "age header: " + std::string(what));
}

Bytes concatenation(ByteView a, ByteView b) {
    Bytes out(a.begin(), a.end());
    out.insert(out.end(), b.begin(), b.end());
    return out;
}

Result<Bytes> sealFileKey(const Secret& fileKey, const Secret& wrapKey) {
    SALVOR_ASSIGN(evp::Aead aead, evp::Aead::create(wrapKey.bytes(), evp::Aead::Way::Seal));
    Bytes body(kWrapped);
    SALVOR_TRY(aead.seal({}, fileKey.bytes(), body));
    return body;
}

Result<std::optional<Secret>> openFileKey(ByteView body, const Secret& wrapKey) {
    SALVOR_ASSIGN(evp::Aead aead, evp::Aead::create(wrapKey.bytes(), evp::Aead::Way::Open));
    std::array<std::byte, kAgeFileKey> key{};
    SALVOR_ASSIGN(const bool fits, aead.open({}, body, key));
    std::optional<Secret> out;
    if (fits)
        out.emplace(ByteView(key));
    OPENSSL_cleanse(key.data(), key.size());
    return out;
}

Result<Secret> x25519WrapKey(const Secret& shared, ByteView share, const AgeRecipient& recipient) {
    return evp::hkdf(shared.bytes(), concatenation(share, recipient.raw()), kX25519Info, 32);
}

/// "1" to "22" and so on: decimal, no leading zero, no sign. 0 for anything else, or above `limit`.
unsigned parseLogN(std::string_view text, unsigned limit) {
    if (text.empty() || text.size() > 2 || text.front() == '0' ||
        text.find_first_not_of("0123456789") != std::string_view::npos)
        return 0;
    unsigned value = 0;
    for (const char c : text)
        value = value * 10 + static_cast<unsigned>(c - '0');
    return value <= limit ? value : 0;
}

bool isBase64Of(std::string_view text, std::size_t size) {
    const auto bytes = fromHeaderBase64(text);
    return bytes && bytes->size() == size;
}

Result<> checkX25519(const AgeStanza& stanza) {
    if (stanza.arguments.size() != 1 || !isBase64Of(stanza.arguments[0], 32))
        return corrupt("an X25519 stanza has no single share of 32 bytes");
    if (stanza.body.size() != kWrapped)
        return corrupt("an X25519 stanza has a body of a wrong length");
    return {};
}

Result<> checkScrypt(const AgeStanza& stanza, unsigned maxLogN) {
    if (stanza.arguments.size() != 2 || !isBase64Of(stanza.arguments[0], kSalt))
        return corrupt("the scrypt stanza has no salt of 16 bytes and work factor");
    if (parseLogN(stanza.arguments[1], maxLogN) == 0)
        return corrupt("the scrypt stanza's work factor is not a number from 1 to " +
                       std::to_string(maxLogN));
    if (stanza.body.size() != kWrapped)
        return corrupt("the scrypt stanza has a body of a wrong length");
    return {};
}

Result<Secret> scryptWrapKey(const Secret& passphrase, ByteView salt, unsigned logN) {
    return evp::scrypt(passphrase.bytes(), concatenation(asBytes(kScryptLabel), salt), logN);
}

} // namespace

Result<> checkAgeStanzas(std::span<const AgeStanza> stanzas, unsigned maxLogN) {
    for (const AgeStanza& stanza : stanzas) {
        if (stanza.type == kX25519)
            SALVOR_TRY(checkX25519(stanza));
        if (stanza.type != kScrypt)
            continue;
        if (stanzas.size() != 1)
            return corrupt("a scrypt stanza stands beside others");
        SALVOR_TRY(checkScrypt(stanza, maxLogN));
    }
    return {};
}

Result<AgeStanza> wrapX25519(const Secret& fileKey, const AgeRecipient& recipient, const Secret& ephemeral) {
    SALVOR_ASSIGN(const evp::X25519Public share, evp::x25519Public(ephemeral.bytes()));
    SALVOR_ASSIGN(const Secret shared, evp::x25519(ephemeral.bytes(), recipient.raw()));
    SALVOR_ASSIGN(const Secret wrapKey, x25519WrapKey(shared, share, recipient));
    SALVOR_ASSIGN(Bytes body, sealFileKey(fileKey, wrapKey));
    return AgeStanza{std::string(kX25519), {toHeaderBase64(share)}, std::move(body)};
}

Result<std::optional<Secret>> unwrapX25519(const AgeStanza& stanza, const AgeIdentity& identity) {
    if (stanza.type != kX25519)
        return std::optional<Secret>();
    SALVOR_TRY(checkX25519(stanza));
    SALVOR_ASSIGN(const Bytes share, fromHeaderBase64(stanza.arguments[0]));
    SALVOR_ASSIGN(const Secret shared, evp::x25519(identity.raw().bytes(), share));
    SALVOR_ASSIGN(const Secret wrapKey, x25519WrapKey(shared, share, identity.recipient()));
    return openFileKey(stanza.body, wrapKey);
}

Result<AgeStanza> wrapScrypt(const Secret& fileKey, const Secret& passphrase, unsigned logN) {
    std::array<std::byte, kSalt> salt{};
    SALVOR_TRY(fillRandom(salt));
    SALVOR_ASSIGN(const Secret wrapKey, scryptWrapKey(passphrase, salt, logN));
    SALVOR_ASSIGN(Bytes body, sealFileKey(fileKey, wrapKey));
    return AgeStanza{std::string(kScrypt), {toHeaderBase64(salt), std::to_string(logN)}, std::move(body)};
}

Result<std::optional<Secret>> unwrapScrypt(const AgeStanza& stanza, const Secret& passphrase) {
    if (stanza.type != kScrypt)
        return std::optional<Secret>();
    SALVOR_TRY(checkScrypt(stanza, 30));
    SALVOR_ASSIGN(const Bytes salt, fromHeaderBase64(stanza.arguments[0]));
    SALVOR_ASSIGN(const Secret wrapKey, scryptWrapKey(passphrase, salt, parseLogN(stanza.arguments[1], 30)));
    return openFileKey(stanza.body, wrapKey);
}

} // namespace salvor
