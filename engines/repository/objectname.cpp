// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/objectname.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace salvor {

namespace {

/// By character: its value as a lower-case hexadecimal digit, or −1.
constexpr auto kHexValues = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t digit = 0; digit < 16; ++digit)
        values[static_cast<unsigned char>("0123456789abcdef"[digit])] = static_cast<std::int8_t>(digit);
    return values;
}();

int valueOf(char c) { return kHexValues[static_cast<unsigned char>(c)]; }

} // namespace

Result<Digest> digestFromHex(std::string_view hex) {
    Digest out{};
    bool isHex = hex.size() == out.size() * 2;
    for (std::size_t i = 0; isHex && i < out.size(); ++i) { // a hundred thousand of them make a list
        const int high = valueOf(hex[2 * i]);
        const int low = valueOf(hex[2 * i + 1]);
        isHex = high >= 0 && low >= 0;
        out[i] = static_cast<Digest::value_type>(isHex ? high * 16 + low : 0);
    }
    if (!isHex)
        return failure(ErrorCode::Corrupt,
                       "not a SHA-256 in lower-case hexadecimal: \"" + std::string(hex.substr(0, 80)) + "\"");
    return out;
}

std::string objectKey(const Digest& name) {
    const std::string hex = toHex(name);
    return "objects/" + hex.substr(0, 2) + "/" + hex;
}

Result<Digest> objectNameOfKey(std::string_view key) {
    constexpr std::size_t kHexAt = sizeof "objects/ab/" - 1;
    if (key.size() > kHexAt) {
        const auto name = digestFromHex(key.substr(kHexAt));
        if (name && objectKey(*name) == key)
            return *name;
    }
    return failure(ErrorCode::Corrupt,
                   "not the key of an object: \"" + std::string(key.substr(0, 200)) + "\"");
}

} // namespace salvor
