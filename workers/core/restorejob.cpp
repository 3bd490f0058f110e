// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Restore one backup into a new database, prove it equal, and only then let clients in.
#include "models/base/json.h"
#include "workers/core/coreprivate.h"
#include "workers/core/runrecorder.h"
#include "workers/executor/proofexecutor.h"
#include "workers/executor/restoreexecutor.h"

#include <QJsonArray>

#include <algorithm>
#include <chrono>

namespace salvor {

namespace {

using SteadyClock = std::chrono::steady_clock;

double secondsSince(SteadyClock::time_point begin) {
    return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

qint64 milliseconds(double seconds) { return static_cast<qint64>(seconds * 1000); }

std::string lowerCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

/// What a restore and its preflight begin with. Not movable: the spec points into it.
struct RestoreSource {
    OpenedRepository opened;
    Manifest manifest;
    BackupContents contents;
    Login login;
    Engine* engine = nullptr;
    RestoreSpec spec;

    RestoreSource() = default;
    RestoreSource(const RestoreSource&) = delete;
    RestoreSource& operator=(const RestoreSource&) = delete;

    Result<> load(const Core::Private& core, const RestoreJob& job, const std::string& runId,
                  const CancelToken& cancel) {
        SALVOR_ASSIGN(auto found, core.findBackup(job.repository, job.backup, RepositoryUse::Read, cancel));
        opened = std::move(found.opened);
        SALVOR_ASSIGN(manifest, opened.repository->manifest(found.backupId, cancel));
        contents = contentsOf(manifest);
        const BackupRecord& record = manifest.record;
        SALVOR_ASSIGN(const auto workspace, core.workspace());
        const bool sameProfile = job.targetProfile.empty();
        auto profile = workspace->profile(sameProfile ? record.profileUuid : job.targetProfile);
        if (!profile && sameProfile && profile.error().code == ErrorCode::NotFound)
            return failure(ErrorCode::NotFound,
                           "the profile \"" + record.profileTitle +
                               "\" that the backup came from is not known here",
                           "name the profile to restore to", {{"backup", record.id}});
        if (!profile)
            return failure(std::move(profile).error());
        if (profile->engine != record.engine)
            return failure(ErrorCode::InvalidInput,
                           "backup " + record.id + " is of " + record.engine + ", and the profile \"" +
                               profile->title + "\" leads to " + profile->engine,
                           "restore to a server of the same kind", {{"backup", record.id}});
        if (job.targetDatabase.empty())
            return failure(ErrorCode::InvalidInput, "no name was given for the restored database",
                           "name the new database", {{"backup", record.id}});
        SALVOR_ASSIGN(engine, core.engine(record.engine));
        SALVOR_ASSIGN(login, core.login(std::move(*profile), cancel));
        spec.connection = login.connection();
        spec.contents = &contents;
        spec.targetDatabase = job.targetDatabase;
        spec.runId = lowerCase(runId);
        spec.noLoginRoles = job.noLoginRoles;
        spec.options = QJsonObject{{QStringLiteral("backup_id"), toQt(record.id)},
                                   {QStringLiteral("prove"), job.prove},
                                   {QStringLiteral("analyze"), job.analyze}};
        return {};
    }
};

class RestoreRun {
public:
    RestoreRun(const Core::Private& core, const RestoreJob& job, ProgressSink& progress,
               const CancelToken& cancel)
        : m_core(core)
        , m_job(job)
        , m_meter(progress)
        , m_cancel(cancel)
        , m_recorder(core, beginning(job)) {}

    Result<JobReport> run() {
        auto done = restore();
        m_target.reset(); // before the record: what it has to tidy up is part of the run
        if (!done && done.error().code != ErrorCode::ProofFailed) {
            m_recorder.fail(done.error(), repositories());
            return failure(std::move(done).error());
        }
        if (!done && m_outcome.differences.empty()) // told in a whole by the engine
            m_outcome.differences.push_back({m_outcome.database, "as in the backup", done.error().message});
        const auto outcome = done ? RunOutcome::Ok : RunOutcome::Failed;
        std::optional<Error> error;
        if (!done)
            error = std::move(done).error();
        m_outcome.run = m_recorder.end(outcome, error, repositories());
        m_meter.flush();
        return std::move(m_outcome);
    }

private:
    static RunRecord beginning(const RestoreJob& job) {
        RunRecord run;
        run.id = job.runId;
        run.kind = "restore";
        run.database = job.targetDatabase;
        run.profileTitle = job.targetProfile;
        return run;
    }

    Result<> restore() {
        m_meter.setPhase("connecting");
        SALVOR_TRY(m_source.load(m_core, m_job, m_recorder.run().id, m_cancel));
        describe();
        auto target = m_source.engine->prepareRestore(m_source.spec, m_meter.passThrough(), m_cancel);
        if (!target)
            return failure(std::move(target).error());
        m_target = std::move(*target);
        m_outcome.database = m_target->name();
        if (auto written = write(); !written)
            return failure(leftHidden(std::move(written).error()));
        if (auto proved = m_job.prove ? prove() : Result<>(); !proved)
            return failure(leftHidden(std::move(proved).error()));
        return reveal();
    }

    void describe() {
        const BackupRecord& record = m_source.manifest.record;
        m_outcome.backupId = record.id;
        RunRecord& run = m_recorder.run();
        run.repositoryId = m_source.opened.pin.id;
        run.profileUuid = m_source.login.profile.uuid;
        run.profileTitle = m_source.login.profile.title;
        run.backupIds = {record.id};
        for (const auto& warning : m_source.opened.catalog.warnings)
            m_recorder.note("warnings", warning.toText());
        m_recorder.update();
    }

    Result<> write() {
        const auto begin = SteadyClock::now();
        RestoreTask task;
        task.target = m_target.get();
        task.manifest = &m_source.manifest;
        task.meter = &m_meter;
        task.writers = m_core.readThreads();
        task.open = [this](std::size_t item, const CancelToken& cancel) {
            return m_source.opened.repository->openItem(m_source.manifest, item, cancel);
        };
        SALVOR_ASSIGN(const RestoreFigures figures, executeRestore(task, m_cancel));
        m_outcome.restoreSeconds = secondsSince(begin);
        m_outcome.items = figures.items;
        m_outcome.rows = figures.rows;
        m_outcome.bytes = figures.bytes;
        m_recorder.run().sizeBytes = figures.bytes;
        m_recorder.run().details.insert(QStringLiteral("restore_milliseconds"),
                                        milliseconds(m_outcome.restoreSeconds));
        return {};
    }

    Result<> prove() {
        const auto begin = SteadyClock::now();
        m_meter.setPhase("proof");
        SALVOR_ASSIGN(const auto snapshot, m_source.engine->prepareProof(m_source.spec, m_target->name(),
                                                                         m_meter.passThrough(), m_cancel));
        const ProofTask task{snapshot.get(), &m_source.manifest, &m_meter, m_core.readThreads()};
        SALVOR_ASSIGN(const auto differences, executeProof(task, m_cancel));
        m_outcome.proofSeconds = secondsSince(begin);
        m_recorder.run().details.insert(QStringLiteral("proof_milliseconds"),
                                        milliseconds(m_outcome.proofSeconds));
        for (const auto& one : differences)
            m_outcome.differences.push_back({one.item, one.expected, one.found});
        if (differences.empty())
            return {};
        return failure(ErrorCode::ProofFailed,
                       "the restored database is not equal to backup " + m_outcome.backupId + ": " +
                           std::to_string(differences.size()) + " differences, the first in " +
                           differences.front().item + ": " + differences.front().expected +
                           " were backed up, " + differences.front().found + " were found",
                       "do not use the restored database; restore again, and report this when it comes back",
                       {{"backup", m_outcome.backupId}});
    }

    Result<> reveal() {
        m_meter.setPhase("reveal");
        auto revealed = m_target->reveal(m_cancel);
        if (!revealed)
            return failure(leftHidden(std::move(revealed).error()));
        m_outcome.database = m_target->name();
        m_outcome.proved = m_job.prove;
        for (const auto& sentence : revealed->value(QLatin1String("left_off")).toArray())
            m_outcome.leftOff.push_back(fromQt(sentence.toString()));
        m_recorder.run().database = m_outcome.database;
        if (m_job.prove)
            signFor();
        return {};
    }

    void signFor() {
        Proof proof;
        proof.id = m_core.newId();
        proof.backupId = m_outcome.backupId;
        proof.kind = "restored";
        proof.at = m_core.config.clock->now();
        proof.details =
            QJsonObject{{QStringLiteral("items"), static_cast<qint64>(m_outcome.items)},
                        {QStringLiteral("rows"), static_cast<qint64>(m_outcome.rows)},
                        {QStringLiteral("bytes"), static_cast<qint64>(m_outcome.bytes)},
                        {QStringLiteral("restore_milliseconds"), milliseconds(m_outcome.restoreSeconds)},
                        {QStringLiteral("proof_milliseconds"), milliseconds(m_outcome.proofSeconds)}};
        if (const auto signedFor = m_core.prove(m_source.opened, std::move(proof), m_cancel); !signedFor)
            m_recorder.problem(signedFor.error());
    }

    Error leftHidden(Error error) const {
        if (error.isCancelled())
            return error;
        const std::string sentence =
            "what was made so far is hidden as " + m_target->name() + ": salvorctl restored drop removes it";
        error.hint = error.hint.empty() ? sentence : error.hint + "; " + sentence;
        return withContext(std::move(error), "left_behind", m_target->name());
    }

    std::vector<Repository*> repositories() const {
        if (!m_source.opened.repository)
            return {};
        return {m_source.opened.repository.get()};
    }

    const Core::Private& m_core;
    const RestoreJob& m_job;
    ProgressMeter m_meter;
    const CancelToken& m_cancel;
    RestoreSource m_source;
    RunRecorder m_recorder;
    std::unique_ptr<Target> m_target;
    RestoreOutcome m_outcome;
};

} // namespace

Result<JobReport> Core::Private::restore(const RestoreJob& job, ProgressSink& progress,
                                         const CancelToken& cancel) const {
    auto report = RestoreRun(*this, job, progress, cancel).run();
    QJsonObject after{{QStringLiteral("database"), toQt(job.targetDatabase)},
                      {QStringLiteral("target_profile"), toQt(job.targetProfile)}};
    std::string backupId = job.backup;
    if (report) {
        const auto& outcome = std::get<RestoreOutcome>(*report);
        backupId = outcome.backupId;
        after.insert(QStringLiteral("run"), toQt(outcome.run.id));
        after.insert(QStringLiteral("outcome"), toQt(toString(outcome.run.outcome)));
        after.insert(QStringLiteral("proved"), outcome.proved);
    } else {
        after.insert(QStringLiteral("outcome"), toQt(toString(report.error().code)));
    }
    // What was restored stands, whether or not it could be written down who did it: then that is said.
    auto workspaceDatabase = workspace();
    const auto audited = workspaceDatabase
                             ? (*workspaceDatabase)->recordAudit("restore.run", backupId, {}, after)
                             : Result<>(failure(workspaceDatabase.error()));
    if (!audited && report)
        std::get<RestoreOutcome>(*report).leftOff.push_back("the audit record could not be written: " +
                                                            audited.error().message);
    else if (!audited)
        report.error().hint += (report.error().hint.empty() ? "" : "; ") +
                               std::string("the audit record could not be written: ") +
                               audited.error().message;
    return report;
}

Result<Preflight> Core::preflightRestore(const RestoreJob& job, const CancelToken& cancel) {
    RestoreSource source;
    SALVOR_TRY(source.load(*m_private, job, job.runId.empty() ? m_private->newId() : job.runId, cancel));
    return source.engine->preflight(source.spec, cancel);
}

Result<std::vector<RestoredDatabase>> Core::restoredDatabases(const std::string& profile,
                                                              const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(auto found, workspace->profile(profile));
    SALVOR_ASSIGN(Engine* const engine, m_private->engine(found.engine));
    SALVOR_ASSIGN(const Login login, m_private->login(std::move(found), cancel));
    return engine->listRestored(login.connection(), cancel);
}

Result<> Core::dropRestoredDatabase(const std::string& profile, const std::string& database,
                                    const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(auto found, workspace->profile(profile));
    SALVOR_ASSIGN(Engine* const engine, m_private->engine(found.engine));
    const std::string subject = found.uuid;
    SALVOR_ASSIGN(const Login login, m_private->login(std::move(found), cancel));
    SALVOR_TRY(engine->dropRestored(login.connection(), database, cancel));
    return workspace->recordAudit("restored.drop", subject,
                                  QJsonObject{{QStringLiteral("database"), toQt(database)}}, {});
}

} // namespace salvor
