// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/robust.h"

#include <algorithm>
#include <cmath>

namespace salvor {

namespace {

/// For normally distributed values, MAD times this is the standard deviation.
constexpr double kToStandardDeviation = 1.4826;

} // namespace

double median(std::vector<double> values) {
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    const double below = *std::max_element(values.begin(), middle);
    return below + (*middle - below) / 2;
}

double medianDeviation(const std::vector<double>& values, double middle) {
    std::vector<double> distances;
    distances.reserve(values.size());
    for (const double value : values)
        distances.push_back(std::abs(value - middle));
    return median(std::move(distances));
}

std::optional<Usual> usualOf(const std::vector<double>& samples, const UsualRule& rule) {
    if (samples.size() < std::max<std::size_t>(rule.leastSamples, 1))
        return std::nullopt;
    Usual usual;
    usual.samples = samples.size();
    usual.median = median(samples);
    usual.deviation = medianDeviation(samples, usual.median);
    usual.allowed = std::max({rule.deviations * kToStandardDeviation * usual.deviation,
                              rule.leastFraction * std::abs(usual.median), rule.leastDistance});
    return usual;
}

std::optional<double> medianSlope(const std::vector<std::pair<double, double>>& points) {
    std::vector<double> slopes;
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t j = i + 1; j < points.size(); ++j) {
            const double run = points[j].first - points[i].first;
            if (run != 0)
                slopes.push_back((points[j].second - points[i].second) / run);
        }
    }
    if (slopes.empty())
        return std::nullopt;
    return median(std::move(slopes));
}

} // namespace salvor
