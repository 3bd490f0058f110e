// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The answer of a backup run, with what came after it; and whether somebody reads it.
#pragma once

#include "app/salvorctl/command.h"

namespace salvor::ctl {

/// As reportBackup() in command.h; `more` goes into the data.
Exit reportBackup(Context& context, const BackupOutcome& outcome, const QJsonObject& more);

/// Standard error, where warnings go, is a terminal: somebody's, and not cron's or a script's.
bool isSeen();

} // namespace salvor::ctl
