// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The objects that some backups need, each once. Internal to the repository.
#pragma once

#include "engines/repository/refs.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace salvor {

/// First add() all, then settle(); then the rest. 48 bytes an object.
class NeededObjects {
public:
    void add(const GroupObjects& objects); ///< doubles are fine
    void settle();

    bool contains(const Digest& name) const { return find(name) != nullptr; }
    /// What the lists say an object takes in the store; empty for one that is not needed.
    std::optional<std::uint64_t> bytesOf(const Digest& name) const;
    /// Notes that the store lists it, in that size.
    void listed(const Digest& name, std::uint64_t bytes);
    struct Fault {
        Digest name{};
        bool isListed = false; ///< in another size
    };
    /// The first that is not listed, or not in its size; `count` gets how many there are.
    std::optional<Fault> firstFault(std::uint64_t& count) const;

    template <typename Visit>
    void forEach(Visit visit) const {
        for (const Entry& one : m_entries)
            visit(one.name, one.bytes);
    }

private:
    enum class Seen : std::uint8_t { No, OtherSize, Whole };
    struct Entry {
        Digest name{};
        std::uint64_t bytes = 0;
        Seen seen = Seen::No;
    };
    const Entry* find(const Digest& name) const;

    std::vector<Entry> m_entries;
};

} // namespace salvor
