// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A part of a long list, immutable once made: a database worker makes it, the window only reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace salvor {

/// Cheap to copy; may be read from any thread.
template <typename Row>
struct Page {
    std::shared_ptr<const std::vector<Row>> rows = std::make_shared<const std::vector<Row>>();
    std::uint64_t total = 0;  ///< rows that match the filter, this page's included
    std::uint64_t offset = 0; ///< of the first row

    bool hasMore() const { return offset + rows->size() < total; }
};

} // namespace salvor
