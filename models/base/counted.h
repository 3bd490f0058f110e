// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Counts in sentences of the core, which are English.
#pragma once

#include <cstdint>
#include <string>

namespace salvor {

/// "1 backup", "2 backups".
inline std::string counted(std::uint64_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

} // namespace salvor
