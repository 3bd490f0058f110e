// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Verifying what is signed: the chain of catalogs, the files written once, run records and proofs.
#include "engines/repository/format.h"
#include "engines/repository/proofs.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"
#include "engines/repository/verifier.h"
#include "engines/repository/writtenonce.h"

#include <algorithm>

namespace salvor {

Result<> Verifier::selectBackups() {
    SALVOR_ASSIGN(m_newest, m_repository.newestCatalog(false, m_cancel));
    SALVOR_ASSIGN(m_catalog, judgeCatalog(m_repository.store(), m_newest, m_repository.seen(),
                                          m_repository.trust(), m_cancel));
    for (const auto& entry : m_catalog.entries) {
        if (m_request.backupIds.empty() ||
            std::ranges::find(m_request.backupIds, entry.backupId) != m_request.backupIds.end())
            m_backups.push_back({entry, std::nullopt});
    }
    for (const auto& id : m_request.backupIds) {
        if (std::ranges::find(m_catalog.entries, id, &CatalogEntry::backupId) == m_catalog.entries.end())
            return failure(ErrorCode::NotFound, "there is no backup " + id + " to verify",
                           "list the backups to see which there are");
    }
    return {};
}

Result<> Verifier::checkChain() {
    Store& store = m_repository.store();
    SALVOR_ASSIGN(const auto numbers, catalogNumbers(store, m_repository.seen(), m_cancel));
    for (const Error& warning : m_catalog.warnings) {
        if (warning.code == ErrorCode::RolledBack)
            addProblem(warning, {});
    }
    std::map<std::uint64_t, std::string> hashes;
    for (const std::uint64_t number : numbers) {
        const std::string key = format::catalogKey(number);
        const auto bytes = getText(store, key, m_cancel);
        if (!bytes)
            SALVOR_TRY(requireOneFile(bytes.error()));
        const auto document = bytes ? readCatalog(*bytes, number, m_repository.trust())
                                    : Result<CatalogDocument>(failure(bytes.error()));
        if (!document) {
            Error error = document.error();
            error.context["key"] = key;
            if (isRefused(error)) {
                addFileProblem(std::move(error), {});
                continue;
            }
            // Nothing is lost with it: a later one, which is whole and signed, names every backup.
            if (number < m_catalog.number && error.code == ErrorCode::Corrupt)
                m_badCatalogs.insert(number);
            error.hint =
                number > m_catalog.number
                    ? "restore this file from a copy of the repository; backups made later than catalog " +
                          std::to_string(m_catalog.number) + " are not known until then"
                    : "no backup depends on an old catalog: the writer's next prune after a verification "
                      "removes this file; so may you, or restore it from a copy of the repository";
            addProblem(std::move(error), {});
            continue;
        }
        hashes[number] = document->catalog.hash;
        const auto previous = hashes.find(document->previousNumber);
        if (previous != hashes.end() && previous->second != document->previousHash)
            addProblem({ErrorCode::Corrupt,
                        key + " does not continue " + format::catalogKey(document->previousNumber),
                        "somebody replaced a catalog with the writer's own key: read about leaked writers in "
                        "the threat model",
                        false,
                        {{"key", key}}},
                       allBackups());
    }
    return {};
}

Result<> Verifier::checkWrittenOnce() {
    SALVOR_ASSIGN(const auto faults,
                  findWrittenOnceFaults(m_repository.store(), m_newest.document, m_cancel));
    for (const auto& fault : faults)
        addFileProblem(fault.error, {});
    return {};
}

Result<> Verifier::checkRecords() {
    std::vector<Error> problems;
    SALVOR_TRY(m_repository.runLog().all(m_newest.document.catalog.number, &problems, m_cancel));
    for (const auto& backup : m_backups) {
        const ProofTrust trust = proofTrust(m_repository.pin(), m_catalog, backup.entry);
        SALVOR_TRY(readProofs(m_repository.store(), backup.entry.backupId, trust, &problems, m_cancel));
    }
    for (Error& error : problems)
        addFileProblem(std::move(error), {});
    return {};
}

} // namespace salvor
