// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Statistics that a few wild values do not move: median, median absolute deviation (MAD), Theil and Sen's
// slope.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace salvor {

/// Of no values: 0. Of an even number: the mean of the two in the middle.
double median(std::vector<double> values);
/// The median of the distances to `middle`.
double medianDeviation(const std::vector<double>& values, double middle);

/// What is usual, and how far from it is not.
struct Usual {
    double median = 0;
    double deviation = 0; ///< MAD
    double allowed = 0;   ///< distance from the median up to which a value is usual
    std::size_t samples = 0;
};
struct UsualRule {
    std::size_t leastSamples = 5;
    double deviations = 3.5;  ///< in MADs scaled to a standard deviation (1.4826)
    double leastFraction = 0; ///< of the median: smaller distances are usual, however regular the past was
    double leastDistance = 0; ///< the same, absolute
};
/// Nothing with fewer samples than the rule asks for.
std::optional<Usual> usualOf(const std::vector<double>& samples, const UsualRule& rule);

/// The median of the slopes between all pairs of points (x, y) with different x; nothing without such a pair.
std::optional<double> medianSlope(const std::vector<std::pair<double, double>>& points);

} // namespace salvor
