// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// JSON that a person wrote: what a reader would pass over without a word is refused.
#pragma once

#include "models/base/json.h"

namespace salvor {

/// As parseJsonObject(), and Corrupt, with the key, where an object has a key twice (Qt takes the last one,
/// others the first), and where a text has half of a character (a lone surrogate), which no file can be
/// written with.
Result<QJsonObject> parseStrictJsonObject(std::string_view bytes, std::string_view what);

} // namespace salvor
