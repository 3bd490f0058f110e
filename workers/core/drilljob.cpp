// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A restore drill: restore, prove, the user's own checks, the times, and nothing left behind.
#include "engines/base/sourcelist.h"
#include "models/base/json.h"
#include "workers/core/coreprivate.h"
#include "workers/core/restoresource.h"
#include "workers/core/runrecorder.h"
#include "workers/core/timelimit.h"

#include <QJsonArray>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace salvor {

namespace {

using SteadyClock = std::chrono::steady_clock;

double secondsSince(SteadyClock::time_point begin) {
    return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

bool isThrowaway(const DrillJob& job) { return job.target == kThrowawayTarget; }

Error sameServer(const Profile& profile, const BackupRecord& record) {
    return {ErrorCode::Conflict,
            "the profile \"" + profile.title +
                "\" leads to the server that was backed up (system identifier " + record.systemId +
                "): a drill never runs there",
            "drill on another server, or with --target throwaway",
            false,
            {{"system_identifier", record.systemId}, {"profile", profile.title}}};
}

/// A copy of the server (a standby) has its identifier too, and is as much a part of what must not be hurt.
Result<> requireOtherServer(const RestoreSource& source, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto report, listSourcesOf(*source.engine, source.login.connection(), cancel));
    const BackupRecord& record = source.manifest.record;
    if (report.systemId.empty() || record.systemId.empty())
        return failure(
            ErrorCode::MissingRight,
            "whether the profile \"" + source.login.profile.title +
                "\" leads to the server that was backed up cannot be told: its system identifier cannot "
                "be read",
            "let the user call pg_control_system(), or drill with --target throwaway");
    if (report.systemId == record.systemId)
        return failure(sameServer(source.login.profile, record));
    return {};
}

/// With what the backup's policy says, where it is known here. A check given by hand replaces the policy's
/// of the same name.
Result<DrillJob> byPolicy(const Core::Private& core, DrillJob job, const BackupRecord& record) {
    SALVOR_ASSIGN(const auto workspace, core.workspace());
    const auto policy = workspace->policy(record.policyUuid);
    if (!policy && policy.error().code != ErrorCode::NotFound)
        return failure(policy.error());
    if (policy && job.target.empty())
        job.target = policy->drillTarget.value_or(std::string());
    if (job.target.empty())
        job.target = kThrowawayTarget;
    if (!policy)
        return job;
    std::vector<DrillCheck> checks = policy->drillChecks;
    std::erase_if(checks, [&](const DrillCheck& own) {
        return std::any_of(job.checks.begin(), job.checks.end(),
                           [&](const DrillCheck& given) { return given.name == own.name; });
    });
    job.checks.insert(job.checks.begin(), checks.begin(), checks.end());
    return job;
}

/// The target of a drill, until it is tidied up.
struct DrillTarget {
    std::unique_ptr<ThrowawayServer> server;
    std::unique_ptr<Target> target;
};

Result<> openTarget(const Core::Private& core, const DrillJob& job, const std::string& runId,
                    RestoreSource& source, DrillTarget& target, ProgressSink& progress,
                    const CancelToken& cancel) {
    const BackupRecord& record = source.manifest.record;
    RestoreAim aim;
    aim.database = record.database + "_drill";
    aim.runId = runId;
    aim.noLoginRoles = job.noLoginRoles;
    aim.drill = true;
    if (!source.engine->description().throwawayServers && isThrowaway(job))
        return failure(ErrorCode::Unsupported,
                       "throwaway servers of " + source.engine->description().label + " are not supported",
                       "drill on another server: --target PROFILE");
    if (!isThrowaway(job)) {
        SALVOR_ASSIGN(auto profile, source.profileFor(core, job.target));
        SALVOR_TRY(source.aim(core, std::move(profile), aim, cancel));
        return requireOtherServer(source, cancel);
    }
    ThrowawaySpec spec;
    spec.contents = &source.contents;
    spec.folder = job.folder;
    spec.user = job.serverUser;
    if (const auto profile = source.profileFor(core, {}))
        spec.toolsCommand = profile->toolsCommand;
    SALVOR_ASSIGN(spec.globals, source.textOf("globals", cancel));
    SALVOR_ASSIGN(target.server, source.engine->startThrowaway(spec, progress, cancel));
    // Nobody but the drill is on it: every role may be made, as a name without rights.
    aim.noLoginRoles.clear();
    for (const auto& role : source.contents.plan.server[QStringLiteral("roles")].toArray())
        aim.noLoginRoles.push_back(fromQt(role.toString()));
    return source.aim(core, target.server->profile(), aim, cancel);
}

/// Of earlier drills of this computer on the same server, whose process died.
void removeLeftovers(const Core::Private& core, const RestoreSource& source, RunRecorder& recorder,
                     const CancelToken& cancel) {
    const auto made = source.engine->listRestored(source.login.connection(), cancel);
    const auto catalog = core.catalog(); // drills whose process died are no longer running after this
    if (!made || !catalog)
        return;
    RunFilter filter;
    filter.kind = "drill";
    filter.limit = 10'000;
    const auto runs = (*catalog)->runs(filter);
    for (const auto& one : *made) {
        if (!one.drill || !one.hidden || !runs)
            continue;
        for (const auto& run : *runs->rows) {
            if (lowerCase(run.id) != one.runId || run.outcome == RunOutcome::Running)
                continue;
            if (const auto dropped = source.engine->dropRestored(source.login.connection(), one.name, cancel);
                dropped)
                recorder.note("leftovers_removed", one.name);
            else
                recorder.problem(dropped.error());
        }
    }
}

QJsonObject targetDetails(const DrillJob& job) {
    if (job.target.empty()) // not known before the backup is
        return {};
    return {{QStringLiteral("target_kind"),
             isThrowaway(job) ? QStringLiteral("throwaway") : QStringLiteral("profile")},
            {QStringLiteral("target"), toQt(job.target)}};
}

RunRecord beginning(const DrillJob& job) {
    RunRecord run;
    run.id = job.runId;
    run.kind = "drill";
    run.trigger = job.trigger;
    run.details = targetDetails(job);
    return run;
}

class DrillRun {
public:
    DrillRun(const Core::Private& core, const DrillJob& job, ProgressSink& progress,
             const CancelToken& cancel)
        : m_core(core)
        , m_typed(!job.target.empty() || !job.checks.empty())
        , m_job(job)
        , m_meter(progress)
        , m_cancel(cancel)
        , m_recorder(core, beginning(job)) {}

    const std::string& id() const { return m_recorder.run().id; }
    Result<JobReport> run() {
        auto done = drill();
        tidyUp(); // before the record: it is a part of the run
        describeEnd();
        if (!done && isRefusal(done.error())) {
            m_recorder.end(RunOutcome::Skipped, done.error(), repositories());
            return failure(std::move(done).error());
        }
        if (!done && done.error().code != ErrorCode::ProofFailed) {
            m_recorder.fail(done.error(), repositories());
            return failure(std::move(done).error());
        }
        if (!done && m_outcome.differences.empty() && !m_outcome.proved) // told in a whole by the engine
            m_outcome.differences.push_back(
                {m_source.manifest.record.database, "as in the backup", done.error().message});
        std::optional<Error> error;
        if (!done)
            error = std::move(done).error();
        const auto outcome = error                          ? RunOutcome::Failed
                             : m_outcome.leftBehind.empty() ? RunOutcome::Ok
                                                            : RunOutcome::Partial;
        m_outcome.run = m_recorder.end(outcome, error, repositories());
        m_meter.flush();
        return std::move(m_outcome);
    }

private:
    /// What was typed cannot be done: that says nothing of the backup, as a drill that was tried and failed
    /// does. Where the policy itself says it, every drill fails until somebody changes it.
    bool isRefusal(const Error& error) const {
        const bool isOfArguments = error.code == ErrorCode::Conflict ||
                                   error.code == ErrorCode::InvalidInput ||
                                   error.code == ErrorCode::Unsupported;
        return !m_began && m_typed && isOfArguments;
    }

    Result<> drill() {
        SALVOR_TRY(validate(m_job.checks));
        m_meter.setPhase(JobPhase::Connecting);
        SALVOR_TRY(m_source.find(m_core, m_job.repository, m_job.backup, m_cancel));
        SALVOR_ASSIGN(m_job, byPolicy(m_core, m_job, m_source.manifest.record));
        describeBeginning();
        SALVOR_TRY(checkChain());
        if (!m_job.checks.empty() && !m_source.engine->description().checkQueries)
            return failure(ErrorCode::Unsupported, "check queries are not supported for this kind of server");
        SALVOR_TRY(openTarget(m_core, m_job, m_recorder.run().id, m_source, m_target, m_meter.passThrough(),
                              m_cancel));
        m_began = true;
        describeTarget();
        if (!isThrowaway(m_job))
            removeLeftovers(m_core, m_source, m_recorder, m_cancel);
        SALVOR_TRY(restore());
        SALVOR_TRY(prove());
        SALVOR_TRY(check());
        signFor();
        return {};
    }

    /// Before a server is started for what cannot be restored.
    Result<> checkChain() {
        auto whole = requireChain(m_core, m_source, m_cancel);
        // What the store itself says, or of files that this user may not read, has its own way out.
        if (!whole && whole.error().context.contains("backup") &&
            whole.error().code != ErrorCode::PermissionDenied)
            whole.error().hint = "drill another backup; if the store has been mended since, verify this one "
                                 "first: salvorctl verify " +
                                 m_outcome.backupId + " --depth full";
        return whole;
    }

    void describeBeginning() {
        const BackupRecord& record = m_source.manifest.record;
        m_outcome.backupId = record.id;
        RunRecord& run = m_recorder.run();
        for (const QJsonObject details = targetDetails(m_job); const QString& key : details.keys())
            run.details.insert(key, details.value(key));
        run.repositoryId = m_source.opened.pin.id;
        run.policyUuid = record.policyUuid;
        run.profileUuid = record.profileUuid;
        run.profileTitle = record.profileTitle;
        run.database = record.database;
        run.backupIds = {record.id};
        for (const auto& warning : m_source.opened.catalog.warnings)
            m_recorder.note("warnings", warning.toText());
        m_recorder.update();
    }

    void describeTarget() {
        m_outcome.target = m_target.server ? kThrowawayTarget : m_source.login.profile.title;
        RunRecord& run = m_recorder.run();
        run.details.insert(QStringLiteral("target"), toQt(m_outcome.target));
        if (m_target.server) {
            m_outcome.serverUser = m_target.server->user();
            run.details.insert(QStringLiteral("server_user"), toQt(m_outcome.serverUser));
        }
    }

    Result<> restore() {
        const auto begin = SteadyClock::now();
        auto target = m_source.engine->prepareRestore(m_source.spec, m_meter.passThrough(), m_cancel);
        if (!target)
            return failure(std::move(target).error());
        m_target.target = std::move(*target);
        SALVOR_ASSIGN(const RestoreFigures figures,
                      m_source.write(m_core, *m_target.target, m_meter, m_cancel));
        m_outcome.restoreSeconds = secondsSince(begin);
        m_outcome.items = figures.items;
        m_outcome.rows = figures.rows;
        m_outcome.bytes = figures.bytes;
        m_recorder.run().sizeBytes = figures.bytes;
        setSeconds("restore", m_outcome.restoreSeconds);
        return {};
    }

    Result<> prove() {
        const auto begin = SteadyClock::now();
        SALVOR_ASSIGN(m_outcome.differences, m_source.prove(m_core, *m_target.target, m_meter, m_cancel));
        for (auto one = m_source.compared.begin(); one != m_source.compared.end(); ++one)
            m_recorder.run().details.insert(one.key(), one.value());
        if (!m_source.leftOff.isEmpty())
            m_recorder.run().details.insert(QStringLiteral("left_off"), m_source.leftOff);
        m_outcome.proofSeconds = secondsSince(begin);
        setSeconds("proof", m_outcome.proofSeconds);
        SALVOR_TRY(proofVerdict(m_outcome.backupId, m_outcome.differences));
        m_outcome.proved = true;
        return {};
    }

    Result<> check() {
        if (m_job.checks.empty())
            return {};
        m_meter.setPhase(JobPhase::Checks);
        SALVOR_ASSIGN(m_outcome.checks,
                      m_source.engine->runChecks(m_source.spec.connection, m_target.target->name(),
                                                 m_job.checks, m_job.checkTimeout, m_cancel));
        QJsonArray list;
        const DrillCheckResult* first = nullptr;
        for (const auto& one : m_outcome.checks) {
            list.append(
                QJsonObject{{QStringLiteral("name"), toQt(one.name)},
                            {QStringLiteral("passed"), one.passed},
                            {QStringLiteral("expected"), toQt(one.expected)},
                            {QStringLiteral("found"), toQt(one.found)},
                            {QStringLiteral("milliseconds"), static_cast<qint64>(one.seconds * 1000)}});
            first = first == nullptr && !one.passed ? &one : first;
        }
        m_recorder.run().details.insert(QStringLiteral("checks"), list);
        if (first == nullptr)
            return {};
        return failure(ErrorCode::ProofFailed,
                       "the check \"" + first->name + "\" failed on the restored database: expected " +
                           first->expected + ", found " + first->found,
                       m_source.leftOff.isEmpty()
                           ? "look at the query and at the backup: it was restored as it was backed up"
                           : "look at the query, and at what the restore left off: " +
                                 fromQt(m_source.leftOff.first().toString()),
                       {{"check", first->name}, {"backup", m_outcome.backupId}});
    }

    void signFor() {
        Proof proof;
        proof.id = m_core.newId();
        proof.backupId = m_outcome.backupId;
        proof.kind = "restored";
        proof.at = m_core.config.clock->now();
        proof.details = QJsonObject{
            {QStringLiteral("drill"), true},
            {QStringLiteral("items"), static_cast<qint64>(m_outcome.items)},
            {QStringLiteral("rows"), static_cast<qint64>(m_outcome.rows)},
            {QStringLiteral("bytes"), static_cast<qint64>(m_outcome.bytes)},
            {QStringLiteral("checks"), static_cast<qint64>(m_outcome.checks.size())},
            {QStringLiteral("restore_milliseconds"), static_cast<qint64>(m_outcome.restoreSeconds * 1000)},
            {QStringLiteral("proof_milliseconds"), static_cast<qint64>(m_outcome.proofSeconds * 1000)}};
        for (auto one = m_source.compared.begin(); one != m_source.compared.end(); ++one)
            proof.details.insert(one.key(), one.value());
        if (const auto signedFor = m_core.prove(m_source.opened, std::move(proof), m_cancel); !signedFor)
            m_recorder.problem(signedFor.error());
    }

    /// Whatever came before; after a cancel within its two seconds.
    void tidyUp() {
        const std::string name = m_target.target ? m_target.target->name() : std::string();
        m_target.target.reset();
        if (m_target.server) {
            m_target.server.reset();
            return;
        }
        if (name.empty())
            return;
        const TimeLimit limit(m_cancel.stop_requested() ? std::chrono::milliseconds(1200)
                                                        : std::chrono::minutes(5));
        const auto dropped = m_source.engine->dropRestored(m_source.login.connection(), name, limit.token());
        if (dropped)
            return;
        m_recorder.problem(dropped.error());
        m_outcome.leftBehind.push_back("The database " + name + " on " + m_source.login.profile.title +
                                       " could not be dropped: " + dropped.error().message +
                                       ". The next drill there removes it.");
    }

    void describeEnd() {
        m_outcome.totalSeconds = secondsSince(m_begin);
        setSeconds("total", m_outcome.totalSeconds);
        for (const auto& sentence : m_outcome.leftBehind)
            m_recorder.note("left_behind", sentence);
    }

    /// Records are signed, and hold whole numbers only.
    void setSeconds(const std::string& what, double seconds) {
        m_recorder.run().details.insert(toQt(what + "_seconds"), static_cast<qint64>(std::ceil(seconds)));
        m_recorder.run().details.insert(toQt(what + "_milliseconds"), static_cast<qint64>(seconds * 1000));
    }

    std::vector<Repository*> repositories() const {
        if (!m_source.opened.repository)
            return {};
        return {m_source.opened.repository.get()};
    }

    const SteadyClock::time_point m_begin = SteadyClock::now();
    const Core::Private& m_core;
    const bool m_typed; ///< a target or checks were given by hand
    bool m_began = false;
    DrillJob m_job; ///< with the policy's share, once the backup is found
    ProgressMeter m_meter;
    const CancelToken& m_cancel;
    RestoreSource m_source;
    RunRecorder m_recorder;
    DrillTarget m_target;
    DrillOutcome m_outcome;
};

} // namespace

Result<JobReport> Core::Private::drill(const DrillJob& job, ProgressSink& progress,
                                       const CancelToken& cancel) const {
    std::string runId;
    auto report = [&] { // the run is over, with all that it held open, before the audit is written
        DrillRun run(*this, job, progress, cancel);
        runId = run.id();
        return run.run();
    }();
    QJsonObject after{{QStringLiteral("target"), toQt(job.target)}};
    after.insert(QStringLiteral("run"), toQt(runId));
    std::string backupId = job.backup;
    if (report) {
        const auto& outcome = std::get<DrillOutcome>(*report);
        backupId = outcome.backupId;
        after.insert(QStringLiteral("target"), toQt(outcome.target));
        after.insert(QStringLiteral("outcome"), toQt(toString(outcome.run.outcome)));
        after.insert(QStringLiteral("proved"), outcome.proved);
    } else {
        after.insert(QStringLiteral("outcome"), toQt(toString(report.error().code)));
    }
    if (const auto unwritten = audit("drill.run", backupId, {}, after); unwritten && report)
        std::get<DrillOutcome>(*report).leftBehind.push_back(*unwritten);
    else if (unwritten)
        report.error().hint += (report.error().hint.empty() ? "" : "; ") + *unwritten;
    return report;
}

Result<Preflight> Core::preflightDrill(const DrillJob& given, const CancelToken& cancel) {
    SALVOR_TRY(validate(given.checks));
    RestoreSource source;
    SALVOR_TRY(source.find(*m_private, given.repository, given.backup, cancel));
    SALVOR_ASSIGN(const DrillJob job, byPolicy(*m_private, given, source.manifest.record));
    DrillTarget target;
    NullProgress nobody;
    SALVOR_TRY(openTarget(*m_private, job, m_private->newId(), source, target, nobody, cancel));
    SALVOR_ASSIGN(Preflight found, source.engine->preflight(source.spec, cancel));
    SALVOR_TRY(m_private->inspect(source, false, found, cancel));
    return found;
}

} // namespace salvor
