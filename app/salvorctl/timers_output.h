// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How plans and states of timers are shown.
#pragma once

#include "app/salvorctl/command.h"
#include "workers/timers.h"

namespace salvor::ctl {

/// The noun itself.
void addTimersCommands(Commands& commands);

QJsonObject toJson(const TimersPlanView& plan);
/// The files with their differences, credentials and scores, as sentences.
void showPlan(Context& context, const TimersPlanView& plan);
/// Table and data of `timers status`. Partial when something differs from what the policies say.
Exit showTimers(Context& context, const std::vector<PolicyTimersView>& timers);

} // namespace salvor::ctl
