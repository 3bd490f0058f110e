// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a core notices about the repositories that it opens, and taking one over.
#pragma once

#include "models/backuprecord.h"
#include "models/base/error.h"
#include "models/repositorypin.h"

#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// Something about a repository that can be read all the same.
struct RepositoryWarning {
    std::string repositoryId;
    std::string title;
    /// RolledBack: an older catalog than was seen here. Corrupt and the like: the newest catalog file is
    /// damaged. ForeignWriter: another one took over what this computer wrote. Else: why it does not answer.
    Error error;
    /// Known here, and not in the catalog that is used instead; newest first.
    std::vector<BackupRecord> missing;
    /// The list of its backups could not be filled from it, or only by an older catalog: it may have some
    /// that are not known here.
    bool notListed = false;
};

/// Where a core says it, each time it opens a repository, in the thread of the call.
class RepositoryWarnings {
public:
    virtual ~RepositoryWarnings() = default;
    virtual void warned(const RepositoryWarning& warning) = 0;
};

struct TakeOverRequest {
    std::string repository;  ///< title or id; empty: the only one
    bool acceptLoss = false; ///< also where newer backups than the store knows of are given up by it
    bool dryRun = false;     ///< looks, changes nothing
};
struct TakeOverOutcome {
    RepositoryPin pin; ///< as it is now
    std::string formerMachine;
    std::string formerUser;
    /// Why nobody could go on writing: the store is older than what was seen, or its newest catalog damaged.
    std::optional<Error> obstacle;
    std::vector<BackupRecord> lost; ///< known here and not in the store; given up
    bool needsConfirmation = false; ///< of a dry run: acceptLoss has to be given
};

} // namespace salvor
