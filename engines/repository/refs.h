// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A group's list of objects: refs/ab/<SHA-256 of the list>, one line "<64 hex> <stored bytes>\n" an object,
// in the order in which their plaintexts join. Internal to the repository.
#pragma once

#include "engines/repository/objectname.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

struct GroupObject {
    Digest name{};
    std::uint64_t storedBytes = 0;
    bool operator==(const GroupObject&) const = default;
};
using GroupObjects = std::vector<GroupObject>;

std::string writeRefs(const GroupObjects& objects);
/// Bytes of that list.
std::size_t refsSize(const GroupObjects& objects);
/// Corrupt when the text is not the one of that hash, or not in that form.
Result<GroupObjects> parseRefs(std::string_view text, const std::string& hash);

} // namespace salvor
