// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Decrypting.
#include "engines/crypto/age.h"

#include "engines/crypto/agearmor.h"
#include "engines/crypto/ageheader.h"
#include "engines/crypto/agepayload.h"

#include <algorithm>
#include <map>

namespace salvor {

namespace {

/// "X25519 (2), ssh-ed25519": what a file is closed with, bounded as an attacker may have written it.
std::string kindsOf(std::span<const AgeStanza> stanzas) {
    constexpr std::size_t kMost = 8;
    std::map<std::string, std::size_t> counts;
    for (const AgeStanza& stanza : stanzas)
        ++counts[stanza.type.substr(0, 40)];
    std::string out;
    std::size_t named = 0;
    for (const auto& [type, count] : counts) {
        if (named++ == kMost)
            return out + " and others";
        out += (out.empty() ? "" : ", ") + type + (count > 1 ? " (" + std::to_string(count) + ")" : "");
    }
    return out;
}

Error nothingFits(std::span<const AgeStanza> stanzas, const AgeOpeners& openers) {
    const std::string kinds = kindsOf(stanzas);
    const bool byPassphrase = stanzas.size() == 1 && stanzas[0].type == "scrypt";
    Error error{ErrorCode::WrongIdentity, {}, {}, false, {{"stanzas", kinds}}};
    if (byPassphrase && openers.passphrase) {
        error.message = "opening an age file: the passphrase is not the one it was encrypted with";
    } else if (byPassphrase) {
        error.message =
            "opening an age file: it was encrypted with a passphrase (scrypt), and none was given";
        error.hint = "give the passphrase";
    } else {
        error.message = "opening an age file: none of the " + std::to_string(openers.identities.size()) +
                        " given identities fits; it was encrypted to: " + kinds;
        error.hint = "give the identity of one of its recipients";
    }
    return error;
}

Result<std::optional<Secret>> tryStanza(const AgeStanza& stanza, const AgeOpeners& openers) {
    if (openers.passphrase) {
        SALVOR_ASSIGN(std::optional<Secret> key, unwrapScrypt(stanza, *openers.passphrase));
        if (key)
            return key;
    }
    for (const AgeIdentity& identity : openers.identities) {
        SALVOR_ASSIGN(std::optional<Secret> key, unwrapX25519(stanza, identity));
        if (key)
            return key;
    }
    return std::optional<Secret>();
}

/// Takes the header and gives the file key, the header's MAC checked.
Result<Secret> unlock(Lookahead& in, const AgeOpeners& openers, const CancelToken& cancel) {
    SALVOR_ASSIGN(const AgeHeader header, readAgeHeader(in));
    SALVOR_TRY(checkAgeStanzas(header.stanzas, openers.maxLogN));
    for (const AgeStanza& stanza : header.stanzas) {
        SALVOR_TRY(checkCancelled(cancel));
        SALVOR_ASSIGN(const std::optional<Secret> key, tryStanza(stanza, openers));
        if (!key)
            continue;
        SALVOR_TRY(checkAgeHeader(header, *key));
        return key->clone();
    }
    return failure(nothingFits(header.stanzas, openers));
}

tl::unexpected<Error> noNonce() {
    return failure(ErrorCode::Corrupt, "age payload: its nonce is missing or cut off: the file is truncated");
}

Result<std::uint64_t> openPayload(Lookahead& in, ByteSink& out, const Secret& fileKey,
                                  const CancelToken& cancel) {
    SALVOR_ASSIGN(const ByteView nonce, in.peek(kAgePayloadNonce));
    if (nonce.size() < kAgePayloadNonce)
        return noNonce();
    SALVOR_ASSIGN(AgeChunkOpener opener, AgeChunkOpener::create(fileKey, nonce));
    in.skip(kAgePayloadNonce);
    Bytes plain(kAgeChunk);
    std::uint64_t total = 0;
    for (bool last = false; !last;) {
        SALVOR_TRY(checkCancelled(cancel));
        SALVOR_ASSIGN(const ByteView seen, in.peek(kAgeSealedChunk + 1));
        const ByteView sealed = seen.first(std::min(seen.size(), kAgeSealedChunk));
        SALVOR_ASSIGN(AgeChunkOpener::Opened got, opener.open(sealed, seen.size() > kAgeSealedChunk, plain));
        if (got.size > 0)
            SALVOR_TRY(out.write(ByteView(plain).first(got.size)));
        if (got.fault)
            return failure(std::move(*got.fault));
        total += got.size;
        in.skip(sealed.size());
        last = got.last;
    }
    return total;
}

class BytesSink final : public ByteSink {
public:
    Result<> write(ByteView bytes) override {
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
        return {};
    }
    Bytes take() { return std::move(m_bytes); }

private:
    Bytes m_bytes;
};

/// The fast way for objects: straight from the view into one allocation.
Result<Bytes> openInPlace(ByteView payload, const Secret& fileKey) {
    if (payload.size() < kAgePayloadNonce)
        return noNonce();
    SALVOR_ASSIGN(AgeChunkOpener opener, AgeChunkOpener::create(fileKey, payload.first(kAgePayloadNonce)));
    ByteView left = payload.subspan(kAgePayloadNonce);
    // A rest of less than a tag is a fault that shows at its turn: it must not shrink the room of the chunks
    // before.
    const std::size_t rest = left.size() % kAgeSealedChunk;
    Bytes plain(left.size() / kAgeSealedChunk * kAgeChunk +
                (rest > evp::Aead::kTag ? rest - evp::Aead::kTag : 0));
    std::size_t done = 0;
    for (bool last = false; !last;) {
        const ByteView sealed = left.first(std::min(left.size(), kAgeSealedChunk));
        left = left.subspan(sealed.size());
        SALVOR_ASSIGN(AgeChunkOpener::Opened got,
                      opener.open(sealed, !left.empty(), std::span(plain).subspan(done)));
        if (got.fault)
            return failure(std::move(*got.fault));
        done += got.size;
        last = got.last;
    }
    plain.resize(done);
    return plain;
}

} // namespace

Result<std::uint64_t> ageDecryptStream(ByteSource& in, ByteSink& out, const AgeOpeners& openers,
                                       const CancelToken& cancel) {
    Lookahead outer(in);
    SALVOR_ASSIGN(const bool armored, ArmorReader::isNext(outer));
    ArmorReader armor(outer);
    Lookahead inner(armored ? static_cast<ByteSource&>(armor) : outer);
    SALVOR_ASSIGN(const Secret fileKey, unlock(inner, openers, cancel));
    return openPayload(inner, out, fileKey, cancel);
}

Result<Bytes> ageDecrypt(ByteView encrypted, const AgeOpeners& openers) {
    MemorySource source(encrypted);
    Lookahead in(source, std::size_t{2} * 1024); // the payload does not go through it
    SALVOR_ASSIGN(const bool armored, ArmorReader::isNext(in));
    if (armored) {
        MemorySource again(encrypted);
        BytesSink out;
        SALVOR_TRY(ageDecryptStream(again, out, openers));
        return out.take();
    }
    SALVOR_ASSIGN(const Secret fileKey, unlock(in, openers, {}));
    return openInPlace(encrypted.subspan(static_cast<std::size_t>(in.position())), fileKey);
}

Result<Bytes> ageDecrypt(ByteView encrypted, const AgeIdentity& identity) {
    return ageDecrypt(encrypted, AgeOpeners{std::span(&identity, 1), nullptr});
}

} // namespace salvor
