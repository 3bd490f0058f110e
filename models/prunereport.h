// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of backups that are no longer wanted, and what that frees.
#pragma once

#include "models/base/clock.h"
#include "models/base/error.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// How long a backup stays in the trash unless a policy says otherwise.
constexpr std::chrono::seconds kTrashGrace = std::chrono::hours(7 * 24);
/// What no catalog ever named is left alone for this long: a run of another writer may still be making it.
constexpr std::chrono::seconds kOrphanAge = std::chrono::hours(24);

/// Changes of what the catalog says of backups, made together. Ids in full.
struct BackupChanges {
    std::vector<std::string> trash;    ///< live → trash; refused for held ones
    std::vector<std::string> undelete; ///< trash → live
    std::vector<std::string> hold;     ///< live ones only
    std::vector<std::string> release;
    std::chrono::seconds grace = kTrashGrace; ///< of those that are trashed by this
};

struct PruneRequest {
    bool dryRun = false;
    /// Trashed backups go before their grace ends. A separate act, which somebody confirmed.
    bool freeSpaceNow = false;
    std::chrono::seconds orphanAge = kOrphanAge;
};

/// Files, and what they take in the store.
struct FileCount {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    void add(std::uint64_t size) {
        ++files;
        bytes += size;
    }
    bool operator==(const FileCount&) const = default;
};

/// What deleting some backups would free: exact, what others share is not counted.
struct FreedSpace {
    FileCount objects;
    FileCount refs;
    FileCount manifests;
    bool known = true; ///< else all is 0: what some backup needs could not be read
    std::uint64_t bytes() const { return objects.bytes + refs.bytes + manifests.bytes; }
    bool operator==(const FreedSpace&) const = default;
};

/// Of a dry run: what would be. Else what was done.
struct PruneReport {
    std::vector<std::string> purged; ///< backups that left the catalog, oldest first
    FreedSpace ofBackups;            ///< files that only they needed
    FileCount proofs;                ///< of backups that are gone
    FileCount orphans;               ///< left by runs that did not end
    FileCount young;                 ///< such ones that are not old enough yet: left alone
    FileCount retained;              ///< the store refused to delete these (object lock, missing right)
    std::optional<Error> retainedBecause;
    FileCount failed; ///< could not be deleted for another reason; the next prune tries again
    std::optional<Error> failedBecause;
    std::uint64_t inTrash = 0;         ///< backups that stay in the trash
    std::optional<Instant> nextExpiry; ///< when the first of them may go
    bool clockJumped = false;          ///< time passed that nobody saw: every grace begins anew, nothing went
    bool usedReserve = false;          ///< the store was full

    /// Of a dry run nothing is retained or failed.
    std::uint64_t freedBytes() const {
        return ofBackups.bytes() + proofs.bytes + orphans.bytes - retained.bytes - failed.bytes;
    }
};

} // namespace salvor
