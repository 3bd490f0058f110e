// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The road from a plan of timers to what is installed, for both programs: at once for the user's own units
// and for root; by polkit, which asks in a dialog of its own; else the line for a person to run. Root's
// password never comes near this program.
#pragma once

#include "workers/timers.h"

namespace salvor {

/// How this program gets to root. A value; what `setup` points to is borrowed.
struct TimersRoad {
    TimersSetup setup;
    bool isRoot = false;
    bool hasPolkit = false; ///< pkexec is there, and the action that the package installs

    /// Whether a plan can be applied from here, or only written down for somebody to apply.
    bool leadsThere() const { return setup.userUnits || isRoot || hasPolkit; }
};

/// From the environment: XDG folders, effective user, polkit. `program` is salvorctl, as the units call it.
TimersRoad findTimersRoad(const std::string& program);
/// As findTimersRoad() wants it: what the portable bundle's starter says, else `otherwise`.
std::string timersProgram(const std::string& otherwise);

struct AppliedTimersView {
    bool byPolkit = false; ///< then of `started` only the plan's `notRunning` are known here
    std::string user;
    std::vector<std::string> files; ///< that changed
    std::vector<std::string> started;
    std::vector<std::string> stopped;
    std::vector<std::string> credentialsWritten;
    std::vector<std::string> credentialsKept;
    std::string formerTextfile; ///< metrics of the former watch that are there still; empty: none
};

/// Applies a plan of this user's, all of it or nothing, and writes the audit record. `action`:
/// "timers.apply", "timers.remove", "timers.undo". Blocks as long as polkit's dialog is open; a cancel ends
/// that. PermissionDenied when nobody gave the right, or where there is no road: then the plan is kept in the
/// state folder and the error's context has it ("plan", "plan_sha256") and the line to run ("command").
/// Otherwise as applyTimers().
Result<AppliedTimersView> applyTimersPlan(Timers& timers, const TimersRoad& road, const TimersPlanView& plan,
                                          const std::string& action, const CancelToken& cancel);

/// What root does with a plan file: see readPlanFile(). `secrets` is what Timers::secretsFor() gave; no
/// workspace is opened. Of `road` only its setup's processes and root are used.
Result<AppliedTimersView> applyTimersPlanFile(const std::string& path, const std::string& sha256,
                                              const Secret& secrets, const TimersRoad& road,
                                              const CancelToken& cancel);

/// The same for the user's units as for the system's: what either has, with its scope.
struct ScopedTimersView {
    bool userUnits = false;
    PolicyTimersView timers;
};
/// Of every policy of the workspace and of what is installed in either scope. One whose timers are in neither
/// is listed once, as not installed. A scope that cannot be asked is left out and `problem` says why, as long
/// as the other one answers.
struct AllTimersView {
    std::vector<ScopedTimersView> policies; ///< by title
    std::optional<Error> problem;
    bool canUndoSystem = false; ///< there is something to go back to
    bool canUndoUser = false;
};
/// `withSystem`: systemd is asked for times and results.
Result<AllTimersView> allTimers(Core& core, const TimersRoad& road, bool withSystem,
                                const CancelToken& cancel);
/// The same, as systemd runs them: one that is disabled, stopped or failed is TimersState::NotRunning, also
/// where its files are as they should be. A scope whose systemd does not answer (within a minute a question)
/// is judged by its files, as without `withSystem`, and `problem` says why. Cancelled stays Cancelled.
Result<AllTimersView> timersAsTheyRun(Core& core, const TimersRoad& road, const CancelToken& cancel);
/// What is installed for one policy, in either scope; it goes on when the policy is removed. Systemd is not
/// asked.
Result<std::vector<ScopedTimersView>>
timersOfPolicy(Core& core, const TimersRoad& road, const std::string& policyUuid, const CancelToken& cancel);
/// See policiesFollowedByTimers().
std::vector<std::string> followedPolicies(const AllTimersView& timers);

} // namespace salvor
