// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One run: a backup of each source that was asked for or that the policies select.
#include "engines/base/sourcelist.h"
#include "models/base/json.h"
#include "models/jsonfields.h"
#include "models/policy/missedschedule.h"
#include "models/policy/selection.h"
#include "models/watch/serverchange.h"
#include "workers/core/begunswaps.h"
#include "workers/core/coreprivate.h"
#include "workers/core/notifying.h"
#include "workers/core/otherserver.h"
#include "workers/core/policymarks.h"
#include "workers/core/policyrun.h"
#include "workers/core/restoredcopies.h"
#include "workers/core/runrecorder.h"
#include "workers/interruption.h"

#include <QJsonArray>

#include <algorithm>
#include <map>

namespace salvor {

namespace {

constexpr std::size_t kMostNames = 1000; ///< in a record
constexpr std::size_t kNewestRuns = 50;  ///< that may be dated ahead

QJsonArray texts(const std::vector<std::string>& list) {
    QJsonArray array;
    for (const auto& text : list)
        array.append(toQt(text));
    return array;
}

/// Of what was not asked for.
QJsonArray firstOf(std::vector<std::string> list) {
    list.resize(std::min(list.size(), kMostNames));
    return texts(list);
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

class BackupRun {
public:
    BackupRun(const Core::Private& core, const BackupJob& job, ProgressSink& progress,
              const CancelToken& cancel, Attendance attendance = {})
        : m_core(core)
        , m_job(job)
        , m_meter(progress)
        , m_cancel(cancel)
        , m_attendance(std::move(attendance))
        , m_recorder(core, beginning(core, job),
                     core.config.job ? core.config.places.repositoryState(core.config.job->repository.id)
                                     : std::string()) {}

    Result<JobReport> run() {
        if (m_core.config.job && hasPauseMark(m_core.config.places.state, m_core.config.job->policy.uuid))
            return paused();
        m_meter.setPhase(JobPhase::Connecting);
        if (const auto prepared = prepare(); !prepared) {
            if (prepared.error().isCancelled())
                noteInterruption();
            m_recorder.fail(prepared.error(), repositories());
            tell();
            return failure(inContext(prepared.error()));
        }
        for (const auto& [policy, sources] : m_selection.chosen) {
            const auto done = runPolicy(policy, sources);
            if (!done && done.error().isCancelled())
                break;
            if (!done) {
                for (const auto& source : sources)
                    m_outcome.failures.push_back(
                        {source.name, withContext(done.error(), "database", source.name)});
            }
        }
        return conclude();
    }

private:
    /// As soon as it is seen to run, before any server or keychain was asked. What is not known now is said
    /// when it is loaded.
    static void nameProfile(const Core::Private& core, const BackupJob& job, RunRecord& run) {
        const auto workspace = core.workspace();
        if (core.config.job || !workspace)
            return;
        const auto policy = job.policy.empty() ? Result<Policy>(Policy{}) : (*workspace)->policy(job.policy);
        const auto profile =
            (*workspace)->profile(policy && !job.policy.empty() ? policy->profileUuid : job.profile);
        if (profile) {
            run.profileUuid = profile->uuid;
            run.profileTitle = profile->title;
        }
    }

    static RunRecord beginning(const Core::Private& core, const BackupJob& job) {
        RunRecord run;
        run.id = job.runId;
        run.kind = "backup";
        run.trigger = job.trigger;
        run.profileTitle = job.profile;
        run.database = joined(job.databases);
        nameProfile(core, job, run);
        if (const auto& file = core.config.job) {
            run.repositoryId = file->repository.id;
            run.policyUuid = file->policy.uuid;
            run.profileUuid = file->profile.uuid;
            run.profileTitle = file->profile.title;
            run.details = {{QStringLiteral("job_version"), static_cast<qint64>(file->version)},
                           {QStringLiteral("job_sha256"), toQt(file->sha256)}};
        }
        if (!job.databases.empty()) // known before any server is: see noteSelection()
            run.details.insert(QStringLiteral("selection"), QStringLiteral("named"));
        return run;
    }

    Result<JobReport> paused() {
        m_recorder.run().details.insert(QStringLiteral("skipped"), QStringLiteral("paused"));
        m_outcome.run = m_recorder.end(RunOutcome::Skipped, std::nullopt, {});
        return std::move(m_outcome);
    }

    /// The profile and the policies of the run: from the job file, else from the workspace.
    Result<Profile> load() {
        if (const auto& file = m_core.config.job) {
            m_policies = {file->policy};
            return file->profile;
        }
        SALVOR_ASSIGN(const auto workspace, m_core.workspace());
        std::string profileName = m_job.profile;
        if (!m_job.policy.empty()) {
            SALVOR_ASSIGN(auto policy, workspace->policy(m_job.policy));
            profileName = policy.profileUuid;
            m_policies = {std::move(policy)};
        }
        SALVOR_ASSIGN(auto profile, workspace->profile(profileName));
        m_recorder.run().profileUuid = profile.uuid;
        m_recorder.run().profileTitle = profile.title;
        if (m_job.policy.empty()) {
            SALVOR_ASSIGN(m_policies, workspace->policiesOfProfile(profile.uuid));
        }
        if (m_policies.empty())
            return failure(withContext(hasNoPolicy(profile.title), "profile", profile.uuid));
        return profile;
    }

    Result<> prepare() {
        if (m_recorder.spoolError()) {
            Error error = *m_recorder.spoolError();
            error.message = "the run's record cannot be written, so nothing was backed up: " + error.message;
            return failure(std::move(error));
        }
        SALVOR_ASSIGN(auto profile, load());
        m_recorder.run().policyUuid = m_policies.front().uuid;
        m_recorder.run().repositoryId = m_policies.front().repositoryId;
        SALVOR_ASSIGN(m_engine, m_core.engine(profile.engine));
        SALVOR_TRY(validateFor(profile, m_engine->description()));
        for (const Policy& policy : m_policies) {
            SALVOR_TRY(validateFor(policy, m_engine->description()));
            SALVOR_TRY(checkKind(policy));
        }
        SALVOR_ASSIGN(m_login, m_core.login(std::move(profile), m_cancel));
        // Which database has which name; where it cannot be found out the watch says so.
        (void)settleSwaps(m_core, *m_engine, m_login.connection(), m_cancel);
        SALVOR_ASSIGN(m_server, listSourcesOf(*m_engine, m_login.connection(), m_cancel));
        if (!m_server.systemId.empty())
            m_recorder.run().details.insert(QStringLiteral("system_id"), toQt(m_server.systemId));
        noteOtherServer(m_core, m_recorder, m_policies, m_attendance.isSeen);
        SALVOR_TRY(markCopies(m_core, m_login.profile.uuid, m_server));
        SALVOR_ASSIGN(m_selection,
                      selectForRun(m_policies, m_server.sources, m_job.databases, m_login.profile.title));
        std::vector<std::string> names;
        for (const auto& [policy, sources] : m_selection.chosen) {
            for (const auto& source : sources)
                names.push_back(source.name);
        }
        std::vector<std::string> missing; // asked for, and the server has none of that name
        for (auto& [database, error] : m_selection.failures) {
            names.push_back(database);
            if (error.code == ErrorCode::NotFound)
                missing.push_back(database);
            m_outcome.failures.push_back({database, error});
        }
        m_recorder.run().database = joined(names);
        m_recorder.run().details.insert(QStringLiteral("databases"), texts(names));
        if (!missing.empty())
            m_recorder.run().details.insert(QStringLiteral("missing_databases"), texts(missing));
        noteSelection();
        m_recorder.update();
        return {};
    }

    /// For the watch, which reads records only: what the rules chose, and what on the server they did not.
    void noteSelection() {
        QJsonObject& details = m_recorder.run().details;
        const bool byRules = m_job.databases.empty();
        details.insert(QStringLiteral("selection"),
                       byRules ? QStringLiteral("policy") : QStringLiteral("named"));
        std::vector<std::string> uuids;
        for (const auto& [policy, sources] : m_selection.chosen)
            uuids.push_back(policy.uuid);
        details.insert(QStringLiteral("policies"), texts(uuids));
        if (!byRules)
            return;
        std::vector<std::string> copies;
        for (const auto& copy : m_selection.copies)
            copies.push_back(copy.name);
        details.insert(QStringLiteral("unselected_databases"), firstOf(m_selection.unselected));
        if (!copies.empty())
            details.insert(QStringLiteral("restored_copies"), firstOf(std::move(copies)));
    }

    /// By a clock that was wrong, then or now: that this run came after them only the run can say.
    void noteDatedAhead() {
        const auto catalog = m_core.catalog();
        if (!catalog)
            return; // the watch goes on to say it
        RunFilter filter;
        filter.limit = kNewestRuns;
        const auto page = (*catalog)->runs(filter);
        Instant newest{};
        for (const auto& run : page ? *page->rows : std::vector<RunRecord>())
            newest = std::max({newest, run.started, run.ended.value_or(run.started)});
        if (newest > m_core.config.clock->now() + kClockTolerance)
            m_recorder.run().details.insert(QStringLiteral("dated_ahead"), toJsonTime(newest));
    }

    Error inContext(const Error& error) const {
        Error full = withContext(error, "run", m_recorder.run().id);
        if (!m_outcome.notificationProblems.empty())
            full.context.emplace("notification_problem", m_outcome.notificationProblems.front().toText());
        // Nothing else tells it where there is no outcome; and it may be why.
        const auto said = m_recorder.run().details.value(QLatin1String(kServerWarningKey)).toString();
        if (!said.isEmpty() && !error.isCancelled())
            full.hint += (full.hint.empty() ? "" : "; ") + fromQt(said);
        return full;
    }

    /// How much room is left in the run's own repository, now that it is done.
    void noteSpace() {
        const auto opened = m_repositories.find(m_recorder.run().repositoryId);
        if (opened == m_repositories.end())
            return;
        const auto space = opened->second.store->space(m_cancel);
        if (!space || !*space)
            return; // a store that cannot say has no capacity to watch
        m_recorder.run().details.insert(QStringLiteral("store_free_bytes"), toJsonCount((*space)->freeBytes));
        m_recorder.run().details.insert(QStringLiteral("store_total_bytes"),
                                        toJsonCount((*space)->totalBytes));
    }

    /// A timer's run tells whom its policy names. What could not be told is kept for the next run or watch.
    void tell() {
        const auto& file = m_core.config.job;
        if (!file || (file->channels.empty() && file->policy.mail.empty() && file->policy.webhooks.empty()))
            return;
        Notifying notifying(m_core, {file->policy}, file->channels);
        notifying.tellRun(file->policy, m_recorder.run());
        notifying.send(m_cancel);
        for (const auto& problem : notifying.problems())
            m_outcome.notificationProblems.push_back(problem);
        for (const auto& delivery : notifying.deliveries()) {
            if (delivery.error)
                m_outcome.notificationProblems.push_back(*delivery.error);
        }
    }

    Result<> checkKind(const Policy& policy) const {
        if (m_job.kind.empty() ||
            std::find(policy.kinds.begin(), policy.kinds.end(), m_job.kind) != policy.kinds.end())
            return {};
        return failure(ErrorCode::InvalidInput,
                       "the policy \"" + policy.title + "\" makes no backups of the kind \"" + m_job.kind +
                           "\"",
                       "it makes: " + joined(policy.kinds), {{"policy", policy.uuid}});
    }

    /// The error is of what has to be known before a hook may run.
    Result<> runPolicy(const Policy& policy, std::vector<SourceInfo> sources) {
        SALVOR_TRY(checkCancelled(m_cancel));
        SALVOR_ASSIGN(const auto pin, m_core.pinOf(policy.repositoryId));
        PolicyOverrides overrides;
        if (m_job.compressionLevel != 0)
            overrides.compressionLevel = static_cast<std::uint64_t>(m_job.compressionLevel);
        if (m_job.format != "auto") {
            Policy asTold = policy;
            asTold.options.insert(QStringLiteral("format"), toQt(m_job.format));
            SALVOR_TRY(validateFor(asTold, m_engine->description())); // an engine may have no such option
            overrides.format = m_job.format;
        }
        SALVOR_ASSIGN(auto effective, effectivePolicy(policy, &pin, overrides, &m_engine->description()));
        const RunContext context{m_core,    m_job,   m_meter,  m_cancel,      m_recorder,
                                 *m_engine, m_login, m_server, m_repositories};
        PolicyRun run(context, std::move(effective), pin, std::move(sources));
        run.execute(m_outcome);
        m_skipped = m_skipped || run.skipped();
        if (run.hooks().error)
            m_hooks.add(run.hooks().meaning, *run.hooks().error);
        return {};
    }

    std::vector<Repository*> repositories() {
        std::vector<Repository*> all;
        for (auto& [id, opened] : m_repositories)
            all.push_back(opened.repository.get());
        return all;
    }

    Result<JobReport> conclude() {
        RunRecord& run = m_recorder.run();
        for (const auto& record : m_outcome.backups) {
            run.backupIds.push_back(record.id);
            run.sizeBytes += record.sizeBytes;
            run.storedBytes += record.newStoredBytes;
        }
        std::vector<std::string> failed;
        for (const auto& one : m_outcome.failures)
            failed.push_back(one.database);
        if (!failed.empty())
            run.details.insert(QStringLiteral("failed_databases"), texts(failed));
        const std::optional<Error> error = firstError();
        noteSpace();
        noteDatedAhead();
        const RunOutcome ended = outcomeOf(error);
        if (ended == RunOutcome::Cancelled || m_cancel.stop_requested())
            noteInterruption();
        m_outcome.run = m_recorder.end(ended, error, repositories());
        tell();
        m_meter.flush();
        if (!m_outcome.backups.empty())
            return std::move(m_outcome);
        return failure(inContext(error.value_or(cancelledError())));
    }

    /// A timer's command that a person ended was begun by that person, and no shutdown cut it short.
    void noteInterruption() {
        const Interruption what =
            m_attendance.interruption ? m_attendance.interruption() : Interruption::None;
        if (what == Interruption::None)
            return;
        RunRecord& run = m_recorder.run();
        const QString user = toQt(m_core.config.userName);
        run.trigger = "person";
        run.details.insert(QStringLiteral("user"), user);
        if (what == Interruption::Keyboard)
            run.details.insert(QStringLiteral("cancelled_by"), user);
    }

    RunOutcome outcomeOf(const std::optional<Error>& error) const {
        if (m_cancel.stop_requested() && m_outcome.backups.size() < m_selection.count())
            return RunOutcome::Cancelled;
        if (!error)
            return RunOutcome::Ok;
        if (m_hooks.meaning == HookFailure::Failed)
            return RunOutcome::Failed;
        if (!m_outcome.backups.empty())
            return allDamaged() ? RunOutcome::Failed : RunOutcome::Partial;
        return m_skipped && error->code == ErrorCode::Busy ? RunOutcome::Skipped : RunOutcome::Failed;
    }

    /// Every backup was made, and none read back as it was written.
    bool allDamaged() const {
        return std::all_of(
            m_outcome.backups.begin(), m_outcome.backups.end(), [&](const BackupRecord& backup) {
                return std::any_of(m_outcome.failures.begin(), m_outcome.failures.end(),
                                   [&](const auto& failed) {
                                       const auto id = failed.error.context.find("backup");
                                       return id != failed.error.context.end() && id->second == backup.id;
                                   });
            });
    }

    std::optional<Error> firstError() const {
        if (m_outcome.failures.empty() && m_hooks.meaning != HookFailure::Success)
            return m_hooks.error;
        if (m_outcome.failures.empty())
            return std::nullopt;
        Error error = m_outcome.failures.front().error;
        if (m_outcome.failures.size() > 1)
            error.message += " (and " + std::to_string(m_outcome.failures.size() - 1) +
                             " more of the run's databases failed)";
        return error;
    }

    const Core::Private& m_core;
    const BackupJob& m_job;
    ProgressMeter m_meter;
    const CancelToken& m_cancel;
    const Attendance m_attendance;
    std::map<std::string, OpenedRepository> m_repositories; ///< by id
    RunRecorder m_recorder;
    std::vector<Policy> m_policies;
    Engine* m_engine = nullptr;
    Login m_login;
    ConnectionReport m_server;
    RunSelection m_selection;
    HookVerdict m_hooks;
    BackupOutcome m_outcome;
    bool m_skipped = false; ///< the writer's lock was held by another
};

} // namespace

Result<JobReport> Core::Private::backUp(const BackupJob& job, ProgressSink& progress,
                                        const CancelToken& cancel) const {
    return BackupRun(*this, job, progress, cancel).run();
}

Result<JobReport> runAttended(const Core& core, const BackupJob& job, Attendance attendance,
                              ProgressSink& progress, const CancelToken& cancel) {
    return BackupRun(core.inside(), job, progress, cancel, std::move(attendance)).run();
}

} // namespace salvor
