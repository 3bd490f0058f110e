// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Keys of a repository that is known here, and that this computer's secret store no longer has: put back.
// Internal to workers/.
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

} // namespace salvor
