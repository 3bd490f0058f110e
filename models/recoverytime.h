// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How long getting a database back takes: one definition for the window, the watch and the preflight.
#pragma once

#include "models/backuprecord.h"

#include <optional>

namespace salvor {

/// Seconds that somebody has to wait until a restored database can be used, as a restore or a drill measured
/// it: restoring it and proving it, as it is hidden until it is proved. Without connecting, and without what
/// only a drill does (a private server, check queries, tidying up). Nothing of a run that left the proof out:
/// it did not measure that. Whether the run succeeded is for the caller to ask. From RunRecord::details:
/// "restore_milliseconds" and "proof_milliseconds", else both in whole "…_seconds".
std::optional<double> recoverySecondsOf(const RunRecord& run);

} // namespace salvor
