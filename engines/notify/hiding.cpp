// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/notify/hiding.h"

#include <string.h> // explicit_bzero

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace salvor {

namespace {

constexpr std::size_t kTelling = 4;      ///< so much of a secret at the end of a text that was cut is hidden
constexpr std::size_t kMostAgain = 4;    ///< that something percent-encoded is encoded again
constexpr std::size_t kLongestCode = 12; ///< a pair of \u codes
constexpr std::size_t kShortestBase64 = 6;
constexpr std::size_t kMostTries = 10'000; ///< at one place, of a secret and a reply that are made for it

/// What one way of writing stands for: so many characters of the text, these bytes.
class Written {
public:
    constexpr Written() = default;
    constexpr Written(std::size_t length, char byte)
        : m_length(length) {
        add(static_cast<unsigned char>(byte));
    }
    /// As UTF-8.
    constexpr Written(std::size_t length, unsigned code)
        : m_length(length) {
        if (code < 0x80U) {
            add(code);
            return;
        }
        const unsigned rest = code < 0x800U ? 1 : code < 0x10000U ? 2 : 3;
        constexpr std::array kBegin = {0U, 0xc0U, 0xe0U, 0xf0U};
        add(kBegin.at(rest) | (code >> (6U * rest)));
        for (unsigned left = rest; left > 0; --left)
            add(0x80U | ((code >> (6U * (left - 1))) & 0x3fU));
    }

    constexpr std::size_t length() const { return m_length; } ///< none: it is no way of writing
    constexpr std::string_view bytes() const { return {m_bytes.data(), m_size}; }

private:
    constexpr void add(unsigned byte) {
        m_bytes.at(m_size++) = static_cast<char>(static_cast<unsigned char>(byte & 0xffU));
    }
    std::size_t m_length = 0;
    std::array<char, 4> m_bytes{};
    std::size_t m_size = 0;
};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// A server may write a host or a path in another case.
constexpr bool beginsAlike(std::string_view text, std::string_view with) {
    if (text.size() < with.size())
        return false;
    for (std::size_t i = 0; i < with.size(); ++i) {
        if (lower(text[i]) != lower(with[i]))
            return false;
    }
    return true;
}

constexpr int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Nothing unless all of it are digits of that base.
constexpr std::optional<unsigned> number(std::string_view text, unsigned base) {
    unsigned value = 0;
    for (const char c : text) {
        const int one = digit(c);
        if (one < 0 || static_cast<unsigned>(one) >= base || value > 0x10ffffU)
            return std::nullopt;
        value = value * base + static_cast<unsigned>(one);
    }
    return text.empty() ? std::nullopt : std::optional(value);
}

/// "%2F" and, encoded again, "%252F"; "=2F" of quoted-printable.
constexpr Written byHex(std::string_view text, std::size_t again) {
    std::size_t at = 1;
    for (; again > 0; --again) {
        if (!text.substr(at).starts_with("25"))
            return {};
        at += 2;
    }
    const auto value = text.size() >= at + 2 ? number(text.substr(at, 2), 16) : std::nullopt;
    return value ? Written{at + 2, static_cast<char>(static_cast<unsigned char>(*value))} : Written{};
}

constexpr std::optional<unsigned> codeUnit(std::string_view text) {
    return text.starts_with("\\u") && text.size() >= 6 ? number(text.substr(2, 4), 16) : std::nullopt;
}

/// "\/", "\u002f" (two of them beyond 16 bits), "\x2f".
constexpr Written byBackslash(std::string_view text) {
    if (const auto high = codeUnit(text)) {
        const auto low = *high >= 0xd800U && *high < 0xdc00U ? codeUnit(text.substr(6)) : std::nullopt;
        if (low && *low >= 0xdc00U && *low < 0xe000U)
            return {12, 0x10000U + ((*high - 0xd800U) << 10U) + (*low - 0xdc00U)};
        return {6, *high};
    }
    if (text.size() >= 4 && text[1] == 'x') {
        if (const auto value = number(text.substr(2, 2), 16))
            return {4, static_cast<char>(static_cast<unsigned char>(*value))};
    }
    constexpr std::string_view kLetters = "nrtbf";
    constexpr std::string_view kMeant = "\n\r\t\b\f";
    if (text.size() < 2)
        return {};
    const auto letter = kLetters.find(text[1]);
    return {2, letter == std::string_view::npos ? text[1] : kMeant[letter]};
}

/// "&#47;", "&#x2F;"; browsers need no semicolon.
constexpr Written byNumber(std::string_view text) {
    const bool isHex = text.size() > 2 && lower(text[2]) == 'x';
    const unsigned base = isHex ? 16 : 10;
    const std::size_t begin = isHex ? 3 : 2;
    std::size_t end = begin;
    while (end < text.size() && end < kLongestCode && digit(text[end]) >= 0 &&
           static_cast<unsigned>(digit(text[end])) < base)
        ++end;
    const auto code = number(text.substr(begin, end - begin), base);
    return code ? Written{end + (end < text.size() && text[end] == ';' ? 1U : 0U), *code} : Written{};
}

/// And "&amp;".
constexpr Written byAmpersand(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, char>, 33> kNames = {
        {{"amp", '&'},    {"lt", '<'},     {"gt", '>'},     {"quot", '"'},   {"apos", '\''}, {"sol", '/'},
         {"plus", '+'},   {"equals", '='}, {"percnt", '%'}, {"num", '#'},    {"nbsp", ' '},  {"grave", '`'},
         {"commat", '@'}, {"excl", '!'},   {"dollar", '$'}, {"lpar", '('},   {"rpar", ')'},  {"ast", '*'},
         {"comma", ','},  {"period", '.'}, {"colon", ':'},  {"semi", ';'},   {"quest", '?'}, {"lsqb", '['},
         {"bsol", '\\'},  {"rsqb", ']'},   {"hat", '^'},    {"lowbar", '_'}, {"lcub", '{'},  {"lbrace", '{'},
         {"verbar", '|'}, {"rcub", '}'},   {"rbrace", '}'}}};
    if (text.size() > 1 && text[1] == '#')
        return byNumber(text);
    for (const auto& [known, meant] : kNames) {
        if (!beginsAlike(text.substr(1), known))
            continue;
        const std::size_t end = 1 + known.size();
        return {end + (end < text.size() && text[end] == ';' ? 1U : 0U), meant};
    }
    return {};
}

constexpr Written decoded(std::string_view text, std::size_t again) {
    switch (text.front()) {
    case '%':
    case '=':
        return byHex(text, again);
    case '\\':
        return again == 0 ? byBackslash(text) : Written{};
    case '&':
        return again == 0 ? byAmpersand(text) : Written{};
    case '+':
        return again == 0 ? Written{1, ' '} : Written{};
    default:
        return {};
    }
}

constexpr bool isBreak(char c) { return c == '\n' || c == '\r'; }

/// A line that was wrapped in the middle of the secret: its end as it is or escaped, what stands before it in
/// quoted-printable, and blanks that indent the next one (`wrapped`: such a thing was just passed).
constexpr std::size_t lengthOfWrap(std::string_view text, bool wrapped) {
    const char c = text.front();
    if (isBreak(c) || (wrapped && (c == ' ' || c == '\t')))
        return 1;
    if (c == '=' && text.size() > 1 && isBreak(text[1]))
        return 1;
    for (std::size_t again = 0; again <= kMostAgain; ++again) {
        const Written way = decoded(text, again);
        if (way.length() != 0 && way.bytes().size() == 1 && isBreak(way.bytes().front()))
            return way.length();
    }
    return 0;
}

/// How much of the text's beginning is what is left of the secret, after `done` characters of it. All of it
/// when `tries` are used up: better hidden than shown.
constexpr std::optional<std::size_t> lengthOf(std::string_view text, std::string_view secret,
                                              std::size_t done, std::size_t& tries) {
    if (tries == 0)
        return text.size();
    --tries;
    std::size_t length = 0; // what is written plainly, in a loop: a secret may be long
    bool wrapped = false;
    while (true) {
        const std::string_view left = text.substr(length);
        if (done == secret.size())
            return length;
        if (left.empty())
            return done >= kTelling ? std::optional(length) : std::nullopt;
        bool isWay = false;
        for (std::size_t again = 0; again <= kMostAgain; ++again) {
            const Written way = decoded(left, again);
            isWay = isWay || way.length() != 0;
            if (way.length() == 0 || !beginsAlike(secret.substr(done), way.bytes()))
                continue;
            if (const auto rest =
                    lengthOf(left.substr(way.length()), secret, done + way.bytes().size(), tries))
                return length + way.length() + *rest;
        }
        if (lower(left.front()) == lower(secret[done])) {
            ++length;
            ++done;
            wrapped = false;
            continue;
        }
        const std::size_t wrap = done > 0 ? lengthOfWrap(left, wrapped) : 0;
        if (wrap > 0) {
            length += wrap;
            wrapped = true;
            continue;
        }
        const bool isCut = done >= kTelling && left.size() < kLongestCode && !isWay &&
                           std::string_view("%=\\&").find(left.front()) != std::string_view::npos;
        return isCut ? std::optional(text.size()) : std::nullopt;
    }
}

/// RFC 4648, 4, what is fixed of it when `before` bytes nobody knows stand before the text, and others
/// behind.
std::string base64Of(std::string_view text, std::size_t before) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t first = (before * 8 + 5) / 6;
    const std::size_t end = (before + text.size()) * 8 / 6;
    std::string out;
    for (std::size_t at = first; at < end; ++at) {
        unsigned six = 0;
        for (std::size_t bit = at * 6; bit < at * 6 + 6; ++bit) {
            const auto byte = static_cast<unsigned char>(text[bit / 8 - before]);
            six = (six << 1U) | ((static_cast<unsigned>(byte) >> (7U - bit % 8)) & 1U);
        }
        out.push_back(kDigits[six]);
    }
    return out;
}

} // namespace

std::string withoutSecret(std::string_view text, std::string_view secret) {
    std::string out;
    while (!secret.empty() && !text.empty()) {
        std::size_t tries = kMostTries;
        const auto length = lengthOf(text, secret, 0, tries);
        if (length)
            out += "…";
        else
            out.push_back(text.front());
        text.remove_prefix(length.value_or(1));
    }
    return out.append(text);
}

std::vector<Secret> base64Ways(std::string_view secret) {
    std::vector<Secret> ways;
    for (std::size_t before = 0; before < 3; ++before) {
        std::string way = base64Of(secret, before);
        if (way.size() < kShortestBase64)
            continue; // half of a word would go
        ways.emplace_back(std::string_view(way));
        std::string forUrls = way; // RFC 4648, 5
        std::ranges::replace(forUrls, '+', '-');
        std::ranges::replace(forUrls, '/', '_');
        if (forUrls != way)
            ways.emplace_back(std::string_view(forUrls));
        explicit_bzero(way.data(), way.size());
        explicit_bzero(forUrls.data(), forUrls.size());
    }
    return ways;
}

} // namespace salvor
