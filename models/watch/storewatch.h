// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What runs recorded of stores and servers beside their backups. Internal to models/watch.
#pragma once

#include "models/watch/evaluation.h"

namespace salvor {

/// Room left, and when it will be used up at the pace of the last weeks.
std::vector<StoreWatch> watchStores(const WatchInput& input, Instant now);
/// Databases on a server that no policy selects: a warning when no policy speaks of them, a notice when one
/// leaves them out by a rule of its own.
std::vector<Finding> unprotectedDatabases(const WatchInput& input, Instant now);

} // namespace salvor
