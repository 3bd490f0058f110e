// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/passphrase.h"

#include "engines/crypto/hash.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>

namespace salvor {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford: no I, L, O, U
constexpr std::size_t kRandom = 22;
constexpr std::size_t kLength = 24;
constexpr std::size_t kGroup = 4;
using Symbols = std::array<std::uint8_t, kLength>;

/// Times x in GF(32) = GF(2)[x] / (x^5 + x^2 + 1), where x generates all 31 elements but zero.
constexpr std::uint8_t timesX(std::uint8_t a) {
    const unsigned shifted = static_cast<unsigned>(a) << 1U;
    return static_cast<std::uint8_t>((shifted ^ (shifted & 32U ? 0x25U : 0U)) & 31U);
}

struct Syndromes {
    std::uint8_t first = 0;
    std::uint8_t second = 0;
    bool operator==(const Syndromes&) const = default;
};

/// The word as a polynomial, at x and at x². Both zero = a word of the Reed-Solomon code (31, 29), shortened:
/// any two words differ in three places, so one or two wrong characters never go unnoticed.
constexpr Syndromes syndromesOf(const Symbols& word) {
    Syndromes s;
    for (const std::uint8_t symbol : word) {
        s.first = timesX(s.first) ^ symbol;
        s.second = timesX(timesX(s.second)) ^ symbol;
    }
    return s;
}

/// Sets the last two symbols. 1,024 tries at most, and only when a passphrase is made: simpler than dividing.
void complete(Symbols& word) {
    for (unsigned both = 0; both < 1024; ++both) {
        word[kRandom] = static_cast<std::uint8_t>(both / 32);
        word[kRandom + 1] = static_cast<std::uint8_t>(both % 32);
        if (syndromesOf(word) == Syndromes{})
            return;
    }
}

Secret format(const Symbols& word) {
    std::string text;
    text.reserve(64); // longer than it gets: no copy is left behind by growing
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (i > 0 && i % kGroup == 0)
            text.push_back('-');
        text.push_back(kAlphabet[word[i]]);
    }
    Secret secret{std::string_view(text)};
    OPENSSL_cleanse(text.data(), text.size());
    return secret;
}

/// The value of a typed character; 32 for one that no passphrase has.
std::size_t valueOf(char c) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (upper == 'I' || upper == 'L')
        return 1;
    if (upper == 'O')
        return 0;
    const std::size_t value = kAlphabet.find(upper);
    return value == std::string_view::npos ? 32 : value;
}

/// Which groups may hold the one wrong character, or the two neighbours that were swapped, if that is all
/// there is; none where neither explains it.
std::set<std::size_t> guiltyGroups(Symbols word) {
    std::set<std::size_t> groups;
    for (std::size_t i = 0; i < kLength; ++i) {
        const std::uint8_t typed = word[i];
        for (unsigned other = 0; other < 32; ++other) {
            word[i] = static_cast<std::uint8_t>(other);
            if (syndromesOf(word) == Syndromes{})
                groups.insert(i / kGroup);
        }
        word[i] = typed;
        if (i + 1 == kLength)
            break;
        std::swap(word[i], word[i + 1]);
        if (syndromesOf(word) == Syndromes{})
            groups.insert(i / kGroup);
        std::swap(word[i], word[i + 1]);
    }
    OPENSSL_cleanse(word.data(), word.size());
    return groups;
}

tl::unexpected<Error> typingError(const std::string& what) {
    return failure(ErrorCode::InvalidInput, "typing error in the recovery passphrase: " + what,
                   "compare it with the sheet, group by group");
}

bool isSeparator(char c) { return c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n'; }

Result<> readTyped(std::string_view typed, Symbols& word) {
    std::size_t count = 0;
    for (const char c : typed) {
        if (isSeparator(c))
            continue;
        const std::size_t value = valueOf(c);
        if (value > 31)
            return typingError("group " + std::to_string(count / kGroup + 1) +
                               " has a character that no passphrase has");
        if (count < kLength)
            word[count] = static_cast<std::uint8_t>(value);
        ++count;
    }
    if (count != kLength)
        return typingError("it has " + std::to_string(count) + " characters, not " + std::to_string(kLength));
    if (syndromesOf(word) == Syndromes{})
        return {};
    std::string groups;
    for (const auto group : guiltyGroups(word))
        groups += (groups.empty() ? "group " : " or group ") + std::to_string(group + 1);
    if (!groups.empty())
        return typingError("its check characters do not fit; most likely " + groups +
                           " is not as it was written down");
    return typingError("its check characters do not fit; more than one character is wrong");
}

} // namespace

Result<Secret> generatePassphrase() {
    Symbols word{};
    SALVOR_TRY(fillRandom(std::as_writable_bytes(std::span(word).first(kRandom))));
    for (std::uint8_t& symbol : word)
        symbol &= 31U; // 256 is a multiple of 32: no bias
    complete(word);
    Secret out = format(word);
    OPENSSL_cleanse(word.data(), word.size());
    return out;
}

Result<Secret> normalisePassphrase(std::string_view typed) {
    Symbols word{};
    auto read = readTyped(typed, word);
    Secret out = format(word);
    OPENSSL_cleanse(word.data(), word.size());
    if (!read)
        return failure(std::move(read).error());
    return out;
}

bool looksLikePassphrase(std::string_view typed) {
    // Groups of about four, one character more or less: no sentence that somebody made up.
    std::size_t groups = 0;
    std::size_t count = 0;
    std::size_t foreign = 0;
    std::size_t inGroup = 0;
    for (const char c : typed) {
        if (isSeparator(c)) {
            inGroup = 0;
            continue;
        }
        groups += inGroup == 0 ? 1U : 0U;
        foreign += valueOf(c) > 31 ? 1U : 0U;
        ++count;
        if (++inGroup > kGroup + 1)
            return false;
    }
    return groups >= kLength / kGroup - 1 && groups <= kLength / kGroup + 1 && foreign <= 1 &&
           count + 2 >= kLength && count <= kLength + 2;
}

} // namespace salvor
