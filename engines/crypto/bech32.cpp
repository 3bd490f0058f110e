// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/bech32.h"

#include <openssl/crypto.h>

#include <array>
#include <cstdint>

namespace salvor {

namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksum = 6;

/// The BCH checksum of BIP 173, fed symbol by symbol.
class Checksum {
public:
    void feed(unsigned value) {
        constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2U, 0x26508e6dU, 0x1ea119faU,
                                                             0x3d4233ddU, 0x2a1462b3U};
        const std::uint32_t top = m_state >> 25U;
        m_state = ((m_state & 0x1ffffffU) << 5U) ^ value;
        for (unsigned i = 0; i < kGenerator.size(); ++i) {
            if ((top >> i) & 1U)
                m_state ^= kGenerator[i];
        }
    }
    void feedPrefix(std::string_view prefix) {
        for (const char c : prefix)
            feed(static_cast<unsigned char>(c) >> 5U);
        feed(0);
        for (const char c : prefix)
            feed(static_cast<unsigned char>(c) & 31U);
    }
    std::uint32_t state() const { return m_state; }

private:
    std::uint32_t m_state = 1;
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

tl::unexpected<Error> bad(std::string_view what) {
    return failure(ErrorCode::InvalidInput, "text is not Bech32: " + std::string(what));
}

bool isPrefix(std::string_view text) {
    for (const char c : text) {
        if (c < '!' || c > '~' || (c >= 'A' && c <= 'Z'))
            return false;
    }
    return !text.empty();
}

/// Lower-case copy, or a failure on mixed case.
Result<std::string> unify(std::string_view text, bool& upperCase) {
    bool upper = false;
    bool small = false;
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        upper = upper || (c >= 'A' && c <= 'Z');
        small = small || (c >= 'a' && c <= 'z');
        out.push_back(lower(c));
    }
    if (upper && small) {
        OPENSSL_cleanse(out.data(), out.size());
        return bad("upper and lower case are mixed");
    }
    upperCase = upper;
    return out;
}

/// Symbols of five bits to whole bytes; `out` is reserved before, so that no copy of it is left behind.
Result<> toWholeBytes(std::string_view symbols, Checksum& checksum, Bytes& out) {
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        const std::size_t value = kAlphabet.find(symbols[i]);
        if (value == std::string_view::npos)
            return bad("a character outside its alphabet");
        checksum.feed(static_cast<unsigned>(value));
        if (i >= symbols.size() - kChecksum)
            continue;
        group = ((group << 5U) | static_cast<std::uint32_t>(value)) & 0xfffU;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<std::byte>((group >> bits) & 0xffU));
        }
    }
    if (checksum.state() != 1)
        return bad("the checksum does not fit; a character is mistyped or missing");
    if (bits >= 5 || (group & ((1U << bits) - 1U)) != 0)
        return bad("the padding is not zero");
    return {};
}

} // namespace

Result<std::string> bech32Encode(std::string_view prefix, ByteView data) {
    if (!isPrefix(prefix))
        return failure(ErrorCode::InvalidInput, "a Bech32 prefix is empty or has characters it may not have");
    std::string out;
    out.reserve(prefix.size() + 1 + (data.size() * 8 + 4) / 5 + kChecksum);
    out.append(prefix).push_back('1');
    Checksum checksum;
    checksum.feedPrefix(prefix);
    const auto put = [&](std::uint32_t value) {
        checksum.feed(value);
        out.push_back(kAlphabet[value]);
    };
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (const std::byte b : data) {
        group = ((group << 8U) | std::to_integer<std::uint32_t>(b)) & 0xfffU;
        for (bits += 8; bits >= 5; bits -= 5)
            put((group >> (bits - 5)) & 31U);
    }
    if (bits > 0)
        put((group << (5 - bits)) & 31U);
    for (std::size_t i = 0; i < kChecksum; ++i)
        checksum.feed(0);
    const std::uint32_t sum = checksum.state() ^ 1U;
    for (unsigned i = 0; i < kChecksum; ++i)
        out.push_back(kAlphabet[(sum >> (5 * (5 - i))) & 31U]);
    return out;
}

Result<Bech32Text> bech32Decode(std::string_view text) {
    Bech32Text out;
    SALVOR_ASSIGN(std::string unified, unify(text, out.upperCase));
    const auto wipe = [&] { OPENSSL_cleanse(unified.data(), unified.size()); };
    const std::size_t separator = unified.rfind('1');
    if (separator == std::string::npos || unified.size() - separator - 1 < kChecksum ||
        !isPrefix(std::string_view(unified).substr(0, separator))) {
        wipe();
        return bad("it has no prefix or is too short");
    }
    out.prefix = unified.substr(0, separator);
    Checksum checksum;
    checksum.feedPrefix(out.prefix);
    out.data.reserve(unified.size() * 5 / 8);
    auto converted = toWholeBytes(std::string_view(unified).substr(separator + 1), checksum, out.data);
    wipe();
    if (!converted) {
        OPENSSL_cleanse(out.data.data(), out.data.size());
        return failure(std::move(converted).error());
    }
    return out;
}

} // namespace salvor
