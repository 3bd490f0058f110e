// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A workspace that was here and is gone: a new one is made, and it is said until somebody deletes the note.
// Internal to workers/core.
#pragma once

#include "models/base/clock.h"
#include "models/base/error.h"
#include "models/base/result.h"
#include "models/places.h"
#include "models/watch/watchreport.h"

#include <optional>
#include <vector>

namespace salvor {

/// Before the workspace is opened: the error to tell if one was here and its file is gone. Writes the note
/// "workspace.lost" into the state folder. Errors of the folder.
Result<std::optional<Error>> lookForWorkspace(const Places& places, Instant now);
/// After it was opened: from now on its absence is a loss ("workspace.known" in the state folder).
Result<> rememberWorkspace(const Places& places);

/// While the note is there.
bool isWorkspaceLost(const Places& places);

/// "workspace_lost" while the note is there.
std::vector<Finding> workspaceLossFindings(const Places& places, Instant now);

} // namespace salvor
