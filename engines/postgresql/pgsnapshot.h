// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A consistent view of one database: a coordinator that holds an exported snapshot, and sessions that share
// it.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgplan.h"
#include "engines/postgresql/pgpulse.h"
#include "engines/postgresql/pgtools.h"
#include "engines/postgresql/pgview.h"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace salvor {

class PgSession final : public Session {
public:
    explicit PgSession(std::unique_ptr<PgConnection> opened)
        : connection(std::move(opened)) {}
    std::unique_ptr<PgConnection> connection;
    std::chrono::steady_clock::time_point lastUsed = std::chrono::steady_clock::now();
};

/// A session that had nothing to do for longer than `every` may have been cut off meanwhile: it is asked, and
/// opened anew where it is gone, as nothing is kept in it from one item to the next.
Result<> pgWakeSession(PgSession& session, std::chrono::milliseconds every,
                       const std::function<Result<std::unique_ptr<PgConnection>>()>& open,
                       const CancelToken& cancel);

/// For backup and, with the reports of a backup, for proof. See engine.h for thread rules.
class PgSnapshot : public Snapshot {
public:
    /// `pulse`: how often the coordinator is heard of while others read.
    PgSnapshot(PgView view, PgPlan plan, int lockTimeoutSeconds, std::chrono::milliseconds pulse,
               ProcessRunner& processes);

    const Plan& plan() const override { return m_plan.plan; }
    Result<std::unique_ptr<Session>> openSession(const CancelToken& cancel) override;
    Result<ItemReport> read(const Item& item, Session& session, ByteSink& sink,
                            const CancelToken& cancel) override;
    Result<QJsonObject> finish(const CancelToken& cancel) override;

protected:
    /// Behind finish() only: before, others ask it whether it is there.
    PgConnection& coordinator() { return *m_view.coordinator; }
    const PgView& view() const { return m_view; }

private:
    Result<std::unique_ptr<PgConnection>> openConnection(const CancelToken& cancel) const;
    Result<ItemReport> readWatched(const Item& item, PgSession& session, ByteSink& sink,
                                   const CancelToken& cancel);
    /// In a transaction of its own that sees the snapshot; `locked` names the relation that is locked and
    /// checked first.
    Result<> begin(PgConnection& connection, const PgItemSource* locked, const CancelToken& cancel) const;
    /// In the session that has the table locked since before the snapshot. All of them are let go behind the
    /// last one, or after half a minute: then the others are read as any table is. Nothing: the session was
    /// ended (a standby's own way, or somebody's), or would have to wait for somebody for longer than it may,
    /// and this one is read as any table is, too.
    Result<std::optional<ItemReport>> readHeld(const std::string& id, const PgItemSource& source,
                                               ByteSink& sink, const CancelToken& cancel);
    /// Why a session could not join the snapshot: what ended the coordinator, or the error itself.
    Error whyNotJoined(Error error, const CancelToken& cancel) const;
    /// COPY writes an enum's labels as they are at that moment, whatever the snapshot: SourceChanged when one
    /// was renamed since.
    Result<> checkLabels(const CancelToken& cancel);
    Result<ItemReport> readRows(const PgItemSource& source, PgConnection& connection, ByteSink& sink,
                                const CancelToken& cancel) const;
    Result<ItemReport> readPlain(const Item& item, PgConnection& connection, ByteSink& sink,
                                 const CancelToken& cancel) const;
    Result<ItemReport> readSchema(const PgItemSource& source, PgConnection& connection, ByteSink& sink,
                                  const CancelToken& cancel) const;
    /// SourceChanged when what pg_dump read under the snapshot's name is not what the snapshot saw; to be
    /// asked once it has read all.
    Result<> checkSchemaHeld(PgConnection& connection, const CancelToken& cancel) const;
    /// SourceChanged when a table of the snapshot is gone now, or another object; else the error that made us
    /// look.
    Error explain(Error error, PgConnection& connection, const CancelToken& cancel) const;

    PgView m_view;
    PgPlan m_plan;
    const std::chrono::milliseconds m_pulseEvery;
    mutable PgPulse m_pulse; ///< the coordinator's, until finish()
    std::mutex m_heldMutex;  ///< for m_view.holder, and m_plan.held: the items that it has not read yet
    int m_lockTimeoutSeconds;
    PgTools m_tools;
    std::string m_waitForIndexes;
    std::set<std::string> m_heldFirst; ///< all items of m_plan.held, as it was in the beginning
    std::chrono::steady_clock::time_point m_heldSince;
};

/// See Engine::prepareBackup.
Result<std::unique_ptr<Snapshot>> pgPrepareBackup(ProcessRunner& processes, const BackupSpec& spec,
                                                  ProgressSink& progress, const CancelToken& cancel);

} // namespace salvor
