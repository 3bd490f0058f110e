// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/neededobjects.h"

#include <algorithm>
#include <cstring>

namespace salvor {

namespace {

/// The order of their bytes, all at once: a hundred thousand names are sorted by it.
bool isBefore(const Digest& a, const Digest& b) { return std::memcmp(a.data(), b.data(), a.size()) < 0; }

} // namespace

void NeededObjects::add(const GroupObjects& objects) {
    for (const GroupObject& object : objects)
        m_entries.push_back({object.name, object.storedBytes, Seen::No});
}

void NeededObjects::settle() {
    std::ranges::sort(m_entries, isBefore, &Entry::name);
    const auto doubles = std::ranges::unique(m_entries, {}, &Entry::name);
    m_entries.erase(doubles.begin(), doubles.end());
}

const NeededObjects::Entry* NeededObjects::find(const Digest& name) const {
    const auto at = std::ranges::lower_bound(m_entries, name, isBefore, &Entry::name);
    return at != m_entries.end() && at->name == name ? &*at : nullptr;
}

std::optional<std::uint64_t> NeededObjects::bytesOf(const Digest& name) const {
    const Entry* const found = find(name);
    return found == nullptr ? std::nullopt : std::optional(found->bytes);
}

void NeededObjects::listed(const Digest& name, std::uint64_t bytes) {
    const Entry* const found = find(name);
    if (found == nullptr)
        return;
    Entry& entry = m_entries[static_cast<std::size_t>(found - m_entries.data())];
    entry.seen = entry.bytes == bytes ? Seen::Whole : Seen::OtherSize;
}

std::optional<NeededObjects::Fault> NeededObjects::firstFault(std::uint64_t& count) const {
    std::optional<Fault> first;
    count = 0;
    for (const Entry& one : m_entries) {
        if (one.seen == Seen::Whole)
            continue;
        if (!first)
            first = Fault{one.name, one.seen == Seen::OtherSize};
        ++count;
    }
    return first;
}

} // namespace salvor
