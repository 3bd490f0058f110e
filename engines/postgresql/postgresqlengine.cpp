// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/postgresqlengine.h"

#include "engines/postgresql/pgchecks.h"
#include "engines/postgresql/pgenvironment.h"
#include "engines/postgresql/pgmarker.h"
#include "engines/postgresql/pgplan.h"
#include "engines/postgresql/pgpreflight.h"
#include "engines/postgresql/pgproof.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgsnapshot.h"
#include "engines/postgresql/pgswap.h"
#include "engines/postgresql/pgswapfind.h"
#include "engines/postgresql/pgtarget.h"
#include "engines/postgresql/pgtestconnection.h"
#include "engines/postgresql/pgthrowaway.h"
#include "engines/postgresql/postgresqldescription.h"

namespace salvor {

namespace {

Result<std::unique_ptr<PgConnection>> openServer(const Connection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(connection));
    return PgConnection::open(endpoint, endpoint->database, cancel);
}

} // namespace

PostgresqlEngine::PostgresqlEngine(ProcessRunner& processes)
    : m_processes(processes) {
    pgForgetEnvironment(); // for programs that did not at their beginning
}

const EngineDescription& PostgresqlEngine::description() const { return postgresqlDescription(); }

Result<ConnectionReport> PostgresqlEngine::testConnection(const Connection& connection,
                                                          const CancelToken& cancel) {
    return pgTestConnection(m_processes, connection, cancel);
}

Result<ConnectionReport> PostgresqlEngine::listSources(const Connection& connection,
                                                       const CancelToken& cancel) {
    return pgListSources(connection, cancel);
}

Result<std::vector<std::string>> PostgresqlEngine::sourceNotes(const Connection& connection,
                                                               const std::string& database,
                                                               const CancelToken& cancel) {
    constexpr int kLockTimeoutSeconds = 30;
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(connection));
    SALVOR_ASSIGN(const auto source, PgConnection::open(endpoint, database, cancel));
    SALVOR_TRY(pgPrepareReading(*source, kLockTimeoutSeconds, cancel));
    SALVOR_ASSIGN(const auto facts, pgReadServerFacts(*source, {}, {}, cancel));
    return pgNotesOf(facts);
}

Result<std::unique_ptr<Snapshot>>
PostgresqlEngine::prepareBackup(const BackupSpec& spec, ProgressSink& progress, const CancelToken& cancel) {
    const bool isLogical = spec.method.empty() || spec.method == "logical";
    if (!isLogical || spec.kind != "full" || spec.base != nullptr)
        return failure(ErrorCode::Unsupported,
                       "backups of PostgreSQL of the method \"" + spec.method + "\" and the kind \"" +
                           spec.kind + "\" are not supported",
                       "choose full logical backups in the policy");
    return pgPrepareBackup(m_processes, spec, progress, cancel);
}

Result<Preflight> PostgresqlEngine::preflight(const RestoreSpec& spec, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(spec.connection));
    SALVOR_ASSIGN(const auto server, PgConnection::open(endpoint, endpoint->database, cancel));
    return pgPreflight(m_processes, *server, endpoint, spec, cancel);
}

Result<std::unique_ptr<Target>>
PostgresqlEngine::prepareRestore(const RestoreSpec& spec, ProgressSink& progress, const CancelToken& cancel) {
    return PgTarget::prepare(m_processes, spec, progress, cancel);
}

Result<std::unique_ptr<Snapshot>> PostgresqlEngine::prepareProof(const RestoreSpec& spec,
                                                                 const std::string& database,
                                                                 ProgressSink& progress,
                                                                 const CancelToken& cancel) {
    return pgPrepareProof(m_processes, spec, database, progress, cancel);
}

Result<std::vector<RestoredDatabase>> PostgresqlEngine::listRestored(const Connection& connection,
                                                                     const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto server, openServer(connection, cancel));
    return pgListRestored(*server, cancel);
}

Result<> PostgresqlEngine::dropRestored(const Connection& connection, const std::string& name,
                                        const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto server, openServer(connection, cancel));
    return pgDropRestored(*server, name, cancel);
}

Result<DatabaseSwap> PostgresqlEngine::planSwap(const SwapSpec& spec, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(spec.connection));
    return pgPlanSwap(endpoint, spec, cancel);
}

Result<DatabaseSwap> PostgresqlEngine::swap(const SwapSpec& spec, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(spec.connection));
    return pgSwap(endpoint, spec, cancel);
}

Result<SwapIds> PostgresqlEngine::swapIds(const Connection& connection, const DatabaseSwap& plan,
                                          const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(connection));
    return pgSwapIds(endpoint, plan, cancel);
}

Result<SwapFound> PostgresqlEngine::findSwap(const Connection& connection, const DatabaseSwap& plan,
                                             const SwapIds& ids, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(connection));
    return pgFindSwap(endpoint, plan, ids, cancel);
}

Result<> PostgresqlEngine::dropReplaced(const Connection& connection, const std::string& name,
                                        const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto server, openServer(connection, cancel));
    return pgDropReplaced(*server, name, cancel);
}

Result<std::vector<DrillCheckResult>> PostgresqlEngine::runChecks(const Connection& connection,
                                                                  const std::string& database,
                                                                  const std::vector<DrillCheck>& checks,
                                                                  std::chrono::seconds timeout,
                                                                  const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(connection));
    return pgRunChecks(endpoint, database, checks, timeout, cancel);
}

Result<std::unique_ptr<ThrowawayServer>> PostgresqlEngine::startThrowaway(const ThrowawaySpec& spec,
                                                                          ProgressSink& progress,
                                                                          const CancelToken& cancel) {
    return pgStartThrowaway(m_processes, spec, progress, cancel);
}

} // namespace salvor
