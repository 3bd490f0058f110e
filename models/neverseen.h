// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Names that somebody asked for and that are no databases: a typing error makes no database that is lost.
#pragma once

#include "models/sourcestatus.h"

#include <vector>

namespace salvor {

/// Takes away what no run ever backed up and only runs by name speak of, where each of them was told by the
/// server that there is no such database, or a later run by the rules, which sees all of a server's
/// databases, did not see it. Likewise what is of no server: its runs failed before they had read which one
/// they are of. What a policy's rule names stays: that one is promised. Pure.
void dropNeverSeen(std::vector<SourceStatus>& sources);

/// A run by the rules, which asked its server what it has and noted all of it.
bool sawAll(const RunRecord& run);
/// Of such a run: whether the server had a database of that name.
bool saw(const RunRecord& run, const std::string& database);

} // namespace salvor
