// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Takes out of a database that is being restored what stands in the way of its rows, and puts it back as far
// as the rows allow.
#pragma once

#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgomission.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace salvor {

/// Thread safe. Connections are the caller's, with an empty search_path.
class PgOmitter {
public:
    struct Options {
        std::vector<PgOmission> asked;
        bool keepGoing = false; ///< also what nobody named, when it fails
        std::string searchPath; ///< of the saved database's sessions: what constraints are put back under
    };
    explicit PgOmitter(Options options);

    bool keepsGoing() const { return m_options.keepGoing; }
    bool isActive() const { return keepsGoing() || !m_options.asked.empty(); }

    /// Leaves an extension out, with what `archives` have of it. `reason`: what the server said; "": it was
    /// asked for. Unsupported: it cannot be left out.
    Result<> leaveExtensionOut(const std::string& name,
                               const std::vector<std::vector<PgArchiveEntry>>& archives,
                               const std::string& reason);
    /// Those, and the extensions that need them.
    std::set<std::string> withoutExtensions() const;
    /// Entries of one archive that go with them.
    std::set<int> ofExtensions(const std::vector<PgArchiveEntry>& entries) const;
    /// A relation of one of them that the backup names; as the server quotes it. `lost`: what of it only the
    /// backup has, for people; "": nothing.
    void lacks(const std::string& extension, const std::string& quoted, const std::string& lost = {});
    /// For backups that do not say whose a sequence is, of one that is not there: the extension that it goes
    /// with; "" where the archives make it, or no extension was left out.
    std::string extensionOf(const std::string& sequence) const;

    /// Behind the schema's first part and before the first row: takes off the CHECKs and the expressions that
    /// were asked for. Only its first call does anything.
    Result<> begin(PgConnection& connection, const CancelToken& cancel);
    /// Counts what was taken off: to be asked before rows are written.
    std::uint64_t changes() const { return m_changes; }
    /// Rows of `table` could not be written. Takes off what may be the reason; false: nothing is left to be
    /// taken off, or not to keep going. `seen`: changes() before it.
    Result<bool> loosen(PgConnection& connection, const std::string& table, const Error& error,
                        std::uint64_t seen, const CancelToken& cancel);

    /// In a database with TimescaleDB, before the first leaveOut(): what of the chunks goes with what was
    /// asked for. Only its first call does anything.
    Result<> followChunks(PgConnection& connection, const CancelToken& cancel);
    /// Ids of the entries behind the rows that were asked to be left out, with what belongs to them. Of
    /// several archives the one with the hypertables comes first.
    std::set<int> leaveOut(const std::vector<PgArchiveEntry>& entries);
    /// Ids of entries that only say something of the one of that id: comments, an index's place in a
    /// partitioned one.
    static std::set<int> dependents(const std::vector<PgArchiveEntry>& entries, int id);
    /// Makes one constraint; when the restore keeps going, one that fails is tried as NOT VALID where there
    /// is such a thing, and else left out.
    Result<> make(PgConnection& connection, const std::vector<PgArchiveEntry>& entries,
                  const PgArchiveEntry& entry, const std::string& sql, const CancelToken& cancel);
    /// An index or constraint that could not be made is left out. The error itself when that does not help.
    Result<> giveUp(const PgArchiveEntry& entry, const Error& error, bool connectionUsable);

    /// Grants what an entry of rights says. When the restore keeps going, those of its statements that fail
    /// are left out.
    Result<> grant(PgConnection& connection, const PgArchiveEntry& entry, const CancelToken& cancel);

    /// Behind everything else: CHECKs that were taken off without being asked for come back, validated where
    /// the rows fulfil them.
    Result<> putBack(PgConnection& connection, const CancelToken& cancel);
    /// In a database with TimescaleDB, behind its restore mode and all else: takes its records of the chunks'
    /// constraints and indexes that were left out, so that the SQL which makes them good can run.
    Result<> settleChunks(PgConnection& connection, const CancelToken& cancel);
    /// What the restored database has not as the backup has it; after putBack() and settleChunks().
    std::vector<PgOmission> omissions() const;

private:
    struct Taken {
        PgOmission omission;
        std::string owner; ///< "TABLE public.t" or "DOMAIN public.d", quoted
        std::string definition;
        std::string comment;
    };
    Result<std::size_t> takeChecks(PgConnection& connection, const std::string& table,
                                   const std::string& name, const CancelToken& cancel);
    Result<std::size_t> takeDomainCheck(PgConnection& connection, const std::string& schema,
                                        const std::string& domain, const std::string& name,
                                        const CancelToken& cancel);
    Result<std::size_t> takeExpressions(PgConnection& connection, const std::string& table,
                                        const std::string& column, const CancelToken& cancel);
    Result<> take(PgConnection& connection, Taken taken, const CancelToken& cancel);
    Result<std::vector<PgTableName>> carriers(PgConnection& connection, const char* sql,
                                              const std::string& oid, const std::string& name,
                                              const CancelToken& cancel) const;
    Result<bool> putOneBack(PgConnection& connection, Taken& taken, const CancelToken& cancel) const;
    bool isAsked(const PgOmission& omission) const;
    void leaveChunksOut(const std::vector<PgArchiveEntry>& entries, std::size_t asked, std::set<int>& out);

    const Options m_options;
    std::atomic<std::uint64_t> m_changes{0};
    mutable std::mutex m_mutex;
    bool m_begun = false;
    bool m_followed = false;
    std::vector<std::vector<PgOmission>> m_chunkParts; ///< by what was asked for, in its order
    std::string m_reason;                              ///< the failure that is being dealt with
    std::vector<Taken> m_taken;
    std::vector<PgOmission> m_left;
    std::map<std::string, std::string> m_extensions; ///< not there: the one that took it along, or it itself
    std::set<std::string> m_sequences; ///< that the archives make, without quotes; known with an extension
};

/// pgOmissionText() of what an entry makes.
std::string pgEntryText(const std::vector<PgArchiveEntry>& entries, const PgArchiveEntry& entry);

/// An error of a restore with the options that get the rows back all the same. `named`: what may be left out,
/// as pgOmissionText() has it.
Error pgWithWayOut(Error error, const std::vector<std::string>& named);
/// The same for what pg_restore says, where it is a constraint, an index or a right that failed.
Error pgRestoreWayOut(Error error, const std::vector<PgArchiveEntry>& entries);
/// The same for rows that could not be written: names the constraint that the server named, or all those of
/// the table that may be it. `connection`: a fresh one.
Error pgRowsWayOut(Error error, PgConnection& connection, const std::string& table,
                   const CancelToken& cancel);

} // namespace salvor
