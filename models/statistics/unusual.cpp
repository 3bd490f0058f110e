// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/statistics/unusual.h"

#include "models/watch/robust.h"

#include <algorithm>
#include <cmath>

namespace salvor {

std::vector<std::optional<Unusual>> findUnusual(const std::vector<double>& values, const SeriesRule& rule) {
    UsualRule usual;
    usual.leastSamples = rule.least;
    usual.deviations = rule.deviations;
    usual.leastFraction = rule.leastFraction;
    std::vector<std::optional<Unusual>> found(values.size());
    for (std::size_t i = rule.least; i < values.size(); ++i) {
        const auto end = values.begin() + static_cast<std::ptrdiff_t>(i);
        const auto count = static_cast<std::ptrdiff_t>(std::min(i, rule.window));
        if (const auto before = usualOf(std::vector<double>(end - count, end), usual))
            found[i] = Unusual{before->median, std::abs(values[i] - before->median) > before->allowed};
    }
    return found;
}

} // namespace salvor
