// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What deleting backups frees, told but never in the way. Internal to workers/.
#pragma once

#include "workers/core/coreprivate.h"

#include <string>
#include <vector>

namespace salvor {

/// Of backups that are in the catalog. Where a list of objects cannot be read it is not known, which is told
/// to CoreConfig::warnings: the backup that such a list hits has to be able to go. Every other error stays
/// one.
Result<FreedSpace> freedAsFarAsKnown(const Core::Private& core, const OpenedRepository& opened,
                                     const std::vector<std::string>& backupIds, const CancelToken& cancel);

} // namespace salvor
