// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/servicewatch.h"

#include "models/base/json.h"
#include "workers/core/passwordchange.h"

#include <algorithm>

namespace salvor {

namespace {

using std::chrono::seconds;

constexpr seconds kGrain{1}; ///< systemd's times are told in whole seconds

std::string serviceOf(const std::string& timer) { return timer.substr(0, timer.rfind('.')) + ".service"; }

std::string whatItDoes(const TimerUnitStatus& timer) {
    return (timer.enabled.empty() ? "not there" : timer.enabled) + " and " +
           (timer.active.empty() ? "unknown" : timer.active);
}

Finding offFinding(const TimerUnitStatus& timer, const std::string& whose, const std::string& policyUuid) {
    return {
        Severity::Critical,
        "timer_off",
        policyUuid,
        {},
        whose + ": nothing will start it: systemd says that " + timer.timer + " is " + whatItDoes(timer) +
            " (salvorctl timers apply enables and starts it)",
        {{QStringLiteral("enabled"), toQt(timer.enabled)}, {QStringLiteral("active"), toQt(timer.active)}},
        timer.timer};
}

Finding failedFinding(const TimerUnitStatus& timer, const std::string& whose, const std::string& policyUuid) {
    const std::string service = serviceOf(timer.timer);
    QJsonObject numbers{{QStringLiteral("result"), toQt(timer.result)}};
    std::string said = whose + ": " + service + " failed before it could record a run: " + timer.result;
    if (timer.exitCode) {
        said += ", exit code " + std::to_string(*timer.exitCode);
        numbers.insert(QStringLiteral("exit_code"), *timer.exitCode);
    }
    if (timer.ended)
        said += ", at " + toRfc3339(*timer.ended);
    said += " (journalctl -u " + service + " says why)";
    return {Severity::Critical, "service_failed", policyUuid, {}, said, numbers, service};
}

Finding passwordFinding(const std::string& whose, const std::string& policyUuid) {
    return {Severity::Warning,
            "password_old",
            policyUuid,
            {},
            whose + ": its timers have an older password than its profile (salvorctl timers apply renews it)",
            {}};
}

/// A computer whose systemd this user cannot ask is no alarm every day; a record that cannot be read is.
Finding unknownFinding(const Error& error, bool userUnits) {
    const bool isSystemd = error.code == ErrorCode::ToolMissing || error.code == ErrorCode::ToolFailed;
    return {isSystemd ? Severity::Notice : Severity::Warning,
            "timers_unknown",
            {},
            {},
            "whether the timers " +
                std::string(userUnits ? "of the user's own manager" : "of this computer") +
                " run is not known: " + error.message,
            {},
            userUnits ? "user" : "system"};
}

void addPolicy(WatchReport& report, const InstalledStatus& status, const std::vector<RunRecord>& runs,
               const std::string& stateFolder) {
    const auto policy = std::ranges::find(report.policies, status.policy.uuid, &PolicyWatch::uuid);
    const bool isWatch = status.policy.uuid.empty();
    if (!isWatch && (policy == report.policies.end() || policy->state == WatchState::Paused))
        return;
    const std::string whose = isWatch ? "the watch" : "policy \"" + policy->title + "\"";
    auto& findings = isWatch ? report.general : policy->findings;
    if (!isWatch && status.policy.passwordChange && !policy->profileUuid.empty()) {
        const auto now = passwordChangeOf(stateFolder, policy->profileUuid);
        if (now && status.policy.isOlderThan(*now))
            findings.push_back(passwordFinding(whose, status.policy.uuid));
    }
    for (const auto& timer : status.timers) {
        if (!timer.runs())
            findings.push_back(offFinding(timer, whose, status.policy.uuid));
        if (!failedUnrecorded(timer, status.policy, runs))
            continue;
        findings.push_back(failedFinding(timer, whose, status.policy.uuid));
        if (!isWatch)
            policy->state = std::max(policy->state, WatchState::Failed);
    }
}

Result<> addScope(WatchReport& report, const std::vector<RunRecord>& runs, const std::string& user,
                  const std::string& stateFolder, const TimersSetup& setup, bool userUnits,
                  const CancelToken& cancel) {
    const UnitSystem system(*setup.processes, userUnits ? UnitScope::User : UnitScope::System);
    const TimersHost host{
        HostFiles(setup.root),
        userUnits ? TimersLayout::ofUser(setup.configHome, setup.dataHome) : TimersLayout::system(), &system};
    SALVOR_ASSIGN(const auto record, loadTimersRecord(host.files, host.layout, user));
    SALVOR_ASSIGN(const auto installed, timersStatus(host, record, true, cancel));
    for (const auto& status : installed)
        addPolicy(report, status, runs, stateFolder);
    return {};
}

} // namespace

bool failedUnrecorded(const TimerUnitStatus& timer, const InstalledPolicy& installed,
                      const std::vector<RunRecord>& runs) {
    if (!timer.serviceFailed())
        return false;
    if (installed.uuid.empty() || !timer.began)
        return true;
    const Instant began = *timer.began - kGrain;
    const Instant ended = std::max(*timer.began, timer.ended.value_or(*timer.began)) + 2 * kGrain;
    const bool isAlone = installed.timers.size() == 1;
    return std::ranges::none_of(runs, [&](const RunRecord& run) {
        if (run.policyUuid != installed.uuid)
            return false;
        if (isAlone)
            return run.started >= began || (run.ended && *run.ended >= began);
        return run.started >= began && run.started <= ended;
    });
}

void addTimerFindings(WatchReport& report, const std::vector<RunRecord>& runs, const std::string& user,
                      const std::string& stateFolder, const TimersSetup& setup, const CancelToken& cancel) {
    for (const bool userUnits : {false, true}) {
        const auto done = addScope(report, runs, user, stateFolder, setup, userUnits, cancel);
        if (!done && !done.error().isCancelled())
            report.general.push_back(unknownFinding(done.error(), userUnits));
    }
}

} // namespace salvor
