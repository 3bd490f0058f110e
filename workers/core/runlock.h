// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Held by a whole run over a repository, its hooks included, where the writer's lock is held for one backup
// only: so no other run or prune comes between two databases. Internal to workers/core.
#pragma once

#include "engines/repository/lock.h"
#include "workers/core/coreprivate.h"

#include <string>

namespace salvor {

/// Never waits. Busy while another run has it, or anything at all has the writer's lock now; both say who.
inline Result<RepositoryLock> lockForRun(const Core::Private& core, const std::string& repositoryId,
                                         const std::string& job) {
    const std::string state = core.config.places.repositoryState(repositoryId);
    const LockHolder holder{"salvor", job, core.config.clock->now()};
    SALVOR_ASSIGN(const auto whole, StateFolder::open(state + "/run"));
    auto held = RepositoryLock::acquire(whole, holder);
    if (!held)
        return held;
    SALVOR_ASSIGN(const auto folder, StateFolder::open(state));
    // Given back at once: each backup takes it for itself.
    if (const auto writer = RepositoryLock::acquire(folder, holder); !writer)
        return failure(writer.error());
    return held;
}

} // namespace salvor
