// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The wiring both programs share: places, plug-ins and credentials from the environment.
#pragma once

#include "workers/core.h"

namespace salvor {

/// Places from SALVOR_HOME or the XDG variables, the plug-in folder beside the program (build tree, bundle)
/// or where the package puts it, and $CREDENTIALS_DIRECTORY. Makes the folders. InvalidInput or
/// PermissionDenied when they cannot be.
Result<CoreConfig> coreConfigFromEnvironment();

/// The same for a job file, which names its own places: nothing is made, and no home folder is needed.
CoreConfig jobConfigFromEnvironment();

/// No core dumps and no ptrace by other processes of the user: secrets are in this memory. And nothing of
/// libpq's environment: what a connection needs comes from its profile. Comes first, before other threads.
void hardenProcess();

} // namespace salvor
