// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Two schemas entry by entry, when their texts are not the same.
#pragma once

#include "engines/postgresql/pgomission.h"
#include "engines/postgresql/pgtools.h"

#include <string>
#include <vector>

namespace salvor {

struct PgSchemaDifference {
    std::string entry; ///< "CONSTRAINT shop.orders orders_pkey"
    std::string expected;
    std::string found; ///< both: the part around the first difference
};

struct PgSchemaRules {
    std::string savedTablespace;       ///< the default one of each database
    std::string foundTablespace;       //
    bool ignoresTablespaces = false;   ///< the server lacks one, so nothing was put into any
    std::vector<PgOmission> omissions; ///< what the restored database has not, or has NOT VALID, and says so
};

/// The entries of a custom archive as pg_restore writes them, with their headers.
Result<std::vector<std::string>> pgSchemaEntries(const PgTools& tools, int major, ByteView archive,
                                                 const CancelToken& cancel);

/// Each entry of one must have its like in the other: equal in pgCanonicalSql's form, and in the same
/// tablespace. The order does not count.
std::vector<PgSchemaDifference> pgCompareSchemas(const std::vector<std::string>& saved,
                                                 const std::vector<std::string>& found,
                                                 const PgSchemaRules& rules);

/// Only what there is, by kind, schema and name: for archives of two major versions, whose texts differ.
std::vector<PgSchemaDifference> pgCompareSchemaNames(const std::vector<std::string>& saved,
                                                     const std::vector<std::string>& found,
                                                     const std::vector<PgOmission>& omissions = {});

} // namespace salvor
