// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The signed file: two lines, each ended by a line feed, made in one step and read by jq.
//
//     payload (one line of UTF-8 JSON, keys sorted, written by toCanonicalJson)
//     {"key":"<16 hex digits>","signature":"<88 characters of base64>"}
//
// The signature covers the exact bytes of the first line without its line feed. The second line has this one
// spelling, so nobody can alter a byte of a signed file without being noticed. What kind of document it is
// must stand in the payload: one key signs several kinds.
#pragma once

#include "engines/crypto/ed25519.h"

#include <string>
#include <string_view>

namespace salvor {

/// The whole file. InvalidInput for a payload that is empty or has a line feed.
Result<std::string> signDocument(std::string_view payload, const SigningKey& key);

/// The payload. Corrupt for anything off, also for a file that another key signed (the message then names
/// both ids).
Result<std::string> verifyDocument(std::string_view bytes, const VerifyKey& key);

/// The id of the key that claims to have signed; nothing is verified but the form. Corrupt if the form is not
/// kept.
Result<std::string> signedDocumentKeyId(std::string_view bytes);

/// The payload of a file whose signer is not known (an unregistered reader's proof): the form is checked, the
/// signature is NOT. Corrupt if the form is not kept. Show what comes of it as unregistered.
Result<std::string> unverifiedPayload(std::string_view bytes);

} // namespace salvor
