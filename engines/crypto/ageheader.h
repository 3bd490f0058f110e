// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The textual header of an age file and its stanzas. Internal to engines/crypto.
#pragma once

#include "engines/crypto/agekeys.h"
#include "engines/crypto/hash.h"
#include "engines/crypto/lookahead.h"
#include "models/base/secret.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace salvor {

struct AgeStanza {
    std::string type;
    std::vector<std::string> arguments;
    Bytes body;
};

struct AgeHeader {
    std::vector<AgeStanza> stanzas; ///< at least one
    std::string authenticated;      ///< the bytes under the MAC: up to and including "---"
    Digest mac{};
};

constexpr std::size_t kAgeFileKey = 16;

/// Takes the header, to the line feed after the MAC. Corrupt, beginning with "age header:", for anything off.
Result<AgeHeader> readAgeHeader(Lookahead& in);
/// Corrupt when the MAC does not fit.
Result<> checkAgeHeader(const AgeHeader& header, const Secret& fileKey);
/// The whole header with its MAC.
Result<std::string> writeAgeHeader(std::span<const AgeStanza> stanzas, const Secret& fileKey);

/// Base64 as headers have it: without padding, canonical.
std::string toHeaderBase64(ByteView bytes);
Result<Bytes> fromHeaderBase64(std::string_view text);

/// Corrupt for a well-known stanza with a wrong form, or scrypt beside others. Unknown ones are left alone.
Result<> checkAgeStanzas(std::span<const AgeStanza> stanzas, unsigned maxLogN);

/// The same input gives the same stanza, so a writer can check it. `ephemeral` has 32 bytes.
Result<AgeStanza> wrapX25519(const Secret& fileKey, const AgeRecipient& recipient, const Secret& ephemeral);
/// The file key, or nothing when the stanza is another kind or for another identity.
Result<std::optional<Secret>> unwrapX25519(const AgeStanza& stanza, const AgeIdentity& identity);

Result<AgeStanza> wrapScrypt(const Secret& fileKey, const Secret& passphrase, unsigned logN);
Result<std::optional<Secret>> unwrapScrypt(const AgeStanza& stanza, const Secret& passphrase);

} // namespace salvor
