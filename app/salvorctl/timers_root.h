// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The road to root: polkit where it is there, else the line to copy; and what root then does.
#pragma once

#include "app/salvorctl/command.h"
#include "workers/timers.h"

namespace salvor::ctl {

/// What `timers apply --plan` does. Reads the plan and its descriptor of secrets, and nothing else.
struct PlanFileOptions {
    std::string plan;
    std::string hash;
    int secretsFd = -1;
};
Result<Exit> applyPlanFile(Context& context, const PlanFileOptions& options);

/// Applies a plan of this user's: at once for user units and for root; by pkexec; else PermissionDenied with
/// the line for sudo.
Result<Exit> applyPlan(Context& context, Timers& timers, const TimersSetup& setup, const TimersPlanView& plan,
                       const std::string& action);

/// As this program is called by units: what the portable bundle's starter says, else this program's file.
std::string ownProgram();

} // namespace salvor::ctl
