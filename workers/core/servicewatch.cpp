// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/servicewatch.h"

#include "models/base/json.h"
#include "models/watch/watchfile.h"
#include "workers/core/passwordchange.h"
#include "workers/core/policymarks.h"

#include <algorithm>

namespace salvor {

namespace {

using std::chrono::seconds;

constexpr seconds kGrain{1}; ///< systemd's times are told in whole seconds

std::string serviceOf(const std::string& timer) { return timer.substr(0, timer.rfind('.')) + ".service"; }

std::string whatItDoes(const TimerUnitStatus& timer) {
    return (timer.enabled.empty() ? "not there" : timer.enabled) + " and " +
           (timer.active.empty() ? "unknown" : timer.active) + (timer.elapsed ? " and has no next time" : "");
}

std::string howToStart(const TimerUnitStatus& timer) {
    if (timer.elapsed && timer.enabled == "enabled")
        return " (its OnCalendar= is past; systemctl cat " + timer.timer + " shows it with its drop-ins)";
    return " (salvorctl timers apply enables and starts it)";
}

Finding offFinding(const TimerUnitStatus& timer, const std::string& whose, const std::string& policyUuid) {
    return {
        Severity::Critical,
        "timer_off",
        policyUuid,
        {},
        whose + ": nothing will start it: systemd says that " + timer.timer + " is " + whatItDoes(timer) +
            howToStart(timer),
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

/// What runs is not what was installed, and systemd says that all is well.
Finding driftFinding(const FileStatus& file, const std::string& whose, const std::string& policyUuid) {
    const bool isGone = file.drift == FileDrift::Missing;
    return {Severity::Warning,
            "timers_drift",
            policyUuid,
            {},
            whose + ": " + file.path + (isGone ? " is not there any more" : " was changed by hand") +
                ", so what its timer does may be something else (salvorctl timers apply puts it right)",
            {{QStringLiteral("drift"), toQt(toString(file.drift))}},
            file.path};
}

const char* withScope(bool userUnits) { return userUnits ? ", with --user-units," : ""; }

/// Somebody removed the policy, and thinks perhaps that this was all. One that was paused then does nothing.
Finding goneFinding(const InstalledStatus& status, const std::string& timer, bool paused, bool userUnits) {
    return {paused ? Severity::Notice : Severity::Warning,
            "policy_gone",
            {},
            {},
            "policy \"" + status.policy.title + "\" is not there any more, and " + timer +
                (paused ? " stays installed: the policy was paused, so it does nothing"
                        : " goes on: it makes backups, and deletes old ones, by the policy's last rules") +
                " (salvorctl timers apply" + withScope(userUnits) + " takes it away)",
            {{QStringLiteral("policy_uuid"), toQt(status.policy.uuid)},
             {QStringLiteral("title"), toQt(status.policy.title)}},
            timer};
}

/// After the workspace was lost: nobody removed it, and to take its timers away would end its backups.
Finding unknownPolicyFinding(const InstalledStatus& status, const std::string& timer, bool paused) {
    return {Severity::Warning,
            "policy_unknown",
            {},
            {},
            "policy \"" + status.policy.title +
                "\" is not known in this workspace, and nobody removed it there, as after the workspace was "
                "lost; " +
                timer +
                (paused ? " stays installed: the policy was paused, so it does nothing"
                        : " goes on by its own file, and so does the installed watch") +
                " (put the workspace back from a copy)",
            {{QStringLiteral("policy_uuid"), toQt(status.policy.uuid)},
             {QStringLiteral("title"), toQt(status.policy.title)}},
            timer};
}

Finding unrecordedFinding(const InstalledTimers& installed, const std::string& record, bool userUnits) {
    std::string names;
    for (const auto& name : installed.unrecorded)
        names += (names.empty() ? ": " : ", ") + name;
    return {Severity::Warning,
            "timers_unrecorded",
            {},
            {},
            "what is installed for " + installed.record.user + " is not written down: " + record +
                (installed.state == RecordState::Missing   ? " is missing"
                 : installed.state == RecordState::Damaged ? " is damaged"
                                                           : " does not name all units") +
                names + " (salvorctl timers apply" + withScope(userUnits) +
                " writes it anew, salvorctl timers remove takes all of it away)",
            {},
            userUnits ? "user" : "system"};
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

void addGone(WatchReport& report, const InstalledStatus& status, const std::string& home,
             const std::string& stateFolder, bool userUnits) {
    if (!home.empty() && home != stateFolder)
        return; // another home's of this user: its own watch knows it
    const bool paused = hasPauseMark(stateFolder, status.policy.uuid);
    for (const auto& timer : status.timers) {
        if (!timer.runs())
            continue;
        report.general.push_back(hasRemovedMark(stateFolder, status.policy.uuid)
                                     ? goneFinding(status, timer.timer, paused, userUnits)
                                     : unknownPolicyFinding(status, timer.timer, paused));
    }
}

void addPolicy(WatchReport& report, const InstalledStatus& status, const std::vector<RunRecord>& runs,
               const std::string& stateFolder) {
    const auto policy = std::ranges::find(report.policies, status.policy.uuid, &PolicyWatch::uuid);
    const bool isWatch = status.policy.uuid.empty();
    if (!isWatch && policy == report.policies.end())
        return;
    const std::string whose = isWatch ? "the watch" : "policy \"" + policy->title + "\"";
    auto& findings = isWatch ? report.general : policy->findings;
    for (const FileStatus& file : status.files) { // also while it is paused: that it skips stands in a unit
        if (file.drift != FileDrift::Same)
            findings.push_back(driftFinding(file, whose, status.policy.uuid));
    }
    if (!isWatch && policy->state == WatchState::Paused)
        return;
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

/// One that cannot be read is: somebody has to hear of it. A folder that was moved takes its policies along.
bool isOwnWatch(const TimersLook& look, const WatchReport& report, const std::string& stateFolder) {
    const auto bytes = look.files.read(look.layout.watchFile(look.known.record.user));
    const auto watch = bytes && *bytes ? readWatchFile(**bytes)
                                       : Result<WatchFile>(failure(ErrorCode::NotFound, "no watch file"));
    return !watch || watch->stateFolder == stateFolder ||
           std::ranges::any_of(watch->policies, [&](const Policy& one) {
               return std::ranges::find(report.policies, one.uuid, &PolicyWatch::uuid) !=
                      report.policies.end();
           });
}

void addLook(WatchReport& report, const std::vector<RunRecord>& runs, const std::string& stateFolder,
             const TimersLook& look) {
    if (look.known.needsMending())
        report.general.push_back(
            unrecordedFinding(look.known, look.layout.record(look.known.record.user), look.userUnits));
    for (const auto& status : look.installed) {
        if (status.policy.uuid.empty() && !isOwnWatch(look, report, stateFolder))
            continue; // another home's of this user, which looks at it itself
        const bool isHere = status.policy.uuid.empty() ||
                            std::ranges::find(report.policies, status.policy.uuid, &PolicyWatch::uuid) !=
                                report.policies.end();
        if (isHere)
            addPolicy(report, status, runs, stateFolder);
        else
            addGone(report, status, stateFolderOf(look.files, status.policy), stateFolder, look.userUnits);
    }
    if (look.error && !look.error->isCancelled())
        report.general.push_back(unknownFinding(*look.error, look.userUnits));
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

void addTimerFindings(WatchReport& report, const std::vector<RunRecord>& runs, const std::string& stateFolder,
                      const std::vector<TimersLook>& looks) {
    for (const TimersLook& look : looks)
        addLook(report, runs, stateFolder, look);
}

} // namespace salvor
