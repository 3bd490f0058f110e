// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The engine for PostgreSQL from 15 on, and TimescaleDB.
#pragma once

#include "engines/base/engine.h"
#include "engines/base/sourcelist.h"
#include "engines/base/sourcenotes.h"
#include "engines/base/swapsettler.h"

#include <memory>

namespace salvor {

class ProcessRunner;

/// Logical full backups through one exported snapshot, restores into a new database, and the proof. See
/// docs/engines/postgresql.md for what is and is not consistent.
/// BackupSpec::options: "format" "auto" | "binary" | "text"; "range_bytes": plain tables above it are read in
/// ranges of that size (default 256 MiB); "lock_timeout_seconds" (default 30). RestoreSpec::options: "jobs":
/// index builds and ANALYZE at once (default 2); "analyze" (default true); "backup_id": kept in the marker;
/// "leave_out": [{"kind", "name"}] and "keep_going": see pgomitter.h.
/// Stateless, thread safe; `processes` is borrowed and outlives the engine and all that it made.
class PostgresqlEngine final : public Engine, public SourceLister, public SourceNotes, public SwapSettler {
public:
    explicit PostgresqlEngine(ProcessRunner& processes);

    const EngineDescription& description() const override;
    Result<ConnectionReport> testConnection(const Connection& connection, const CancelToken& cancel) override;
    Result<ConnectionReport> listSources(const Connection& connection, const CancelToken& cancel) override;
    Result<std::vector<std::string>> sourceNotes(const Connection& connection, const std::string& database,
                                                 const CancelToken& cancel) override;
    Result<std::unique_ptr<Snapshot>> prepareBackup(const BackupSpec& spec, ProgressSink& progress,
                                                    const CancelToken& cancel) override;
    Result<Preflight> preflight(const RestoreSpec& spec, const CancelToken& cancel) override;
    Result<std::unique_ptr<Target>> prepareRestore(const RestoreSpec& spec, ProgressSink& progress,
                                                   const CancelToken& cancel) override;
    Result<std::unique_ptr<Snapshot>> prepareProof(const RestoreSpec& spec, const std::string& database,
                                                   ProgressSink& progress,
                                                   const CancelToken& cancel) override;
    Result<std::vector<RestoredDatabase>> listRestored(const Connection& connection,
                                                       const CancelToken& cancel) override;
    Result<> dropRestored(const Connection& connection, const std::string& name,
                          const CancelToken& cancel) override;
    Result<DatabaseSwap> planSwap(const SwapSpec& spec, const CancelToken& cancel) override;
    Result<DatabaseSwap> swap(const SwapSpec& spec, const CancelToken& cancel) override;
    Result<SwapIds> swapIds(const Connection& connection, const DatabaseSwap& plan,
                            const CancelToken& cancel) override;
    Result<SwapFound> findSwap(const Connection& connection, const DatabaseSwap& plan, const SwapIds& ids,
                               const CancelToken& cancel) override;
    Result<> dropReplaced(const Connection& connection, const std::string& name,
                          const CancelToken& cancel) override;
    Result<std::vector<DrillCheckResult>> runChecks(const Connection& connection, const std::string& database,
                                                    const std::vector<DrillCheck>& checks,
                                                    std::chrono::seconds timeout,
                                                    const CancelToken& cancel) override;
    Result<std::unique_ptr<ThrowawayServer>> startThrowaway(const ThrowawaySpec& spec, ProgressSink& progress,
                                                            const CancelToken& cancel) override;

private:
    ProcessRunner& m_processes;
};

} // namespace salvor
