// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The view of a restored database that is compared with the backup.
#pragma once

#include "engines/postgresql/pgsnapshot.h"

namespace salvor {

/// See Engine::prepareProof.
Result<std::unique_ptr<Snapshot>> pgPrepareProof(ProcessRunner& processes, const RestoreSpec& spec,
                                                 const std::string& database, ProgressSink& progress,
                                                 const CancelToken& cancel);

} // namespace salvor
