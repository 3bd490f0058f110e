// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How the items of a phase are cut into what one thread does in one go.
#pragma once

#include "engines/base/engine.h"
#include "engines/repository/manifest.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace salvor {

/// A run of neighbouring items of one phase, done one after the other in one thread.
struct WorkUnit {
    std::size_t first = 0; ///< index into the phase's items
    std::size_t count = 0;
    std::uint64_t sizeBytes = 0; ///< estimated
};

/// Backup: an item estimated at 1 MiB or more is alone; neighbouring small items of one group share a unit of
/// at most 16 MiB or 256 items. Depends on the plan only, so that unchanged data is cut alike in every run
/// and found again.
std::vector<WorkUnit> cutForReading(const Phase& phase);

/// Restore: neighbouring items whose bytes begin in the same object share a unit, so that it is opened once
/// only. `located[i]` is the manifest's entry of the phase's item i.
std::vector<WorkUnit> cutForWriting(const Phase& phase, const std::vector<const ManifestItem*>& located);

/// The order to begin them in: big ones first, so that none is left over at the end; ties as they stand. In
/// front of all, as they stand, those that begin with one of the first `begunFirst` items.
std::vector<std::size_t> biggestFirst(const std::vector<WorkUnit>& units, std::size_t begunFirst = 0);

} // namespace salvor
