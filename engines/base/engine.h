// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What every database engine gives the program. An engine knows no store, no repository and no other engine.
//
// Reading (backup and proof) and writing (restore) are two-sided: `prepare…()` fixes a consistent view and
// says in a Plan what there is; then several threads, each with a Session of its own, read or write the
// plan's items. A stream (an RDB, an oplog slice) is a plan of one item, a file is an item; so is a chunk, a
// part, a partition or a collection. The engine says what there is and whether it changed (change key); the
// repository decides what has to be stored.
#pragma once

#include "models/base/bytes.h"
#include "models/base/canceltoken.h"
#include "models/base/progress.h"
#include "models/base/result.h"
#include "models/base/secret.h"
#include "models/connectionreport.h"
#include "models/databaseswap.h"
#include "models/drill.h"
#include "models/enginedescription.h"
#include "models/preflight.h"
#include "models/profile.h"
#include "models/restoreddatabase.h"

#include <QJsonObject>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// One thing that is read and written as one stream.
struct Item {
    std::string id;   ///< unique in a backup and stable between backups of one source:
                      ///< "chunk:_timescaledb_internal._hyper_1_1_chunk"
    std::string kind; ///< "schema", "globals", "table", "chunk", "table_range", "catalog_table", "sequences",
                      ///< "large_objects" …
    std::string name; ///< for people, unquoted: "public.metrics" – may hold any Unicode
    std::string group; ///< items of a group share one list of objects (a hypertable's chunks); never empty
    std::string changeKey; ///< equal to the base's key = not changed since; empty = always read
    std::uint64_t sizeEstimateBytes = 0;
    QJsonObject details; ///< the engine's own, kept in the manifest and given back on restore (columns,
                         ///< format, time range …)
};

/// Phases run one after the other. The items of a parallel phase may be read or written in any order, several
/// at once.
struct Phase {
    std::string name; ///< stable: "schema", "data" …
    bool parallel = false;
    std::vector<Item> items;
    /// Of a parallel phase: so many items are begun before the others, whatever their sizes are.
    std::size_t begunFirst = 0;
};

struct Plan {
    std::vector<Phase> phases;
    QJsonObject server; ///< what the backup came from: versions, system identifier, database OID and name,
                        ///< encoding, locale …
    std::vector<std::string>
        notes; ///< what is not captured or not consistent, said on the backup, in whole sentences
};

/// What reading or writing one item came to. For equal content, format and columns two reports have equal
/// hashes.
struct ItemReport {
    std::uint64_t rows = 0;  ///< rows, documents, keys; 0 where it makes no sense
    std::uint64_t bytes = 0; ///< plaintext bytes of the stream
    std::string contentHash; ///< engine-defined and order independent where the engine's rows have no order;
                             ///< "" = none
    QJsonObject
        details; ///< found while reading (last value, format), merged over Item::details in the manifest
};

/// A connection of one thread. Made by a Snapshot or a Target and used with that one only.
class Session {
public:
    virtual ~Session() = default;
};

/// A consistent view of a source that is being read. Held open until destroyed. plan() is constant;
/// openSession() and read() are thread safe. Destroying it releases locks and connections on every path.
class Snapshot {
public:
    virtual ~Snapshot() = default;
    virtual const Plan& plan() const = 0;
    /// ConnectionFailed, AuthenticationFailed, ServerError …
    virtual Result<std::unique_ptr<Session>> openSession(const CancelToken& cancel) = 0;
    /// Streams the item. SourceChanged: the item is no longer what the snapshot saw; begin the backup again.
    virtual Result<ItemReport> read(const Item& item, Session& session, ByteSink& sink,
                                    const CancelToken& cancel) = 0;
    /// After all items: last checks that the view held, and what the whole came to. A failure voids
    /// everything that was read. A proof must give each value that the backup gave, and names the items it
    /// leaves out on purpose in "not_compared" (a list of ids); what else it gives is information.
    /// ProofFailed: a structural difference.
    virtual Result<QJsonObject> finish(const CancelToken& cancel) = 0;
};

/// What is being restored into. Thread rules as Snapshot. Destroyed without finish(): left hidden, marked
/// incomplete.
class Target {
public:
    virtual ~Target() = default;
    /// The manifest's items in the order they must be written, which is not the order they were read in. An
    /// item that is written in more than one step (schema before and after the data) stands in several
    /// phases.
    virtual const std::vector<Phase>& phases() const = 0;
    virtual Result<std::unique_ptr<Session>> openSession(const CancelToken& cancel) = 0;
    /// Writes one item in one phase. The source gives exactly the bytes that were read. The first error ends
    /// the restore.
    virtual Result<ItemReport> write(const Phase& phase, const Item& item, Session& session,
                                     ByteSource& source, const CancelToken& cancel) = 0;
    /// Makes what was written usable (post_restore, ANALYZE), still hidden from clients.
    virtual Result<> finish(const CancelToken& cancel) = 0;
    /// After the proof (or without one, where the spec says so: marked as unproven): lets clients in. The
    /// result says what was left off (scheduled jobs …), for the report.
    virtual Result<QJsonObject> reveal(const CancelToken& cancel) = 0;
    /// Name of what was made ("metrics_salvor_20261121t074000z"), for people and for the proof.
    virtual std::string name() const = 0;
};

/// How to reach a server: the profile plus the secret it needs. Borrowed for the call.
struct Connection {
    const Profile* profile = nullptr;
    const Secret* password = nullptr; ///< null: none
};

/// What a restore needs to know of a backup; from the manifest.
struct BackupContents {
    Plan plan;                       ///< as it was read
    std::vector<ItemReport> reports; ///< flat, in the order of plan's phases and items
    QJsonObject finish;              ///< what Snapshot::finish() said
};

struct BackupSpec {
    Connection connection;
    std::string database;
    QJsonObject options;       ///< method options of the policy ("format": "auto|text|binary" …)
    std::string method = {};   ///< one of the description's; empty: its first
    std::string kind = "full"; ///< one of the method's. Another one than these: Unsupported
    /// What a kind other than "full" goes on from (positions, change keys); null: a full one.
    const BackupContents* base = nullptr;
};

struct RestoreSpec {
    Connection connection;
    const BackupContents* contents = nullptr;
    std::string targetDatabase; ///< the name it will have; must not exist
    std::string runId;          ///< lower case, goes into the hidden name
    std::vector<std::string>
        noLoginRoles;    ///< missing roles to make NOLOGIN; others that are missing fail the preflight
    QJsonObject options; ///< "backup_id"; "prove": false when reveal() will come without a proof before it;
                         ///< "drill": true marks the target as one that a drill made and drops
    /// Reads a stored item again, for a proof that wants more than its hash. Empty: there is only the hash.
    std::function<Result<std::unique_ptr<ByteSource>>(const std::string& itemId, const CancelToken& cancel)>
        openItem;
};

struct SwapSpec {
    Connection connection;
    std::string database; ///< the restored one; of an undo either of the two
    std::string liveName; ///< the name that it takes over; of an undo empty
    bool undo = false;
    bool terminateClients = false; ///< else Busy while anybody is connected to either
    bool evenUnproven = false;     ///< also one that was restored without a proof
    std::string stamp;             ///< lower case, goes into new names: "20261121t074000z"
    Instant at{};                  ///< now, for the markers
};

/// A private server for one drill. Destroying it stops it and removes all that it wrote, within two seconds
/// and without throwing.
class ThrowawayServer {
public:
    virtual ~ThrowawayServer() = default;
    virtual const Profile& profile() const = 0; ///< reaches it, as a superuser, without a password
    virtual std::string user() const = 0;       ///< of the operating system, whom it runs as
    virtual std::string folder() const = 0;     ///< where everything of it is
};

struct ThrowawaySpec {
    const BackupContents* contents = nullptr;
    std::string globals; ///< content of the item of kind "globals"; empty: none
    std::vector<std::string>
        toolsCommand;   ///< of the profile that was backed up: where programs are looked for first
    std::string folder; ///< below which its own is made; empty: the system's for temporary files
    std::string user;   ///< whom it runs as, where this process is root; empty: the engine's choice
};

/// One kind of database server. Stateless and thread safe; every call blocks. What the smallest one has to
/// offer is pure virtual.
class Engine {
public:
    virtual ~Engine() = default;
    virtual const EngineDescription& description() const = 0;

    virtual Result<ConnectionReport> testConnection(const Connection& connection,
                                                    const CancelToken& cancel) = 0;
    /// Fixes a consistent view of one source. `reads` is how many sessions will be used at once.
    virtual Result<std::unique_ptr<Snapshot>> prepareBackup(const BackupSpec& spec, ProgressSink& progress,
                                                            const CancelToken& cancel) = 0;
    /// Looks without changing anything.
    virtual Result<Preflight> preflight(const RestoreSpec& spec, const CancelToken& cancel) = 0;
    /// Makes the hidden target. AlreadyExists if a target of that name is there.
    virtual Result<std::unique_ptr<Target>> prepareRestore(const RestoreSpec& spec, ProgressSink& progress,
                                                           const CancelToken& cancel) = 0;
    /// A view of `database` with the same items, read in the recorded formats and columns, to compare report
    /// by report. The relation sets differ: ProofFailed, with what is missing or too many. A report whose
    /// hash differs may say where, in its details: "differences", a list of item, expected, found.
    virtual Result<std::unique_ptr<Snapshot>> prepareProof(const RestoreSpec& spec,
                                                           const std::string& database,
                                                           ProgressSink& progress,
                                                           const CancelToken& cancel) = 0;

    // What follows an engine need not offer. Where it does not, these answer Unsupported and name it.

    /// Databases that a restore made, by the marks it left on them.
    virtual Result<std::vector<RestoredDatabase>> listRestored(const Connection& connection,
                                                               const CancelToken& cancel);
    /// Drops a database that a restore made and nothing else: InvalidInput for any other.
    virtual Result<> dropRestored(const Connection& connection, const std::string& name,
                                  const CancelToken& cancel);

    /// What swap() would do, without doing it (`swapsRestored`). InvalidInput: not a database that a restore
    /// made. Conflict: not proved, or swapped already. NotFound, AlreadyExists (a name that is needed).
    virtual Result<DatabaseSwap> planSwap(const SwapSpec& spec, const CancelToken& cancel);
    /// The restored database and the one that clients use change names, in one step that happens as a whole
    /// or not at all; rights and settings are carried over, both stay. With `undo` the names go back. Errors
    /// as planSwap(), and Busy: clients are connected, and are to stay.
    virtual Result<DatabaseSwap> swap(const SwapSpec& spec, const CancelToken& cancel);
    /// Drops a database that a swap replaced and nothing else: InvalidInput for any other.
    virtual Result<> dropReplaced(const Connection& connection, const std::string& name,
                                  const CancelToken& cancel);

    /// Runs queries of the user's own on a restored database, hidden or not (`checkQueries`): read-only, each
    /// within `timeout`, all of them whatever the others said. An error only when they could not be run at
    /// all.
    virtual Result<std::vector<DrillCheckResult>>
    runChecks(const Connection& connection, const std::string& database,
              const std::vector<DrillCheck>& checks, std::chrono::seconds timeout, const CancelToken& cancel);
    /// Starts a private server that the backup can be restored into (`throwawayServers`): reachable by this
    /// user only, on no network. What earlier ones left whose process died is removed first. ToolMissing: no
    /// server programs of the version that is needed. VersionMismatch: an extension is not installed.
    /// InvalidInput: no user to run it as. NoSpace.
    virtual Result<std::unique_ptr<ThrowawayServer>>
    startThrowaway(const ThrowawaySpec& spec, ProgressSink& progress, const CancelToken& cancel);
};

} // namespace salvor
