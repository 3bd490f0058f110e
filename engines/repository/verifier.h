// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One verification. Internal to the repository.
#pragma once

#include "engines/repository/repositoryimpl.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace salvor {

class Verifier {
public:
    Verifier(RepositoryImpl& repository, const VerifyRequest& request, ProgressSink& progress,
             CancelToken cancel);

    /// Damage goes into the report, and what this user may not read; an error means that the verification
    /// itself could not be done: the store went away, or lists nothing. Unless it was cancelled, such an
    /// error says what damage was found before, with the backups hit in its context (kDamagedBackupsKey).
    Result<VerifyReport> run();

private:
    struct Backup {
        CatalogEntry entry;
        std::optional<Manifest> manifest; ///< where it could be read
    };

    // verifycatalog.cpp
    Result<> selectBackups();
    Result<> checkChain();
    Result<> checkWrittenOnce();
    Result<> checkRecords();
    // verifyobjects.cpp
    Result<> checkManifests();
    Result<> checkRefs();
    Result<> checkListing();
    Result<> askForEach(const std::vector<Digest>& objects,
                        std::map<Digest, Result<std::optional<StoreEntry>>>& answers);
    Result<> checkStoredBytes();
    // verifyitems.cpp
    Result<> checkItems();
    Result<> checkItemsOf(Backup& backup);
    Result<> sweepGroup(Backup& backup, const std::string& ref, const GroupObjects& objects,
                        std::vector<const ManifestItem*> items);
    // verifier.cpp
    Result<> look();
    std::set<Digest> badObjects() const;
    Error withDamageFound(Error error);
    void collectObjectProblems(VerifyReport& report);
    void noteSuspects(const std::set<Digest>& bad);
    /// That one file could not be had; an error where it says something of the store, which ends it all.
    Result<> requireOneFile(const Error& error) const;
    /// Whether the file that could not be had is to be asked for once more: the store may have been away for
    /// no longer than that. Of bytes that it gave no other ones are expected.
    static bool maySucceedNow(const Error& error) { return error.code != ErrorCode::Corrupt; }
    void addProblem(Error error, std::vector<std::string> backups, std::vector<std::string> items = {});
    /// Of a file that could not be had: damage, or what this user may not read.
    void addFileProblem(Error error, std::vector<std::string> backups, std::vector<std::string> items = {});
    std::vector<std::string> backupsWithRef(const std::string& ref) const;
    std::vector<std::string> allBackups() const;
    void advance(std::uint64_t bytes);

    RepositoryImpl& m_repository;
    const VerifyRequest m_request;
    ProgressSink& m_progress;
    const CancelToken m_cancel;
    ObjectReader m_reader; ///< its own: a verification takes nothing from memory

    NewestCatalog m_newest;
    Catalog m_catalog;
    std::vector<Backup> m_backups;
    std::map<std::string, std::shared_ptr<const GroupObjects>> m_refs; ///< those that could be read
    std::map<Digest, std::uint64_t> m_objects; ///< all that the refs name, with their sizes
    std::map<Digest, Error> m_objectFaults;    ///< refused ones among them
    std::set<std::uint64_t> m_badCatalogs;     ///< superseded ones, whose bytes are wrong
    std::set<std::string> m_verifiedItems; ///< where bytes are shared by several backups they are read once
    std::vector<VerifyProblem> m_problems;
    Progress m_now;
    std::uint64_t m_bytesRead = 0;
};

/// Runs task(0) … task(count - 1) on a few threads and waits for all. Stops early when cancelled.
Result<> runInParallel(std::size_t count, const CancelToken& cancel,
                       const std::function<void(std::size_t)>& task);

} // namespace salvor
