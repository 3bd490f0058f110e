// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Queries of the user's own on a restored database.
#pragma once

#include "engines/postgresql/pgendpoint.h"
#include "models/drill.h"

#include <chrono>
#include <string>
#include <vector>

namespace salvor {

/// Each through a cursor in a READ ONLY transaction of its own, so that it can be nothing but a query, and at
/// most two of its rows are fetched. What a query says is a result, never an error; errors are those of the
/// connection, and Cancelled.
Result<std::vector<DrillCheckResult>> pgRunChecks(const PgEndpointPtr& endpoint, const std::string& database,
                                                  const std::vector<DrillCheck>& checks,
                                                  std::chrono::seconds timeout, const CancelToken& cancel);

} // namespace salvor
