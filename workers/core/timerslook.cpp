// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/timerslook.h"

namespace salvor {

namespace {

Result<> fill(TimersLook& look, const std::string& user, const TimersSetup& setup,
              const CancelToken& cancel) {
    const UnitSystem system(*setup.processes, look.layout.scope);
    SALVOR_ASSIGN(look.known, loadInstalledTimers(look.files, look.layout, user));
    SALVOR_ASSIGN(look.installed,
                  timersStatus({look.files, look.layout, &system}, look.known.record, true, cancel));
    return {};
}

} // namespace

std::vector<TimersLook> lookAtTimers(const std::string& user, const TimersSetup& setup,
                                     const CancelToken& cancel) {
    std::vector<TimersLook> looks;
    for (const bool userUnits : {false, true}) {
        TimersLook look;
        look.userUnits = userUnits;
        look.files = HostFiles(setup.root);
        look.layout =
            userUnits ? TimersLayout::ofUser(setup.configHome, setup.dataHome) : TimersLayout::system();
        if (auto filled = fill(look, user, setup, cancel); !filled)
            look.error = std::move(filled).error();
        looks.push_back(std::move(look));
    }
    return looks;
}

} // namespace salvor
