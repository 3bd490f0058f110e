// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Much reproducible data, quickly: eight bytes a step (SplitMix64), also without optimisation.
#pragma once

#include "models/base/bytes.h"

#include <cstring>

namespace salvor::test {

/// Does not compress. The first bytes of a longer one with the same seed are those of a shorter one.
inline Bytes randomData(std::size_t count, std::uint64_t seed) {
    Bytes out(count);
    std::uint64_t state = seed * 0x9e3779b97f4a7c15;
    for (std::size_t at = 0; at < count; at += sizeof state) {
        state += 0x9e3779b97f4a7c15;
        std::uint64_t z = state;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111eb;
        z ^= z >> 31U;
        std::memcpy(out.data() + at, &z, std::min(sizeof z, count - at));
    }
    return out;
}

/// Compresses to about a third: 11 random bits in 32.
inline Bytes rowData(std::size_t count, std::uint64_t seed) {
    Bytes out = randomData(count, seed);
    for (std::size_t at = 0; at < count; ++at) {
        if (at % 4 == 0)
            out[at] &= std::byte{0x07};
        else if (at % 4 != 1)
            out[at] = std::byte{'.'};
    }
    return out;
}

} // namespace salvor::test
