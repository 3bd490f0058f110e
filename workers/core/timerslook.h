// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What is installed for a user and what systemd says of it: asked once, for all that the watch tells of it.
// Internal to workers/.
#pragma once

#include "engines/timers/installedtimers.h"
#include "engines/timers/timerstatus.h"
#include "workers/timers.h"

#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// One of the two: root's units, or those of the user's own manager. A value.
struct TimersLook {
    bool userUnits = false;
    HostFiles files;
    TimersLayout layout;
    InstalledTimers known;                  ///< empty where the record could not be read
    std::vector<InstalledStatus> installed; ///< empty with an error
    std::optional<Error> error;             ///< a record or systemd that does not say; or cancelled
};

/// Root's, then the user's own. Asks no systemd where nothing is installed; needs no root. Blocks: each timer
/// is two calls of systemctl. Cancelled is an error of the look.
std::vector<TimersLook> lookAtTimers(const std::string& user, const TimersSetup& setup,
                                     const CancelToken& cancel);

} // namespace salvor
