// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// repository edit: another place, another title.
#pragma once

#include "app/salvorctl/command.h"

namespace salvor::ctl {

void addRepositoryEditCommand(Commands& commands, CLI::App* noun);

} // namespace salvor::ctl
