// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: the watch, from the workspace or from a watch file.
#include "models/base/counted.h"
#include "models/base/json.h"
#include "models/database/fullfolder.h"
#include "models/jsonfields.h"
#include "models/policy/jobfile.h"
#include "models/watch/evaluation.h"
#include "models/watch/prometheus.h"
#include "workers/core/begunswaps.h"
#include "workers/core/catalogloss.h"
#include "workers/core/coreprivate.h"
#include "workers/core/droppedcopies.h"
#include "workers/core/namechanges.h"
#include "workers/core/notifying.h"
#include "workers/core/orphans.h"
#include "workers/core/policymarks.h"
#include "workers/core/servicewatch.h"
#include "workers/core/textfile.h"
#include "workers/core/timertimes.h"
#include "workers/core/workspaceloss.h"
#include "workers/timersroad.h"

#include <algorithm>
#include <set>

namespace salvor {

namespace {

/// A run that is there twice would count twice.
void addMissing(std::vector<RunRecord>& runs, std::vector<RunRecord> more) {
    std::set<std::string> known;
    for (const auto& run : runs)
        known.insert(run.id);
    for (auto& run : more) {
        if (known.insert(run.id).second)
            runs.push_back(std::move(run));
    }
}

Result<> checkReachable(const Channel& channel, const std::string& wanted) {
    if (wanted != "file" || channel.secretKind.empty() || channel.secretKind == "file")
        return {};
    return failure(ErrorCode::InvalidInput,
                   "the secret of channel \"" + channel.title + "\" is kept in \"" + channel.secretKind +
                       "\", where a watch with secrets from files cannot reach it",
                   "use --secrets credentials, or keep it in a file", {{"secrets", channel.secretKind}});
}

/// "state_full": no run can be recorded any more, and what is told cannot be kept.
std::optional<Finding> stateFullFinding(const std::string& catalogFile) {
    const auto why = whyNotWritable(catalogFile);
    if (!why)
        return std::nullopt;
    return Finding{Severity::Critical,
                   "state_full",
                   {},
                   {},
                   "nothing can be written into Salvor's own folder any more: " + why->toText(),
                   {}};
}

} // namespace

Result<std::string> Core::watchFile(const WatchFileSpec& spec) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    WatchFile watch;
    SALVOR_ASSIGN(watch.policies, workspace->policies());
    SALVOR_ASSIGN(const auto channels, workspace->channels());
    watch.channels = channelsOf(watch.policies, channels);
    SALVOR_ASSIGN(watch.titles, m_private->titles(*workspace));
    SALVOR_TRY(shareNameChanges(*workspace, m_private->config.places.state));
    SALVOR_TRY(shareDroppedCopies(*workspace, m_private->config.places.state));
    watch.secretKind = spec.secretKind;
    watch.stateFolder = m_private->config.places.state;
    if (spec.secretKind == "file")
        watch.secretsFolder = m_private->config.places.secrets;
    watch.textfile = spec.textfile;
    for (const auto& channel : watch.channels)
        SALVOR_TRY(checkReachable(channel, spec.secretKind));
    return writeWatchFile(std::move(watch));
}

Result<std::unique_ptr<Core>> Core::forWatchFile(const std::string& path, const std::string& expectedHash,
                                                 CoreConfig base) {
    SALVOR_ASSIGN(const std::string bytes,
                  Private::readTimerFile(path, "watch file",
                                         "make it with salvorctl watch export, or apply the timers again"));
    auto read = readWatchFile(bytes);
    if (!read)
        return failure(withContext(std::move(read).error(), "path", path));
    if (!expectedHash.empty() && expectedHash != read->sha256)
        return failure(
            ErrorCode::Corrupt,
            "the watch file " + path + " is not the one that was asked for: its SHA-256 is " + read->sha256 +
                ", not " + expectedHash,
            "it was replaced after the timer was made: apply the timers again. Nothing was looked at",
            {{"path", path}, {"expected", expectedHash}, {"found", read->sha256}});
    base.places = {};
    base.places.state = read->stateFolder;
    base.places.catalogFile = read->stateFolder + "/catalog.sqlite";
    base.places.secrets = read->secretsFolder;
    base.pluginFolder.clear();
    base.watch = std::make_shared<const WatchFile>(std::move(*read));
    SALVOR_TRY(createPrivateFolder(base.places.state));
    return std::make_unique<Core>(std::move(base));
}

Result<std::map<std::string, std::string>> Core::Private::titles(WorkspaceDatabase& workspace) const {
    std::map<std::string, std::string> titles;
    SALVOR_ASSIGN(const auto profiles, workspace.profiles());
    for (const auto& profile : profiles)
        titles[profile.uuid] = profile.title;
    SALVOR_ASSIGN(const auto pins, workspace.repositories());
    for (const auto& pin : pins)
        titles[pin.id] = pin.title;
    return titles;
}

Result<WatchInput> Core::Private::watchInput(const CancelToken& cancel) const {
    WatchInput input;
    if (config.watch) {
        input.policies = config.watch->policies;
        std::erase_if(input.policies, [&](const Policy& policy) { // since the file was installed
            return hasRemovedMark(config.places.state, policy.uuid);
        });
        input.channels = config.watch->channels;
        input.titles = config.watch->titles;
        for (const Policy& was : config.watch->policies) { // a server that nothing is left of is not watched
            if (std::ranges::find(input.policies, was.profileUuid, &Policy::profileUuid) ==
                input.policies.end())
                input.titles.erase(was.profileUuid);
        }
        input.dropped = droppedCopies(nullptr, config.places.state);
    } else {
        SALVOR_ASSIGN(const auto workspaceDatabase, workspace());
        SALVOR_ASSIGN(input.policies, workspaceDatabase->policies());
        SALVOR_ASSIGN(input.channels, workspaceDatabase->channels());
        SALVOR_ASSIGN(input.titles, titles(*workspaceDatabase));
        input.dropped = droppedCopies(workspaceDatabase.get(), config.places.state);
    }
    for (const auto& policy : input.policies) {
        if (hasPauseMark(config.places.state, policy.uuid))
            input.paused.insert(policy.uuid);
    }
    SALVOR_ASSIGN(const auto database, catalog());
    input.more = catalogLossFindings(config.places.catalogFile, config.clock->now());
    for (auto& finding : workspaceLossFindings(config.places, config.clock->now()))
        input.more.push_back(std::move(finding));
    for (auto& finding : openSwapFindings(config.places.state, input.titles, config.clock->now()))
        input.more.push_back(std::move(finding));
    if (auto full = stateFullFinding(config.places.catalogFile))
        input.more.push_back(std::move(*full));
    SALVOR_ASSIGN(input.runs, database->runsForWatch(CatalogDatabase::kRunsOfEach, cancel));
    SALVOR_ASSIGN(auto onDamage, database->runsOnDamage({}, cancel));
    addMissing(input.runs, std::move(onDamage));
    SALVOR_ASSIGN(input.backups, database->backupsForWatch(cancel));
    SALVOR_ASSIGN(input.nameChanges, nameChanges());
    // A backup is of a database, not of its name; what somebody renamed is said.
    SALVOR_TRY(checkCancelled(cancel));
    const auto names = namesToday(input.backups, input.nameChanges, RenamesByHand::Keep);
    for (std::size_t i = 0; i < names.size(); ++i)
        input.backups[i].database = names[i];
    return input;
}

Result<WatchReport> Core::watchReport() {
    WatchJob look;
    look.notify = false;
    SALVOR_ASSIGN(auto outcome, watch(look, {}));
    return std::move(outcome.report);
}

QJsonObject toJson(const Delivery& delivery) {
    QJsonObject object{{QStringLiteral("channel"), toQt(delivery.channel)},
                       {QStringLiteral("kind"), toQt(delivery.kind)},
                       {QStringLiteral("subject"), toQt(delivery.subject)},
                       {QStringLiteral("accepted"), delivery.accepted},
                       {QStringLiteral("reply"), toQt(delivery.reply)}};
    if (delivery.error)
        object.insert(QStringLiteral("error"), toJson(*delivery.error));
    if (!delivery.missing.empty())
        object.insert(QStringLiteral("missing"), toJsonArray(delivery.missing));
    return object;
}

QJsonObject toJson(const Undelivered& undelivered) {
    QJsonObject object{{QStringLiteral("id"), toQt(undelivered.id)},
                       {QStringLiteral("channel"), toQt(undelivered.channel)},
                       {QStringLiteral("subject"), toQt(undelivered.subject)},
                       {QStringLiteral("made"), toJsonTime(undelivered.made)},
                       {QStringLiteral("tries"), toJsonCount(undelivered.tries)},
                       {QStringLiteral("error"), toJson(undelivered.error)}};
    if (!undelivered.missing.empty())
        object.insert(QStringLiteral("missing"), toJsonArray(undelivered.missing));
    return object;
}

bool WatchOutcome::quiet() const {
    const auto findings = report.findings();
    const bool arrived = std::all_of(deliveries.begin(), deliveries.end(),
                                     [](const Delivery& delivery) { return delivery.accepted; });
    return arrived && undelivered.empty() && problems.empty() &&
           (findings.empty() || findings.front().severity == Severity::Notice);
}

namespace {

/// As the workspace has it now; a timer's watch has none to compare with.
JobToday jobToday(Core& core) {
    return [&core](const InstalledPolicy& installed) -> Result<std::string> {
        SALVOR_ASSIGN(const std::string bytes,
                      core.jobFile(installed.uuid, installed.credentials.empty() ? "file" : "credentials"));
        SALVOR_ASSIGN(const JobFile job, readJobFile(bytes));
        return job.sha256;
    };
}

/// "did not reach", and whom, where others have each of them; what was not tried yet tells nothing.
std::string whomItMissed(const std::vector<const Undelivered*>& list) {
    std::set<std::string> missing;
    for (const Undelivered* one : list) {
        if (one->tries > 0 && one->missing.empty())
            return "was not reached";
        missing.insert(one->missing.begin(), one->missing.end());
    }
    std::string names;
    for (const auto& address : missing)
        names += (names.empty() ? "" : ", ") + address;
    return names.empty() ? "was not reached" : "did not reach " + names;
}

/// "undelivered": the channel, and since when.
std::vector<Finding> undeliveredFindings(const std::vector<Undelivered>& undelivered, Instant now) {
    std::map<std::string, std::vector<const Undelivered*>> byChannel; // oldest first
    for (const auto& one : undelivered)
        byChannel[one.channel].push_back(&one);
    std::vector<Finding> findings;
    for (const auto& [channel, list] : byChannel) {
        const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - list.front()->made).count();
        findings.push_back({Severity::Warning,
                            "undelivered",
                            {},
                            {},
                            "channel \"" + channel + "\" " + whomItMissed(list) + ": " +
                                counted(list.size(), "notification") +
                                (list.size() == 1 ? " is waiting, for " : " are waiting, the oldest for ") +
                                spanText(age) + "; " + list.back()->error.message,
                            {{QStringLiteral("waiting"), static_cast<qint64>(list.size())},
                             {QStringLiteral("oldest_seconds"), static_cast<qint64>(age)}}});
    }
    return findings;
}

} // namespace

Result<std::vector<Undelivered>> Core::undelivered() {
    Notifying notifying(*m_private, {}, {});
    if (!notifying.problems().empty())
        return failure(notifying.problems().front());
    return notifying.undelivered();
}

Result<Delivery> Core::testChannel(const std::string& name, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto channel, this->channel(name));
    const Notifying notifying(*m_private, {}, {channel});
    auto delivery = notifying.sendNow(channel, notifying.testMessage(channel), cancel);
    if (delivery.error && delivery.error->isCancelled())
        return failure(*delivery.error);
    return delivery;
}

namespace {

/// systemd begins no second watch beside one that is at work, so it looks again itself; no more often than
/// this, or runs that follow each other closely would keep it for ever.
constexpr int kMostLooks = 3;
/// None is begun after it: the unit has ten minutes (TimeoutStartSec=), and a sending may take some of them.
constexpr std::chrono::minutes kLastLook{3};

WatchReport lookAt(const Core::Private& core, const WatchInput& input, const JobToday& today,
                   const CancelToken& cancel) {
    // Of records nothing is left by a service that fails before it writes one, or that nobody starts.
    const auto looks = lookAtTimers(core.config.userName, findTimersRoad({}).setup, cancel);
    const Instant now = core.config.clock->now();
    WatchReport report = evaluateWatch(input, now, firstRuns(input.policies, looks, now), cancel);
    addTimerFindings(report, input.runs, core.config.places.state, looks);
    addTimerTimes(report, looks, today);
    return report;
}

std::set<std::string> endedRuns(const std::vector<RunRecord>& runs) {
    std::set<std::string> ended;
    for (const auto& run : runs) {
        if (run.outcome != RunOutcome::Running)
            ended.insert(run.id);
    }
    return ended;
}

/// Services that failed without a record, by what is said of them: the time is in it.
std::set<std::string> failedServices(const WatchReport& report) {
    std::set<std::string> failed;
    for (const auto& finding : report.findings()) {
        if (finding.code == "service_failed")
            failed.insert(finding.message);
    }
    return failed;
}

bool isSubset(const std::set<std::string>& some, const std::set<std::string>& all) {
    return std::ranges::includes(all, some);
}

/// Whether a run ended, or a service failed, that this look did not see: its OnFailure= was in vain while
/// this watch went on.
Result<bool> isMoreSince(const Core::Private& core, const WatchInput& input, const WatchReport& report,
                         const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto database, core.catalog());
    SALVOR_ASSIGN(const auto runs, database->runsForWatch(CatalogDatabase::kRunsOfEach, cancel));
    if (!isSubset(endedRuns(runs), endedRuns(input.runs)))
        return true;
    WatchReport services; // of the same policies, in the same states
    services.policies = report.policies;
    for (auto& policy : services.policies)
        policy.findings.clear();
    addTimerFindings(services, runs, core.config.places.state,
                     lookAtTimers(core.config.userName, findTimersRoad({}).setup, cancel));
    return !isSubset(failedServices(services), failedServices(report));
}

void writeMetrics(const std::string& textfile, const std::string& user, WatchOutcome& outcome,
                  Notifying& notifying) {
    if (textfile.empty())
        return;
    if (const auto written = writeTextfile(textfile, prometheusText(outcome.report, user)); written)
        outcome.textfile = textfile;
    else
        notifying.problems().push_back(written.error());
}

/// The next look's input, for those policies and channels that the watch began with; nothing where there is
/// no reason to look again.
std::optional<WatchInput> nextInput(const Core::Private& core, const WatchInput& input,
                                    const WatchReport& report, Notifying& notifying,
                                    const CancelToken& cancel) {
    const auto more = isMoreSince(core, input, report, cancel);
    auto next = more && *more ? core.watchInput(cancel) : Result<WatchInput>(WatchInput());
    if (!more || !next) {
        notifying.problems().push_back(more ? next.error() : more.error());
        return std::nullopt;
    }
    if (!*more)
        return std::nullopt;
    next->policies = input.policies;
    next->channels = input.channels;
    return std::move(*next);
}

} // namespace

Result<WatchOutcome> Core::watch(const WatchJob& job, const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_ASSIGN(WatchInput input, m_private->watchInput(cancel));
    WatchOutcome outcome;
    // Whom a removed policy told is told that its timers go on.
    Notifying notifying(*m_private,
                        m_private->config.watch ? m_private->config.watch->policies : input.policies,
                        input.channels);
    if (job.notify && !m_private->isTimers()) {
        // What a timer with an older file put there after its channel was removed. A timer's watch cannot
        // tell: it knows the channels of its policies only.
        Timers(*this, findTimersRoad({}).setup).noteApplied();
        if (const auto recorded = recordSettledSwaps(*m_private); !recorded)
            notifying.problems().push_back(recorded.error());
        SALVOR_ASSIGN(const auto workspace, m_private->workspace());
        if (const auto ended = endOrphanedNotifications(*workspace, m_private->config.places.state); !ended)
            notifying.problems().push_back(ended.error());
    }
    std::string textfile = job.textfile;
    if (textfile.empty() && m_private->config.watch)
        textfile = m_private->config.watch->textfile;
    const JobToday today = m_private->isTimers() ? JobToday() : jobToday(*this);
    const auto begin = std::chrono::steady_clock::now();
    for (int looks = 1;; ++looks) {
        outcome.report = lookAt(*m_private, input, today, cancel);
        SALVOR_TRY(checkCancelled(cancel)); // of half a look nobody is told
        if (job.notify) {
            notifying.tellFindings(outcome.report);
            notifying.send(cancel);
        }
        outcome.undelivered = notifying.undelivered();
        const auto waiting = undeliveredFindings(outcome.undelivered, outcome.report.at);
        outcome.report.general.insert(outcome.report.general.end(), waiting.begin(), waiting.end());
        if (!job.notify)
            return outcome;
        writeMetrics(textfile, m_private->config.userName, outcome, notifying);
        notifying.beatAll(outcome.report, cancel); // the very last: only if all of this was done
        const bool isLate = std::chrono::steady_clock::now() - begin > kLastLook;
        if (looks == kMostLooks || isLate || cancel.stop_requested())
            break;
        auto next = nextInput(*m_private, input, outcome.report, notifying, cancel);
        if (!next)
            break;
        input = std::move(*next);
    }
    outcome.deliveries = std::move(notifying.deliveries());
    outcome.problems = std::move(notifying.problems());
    SALVOR_TRY(checkCancelled(cancel));
    return outcome;
}

} // namespace salvor
