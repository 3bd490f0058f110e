// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The systemd units of a policy: one oneshot service and one timer for each kind (systemd.service(5),
// systemd.timer(5)); the same for systemd 252 and 257.
#pragma once

#include "models/base/result.h"
#include "models/policy/jobfile.h"
#include "models/watch/watchfile.h"

#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// A system unit with User=, or a unit of the user's own manager where there is no root.
enum class UnitScope { System, User };
std::string_view toString(UnitScope scope); ///< "system", "user"

/// What a policy's units are made from. Equal input gives equal text.
struct PolicyUnits {
    JobFile job;         ///< as read: with its hash
    std::string jobPath; ///< where the unit finds it
    UnitScope scope = UnitScope::System;
    std::string user;      ///< the repository's writer
    std::string program;   ///< salvorctl's absolute path
    std::string onFailure; ///< a unit to start then; empty: none
    std::string credentialFolder = "/etc/credstore.encrypted";
};

/// What the watch's units are made from.
struct WatchUnits {
    WatchFile watch;  ///< as read: with its hash
    std::string stem; ///< the units' name: "salvor-watch"
    std::string path; ///< where the unit finds the watch file
    UnitScope scope = UnitScope::System;
    std::string user;
    std::string program;
    std::string credentialFolder = "/etc/credstore.encrypted";
};

struct UnitFile {
    std::string name; ///< "salvor-0123abcd-full.timer"
    std::string text;
};

/// "salvor-<first 8 hex of the policy>-<kind>".
std::string unitStem(std::string_view policyUuid, std::string_view kind);
/// "salvor-<uuid>-<name>" of every secret that the job asks for; none when it takes them from files.
std::vector<std::string> credentialNames(const JobFile& job);
/// "salvor-watch-<name>" likewise.
std::vector<std::string> credentialNames(const WatchFile& watch);

/// For each kind with a schedule: its service, then its timer. InvalidInput for a policy without a schedule
/// or a name that a unit cannot hold; otherwise as unitPathsOf().
Result<std::vector<UnitFile>> renderUnits(const PolicyUnits& units);
/// The watch's service, then its timer. Errors as unitPathsOf().
Result<std::vector<UnitFile>> renderUnits(const WatchUnits& units);

} // namespace salvor
