// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Names of objects: 32 bytes inside the program, hexadecimal in documents and keys. Internal to the
// repository.
#pragma once

#include "engines/crypto/hash.h"
#include "models/base/bytes.h"

#include <cstring>
#include <string>
#include <string_view>

namespace salvor {

/// For hash maps of digests, which are uniformly distributed already.
struct DigestHash {
    std::size_t operator()(const Digest& digest) const {
        std::size_t value = 0;
        std::memcpy(&value, digest.data(), sizeof value);
        return value;
    }
};

/// The digest that 64 lower-case hexadecimal digits say; Corrupt for anything else.
Result<Digest> digestFromHex(std::string_view hex);

/// "objects/ab/<hex>": where the object of that name is kept.
std::string objectKey(const Digest& name);
/// The name in such a key; Corrupt for any other key.
Result<Digest> objectNameOfKey(std::string_view key);

} // namespace salvor
