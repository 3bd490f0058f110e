// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The repository: encrypted, deduplicated, signed backups over a Store. Format: docs/repository-format.md.
//
// Writing needs the writer's keys (id key, signing key) and the recipients; it never needs the identity.
// Reading manifests and items of an encrypted repository needs the identity. One writer (machine, user) per
// repository.
#pragma once

#include "engines/repository/backupwriter.h"
#include "engines/repository/manifest.h"
#include "engines/storage/store.h"
#include "models/backuprecord.h"
#include "models/base/clock.h"
#include "models/base/progress.h"
#include "models/base/secret.h"
#include "models/prunereport.h"
#include "models/repositorypin.h"
#include "models/verifyreport.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// One (machine, user): who writes a repository, or reads it.
struct Principal {
    std::string machine; ///< /etc/machine-id, or "host-<name>" where there is none
    std::string user;    ///< login name
    bool operator==(const Principal&) const = default;
};
/// This process's.
Principal currentPrincipal();

/// A reader whose proofs count as registered. `publicKey` is Ed25519 in hex.
struct ReaderKey {
    std::string publicKey;
    Principal principal;
    bool operator==(const ReaderKey&) const = default;
};

/// Keys of the writer. `signingKey` is the 32-byte Ed25519 seed, `idKey` 32 bytes.
struct WriterKeys {
    Secret idKey;
    Secret signingKey;
};

struct InitRequest {
    std::string title;
    bool encrypted = true;
    std::optional<Secret> passphrase;   ///< given (--passphrase-fd) or generated
    std::optional<Principal> principal; ///< the writer; empty: this machine and user
    unsigned workFactor = 18;           ///< scrypt's log N for the recovery file
};

/// Everything that making a repository yields; the caller keeps the secrets and saves the second copy.
struct InitOutcome {
    RepositoryPin pin;
    Secret identity;   ///< "AGE-SECRET-KEY-1…"
    Secret passphrase; ///< shown once
    WriterKeys keys;
    std::string
        recoveryFile; ///< comment lines (id, public key), then keys/recovery.age: armored, by the passphrase
};

/// Who a repository is opened as. Borrowed references must outlive the Repository.
struct RepositoryAccess {
    Store* store = nullptr;
    const Clock* clock = nullptr;
    RepositoryPin pin;
    std::filesystem::path stateFolder; ///< $STATE/repositories/<id>: lock, index, spool, logs; made 0700
    std::optional<WriterKeys> writerKeys;
    std::optional<Secret> identity;
    std::optional<Principal> principal; ///< empty: this machine and user
    std::string process = "salvor";     ///< named to others while the lock is held
};

/// A backup as the signed catalog names it.
struct CatalogEntry {
    std::string backupId;
    std::string manifestHash;              ///< hex SHA-256 of the manifest file
    std::uint64_t manifestStoredBytes = 0; ///< its size
    std::uint64_t manifestPlainBytes = 0;  ///< of the JSON in it
    std::vector<std::string> refs;         ///< hex SHA-256 of each refs file, sorted
    bool trashed = false;
    Instant trashedAt{};                     ///< of a trashed one
    std::chrono::seconds grace{kTrashGrace}; ///< how long it stays in the trash
    /// What lists show; signed with the catalog, without secrets. `held` is the catalog's own word, the
    /// manifest's means nothing.
    BackupRecord summary;

    /// Before this a trashed one is not pruned. An hour over the grace, as the clock may be an hour off.
    Instant expires() const { return trashedAt + grace + std::chrono::hours(1); }
};

struct Catalog {
    std::uint64_t number = 0;
    std::string hash;        ///< hex SHA-256 of the file
    std::uint64_t epoch = 0; ///< grows with each take-over
    std::string writerMachine;
    std::string writerUser;
    Instant created{};
    std::vector<std::string> recipients;
    std::vector<ReaderKey> readers;
    std::vector<CatalogEntry> entries;
    bool olderThanSeen =
        false; ///< lower than, or no continuation of, the highest one seen: restore stays possible
    std::vector<Error> warnings; ///< RolledBack, and Corrupt for each newer catalog file that cannot be read
};

/// Thread safe unless said otherwise; every call blocks, ends within two seconds of a cancel.
class Repository {
public:
    /// AlreadyExists when there is one at that place. Leaves nothing half made behind that a second init
    /// would trip over.
    static Result<InitOutcome> init(Store& store, const Clock& clock, const InitRequest& request,
                                    const CancelToken& cancel);

    /// NotARepository, NewerFormat, PinMismatch, ForeignWriter (writer keys given but the catalog names
    /// another writer), PermissionDenied, NotFound (the place is gone) … A place whose salvor-repository.json
    /// is missing, damaged or unreadable opens all the same where a catalog is signed with the pinned key.
    static Result<std::unique_ptr<Repository>> open(RepositoryAccess access, const CancelToken& cancel);

    /// From store, recovery file (bytes) and passphrase alone: pin (not writer) and identity.
    /// WrongIdentity for a wrong passphrase or a recovery file of another repository.
    struct Recovered {
        RepositoryPin pin;
        Secret identity;
        std::optional<WriterKeys> keys; ///< from keys/writer.age, used by takeOver()
    };
    static Result<Recovered> recover(Store& store, std::string_view recoveryFile, const Secret& passphrase,
                                     const CancelToken& cancel);

    virtual ~Repository() = default;

    virtual const RepositoryPin& pin() const = 0;
    /// The newest valid catalog; a fresh repository has an empty one. Corrupt, RolledBack is only a mark (see
    /// Catalog).
    virtual Result<Catalog> catalog(const CancelToken& cancel) = 0;
    /// Decrypted and checked against the catalog's hash. WrongIdentity, SecretUnavailable (no identity),
    /// Corrupt, NotFound.
    virtual Result<Manifest> manifest(std::string_view backupId, const CancelToken& cancel) = 0;
    /// Full id of a unique prefix; NotFound, InvalidInput (ambiguous, with the candidates).
    virtual Result<std::string> resolve(std::string_view prefix, const CancelToken& cancel) = 0;

    /// What all objects that any backup of the catalog names take in the store, each counted once.
    virtual Result<std::uint64_t> referencedBytes(const CancelToken& cancel) = 0;

    /// What deleting these backups would free, each named once, with all others staying: live or trashed.
    /// NotFound for an id that the catalog does not know. Reads refs only: no identity.
    virtual Result<FreedSpace> freedBy(const std::vector<std::string>& backupIds,
                                       const CancelToken& cancel) = 0;

    /// Trash, undelete, hold and release in one new catalog; nothing is written when nothing changes. Writer
    /// only, takes the lock. NotFound (with the id), Conflict (a held one is to be trashed, a trashed one to
    /// be held).
    virtual Result<Catalog> changeBackups(const BackupChanges& changes, const CancelToken& cancel) = 0;

    /// Takes trashed backups whose grace has ended out of the catalog, then deletes the files that nothing
    /// live or trashed needs, and those that runs left that did not end. Writer only, under its lock. Corrupt
    /// when something that stays is not listed, or not whole: then nothing is deleted, as the listing may be
    /// partial. A file that the store refuses to delete is reported as retained.
    virtual Result<PruneReport> prune(const PruneRequest& request, ProgressSink& progress,
                                      const CancelToken& cancel) = 0;

    /// The plaintext of one item; checked chunk by chunk, and its SHA-256 at the end (an error instead of the
    /// end).
    virtual Result<std::unique_ptr<ByteSource>> openItem(const Manifest& manifest, std::size_t item,
                                                         const CancelToken& cancel) = 0;

    /// Takes the lock (Busy, naming process and job), spools a run record, loads the index. Writer only.
    virtual Result<std::unique_ptr<BackupWriter>> beginBackup(const BackupWriterRequest& request,
                                                              const CancelToken& cancel) = 0;

    virtual Result<VerifyReport> verify(const VerifyRequest& request, ProgressSink& progress,
                                        const CancelToken& cancel) = 0;

    /// Makes this (machine, user) the writer: new epoch in a new catalog, the writer keys of keys/writer.age.
    /// The former writer's next commit is refused.
    virtual Result<RepositoryPin> takeOver(const CancelToken& cancel) = 0;

    /// What is amiss with the files that are written once (both keys, salvor-repository.json): missing, or
    /// not the bytes that the catalog names; context "key" names each. No backup depends on them. A writer's
    /// next backup and a take-over write anew what they can: all but keys/recovery.age, which needs the
    /// passphrase. Reads three small files.
    virtual Result<std::vector<Error>> writtenOnceFaults(const CancelToken& cancel) = 0;
    /// From keys/writer.age: what a take-over needs, and whoever has the identity gets. SecretUnavailable (no
    /// identity), NotFound, Corrupt, WrongIdentity.
    virtual Result<WriterKeys> storedWriterKeys(const CancelToken& cancel) = 0;

    /// Signed run records: written to the spool first, uploaded when the store answers.
    virtual Result<> recordRun(const RunRecord& run, const CancelToken& cancel) = 0;
    /// The store's and those still in the spool, oldest first. Records that do not verify, or cannot be read,
    /// are left out: `leftOut` (may be null) gets them by name, as verify does. A store that does not answer
    /// is an error.
    virtual Result<std::vector<RunRecord>> runs(const CancelToken& cancel, std::vector<Error>* leftOut) = 0;
    Result<std::vector<RunRecord>> runs(const CancelToken& cancel) { return runs(cancel, nullptr); }

    /// Writes a catalog that names the reader's key too; nothing when it is known already. Writer only, takes
    /// the lock.
    virtual Result<> registerReader(const ReaderKey& reader, const CancelToken& cancel) = 0;

    /// Proofs are signed by the reader's key (Ed25519 seed) and written outside the lock. One that the store
    /// does not take is an error with the context "kept": it waits in the state folder, is among proofs(),
    /// and goes out when the store takes it. An error without that context: the proof is lost.
    virtual Result<> recordProof(const Proof& proof, const Secret& readerKey, const CancelToken& cancel) = 0;
    /// Oldest first. What does not verify, or cannot be read, is left out, as of runs(). NotFound: no such
    /// backup.
    virtual Result<std::vector<Proof>> proofs(std::string_view backupId, const CancelToken& cancel,
                                              std::vector<Error>* leftOut) = 0;
    Result<std::vector<Proof>> proofs(std::string_view backupId, const CancelToken& cancel) {
        return proofs(backupId, cancel, nullptr);
    }
};

} // namespace salvor
