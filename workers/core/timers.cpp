// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// From the workspace's policies to a plan of timers.
#include "workers/timers.h"

#include "engines/process/process.h"
#include "engines/secrets/opensecretstore.h"
#include "engines/timers/installedtimers.h"
#include "engines/timers/timerapply.h"
#include "engines/timers/timerstatus.h"
#include "models/base/json.h"
#include "models/base/uniquefd.h"
#include "models/jsonfields.h"
#include "models/policy/documentdifference.h"
#include "models/watch/watchfile.h"
#include "models/workspace/workspacedatabase.h"
#include "workers/core.h"
#include "workers/core/passwordchange.h"
#include "workers/core/policymarks.h"
#include "workers/core/repositorykeys.h"
#include "workers/core/servicewatch.h"
#include "workers/core/textfile.h"
#include "workers/watchjobs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

namespace salvor {

namespace {

constexpr std::size_t kRunsSince = 1000; ///< newest runs that may tell of a service's last one

struct Place {
    UnitSystem system;
    TimersHost host;

    explicit Place(const TimersSetup& setup)
        : system(*setup.processes, setup.userUnits ? UnitScope::User : UnitScope::System)
        , host{HostFiles(setup.root),
               setup.userUnits ? TimersLayout::ofUser(setup.configHome, setup.dataHome)
                               : TimersLayout::system(),
               &system} {}
};

/// This user's own stores: see Core::Private::secrets().
SecretStoreConfig storesOf(const CoreConfig& config) {
    SecretStoreConfig stores;
    stores.fileFolder = config.places.secrets;
    stores.credentialsFolder = config.credentialsFolder;
    stores.pluginFolder = config.pluginFolder;
    return stores;
}

TimersWanted wantedFor(const Core& core, const TimersSetup& setup) {
    TimersWanted wanted;
    wanted.scope = setup.userUnits ? UnitScope::User : UnitScope::System;
    wanted.user = core.config().userName;
    wanted.program = setup.program;
    return wanted;
}

std::string folderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// A policy's new revision is a file of its own, beside the one that it replaces.
std::string differenceOf(const TimersPlan& plan, const PlannedFile& file) {
    if (!file.path.ends_with(".json"))
        return lineDifference(file.old, file.content.value_or(""));
    const bool comes = file.content && file.before.empty();
    const auto partner = std::ranges::find_if(plan.files, [&](const PlannedFile& other) {
        return other.path != file.path && other.path.ends_with(".json") &&
               folderOf(other.path) == folderOf(file.path) &&
               (comes ? !other.content : other.content && other.before.empty());
    });
    if (comes && partner != plan.files.end())
        return documentDifference(partner->old, *file.content);
    if (!file.content && partner != plan.files.end())
        return {};
    return documentDifference(file.old, file.content.value_or(""));
}

Result<TimersPlanView> view(const TimersPlan& plan) {
    TimersPlanView shown;
    SALVOR_ASSIGN(shown.bytes, writeTimersPlan(plan));
    shown.sha256 = sha256Hex(shown.bytes);
    shown.user = plan.wanted.user;
    shown.undo = plan.wanted.action == TimersAction::Undo;
    shown.changesNothing = plan.changesNothing();
    shown.credentials = plan.credentials;
    shown.notRunning = plan.notRunning;
    shown.oldPasswords = plan.oldPasswords;
    shown.unrecorded = plan.unrecorded;
    for (const auto& file : plan.files) {
        TimersFileView one{file.path,
                           !file.content         ? TimersFileChange::Removed
                           : file.before.empty() ? TimersFileChange::Added
                                                 : TimersFileChange::Changed,
                           {}};
        one.difference = differenceOf(plan, file);
        shown.files.push_back(std::move(one));
    }
    for (const auto& score : plan.scores)
        shown.scores.push_back({score.unit, score.exposureTenths});
    return shown;
}

Result<TimersPlanView> planned(const TimersWanted& wanted, const Place& place, const CancelToken& cancel) {
    SALVOR_ASSIGN(const TimersPlan plan, planTimers(wanted, place.host, cancel));
    SALVOR_ASSIGN(auto shown, view(plan));
    if (plan.recordState == RecordState::Damaged)
        shown.damagedRecord = place.host.layout.record(wanted.user);
    return shown;
}

/// A job file of today: what a new plan would install.
Result<std::string> jobNow(Core& core, const InstalledPolicy& installed) {
    return core.jobFile(installed.uuid, installed.credentials.empty() ? "file" : "credentials");
}

/// The installed watch file, as it is read; nothing where there is none.
Result<std::optional<WatchFile>> installedWatch(const Place& place, const std::string& user) {
    SALVOR_ASSIGN(const auto bytes, place.host.files.read(place.host.layout.watchFile(user)));
    if (!bytes)
        return std::optional<WatchFile>();
    SALVOR_ASSIGN(auto watch, readWatchFile(*bytes));
    return std::optional(std::move(watch));
}

/// Where the metrics go stays as it was, unless it is said.
Result<std::string> watchFor(Core& core, const Place& place, const TimersQuery& query, bool userUnits) {
    WatchFileSpec spec;
    spec.secretKind = userUnits ? "file" : query.secretKind;
    if (query.textfile) {
        spec.textfile = *query.textfile;
    } else if (const auto before = installedWatch(place, core.config().userName); before && *before) {
        spec.textfile = (*before)->textfile; // one that cannot be read is replaced
    }
    return core.watchFile(spec);
}

bool isIn(const std::vector<Policy>& policies, const std::string& uuid) {
    return std::ranges::find(policies, uuid, &Policy::uuid) != policies.end();
}

/// A workspace that was moved takes its policies along; only those that are not in this one are another's.
bool isOfAnotherHome(const std::string& stateFolder, const Core& core) {
    return !stateFolder.empty() && stateFolder != core.config().places.state;
}

/// The state folder that an installed job names; empty where its file cannot be read.
std::string homeOf(const Place& place, const InstalledPolicy& installed) {
    return stateFolderOf(place.host.files, installed); // nothing: said as drift
}

/// And of the watch, where none of its policies is known here.
std::string homeOf(const WatchFile& watch, const std::vector<Policy>& here) {
    const bool isOurs = watch.policies.empty() || std::ranges::any_of(watch.policies, [&](const auto& one) {
                            return isIn(here, one.uuid);
                        });
    return isOurs ? std::string() : watch.stateFolder;
}

/// What is installed for this user by another home would be ended, or its watch replaced, without a word.
/// `policies`: those that the plan may end. `withWatch`: the watch is one of them.
Result<> checkHome(const Core& core, const Place& place, const std::vector<InstalledPolicy>& policies,
                   bool withWatch, const std::vector<Policy>& here) {
    const auto refused = [&](const std::string& what, const std::string& home) {
        return failure(ErrorCode::Conflict,
                       what + " installed for " + core.config().userName +
                           " belongs to another Salvor home, whose state folder is " + home +
                           ": this plan would end it",
                       "do it from there, or end what that home does here with --replace-home",
                       {{"state_folder", home}});
    };
    for (const auto& installed : policies) {
        const std::string home = isIn(here, installed.uuid) ? std::string() : homeOf(place, installed);
        if (isOfAnotherHome(home, core))
            return refused("the timer of policy \"" + installed.title + "\"", home);
    }
    const auto watch = installedWatch(place, core.config().userName);
    if (!withWatch || !watch || !*watch)
        return {}; // one that cannot be read is replaced
    if (const std::string home = homeOf(**watch, here); isOfAnotherHome(home, core))
        return refused("the watch", home);
    return {};
}

/// Not in the workspace, and not removed from it either.
bool isUnknown(const Core& core, const std::vector<Policy>& here, const std::string& policyUuid) {
    return !isIn(here, policyUuid) && !hasRemovedMark(core.config().places.state, policyUuid);
}

/// Of what is installed by this home and is not known here: a policy's timers, or the watch of one that never
/// had any. Nothing: there is none.
struct Unknown {
    std::string uuid;
    std::string title;
    bool hasTimers = false;
};
std::optional<Unknown> firstUnknown(const Core& core, const Place& place,
                                    const std::vector<InstalledPolicy>& installed,
                                    const std::vector<Policy>& here) {
    for (const auto& one : installed) {
        if (isUnknown(core, here, one.uuid) && !isOfAnotherHome(homeOf(place, one), core))
            return Unknown{one.uuid, one.title, true};
    }
    const auto watch = installedWatch(place, core.config().userName);
    if (!watch || !*watch || isOfAnotherHome(homeOf(**watch, here), core))
        return std::nullopt;
    for (const auto& one : (*watch)->policies) {
        // One with a schedule had timers, and somebody took them away by its name.
        if (one.schedules.empty() && isUnknown(core, here, one.uuid))
            return Unknown{one.uuid, one.title, false};
    }
    return std::nullopt;
}

/// A workspace that was lost, or put back from a copy that is older than a policy, has not removed that: a
/// plan of it would end the last timers that make its backups, or leave it out of the watch. Whether a loss
/// was noticed does not matter: the note of it lies in a folder that is lost with the same disk.
Result<> checkNothingLost(const Core& core, const Place& place, const std::vector<InstalledPolicy>& installed,
                          const std::vector<Policy>& here, TimersAction action) {
    const auto unknown = firstUnknown(core, place, installed, here);
    if (!unknown)
        return {};
    if (action == TimersAction::Undo) // what it goes back to only root may read
        return failure(ErrorCode::Conflict,
                       "policy \"" + unknown->title + "\", with which the installed " +
                           (unknown->hasTimers ? "timers go" : "watch goes") +
                           " on, is not known in this workspace, and nobody removed it there: going back "
                           "one step may end " +
                           (unknown->hasTimers ? "its backups" : "its being watched"),
                       "put the workspace back from a copy that has it" +
                           (unknown->hasTimers ? "; or, if it is to end, run salvorctl timers remove " +
                                                     unknown->uuid + " instead of going back"
                                               : std::string()),
                       {{"policy", unknown->title}, {"policy_uuid", unknown->uuid}});
    return failure(
        ErrorCode::Conflict,
        "policy \"" + unknown->title + "\", with which the installed " +
            (unknown->hasTimers ? "timers go" : "watch goes") +
            " on, is not known in this workspace, and nobody removed it there: this plan would end " +
            (unknown->hasTimers ? "its backups" : "its being watched"),
        unknown->hasTimers ? "put the workspace back from a copy that has it; or, if it is to end, run "
                             "salvorctl timers remove " +
                                 unknown->uuid + " first"
                           : "put the workspace back from a copy that has it; or, if it is to end, run "
                             "salvorctl timers remove first, "
                             "which ends all timers of this home, and then salvorctl timers apply, which "
                             "makes those of this "
                             "workspace anew",
        {{"policy", unknown->title}, {"policy_uuid", unknown->uuid}});
}

TimersState watchState(Core& core, const Place& place, const InstalledStatus& status, bool withSystem,
                       const std::vector<Policy>& here) {
    if (status.drifted())
        return TimersState::Drift;
    const auto installed = installedWatch(place, core.config().userName);
    if (!installed || !*installed)
        return TimersState::Drift;
    if (withSystem && !status.allRun())
        return TimersState::NotRunning;
    if (isOfAnotherHome(homeOf(**installed, here), core))
        return TimersState::OtherHome;
    const auto now = core.watchFile({(*installed)->secretKind, (*installed)->textfile});
    const auto read = now ? readWatchFile(*now) : Result<WatchFile>(failure(now.error()));
    return read && read->sha256 == (*installed)->sha256 ? TimersState::Installed : TimersState::Outdated;
}

/// An answer that cannot be had is none: the state folder is read by everything else too, and says so.
bool hasOldPassword(const Core& core, const InstalledPolicy& installed, const Policy& policy) {
    const auto now = passwordChangeOf(core.config().places.state, policy.profileUuid);
    return now && installed.isOlderThan(*now);
}

/// `here`: the workspace's policies.
TimersState stateOf(Core& core, const Place& place, const InstalledStatus& status, bool withSystem,
                    const std::vector<Policy>& here) {
    if (status.policy.uuid.empty())
        return watchState(core, place, status, withSystem, here);
    if (status.drifted())
        return TimersState::Drift;
    const auto policy = std::ranges::find(here, status.policy.uuid, &Policy::uuid);
    if (policy == here.end() && isOfAnotherHome(homeOf(place, status.policy), core))
        return TimersState::OtherHome;
    if (policy == here.end() || policy->schedules.empty())
        return TimersState::PolicyGone;
    if (withSystem && !status.allRun())
        return TimersState::NotRunning;
    const auto now = jobNow(core, status.policy);
    const auto job = now ? readJobFile(*now) : Result<JobFile>(failure(now.error()));
    const bool isCurrent =
        job && job->sha256 == status.policy.jobSha256 && !hasOldPassword(core, status.policy, *policy);
    return isCurrent ? TimersState::Installed : TimersState::Outdated;
}

/// The rules that an installed job has; its file says them also when the policy is gone.
void addRules(PolicyTimersView& shown, const Place& place, const InstalledStatus& status,
              const Policy* policy) {
    if (status.policy.jobPath.empty())
        return;
    const auto bytes = place.host.files.read(status.policy.jobPath);
    const auto job =
        bytes && *bytes ? readJobFile(**bytes) : Result<JobFile>(failure(ErrorCode::NotFound, "no job file"));
    if (!job)
        return; // said as drift: such a job does not run
    shown.keeps = job->policy.retention;
    shown.otherRules = policy == nullptr || policy->retention != shown.keeps;
}

PolicyTimersView view(InstalledStatus& status, const Policy* policy, const std::vector<RunRecord>& runs) {
    PolicyTimersView shown;
    shown.policyUuid = status.policy.uuid;
    shown.title = policy ? policy->title : status.policy.title;
    shown.version = status.policy.version;
    shown.paused = policy && policy->paused;
    for (const auto& file : status.files) {
        if (file.drift == FileDrift::Edited)
            shown.edited.push_back(file.path);
        if (file.drift == FileDrift::Missing)
            shown.missing.push_back(file.path);
    }
    for (auto& timer : status.timers)
        shown.timers.push_back({timer.timer, timer.active, timer.next, timer.last, timer.result,
                                timer.exitCode, std::move(timer.dropIns), timer.enabled,
                                failedUnrecorded(timer, status.policy, runs), timer.elapsed});
    return shown;
}

/// Needs the state.
void addWhetherKnown(PolicyTimersView& shown, const Core& core, const Place& place,
                     const InstalledPolicy& installed, const std::vector<Policy>& here) {
    if (shown.state == TimersState::OtherHome)
        return;
    if (!shown.policyUuid.empty()) { // also one that is edited, or does not run
        if (!isIn(here, shown.policyUuid) && isOfAnotherHome(homeOf(place, installed), core))
            return;
        shown.policyUnknown = isUnknown(core, here, shown.policyUuid);
        shown.policyRemoved = !shown.policyUnknown && !isIn(here, shown.policyUuid);
        return;
    }
    const auto watch = installedWatch(place, core.config().userName);
    if (watch && *watch && isOfAnotherHome(homeOf(**watch, here), core))
        return;
    shown.policyUnknown = watch && *watch && std::ranges::any_of((*watch)->policies, [&](const Policy& one) {
                              return isUnknown(core, here, one.uuid);
                          });
}

/// What the record does not say of it: it was lost or is damaged, or does not name its units.
void addRecordTrouble(PolicyTimersView& shown, const Place& place, const InstalledTimers& installed,
                      const InstalledStatus& status) {
    for (const auto& name : installed.unrecorded) {
        const std::string path = place.host.layout.unit(name);
        if (std::ranges::find(status.files, path, &FileStatus::path) != status.files.end())
            shown.unrecorded.push_back(name);
    }
    const std::string record = place.host.layout.record(installed.record.user);
    if (shown.unrecorded.empty())
        return;
    if (installed.state == RecordState::Missing)
        shown.missing.push_back(record);
    if (installed.state == RecordState::Damaged)
        shown.damagedRecord = record;
    if (shown.state == TimersState::Installed || shown.state == TimersState::Outdated ||
        shown.state == TimersState::NotRunning) {
        shown.state = TimersState::Drift;
        shown.othersUnits = false;
    }
}

bool anyFailed(const std::vector<InstalledStatus>& installed) {
    return std::ranges::any_of(installed, [](const InstalledStatus& status) {
        return std::ranges::any_of(status.timers, &TimerUnitStatus::serviceFailed);
    });
}

/// The watch's: channels keep their secrets in stores of their own.
Result<> addChannelSecrets(const std::string& watchBytes, const SecretStoreConfig& stores,
                           CredentialSecrets& secrets, const CancelToken& cancel) {
    SALVOR_ASSIGN(const WatchFile watch, readWatchFile(watchBytes));
    if (watch.secretKind != "credentials")
        return {};
    for (const auto& channel : watch.channels) {
        if (channel.secretKind.empty())
            continue;
        SALVOR_ASSIGN(const auto store, openSecretStore(channel.secretKind, stores));
        SALVOR_ASSIGN(auto secret, store->get(channel.secretName(), cancel));
        secrets.insert_or_assign("salvor-" + std::string(kWatchCredentialsOwner) + "-" + channel.secretName(),
                                 std::move(secret));
    }
    return {};
}

/// Somebody wants to hear of it: also where a person, or another program, starts its runs.
bool wantsWatch(const Policy& policy) {
    return !policy.paused && (policy.recoveryPointObjectiveSeconds.value_or(0) > 0 || !policy.mail.empty() ||
                              !policy.webhooks.empty() || !policy.heartbeat.value_or("").empty());
}

/// When the policy was saved its schedules lay ahead: a timer would be installed that never starts.
Result<> checkComesAgain(const Policy& policy, Instant now) {
    auto checked = checkSchedulesElapse(policy, now);
    if (checked)
        return {};
    Error error = std::move(checked).error();
    error.message = "no timer is planned: policy \"" + policy.title + "\": " + error.message;
    error.context.emplace("policy", policy.title);
    return failure(std::move(error));
}

/// What a plan is for: on the road with the sudo line all that is known here is that it was made.
std::string kindOf(const TimersPlanView& plan) {
    return plan.undo ? "undo" : plan.removal ? "remove" : "apply";
}

Result<std::unique_ptr<WorkspaceDatabase>> openWorkspace(const CoreConfig& config) {
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    return WorkspaceDatabase::open(config.places.workspaceFile, *config.clock, config.userName + "@" + host);
}

std::string keptPlan(const CoreConfig& config) { return config.places.state + "/timers-plan.json"; }

/// A plan that root has applied: since when what it wants is there, as far as that is known.
struct AppliedPlan {
    std::optional<Instant> at; ///< nothing: its record went with the last timer
};

constexpr std::chrono::milliseconds kFileTimes{50}; ///< by which they may lag behind the clock

/// Whether everything is as the plan wants it, and was written after the plan was noted.
std::optional<AppliedPlan> appliedPlan(const Place& place, const QJsonObject& plan, Instant noted) {
    const auto textOf = [](const QJsonObject& object, const char* key) {
        return fromQt(object.value(QLatin1String(key)).toString());
    };
    bool isRemoval = true;
    for (const auto& element : plan.value(QLatin1String("files")).toArray()) {
        const QJsonObject file = element.toObject();
        const bool stays = file.contains(QLatin1String("content"));
        const auto there = place.host.files.read(textOf(file, "path"));
        if (!there || *there != (stays ? std::optional(textOf(file, "content")) : std::nullopt))
            return std::nullopt;
        isRemoval = isRemoval && !stays;
    }
    const std::string path = place.host.layout.record(textOf(plan, "user"));
    const std::string before = textOf(plan, "record_before_sha256");
    const auto record = place.host.files.read(path);
    if (!record)
        return std::nullopt;
    if (!*record)
        return isRemoval && !before.empty() ? std::optional(AppliedPlan()) : std::nullopt;
    struct stat info{};
    if (::stat(place.host.files.inRoot(path).c_str(), &info) != 0)
        return std::nullopt;
    const Instant at{std::chrono::seconds(info.st_mtim.tv_sec) +
                     std::chrono::microseconds(info.st_mtim.tv_nsec / 1000)};
    const bool undo = textOf(plan, "action") == "undo"; // what it brings back is in no plan
    if (at + kFileTimes < noted || (undo && sha256Hex(**record) == before))
        return std::nullopt;
    return AppliedPlan{at};
}

/// By the line that somebody ran as root, who has no audit of this user's: when it is seen, it is written.
Result<> noteWhatRootApplied(Core& core, const Place& place) {
    const CoreConfig& config = core.config();
    AuditFilter filter;
    filter.action = "timers";
    filter.subject = config.userName;
    filter.limit = 1;
    SALVOR_ASSIGN(const auto newest, core.auditTrail(filter));
    if (newest.empty() || newest.front().action != "timers.plan")
        return {};
    const AuditRecord& noted = newest.front();
    SALVOR_ASSIGN(const auto bytes, HostFiles().read(keptPlan(config)));
    if (!bytes || toQt(sha256Hex(*bytes)) != noted.after.value(QLatin1String("plan_sha256")).toString())
        return {};
    SALVOR_ASSIGN(const QJsonObject plan, parseJsonObject(*bytes, keptPlan(config)));
    const auto applied = appliedPlan(place, plan, noted.at);
    if (!applied)
        return {};
    QJsonObject after = noted.after;
    const std::string action = "timers." + fromQt(after.take(QLatin1String("plan")).toString());
    after.insert(QStringLiteral("by"), QStringLiteral("root"));
    if (applied->at)
        after.insert(QStringLiteral("at"), toJsonTime(*applied->at));
    SALVOR_ASSIGN(const auto workspace, openWorkspace(config));
    return workspace->recordAudit(action, noted.subject, noted.before, after);
}

/// A metrics file outlives its watch; root must not delete in a user's folder, the user may.
Result<> followMetrics(const Core& core, const TimersSetup& setup) {
    std::set<std::string> written;
    for (const bool userUnits : {false, true}) {
        TimersSetup scope = setup;
        scope.userUnits = userUnits;
        const auto watch = installedWatch(Place(scope), core.config().userName);
        if (!watch)
            return {}; // one that cannot be read may write any of them
        if (*watch && !(*watch)->textfile.empty())
            written.insert((*watch)->textfile);
    }
    return followTextfiles(core.config().places.state, setup.root, written, core.config().userName);
}

} // namespace

std::string_view toString(TimersState state) {
    switch (state) {
    case TimersState::Installed:
        return "installed";
    case TimersState::NotInstalled:
        return "not_installed";
    case TimersState::Outdated:
        return "outdated";
    case TimersState::Drift:
        return "drift";
    case TimersState::NotRunning:
        return "not_running";
    case TimersState::OtherHome:
        return "other_home";
    case TimersState::PolicyGone:
        break;
    }
    return "policy_gone";
}

Result<TimersPlanView> Timers::plan(const TimersQuery& query, const CancelToken& cancel) {
    const Place place(m_setup);
    noteApplied();
    TimersWanted wanted = wantedFor(m_core, m_setup);
    std::vector<Policy> policies;
    std::vector<std::string> leftOut;
    SALVOR_ASSIGN(const auto all, m_core.policies());
    for (const auto& name : query.policies) {
        SALVOR_ASSIGN(auto policy, m_core.policy(name));
        policies.push_back(std::move(policy));
    }
    if (query.policies.empty()) {
        for (const auto& policy : all) {
            if (policy.schedules.empty())
                leftOut.push_back(policy.title);
            else
                policies.push_back(policy);
        }
    }
    for (const auto& policy : policies) {
        SALVOR_TRY(checkComesAgain(policy, m_core.config().clock->now()));
        SALVOR_ASSIGN(auto job, m_core.jobFile(policy.uuid, m_setup.userUnits ? "file" : query.secretKind));
        wanted.jobs.push_back(std::move(job));
        if (m_setup.userUnits || query.secretKind != "credentials")
            continue; // they read it where it is kept
        SALVOR_ASSIGN(wanted.passwordChanges[policy.uuid],
                      passwordChangeOf(m_core.config().places.state, policy.profileUuid));
    }
    SALVOR_ASSIGN(const auto found, loadInstalledTimers(place.host.files, place.host.layout, wanted.user));
    const TimersRecord& record = found.record;
    if (!query.replaceHome)
        SALVOR_TRY(checkHome(m_core, place, record.policies, true, all));
    SALVOR_TRY(checkNothingLost(m_core, place, record.policies, all, wanted.action));
    if (query.policies.empty()) {
        for (const auto& installed : record.policies) {
            if (!isIn(policies, installed.uuid))
                wanted.remove.push_back(installed.uuid);
        }
    }
    if (!wanted.jobs.empty() || std::ranges::any_of(all, wantsWatch)) {
        SALVOR_ASSIGN(wanted.watch, watchFor(m_core, place, query, m_setup.userUnits));
    }
    SALVOR_ASSIGN(auto shown, planned(wanted, place, cancel));
    shown.leftOut = std::move(leftOut);
    return shown;
}

Result<TimersPlanView> Timers::planRemoval(const std::vector<std::string>& policies,
                                           const CancelToken& cancel, bool replaceHome) {
    const Place place(m_setup);
    noteApplied();
    TimersWanted wanted = wantedFor(m_core, m_setup);
    SALVOR_ASSIGN(const auto found, loadInstalledTimers(place.host.files, place.host.layout, wanted.user));
    const TimersRecord& record = found.record;
    for (const auto& name : policies) {
        const auto policy = m_core.policy(name);
        auto named = std::ranges::find(record.policies, policy ? policy->uuid : name, &InstalledPolicy::uuid);
        if (named == record.policies.end())
            named = std::ranges::find(record.policies, name, &InstalledPolicy::uuid);
        if (named == record.policies.end()) // one that is gone: by what it was called
            named = std::ranges::find(record.policies, name, &InstalledPolicy::title);
        if (named == record.policies.end())
            return failure(ErrorCode::NotFound, "no timer is installed for \"" + name + "\"",
                           "salvorctl timers status lists them", {{"policy", name}});
        wanted.remove.push_back(named->uuid);
    }
    if (policies.empty()) {
        for (const auto& installed : record.policies)
            wanted.remove.push_back(installed.uuid);
    }
    if (!replaceHome) {
        auto going = record.policies;
        std::erase_if(going, [&](const InstalledPolicy& one) {
            return std::ranges::find(wanted.remove, one.uuid) == wanted.remove.end();
        });
        SALVOR_ASSIGN(const auto here, m_core.policies());
        SALVOR_TRY(checkHome(m_core, place, going, going.size() == record.policies.size(), here));
    }
    SALVOR_ASSIGN(auto shown, planned(wanted, place, cancel));
    shown.removal = true;
    return shown;
}

Result<TimersPlanView> Timers::planUndo(const CancelToken& cancel, bool replaceHome) {
    const Place place(m_setup);
    noteApplied();
    TimersWanted wanted = wantedFor(m_core, m_setup);
    wanted.action = TimersAction::Undo;
    if (!place.host.files.exists(place.host.layout.previous(wanted.user)))
        return failure(ErrorCode::NotFound, "there is nothing to go back to for " + wanted.user,
                       "undo goes back one step, to what was there before the last apply");
    SALVOR_ASSIGN(const auto found, loadInstalledTimers(place.host.files, place.host.layout, wanted.user));
    SALVOR_ASSIGN(const auto here, m_core.policies());
    if (!replaceHome)
        SALVOR_TRY(checkHome(m_core, place, found.record.policies, true, here));
    SALVOR_TRY(checkNothingLost(m_core, place, found.record.policies, here, wanted.action));
    return planned(wanted, place, cancel);
}

Result<Secret> Timers::secretsFor(const std::string& planBytes, const CancelToken& cancel) {
    SALVOR_ASSIGN(const TimersWanted wanted, readTimersPlan(planBytes));
    CredentialSecrets secrets;
    for (const auto& bytes : wanted.jobs) {
        SALVOR_ASSIGN(const JobFile job, readJobFile(bytes));
        if (job.secretKind != "credentials")
            continue;
        for (const auto& name : secretNames(job)) {
            const RepositoryPin& pin = job.repository;
            const bool isKey = name == pin.idKeySecretName() || name == pin.signingKeySecretName();
            const auto store = openSecretStore(secretKindOf(job, name), storesOf(m_core.config()));
            if (!store)
                return failure(isKey ? keyGone("a writer's key", store.error(), pin) : store.error());
            auto secret = isKey ? getKey(**store, pin, name, cancel) : (*store)->get(name, cancel);
            if (!secret)
                return failure(std::move(secret).error());
            secrets.insert_or_assign("salvor-" + job.policy.uuid + "-" + name, std::move(*secret));
        }
    }
    if (!wanted.watch.empty())
        SALVOR_TRY(addChannelSecrets(wanted.watch, storesOf(m_core.config()), secrets, cancel));
    return writeCredentialStream(secrets);
}

void Timers::noteApplied() {
    // A look is as good without it; what cannot be written now is written by the next one.
    if (!m_setup.userUnits)
        (void)noteWhatRootApplied(m_core, Place(m_setup));
    (void)followRemovals(m_core, m_setup);
    (void)followMetrics(m_core, m_setup);
}

Result<std::vector<PolicyTimersView>> Timers::status(bool withSystem, const CancelToken& cancel) {
    const Place place(m_setup);
    noteApplied();
    SALVOR_ASSIGN(const auto known,
                  loadInstalledTimers(place.host.files, place.host.layout, m_core.config().userName));
    const TimersRecord& record = known.record;
    SALVOR_ASSIGN(auto installed, timersStatus(place.host, record, withSystem, cancel));
    SALVOR_ASSIGN(const auto policies, m_core.policies());
    std::vector<RunRecord> runs;
    if (anyFailed(installed)) {
        SALVOR_ASSIGN(runs, m_core.runs(kRunsSince));
    }
    std::vector<PolicyTimersView> views;
    for (auto& status : installed) {
        const auto found = std::ranges::find(policies, status.policy.uuid, &Policy::uuid);
        const Policy* const policy = found == policies.end() ? nullptr : &*found;
        const TimersState state = stateOf(m_core, place, status, withSystem, policies);
        views.push_back(view(status, policy, runs));
        views.back().state = state;
        // Where nobody says which program the units are to call there is nothing to compare with.
        if (state == TimersState::Installed && !m_setup.program.empty() &&
            areOthersUnits(status, record, wantedFor(m_core, m_setup), place.host)) {
            views.back().state = TimersState::Outdated;
            views.back().othersUnits = true;
        }
        addWhetherKnown(views.back(), m_core, place, status.policy, policies);
        if (policy == nullptr && !status.policy.uuid.empty())
            views.back().paused = hasPauseMark(m_core.config().places.state, status.policy.uuid);
        views.back().oldPassword = policy && hasOldPassword(m_core, status.policy, *policy);
        addRecordTrouble(views.back(), place, known, status);
        addRules(views.back(), place, status, policy);
    }
    for (const auto& policy : policies) {
        if (policy.schedules.empty() || record.find(policy.uuid))
            continue;
        PolicyTimersView missing;
        missing.policyUuid = policy.uuid;
        missing.title = policy.title;
        missing.paused = policy.paused;
        views.push_back(std::move(missing));
    }
    if (!record.empty() && record.watchTimer.empty())
        views.emplace_back(); // the watch's: installed before there was one
    if (record.empty() && known.state == RecordState::Damaged) {
        views.emplace_back(); // and nothing else tells of it
        views.back().state = TimersState::Drift;
        views.back().damagedRecord = place.host.layout.record(m_core.config().userName);
    }
    // The watch comes last.
    std::ranges::sort(
        views, {}, [](const PolicyTimersView& one) { return std::pair(one.policyUuid.empty(), one.title); });
    return views;
}

Result<> Timers::note(const std::string& action, const TimersPlanView& plan) {
    (void)followRemovals(m_core, m_setup); // else the next look does
    (void)followMetrics(m_core, m_setup);
    SALVOR_ASSIGN(const auto workspace, openWorkspace(m_core.config()));
    std::vector<std::string> before; // files that go or are replaced, and what comes
    std::vector<std::string> after;
    for (const auto& file : plan.files) {
        if (file.change != TimersFileChange::Added)
            before.push_back(file.path);
        if (file.change != TimersFileChange::Removed)
            after.push_back(file.path);
    }
    return workspace->recordAudit(action, plan.user, {{QStringLiteral("files"), toJsonArray(before)}},
                                  {{QStringLiteral("plan"), toQt(kindOf(plan))},
                                   {QStringLiteral("plan_sha256"), toQt(plan.sha256)},
                                   {QStringLiteral("files"), toJsonArray(after)},
                                   {QStringLiteral("started"), toJsonArray(plan.notRunning)},
                                   {QStringLiteral("credentials"), toJsonArray(plan.credentials)}});
}

Result<std::string> Timers::keepPlan(const TimersPlanView& plan) {
    const std::string path = keptPlan(m_core.config());
    FileTransaction writing{HostFiles()};
    SALVOR_TRY(writing.apply({{path, plan.bytes, 0600}}));
    return path;
}

} // namespace salvor
