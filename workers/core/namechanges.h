// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which databases got another name by what was done from here.
#pragma once

#include "models/catalog/catalogdatabase.h"
#include "models/namechanges.h"
#include "models/workspace/workspacedatabase.h"

#include <QJsonArray>
#include <QJsonObject>

namespace salvor {

/// As the audit keeps a swap and its undoing: the names of both databases, once before and once after.
QJsonObject swapNames(const std::string& restored, const std::string& replaced);

/// Oldest first; from this workspace's own log of changes, which knows of no other computer's.
Result<std::vector<NameChange>> nameChanges(WorkspaceDatabase& workspace);

/// Copies them into the state folder, where a timer's watch reads them; what stands there already stays.
Result<> shareNameChanges(WorkspaceDatabase& workspace, const std::string& stateFolder);
/// Adds one that the workspace's log does not have.
Result<> addNameChange(const std::string& stateFolder, const NameChange& change);
/// All that the file would hold with one more, as it stands in there.
Result<QJsonArray> namesWith(const std::string& stateFolder, const NameChange& planned);
/// Corrupt: the copy cannot be read.
Result<std::vector<NameChange>> sharedNameChanges(const std::string& stateFolder);

/// Gives each source of a server with changes the newest backup and the runs of the very database that has
/// its name by now; none where that one was never backed up. A name that was
/// given away and that nothing was seen to get is no source any longer. Reads the backups of such servers
/// only.
Result<> judgeByDatabase(std::vector<SourceStatus>& sources, CatalogDatabase& catalog,
                         const std::vector<NameChange>& changes);

} // namespace salvor
