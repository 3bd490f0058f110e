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

struct MissingKeys {
    bool identity = false; ///< of an encrypted repository
    bool writers = false;  ///< one or both, of one that is written from here
};
/// That were never put there, or are not there any longer; the secret store's other errors.
Result<MissingKeys> missingKeys(SecretStore& store, const RepositoryPin& pin, const CancelToken& cancel);

/// Whether the secret store answered that it has no such secret.
bool isMissingSecret(const Error& error);

/// As far as the secret store lets it, within a second and a half.
void forgetKeys(SecretStore& store, const RepositoryPin& pin);

/// InvalidInput for none, and for one of several lines.
Result<> checkTitle(const std::string& title);
/// The same, and AlreadyExists for one that another repository has.
Result<> requireFreeTitle(WorkspaceDatabase& workspace, const std::string& title);

} // namespace salvor
