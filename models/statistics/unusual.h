// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What in a series is far from what was usual just before it: models/watch/robust.h, value by value.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace salvor {

struct Unusual {
    double usual = 0; ///< the median of the values before
    bool anomaly = false;
};
struct SeriesRule {
    std::size_t window = 20;     ///< values before it that are looked at
    std::size_t least = 8;       ///< fewer say nothing
    double deviations = 5;       ///< in MADs scaled to a standard deviation
    double leastFraction = 0.25; ///< of the median: a series that hardly moves is not alarmed by a hair
};
/// For each value, from the values before it; nothing where there are too few.
std::vector<std::optional<Unusual>> findUnusual(const std::vector<double>& values,
                                                const SeriesRule& rule = {});

} // namespace salvor
