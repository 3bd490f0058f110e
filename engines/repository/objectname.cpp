// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/objectname.h"

#include <algorithm>

namespace salvor {

Result<Digest> digestFromHex(std::string_view hex) {
    const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    Digest out{};
    if (hex.size() != out.size() * 2 || !std::all_of(hex.begin(), hex.end(), digit))
        return failure(ErrorCode::Corrupt,
                       "not a SHA-256 in lower-case hexadecimal: \"" + std::string(hex.substr(0, 80)) + "\"");
    SALVOR_ASSIGN(const Bytes bytes, fromHex(hex));
    std::copy(bytes.begin(), bytes.end(), out.begin());
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
