// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a prune would do. Looks and writes nothing. Internal to the repository.
#pragma once

#include "engines/repository/neededobjects.h"
#include "engines/repository/repositoryimpl.h"

#include <string>
#include <vector>

namespace salvor {

/// No backup and no prune for so long is taken for a clock that jumped ahead: trash is dated anew.
constexpr std::chrono::hours kLongestSilence{90 * 24};

/// The entry of a trashed backup as the catalog after the one of `previous` has it: dated now where its date
/// is missing or lies ahead, or where the clock jumped. Others as they are.
CatalogEntry redated(CatalogEntry entry, Instant previous, Instant now);

struct PruneFile {
    std::string key;
    std::uint64_t bytes = 0;
    bool orphan = false; ///< no catalog ever named it, or the one that did is long gone; or a damaged catalog
};

struct PrunePlan {
    std::vector<CatalogEntry> stay;  ///< in the catalog's order
    std::vector<CatalogEntry> purge; ///< oldest first
    bool redates = false;            ///< dates of the trash have to be put right
    bool clockJumped = false;
    NeededObjects needed;         ///< by those that stay
    std::vector<PruneFile> files; ///< in the order in which they go: manifests, refs, objects, proofs
    FreedSpace ofBackups;         ///< those of `files` that are no orphans …
    FileCount proofs;
    FileCount orphans; ///< … and those that are
    FileCount young;   ///< unneeded, left alone for now
};

/// Corrupt, as Repository::prune().
Result<PrunePlan> planPrune(RepositoryImpl& repository, const CatalogDocument& base,
                            const PruneRequest& request, const CancelToken& cancel);

/// Reads the lists of objects that the entries name, checked.
Result<NeededObjects> neededBy(RepositoryImpl& repository, const std::vector<CatalogEntry>& entries,
                               const CancelToken& cancel);

} // namespace salvor
