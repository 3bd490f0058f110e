// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/policyrun.h"

#include "models/base/json.h"
#include "models/damagedbackups.h"
#include "models/dataasof.h"
#include "workers/core/hooks.h"
#include "workers/core/runlock.h"
#include "workers/core/timelimit.h"
#include "workers/executor/backupexecutor.h"
#include "workers/executor/threadpool.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace salvor {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kDefaultBudget = std::size_t{96} << 20U;
constexpr std::size_t kLargestChunk = std::size_t{16} << 20U;
constexpr std::chrono::milliseconds kLockRetry{250};
constexpr std::chrono::seconds kShortWork{60};
constexpr std::size_t kNamed = 3;
constexpr std::size_t kMostLists = 10;
constexpr std::chrono::milliseconds kHooksAfterCancel{500}; // and 1.5 s until what is left is killed
constexpr std::size_t kLongestVariable = std::size_t{100} << 10U;

/// The budget is in buffers of one chunk each: one in the hand of each reader, the rest with the pool.
ThreadPoolLimits poolLimits(const CoreConfig& config, std::size_t limit, std::size_t readers) {
    std::size_t threads =
        config.poolThreads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : config.poolThreads;
    if (limit != 0)
        threads = limit;
    const std::size_t budget = config.bufferBudgetBytes == 0 ? kDefaultBudget : config.bufferBudgetBytes;
    const std::size_t buffers = budget / kLargestChunk;
    return {threads, std::max(threads, buffers > readers ? buffers - readers : 1)};
}

std::string jsonList(const QJsonArray& list) {
    return QJsonDocument(list).toJson(QJsonDocument::Compact).toStdString();
}

bool runsOn(const Hook& hook, RunOutcome outcome) {
    return hook.runOn.empty() || std::find(hook.runOn.begin(), hook.runOn.end(), outcome) != hook.runOn.end();
}

} // namespace

void HookVerdict::add(HookFailure hookMeaning, const Error& hookError) {
    if (hookMeaning > meaning) {
        meaning = hookMeaning;
        error = hookError;
    }
}

void PolicyRun::execute(BackupOutcome& outcome) {
    m_firstBackup = outcome.backups.size();
    m_firstFailure = outcome.failures.size();
    if (const auto taken = takeRepository(); !taken)
        return failAll(outcome, taken.error());
    const auto before = runHooks(policy().hooksBefore, "before", RunOutcome::Running, outcome, m_run.cancel);
    if (before) {
        backUpAll(outcome);
        verifyAfter(outcome);
    } else {
        failAll(outcome, before.error());
    }
    // What a hook froze has to be thawed after a cancel as well, in the little time there is.
    const RunOutcome ended = soFar(outcome);
    std::optional<TimeLimit> little;
    if (m_run.cancel.stop_requested())
        little.emplace(kHooksAfterCancel);
    (void)runHooks(policy().hooksAfter, "after", ended, outcome, little ? little->token() : m_run.cancel);
}

/// Before anything else, hooks included, and until the end: what is busy is the whole run, and nothing is
/// frozen by a hook while somebody else's job holds the repository.
Result<> PolicyRun::takeRepository() {
    std::string job = "backup of ";
    for (std::size_t i = 0; i < m_sources.size() && i < kNamed; ++i)
        job += (i == 0 ? "" : ", ") + m_sources[i].name;
    if (m_sources.size() > kNamed)
        job += " and " + std::to_string(m_sources.size() - kNamed) + " more";
    for (;;) {
        auto lock = lockForRun(m_run.core, m_pin.id, job);
        if (lock) {
            m_lock.emplace(std::move(*lock));
            return {};
        }
        if (lock.error().code != ErrorCode::Busy)
            return failure(std::move(lock).error());
        if (const auto waited = waitBeforeNextTry(m_run.cancel, lock.error(), longestWait()); !waited) {
            m_skipped = !waited.error().isCancelled();
            return waited;
        }
    }
}

std::chrono::seconds PolicyRun::longestWait() const {
    if (m_run.job.lockWait)
        return *m_run.job.lockWait;
    const bool unattended = m_run.recorder.run().trigger == "timer";
    return std::chrono::seconds(unattended ? static_cast<std::int64_t>(policy().lockWaitSeconds.value_or(0))
                                           : std::int64_t(0));
}

/// Busy once the time is over.
Result<> PolicyRun::waitBeforeNextTry(const CancelToken& cancel, const Error& busy,
                                      std::chrono::seconds limit) {
    if (m_waited >= limit) {
        Error error = busy;
        if (limit > 0s)
            error.message += "; waited " + std::to_string(limit.count()) + " s for it";
        return failure(std::move(error));
    }
    m_run.meter.setPhase(JobPhase::Waiting);
    const auto begin = std::chrono::steady_clock::now();
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, cancel, std::min<std::chrono::steady_clock::duration>(kLockRetry, limit - m_waited),
                   [] { return false; });
    m_waited += std::chrono::steady_clock::now() - begin;
    return checkCancelled(cancel);
}

std::map<std::string, std::string> PolicyRun::environment(const std::string& moment, RunOutcome soFar,
                                                          const BackupOutcome& outcome) const {
    QJsonArray names;
    for (const auto& source : m_sources)
        names.append(toQt(source.name));
    std::map<std::string, std::string> variables{
        {"SALVOR_HOOK", moment},
        {"SALVOR_RUN_ID", m_run.recorder.run().id},
        {"SALVOR_TRIGGER", m_run.recorder.run().trigger},
        {"SALVOR_POLICY", policy().title},
        {"SALVOR_POLICY_UUID", policy().uuid},
        {"SALVOR_PROFILE", m_run.login.profile.title},
        {"SALVOR_REPOSITORY", m_pin.title},
        {"SALVOR_DATABASE_COUNT", std::to_string(m_sources.size())},
    };
    if (const std::string list = jsonList(names); list.size() <= kLongestVariable)
        variables.emplace("SALVOR_DATABASES", list);
    if (moment == "before")
        return variables;
    QJsonArray backups;
    for (std::size_t i = m_firstBackup; i < outcome.backups.size(); ++i)
        backups.append(toQt(outcome.backups[i].id));
    QJsonArray failed;
    for (std::size_t i = m_firstFailure; i < outcome.failures.size(); ++i)
        failed.append(toQt(outcome.failures[i].database));
    variables.emplace("SALVOR_OUTCOME", toString(soFar));
    for (const auto& [name, list] :
         {std::pair{"SALVOR_BACKUPS", &backups}, std::pair{"SALVOR_FAILED", &failed}}) {
        if (std::string text = jsonList(*list); text.size() <= kLongestVariable)
            variables.emplace(name, std::move(text));
    }
    if (m_firstFailure < outcome.failures.size())
        variables.emplace("SALVOR_ERROR_CODE", toString(outcome.failures[m_firstFailure].error.code));
    return variables;
}

/// The error is of the first hook that stops the run (before it).
Result<> PolicyRun::runHooks(const std::vector<Hook>& hooks, const std::string& moment, RunOutcome soFar,
                             const BackupOutcome& outcome, const CancelToken& cancel) {
    const bool before = moment == "before";
    HookCall call;
    call.environment = environment(moment, soFar, outcome);
    call.logFolder = m_run.core.config.places.repositoryState(m_pin.id) + "/logs";
    for (std::size_t i = 0; i < hooks.size(); ++i) {
        const Hook& hook = hooks[i];
        if (!before && !runsOn(hook, soFar))
            continue;
        m_run.meter.setPhase(JobPhase::Hook);
        call.hook = &hook;
        call.logName = m_run.recorder.run().id + "-" + moment + "-" + std::to_string(i + 1) + ".log";
        HookResult result = runHook(*m_run.core.config.processes, call, cancel);
        result.record.insert(QStringLiteral("moment"), toQt(moment));
        if (result.error)
            result.record.insert(QStringLiteral("error"), toQt(toString(result.error->code)));
        QJsonArray records = m_run.recorder.run().details.value(QLatin1String("hooks")).toArray();
        records.append(result.record);
        m_run.recorder.run().details.insert(QStringLiteral("hooks"), records);
        if (!result.error)
            continue;
        if (before && result.error->isCancelled())
            return failure(*result.error);
        m_hooks.add(hook.failureMeans, *result.error);
        if (before && hook.failureMeans == HookFailure::Failed)
            return failure(*result.error);
    }
    return {};
}

void PolicyRun::failAll(BackupOutcome& outcome, const Error& error) const {
    if (error.isCancelled())
        return;
    for (const SourceInfo& source : m_sources)
        outcome.failures.push_back({source.name, withContext(error, "database", source.name)});
}

void PolicyRun::backUpAll(BackupOutcome& outcome) {
    for (const SourceInfo& source : m_sources) {
        auto record = backUp(source);
        if (record)
            outcome.backups.push_back(std::move(*record));
        else if (record.error().isCancelled())
            break;
        else
            outcome.failures.push_back({source.name, std::move(record).error()});
    }
}

Result<OpenedRepository*> PolicyRun::repository() {
    const auto known = m_run.repositories.find(m_pin.id);
    if (known != m_run.repositories.end())
        return &known->second;
    SALVOR_ASSIGN(auto opened, m_run.core.open(m_pin, RepositoryUse::Write, m_run.cancel,
                                               policy().bandwidthBytesPerSecond.value_or(0)));
    return &m_run.repositories.emplace(m_pin.id, std::move(opened)).first->second;
}

BackupRecord PolicyRun::describe(const SourceInfo& source) const {
    const Profile& profile = m_run.login.profile;
    BackupRecord record;
    record.id = m_run.core.newId();
    record.repositoryId = m_pin.id;
    record.runId = m_run.recorder.run().id;
    record.policyUuid = policy().uuid;
    record.profileUuid = profile.uuid;
    record.profileTitle = profile.title;
    record.engine = profile.engine;
    record.systemId = source.systemId.empty() ? m_run.server.systemId : source.systemId;
    record.databaseId = source.databaseId;
    record.database = source.name;
    record.method = policy().method;
    record.kind = m_run.job.kind.empty() ? policy().kinds.front() : m_run.job.kind;
    record.trigger = m_run.recorder.run().trigger;
    record.started = m_run.core.config.clock->now();
    record.serverVersion = m_run.server.serverVersion;
    return record;
}

Result<BackupRecord> PolicyRun::backUp(const SourceInfo& source) {
    SALVOR_TRY(checkCancelled(m_run.cancel));
    const auto inContext = [&](Error error) {
        return failure(withContext(std::move(error), "database", source.name));
    };
    auto opened = repository();
    if (!opened)
        return inContext(std::move(opened).error());
    auto record = store(source, **opened);
    if (!record)
        return inContext(std::move(record).error());
    sayMended(**opened);
    if (const auto catalog = m_run.core.catalog(); !catalog)
        m_run.recorder.problem(catalog.error());
    else if (const auto saved = (*catalog)->saveBackup(*record); !saved)
        m_run.recorder.problem(saved.error());
    // The backup is there, whatever comes now, a cancel included.
    if (const auto noted = m_run.core.catalogChanged(**opened, {}); !noted)
        m_run.recorder.problem(noted.error());
    return record;
}

/// What was missing or damaged of the files that are written once, and what is by now.
void PolicyRun::sayMended(OpenedRepository& opened) {
    if (opened.writtenOnce.empty())
        return;
    auto still = opened.repository->writtenOnceFaults({});
    if (!still)
        return; // said when it was opened, and again the next time
    for (const Error& fault : opened.writtenOnce) {
        const bool isMended = std::none_of(still->begin(), still->end(), [&](const Error& other) {
            return other.context.at("key") == fault.context.at("key");
        });
        m_run.recorder.note("warnings", isMended
                                            ? fault.context.at("key") +
                                                  " was missing or damaged in the store, and was written anew"
                                            : fault.toText());
    }
    opened.writtenOnce = std::move(*still);
}

/// What the source holds may be older than the run.
void PolicyRun::sayAge(const std::string& backupId, const QJsonObject& server) {
    noteDataAsOf(m_run.recorder.run().details, backupId, server);
    if (const auto text = server.value(QLatin1String(kSourceWarningKey)).toString(); !text.isEmpty())
        m_run.recorder.note("warnings", fromQt(text));
}

/// Older backups' lists of objects that cannot be read: the new backup is whole without them, and somebody
/// has to look at theirs. Each once, however many databases the run has.
void PolicyRun::sayPassedOver(const BackupWriter& writer) {
    for (const Error& one : writer.passedOver()) {
        if (m_listsSaid.size() >= kMostLists)
            return; // a verification names all
        if (!m_listsSaid.insert(one.context.at("key")).second)
            continue;
        m_run.recorder.note("warnings", one.toText());
        m_run.core.tell(m_pin, one);
    }
}

Result<std::unique_ptr<BackupWriter>>
PolicyRun::begin(Repository& repository, const BackupWriterRequest& request, const CancelToken& cancel) {
    for (;;) {
        auto writer = repository.beginBackup(request, cancel);
        if (writer) {
            sayPassedOver(**writer);
            return writer;
        }
        if (writer.error().code != ErrorCode::Busy)
            return writer;
        // In the middle of a run only what is soon over has it: a hold, a delete, a proof.
        SALVOR_TRY(waitBeforeNextTry(cancel, writer.error(), std::max(longestWait(), kShortWork)));
    }
}

Result<BackupRecord> PolicyRun::store(const SourceInfo& source, OpenedRepository& opened) {
    BackupWriterRequest request;
    request.run = m_run.recorder.spooled();
    request.record = describe(source);
    request.compressionLevel = static_cast<int>(policy().compressionLevel.value_or(0));
    BackupSpec spec{m_run.login.connection(), source.name,         policy().options,
                    request.record.method,    request.record.kind, nullptr};

    const auto sessions = static_cast<std::size_t>(policy().sessions.value_or(0));
    const std::size_t readers = sessions == 0 ? m_run.core.readThreads() : sessions;
    ThreadPool pool(
        poolLimits(m_run.core.config, static_cast<std::size_t>(policy().threads.value_or(0)), readers),
        m_run.cancel);
    BackupTask task;
    task.beginWriting = [&](const CancelToken& cancel) { return begin(*opened.repository, request, cancel); };
    task.prepare = [&](const CancelToken& cancel) {
        return m_run.engine.prepareBackup(spec, m_run.meter.passThrough(), cancel);
    };
    QJsonArray readFirst; // what was truncated or dropped in an attempt has the next one's first look
    task.changed = [&](const Error& error) {
        const auto relation = error.context.find("relation");
        if (relation == error.context.end())
            return;
        readFirst.append(toQt(relation->second));
        spec.options.insert(QStringLiteral("read_first"), readFirst);
    };
    task.describe = [&](const Plan& plan, const QJsonObject& finish) {
        Manifest manifest;
        manifest.record = request.record;
        manifest.record.notes = plan.notes;
        manifest.server = plan.server;
        manifest.finish = finish;
        sayAge(request.record.id, plan.server);
        manifest.policy = m_effective.document;
        manifest.profile = toJson(m_run.login.profile);
        return manifest;
    };
    task.runner = &pool;
    task.meter = &m_run.meter;
    task.readers = readers;
    return executeBackup(task, m_run.cancel);
}

/// A backup that does not read back as it was written is a failure of its source, though it is there.
void PolicyRun::verifyAfter(BackupOutcome& outcome) {
    const std::string depth = policy().verifyAfter.value_or("none");
    if (depth == "none" || outcome.backups.size() == m_firstBackup)
        return;
    if (m_run.cancel.stop_requested())
        return sayNotReadBack(depth);
    auto opened = repository();
    if (!opened)
        return; // cannot be: it has just been written to
    VerifyRequest request{depth == "stored" ? VerifyDepth::Stored : VerifyDepth::Quick, {}};
    for (std::size_t i = m_firstBackup; i < outcome.backups.size(); ++i)
        request.backupIds.push_back(outcome.backups[i].id);
    m_run.meter.setPhase(JobPhase::Verify);
    const auto report = (*opened)->repository->verify(request, m_run.meter.passThrough(), m_run.cancel);
    if (!report) {
        // What was found before the store went away, or the run was told to end, is known all the same.
        const auto damaged = damagedIn(report.error());
        for (const auto& id : damaged)
            m_run.recorder.note("damaged_backups", id);
        if (!damaged.empty())
            noteVerified(depth);
        if (report.error().isCancelled())
            return sayNotReadBack(depth);
        m_hooks.add(HookFailure::Partial,
                    withContext(withContext(report.error(), "phase", "verify"), "depth", depth));
        return;
    }
    noteVerified(depth);
    if (depth == "stored")
        signFor(**opened, report->intactBackupIds);
    for (const auto& problem : report->problems) {
        for (const auto& id : problem.backupIds)
            // Damaged until a verification finds it intact; what could not be read may be as it should be.
            m_run.recorder.note(problem.unread ? "unread_backups" : "damaged_backups", id);
        for (std::size_t i = m_firstBackup; i < outcome.backups.size(); ++i) {
            const BackupRecord& backup = outcome.backups[i];
            if (std::find(problem.backupIds.begin(), problem.backupIds.end(), backup.id) !=
                problem.backupIds.end())
                outcome.failures.push_back(
                    {backup.database, withContext(problem.error, "backup", backup.id)});
        }
    }
}

/// The backups are there and count, and were not verified, as the policy promises of each run. Cancelled is
/// what left databases out.
void PolicyRun::sayNotReadBack(const std::string& depth) {
    m_hooks.add(HookFailure::Partial,
                {ErrorCode::Interrupted,
                 "the backups were made, and not read back as the policy \"" + policy().title +
                     "\" wants it: the run was told to end before that was done",
                 "read them back with salvorctl verify",
                 false,
                 {{"phase", "verify"}, {"depth", depth}}});
}

/// The deepest of the run's policies: what is said to be damaged stays so until something looks as deep.
void PolicyRun::noteVerified(const std::string& depth) {
    QJsonObject& details = m_run.recorder.run().details;
    const QString key = QStringLiteral("verified");
    if (details.value(key).toString() != QLatin1String("stored"))
        details.insert(key, toQt(depth));
}

/// As a verification does. A timer that has its secrets from systemd has none to sign with: its run says it.
void PolicyRun::signFor(OpenedRepository& opened, const std::vector<std::string>& intact) {
    if (m_run.core.config.job && m_run.core.config.job->secretKind != "file")
        return;
    for (const auto& backup : intact) {
        Proof proof;
        proof.id = m_run.core.newId();
        proof.backupId = backup;
        proof.kind = "read_back";
        proof.at = m_run.core.config.clock->now();
        proof.details = QJsonObject{{QStringLiteral("depth"), QStringLiteral("stored")}};
        if (const auto signedFor = m_run.core.prove(opened, std::move(proof), m_run.cancel); !signedFor) {
            m_run.recorder.problem(signedFor.error());
            if (!signedFor.error().context.contains("kept"))
                return; // the others would fail alike
        }
    }
}

RunOutcome PolicyRun::soFar(const BackupOutcome& outcome) const {
    const std::size_t made = outcome.backups.size() - m_firstBackup;
    if (m_run.cancel.stop_requested() && made < m_sources.size())
        return RunOutcome::Cancelled;
    if (outcome.failures.size() == m_firstFailure)
        return m_hooks.meaning == HookFailure::Success ? RunOutcome::Ok : RunOutcome::Partial;
    return made > 0 ? RunOutcome::Partial : RunOutcome::Failed;
}

} // namespace salvor
