// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a backup of a database would note of it, before there is one: what is left out, what may not load
// again.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/result.h"
#include "models/profile.h"

#include <string>
#include <vector>

namespace salvor {

class Core;

/// Whole sentences, as BackupRecord::notes has them, without those that every backup has. Connects to that
/// database and changes nothing. Thread safe; blocks. Errors as a backup's.
Result<std::vector<std::string>> backupNotes(Core& core, const Profile& profile, const std::string& database,
                                             const CancelToken& cancel);

} // namespace salvor
