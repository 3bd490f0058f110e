// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A run that finds another server than the one that is meant. Internal to workers/core.
#pragma once

#include "models/policy/policy.h"
#include "workers/core/coreprivate.h"
#include "workers/core/runrecorder.h"

#include <vector>

namespace salvor {

/// Says so in the run's record, which has its server by now: see models/watch/serverchange.h. `isSeen`:
/// somebody reads what the run says while it is done. Where it cannot be found out the watch says it.
void noteOtherServer(const Core::Private& core, RunRecorder& recorder, const std::vector<Policy>& policies,
                     bool isSeen);

} // namespace salvor
