// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The objects that may be shared with older backups: those that signed refs name and whose size this run's
// listing confirms. Internal to the repository.
#pragma once

#include "engines/repository/objectname.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace salvor {

/// First name() all objects of the signed refs, then listed() all that the store shows; const calls are
/// thread safe from then on. 40 bytes an object.
class KnownObjects {
public:
    void name(const Digest& object);                        ///< doubles are fine
    void listed(const Digest& object, std::uint64_t bytes); ///< others than those named are passed over
    /// The object failed a check: as if it had not been listed. Call after listed().
    void distrust(const Digest& object);

    /// The size the listing gave; empty: not named, not listed or not trusted.
    std::optional<std::uint64_t> size(const Digest& object) const;
    /// Those named but not listed (or not trusted), in ascending order.
    std::vector<Digest> missing() const;
    std::uint64_t count() const { return m_objects.size(); } ///< named; call after the first listed()

private:
    struct Entry {
        Digest name{};
        std::uint64_t sizePlusOne = 0; ///< 0 = not listed
    };
    void sort();
    const Entry* find(const Digest& object) const;
    Entry* entry(const Digest& object);

    std::vector<Entry> m_objects;
    bool m_sorted = true;
};

} // namespace salvor
