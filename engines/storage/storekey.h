// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The names that every store takes.
#pragma once

#include "models/base/result.h"

#include <string_view>

namespace salvor {

/// One step of a key: [A-Za-z0-9._-]+ of at most 255 characters, neither "." nor "..".
bool isStoreKeySegment(std::string_view segment);
/// InvalidInput unless `key` is segments joined by '/', at most 1024 characters in all.
Result<> checkStoreKey(std::string_view key);
/// As a key, but it may be empty, end with '/', or end within a segment.
Result<> checkStorePrefix(std::string_view prefix);

} // namespace salvor
