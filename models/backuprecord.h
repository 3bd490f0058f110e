// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Records of what was done, as the catalog database and the pages show them.
#pragma once

#include "models/base/clock.h"
#include "models/base/error.h"

#include <QJsonObject>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// What a run left for one source.
struct BackupRecord {
    std::string id; ///< YYYYMMDDTHHMMSSZ-<6 base32>
    std::string repositoryId;
    std::string runId;
    std::string policyUuid;
    std::string profileUuid;
    std::string profileTitle;
    std::string engine;
    std::string systemId;
    std::string databaseId;
    std::string database;
    std::string method;
    std::string kind;    ///< "full" …
    std::string trigger; ///< "person", "timer"
    Instant started{};
    Instant ended{};
    std::uint64_t items = 0;
    std::uint64_t rows = 0;
    std::uint64_t sizeBytes = 0;      ///< plaintext
    std::uint64_t storedBytes = 0;    ///< all that it references
    std::uint64_t newStoredBytes = 0; ///< stored by this run
    std::string serverVersion;
    std::vector<std::string> notes;
    bool held = false;
    // badges
    std::optional<Instant> readBackAt; ///< checksums read back
    std::optional<Instant> restoredAt; ///< proved by a restore
};

enum class RunOutcome { Running, Ok, Partial, Failed, Cancelled, Skipped };
std::string_view toString(RunOutcome outcome);
RunOutcome runOutcomeFromString(std::string_view name); ///< Failed for an unknown name

/// One execution of a job.
struct RunRecord {
    std::string id;   ///< as backup ids
    std::string kind; ///< "backup", "verify", "restore", "drill", "prune"
    std::string repositoryId;
    std::string policyUuid;
    std::string profileUuid;
    std::string profileTitle;
    std::string database; ///< one source; several are joined by ", "
    std::string trigger;
    std::string host; ///< where it ran
    Instant started{};
    std::optional<Instant> ended;
    RunOutcome outcome = RunOutcome::Running;
    std::uint64_t sizeBytes = 0;
    std::uint64_t storedBytes = 0;
    std::optional<Error> error;
    std::vector<std::string> backupIds;
    QJsonObject details;
};

QJsonObject toJson(const BackupRecord& record);
Result<BackupRecord> backupRecordFromJson(const QJsonObject& object);
QJsonObject toJson(const RunRecord& record);
Result<RunRecord> runRecordFromJson(const QJsonObject& object);
QJsonObject toJson(const Error& error); ///< {"code", "message", "hint", "retryable", "context"}
Error errorFromJson(const QJsonObject& object);

/// One item of a backup as a page shows it.
struct BackupItemRow {
    std::string id;
    std::string kind;
    std::string name;
    std::string group;
    std::uint64_t rows = 0;
    std::uint64_t sizeBytes = 0;
    std::string contentHash;
    QJsonObject details;
};

/// "20261121T074000Z-ABC123": time plus six characters of Crockford's base32.
std::string makeRecordId(Instant now);

} // namespace salvor
