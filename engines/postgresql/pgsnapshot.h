// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A consistent view of one database: a coordinator that holds an exported snapshot, and sessions that share
// it.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pghold.h"
#include "engines/postgresql/pgplan.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgtools.h"

#include <chrono>
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
};

/// What both kinds of a view begin with: the coordinator in a transaction, and what the catalog says in it.
struct PgView {
    PgEndpointPtr endpoint;
    std::string database;
    std::unique_ptr<PgConnection> coordinator;
    std::string snapshotId;
    PgPlanInput catalog;
    std::unique_ptr<PgConnection>
        holder; ///< has catalog.held locked, in the snapshot; null if there are none
};
struct PgViewOptions {
    int lockTimeoutSeconds = 30;
    PgTextForms forms = PgTextForms::Fixed;
    PgHoldOptions hold{}; ///< small tables to lock before the snapshot
};
/// Opens the coordinator and reads the catalog. Unsupported for compressed chunks and the like.
Result<PgView> pgOpenView(const PgEndpointPtr& endpoint, const std::string& database,
                          const PgViewOptions& options, ProgressSink& progress, const CancelToken& cancel);

/// A range of a table holds other rows in the restored table than it held in the saved one, and so may a
/// partition that rows were written to through its root. Only the sums can be equal: whoever reads the last
/// part answers for the whole difference.
class PgRangeLedger {
public:
    void expect(const std::string& table, const ItemReport& saved);
    /// What to report for a range that was saved as `saved` and read as `found`.
    ItemReport settle(const std::string& table, const ItemReport& saved, const ItemReport& found);

private:
    struct Sum {
        PgRowHash hash;
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
        int left = 0;
    };
    std::mutex m_mutex;
    std::map<std::string, Sum> m_open; ///< saved minus found
};

/// For backup and, with the reports of a backup, for proof. See engine.h for thread rules.
class PgSnapshot : public Snapshot {
public:
    PgSnapshot(PgView view, PgPlan plan, int lockTimeoutSeconds, ProcessRunner& processes);

    const Plan& plan() const override { return m_plan.plan; }
    Result<std::unique_ptr<Session>> openSession(const CancelToken& cancel) override;
    Result<ItemReport> read(const Item& item, Session& session, ByteSink& sink,
                            const CancelToken& cancel) override;
    Result<QJsonObject> finish(const CancelToken& cancel) override;

protected:
    PgConnection& coordinator() { return *m_view.coordinator; }
    const PgView& view() const { return m_view; }

private:
    /// In a transaction of its own that sees the snapshot; `locked` names the relation that is locked and
    /// checked first.
    Result<> begin(PgConnection& connection, const PgItemSource* locked, const CancelToken& cancel) const;
    /// In the session that has the table locked since before the snapshot. All of them are let go behind the
    /// last one, or after half a minute: then the others are read as any table is. Nothing: the session was
    /// ended (a standby's own way, or somebody's), and this one is read as any table is, too.
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
    mutable std::mutex m_joinMutex;                ///< for the coordinator while others read, and this:
    mutable std::optional<Error> m_coordinatorEnd; ///< what the coordinator ended with
    std::mutex m_heldMutex; ///< for m_view.holder, and m_plan.held: the items that it has not read yet
    int m_lockTimeoutSeconds;
    PgTools m_tools;
    std::set<std::string> m_heldFirst; ///< all items of m_plan.held, as it was in the beginning
    std::chrono::steady_clock::time_point m_heldSince;
};

/// See Engine::prepareBackup.
Result<std::unique_ptr<Snapshot>> pgPrepareBackup(ProcessRunner& processes, const BackupSpec& spec,
                                                  ProgressSink& progress, const CancelToken& cancel);

} // namespace salvor
