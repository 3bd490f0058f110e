// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The flags of policy set, and what they change in a policy.
#pragma once

#include "models/policy/policy.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salvor::ctl {

/// What was not given keeps its value.
struct PolicyOptions {
    std::optional<std::string> title;
    std::string profile;
    std::string repository;
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    std::vector<std::string> addInclude; ///< behind the rules that there are
    std::vector<std::string> addExclude;
    std::vector<std::string> when; ///< "KIND=EXPRESSION", or an expression for the first kind
    bool noSchedule = false;
    std::optional<std::uint64_t> randomDelaySeconds;
    std::optional<std::uint64_t> level;
    std::vector<std::string> engineOptions; ///< "KEY=VALUE"
    std::optional<std::uint32_t> keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly;
    std::string keepWithin; ///< a span
    std::string keepZone;
    bool keepEverything = false;
    std::optional<std::string> verifyAfter;
    std::string proofWithin; ///< a span
    std::string drillTarget; ///< "throwaway", or a profile's title or UUID: made a UUID by who has the Core
    std::vector<std::string> drillChecks; ///< files
    std::optional<std::uint64_t> bandwidth, threads, sessions, memory, cpu, lockWait;
    std::vector<std::string> hookBefore, hookAfter; ///< one command each, a word an option
    std::vector<std::string> hookPaths;
    std::uint64_t hookTimeoutSeconds = 60;
    std::string hookFailure = "failed";
    bool noHooks = false;
    std::vector<std::string> mail, webhooks;
    std::optional<std::string> heartbeat;
    std::vector<std::string> notifyOn;
    std::string recoveryPoint;      ///< a span
    std::vector<std::string> unset; ///< paths of fields that shall have their default again
    CLI::App* verb = nullptr;       ///< knows in which order the rules came
};

void addPolicyOptions(CLI::App* verb, const std::shared_ptr<PolicyOptions>& options);
/// InvalidInput for a flag whose value cannot be read. The result has still to be validated.
Result<> applyPolicyOptions(Policy& policy, const PolicyOptions& options);

} // namespace salvor::ctl
