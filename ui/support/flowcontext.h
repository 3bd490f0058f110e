// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What dialogs and flows are given.
#pragma once

#include "workers/core.h"
#include "workers/jobworker.h"

namespace salvor {

class JobController;

/// Borrowed; all outlive the dialogs. `lookups` should be the flows' own: a test connection may take as long
/// as a server lets it, and nothing else should wait behind it.
struct FlowContext {
    Core& core; ///< only inside a look-up or a job
    Lookups& lookups;
    JobController& jobs;
};

} // namespace salvor
