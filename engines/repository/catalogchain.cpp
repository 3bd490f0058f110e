// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/catalogchain.h"

#include "engines/repository/format.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"

#include <algorithm>

namespace salvor {

namespace {

Error rolledBack(const Store& store, const Catalog& catalog, const SeenCatalog& seen) {
    const std::string number = std::to_string(catalog.number);
    Error error{
        ErrorCode::RolledBack, {}, {}, false, {{"catalog", number}, {"seen", std::to_string(seen.number)}}};
    if (catalog.number < seen.number)
        error.message = "the repository at " + store.location() + " shows catalog " + number +
                        ", but catalog " + std::to_string(seen.number) + " was seen before";
    else
        error.message = "catalog " + std::to_string(seen.number) + " of the repository at " +
                        store.location() + " is not the one that was seen before";
    error.hint = "the place was set back to an older state, or somebody changed it: newer backups are "
                 "missing. Restoring is "
                 "possible; to go on writing from here, take the repository over";
    return error;
}

/// A store that fails shows nobody an older state; but where it is that one file that stays so, there is a
/// way on.
Error unreadCatalog(Error error, std::uint64_t number) {
    if (number < 2 || !concernsOneFile(error))
        return error;
    const std::string key = format::catalogKey(number);
    error.context["key"] = key;
    if (isRefused(error)) // its owner has it whole: moved away, the backups of it would be lost
        return asRefused(std::move(error));
    error.hint += (error.hint.empty() ? "" : "; ") + ("it is the newest catalog: where " + key) +
                  " stays unreadable, move that one file away and keep it; the one before it is used then, "
                  "which does not know what was backed up later, and a computer that saw the newer one "
                  "writes again only after a take-over";
    return error;
}

/// Whether the catalog that was seen is still there, unless it was removed. A damaged file in its place is no
/// other catalog.
Result<bool> continuesSeen(Store& store, const Catalog& catalog, const SeenCatalog& seen,
                           const CatalogTrust& trust, const CancelToken& cancel) {
    if (seen.number == 0 || seen.hash.empty())
        return true;
    if (catalog.number == seen.number)
        return catalog.hash == seen.hash;
    const auto bytes = getFile(store, format::catalogKey(seen.number), cancel);
    if (!bytes && bytes.error().code == ErrorCode::Corrupt) // no file at all
        return catalog.number > seen.number;
    if (!bytes && bytes.error().code == ErrorCode::NotFound)
        return true;
    if (!bytes) { // a bad sector, another owner: a later one that is whole continues it all the same
        if (catalog.number > seen.number)
            SALVOR_TRY(requireAnswer(store, catalog.number, bytes.error(), cancel));
        return catalog.number > seen.number ? Result<bool>(true) : Result<bool>(failure(bytes.error()));
    }
    if (format::hashOf(*bytes) == seen.hash)
        return true;
    const auto other = readCatalog(asText(*bytes), seen.number, trust);
    return !other && other.error().code == ErrorCode::Corrupt && catalog.number > seen.number;
}

} // namespace

Result<std::vector<std::uint64_t>> catalogNumbers(Store& store, const SeenCatalog& seen,
                                                  const CancelToken& cancel) {
    std::vector<std::uint64_t> numbers;
    const auto collect = [&](const StoreEntry& entry) -> Result<> {
        if (const auto number = format::catalogNumber(entry.key))
            numbers.push_back(*number);
        return {};
    };
    SALVOR_TRY(store.list("catalog/", collect, cancel));
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    const auto exists = [&](std::uint64_t number) -> Result<bool> {
        const auto entry = store.stat(format::catalogKey(number), cancel);
        if (!entry && entry.error().code == ErrorCode::Corrupt)
            return true; // something that is no file: a damaged one
        SALVOR_TRY(entry);
        return entry->has_value();
    };
    if (seen.number > 0 && (numbers.empty() || numbers.back() < seen.number)) {
        SALVOR_ASSIGN(const bool there, exists(seen.number));
        if (there)
            numbers.push_back(seen.number);
    }
    while (!numbers.empty()) {
        SALVOR_ASSIGN(const bool there, exists(numbers.back() + 1));
        if (!there)
            break;
        numbers.push_back(numbers.back() + 1);
    }
    return numbers;
}

Result<NewestCatalog> findNewestCatalog(Store& store, const CatalogTrust& trust, const SeenCatalog& seen,
                                        const CatalogDocument* cached, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto numbers, catalogNumbers(store, seen, cancel));
    NewestCatalog newest;
    newest.highestNumber = numbers.empty() ? 0 : numbers.back();
    for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
        if (cached != nullptr && cached->catalog.number == *number) {
            newest.document = *cached;
            return newest;
        }
        const auto bytes = getText(store, format::catalogKey(*number), cancel);
        if (!bytes && bytes.error().code != ErrorCode::NotFound && bytes.error().code != ErrorCode::Corrupt)
            return failure(unreadCatalog(bytes.error(), *number));
        auto document =
            bytes ? readCatalog(*bytes, *number, trust) : Result<CatalogDocument>(failure(bytes.error()));
        if (document) {
            newest.document = std::move(*document);
            return newest;
        }
        if (document.error().code == ErrorCode::NewerFormat)
            return failure(std::move(document).error());
        newest.damaged.push_back(std::move(document).error());
    }
    if (numbers.empty())
        return failure(ErrorCode::Corrupt, "the repository at " + store.location() + " has no catalog",
                       "restore the folder \"catalog\" from a copy of the repository", {{"key", "catalog/"}});
    Error error = newest.damaged.front();
    error.message =
        "no catalog of the repository at " + store.location() + " is valid; the newest: " + error.message;
    error.hint =
        error.code == ErrorCode::PinMismatch
            ? "somebody put another repository in this place; open it anew with its own recovery file"
            : "restore the folder \"catalog\" from a copy of the repository";
    return failure(std::move(error));
}

Result<Catalog> judgeCatalog(Store& store, const NewestCatalog& newest, const SeenCatalog& seen,
                             const CatalogTrust& trust, const CancelToken& cancel) {
    Catalog catalog = newest.document.catalog;
    catalog.warnings = newest.damaged;
    for (Error& warning : catalog.warnings)
        warning.hint = "restore this file from a copy of the repository; until then catalog " +
                       std::to_string(catalog.number) +
                       " is used, which does not know what was backed up later";
    SALVOR_ASSIGN(const bool continues, continuesSeen(store, catalog, seen, trust, cancel));
    // A damaged newest catalog is damage, not a roll-back.
    const bool older = catalog.number < seen.number && newest.highestNumber < seen.number;
    catalog.olderThanSeen = older || (catalog.number >= seen.number && !continues);
    if (catalog.olderThanSeen)
        catalog.warnings.push_back(rolledBack(store, catalog, seen));
    return catalog;
}

} // namespace salvor
