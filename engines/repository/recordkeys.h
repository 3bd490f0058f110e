// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which files among runs and proofs are records, by their names. What else lies there is not the repository's
// (a desktop's .DS_Store, what a copy left half made), and nobody's to judge. Internal to the repository.
#pragma once

#include "engines/repository/format.h"

#include <string>
#include <string_view>

namespace salvor {

/// Whether `key` is "<folder><record id>.json"; the folder ends with a slash.
inline bool isRecordKey(std::string_view key, std::string_view folder) {
    constexpr std::string_view kSuffix = ".json";
    if (!key.starts_with(folder) || !key.ends_with(kSuffix) || key.size() < folder.size() + kSuffix.size())
        return false;
    return format::isRecordId(key.substr(folder.size(), key.size() - folder.size() - kSuffix.size()));
}

} // namespace salvor
