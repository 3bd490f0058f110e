// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Builds the indexes of an archive over connections of our own, which pg_restore would do slower: it knows
// nothing of the sizes of tables that it did not fill, and its sessions cannot be prepared.
#pragma once

#include "engines/postgresql/pgarchive.h"
#include "engines/postgresql/pgcrew.h"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace salvor {

struct PgIndexBuild {
    int entry = 0;      ///< of the archive
    std::string name;   ///< for people
    std::string quoted; ///< for SQL
    std::string sql;
    std::uint64_t rows = 0; ///< of the table that it is on
    int comment = 0;        ///< entry of the comment on it, which `sql` makes too; 0: none
};

struct PgIndexPlan {
    std::string
        settings; ///< SQL that each session begins with: what the archive's statements are written for
    std::vector<PgIndexBuild> builds; ///< those of the biggest tables first
    bool leavesNothing = false;       ///< nothing else in the archive belongs behind the rows

    std::set<int> entries() const;
};

/// Takes every CREATE INDEX that waits for nothing but what stands before the rows (its table, and functions
/// and operator classes that it uses). Constraints, which lock a table against others, and whatever depends
/// on an index stay with pg_restore, which comes after.
PgIndexPlan pgPlanIndexes(const std::vector<PgArchiveEntry>& archive,
                          const std::map<PgTableName, std::uint64_t>& rows, bool keepTablespaces);

/// Asked about a build that failed: an error ends all, success lets the others go on.
using PgBuildFailed = std::function<Result<>(const PgIndexBuild&, const Error&, bool connectionUsable)>;

/// All of them, several at once. The first error stops the others and names its index, unless `failed` says
/// otherwise.
Result<> pgBuildIndexes(const PgIndexPlan& plan, std::size_t sessions, const PgOpener& open,
                        const CancelToken& cancel, const PgBuildFailed& failed = {});

/// What makes an entry, in the tablespace that it has where those are kept.
std::string pgEntrySql(const PgArchiveEntry& entry, bool keepTablespaces);
/// What a session begins with that runs entries.
std::string pgEntrySettings(const std::vector<PgArchiveEntry>& archive);

} // namespace salvor
