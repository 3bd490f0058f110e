// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which backups stay, by which rules: docs/retention.md. Pure; nothing here deletes anything.
#pragma once

#include "models/backuprecord.h"
#include "models/retention/retentionrules.h"

#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// Why a backup stays. The first seven are the policy's; the others always hold.
enum class RetentionRule {
    KeepLast,
    KeepWithin,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
    Held,           ///< somebody holds it
    NewestComplete, ///< of its source
    NewestProven,   ///< the newest of its source that a restore proved, and that no later check found damaged
    NewestIncomplete, ///< not complete, but newer than every complete one of its source
    UndecidedSize,    ///< by it is told whether a size that changed stays so: see judgeSizes()
    Future,           ///< dated after now: its time is not believed, so it is neither counted nor dropped
};
/// Stable snake_case: "keep_last", "newest_complete".
std::string_view toString(RetentionRule rule);

/// What the rules look at. Trashed backups are not given to them.
struct RetentionBackup {
    std::string id;
    std::string source; ///< what counts are for: policy and source, see retentionSource()
    Instant started{};
    bool held = false;
    bool proven = false;        ///< a restore of it was found equal
    bool anomalous = false;     ///< unusually small or large: see judgeSizes()
    bool undecidedSize = false; ///< the same: it is needed to tell whether that is to stay so
    bool verifyFailed = false;  ///< its last check found damage

    /// There is no word for a backup that lacks a part of its source: one that could not read all of it
    /// fails, and leaves no backup. What an engine never takes (BackupRecord::notes) is the same in each.
    bool complete() const { return !anomalous && !verifyFailed; }
};

/// "<policy>/<profile>/<server's identifier>/<database's identifier>": a renamed database stays the same.
std::string retentionSource(const BackupRecord& record);
/// A name that several databases had one after the other: each is a source of its own. Of a former one no
/// newer backups come that would take the places of those that the rules held when it ended: they stay.
struct FormerSources {
    std::string policyUuid;
    std::string profileTitle;
    std::string database;
    std::size_t former = 0;                  ///< besides the one that has the newest backup
    std::vector<std::string> backupIds = {}; ///< of the former ones, as they were given
};
/// Of the backups given, each under its database's name of today, by policy, server and name; only names with
/// former ones. A source counts under the name of its newest backup.
std::vector<FormerSources> formerSources(const std::vector<const BackupRecord*>& records);
/// Complete as far as a record says; what checks and statistics found, the caller adds.
RetentionBackup retentionBackupOf(const BackupRecord& record);

struct KeepReason {
    RetentionRule rule = RetentionRule::KeepLast;
    std::uint32_t place = 0; ///< from 1, of a rule that counts: third of seven; else 0
    std::string period;      ///< "2026-11-24", "2026-W48", "2026-11-24T14+01:00"; empty where there is none
    bool operator==(const KeepReason&) const = default;
};

/// A backup without a reason to stay is dropped.
struct RetentionDecision {
    std::string backupId;
    std::vector<KeepReason> keptBy; ///< in the order of RetentionRule
    bool complete = true;           ///< false: it only takes places that complete ones leave
    bool kept() const { return !keptBy.empty(); }
    bool operator==(const RetentionDecision&) const = default;
};

/// One decision a backup, in the order given; the order decides nothing. InvalidInput as
/// checkRetentionRules(). At least one backup of each source is kept.
Result<std::vector<RetentionDecision>> decideRetention(const std::vector<RetentionBackup>& backups,
                                                       const RetentionRules& rules, Instant now);

/// Of each database no more than one is kept for sure: once that is damaged there is none.
bool keepsOneOnly(const RetentionRules& rules);

/// More than a quarter going at once is asked about.
constexpr bool isLargeShare(std::uint64_t going, std::uint64_t live) { return going * 4 > live; }

} // namespace salvor
