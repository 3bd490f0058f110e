// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/format.h"

#include "engines/crypto/hash.h"

#include <algorithm>
#include <charconv>

namespace salvor::format {

std::optional<std::uint64_t> catalogNumber(std::string_view key) {
    constexpr std::string_view kPrefix = "catalog/";
    constexpr std::string_view kSuffix = ".json";
    if (!key.starts_with(kPrefix) || !key.ends_with(kSuffix) || key.size() <= kPrefix.size() + kSuffix.size())
        return std::nullopt;
    const std::string_view digits = key.substr(kPrefix.size(), key.size() - kPrefix.size() - kSuffix.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.front() == '0')
        return std::nullopt;
    return number;
}

bool isHash(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool isRecordId(std::string_view text) {
    if (text.size() != 23)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool digit = c >= '0' && c <= '9';
        const bool fits = i == 8    ? c == 'T'
                          : i == 15 ? c == 'Z'
                          : i == 16 ? c == '-'
                          : i < 16  ? digit
                                    : digit || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!fits)
            return false;
    }
    return true;
}

std::string hashOf(ByteView bytes) { return toHex(sha256(bytes)); }

} // namespace salvor::format
