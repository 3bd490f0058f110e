// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What Core tells of a repository beside what its store says: RepositoryInfo in workers/core.h.
#pragma once

#include "models/backuprecord.h"
#include "models/catalog/catalogtrends.h"
#include "models/workspace/auditrecord.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace salvor {

/// From this computer alone: the catalog database, the secret store and the audit. No store is asked.
struct StoreLook {
    CatalogTotals totals;
    std::vector<DailyGrowth> growth; ///< oldest first
    std::optional<RunRecord> lastVerify;
    bool identityThere = false; ///< of an encrypted repository: its backups can be opened from here
    bool writerKeysThere = false;
    std::optional<Error> keysProblem;    ///< why the secret store could not be asked
    std::vector<AuditRecord> rehearsals; ///< of the recovery file, newest first
};

} // namespace salvor
