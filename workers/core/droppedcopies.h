// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which databases `restored drop` took away: that they are gone is no loss. Internal to workers/.
#pragma once

#include "models/droppedcopy.h"
#include "models/workspace/workspacedatabase.h"

#include <string>
#include <vector>

namespace salvor {

/// Copies them from the workspace's audit into the state folder, where a timer's watch reads them; what
/// stands there already stays, up to the newest thousand. IoError, NoSpace.
Result<> shareDroppedCopies(WorkspaceDatabase& workspace, const std::string& stateFolder);

/// What the state folder has of them, and the workspace's audit (null: there is none). What cannot be read is
/// left out: then a database counts as lost, and that is said.
std::vector<DroppedCopy> droppedCopies(WorkspaceDatabase* workspace, const std::string& stateFolder);

} // namespace salvor
