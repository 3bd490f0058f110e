// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Encrypting, and the writer's check of its own work.
#include "engines/crypto/age.h"

#include "engines/crypto/agearmor.h"
#include "engines/crypto/ageheader.h"
#include "engines/crypto/agepayload.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace salvor {

namespace {

Result<Secret> randomSecret(std::size_t count) {
    SALVOR_ASSIGN(Bytes bytes, randomBytes(count));
    Secret out{ByteView(bytes)};
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return out;
}

Result<FileKeyAndEphemeral> newKeys(std::size_t recipients) {
    FileKeyAndEphemeral keys;
    SALVOR_ASSIGN(keys.fileKey, randomSecret(kAgeFileKey));
    keys.ephemerals.reserve(recipients);
    for (std::size_t i = 0; i < recipients; ++i) {
        SALVOR_ASSIGN(Secret ephemeral, randomSecret(32));
        keys.ephemerals.push_back(std::move(ephemeral));
    }
    return keys;
}

Result<std::vector<AgeStanza>> stanzasFor(const FileKeyAndEphemeral& keys,
                                          std::span<const AgeRecipient> recipients) {
    if (recipients.empty())
        return failure(ErrorCode::InvalidInput, "there is no recipient to encrypt to");
    std::vector<AgeStanza> stanzas;
    stanzas.reserve(recipients.size());
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        SALVOR_ASSIGN(AgeStanza stanza, wrapX25519(keys.fileKey, recipients[i], keys.ephemerals[i]));
        stanzas.push_back(std::move(stanza));
    }
    return stanzas;
}

/// Depends on its arguments only: made once to write, once more to check.
Result<std::string> headerFor(const FileKeyAndEphemeral& keys, std::span<const AgeRecipient> recipients) {
    SALVOR_ASSIGN(const std::vector<AgeStanza> stanzas, stanzasFor(keys, recipients));
    return writeAgeHeader(stanzas, keys.fileKey);
}

tl::unexpected<Error> spoiled(std::string_view what) {
    return failure(ErrorCode::Corrupt, "checking an encrypted object before its upload: " + std::string(what),
                   "the computer's memory may be faulty; nothing was uploaded");
}

/// Decrypts chunk by chunk into a buffer that stays in the processor's cache, and compares.
Result<> comparePayload(ByteView chunks, ByteView plain, const Secret& fileKey, ByteView nonce) {
    SALVOR_ASSIGN(AgeChunkOpener opener, AgeChunkOpener::create(fileKey, nonce));
    Bytes opened(std::min(plain.size(), kAgeChunk));
    for (bool last = false; !last;) {
        const ByteView sealed = chunks.first(std::min(chunks.size(), kAgeSealedChunk));
        chunks = chunks.subspan(sealed.size());
        SALVOR_ASSIGN(const AgeChunkOpener::Opened got, opener.open(sealed, !chunks.empty(), opened));
        if (got.fault)
            return spoiled(got.fault->message);
        if (got.size > plain.size() ||
            (got.size > 0 && std::memcmp(opened.data(), plain.data(), got.size) != 0))
            return spoiled("the payload opens to other bytes than were encrypted");
        plain = plain.subspan(got.size);
        last = got.last;
    }
    return {};
}

} // namespace

struct AgeEncryptor::State {
    State(ByteSink& out, AgeFormat format, CancelToken token)
        : armor(out)
        , armored(format == AgeFormat::Armored)
        , target(armored ? static_cast<ByteSink&>(armor) : out)
        , cancel(std::move(token)) {}

    Result<> begin(std::span<const AgeStanza> stanzas, const Secret& fileKey);
    Result<> put(ByteView plain, bool last);
    Result<> take(ByteView bytes);

    ArmorWriter armor;
    bool armored;
    ByteSink& target;
    CancelToken cancel;
    std::optional<AgeChunkSealer> sealer;
    Bytes pending; ///< at most one chunk, kept back as it may be the last
    Bytes sealed;
    bool usable = true;
};

Result<> AgeEncryptor::State::begin(std::span<const AgeStanza> stanzas, const Secret& fileKey) {
    SALVOR_ASSIGN(const std::string header, writeAgeHeader(stanzas, fileKey));
    SALVOR_ASSIGN(const Bytes nonce, randomBytes(kAgePayloadNonce));
    SALVOR_ASSIGN(AgeChunkSealer made, AgeChunkSealer::create(fileKey, nonce));
    sealer.emplace(std::move(made));
    pending.reserve(kAgeChunk);
    sealed.resize(kAgeSealedChunk);
    SALVOR_TRY(target.write(asBytes(header)));
    return target.write(nonce);
}

Result<> AgeEncryptor::State::put(ByteView plain, bool last) {
    SALVOR_TRY(checkCancelled(cancel));
    const auto out = std::span(sealed).first(plain.size() + evp::Aead::kTag);
    SALVOR_TRY(sealer->seal(plain, last, out));
    return target.write(out);
}

Result<> AgeEncryptor::State::take(ByteView bytes) {
    const auto keep = [&](std::size_t count) {
        pending.insert(pending.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
        bytes = bytes.subspan(count);
    };
    if (!pending.empty()) {
        keep(std::min(bytes.size(), kAgeChunk - pending.size()));
        if (bytes.empty())
            return {};
        SALVOR_TRY(put(pending, false));
        pending.clear();
    }
    while (bytes.size() > kAgeChunk) {
        SALVOR_TRY(put(bytes.first(kAgeChunk), false));
        bytes = bytes.subspan(kAgeChunk);
    }
    keep(bytes.size());
    return {};
}

AgeEncryptor::AgeEncryptor(std::unique_ptr<State> state)
    : m_state(std::move(state)) {}
AgeEncryptor::~AgeEncryptor() = default;

Result<std::unique_ptr<AgeEncryptor>> AgeEncryptor::toRecipients(ByteSink& out,
                                                                 std::span<const AgeRecipient> recipients,
                                                                 AgeFormat format, CancelToken cancel) {
    SALVOR_ASSIGN(const FileKeyAndEphemeral keys, newKeys(recipients.size()));
    SALVOR_ASSIGN(const std::vector<AgeStanza> stanzas, stanzasFor(keys, recipients));
    auto state = std::make_unique<State>(out, format, std::move(cancel));
    SALVOR_TRY(state->begin(stanzas, keys.fileKey));
    return std::unique_ptr<AgeEncryptor>(new AgeEncryptor(std::move(state)));
}

Result<std::unique_ptr<AgeEncryptor>> AgeEncryptor::toPassphrase(ByteSink& out, const Secret& passphrase,
                                                                 AgeFormat format, CancelToken cancel,
                                                                 unsigned logN) {
    if (passphrase.empty() || logN < 1 || logN > 22)
        return failure(ErrorCode::InvalidInput,
                       "encrypting with a passphrase: it is empty, or the work factor is "
                       "not from 1 to 22");
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_ASSIGN(const Secret fileKey, randomSecret(kAgeFileKey));
    SALVOR_ASSIGN(const AgeStanza stanza, wrapScrypt(fileKey, passphrase, logN));
    auto state = std::make_unique<State>(out, format, std::move(cancel));
    SALVOR_TRY(state->begin(std::span(&stanza, 1), fileKey));
    return std::unique_ptr<AgeEncryptor>(new AgeEncryptor(std::move(state)));
}

Result<> AgeEncryptor::write(ByteView bytes) {
    if (!m_state->usable)
        return failure(ErrorCode::Internal, "an age encryptor was written to after its end or an error");
    auto result = m_state->take(bytes);
    m_state->usable = result.has_value();
    return result;
}

Result<> AgeEncryptor::finish() {
    if (!std::exchange(m_state->usable, false))
        return failure(ErrorCode::Internal, "an age encryptor was finished after its end or an error");
    SALVOR_TRY(m_state->put(m_state->pending, true));
    return m_state->armored ? m_state->armor.finish() : Result<>();
}

Result<AgeSealed> ageSeal(ByteView plain, std::span<const AgeRecipient> recipients) {
    AgeSealed out;
    SALVOR_ASSIGN(out.keys, newKeys(recipients.size()));
    SALVOR_ASSIGN(const std::string header, headerFor(out.keys, recipients));
    std::array<std::byte, kAgePayloadNonce> nonce{};
    SALVOR_TRY(fillRandom(nonce));
    out.bytes.resize(header.size() + nonce.size() + ageChunksSize(plain.size()));
    const auto head = asBytes(header);
    const auto afterHeader = std::copy(head.begin(), head.end(), out.bytes.begin());
    std::copy(nonce.begin(), nonce.end(), afterHeader);
    SALVOR_ASSIGN(AgeChunkSealer sealer, AgeChunkSealer::create(out.keys.fileKey, nonce));
    SALVOR_TRY(sealer.sealAll(plain, std::span(out.bytes).subspan(header.size() + nonce.size())));
    return out;
}

Result<Bytes> ageEncrypt(ByteView plain, std::span<const AgeRecipient> recipients) {
    SALVOR_ASSIGN(AgeSealed sealed, ageSeal(plain, recipients));
    return std::move(sealed.bytes);
}

Result<> ageVerifyOwn(ByteView encrypted, ByteView plain, const FileKeyAndEphemeral& keys,
                      std::span<const AgeRecipient> recipients) {
    if (keys.fileKey.bytes().size() != kAgeFileKey || keys.ephemerals.size() != recipients.size())
        return spoiled("its keys are not one file key and an ephemeral secret for each recipient");
    SALVOR_ASSIGN(const std::string header, headerFor(keys, recipients));
    if (encrypted.size() != header.size() + kAgePayloadNonce + ageChunksSize(plain.size()))
        return spoiled("its length is not what its plaintext asks for");
    if (asText(encrypted.first(header.size())) != header)
        return spoiled("its header is not what its recipients ask for");
    const ByteView nonce = encrypted.subspan(header.size(), kAgePayloadNonce);
    return comparePayload(encrypted.subspan(header.size() + kAgePayloadNonce), plain, keys.fileKey, nonce);
}

} // namespace salvor
