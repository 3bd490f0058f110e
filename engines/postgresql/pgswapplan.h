// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a swap is planned from: the two databases as the server has them, and what depends on them.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgmarker.h"
#include "models/databaseswap.h"

#include <QJsonObject>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// One of the two.
struct PgSwapSide {
    std::string name;
    QJsonObject facts;       ///< pgReadDatabaseFacts()
    std::string comment;     ///< without its marker
    std::string rawMarker;   ///< JSON; empty: none
    bool timescale = false;  ///< the extension is there
    std::int64_t jobsOn = 0; ///< TimescaleDB's, that are switched on
    std::int64_t jobsOff = 0;
    std::vector<std::string> emptyViews; ///< materialized ones that are not filled, as the server quotes them
    std::vector<std::string> publications;
    std::optional<std::int64_t> writes; ///< rows written since its statistics began
};

struct PgSwapPlan {
    DatabaseSwap swap;
    PgSwapSide restored;
    PgSwapSide replaced;
    PgMarker marker; ///< of the restored one, before
};

/// A connection to a database that is neither of the two: nobody can rename the one he is connected to.
Result<std::unique_ptr<PgConnection>> pgOutside(const PgEndpointPtr& endpoint, const std::string& one,
                                                const std::string& other, const CancelToken& cancel);
Result<PgSwapPlan> pgMakeSwapPlan(const PgEndpointPtr& endpoint, const SwapSpec& spec,
                                  const CancelToken& cancel);
/// Rows written in the database since its statistics began; nothing when that cannot be read.
std::optional<std::int64_t> pgRowsWritten(const PgEndpointPtr& endpoint, const std::string& database,
                                          const CancelToken& cancel);
Result<std::vector<DatabaseClient>> pgClientsOf(PgConnection& outside, const std::string& one,
                                                const std::string& other, const CancelToken& cancel);

} // namespace salvor
