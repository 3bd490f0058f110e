// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What can be told of opening a repository before anybody is asked for its passphrase.
#pragma once

#include "workers/core.h"

namespace salvor {

/// Looks at the place, the file, the title and the secret store, in this order, and opens nothing; what
/// Core::openRepository() would refuse whatever the passphrase is. A repository that is known here and whose
/// keys are all here is AlreadyExists; one of whose keys is missing or damaged is not: opening puts them
/// back. Nor is one whose keys are to go into another kind of secret store; where they are now is not asked
/// then, as that may be a keychain which nobody can open.
Result<> checkOpening(Core& core, const OpeningSpec& spec, const CancelToken& cancel);

} // namespace salvor
