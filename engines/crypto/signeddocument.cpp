// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/signeddocument.h"

namespace salvor {

namespace {

constexpr std::string_view kBeforeKey = R"({"key":")";
constexpr std::string_view kBeforeSignature = R"(","signature":")";
constexpr std::string_view kEnd = "\"}\n";
constexpr std::size_t kIdLength = 16;
constexpr std::size_t kSignatureLength = 88;

struct Parts {
    std::string_view payload;
    std::string_view keyId;
    Bytes signature;
};

tl::unexpected<Error> corrupt(std::string what) {
    return failure(ErrorCode::Corrupt, "signed document: " + std::move(what));
}

bool isKeyId(std::string_view text) {
    return text.size() == kIdLength && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The second line has one spelling and one length, so it is taken apart by position.
Result<Parts> takeApart(std::string_view bytes) {
    const std::size_t feed = bytes.find('\n');
    if (feed == std::string_view::npos || feed == 0)
        return corrupt("the first line is empty or not ended");
    std::string_view line = bytes.substr(feed + 1);
    if (line.size() !=
        kBeforeKey.size() + kIdLength + kBeforeSignature.size() + kSignatureLength + kEnd.size())
        return corrupt("the signature line has a wrong length");
    const std::string_view id = line.substr(kBeforeKey.size(), kIdLength);
    const std::size_t signatureAt = kBeforeKey.size() + kIdLength + kBeforeSignature.size();
    if (!line.starts_with(kBeforeKey) || !isKeyId(id) ||
        line.substr(kBeforeKey.size() + kIdLength, kBeforeSignature.size()) != kBeforeSignature ||
        !line.ends_with(kEnd))
        return corrupt("the signature line is not in its one form");
    auto signature = fromBase64(line.substr(signatureAt, kSignatureLength));
    if (!signature || signature->size() != 64)
        return corrupt("the signature is not 64 bytes of base64");
    return Parts{bytes.substr(0, feed), id, std::move(*signature)};
}

} // namespace

Result<std::string> signDocument(std::string_view payload, const SigningKey& key) {
    if (payload.empty() || payload.find('\n') != std::string_view::npos)
        return failure(ErrorCode::InvalidInput, "a document to be signed is not one line");
    SALVOR_ASSIGN(const Ed25519Signature signature, key.sign(asBytes(payload)));
    std::string out(payload);
    out += '\n';
    out += kBeforeKey;
    out += key.publicKey().id();
    out += kBeforeSignature;
    out += toBase64(signature);
    out += kEnd;
    return out;
}

Result<std::string> verifyDocument(std::string_view bytes, const VerifyKey& key) {
    SALVOR_ASSIGN(const Parts parts, takeApart(bytes));
    if (const std::string expected = key.id(); parts.keyId != expected)
        return corrupt("signed by the key " + std::string(parts.keyId) + ", not by " + expected);
    SALVOR_TRY(key.verify(asBytes(parts.payload), parts.signature));
    return std::string(parts.payload);
}

Result<std::string> signedDocumentKeyId(std::string_view bytes) {
    SALVOR_ASSIGN(const Parts parts, takeApart(bytes));
    return std::string(parts.keyId);
}

Result<std::string> unverifiedPayload(std::string_view bytes) {
    SALVOR_ASSIGN(const Parts parts, takeApart(bytes));
    return std::string(parts.payload);
}

} // namespace salvor
