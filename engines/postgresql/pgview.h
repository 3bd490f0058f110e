// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What both a backup and a proof begin with: the coordinator in a transaction whose snapshot it exported, and
// what the catalog says in it.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pghold.h"
#include "engines/postgresql/pgplan.h"
#include "engines/postgresql/pgsettings.h"

#include <memory>
#include <string>

namespace salvor {

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

/// Unsupported: a name that could not be found again in a manifest, which is UTF-8.
Result<> pgRequireReadableNames(const PgView& view, const CancelToken& cancel);

} // namespace salvor
