// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Schedules together with retention rules that are right for most; everything else of a policy stays.
#pragma once

#include "models/policy/policy.h"
#include "models/schedule/schedulechoice.h"

#include <optional>
#include <string_view>
#include <vector>

namespace salvor {

enum class PolicyPreset {
    EveryNight, ///< a week of dailies, a month of weeklies, a year of monthlies
    EveryHour,  ///< two days of hourlies, two weeks of dailies, two months of weeklies
    EveryWeek,  ///< two months of weeklies, a year of monthlies
    Archive,    ///< every month; a year of monthlies, ten yearlies
    ByHand,     ///< no schedule, everything is kept
};
const std::vector<PolicyPreset>& policyPresets();
std::string_view toString(PolicyPreset preset); ///< stable: "every_night"

/// Sets schedule (for the policy's first kind) and retention. `timeZone`: an IANA name, where days begin.
void applyPreset(Policy& policy, PolicyPreset preset, const std::string& timeZone);
/// Which preset the policy's schedule and retention are, whatever the time of day.
std::optional<PolicyPreset> presetOf(const Policy& policy);

} // namespace salvor
