// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/enginedefaults.h"

namespace salvor {

void takeDefaultsOf(const EngineDescription& engine, Policy& policy) {
    if (engine.methods.empty() || engine.methods.front().kinds.empty())
        return;
    const BackupMethod& method = engine.methods.front();
    std::optional<std::string> schedule;
    if (!policy.kinds.empty() && policy.schedules.contains(policy.kinds.front()))
        schedule = policy.schedules.at(policy.kinds.front());
    policy.options = {};
    policy.method = method.id;
    policy.kinds = {method.kinds.front()};
    std::erase_if(policy.schedules, [&](const auto& one) { return one.first != policy.kinds.front(); });
    if (schedule)
        policy.schedules[policy.kinds.front()] = *schedule;
}

} // namespace salvor
