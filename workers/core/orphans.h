// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Notifications that wait for a channel that is gone: nobody can be told them any more. Internal to
// workers/core.
#pragma once

#include "models/base/result.h"
#include "models/workspace/workspacedatabase.h"

#include <string>

namespace salvor {

/// Ends what waits in the state folder's outbox for channels that the workspace does not have. It stands in
/// the audit ("channel.notifications_ended", with the reason "channel removed") before it goes.
Result<> endOrphanedNotifications(WorkspaceDatabase& workspace, const std::string& stateFolder);

} // namespace salvor
