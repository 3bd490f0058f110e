// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The proof of a restore: reads everything again and compares it with the manifest.
#pragma once

#include "engines/base/engine.h"
#include "engines/repository/manifest.h"
#include "models/base/canceltoken.h"
#include "workers/executor/progressmeter.h"

#include <cstddef>
#include <string>
#include <vector>

namespace salvor {

struct ProofTask {
    Snapshot* snapshot = nullptr; ///< of Engine::prepareProof()
    const Manifest* manifest = nullptr;
    ProgressMeter* meter = nullptr;
    std::size_t readers = 2;
    QJsonObject* finish = nullptr; ///< gets what Snapshot::finish() said; may be null
};

struct ItemDifference {
    std::string item; ///< display name, or the key of finish()
    std::string expected;
    std::string found;
};

/// Reads everything again and compares count and hash item by item, and what finish() says. An empty
/// list: equal. An error means that the comparison could not be done.
Result<std::vector<ItemDifference>> executeProof(const ProofTask& task, const CancelToken& cancel);

} // namespace salvor
