// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The hash of a relation's rows: the sum modulo 2^128 of XXH3-128 of each row. The order of rows does not
// matter; equal rows count each (XOR would cancel pairs). It protects against faults, not against forgery:
// the manifest's signature does that.
#pragma once

#include "models/base/bytes.h"

// Rows are short: a call into the library would cost as much as the hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace salvor {

class PgRowHash {
public:
    void add(ByteView row) {
        const XXH128_hash_t hash = XXH3_128bits(row.data(), row.size());
        addNumber({hash.low64, hash.high64});
    }
    /// Sums of other hashes, as hex() gives them; anything else counts as zero.
    void add(std::string_view sum) { addNumber(parse(sum)); }
    void subtract(std::string_view sum) {
        Number number = parse(sum);
        number.low = ~number.low + 1;
        number.high = ~number.high + (number.low == 0 ? 1 : 0);
        addNumber(number);
    }
    /// 32 hexadecimal digits, the high half first; all zero for no rows.
    std::string hex() const;

private:
    struct Number {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
    };
    void addNumber(Number number) {
        const std::uint64_t low = m_low + number.low;
        m_high += number.high + (low < m_low ? 1 : 0);
        m_low = low;
    }
    static Number parse(std::string_view sum);

    std::uint64_t m_low = 0;
    std::uint64_t m_high = 0;
};

} // namespace salvor
