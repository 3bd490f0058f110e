// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The statements of a swap.
#pragma once

#include "engines/postgresql/pgswapplan.h"

#include <string>
#include <vector>

namespace salvor {

/// So many statements at the beginning of either list are the renames.
constexpr std::size_t kPgSwapRenames = 2;

/// Both renames; owner, rights, settings, connection limit and comment of the replaced database for the
/// restored one; both markers.
std::vector<std::string> pgSwapStatements(const PgConnection& connection, const PgSwapPlan& plan,
                                          const SwapSpec& spec);
/// Both renames back; both markers as they were.
std::vector<std::string> pgUndoStatements(const PgConnection& connection, const PgSwapPlan& plan);

} // namespace salvor
