// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The one core under both programs: what salvorctl calls and what the window's workers run. It joins the
// workspace, the catalog database, secret stores, engines and repositories. No engine or repository type
// shows through.
#pragma once

#include "models/backuprecord.h"
#include "models/base/canceltoken.h"
#include "models/base/clock.h"
#include "models/base/progress.h"
#include "models/base/result.h"
#include "models/base/secret.h"
#include "models/catalog/catalogfilter.h"
#include "models/catalog/catalogtrends.h"
#include "models/connectionreport.h"
#include "models/damagedbackups.h"
#include "models/enginedescription.h"
#include "models/page.h"
#include "models/places.h"
#include "models/policy/effectivepolicy.h"
#include "models/policy/jobfile.h"
#include "models/preflight.h"
#include "models/profile.h"
#include "models/repositorypin.h"
#include "models/restoreddatabase.h"
#include "models/sourcestatus.h"
#include "models/verifyreport.h"
#include "models/watch/watchfile.h"
#include "models/workspace/auditrecord.h"
#include "workers/drilljobs.h"
#include "workers/repositoryjobs.h"
#include "workers/restoredjobs.h"
#include "workers/restoreexceptions.h"
#include "workers/retentionjobs.h"
#include "workers/storelook.h"
#include "workers/watchjobs.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace salvor {

class ProcessRunner;

/// What a program gives its core. Pointers are borrowed and outlive it.
struct CoreConfig {
    Places places;
    const Clock* clock = nullptr;
    ProcessRunner* processes = nullptr;     ///< null: the system's own
    std::string pluginFolder;               ///< where the keychain plug-in is; may not exist
    std::string credentialsFolder;          ///< $CREDENTIALS_DIRECTORY; empty: none
    std::string machineId;                  ///< empty: /etc/machine-id
    std::string userName;                   ///< empty: the effective user's
    std::size_t poolThreads = 0;            ///< compress and store; 0: one a processor
    std::size_t readThreads = 0;            ///< sessions to the database; 0: two
    std::size_t bufferBudgetBytes = 0;      ///< 0: 96 MiB
    RepositoryWarnings* warnings = nullptr; ///< told of what is amiss with repositories; null: nobody
    /// What a timer runs: set, nothing is read from a workspace or a keychain, and of `places` only the state
    /// is used. See Core::forJobFile().
    std::shared_ptr<const JobFile> job;
    /// The same for the watch's timer. See Core::forWatchFile().
    std::shared_ptr<const WatchFile> watch;
};

// --- Repositories
// -----------------------------------------------------------------------------------------------------
struct RepositoryInitSpec {
    std::string url;
    std::string title;
    bool encrypted = true;
    std::string secretKind;           ///< "keychain" or "file"
    std::optional<Secret> passphrase; ///< from --passphrase-fd; else generated
};
struct RepositoryInitResult {
    RepositoryPin pin;
    Secret passphrase;        ///< to be shown once and typed back once
    std::string recoveryFile; ///< the bytes of the second copy, to be saved outside the store
};
/// A recovery file as it was read; readRecoveryCopy() in workers/recoverycopy.h.
struct RecoveryCopy {
    std::string bytes;
    std::string path = {}; ///< absolute; empty: nowhere that it could be found again
};
struct OpeningSpec {
    std::string url;
    RecoveryCopy recovery;
    std::string title;      ///< empty: the repository's own; without effect where it is known already
    std::string secretKind; ///< where its keys go; empty: where a known one has them, else "keychain"
};
struct RepositoryInfo {
    RepositoryPin pin;
    std::uint64_t catalogNumber = 0;
    bool catalogOlderThanSeen = false;
    std::uint64_t backups = 0;
    std::uint64_t storedBytes = 0; ///< of all objects that live backups name, each counted once
    std::uint64_t freeBytes = 0;   ///< of the store; 0 = not known
    std::uint64_t totalBytes = 0;
    bool answered = false;        ///< it could be opened; then `problem` is a warning, and the rest is known
    std::optional<Error> problem; ///< why it cannot be used right now, or not fully
};

// --- Jobs
// -------------------------------------------------------------------------------------------------------------
struct BackupJob {
    std::string profile;                ///< title or UUID
    std::string policy;                 ///< title or UUID, instead of a profile: its sources only
    std::vector<std::string> databases; ///< empty: what the policies select
    std::string trigger = "person";
    std::string runId;           ///< empty: made here
    std::string format = "auto"; ///< "auto", "text", "binary" for COPY
    int compressionLevel = 0;    ///< 0: the policy's, else 1 to 19
    std::string kind;            ///< empty: the policy's first
    /// How long to wait for a repository that is in use; not given: the policy's for a timer, else not at
    /// all.
    std::optional<std::chrono::seconds> lockWait;
};
struct VerifyJob {
    std::string repository;           ///< title or id; empty: the only one
    std::vector<std::string> backups; ///< unique prefixes; empty: all
    VerifyDepth depth = VerifyDepth::Stored;
};
struct RestoreJob {
    std::string backup;                    ///< unique prefix
    std::string repository;                ///< empty: found by the backup's id
    std::string targetProfile;             ///< title or UUID; empty: the profile it came from
    std::string targetDatabase;            ///< final name; must not exist
    std::vector<std::string> noLoginRoles; ///< missing roles to make, without login
    bool prove = true;
    bool analyze = true; ///< false: planner statistics are left to the server's own maintenance
    std::string runId;
    RestoreExceptions exceptions; ///< none, as long as nobody asked for one
};
using JobRequest = std::variant<BackupJob, VerifyJob, RestoreJob, DrillJob>;

struct SourceFailure {
    std::string database;
    Error error;
};
struct BackupOutcome {
    RunRecord run;
    std::vector<BackupRecord> backups;       ///< one a source
    std::vector<SourceFailure> failures;     ///< the other sources went on: the run is partial
    std::vector<Error> notificationProblems; ///< who could not be told of a job's run; tried again later
};
struct RestoreOutcome {
    RunRecord run;
    std::string backupId;
    std::string database; ///< as it is called now
    bool proved = false;
    std::uint64_t items = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    double restoreSeconds = 0;
    double proofSeconds = 0;
    std::vector<ProofDifference> differences; ///< empty when proved
    std::vector<std::string> leftOff;         ///< what was not switched on: scheduled jobs …
};
struct VerifyOutcome {
    RunRecord run;
    VerifyReport report;
};
using JobReport = std::variant<BackupOutcome, VerifyOutcome, RestoreOutcome, DrillOutcome>;

/// How a policy that was exported is taken in.
struct PolicyImport {
    bool newUuid = false;   ///< else the document's own
    bool replace = false;   ///< one of the same UUID may be there and is overwritten
    std::string profile;    ///< title or UUID instead of the document's
    std::string repository; ///< the same
    std::string title;      ///< the same
    bool dryRun = false;    ///< everything is checked, nothing is saved
};

/// Which backups a list shows.
struct BackupQuery {
    std::string repository;
    std::string profile;
    std::string database;
    std::optional<Instant> since;
    std::optional<Instant> until;
};

/// Thread safe: every call opens what it needs in its own thread and blocks. Cancel ends a call within two
/// seconds. Each change writes an audit record.
///
/// What several programs and pages need of every run: lists, saving, jobs. An act with words of its own
/// (saved roles, another place of a repository, notes before a backup) is a free function over a Core, in a
/// header of its own in workers/ and a source file in workers/core/, which reaches inside(): this class does
/// not grow with it.
class Core {
public:
    explicit Core(CoreConfig config);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    const CoreConfig& config() const;
    std::vector<EngineDescription> engines() const;

    // Repositories. Names: title or id.
    Result<RepositoryInitResult> initRepository(RepositoryInitSpec spec, const CancelToken& cancel);
    Result<std::vector<RepositoryPin>> repositories();
    Result<RepositoryInfo> repositoryInfo(const std::string& name, const CancelToken& cancel);
    /// From store, recovery file and passphrase alone; fills the catalog database. Of a repository that is
    /// known here it puts missing keys back, or all of them into another kind of secret store.
    Result<RepositoryPin> openRepository(const OpeningSpec& spec, const Secret& passphrase,
                                         const CancelToken& cancel);
    /// Makes this computer the writer. InvalidInput when it is, and can go on; Conflict when backups would be
    /// given up by it and that was not accepted: the message names them.
    Result<TakeOverOutcome> takeOverRepository(const TakeOverRequest& request, const CancelToken& cancel);
    /// Looks at the catalogs of the repository named, or of all, and tells CoreConfig::warnings; one that
    /// does not answer is told too. Needs no key and changes nothing.
    Result<> checkRepositories(const std::string& name, const CancelToken& cancel);
    /// Scans the store and refills the catalog database; the number of backups found.
    Result<std::uint64_t> rebuildCatalog(const std::string& name, ProgressSink& progress,
                                         const CancelToken& cancel);
    /// Opens the newest backup with that file and passphrase and nothing else; remembers that it worked, and
    /// where the file is.
    Result<> rehearseRecovery(const std::string& name, const RecoveryCopy& copy, const Secret& passphrase,
                              const CancelToken& cancel);
    /// From the list of this computer only, and its keys with it; the store is not touched. Conflict while a
    /// policy uses it. What it was is given back.
    Result<RepositoryPin> forgetRepository(const std::string& name);

    // Profiles. Saving one makes a default policy when a repository is given. Cancelled only while the
    // password is put away, which may wait for a keychain's prompt: then nothing is saved, but for the
    // password, if the prompt is answered all the same.
    Result<Profile> saveProfile(Profile profile, std::optional<Secret> password,
                                const std::string& repository, const CancelToken& cancel = {});
    Result<> removeProfile(const std::string& name, std::int64_t revision);
    Result<std::vector<Profile>> profiles();
    Result<Profile> profile(const std::string& name);
    Result<std::vector<Policy>> policies();
    /// A profile that need not be saved; without a password the saved one's is looked up.
    Result<ConnectionReport> testConnection(const Profile& profile, const Secret* password,
                                            const CancelToken& cancel);

    // Policies. Names: title or UUID; a title that a profile has as well means the policy here.
    Result<Policy> policy(const std::string& name);
    /// New with revision 0. Checked against the engine of its profile: see validateFor().
    Result<Policy> savePolicy(Policy policy);
    /// Without a revision: whatever it is now.
    Result<> removePolicy(const std::string& name, std::optional<std::int64_t> revision);
    /// Timers skip a paused policy from now on, without being applied again.
    Result<Policy> pausePolicy(const std::string& name, bool paused);
    Result<Policy> importPolicy(const QJsonObject& document, const PolicyImport& how);
    Result<EffectivePolicy> effectivePolicyOf(const std::string& name, const PolicyOverrides& overrides);
    /// The bytes of the file that a timer runs, with secrets from "credentials" or "file". InvalidInput when
    /// the job could not reach a secret that it needs.
    Result<std::string> jobFile(const std::string& policy, const std::string& secretKind);
    /// A core that runs one job file and nothing else. `base`: clock, processes, credentials folder; its
    /// places are not used. PermissionDenied when others may have written the file; Corrupt when it was
    /// edited, or is not the one of `expectedHash` (empty: any). Makes the state folder.
    static Result<std::unique_ptr<Core>> forJobFile(const std::string& path, const std::string& expectedHash,
                                                    CoreConfig base);

    // Channels for notifications. Names: title or UUID.
    Result<std::vector<Channel>> channels();
    Result<Channel> channel(const std::string& name);
    /// New with revision 0. A secret that is given replaces the one that is kept.
    Result<Channel> saveChannel(Channel channel, std::optional<Secret> secret);
    /// Its secret goes with it. Conflict while a policy names it.
    Result<> removeChannel(const std::string& name, std::optional<std::int64_t> revision);
    /// Sends a test message. The error, or the server's refusal in `error` of the delivery, says at which
    /// stage it ended; accepted means that the server took it over.
    Result<Delivery> testChannel(const std::string& name, const CancelToken& cancel);

    // The watch: reads policies and records only, no server and no store.
    /// The bytes of the file that the watch's timer reads. InvalidInput as jobFile().
    Result<std::string> watchFile(const WatchFileSpec& spec);
    /// A core that does nothing but watch; see forJobFile().
    static Result<std::unique_ptr<Core>> forWatchFile(const std::string& path,
                                                      const std::string& expectedHash, CoreConfig base);
    Result<WatchReport> watchReport();
    Result<std::vector<Undelivered>> undelivered();
    /// Looks, tells whoever has to know, and asks for the heartbeats of policies that are well. An error
    /// means that it could not look at all.
    Result<WatchOutcome> watch(const WatchJob& job, const CancelToken& cancel);

    /// Who changed what; newest first.
    Result<std::vector<AuditRecord>> auditTrail(const AuditFilter& filter);

    // Looking.
    Result<std::vector<SourceStatus>> overview();
    /// Of the backups that are known to be damaged: by what, and when.
    Result<std::map<std::string, Damage>> damage();
    Result<std::vector<BackupRecord>> backups(const BackupQuery& query);
    Result<BackupRecord> backup(const std::string& idPrefix);
    /// From the manifest (needs the identity), kept in the catalog database afterwards.
    Result<std::vector<BackupItemRow>> backupItems(const std::string& idPrefix, const CancelToken& cancel);
    Result<std::vector<RunRecord>> runs(std::size_t limit);
    Result<RunRecord> run(const std::string& idPrefix);
    // The same, narrowed, sorted, cut and summed up by the catalog: for histories of any length.
    Result<Page<BackupRecord>> backupPage(const BackupFilter& filter);
    Result<Page<RunRecord>> runPage(const RunFilter& filter);
    Result<std::vector<TrendPoint>> trend(const TrendQuery& query);
    Result<std::vector<DayOutcomes>> outcomesByDay(const OutcomeQuery& query);
    /// What is known here of a repository; its store is not asked.
    Result<StoreLook> storeLook(const std::string& name, const CancelToken& cancel);
    /// Looks at everything that the restore needs and changes nothing. What stands in its way is a finding;
    /// an error is only what leaves nothing to look at (no such backup, no such profile).
    Result<Preflight> preflightRestore(const RestoreJob& job, const CancelToken& cancel);
    /// The same for a drill. For a throwaway server one is started and removed again.
    Result<Preflight> preflightDrill(const DrillJob& job, const CancelToken& cancel);
    Result<std::vector<RestoredDatabase>> restoredDatabases(const std::string& profile,
                                                            const CancelToken& cancel);
    /// One that a swap replaced needs its name in `confirm`: it is what clients used before. Conflict without
    /// it, and for one that is live.
    Result<> dropRestoredDatabase(const std::string& profile, const std::string& database,
                                  const CancelToken& cancel, const std::string& confirm = {});
    /// Swaps a restored database with the one that clients use, or back. InvalidInput: not confirmed by the
    /// name that clients use; else as Engine::swap().
    Result<DatabaseSwap> swapRestored(const SwapRequest& request, const CancelToken& cancel);

    // Retention, the trash and prune.
    /// Per live backup by which rule it stays; changes nothing.
    Result<RetentionPreview> previewRetention(const RetentionQuery& query, const CancelToken& cancel);
    /// Trashes what the policies' rules drop, then prunes the trash whose grace is over. Recorded as a run,
    /// unless it is a dry run. Conflict when it needs a confirmation that was not given; Busy.
    Result<PruneOutcome> prune(const PruneJob& job, ProgressSink& progress, const CancelToken& cancel);
    /// Conflict as above; NotFound, InvalidInput.
    Result<BackupActOutcome> changeBackups(const BackupActRequest& request, const CancelToken& cancel);
    /// Of the repository named, or of all; by when they go.
    Result<std::vector<TrashedBackup>> trash(const std::string& repository, const CancelToken& cancel);

    /// Does one job from beginning to end, in the calling thread and a bounded pool of its own. The run is
    /// recorded whatever happens. An error means that nothing came of it; partial success is in the report.
    Result<JobReport> runJob(const JobRequest& request, ProgressSink& progress, const CancelToken& cancel);

    class Private; ///< seen inside workers/ only
    const Private& inside() const { return *m_private; }

private:
    std::unique_ptr<Private> m_private;
};

} // namespace salvor
