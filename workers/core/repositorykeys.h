// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The keys of a repository that is new, or new to this computer, in its secret store. Internal to workers/.
#pragma once

#include "workers/core/coreprivate.h"

#include <string>

namespace salvor {

/// Shown to be writable before anything is made whose keys would then have no home.
Result<> trySecretStore(SecretStore& store, const CancelToken& cancel);

/// `identity` and `keys` may be null: not had here. Without encryption nothing needs the identity.
Result<> keepKeys(SecretStore& store, const RepositoryPin& pin, const Secret* identity,
                  const WriterKeys* keys, const CancelToken& cancel);

/// As far as the secret store lets it, within a second and a half.
void forgetKeys(SecretStore& store, const RepositoryPin& pin);

/// InvalidInput for no title, AlreadyExists for one that another repository has.
Result<> requireFreeTitle(WorkspaceDatabase& workspace, const std::string& title);

} // namespace salvor
