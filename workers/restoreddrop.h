// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in the way of dropping a database that a restore made, before it is tried.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/result.h"
#include "models/restoreddatabase.h"

#include <string>

namespace salvor {

class Core;

/// Asks the server and drops nothing; what Core::dropRestoredDatabase() would drop. Refuses as that does:
/// InvalidInput (no restore made it; it is whole and not confirmed), Conflict (live; swapped out and not
/// confirmed). Whether somebody is connected shows only when it is dropped.
Result<RestoredDatabase> checkRestoredDrop(Core& core, const std::string& profile,
                                           const std::string& database, const std::string& confirm,
                                           const CancelToken& cancel);

} // namespace salvor
