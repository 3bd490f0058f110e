// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a new catalog continues, and how it is published.
#include "engines/repository/format.h"
#include "engines/repository/pruneplan.h"
#include "engines/repository/repositoryimpl.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/writerindex.h"

namespace salvor {

namespace {

/// The last catalog this writer wrote, byte by byte: with it a damaged one in the store can be continued.
constexpr const char* kOwnCopyName = "catalog.json";

tl::unexpected<Error> foreignWriter(const Store& store, const std::string& what) {
    return failure(
        ErrorCode::ForeignWriter,
        "another writer was at work in the repository at " + store.location() + ": " + what,
        "nothing of this run became visible. Find out who else writes there; one writer only may, and "
        "\"take over\" decides who",
        {{"location", store.location()}});
}

} // namespace

Result<CatalogDocument> RepositoryImpl::ownCopy(std::uint64_t number) const {
    SALVOR_ASSIGN(const auto text, m_state.read(kOwnCopyName));
    if (!text)
        return failure(ErrorCode::NotFound, "no copy of the catalog in the state folder");
    return readCatalog(*text, number, trust());
}

Result<CatalogDocument> RepositoryImpl::writableCatalog(const CancelToken& cancel) {
    SALVOR_ASSIGN(NewestCatalog newest, newestCatalog(false, cancel));
    if (!newest.damaged.empty()) {
        auto copy = ownCopy(newest.highestNumber);
        if (!copy) {
            Error error = newest.damaged.front();
            error.message =
                "cannot write to the repository at " + store().location() + ": its newest " + error.message;
            error.hint = "restore this file from a copy of the repository, or take the repository over, "
                         "which goes on from "
                         "catalog " +
                         std::to_string(newest.document.catalog.number) +
                         " and leaves out what was backed up later";
            return failure(std::move(error));
        }
        newest.document = std::move(*copy);
        newest.damaged.clear();
    }
    SALVOR_ASSIGN(const Catalog judged, judgeCatalog(store(), newest, seen(), trust(), cancel));
    if (judged.olderThanSeen)
        return failure(judged.warnings.back());
    const Principal writer{judged.writerMachine, judged.writerUser};
    if (writer != m_principal)
        return foreignWriter(store(),
                             "user " + writer.user + " of machine " + writer.machine + " took it over");
    remember(newest.document);
    return newest.document;
}

Result<> RepositoryImpl::checkStillNewest(const CatalogDocument& base, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto numbers, catalogNumbers(store(), seen(), cancel));
    if (!numbers.empty() && numbers.back() > base.catalog.number)
        return foreignWriter(store(), "catalog " + std::to_string(numbers.back()) +
                                          " is there, this run began with " +
                                          std::to_string(base.catalog.number));
    return {};
}

Result<CatalogDocument> RepositoryImpl::numberAfter(CatalogDocument next, const CatalogDocument& base,
                                                    std::uint64_t above) const {
    for (CatalogEntry& entry : next.catalog.entries)
        entry = redated(std::move(entry), base.catalog.created, clock().now());
    next.previousNumber = base.catalog.number;
    next.previousHash = base.catalog.hash;
    next.catalog.number = above + 1;
    next.catalog.created = clock().now();
    next.catalog.warnings.clear();
    next.catalog.olderThanSeen = false;
    return next;
}

Result<> RepositoryImpl::publishCatalog(CatalogDocument document, const std::string& bytes) {
    const std::string key = format::catalogKey(document.catalog.number);
    // A cancel that came in this moment would leave open whether the catalog is there.
    const auto put = putExactly(store(), key, asBytes(bytes), {});
    if (!put && put.error().code == ErrorCode::AlreadyExists)
        return foreignWriter(store(), key + " is there already");
    SALVOR_TRY(put);
    SALVOR_TRY(store().sync({}));
    document.catalog.hash = format::hashOf(asBytes(bytes));
    remember(document);
    // The copy only helps where the store loses the file; it is visible whatever becomes of this.
    (void)m_state.write(kOwnCopyName, asBytes(bytes));
    return {};
}

Result<std::string> RepositoryImpl::publishWithoutBackup(const CatalogDocument& next,
                                                         const CatalogDocument& base,
                                                         const SigningKey& signer,
                                                         const std::function<bool(const Digest&)>& keep) {
    SALVOR_ASSIGN(const std::string bytes, signCatalog(next, signer));
    const auto path = m_state.path() / "index";
    SALVOR_ASSIGN(const Digest baseHash, digestFromHex(base.catalog.hash));
    const Digest hash = sha256(asBytes(bytes));
    bool carried = false;
    if (keep) {
        const WriterIndex index = WriterIndex::load(path, {base.catalog.number, baseHash});
        carried = index.note().empty();
        if (carried)
            SALVOR_TRY(index.writeNext(path, {next.catalog.number, hash}, keep));
    }
    SALVOR_TRY(publishCatalog(next, bytes));
    // Not carried over, the next backup reads and stores everything again: slow, and right.
    if (carried)
        (void)WriterIndex::activateNext(path);
    return toHex(hash);
}

Result<bool> RepositoryImpl::publishWithReserve(const CatalogDocument& next, const CatalogDocument& base,
                                                const std::function<bool(const Digest&)>& keep,
                                                const std::function<Result<>()>& makeRoom) {
    const auto isFull = [](const auto& published) {
        return !published && published.error().code == ErrorCode::NoSpace;
    };
    auto published = publishWithoutBackup(next, base, *signingKey(), keep);
    if (!isFull(published))
        return std::move(published).map([](const std::string&) { return false; });
    SALVOR_TRY(store().remove(format::kReserveKey, {}));
    published = publishWithoutBackup(next, base, *signingKey(), keep);
    if (isFull(published) && makeRoom) {
        SALVOR_TRY(makeRoom());
        published = publishWithoutBackup(next, base, *signingKey(), keep);
    }
    if (isFull(published))
        published = publishWithoutBackup(next, base, *signingKey(), {});
    if (isFull(published)) {
        Error error = std::move(published).error();
        error.hint = "the reserve is used up: free a few megabytes at " + store().location() +
                     " by other means, then try again";
        return failure(std::move(error));
    }
    return std::move(published).map([](const std::string&) { return true; });
}

} // namespace salvor
