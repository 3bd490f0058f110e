// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The engines that this program has. Internal to workers/.
#pragma once

#include "engines/postgresql/postgresqlengine.h"

#include <memory>
#include <vector>

namespace salvor {

/// `processes` is borrowed and outlives them.
inline std::vector<std::unique_ptr<Engine>> makeEngines(ProcessRunner& processes) {
    std::vector<std::unique_ptr<Engine>> engines;
    engines.push_back(std::make_unique<PostgresqlEngine>(processes));
    return engines;
}

} // namespace salvor
