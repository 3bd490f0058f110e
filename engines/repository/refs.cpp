// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/refs.h"

#include "engines/repository/format.h"

#include <charconv>

namespace salvor {

std::string writeRefs(const GroupObjects& objects) {
    std::string text;
    text.reserve(objects.size() * 74);
    for (const auto& object : objects)
        text += toHex(object.name) + " " + std::to_string(object.storedBytes) + "\n";
    return text;
}

std::size_t refsSize(const GroupObjects& objects) {
    std::size_t bytes = 0;
    for (const auto& object : objects) {
        std::size_t digits = 1;
        for (auto rest = object.storedBytes; rest > 9; rest /= 10)
            ++digits;
        bytes += object.name.size() * 2 + digits + 2;
    }
    return bytes;
}

Result<GroupObjects> parseRefs(std::string_view text, const std::string& hash) {
    if (format::hashOf(asBytes(text)) != hash)
        return failure(ErrorCode::Corrupt, "its bytes are not those of its name");
    GroupObjects objects;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos || end < 66 || text[64] != ' ')
            return failure(ErrorCode::Corrupt,
                           "line " + std::to_string(objects.size() + 1) + " is malformed");
        GroupObject object;
        SALVOR_ASSIGN(object.name, digestFromHex(text.substr(0, 64)));
        const char* last = text.data() + end;
        const auto [stop, error] = std::from_chars(text.data() + 65, last, object.storedBytes);
        if (error != std::errc{} || stop != last)
            return failure(ErrorCode::Corrupt,
                           "line " + std::to_string(objects.size() + 1) + " is malformed");
        objects.push_back(object);
        text.remove_prefix(end + 1);
    }
    return objects;
}

} // namespace salvor
