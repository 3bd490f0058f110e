// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Restore one backup into a new database, prove it equal, and only then let clients in.
#include "models/base/json.h"
#include "workers/core/coreprivate.h"
#include "workers/core/restoresource.h"
#include "workers/core/runrecorder.h"

#include <QJsonArray>

#include <chrono>

namespace salvor {

namespace {

/// In the run's details, as long as the database is not given its name.
const QString kHidden = QStringLiteral("hidden_database");

using SteadyClock = std::chrono::steady_clock;

double secondsSince(SteadyClock::time_point begin) {
    return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

qint64 milliseconds(double seconds) { return static_cast<qint64>(seconds * 1000); }

class RestoreRun {
public:
    RestoreRun(const Core::Private& core, const RestoreJob& job, ProgressSink& progress,
               const CancelToken& cancel)
        : m_core(core)
        , m_job(job)
        , m_meter(progress)
        , m_cancel(cancel)
        , m_recorder(core, beginning(core, job)) {}

    const std::string& id() const { return m_recorder.run().id; }
    Result<JobReport> run() {
        auto done = restore();
        m_target.reset(); // before the record: what it has to tidy up is part of the run
        if (!done && done.error().code != ErrorCode::ProofFailed) {
            m_recorder.fail(done.error(), repositories());
            return failure(std::move(done).error());
        }
        if (!done && m_outcome.differences.empty()) // told in a whole by the engine
            m_outcome.differences.push_back({m_outcome.database, "as in the backup", done.error().message});
        const auto outcome = !done ? RunOutcome::Failed : m_inPart ? RunOutcome::Partial : RunOutcome::Ok;
        std::optional<Error> error;
        if (!done)
            error = std::move(done).error();
        m_outcome.run = m_recorder.end(outcome, error, repositories());
        m_meter.flush();
        return std::move(m_outcome);
    }

private:
    static RunRecord beginning(const Core::Private& core, const RestoreJob& job) {
        RunRecord run;
        run.id = job.runId;
        run.kind = "restore";
        run.database = job.targetDatabase;
        run.profileTitle = job.targetProfile;
        if (job.targetProfile.empty()) // that of the backup, which is not known yet
            return run;
        // By its title although it may come as a UUID: the run can fail before its server is loaded.
        if (const auto workspace = core.workspace()) {
            if (const auto profile = (*workspace)->profile(job.targetProfile)) {
                run.profileUuid = profile->uuid;
                run.profileTitle = profile->title;
            }
        }
        return run;
    }

    Result<> restore() {
        m_meter.setPhase(JobPhase::Connecting);
        SALVOR_TRY(m_source.find(m_core, m_job.repository, m_job.backup, m_cancel));
        SALVOR_ASSIGN(auto profile, m_source.profileFor(m_core, m_job.targetProfile));
        SALVOR_TRY(m_source.aim(m_core, std::move(profile), aimOf(m_job, m_recorder.run().id), m_cancel));
        describe();
        SALVOR_TRY(checkChain());
        m_begin = SteadyClock::now();
        auto target = m_source.engine->prepareRestore(m_source.spec, m_meter.passThrough(), m_cancel);
        if (!target)
            return failure(std::move(target).error());
        m_target = std::move(*target);
        m_outcome.database = m_target->name();
        // From here on: whoever finds this run dead knows what to drop.
        m_recorder.run().details.insert(kHidden, toQt(m_target->name()));
        m_recorder.update();
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

    /// Before anything is made: hours of restoring would end where something is missing.
    Result<> checkChain() {
        if (!m_job.exceptions.althoughDamaged)
            return requireChain(m_core, m_source, m_cancel);
        Preflight found;
        SALVOR_ASSIGN(const bool isHit, lookAtChain(m_core, m_source, true, found, m_cancel));
        if (!isHit)
            return {};
        for (const auto& one : found.findings) {
            if (one.level != PreflightFinding::Level::Warning)
                continue;
            m_recorder.note("warnings", one.text);
            m_outcome.leftOff.push_back("Restored all the same: " + one.text + ".");
        }
        return {};
    }

    Result<> write() {
        SALVOR_ASSIGN(const RestoreFigures figures, m_source.write(m_core, *m_target, m_meter, m_cancel));
        m_outcome.restoreSeconds = secondsSince(m_begin);
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
        SALVOR_ASSIGN(m_outcome.differences, m_source.prove(m_core, *m_target, m_meter, m_cancel));
        for (auto one = m_source.compared.begin(); one != m_source.compared.end(); ++one)
            m_recorder.run().details.insert(one.key(), one.value());
        m_outcome.proofSeconds = secondsSince(begin);
        m_recorder.run().details.insert(QStringLiteral("proof_milliseconds"),
                                        milliseconds(m_outcome.proofSeconds));
        return proofVerdict(m_outcome.backupId, m_outcome.differences);
    }

    Result<> reveal() {
        m_meter.setPhase(JobPhase::Reveal);
        auto revealed = m_target->reveal(m_cancel);
        if (!revealed)
            return failure(leftHidden(std::move(revealed).error()));
        m_outcome.database = m_target->name();
        const auto leftOut = revealed->value(QLatin1String("left_out")).toArray();
        m_inPart = !leftOut.isEmpty();
        m_outcome.proved = m_job.prove && !m_inPart;
        if (m_inPart) {
            m_recorder.run().details.insert(QStringLiteral("left_out"), leftOut);
            m_recorder.run().details.insert(QStringLiteral("proved_in_part"), m_job.prove);
        }
        const auto leftOff = revealed->value(QLatin1String("left_off")).toArray();
        if (!leftOff.isEmpty())
            m_recorder.run().details.insert(QStringLiteral("left_off"), leftOff);
        for (const auto& sentence : leftOff)
            m_outcome.leftOff.push_back(fromQt(sentence.toString()));
        m_recorder.run().database = m_outcome.database;
        m_recorder.run().details.remove(kHidden);
        if (m_job.prove)
            signFor();
        return {};
    }

    /// Known to the repository, which has read it, and to no list.
    bool isTrashed() const {
        const auto known = m_core.catalog();
        const auto listed =
            known ? (*known)->backup(m_outcome.backupId) : Result<BackupRecord>(BackupRecord{});
        return !listed && listed.error().code == ErrorCode::NotFound;
    }

    void signFor() {
        Proof proof;
        proof.id = m_core.newId();
        proof.backupId = m_outcome.backupId;
        proof.kind = m_inPart ? "restored_in_part" : "restored";
        proof.at = m_core.config.clock->now();
        proof.details =
            QJsonObject{{QStringLiteral("items"), static_cast<qint64>(m_outcome.items)},
                        {QStringLiteral("rows"), static_cast<qint64>(m_outcome.rows)},
                        {QStringLiteral("bytes"), static_cast<qint64>(m_outcome.bytes)},
                        {QStringLiteral("restore_milliseconds"), milliseconds(m_outcome.restoreSeconds)},
                        {QStringLiteral("proof_milliseconds"), milliseconds(m_outcome.proofSeconds)}};
        for (auto one = m_source.compared.begin(); one != m_source.compared.end(); ++one)
            proof.details.insert(one.key(), one.value());
        if (const auto signedFor = m_core.prove(m_source.opened, std::move(proof), m_cancel); !signedFor)
            m_recorder.problem(signedFor.error());
        else if (isTrashed()) {
            m_recorder.run().details.insert(QStringLiteral("backup_in_trash"), true);
            m_outcome.leftOff.push_back("Backup " + m_outcome.backupId +
                                        " is in the trash: its proof is kept with it, and both go when their "
                                        "time there is over, unless somebody takes the backup out.");
        }
    }

    Error leftHidden(Error error) const {
        error = withContext(std::move(error), "left_on", m_source.login.profile.uuid);
        if (error.context.contains("restored")) // the engine says what there is, and what to do with it
            return withContext(std::move(error), "left_behind", m_target->name());
        const std::string sentence =
            "what was made so far is hidden as " + m_target->name() + ": salvorctl restored drop removes it";
        if (error.hint.ends_with('.'))
            error.hint.pop_back();
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
    SteadyClock::time_point m_begin; ///< of the first statement
    RestoreOutcome m_outcome;
    bool m_inPart = false; ///< something of the backup is not in the restored database, or not validated
};

} // namespace

Result<JobReport> Core::Private::restore(const RestoreJob& job, ProgressSink& progress,
                                         const CancelToken& cancel) const {
    std::string runId;
    auto report = [&] { // the run is over, with all that it held open, before the audit is written
        RestoreRun run(*this, job, progress, cancel);
        runId = run.id();
        return run.run();
    }();
    QJsonObject after{{QStringLiteral("database"), toQt(job.targetDatabase)},
                      {QStringLiteral("target_profile"), toQt(job.targetProfile)}};
    after.insert(QStringLiteral("run"), toQt(runId));
    std::string backupId = job.backup;
    if (report) {
        const auto& outcome = std::get<RestoreOutcome>(*report);
        backupId = outcome.backupId;
        after.insert(QStringLiteral("outcome"), toQt(toString(outcome.run.outcome)));
        after.insert(QStringLiteral("proved"), outcome.proved);
        if (const auto leftOut = outcome.run.details.value(QLatin1String("left_out")); leftOut.isArray())
            after.insert(QStringLiteral("left_out"), leftOut);
    } else {
        after.insert(QStringLiteral("outcome"), toQt(toString(report.error().code)));
    }
    // What was restored stands, whether or not it could be written down who did it: then that is said.
    if (const auto unwritten = audit("restore.run", backupId, {}, after); unwritten && report)
        std::get<RestoreOutcome>(*report).leftOff.push_back(*unwritten);
    else if (unwritten)
        report.error().hint += (report.error().hint.empty() ? "" : "; ") + *unwritten;
    return report;
}

} // namespace salvor
