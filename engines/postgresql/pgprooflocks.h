// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the target server's lock table has room for the proof: it runs pg_dump there, which locks every
// table until it ends. The restore itself locks one after the other.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgconnection.h"

#include <cstdint>
#include <optional>

namespace salvor {

/// Tables that the proof of a backup locks at once, at least: those of the biggest of its archives of the
/// schema. Views, sequences and members of extensions do not count.
std::uint64_t pgLocksOfProof(const BackupContents& contents);

/// Nothing where the locks are enough. A blocker only where no server of such settings has so many, as a
/// server takes what is left of its shared memory for locks, too; a warning where they may not be enough.
/// Asks the server for its settings; blocks for that long. `spec.contents` may not be null.
Result<std::optional<PreflightFinding>> pgCheckProofLocks(PgConnection& server, const RestoreSpec& spec,
                                                          const CancelToken& cancel);

} // namespace salvor
