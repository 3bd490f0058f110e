// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the ranges of a table and its partitions add up to, while rows may have moved between them.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgrowhash.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace salvor {

/// A range of a table holds other rows in the restored table than it held in the saved one, and so may a
/// partition that rows were written to through its root. Only the sums can be equal: whoever reads the last
/// part answers for the whole difference.
class PgRangeLedger {
public:
    void expect(const std::string& table, const ItemReport& saved);
    /// What to report for a range that was saved as `saved` and read as `found`.
    ItemReport settle(const std::string& table, const ItemReport& saved, const ItemReport& found);

private:
    struct Sum {
        PgRowHash hash;
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
        int left = 0;
    };
    std::mutex m_mutex;
    std::map<std::string, Sum> m_open; ///< saved minus found
};

} // namespace salvor
