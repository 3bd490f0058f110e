// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// age X25519 keys: the identity opens, the recipient closes. Source: age-encryption.org/v1, C2SP "age".
#pragma once

#include "models/base/bytes.h"
#include "models/base/secret.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// "age1…": public, a value, copied freely.
class AgeRecipient {
public:
    /// InvalidInput for anything but one well-formed recipient (no spaces around it).
    static Result<AgeRecipient> parse(std::string_view text);
    static Result<AgeRecipient> fromRaw(ByteView raw); ///< InvalidInput unless 32 bytes
    const std::array<std::byte, 32>& raw() const { return m_raw; }
    std::string toString() const;

    bool operator==(const AgeRecipient&) const = default;

private:
    std::array<std::byte, 32> m_raw{};
};

/// "AGE-SECRET-KEY-1…": move only, wiped when it goes. Const methods are thread safe.
class AgeIdentity {
public:
    static Result<AgeIdentity> generate();
    /// InvalidInput for anything but one well-formed identity; the message never repeats the text.
    static Result<AgeIdentity> parse(std::string_view text);

    const AgeRecipient& recipient() const { return m_recipient; }
    const Secret& raw() const { return m_raw; } ///< 32 bytes
    Secret toText() const;                      ///< "AGE-SECRET-KEY-1…", no line feed
    AgeIdentity clone() const;

private:
    static Result<AgeIdentity> fromRaw(Secret raw);
    Secret m_raw;
    AgeRecipient m_recipient;
};

/// An identity file as age-keygen writes it: lines of identities, `#` comments and empty lines skipped, CR LF
/// accepted. InvalidInput with the line number for a line that is none, or when there is no identity at all.
Result<std::vector<AgeIdentity>> parseIdentityFile(std::string_view text);
/// What age-keygen writes: the public key in a comment, then the identity.
Secret toIdentityFile(const AgeIdentity& identity);

} // namespace salvor
