// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Timers of this user's policies on this computer: plan them from the workspace, see what is installed. What
// needs root is in engines/timers and reads no workspace.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/clock.h"
#include "models/base/result.h"
#include "models/base/secret.h"
#include "models/retention/retentionrules.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

class Core;
class ProcessRunner;

struct TimersSetup {
    bool userUnits = false; ///< of the user's own manager, where there is no root
    std::string program;    ///< salvorctl, as the units call it
    std::string root;       ///< before every path; empty: this computer
    std::string configHome; ///< for user units: $XDG_CONFIG_HOME or its default
    std::string dataHome;   ///< for user units: $XDG_DATA_HOME or its default
    ProcessRunner* processes = nullptr;
};

struct TimersQuery {
    std::vector<std::string> policies;      ///< titles or UUIDs; none: all with a schedule, and those gone go
    std::string secretKind = "credentials"; ///< "credentials" or "file"; user units: always "file"
    /// Absolute: the watch writes metrics there; empty: none; not given: as it is installed.
    std::optional<std::string> textfile;
    bool replaceHome = false; ///< timers of another Salvor home of this user may go or be replaced
};

enum class TimersFileChange { Added, Changed, Removed };
struct TimersFileView {
    std::string path;
    TimersFileChange change = TimersFileChange::Added;
    /// Of unit files by lines, of job and watch files by fields: documentDifference(). A job file that takes
    /// the place of another one has it, the other one has none.
    std::string difference;
};
struct TimersScoreView {
    std::string unit;
    unsigned exposureTenths = 0; ///< of 100; systemd-analyze security
};
struct TimersPlanView {
    std::string bytes; ///< the plan's document
    std::string sha256;
    std::string user;
    bool undo = false;
    bool removal = false; ///< of timers
    bool changesNothing = false;
    std::vector<TimersFileView> files;
    std::vector<std::string> credentials; ///< names
    std::vector<TimersScoreView> scores;
    std::vector<std::string> leftOut; ///< policies without a schedule, by title
    /// Timers that are installed and do not run: apply enables and starts them.
    std::vector<std::string> notRunning;
    /// Policies, by title, whose timers have an older password than their profile: apply renews it.
    std::vector<std::string> oldPasswords;
    /// Units that the record of what is installed does not name; the plan takes them over or away.
    std::vector<std::string> unrecorded;
    std::string damagedRecord; ///< its path; empty: it is not damaged
};

enum class TimersState {
    Installed,    ///< as the policy is now
    NotInstalled, ///< it has a schedule, and no timer
    Outdated,     ///< the policy, its profile, the password or its repository was edited since, or another
                  ///< program or version wrote the units
    Drift,        ///< somebody edited or removed a file by hand, or the record does not name its units
    PolicyGone,   ///< removed from the workspace, or it has no schedule any more
    NotRunning,   ///< a timer of it is disabled, stopped, or has no next time: nothing will start it
    OtherHome,    ///< of another Salvor home of this user
};
std::string_view toString(TimersState state); ///< "installed", "not_installed" …

struct TimerView {
    std::string timer;
    std::string active;
    std::optional<Instant> next;
    std::optional<Instant> last;
    std::string result;
    std::optional<int> exitCode;
    std::vector<std::string> dropIns;
    std::string enabled;           ///< systemd's word; empty: no such unit, or systemd was not asked
    bool failedUnrecorded = false; ///< the service's last run failed, and no run record tells of it
    bool elapsed = false;          ///< active, and systemd has no next time for it
};
struct PolicyTimersView {
    std::string policyUuid; ///< empty: the watch's
    std::string title;
    TimersState state = TimersState::NotInstalled;
    bool paused = false;
    std::int64_t version = 0;         ///< that is installed
    std::vector<std::string> edited;  ///< paths
    std::vector<std::string> missing; ///< paths
    std::vector<TimerView> timers;
    /// What the installed job prunes by; nothing: it keeps everything, is not there, or cannot be read.
    std::optional<RetentionRules> keeps;
    bool oldPassword = false;   ///< the profile's password was changed since it was applied
    bool othersUnits = false;   ///< outdated for that alone: another program or version wrote the units
    bool otherRules = false;    ///< an installed job prunes by other rules than the policy has now
    bool policyRemoved = false; ///< from the workspace; it has not only lost its schedule
    /// It is not in the workspace, and nobody removed it there: the workspace was lost. Of the watch: one of
    /// its policies is. Nothing is to be applied then.
    bool policyUnknown = false;
    std::vector<std::string> unrecorded; ///< names of its units that the record does not name
    std::string damagedRecord;           ///< path of the record, where it is damaged; else empty
};

/// Thread safe as Core is; every call blocks. Nothing here needs root, and nothing is installed.
class Timers {
public:
    /// Both are borrowed.
    Timers(Core& core, TimersSetup setup)
        : m_core(core)
        , m_setup(std::move(setup)) {}

    /// NotFound; InvalidInput for a named policy without a schedule; Conflict where timers of another Salvor
    /// home of this user would go, or what is installed goes on with a policy that nobody removed; else
    /// as planTimers().
    Result<TimersPlanView> plan(const TimersQuery& query, const CancelToken& cancel);
    /// Of the named policies (also ones that are gone from the workspace), or of all. Conflict where they are
    /// another Salvor home's of this user, unless `replaceHome`.
    Result<TimersPlanView> planRemoval(const std::vector<std::string>& policies, const CancelToken& cancel,
                                       bool replaceHome = false);
    /// Back to what was before the last apply. Conflict where another home of this user made that, or what is
    /// installed goes on with a policy that nobody removed.
    Result<TimersPlanView> planUndo(const CancelToken& cancel, bool replaceHome = false);
    /// What root needs besides the plan, from this user's secret stores: see readCredentialStream().
    Result<Secret> secretsFor(const std::string& planBytes, const CancelToken& cancel);
    /// `withSystem`: ask systemd for times and results.
    Result<std::vector<PolicyTimersView>> status(bool withSystem, const CancelToken& cancel);
    /// An audit record: "timers.plan", "timers.apply", "timers.remove", "timers.undo". It names what the plan
    /// is for, the files before and after, and the timers that it starts.
    Result<> note(const std::string& action, const TimersPlanView& plan);
    /// Where root applied the newest plan that was noted, by the line that somebody ran: the audit record of
    /// that, with "by" and, where it is known, "at". plan() and status() do it too; a failure is no matter.
    void noteApplied();
    /// Puts the plan where root finds it (0600, in the state folder); its path.
    Result<std::string> keepPlan(const TimersPlanView& plan);

private:
    Core& m_core;
    TimersSetup m_setup;
};

/// UUIDs of the policies that timers of this computer or of the user's session follow as they are now:
/// nothing edited since, nothing changed by hand, and as far as systemd answers the timers run.
Result<std::vector<std::string>> policiesFollowedByTimers(Core& core, const CancelToken& cancel);

} // namespace salvor
