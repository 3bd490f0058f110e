// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which items of a backup hold the rows that people count.
#pragma once

#include <string_view>

namespace salvor {

/// Of a backup's items, by their kind: tables, parts of them and chunks. The lines of roles, sequences, large
/// objects and an extension's configuration are compared like rows, and are none to whoever has 405,000
/// orders.
inline bool holdsRows(std::string_view kind) {
    for (const std::string_view other : {"schema", "schema_chunks", "globals", "sequences", "large_objects",
                                         "large_object_owners", "catalog_table"}) {
        if (kind == other)
            return false;
    }
    return true;
}

} // namespace salvor
