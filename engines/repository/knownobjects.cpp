// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/knownobjects.h"

#include <algorithm>

namespace salvor {

void KnownObjects::name(const Digest& object) {
    m_objects.push_back({object, 0});
    m_sorted = false;
}

void KnownObjects::sort() {
    if (m_sorted)
        return;
    const auto less = [](const Entry& a, const Entry& b) { return a.name < b.name; };
    const auto same = [](const Entry& a, const Entry& b) { return a.name == b.name; };
    std::sort(m_objects.begin(), m_objects.end(), less);
    m_objects.erase(std::unique(m_objects.begin(), m_objects.end(), same), m_objects.end());
    m_objects.shrink_to_fit();
    m_sorted = true;
}

const KnownObjects::Entry* KnownObjects::find(const Digest& object) const {
    const auto at = std::lower_bound(m_objects.begin(), m_objects.end(), object,
                                     [](const Entry& a, const Digest& b) { return a.name < b; });
    return at != m_objects.end() && at->name == object ? &*at : nullptr;
}

KnownObjects::Entry* KnownObjects::entry(const Digest& object) {
    sort();
    return const_cast<Entry*>(find(object));
}

void KnownObjects::listed(const Digest& object, std::uint64_t bytes) {
    if (Entry* const found = entry(object))
        found->sizePlusOne = bytes + 1;
}

void KnownObjects::distrust(const Digest& object) {
    if (Entry* const found = entry(object))
        found->sizePlusOne = 0;
}

std::optional<std::uint64_t> KnownObjects::size(const Digest& object) const {
    // Not sorted means that nothing was listed.
    const Entry* const found = m_sorted ? find(object) : nullptr;
    if (found == nullptr || found->sizePlusOne == 0)
        return std::nullopt;
    return found->sizePlusOne - 1;
}

std::vector<Digest> KnownObjects::missing() const {
    std::vector<Digest> out;
    for (const Entry& one : m_objects) {
        if (one.sizePlusOne == 0)
            out.push_back(one.name);
    }
    return out;
}

} // namespace salvor
