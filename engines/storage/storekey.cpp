// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/storage/storekey.h"

#include <algorithm>
#include <string>

namespace salvor {

namespace {

constexpr std::size_t kMaxSegment = 255;
constexpr std::size_t kMaxKey = 1024;

bool isKeyCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/// The text of a refused key may be anything: only what can be printed goes into the message.
std::string shown(std::string_view key) {
    std::string text(key.substr(0, 80));
    std::replace_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

} // namespace

bool isStoreKeySegment(std::string_view segment) {
    return !segment.empty() && segment.size() <= kMaxSegment && segment != "." && segment != ".." &&
           std::all_of(segment.begin(), segment.end(), isKeyCharacter);
}

Result<> checkStoreKey(std::string_view key) {
    bool good = key.size() <= kMaxKey;
    for (std::size_t from = 0; good && from <= key.size();) {
        const std::size_t end = std::min(key.find('/', from), key.size());
        good = isStoreKeySegment(key.substr(from, end - from));
        from = end + 1;
    }
    if (!good)
        return failure(ErrorCode::InvalidInput, "not a name that a store can keep: " + shown(key));
    return {};
}

Result<> checkStorePrefix(std::string_view prefix) {
    if (prefix.empty())
        return {};
    if (prefix.back() == '/')
        return checkStoreKey(prefix.substr(0, prefix.size() - 1));
    const std::size_t slash = prefix.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? prefix : prefix.substr(slash + 1);
    if (last == "." || last == "..") // the beginning of longer segments
        return slash == std::string_view::npos ? Result<>() : checkStoreKey(prefix.substr(0, slash));
    return checkStoreKey(prefix);
}

} // namespace salvor
