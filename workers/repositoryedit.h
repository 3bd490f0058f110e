// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Where a repository that is known here is now, and what it is called: a disk is mounted elsewhere, a NAS has
// another name.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/error.h"
#include "models/base/result.h"
#include "models/repositorypin.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

class Core;
struct TimersRoad;

struct RepositoryEdit {
    std::string repository;         ///< title or id; empty: the only one
    std::optional<std::string> url; ///< the place it is at by now; nothing is copied
    std::optional<std::string> title;
    bool acceptOlder = false;           ///< also a place that shows an older catalog than was seen
    bool dryRun = false;                ///< looks, changes nothing
    const TimersRoad* timers = nullptr; ///< where timers are looked for; null: on this computer
};
struct RepositoryEditOutcome {
    RepositoryPin before;
    RepositoryPin pin; ///< as it is now; of a dry run: as it would be
    std::uint64_t catalogNumber = 0;
    std::uint64_t backups = 0;  ///< live ones that the new place names
    std::optional<Error> older; ///< that the new place is older than what was seen, here or at the former
    bool formerAnswers = false; ///< the same repository answers at the former place as well
    std::vector<std::string> timers; ///< titles of policies whose timers still have the former place
};

/// Changes what this computer knows, never the store. A new place has to hold the same repository: id,
/// signature and recipients as they are pinned. Holds the writer's lock meanwhile. Thread safe; blocks.
/// InvalidInput: nothing to change; PinMismatch, NotARepository …: as Repository::open(); RolledBack: an
/// older catalog, and that was not accepted; AlreadyExists: the title; Busy: a backup is running.
Result<RepositoryEditOutcome> editRepository(Core& core, const RepositoryEdit& edit,
                                             const CancelToken& cancel);

/// An error of a store that does not answer, with the way out should it only be at another place.
Error withWayOut(Error error, const RepositoryPin& pin);

} // namespace salvor
