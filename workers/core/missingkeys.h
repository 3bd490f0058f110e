// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Keys of a repository that is known here, and that this computer's secret store no longer has: put back, or
// put into a secret store of another kind. Internal to workers/.
#pragma once

#include "workers/core/coreprivate.h"

namespace salvor {

/// There is nothing to open, and nothing to put back.
Error knownAlready(const RepositoryPin& known);

/// Puts those keys of `known` into its secret store that are missing there, or are others, and opens it where
/// it is known to be. All that is pinned stays as it is. AlreadyExists: none was missing; PinMismatch: the
/// keys are of another repository; NotFound: the writer's keys are not in the store either. What could be put
/// back is: the context has "keys_put_back" then.
Result<RepositoryPin> putKeysBack(const Core::Private& core, const RepositoryPin& known,
                                  const Repository::Recovered& recovered, const CancelToken& cancel);

/// Whether `kind` (empty: none was asked for) is another one than where the keys of `known` are.
bool movesKeys(const RepositoryPin& known, const std::string& kind);

/// Puts its keys into the secret store of that kind, which is the repository's from then on, and opens it.
/// They come from the recovery file: the former place need not answer. What it has of them stays there, where
/// jobs with secrets from files may use them. PinMismatch as above; where a key cannot be put, nothing has
/// changed. NotFound: the writer's keys are in neither place nor the store; the others were moved
/// ("keys_put_back").
Result<RepositoryPin> moveKeys(const Core::Private& core, const RepositoryPin& known,
                               const Repository::Recovered& recovered, const std::string& kind,
                               const CancelToken& cancel);

} // namespace salvor
