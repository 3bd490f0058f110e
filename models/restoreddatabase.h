// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A database that a restore made, as the server's own marker tells it.
#pragma once

#include <cstdint>
#include <string>

namespace salvor {

/// A database that a restore made.
struct RestoredDatabase {
    std::string name;
    std::string backupId;
    std::string runId;
    std::string state;     ///< "incomplete", "unproven", "proved"
    std::string finalName; ///< the name asked for
    std::uint64_t sizeBytes = 0;
};

} // namespace salvor
