// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/base/clock.h"

#include <string>

namespace salvor {

/// A database that a restore made, or that a swap replaced, and that `restored drop` took away.
struct DroppedCopy {
    std::string profileUuid;
    Instant at{};
    std::string database; ///< its name then

    bool operator==(const DroppedCopy&) const = default;
};

} // namespace salvor
