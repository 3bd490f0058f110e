// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/workunits.h"

#include <algorithm>
#include <numeric>

namespace salvor {

namespace {

constexpr std::uint64_t kAloneBytes = 1024 * 1024;
constexpr std::uint64_t kBundleBytes = 16 * 1024 * 1024;
constexpr std::size_t kBundleItems = 256;

} // namespace

std::vector<WorkUnit> cutForReading(const Phase& phase) {
    std::vector<WorkUnit> units;
    bool open = false; // whether the last unit takes further small items
    for (std::size_t i = 0; i < phase.items.size(); ++i) {
        const Item& item = phase.items[i];
        const bool small = item.sizeEstimateBytes < kAloneBytes;
        const bool fits = open && small && units.back().count < kBundleItems &&
                          units.back().sizeBytes + item.sizeEstimateBytes <= kBundleBytes &&
                          phase.items[units.back().first].group == item.group;
        if (!fits)
            units.push_back(WorkUnit{i, 0, 0});
        ++units.back().count;
        units.back().sizeBytes += item.sizeEstimateBytes;
        open = small;
    }
    return units;
}

std::vector<WorkUnit> cutForWriting(const Phase& phase, const std::vector<const ManifestItem*>& located) {
    std::vector<WorkUnit> units;
    for (std::size_t i = 0; i < phase.items.size(); ++i) {
        const bool joins = !units.empty() && located[i]->objectCount != 0 &&
                           located[units.back().first]->objectCount != 0 &&
                           located[units.back().first]->group == located[i]->group &&
                           located[units.back().first]->firstObject == located[i]->firstObject;
        if (!joins)
            units.push_back(WorkUnit{i, 0, 0});
        ++units.back().count;
        units.back().sizeBytes += located[i]->sizeBytes;
    }
    return units;
}

std::vector<std::size_t> biggestFirst(const std::vector<WorkUnit>& units, std::size_t begunFirst) {
    std::vector<std::size_t> order(units.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto rest =
        std::find_if(order.begin(), order.end(), [&](std::size_t i) { return units[i].first >= begunFirst; });
    std::stable_sort(rest, order.end(),
                     [&](std::size_t a, std::size_t b) { return units[a].sizeBytes > units[b].sizeBytes; });
    return order;
}

} // namespace salvor
