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

/// Where the keys of this repository are, with the way to have them elsewhere when it cannot be opened.
Result<std::unique_ptr<SecretStore>> keyStoreOf(const Core::Private& core, const RepositoryPin& pin);
/// The key that `pin` calls by that name. keyGone() when it is not there, or is damaged: none of this
/// repository's as far as that shows.
Result<Secret> getKey(SecretStore& store, const RepositoryPin& pin, const std::string& name,
                      const CancelToken& cancel);

struct MissingKeys {
    bool identity = false; ///< of an encrypted repository
    bool writers = false;  ///< one or both
};
/// That were never put there, are not there any longer, or are damaged; the secret store's other errors.
Result<MissingKeys> missingKeys(SecretStore& store, const RepositoryPin& pin, const CancelToken& cancel);
/// Both of them.
Result<bool> hasWriterKeys(SecretStore& store, const RepositoryPin& pin, const CancelToken& cancel);

/// The secret is not there: it was never stored, was removed with or without the folder of secrets, or is
/// damaged. Not: a keychain that is locked or absent.
bool isMissingSecret(const Error& error, const RepositoryPin& pin);
bool isDamagedSecret(const Error& error);
/// Why a key ("the identity", "a writer's key") cannot be had, with the way back where it is missing, and the
/// way to another place where there is no keychain that opens. Whoever has the recovery file has the keys.
Error keyGone(const std::string& what, Error error, const RepositoryPin& pin);

/// As far as the secret store lets it, within a second and a half.
void forgetKeys(SecretStore& store, const RepositoryPin& pin);

/// InvalidInput for none, and for one of several lines.
Result<> checkTitle(const std::string& title);
/// The same, and AlreadyExists for one that another repository has.
Result<> requireFreeTitle(WorkspaceDatabase& workspace, const std::string& title);

} // namespace salvor
