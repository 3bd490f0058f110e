// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/timersroad.h"

#include "engines/process/process.h"
#include "engines/timers/timerapply.h"
#include "models/base/secretsource.h"
#include "models/jsonfields.h"
#include "models/policy/policycommand.h"
#include "workers/core.h"
#include "workers/core/enginelist.h"

#include <QFile>
#include <QStandardPaths>

#include <unistd.h>

#include <algorithm>

namespace salvor {

namespace {

constexpr const char* kPolkitPolicy = "/usr/share/polkit-1/actions/org.salvor.timers.policy";
constexpr int kNotAuthorized = 126; ///< pkexec(1): dismissed, or not allowed
constexpr int kNobodyToAsk = 127;   ///< pkexec(1): no agent, or an error of pkexec's own

std::string sudoLine(const std::string& program, const std::string& file, const TimersPlanView& plan) {
    std::vector<std::string> apply = {"sudo",   program, "timers",      "apply",
                                      "--plan", file,    "--plan-hash", plan.sha256};
    if (plan.credentials.empty())
        return shellQuoted(apply);
    apply.insert(apply.end(), {"--secrets-fd", "0"});
    return shellQuoted({program, "timers", "secrets", "--plan", file}) + " | " + shellQuoted(apply);
}

AppliedTimersView view(const AppliedTimers& done) {
    AppliedTimersView shown;
    shown.user = done.plan.wanted.user;
    for (const auto& file : done.plan.files)
        shown.files.push_back(file.path);
    shown.started = done.started;
    shown.stopped = done.stopped;
    shown.credentialsWritten = done.credentialsWritten;
    shown.credentialsKept = done.credentialsKept;
    shown.formerTextfile = done.formerTextfile;
    return shown;
}

struct Place {
    std::string root;
    UnitScope scope = UnitScope::System;
    TimersLayout layout = TimersLayout::system();
};

/// A policy that its engine cannot run gets no timer, whoever made the plan: its units would have names that
/// nobody else's collide with, and no other use.
Result<> checkJobs(const std::string& planBytes, ProcessRunner& processes) {
    SALVOR_ASSIGN(const TimersWanted wanted, readTimersPlan(planBytes));
    const auto engines = makeEngines(processes);
    for (const auto& bytes : wanted.jobs) {
        SALVOR_ASSIGN(const JobFile job, readJobFile(bytes));
        const auto engine = std::ranges::find_if(
            engines, [&](const auto& one) { return one->description().id == job.profile.engine; });
        if (engine == engines.end())
            return failure(ErrorCode::Unsupported,
                           "the policy \"" + job.policy.title + "\" is for the engine \"" +
                               job.profile.engine + "\", which this program does not have",
                           "use the version that the plan was made with", {{"policy", job.policy.title}});
        SALVOR_TRY(validateFor(job.profile, (*engine)->description()));
        SALVOR_TRY(validateFor(job.policy, (*engine)->description()));
    }
    return {};
}

Result<AppliedTimersView> applyHere(const std::string& bytes, const Secret& stream, const Place& place,
                                    ProcessRunner& processes, const CancelToken& cancel) {
    SALVOR_TRY(checkJobs(bytes, processes));
    SALVOR_ASSIGN(const auto secrets, readCredentialStream(stream));
    const UnitSystem system(processes, place.scope);
    const TimersHost host{HostFiles(place.root), place.layout, &system};
    SALVOR_ASSIGN(const AppliedTimers done, applyTimers(bytes, secrets, host, cancel));
    return view(done);
}

/// The secrets go through its standard input. Its answer is ours.
Result<AppliedTimersView> byPolkit(const TimersRoad& road, const std::string& file,
                                   const TimersPlanView& plan, const Secret& secrets,
                                   const CancelToken& cancel) {
    SecretSource input(secrets);
    ProcessRequest request;
    request.command = {"pkexec", road.setup.program, "timers",    "apply",        "--plan",
                       file,     "--plan-hash",      plan.sha256, "--secrets-fd", "0"};
    request.input = &input;
    SALVOR_ASSIGN(const auto report, road.setup.processes->run(request, cancel));
    if (report.exitCode == 0) {
        AppliedTimersView done;
        done.byPolkit = true;
        done.user = plan.user;
        done.started = plan.notRunning;
        for (const auto& one : plan.files)
            done.files.push_back(one.path);
        return done;
    }
    const std::string line = sudoLine(road.setup.program, file, plan);
    const std::map<std::string, std::string> context = {{"plan", file},
                                                        {"plan_sha256", plan.sha256},
                                                        {"command", line},
                                                        {"exit_code", std::to_string(report.exitCode)}};
    if (report.exitCode == kNotAuthorized || report.exitCode == kNobodyToAsk)
        return failure(ErrorCode::PermissionDenied,
                       "installing timers needs root, and pkexec did not get the right: " +
                           (report.errorTail.empty() ? std::string("nobody gave it") : report.errorTail),
                       "try again, or without a session to ask in, run: " + line, context);
    return failure(ErrorCode::ToolFailed,
                   report.errorTail.empty() ? "salvorctl as root did not install the timers"
                                            : report.errorTail,
                   "nothing was changed; what root said is above", context);
}

/// The user's side has deleted its own file.
void forgetWhatWent(AppliedTimersView& done, const TimersSetup& setup) {
    if (!HostFiles(setup.root).exists(done.formerTextfile))
        done.formerTextfile.clear();
}

using ScopeStatus = Result<std::vector<PolicyTimersView>>;

ScopeStatus statusOf(Core& core, TimersSetup setup, bool userUnits, bool withSystem,
                     const CancelToken& cancel) {
    setup.userUnits = userUnits;
    return Timers(core, std::move(setup)).status(withSystem, cancel);
}

bool canUndo(Core& core, const TimersSetup& setup, const TimersLayout& layout) {
    return HostFiles(setup.root).exists(layout.previous(core.config().userName));
}

/// What either scope has; see AllTimersView.
Result<AllTimersView> bothScopes(Core& core, const TimersRoad& road, ScopeStatus system, ScopeStatus user) {
    AllTimersView all;
    for (const auto* scope : {&system, &user}) {
        if (!*scope && scope->error().isCancelled())
            return failure(scope->error());
    }
    if (!system && !user)
        return failure(system.error());
    if (!system || !user)
        all.problem = system ? user.error() : system.error();
    const auto isInstalled = [](const PolicyTimersView& one) {
        return one.state != TimersState::NotInstalled;
    };
    const auto isIn = [&](const Result<std::vector<PolicyTimersView>>& scope, const PolicyTimersView& one) {
        return scope && std::ranges::any_of(*scope, [&](const PolicyTimersView& other) {
                   return other.policyUuid == one.policyUuid && isInstalled(other);
               });
    };
    for (auto* scope : {&system, &user}) {
        if (!*scope)
            continue;
        const bool isUser = scope == &user;
        for (auto& one : **scope) {
            // Not installed in one scope says nothing where the other one has it, and is said once.
            if (!isInstalled(one) && (isIn(isUser ? system : user, one) || (isUser && system)))
                continue;
            all.policies.push_back({isUser, std::move(one)});
        }
    }
    std::ranges::stable_sort(all.policies, {}, [](const ScopedTimersView& one) { // the watch comes last
        return std::pair(one.timers.policyUuid.empty(), one.timers.title);
    });
    all.canUndoSystem = canUndo(core, road.setup, TimersLayout::system());
    all.canUndoUser =
        canUndo(core, road.setup, TimersLayout::ofUser(road.setup.configHome, road.setup.dataHome));
    return all;
}

} // namespace

std::string timersProgram(const std::string& otherwise) {
    const QString given = qEnvironmentVariable("SALVOR_PROGRAM");
    return given.startsWith(QLatin1Char('/')) ? given.toStdString() : otherwise;
}

TimersRoad findTimersRoad(const std::string& program) {
    static SystemProcessRunner processes; // has no state
    const auto folder = [](const char* name, const char* fallback) {
        const QString given = qEnvironmentVariable(name);
        return (given.startsWith(QLatin1Char('/')) ? given
                                                   : qEnvironmentVariable("HOME") + QLatin1String(fallback))
            .toStdString();
    };
    TimersRoad road;
    road.setup.program = program;
    road.setup.processes = &processes;
    road.setup.configHome = folder("XDG_CONFIG_HOME", "/.config");
    road.setup.dataHome = folder("XDG_DATA_HOME", "/.local/share");
    road.isRoot = ::geteuid() == 0;
    road.hasPolkit = QFile::exists(QLatin1String(kPolkitPolicy)) &&
                     !QStandardPaths::findExecutable(QStringLiteral("pkexec")).isEmpty();
    return road;
}

Result<AppliedTimersView> applyTimersPlan(Timers& timers, const TimersRoad& road, const TimersPlanView& plan,
                                          const std::string& action, const CancelToken& cancel) {
    const TimersSetup& setup = road.setup;
    if (setup.userUnits) {
        const Place place{setup.root, UnitScope::User,
                          TimersLayout::ofUser(setup.configHome, setup.dataHome)};
        SALVOR_ASSIGN(auto done, applyHere(plan.bytes, {}, place, *setup.processes, cancel));
        SALVOR_TRY(timers.note(action, plan));
        forgetWhatWent(done, setup);
        return done;
    }
    Secret secrets;
    if (!plan.credentials
             .empty()) { // also where only the line is given: a secret that is missing is told now
        SALVOR_ASSIGN(secrets, timers.secretsFor(plan.bytes, cancel));
    }
    if (road.isRoot) {
        SALVOR_TRY(checkProgram(setup.program));
        SALVOR_ASSIGN(auto done, applyHere(plan.bytes, secrets, Place{setup.root}, *setup.processes, cancel));
        SALVOR_TRY(timers.note(action, plan));
        forgetWhatWent(done, setup);
        return done;
    }
    SALVOR_ASSIGN(const std::string file, timers.keepPlan(plan));
    if (road.hasPolkit) {
        SALVOR_ASSIGN(auto done, byPolkit(road, file, plan, secrets, cancel));
        SALVOR_TRY(timers.note(action, plan));
        return done;
    }
    SALVOR_TRY(timers.note("timers.plan", plan));
    const std::string line = sudoLine(setup.program, file, plan);
    return failure(ErrorCode::PermissionDenied,
                   "installing timers needs root, and polkit is not set up for it; the plan is in " + file,
                   "run: " + line, {{"plan", file}, {"plan_sha256", plan.sha256}, {"command", line}});
}

Result<AppliedTimersView> applyTimersPlanFile(const std::string& path, const std::string& sha256,
                                              const Secret& secrets, const TimersRoad& road,
                                              const CancelToken& cancel) {
    SALVOR_ASSIGN(const std::string bytes, readPlanFile(path, sha256));
    SALVOR_ASSIGN(const TimersWanted wanted, readTimersPlan(bytes));
    if (wanted.scope == UnitScope::User)
        return failure(ErrorCode::InvalidInput, "the plan is for the units of a user's own manager",
                       "run salvorctl timers apply --user-units as that user");
    SALVOR_TRY(checkProgram(wanted.program));
    return applyHere(bytes, secrets, Place{road.setup.root}, *road.setup.processes, cancel);
}

Result<AllTimersView> allTimers(Core& core, const TimersRoad& road, bool withSystem,
                                const CancelToken& cancel) {
    auto system = statusOf(core, road.setup, false, withSystem, cancel);
    auto user = statusOf(core, road.setup, true, withSystem, cancel);
    return bothScopes(core, road, std::move(system), std::move(user));
}

Result<AllTimersView> timersAsTheyRun(Core& core, const TimersRoad& road, const CancelToken& cancel) {
    std::optional<Error> unanswered;
    const auto scope = [&](bool userUnits) {
        auto asked = statusOf(core, road.setup, userUnits, true, cancel);
        if (asked || asked.error().isCancelled())
            return asked;
        auto files = statusOf(core, road.setup, userUnits, false, cancel); // known without systemd too
        if (files && !unanswered)
            unanswered = asked.error();
        return files;
    };
    auto system = scope(false);
    auto user = scope(true);
    SALVOR_ASSIGN(auto all, bothScopes(core, road, std::move(system), std::move(user)));
    if (!all.problem)
        all.problem = std::move(unanswered);
    return all;
}

Result<std::vector<ScopedTimersView>>
timersOfPolicy(Core& core, const TimersRoad& road, const std::string& policyUuid, const CancelToken& cancel) {
    SALVOR_ASSIGN(auto all, allTimers(core, road, false, cancel));
    std::erase_if(all.policies, [&](const ScopedTimersView& one) {
        return one.timers.policyUuid != policyUuid || one.timers.timers.empty() ||
               one.timers.state == TimersState::OtherHome;
    });
    if (all.policies.empty() && all.problem)
        return failure(*all.problem);
    return std::move(all.policies);
}

std::vector<std::string> followedPolicies(const AllTimersView& timers) {
    std::vector<std::string> followed;
    for (const auto& one : timers.policies) {
        const bool follows = one.timers.state == TimersState::Installed || one.timers.othersUnits;
        if (follows && !one.timers.policyUuid.empty())
            followed.push_back(one.timers.policyUuid);
    }
    return followed;
}

Result<std::vector<std::string>> policiesFollowedByTimers(Core& core, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto timers, timersAsTheyRun(core, findTimersRoad({}), cancel));
    return followedPolicies(timers);
}

} // namespace salvor
