// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgrangeledger.h"

namespace salvor {

void PgRangeLedger::expect(const std::string& table, const ItemReport& saved) {
    const std::lock_guard lock(m_mutex);
    auto& sum = m_open[table];
    sum.hash.add(saved.contentHash);
    sum.rows += saved.rows;
    sum.bytes += saved.bytes;
    ++sum.left;
}

ItemReport PgRangeLedger::settle(const std::string& table, const ItemReport& saved, const ItemReport& found) {
    const std::lock_guard lock(m_mutex);
    auto& sum = m_open[table];
    sum.hash.subtract(found.contentHash);
    sum.rows -= found.rows;
    sum.bytes -= found.bytes;
    ItemReport report = saved;
    if (--sum.left > 0)
        return report;
    // What is left of the sums is what the table differs by; unsigned wrap-around carries its sign.
    PgRowHash hash;
    hash.add(saved.contentHash);
    hash.subtract(sum.hash.hex());
    report.contentHash = hash.hex();
    report.rows = saved.rows - sum.rows;
    return report;
}

} // namespace salvor
