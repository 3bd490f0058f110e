// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A restore into a new database that nobody sees until it is proved.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgindexes.h"
#include "engines/postgresql/pgmarker.h"
#include "engines/postgresql/pgomitter.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgtools.h"

#include <QJsonArray>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace salvor {

/// See engine.h for thread rules. Destroyed without finish(): TimescaleDB's restore mode is switched off
/// (within 1.5 s, or as far as the server answers), the database stays hidden and marked incomplete.
class PgTarget final : public Target {
public:
    /// Preflight, CREATE DATABASE, extensions. What fails here leaves no database behind.
    static Result<std::unique_ptr<Target>> prepare(ProcessRunner& processes, const RestoreSpec& spec,
                                                   ProgressSink& progress, const CancelToken& cancel);
    ~PgTarget() override;

    const std::vector<Phase>& phases() const override { return m_phases; }
    Result<std::unique_ptr<Session>> openSession(const CancelToken& cancel) override;
    Result<ItemReport> write(const Phase& phase, const Item& item, Session& session, ByteSource& source,
                             const CancelToken& cancel) override;
    Result<> finish(const CancelToken& cancel) override;
    Result<QJsonObject> reveal(const CancelToken& cancel) override;
    std::string name() const override { return m_name; }

private:
    Result<ItemReport> writeItem(bool isPreData, const Item& item, PgConnection& connection,
                                 ByteSource& source, const CancelToken& cancel);
    PgTarget(ProcessRunner& processes, PgEndpointPtr endpoint, const RestoreSpec& spec);

    void planPhases(const BackupContents& contents);
    /// Tries those of the source's settings that are not in force yet in the new database; a setting may need
    /// something of the schema. Those that this database takes are in force in what connects from then on.
    Result<PgSettings> takeSettings(QJsonArray& refused, const CancelToken& cancel);
    /// Once the schema is there, for `connection` too: the last try. What is refused now is told.
    Result<> settleSettings(PgConnection& connection, const CancelToken& cancel);
    Result<> create(const RestoreSpec& spec, ProgressSink& progress, const CancelToken& cancel);
    /// But for those that are left out, or that the server does not make when the restore keeps going.
    Result<> makeExtensions(PgConnection& hidden, const RestoreSpec& spec, const CancelToken& cancel);
    /// Whether a saved sequence is of an extension that was left out: then it is booked as that.
    Result<bool> leavesSequenceOut(PgConnection& connection, const std::string& quoted,
                                   const CancelToken& cancel);
    /// Again without what stands in their way, when the restore is to keep going.
    Result<ItemReport> writeRows(PgConnection& connection, const Item& item, std::uint64_t savedRows,
                                 bool fresh, ByteSource& source, const CancelToken& cancel);
    /// What could not be written since it names an index.
    Result<> writeLateRows(const CancelToken& cancel);
    Result<ItemReport> writeSchema(const std::string& section, ByteSource& source, const CancelToken& cancel);
    using Entries = std::vector<PgArchiveEntry>;
    using Chosen = std::vector<const PgArchiveEntry*>;
    /// `read`: nothing for an archive that only pg_restore can read.
    Result<> writePostData(const Bytes& archive, const std::optional<Entries>& read,
                           const CancelToken& cancel);
    /// The event triggers, which are `done` then: they are made behind all else, as they may refuse it, and
    /// before PostgreSQL 17 nothing switches them off.
    Result<> keepEventTriggers(const Bytes& archive, const Entries& entries, std::set<int>& done);
    Result<> makeEventTriggers(const CancelToken& cancel) const;
    /// Adds what it built to `done`, and what belongs to those that failed.
    Result<> buildIndexes(const Entries& entries, std::set<int>& done, const CancelToken& cancel) const;
    /// The constraints that are not `done`, which they are then: keys of their own table, and the others.
    static void takeConstraints(const Entries& entries, std::set<int>& done, Chosen& first, Chosen& keys);
    Result<> makeConstraints(const Entries& entries, const Chosen& which, const CancelToken& cancel) const;
    /// Foreign keys to hypertables, which are `done` then: see pghypertablekeys.h.
    Result<> takeLateKeys(const Entries& entries, std::set<int>& done, const CancelToken& cancel);
    /// Behind TimescaleDB's restore mode.
    Result<> makeLateKeys(const CancelToken& cancel);
    Result<> publishChunks(const CancelToken& cancel);
    /// The rights that stand before, or behind, the border of the sections, which are `done` then; none
    /// unless the restore keeps going: pg_restore grants them as well.
    Chosen takeRights(const Entries& entries, bool postData, std::set<int>& done) const;
    Result<> grantRights(const Entries& entries, const Chosen& which, const CancelToken& cancel) const;
    /// Statements that pg_restore cannot run where they stand, one after the other.
    Result<> runLate(const Entries& entries, const std::string& doing, const std::vector<std::string>& late,
                     const CancelToken& cancel) const;
    Result<std::unique_ptr<PgConnection>> connectForEntries(const Entries& entries,
                                                            const CancelToken& cancel) const;
    /// pg_restore of one section, without the entries that are `done` and with other definitions of some.
    Result<> runRestore(const std::string& section, const Bytes& whole, const std::set<int>& done,
                        const std::map<int, std::string>& definitions, const CancelToken& cancel) const;
    /// pg_restore's list without the schemas that extensions brought; false: that is all of it.
    Result<bool> listWithoutMadeSchemas(const PgTool& tool, ByteView archive, std::string& list,
                                        const CancelToken& cancel) const;
    Result<std::unique_ptr<PgConnection>> connectHidden(const CancelToken& cancel) const;
    Result<std::unique_ptr<PgConnection>> connectMaintenance(const CancelToken& cancel) const;

    Result<> endRestoreMode(const CancelToken& cancel);
    Result<> refreshViews(const CancelToken& cancel);
    Result<> analyze(const CancelToken& cancel);
    Result<> flush(const CancelToken& cancel);

    Result<QJsonObject> collectLeftOff(const CancelToken& cancel);
    Result<> applyDatabaseSettings(PgConnection& maintenance, QJsonArray& leftOff, const CancelToken& cancel);
    Result<> renameToFinal(PgConnection& maintenance, const CancelToken& cancel);
    /// Ends the transaction of reveal() without the rename; the error to give.
    Error nameTaken(PgConnection& maintenance, const std::string& doing, const CancelToken& cancel);
    /// The same for sessions that others have in the restored database.
    Error inUse(PgConnection& maintenance, const std::string& doing, Error busy, const CancelToken& cancel);
    /// Of both: the transaction of reveal() is ended without the rename. "is whole and proved".
    Result<std::string> keepHidden(PgConnection& maintenance, const std::string& doing,
                                   const CancelToken& cancel);
    /// Calls one of TimescaleDB's functions for background workers, in the restored database.
    Result<> timescaleWorkers(const char* function, const CancelToken& cancel);
    void abandonRestoreMode() noexcept;
    void dropAfterFailedPreparation() noexcept;

    PgEndpointPtr m_endpoint;
    mutable std::mutex m_sessionMutex; ///< for the four below
    PgSettings m_session;              ///< what the source computed with, as far as the database takes it
    PgSettings m_waiting;              ///< what it did not take when it was made
    PgSettings m_late;                 ///< those of m_session that came with the schema
    bool m_settled = false;
    ProcessRunner& m_processes;
    std::unique_ptr<PgTools> m_tools; ///< with m_session; made anew only while nothing is written
    decltype(RestoreSpec::openItem) m_openItem;
    std::unique_ptr<PgOmitter> m_omitter;
    QJsonObject m_server;                                             ///< the backup's Plan::server
    std::optional<std::map<std::string, std::string>> m_ofExtensions; ///< see pgRelationsOfExtensions()
    std::string m_timescaleSchema;
    std::chrono::milliseconds m_pulse; ///< a session that was silent for longer may be gone
    PgMarker m_marker;
    std::string m_name;
    std::vector<Phase> m_phases;
    std::map<std::string, std::uint64_t> m_savedRows; ///< by item
    std::mutex m_lateMutex;
    std::vector<Item> m_lateRows;       ///< items whose rows name an index, which is made behind the others
    std::vector<Entries> m_lateKeys;    ///< of each archive that has some: the keys, and what they need
    std::vector<Bytes> m_eventTriggers; ///< archives that hold nothing else
    std::map<PgTableName, std::uint64_t> m_tableRows;
    std::vector<std::string> m_madeSchemas;
    std::vector<std::string> m_openedPublic; ///< roles that may create in public until the schema is whole
    int m_archiveMajor = 0;
    int m_serverMajor = 0;
    int m_jobs = 2;
    bool m_analyze = true;
    bool m_keepTablespaces = true;
    QJsonArray m_unfilled;       ///< sentences: materialized views and statistics that could not be made
    bool m_chunksBehind = false; ///< an older backup: definitions of chunks stand behind what uses them
    bool m_created = false;
    bool m_finished = false;
    bool m_proves = true; ///< a proof comes before reveal()
};

} // namespace salvor
