// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A database that a restore made, as the server's own marker tells it.
#pragma once

#include "models/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>

namespace salvor {

/// A database that a restore made.
struct RestoredDatabase {
    std::string name;
    std::string backupId;
    std::string runId;
    std::string state;     ///< "incomplete", "unproven", "proved", "swapped_in", "swapped_out"
    std::string finalName; ///< the name asked for
    std::uint64_t sizeBytes = 0;
    bool hidden = false;            ///< under its hidden name still: nobody but its owner may connect
    bool drill = false;             ///< a drill made it, and drops it
    std::string counterpart;        ///< of a swapped one: the other one's name
    std::optional<Instant> swapped; ///< when
};

} // namespace salvor
