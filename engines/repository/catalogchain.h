// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Finding the newest catalog of a repository. Internal to the repository.
#pragma once

#include "engines/repository/catalogdocument.h"

#include <vector>

namespace salvor {

/// The highest catalog seen so far, by this machine.
struct SeenCatalog {
    std::uint64_t number = 0;
    std::string hash; ///< may be empty
};

struct NewestCatalog {
    CatalogDocument document;        ///< the highest valid one
    std::uint64_t highestNumber = 0; ///< of all files, valid or not
    std::vector<Error> damaged;      ///< newer files that are not valid, newest first
};

/// Numbers of all catalog files, ascending. What a partial or stale listing leaves out at the end is found by
/// asking for the next number and for the one seen before.
Result<std::vector<std::uint64_t>> catalogNumbers(Store& store, const SeenCatalog& seen,
                                                  const CancelToken& cancel);

/// The highest valid one. Files that cannot be *read* (a store that fails) are an error, files with wrong
/// bytes are passed over and named. Corrupt when none is valid, PinMismatch when another key signed them,
/// NewerFormat when the newest is. `cached` (may be null): taken when it is still the highest number.
Result<NewestCatalog> findNewestCatalog(Store& store, const CatalogTrust& trust, const SeenCatalog& seen,
                                        const CatalogDocument* cached, const CancelToken& cancel);

/// Marks olderThanSeen and fills in the warnings. That the file of the catalog seen before is damaged by now,
/// or gone, or cannot be read, says nothing where the newest one is a later one: that continues it.
Result<Catalog> judgeCatalog(Store& store, const NewestCatalog& newest, const SeenCatalog& seen,
                             const CatalogTrust& trust, const CancelToken& cancel);

} // namespace salvor
