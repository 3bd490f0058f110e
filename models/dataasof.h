// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a backup holds may be older than the backup: that of a standby that receives nothing any more. An
// engine says so among the facts of its plan (Plan::server), a run records it, and the recovery point counts
// from that time.
#pragma once

#include "models/sourcestatus.h"

#include <QJsonObject>

#include <chrono>
#include <span>
#include <string>

namespace salvor {

/// Of Plan::server and, by the backup's id, of RunRecord::details: RFC 3339. Only where the source is known
/// not to be up to date.
inline constexpr const char* kDataAsOfKey = "data_as_of";
/// Of Plan::server: a whole sentence for the warnings of the run.
inline constexpr const char* kSourceWarningKey = "source_warning";

/// A backup of a server that was further behind its source is of old data, and no better than a warning,
/// where no objective says how old it may be.
constexpr std::chrono::hours kOldData{1};

/// `details`: of the run that makes the backup.
void noteDataAsOf(QJsonObject& details, const std::string& backupId, const QJsonObject& server);

/// What a restore of it brings back: the state at that time. When it began, or what its run says; `runs` in
/// any order, and any others among them.
Instant recoveryPointOf(const BackupRecord& backup, std::span<const RunRecord> runs);
/// Of its newest good backup, which it must have: by its recent runs, and by `goodRun`.
Instant recoveryPointOf(const SourceStatus& source);

} // namespace salvor
