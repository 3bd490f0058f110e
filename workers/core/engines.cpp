// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/engines.h"

#include "workers/core/enginelist.h"

namespace salvor {

const std::vector<EngineDescription>& engineDescriptions() {
    static const std::vector<EngineDescription> all = [] {
        std::vector<EngineDescription> descriptions;
        for (const auto& entry : kEngines)
            descriptions.push_back(entry.describe());
        return descriptions;
    }();
    return all;
}

} // namespace salvor
