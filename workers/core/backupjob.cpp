// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One run: a backup of each source that was asked for or that the profile's policies select.
#include "models/base/json.h"
#include "workers/core/coreprivate.h"
#include "workers/core/runrecorder.h"
#include "workers/executor/backupexecutor.h"
#include "workers/executor/threadpool.h"

#include <QJsonArray>

#include <algorithm>
#include <map>
#include <thread>

namespace salvor {

namespace {

constexpr int kDefaultLevel = 3;
constexpr std::size_t kDefaultBudget = std::size_t{96} << 20U;
constexpr std::size_t kLargestChunk = std::size_t{16} << 20U;

/// A database of the server and the policy that has it backed up.
struct Selected {
    Policy policy;
    SourceInfo source;
};

/// The budget is in buffers of one chunk each: one in the hand of each reader, the rest with the pool.
ThreadPoolLimits poolLimits(const CoreConfig& config, std::size_t readers) {
    const std::size_t threads =
        config.poolThreads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : config.poolThreads;
    const std::size_t budget = config.bufferBudgetBytes == 0 ? kDefaultBudget : config.bufferBudgetBytes;
    const std::size_t buffers = budget / kLargestChunk;
    return {threads, std::max(threads, buffers > readers ? buffers - readers : 1)};
}

QJsonArray texts(const std::vector<std::string>& list) {
    QJsonArray array;
    for (const auto& text : list)
        array.append(toQt(text));
    return array;
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
              const CancelToken& cancel)
        : m_core(core)
        , m_job(job)
        , m_meter(progress)
        , m_cancel(cancel)
        , m_recorder(core, beginning(job)) {}

    Result<JobReport> run() {
        m_meter.setPhase("connecting");
        if (const auto prepared = prepare(); !prepared) {
            m_recorder.fail(prepared.error(), repositories());
            return failure(prepared.error());
        }
        for (const Selected& selected : m_selected) {
            auto record = backUp(selected);
            if (record)
                m_outcome.backups.push_back(std::move(*record));
            else if (record.error().isCancelled())
                break;
            else
                m_outcome.failures.push_back({selected.source.name, std::move(record).error()});
        }
        return conclude();
    }

private:
    static RunRecord beginning(const BackupJob& job) {
        RunRecord run;
        run.id = job.runId;
        run.kind = "backup";
        run.trigger = job.trigger;
        run.profileTitle = job.profile;
        run.database = joined(job.databases);
        return run;
    }

    Result<> prepare() {
        SALVOR_ASSIGN(const auto workspace, m_core.workspace());
        SALVOR_ASSIGN(auto profile, workspace->profile(m_job.profile));
        m_recorder.run().profileUuid = profile.uuid;
        m_recorder.run().profileTitle = profile.title;
        SALVOR_ASSIGN(m_policies, workspace->policiesOfProfile(profile.uuid));
        if (m_policies.empty())
            return failure(
                ErrorCode::InvalidInput,
                "the profile \"" + profile.title + "\" has no policy that says where its backups go",
                "give it a repository: salvorctl profile edit --repository", {{"profile", profile.uuid}});
        m_recorder.run().policyUuid = m_policies.front().uuid;
        m_recorder.run().repositoryId = m_policies.front().repositoryId;
        SALVOR_ASSIGN(m_engine, m_core.engine(profile.engine));
        SALVOR_ASSIGN(m_login, m_core.login(std::move(profile), m_cancel));
        SALVOR_ASSIGN(m_server, m_engine->testConnection(m_login.connection(), m_cancel));
        SALVOR_TRY(select());
        std::vector<std::string> names;
        for (const auto& selected : m_selected)
            names.push_back(selected.source.name);
        for (const auto& failed : m_outcome.failures)
            names.push_back(failed.database);
        m_recorder.run().database = joined(names);
        m_recorder.run().details.insert(QStringLiteral("databases"), texts(names));
        m_recorder.update();
        return {};
    }

    /// A database that was named and is not there fails alone; the others go on.
    Result<> select() {
        for (const std::string& name : m_job.databases) {
            const auto source = std::find_if(m_server.sources.begin(), m_server.sources.end(),
                                             [&](const SourceInfo& one) { return one.name == name; });
            if (source == m_server.sources.end())
                m_outcome.failures.push_back({name, noSuchDatabase(name)});
            else
                m_selected.push_back({policyFor(name), *source});
        }
        if (!m_job.databases.empty())
            return {};
        for (const Policy& policy : m_policies) {
            for (const SourceInfo& source : m_server.sources) {
                if (selects(policy, source.name))
                    m_selected.push_back({policy, source});
            }
        }
        if (m_selected.empty())
            return failure(ErrorCode::NotFound,
                           "no database of \"" + m_login.profile.title + "\" is selected by its policies",
                           "name one, or widen what the policy includes",
                           {{"profile", m_login.profile.uuid}});
        return {};
    }

    const Policy& policyFor(const std::string& database) const {
        const auto selecting = std::find_if(m_policies.begin(), m_policies.end(),
                                            [&](const Policy& policy) { return selects(policy, database); });
        return selecting == m_policies.end() ? m_policies.front() : *selecting;
    }

    Error noSuchDatabase(const std::string& name) const {
        std::vector<std::string> there;
        for (const auto& source : m_server.sources)
            there.push_back(source.name);
        return {ErrorCode::NotFound,
                "there is no database \"" + name + "\" on \"" + m_login.profile.title + "\"",
                there.empty() ? "check the profile" : "there is: " + joined(there),
                false,
                {{"database", name}, {"profile", m_login.profile.title}}};
    }

    Result<OpenedRepository*> repositoryOf(const Policy& policy) {
        const auto known = m_repositories.find(policy.repositoryId);
        if (known != m_repositories.end())
            return &known->second;
        SALVOR_ASSIGN(const auto pin, m_core.pinOf(policy.repositoryId));
        SALVOR_ASSIGN(auto opened, m_core.open(pin, RepositoryUse::Write, m_cancel));
        return &m_repositories.emplace(policy.repositoryId, std::move(opened)).first->second;
    }

    std::vector<Repository*> repositories() {
        std::vector<Repository*> all;
        for (auto& [id, opened] : m_repositories)
            all.push_back(opened.repository.get());
        return all;
    }

    BackupRecord describe(const Selected& selected, const OpenedRepository& opened) const {
        BackupRecord record;
        record.id = m_core.newId();
        record.repositoryId = opened.pin.id;
        record.runId = m_recorder.run().id;
        record.policyUuid = selected.policy.uuid;
        record.profileUuid = m_login.profile.uuid;
        record.profileTitle = m_login.profile.title;
        record.engine = m_login.profile.engine;
        record.systemId = selected.source.systemId.empty() ? m_server.systemId : selected.source.systemId;
        record.databaseId = selected.source.databaseId;
        record.database = selected.source.name;
        record.method = selected.policy.method;
        record.kind = selected.policy.kinds.front();
        record.trigger = m_recorder.run().trigger;
        record.started = m_core.config.clock->now();
        record.serverVersion = m_server.serverVersion;
        return record;
    }

    int levelOf(const Policy& policy) const {
        if (m_job.compressionLevel != 0)
            return m_job.compressionLevel;
        return policy.options.value(QLatin1String("compression_level")).toInt(kDefaultLevel);
    }

    Result<BackupRecord> backUp(const Selected& selected) {
        SALVOR_TRY(checkCancelled(m_cancel));
        const auto inContext = [&](Error error) {
            return failure(withContext(std::move(error), "database", selected.source.name));
        };
        auto opened = repositoryOf(selected.policy);
        if (!opened)
            return inContext(std::move(opened).error());
        auto record = store(selected, **opened);
        if (!record)
            return inContext(std::move(record).error());
        if (const auto catalog = m_core.catalog(); !catalog)
            m_recorder.problem(catalog.error());
        else if (const auto saved = (*catalog)->saveBackup(*record); !saved)
            m_recorder.problem(saved.error());
        // The backup is there, whatever comes now, a cancel included.
        if (const auto noted = m_core.catalogChanged(**opened, {}); !noted)
            m_recorder.problem(noted.error());
        return record;
    }

    Result<BackupRecord> store(const Selected& selected, OpenedRepository& opened) {
        BackupWriterRequest request;
        request.run = m_recorder.spooled();
        request.record = describe(selected, opened);
        request.compressionLevel = levelOf(selected.policy);
        BackupSpec spec{m_login.connection(), selected.source.name, selected.policy.options};
        spec.options.insert(QStringLiteral("format"), toQt(m_job.format));

        ThreadPool pool(poolLimits(m_core.config, m_core.readThreads()), m_cancel);
        BackupTask task;
        task.beginWriting = [&](const CancelToken& cancel) {
            auto writer = opened.repository->beginBackup(request, cancel);
            m_skipped = m_skipped || (!writer && writer.error().code == ErrorCode::Busy);
            return writer;
        };
        task.prepare = [&](const CancelToken& cancel) {
            return m_engine->prepareBackup(spec, m_meter.passThrough(), cancel);
        };
        task.describe = [&](const Plan& plan, const QJsonObject& finish) {
            Manifest manifest;
            manifest.record = request.record;
            manifest.record.notes = plan.notes;
            manifest.server = plan.server;
            manifest.finish = finish;
            manifest.policy = toJson(selected.policy);
            manifest.profile = toJson(m_login.profile);
            return manifest;
        };
        task.runner = &pool;
        task.meter = &m_meter;
        task.readers = m_core.readThreads();
        return executeBackup(task, m_cancel);
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
        m_outcome.run = m_recorder.end(outcomeOf(error), error, repositories());
        m_meter.flush();
        if (!m_outcome.backups.empty())
            return std::move(m_outcome);
        return failure(error.value_or(cancelledError()));
    }

    RunOutcome outcomeOf(const std::optional<Error>& error) const {
        if (m_cancel.stop_requested() && m_outcome.backups.size() < m_selected.size())
            return RunOutcome::Cancelled;
        if (!error)
            return RunOutcome::Ok;
        if (!m_outcome.backups.empty())
            return RunOutcome::Partial;
        return m_skipped && error->code == ErrorCode::Busy ? RunOutcome::Skipped : RunOutcome::Failed;
    }

    std::optional<Error> firstError() const {
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
    std::map<std::string, OpenedRepository> m_repositories; ///< by id
    RunRecorder m_recorder;
    std::vector<Policy> m_policies;
    Engine* m_engine = nullptr;
    Login m_login;
    ConnectionReport m_server;
    std::vector<Selected> m_selected;
    BackupOutcome m_outcome;
    bool m_skipped = false; ///< the writer's lock was held by another
};

} // namespace

Result<JobReport> Core::Private::backUp(const BackupJob& job, ProgressSink& progress,
                                        const CancelToken& cancel) const {
    return BackupRun(*this, job, progress, cancel).run();
}

} // namespace salvor
