// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A report as the answer of a plug-in for Nagios, Icinga and the like (Monitoring Plugins Development
// Guidelines).
#pragma once

#include "models/watch/watchreport.h"

#include <string>

namespace salvor {

enum class NagiosState { Ok = 0, Warning = 1, Critical = 2, Unknown = 3 };

struct NagiosAnswer {
    NagiosState state = NagiosState::Ok;
    std::string text; ///< first line with performance data, then one line a finding
};

/// A paused policy is a warning; no policy at all is unknown: nothing is protected, and nobody said what
/// should be.
NagiosAnswer nagiosAnswer(const WatchReport& report);
/// For whatever kept it from looking.
NagiosAnswer nagiosUnknown(const std::string& why);

} // namespace salvor
