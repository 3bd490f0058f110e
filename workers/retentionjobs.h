// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What Core takes and gives about retention, the trash and prune: docs/retention.md.
#pragma once

#include "models/backuprecord.h"
#include "models/prunereport.h"
#include "models/retention/retention.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

struct RetentionQuery {
    std::string repository;       ///< title or id; empty: the only one
    std::string policy;           ///< title or UUID; empty: all
    RetentionOverrides overrides; ///< to see what another rule would do
};
/// One live backup.
struct RetentionRow {
    BackupRecord record;
    std::string databaseToday; ///< what its database is called by now, after a swap
    std::string policyTitle;   ///< empty: its policy is not known here
    bool hasRules = false;     ///< false: no rule is for it, it stays until it is deleted by name
    RetentionDecision decision;
    bool unusualSize = false; ///< why it is not complete
    bool damaged = false;     ///< the same
    bool stays() const { return !hasRules || decision.kept(); }
};
struct RetentionPreview {
    std::vector<RetentionRow> rows; ///< newest first
    std::uint64_t dropped = 0;
    std::uint64_t live = 0;           ///< of the policies with rules
    bool needsConfirmation = false;   ///< more than a quarter would go at once
    FreedSpace freed;                 ///< by those that are dropped, once their grace is over
    std::vector<std::string> dropIds; ///< oldest first
};

struct PruneJob {
    std::string repository;
    std::string policy; ///< only its backups are decided upon; the trash is the repository's
    bool dryRun = false;
    bool freeSpaceNow = false; ///< what is in the trash now goes; needs `confirmed`, refuses a policy
    bool confirmed = false;    ///< somebody said yes to that
    bool confirmLarge = false; ///< somebody said yes to more than a quarter going at once
    std::string trigger = "person";
};
struct PruneOutcome {
    std::optional<RunRecord> run; ///< none of a dry run
    RetentionPreview preview;     ///< what went, or would go, to the trash
    PruneReport report;           ///< what went, or would go, for good
};

enum class BackupAct { Delete, Undelete, Hold, Release };
struct BackupActRequest {
    BackupAct act = BackupAct::Hold;
    std::vector<std::string> backups; ///< unique prefixes, all in one repository
    std::string repository;           ///< empty: found by the first backup
    std::chrono::seconds grace = kTrashGrace;
    bool dryRun = false;
    bool confirmLarge = false; ///< more than a quarter, or the last complete one of a source
};
struct BackupActOutcome {
    std::vector<BackupRecord> backups; ///< as they are now, or are of a dry run
    FreedSpace freed;                  ///< of Delete, once the grace is over
    std::optional<Instant> expires;    ///< of Delete: until when they can be undeleted
    bool dryRun = false;
    bool needsConfirmation = false; ///< of a dry run: it would be refused without confirmLarge
};
struct TrashedBackup {
    BackupRecord record;
    Instant trashedAt{};
    Instant expires{}; ///< not pruned before
};

} // namespace salvor
