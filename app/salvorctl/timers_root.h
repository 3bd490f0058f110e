// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Applying plans on the command line: what workers/timersroad.h does, said.
#pragma once

#include "app/salvorctl/command.h"
#include "workers/timersroad.h"

namespace salvor::ctl {

/// What `timers apply --plan` does. Reads the plan and its descriptor of secrets, and nothing else.
struct PlanFileOptions {
    std::string plan;
    std::string hash;
    int secretsFd = -1;
};
Result<Exit> applyPlanFile(Context& context, const PlanFileOptions& options);

/// See applyTimersPlan().
Result<Exit> applyPlan(Context& context, Timers& timers, const TimersRoad& road, const TimersPlanView& plan,
                       const std::string& action);

} // namespace salvor::ctl
