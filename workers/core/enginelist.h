// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The engines that this program has: the one place that names them. Internal to workers/.
#pragma once

#include "engines/postgresql/postgresqldescription.h"
#include "engines/postgresql/postgresqlengine.h"

#include <memory>
#include <vector>

namespace salvor {

struct EngineEntry {
    const EngineDescription& (*describe)();
    /// `processes` is borrowed and outlives it.
    std::unique_ptr<Engine> (*make)(ProcessRunner& processes);
};

template <typename Type>
std::unique_ptr<Engine> makeEngine(ProcessRunner& processes) {
    return std::make_unique<Type>(processes);
}

/// In the order in which they are offered.
inline constexpr EngineEntry kEngines[] = {
    {postgresqlDescription, makeEngine<PostgresqlEngine>},
};

inline std::vector<std::unique_ptr<Engine>> makeEngines(ProcessRunner& processes) {
    std::vector<std::unique_ptr<Engine>> engines;
    for (const auto& entry : kEngines)
        engines.push_back(entry.make(processes));
    return engines;
}

} // namespace salvor
