// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Bech32 (BIP 173) without its length limit, as age writes keys. Temporaries are wiped, so keys may pass
// through.
#pragma once

#include "models/base/bytes.h"

#include <string>
#include <string_view>

namespace salvor {

struct Bech32Text {
    std::string prefix; ///< the human-readable part, in lower case
    Bytes data;         ///< whole bytes
    bool upperCase = false;
};

/// Lower-case text. InvalidInput for a prefix that is empty or not of printable ASCII without capitals.
Result<std::string> bech32Encode(std::string_view prefix, ByteView data);
/// InvalidInput for mixed case, characters outside the alphabet, a wrong checksum, or padding that is not
/// zero. The message never repeats the text: it may be a key.
Result<Bech32Text> bech32Decode(std::string_view text);

} // namespace salvor
