// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of workspace.sqlite. A step that was released is never changed; new ones are added at the end.
#pragma once

#include "models/database/sqlitedatabase.h"

namespace salvor {

SqliteSchema workspaceSchema();

} // namespace salvor
