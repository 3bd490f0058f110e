// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the parts of Core share: opening what a call needs, in the calling thread. Internal to workers/.
#pragma once

#include "engines/base/engine.h"
#include "engines/process/process.h"
#include "engines/repository/repository.h"
#include "engines/secrets/secretstore.h"
#include "engines/storage/store.h"
#include "models/catalog/catalogdatabase.h"
#include "models/watch/evaluation.h"
#include "models/workspace/workspacedatabase.h"
#include "workers/core.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// A profile and its password: what an engine's Connection borrows.
struct Login {
    Profile profile;
    std::optional<Secret> password;
    Connection connection() const { return {&profile, password ? &*password : nullptr}; }
};

/// An open repository, the store that it borrows, and its newest catalog.
struct OpenedRepository {
    RepositoryPin pin;
    std::unique_ptr<Store> store; ///< before the repository: goes after it
    std::unique_ptr<Repository> repository;
    Catalog catalog;
    std::vector<Error> writtenOnce; ///< as Repository::writtenOnceFaults(): nothing to read a backup needs it
};

enum class RepositoryUse {
    Look,  ///< catalog, objects as they are stored: no secret has to be there
    Read,  ///< manifests and items: the identity has to be there
    Write, ///< the writer's keys have to be there, the identity is not asked for
};

/// The error with one more entry of context; what is there already stays.
Error withContext(Error error, const std::string& key, const std::string& value);
/// Nothing for a secret that was never stored; locked, absent and the like stay errors.
Result<std::optional<Secret>> secretIfThere(SecretStore& store, const std::string& name,
                                            const CancelToken& cancel);

struct CatalogLoss;
struct RestoreSource;

class Core::Private {
public:
    explicit Private(CoreConfig given);

    Result<std::unique_ptr<WorkspaceDatabase>> workspace() const;
    /// Marks runs whose process died. A file that is new, or had to be moved away because it was damaged, is
    /// filled from the repositories that answer; a damaged one is told to CoreConfig::warnings and the watch.
    Result<std::unique_ptr<CatalogDatabase>> catalog() const;
    Result<std::unique_ptr<SecretStore>> secrets(const std::string& kind) const;
    Result<Engine*> engine(const std::string& id) const;
    Principal principal() const { return {config.machineId, config.userName}; }

    /// By title or id; an empty name means the only one. NotFound, InvalidInput (several).
    Result<RepositoryPin> pinOf(const std::string& name) const;
    /// Opens it, remembers its catalog in the pin, and lets the catalog database follow.
    /// `bytesPerSecond`: a limit on what goes to and comes from the store; 0: none.
    Result<OpenedRepository> open(const RepositoryPin& pin, RepositoryUse use, const CancelToken& cancel,
                                  std::uint64_t bytesPerSecond = 0) const;
    /// Its catalog, as whoever knows no secret sees it; nothing is remembered of it.
    Result<OpenedRepository> openWithoutKeys(const RepositoryPin& pin, const CancelToken& cancel) const {
        RepositoryAccess access;
        access.pin = pin;
        return openStoreOf(pin, std::move(access), cancel);
    }
    /// Lists the backups of a repository of which none is listed here.
    Result<> listNeverListed(const OpenedRepository& opened, const CancelToken& cancel) const;
    /// Tells CoreConfig::warnings what is amiss with a repository that was opened.
    void tell(const OpenedRepository& opened) const;
    void tell(const RepositoryPin& pin, const Error& error, bool notListed = false) const;
    /// Where another one than this computer, which wrote the repository, writes it by now.
    std::optional<Error> takenOver(const OpenedRepository& opened) const;
    /// Backups that the catalog database knows of it and its catalog does not; newest first.
    Result<std::vector<BackupRecord>> missingFrom(const OpenedRepository& opened) const;
    /// The repository that holds a backup, and the backup's full id: the one named, else found by the catalog
    /// database, else by looking into all.
    struct Found {
        OpenedRepository opened;
        std::string backupId;
    };
    Result<Found> findBackup(const std::string& repository, const std::string& prefix, RepositoryUse use,
                             const CancelToken& cancel) const;
    /// Reads the catalog again after this process changed it, as open() does.
    Result<> catalogChanged(OpenedRepository& opened, const CancelToken& cancel) const;
    /// Replaces all that the catalog database knows of the repository by what its store holds; how many
    /// backups. Proofs and run records that cannot be read are left out, and told.
    Result<std::uint64_t> refill(const OpenedRepository& opened, CatalogDatabase& catalog,
                                 ProgressSink& progress, const CancelToken& cancel) const;

    /// The profile with its saved password, where it has one.
    Result<Login> login(Profile profile, const CancelToken& cancel) const;
    /// Signs a proof with this machine and user's own key, made at first use, and remembers it. A writer
    /// registers the key first, so that the proof counts.
    Result<> prove(OpenedRepository& opened, Proof proof, const CancelToken& cancel) const;

    /// What the rules of the workspace's policies say of an opened repository's live backups.
    Result<RetentionPreview> decide(const OpenedRepository& opened, const RetentionQuery& query,
                                    const CancelToken& cancel) const;
    /// Says in the audit what became of backups.
    Result<> auditBackups(const std::string& action, const OpenedRepository& opened,
                          const std::vector<std::string>& ids, const QJsonObject& more = {}) const;

    Result<JobReport> backUp(const BackupJob& job, ProgressSink& progress, const CancelToken& cancel) const;
    Result<JobReport> verify(const VerifyJob& job, ProgressSink& progress, const CancelToken& cancel) const;
    Result<JobReport> restore(const RestoreJob& job, ProgressSink& progress, const CancelToken& cancel) const;
    Result<JobReport> drill(const DrillJob& job, ProgressSink& progress, const CancelToken& cancel) const;
    /// Adds to a preflight what the engine cannot know: keys, chain, the time to expect.
    Result<> inspect(const RestoreSource& source, bool althoughDamaged, Preflight& out,
                     const CancelToken& cancel) const;
    /// Writes into the audit; where that fails it is said in a sentence, since what was done stands.
    std::optional<std::string> audit(const std::string& action, const std::string& subject,
                                     const QJsonObject& before, const QJsonObject& after) const;

    /// The file that a timer's program reads, if it belongs to root or this user and nobody else may write
    /// it. `noun`: "job file".
    static Result<std::string> readTimerFile(const std::string& path, const std::string& noun,
                                             const std::string& hint);
    /// No workspace is read: a job or the watch of a timer.
    bool isTimers() const { return config.job != nullptr || config.watch != nullptr; }

    /// What the watch judges: policies and records, from the workspace or the watch file.
    Result<WatchInput> watchInput(const CancelToken& cancel) const;
    /// Swaps of databases and their undoing: from the workspace's audit, and from what it has shared with the
    /// timers' watch, which has no workspace.
    Result<std::vector<NameChange>> nameChanges() const;
    Result<> shareNames() const;
    /// Of profiles and repositories, by UUID and id.
    Result<std::map<std::string, std::string>> titles(WorkspaceDatabase& workspace) const;

    /// Folders that are needed: all, or a job's.
    Result<> prepareFolders() const;

    std::size_t readThreads() const { return config.readThreads == 0 ? 2 : config.readThreads; }
    std::string newId() const { return makeRecordId(config.clock->now()); }

    CoreConfig config;

private:
    Result<OpenedRepository> openStoreOf(const RepositoryPin& pin, RepositoryAccess access,
                                         const CancelToken& cancel, std::uint64_t bytesPerSecond = 0) const;
    /// What this computer saw of the catalog, where there is no workspace to remember it: a file beside the
    /// repository's lock.
    Result<> rememberSeen(OpenedRepository& opened) const;
    Result<RepositoryPin> withSeen(RepositoryPin pin) const;
    Result<> loadKeys(RepositoryAccess& access, RepositoryUse use, const CancelToken& cancel) const;
    /// Takes over what the signed catalog names and the database does not, and forgets what is gone.
    /// follow(), which tells what keeps it from it: then the list is what it was.
    void followOrTell(const OpenedRepository& opened, CatalogDatabase& catalog, bool isNews,
                      const CancelToken& cancel) const;
    Result<> follow(const OpenedRepository& opened, CatalogDatabase& catalog, bool isNews,
                    const CancelToken& cancel) const;
    Result<std::unique_ptr<CatalogDatabase>> openCatalogFile(bool& isNew,
                                                             std::optional<CatalogLoss>& loss) const;
    Result<> readAgain(CatalogDatabase& database, std::optional<CatalogLoss>& loss) const;
    Result<> readSpool(const RepositoryPin& pin, CatalogDatabase& database) const;
    Result<Secret> readerKey(const RepositoryPin& pin, const CancelToken& cancel) const;

    std::unique_ptr<ProcessRunner> m_ownProcesses;
    std::vector<std::unique_ptr<Engine>> m_engines;
    friend class Core;
};

} // namespace salvor
