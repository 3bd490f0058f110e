// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a list of backups or runs shows, and in which order.
#pragma once

#include "models/backuprecord.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// Empty fields do not filter. Times compare with the start.
struct BackupFilter {
    enum class Sort { Started, Database, Profile, Kind, Size, StoredSize, Duration, Trigger, Checked };

    std::string repositoryId;
    std::string profile; ///< UUID or title
    std::string database;
    std::string runId;
    std::optional<Instant> since; ///< inclusive
    std::optional<Instant> until; ///< exclusive
    std::string text; ///< anywhere in id, database or profile title; letters A to Z in either case
    std::string kind; ///< "full"
    bool onlyHeld = false;
    bool onlyReadBack = false;                   ///< checksums read back
    bool onlyUnchecked = false;                  ///< neither read back nor restored
    bool onlyRestored = false;                   ///< proved by a restore
    std::optional<std::vector<std::string>> ids; ///< none but these
    Sort sort = Sort::Started;
    bool descending = true;
    std::size_t limit = 500;
    std::size_t offset = 0;
};

struct RunFilter {
    enum class Sort { Started, Duration, Size };

    std::string repositoryId;
    std::string profile;  ///< UUID or title
    std::string database; ///< one source; a run over several matches each
    std::string kind;     ///< "backup", "verify", "restore", "drill", "prune"
    std::optional<RunOutcome> outcome;
    bool onlyTroubled = false; ///< failed, or succeeded in part
    std::optional<Instant> since;
    std::optional<Instant> until;
    std::string text; ///< anywhere in id, database or profile title
    Sort sort = Sort::Started;
    bool descending = true;
    std::size_t limit = 500;
    std::size_t offset = 0;
};

} // namespace salvor
