// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Verify a repository or some of its backups, and sign for what was read back.
#include "models/base/json.h"
#include "models/damagedbackups.h"
#include "models/jsonfields.h"
#include "workers/core/coreprivate.h"
#include "workers/core/runrecorder.h"
#include "workers/executor/progressmeter.h"

#include <algorithm>
#include <string>

namespace salvor {

namespace {

const char* nameOf(VerifyDepth depth) {
    switch (depth) {
    case VerifyDepth::Quick:
        return "quick";
    case VerifyDepth::Stored:
        return "stored";
    case VerifyDepth::Full:
        return "full";
    }
    return "";
}

RunRecord beginning() {
    RunRecord run;
    run.kind = "verify";
    return run;
}

/// Runs one verification with the record around it.
class VerifyRun {
public:
    VerifyRun(const Core::Private& core, const VerifyJob& job, ProgressSink& progress,
              const CancelToken& cancel)
        : m_core(core)
        , m_job(job)
        , m_meter(progress)
        , m_cancel(cancel)
        , m_recorder(core, beginning()) {}

    Result<JobReport> run() {
        auto report = verify();
        if (!report) {
            m_recorder.fail(report.error(), repositories());
            return failure(std::move(report).error());
        }
        VerifyOutcome outcome;
        outcome.report = std::move(*report);
        if (m_job.depth != VerifyDepth::Quick)
            signFor(outcome.report);
        std::optional<Error> error;
        if (!outcome.report.ok())
            error = summary(outcome.report);
        outcome.run = m_recorder.end(error ? RunOutcome::Failed : RunOutcome::Ok, error, repositories());
        return outcome;
    }

private:
    Result<VerifyReport> verify() {
        SALVOR_ASSIGN(const auto pin, repositoryOf());
        m_recorder.run().repositoryId = pin.id;
        m_recorder.run().details.insert(QStringLiteral("depth"), QLatin1String(nameOf(m_job.depth)));
        noteAsked(m_job.backups);
        m_recorder.update();
        const auto use = m_job.depth == VerifyDepth::Full ? RepositoryUse::Read : RepositoryUse::Look;
        SALVOR_ASSIGN(m_opened, m_core.open(pin, use, m_cancel));
        for (const auto& warning : m_opened.catalog.warnings)
            m_recorder.note("warnings", warning.toText());
        VerifyRequest request{m_job.depth, {}};
        for (const auto& prefix : m_job.backups) {
            SALVOR_ASSIGN(auto id, m_opened.repository->resolve(prefix, m_cancel));
            request.backupIds.push_back(std::move(id));
        }
        noteAsked(request.backupIds);
        auto report = m_opened.repository->verify(request, m_meter.passThrough(), m_cancel);
        if (!report) {
            noteDamageOf(report.error());
            return report;
        }
        m_meter.flush();
        m_recorder.run().backupIds = report->intactBackupIds;
        for (const auto& problem : report->problems) {
            for (const auto& id : problem.backupIds)
                m_recorder.note(problem.unread ? "unread_backups" : "damaged_backups", id);
        }
        m_recorder.run().sizeBytes = report->bytesRead;
        return report;
    }

    /// Of other backups this look says nothing, also where it is cut short.
    void noteAsked(const std::vector<std::string>& backups) {
        if (!backups.empty())
            m_recorder.run().details.insert(QLatin1String(kAskedBackupsKey), toJsonArray(backups));
    }

    /// What was found before the store went away is known all the same.
    void noteDamageOf(const Error& error) {
        for (const auto& id : damagedIn(error))
            m_recorder.note("damaged_backups", id);
    }

    /// The one named, else the one that has the backups that are named, else the only one.
    Result<RepositoryPin> repositoryOf() const {
        if (!m_job.repository.empty() || m_job.backups.empty() || m_core.config.job)
            return m_core.pinOf(m_job.repository);
        SALVOR_ASSIGN(const auto found,
                      m_core.findBackup({}, m_job.backups.front(), RepositoryUse::Look, m_cancel));
        return found.opened.pin;
    }

    void signFor(const VerifyReport& report) {
        for (const auto& backup : report.intactBackupIds) {
            Proof proof;
            proof.id = m_core.newId();
            proof.backupId = backup;
            proof.kind = "read_back";
            proof.at = m_core.config.clock->now();
            proof.details = QJsonObject{{QStringLiteral("depth"), QLatin1String(nameOf(m_job.depth))}};
            if (const auto signedFor = m_core.prove(m_opened, std::move(proof), m_cancel); !signedFor) {
                m_recorder.problem(signedFor.error());
                if (!signedFor.error().context.contains("kept"))
                    return; // the others would fail alike
            }
        }
    }

    static Error summary(const VerifyReport& report) {
        // Damage is told before what could not be looked at.
        const auto damage = std::ranges::find(report.problems, false, &VerifyProblem::unread);
        Error error = damage == report.problems.end() ? report.problems.front().error : damage->error;
        if (report.problems.size() > 1)
            error.message =
                std::to_string(report.problems.size()) + " problems were found, the first: " + error.message;
        return error;
    }

    std::vector<Repository*> repositories() const {
        if (!m_opened.repository)
            return {};
        return {m_opened.repository.get()};
    }

    const Core::Private& m_core;
    const VerifyJob& m_job;
    ProgressMeter m_meter;
    const CancelToken& m_cancel;
    OpenedRepository m_opened;
    RunRecorder m_recorder;
};

} // namespace

Result<JobReport> Core::Private::verify(const VerifyJob& job, ProgressSink& progress,
                                        const CancelToken& cancel) const {
    return VerifyRun(*this, job, progress, cancel).run();
}

} // namespace salvor
