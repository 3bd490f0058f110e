// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Writes a backup's items into a target, with several sessions at once.
#pragma once

#include "engines/base/engine.h"
#include "engines/repository/manifest.h"
#include "models/base/canceltoken.h"
#include "workers/executor/progressmeter.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace salvor {

/// The manifest in the engine's terms: phases, items and reports in the order in which they were read.
BackupContents contentsOf(const Manifest& manifest);

/// Everything is borrowed for the call.
struct RestoreTask {
    Target* target = nullptr;
    const Manifest* manifest = nullptr;
    /// Opens the plaintext of manifest->items[item]. Thread safe.
    std::function<Result<std::unique_ptr<ByteSource>>(std::size_t item, const CancelToken&)> open;
    ProgressMeter* meter = nullptr;
    std::size_t writers = 2; ///< sessions at once in parallel phases
};

struct RestoreFigures {
    std::uint64_t items = 0; ///< of the backup, each counted once
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
};

/// Writes every phase and calls Target::finish(). The first error stops all threads and is returned; the
/// target stays hidden. Each item is read to its end whatever the engine took of it, as its hash is known
/// only there.
Result<RestoreFigures> executeRestore(const RestoreTask& task, const CancelToken& cancel);

} // namespace salvor
