// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A catalog database that was damaged: moved aside, read again from the stores, and said until somebody
// deletes the file. Internal to workers/core.
#pragma once

#include "models/base/clock.h"
#include "models/base/error.h"
#include "models/base/result.h"
#include "models/watch/watchreport.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// One loss. Beside the catalog file: "catalog.sqlite.damaged-<time>" is the file itself, the same with
/// ".json" what is known of it, and "catalog.sqlite.lost" the same until all stores were read again.
struct CatalogLoss {
    std::string aside; ///< full path of the file that was moved away; empty: it was gone
    Instant at{};
    std::string problem;                 ///< what was wrong with it
    std::vector<std::string> read;       ///< titles of repositories that were read again
    std::vector<std::string> unanswered; ///< and of those that did not answer
    std::uint64_t backups = 0;           ///< known again
    std::uint64_t runs = 0;
};

/// Moves the file and what belongs to it aside, and writes down that it did.
Result<CatalogLoss> moveAside(const std::string& catalogFile, const Error& problem, Instant now);
/// The same for a file that was here and is gone: there is nothing to keep aside.
Result<CatalogLoss> noteMissing(const std::string& catalogFile, Instant now);
/// Whether the file was ever made here ("catalog.sqlite.known"): its absence is a loss then.
bool isKnown(const std::string& catalogFile);
Result<> makeKnown(const std::string& catalogFile);
/// Whose stores have not all been read again; at the cost of one look at the folder's entry.
std::optional<CatalogLoss> unreadLoss(const std::string& catalogFile);
/// `complete`: every store was asked. Of a file that was gone they have to have answered, too.
Result<> noteRead(const std::string& catalogFile, const CatalogLoss& loss, bool complete);

/// "catalog_lost" of each file that was moved aside and is still there, and of one that was gone until all
/// stores were read again.
std::vector<Finding> catalogLossFindings(const std::string& catalogFile, Instant now);
/// The same as an error, for whoever's command met it.
Error toError(const CatalogLoss& loss, Instant now);

} // namespace salvor
