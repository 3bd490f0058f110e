// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of the dialogs and flows, from fixed data.
#pragma once

#include "ui/shots.h"
#include "ui/support/flowcontext.h"

#include <QString>

namespace salvor::test {

/// Writes one PNG a page. `backup` names a backup of the core's workspace, `repository` its repository.
bool takeDialogs(const FlowContext& context, const QString& repository, const QString& backup, Shots& shots);

} // namespace salvor::test
