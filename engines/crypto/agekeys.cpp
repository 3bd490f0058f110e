// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/agekeys.h"

#include "engines/crypto/bech32.h"
#include "engines/crypto/evp.h"
#include "engines/crypto/hash.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::string_view kRecipientPrefix = "age";
constexpr std::string_view kIdentityPrefix = "age-secret-key-";

} // namespace

Result<AgeRecipient> AgeRecipient::parse(std::string_view text) {
    const auto decoded = bech32Decode(text);
    if (!decoded || decoded->prefix != kRecipientPrefix || decoded->upperCase || decoded->data.size() != 32)
        return failure(ErrorCode::InvalidInput,
                       "text is not an age recipient" +
                           (decoded ? std::string() : ": " + decoded.error().message),
                       "a recipient is \"age1\" and 58 small letters and digits, as age-keygen prints it");
    return fromRaw(decoded->data);
}

Result<AgeRecipient> AgeRecipient::fromRaw(ByteView raw) {
    AgeRecipient out;
    if (raw.size() != out.m_raw.size())
        return failure(ErrorCode::InvalidInput,
                       "an age recipient has 32 bytes, this one has " + std::to_string(raw.size()));
    std::copy(raw.begin(), raw.end(), out.m_raw.begin());
    return out;
}

std::string AgeRecipient::toString() const {
    return bech32Encode(kRecipientPrefix, m_raw).value(); // the prefix is good: cannot fail
}

Result<AgeIdentity> AgeIdentity::generate() {
    std::array<std::byte, 32> raw{};
    SALVOR_TRY(fillRandom(raw));
    Secret secret{ByteView(raw)};
    OPENSSL_cleanse(raw.data(), raw.size());
    return fromRaw(std::move(secret));
}

Result<AgeIdentity> AgeIdentity::parse(std::string_view text) {
    auto decoded = bech32Decode(text);
    const bool good =
        decoded && decoded->prefix == kIdentityPrefix && decoded->upperCase && decoded->data.size() == 32;
    Secret raw;
    if (decoded) {
        raw = Secret(ByteView(decoded->data));
        OPENSSL_cleanse(decoded->data.data(), decoded->data.size());
    }
    if (!good)
        return failure(ErrorCode::InvalidInput,
                       "text is not an age identity" +
                           (decoded ? std::string() : ": " + decoded.error().message),
                       "an identity is \"AGE-SECRET-KEY-1\" and 58 capital letters and digits");
    return fromRaw(std::move(raw));
}

Result<AgeIdentity> AgeIdentity::fromRaw(Secret raw) {
    AgeIdentity out;
    SALVOR_ASSIGN(const evp::X25519Public pub, evp::x25519Public(raw.bytes()));
    SALVOR_ASSIGN(out.m_recipient, AgeRecipient::fromRaw(pub));
    out.m_raw = std::move(raw);
    return out;
}

Secret AgeIdentity::toText() const {
    std::string text =
        bech32Encode(kIdentityPrefix, m_raw.bytes()).value(); // the prefix is good: cannot fail
    for (char& c : text) {
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    }
    Secret secret{std::string_view(text)};
    OPENSSL_cleanse(text.data(), text.size());
    return secret;
}

AgeIdentity AgeIdentity::clone() const {
    AgeIdentity out;
    out.m_raw = m_raw.clone();
    out.m_recipient = m_recipient;
    return out;
}

Result<std::vector<AgeIdentity>> parseIdentityFile(std::string_view text) {
    std::vector<AgeIdentity> out;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t feed = text.find('\n');
        std::string_view line = text.substr(0, feed);
        text = feed == std::string_view::npos ? std::string_view() : text.substr(feed + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with('#'))
            continue;
        auto identity = AgeIdentity::parse(line);
        if (!identity)
            return failure(ErrorCode::InvalidInput,
                           "line " + std::to_string(number) +
                               " of the identity file: " + identity.error().message,
                           identity.error().hint);
        out.push_back(std::move(*identity));
    }
    if (out.empty())
        return failure(ErrorCode::InvalidInput, "the identity file holds no identity");
    return out;
}

Secret toIdentityFile(const AgeIdentity& identity) {
    const Secret key = identity.toText();
    std::string text;
    text.reserve(256); // longer than any: no copy is left behind by growing
    text.append("# public key: ").append(identity.recipient().toString()).append("\n");
    text.append(key.text()).append("\n");
    Secret secret{std::string_view(text)};
    OPENSSL_cleanse(text.data(), text.size());
    return secret;
}

} // namespace salvor
